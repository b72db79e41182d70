"""What is said when something that was told is gone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from insights import catalogue
from insights.finding import Detector
from insights.series import Panel
from insights.weekly import COMPANY
from insights.words import day, listing, several
from storage.findings import Seen

EVERYBODY = "the company"


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolved:
    """What was told since a week (its Monday) and is not found any more, as a sentence without its full stop."""

    seen: Seen
    since: date
    words: str


def resolved_of(
    panel: Panel, gone: Iterable[tuple[Seen, date]], detectors: Mapping[str, Detector]
) -> tuple[Resolved, ...]:
    """Return what may be said of those that are gone, where the detector looked and says the same of each department.

    "Sales no longer leaves a quarter of seats unused (told since the week of 6 October)"
    """
    return tuple(
        Resolved(seen=seen, since=since, words=_words(seen, since, detectors[seen.detector]))
        for seen, since in gone
        if seen.detector in detectors and _over(panel, seen, detectors[seen.detector])
    )


def _over(panel: Panel, seen: Seen, detector: Detector) -> bool:
    return detector.over is None or all(detector.over(panel, each) for each in seen.departments or (COMPANY,))


def _words(seen: Seen, since: date, detector: Detector) -> str:
    where = listing(seen.departments) or EVERYBODY
    words = several(detector.resolved or _plain(seen), len(seen.departments) or 1).replace("{departments}", where)
    return f"{words[:1].upper()}{words[1:]} (told since the week of {day(since)})"


def _plain(seen: Seen) -> str:
    title = catalogue.metrics()[seen.metric].title.lower()
    if seen.direction:
        return f"the {'rise' if seen.direction > 0 else 'fall'} of {title} in {{departments}} is no longer clear"
    return f"{title} in {{departments}} is no longer worth a word"
