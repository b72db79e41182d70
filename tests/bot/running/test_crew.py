"""Workers in processes of their own answer as this one would, and are replaced when they die."""

import logging
import os
import signal
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool

import pytest

from bot.actions.deeds import Deed
from bot.actions.doing import perform
from bot.charts import draw
from bot.dialogue import Said, reply
from bot.installation import Installation
from bot.running.crew import Crew
from storage.taken import taken
from tests.bot.actions.test_doing import ADMIN, STRANGER, installation, template
from tests.bot.cards import DEPARTMENTS_CARD

__all__ = ["installation", "template"]


@pytest.fixture
def crew(installation: Installation) -> Iterator[Crew]:
    made = Crew(installation, workers=1)
    yield made
    made.close()


def test_workers_answer_draw_and_write_as_this_process_would(crew: Crew, installation: Installation) -> None:
    for who in (ADMIN, STRANGER):
        said = Said(text="sales", asker=who)
        assert crew.ask(reply, said) == reply(said, installation)
    assert crew.run(draw, DEPARTMENTS_CARD.chart) == draw(DEPARTMENTS_CARD.chart)
    assert crew.ask(perform, Deed(verb="did", action="multi_turn_workshop"), ADMIN).changed
    assert [each.who for each in taken(installation.store)] == [ADMIN.user]
    with pytest.raises(ZeroDivisionError):
        crew.run(divmod, 1, 0)


def test_a_worker_that_dies_is_told_and_replaced(crew: Crew, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(BrokenProcessPool):
        crew.run(os.kill, crew.run(os.getpid), signal.SIGKILL)

    assert "others take its place" in caplog.text
    assert crew.run(divmod, 7, 2) == (3, 1)
