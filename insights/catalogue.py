"""Everything that is declared in this room, found once."""

from functools import cache
from typing import TypeVar

from insights.metric import Metric
from insights.view import View
from storage.discover import discover

Each = TypeVar("Each", Metric, View)


@cache
def metrics() -> dict[str, Metric]:
    """Return the metrics by id, in the order in which they are told."""
    from insights import metrics as package  # noqa: PLC0415 - the name is this function's too

    return _by_id(discover(package, Metric))


@cache
def views() -> dict[str, View]:
    """Return the views by id, in the order in which they are told."""
    from insights import views as package  # noqa: PLC0415 - the name is this function's too

    return _by_id(discover(package, View))


def _by_id(found: tuple[Each, ...]) -> dict[str, Each]:
    return {each.id: each for each in sorted(found, key=lambda each: (each.order, each.id))}
