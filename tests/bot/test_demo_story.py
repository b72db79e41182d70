"""The story of the demo: the whole way from a finding to fewer seats, worked out by the engine."""

import re
from datetime import date
from pathlib import Path

from bot.demo_story import story, write_story

TODAY = date(2026, 11, 30)


def test_the_story_goes_from_a_finding_to_fewer_seats(tmp_path: Path) -> None:
    beats = list(story(tmp_path, TODAY))
    titles = [each.card.title for each in beats]
    texts = [each.card.text for each in beats]

    def place(what: str, told: list[str]) -> int:
        return next(number for number, each in enumerate(told) if what in each)

    found = place("AI usage, week of", titles)
    assigned, done = place("Yours now", titles), place("Noted as done", titles)
    effect, crossed = place("4 weeks on", texts), place("More seats than needed", titles)
    assert found < assigned < done < effect
    assert done < crossed
    assert "it helped" in texts[effect]
    assert [each.on for each in beats] == sorted(each.on for each in beats)
    spare = re.search(r"so that (\d+) seats can be given up", " ".join(texts))
    assert spare is not None
    assert texts[-2].startswith(f"ChatGPT: {300 - int(spare[1])} seats")
    assert "take it with care" not in " ".join(texts)
    page = write_story(beats, tmp_path).read_text(encoding="utf-8")
    assert page.count("<article") == len(beats)
    assert "http" not in page.replace("http://www.w3.org", "")
