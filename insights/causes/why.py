"""Why a metric changed, as far as its own numbers say: arithmetic on gated values, never a correlation."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from insights import catalogue
from insights.causes.by_factor import PEOPLE, of_factors
from insights.causes.by_part import of_split
from insights.causes.cause import Cause
from insights.causes.decompose import cohorts
from insights.causes.splits import PERIOD, periods, splits
from insights.scan import Change
from insights.series import Panel
from insights.words import counted

__all__ = ["Cause", "why"]

FEWEST_SINCE = 2
"""Weeks since a change from which on who stopped can be told from who stayed away."""


def why(panel: Panel, change: Change, tool_name: Callable[[str], str] = str) -> Cause | None:
    """Return what explains most of a change; None where nothing explains half of it.

    `panel` shows the change's tool and, for causes by tool, the others. Scatter, scores, and changes that the shown
    weeks do not hold have no cause. `tool_name` returns a tool's name as people write it.
    """
    spans = periods(panel.weeks, change)
    if spans is None or change.tool not in panel.tools:
        return None
    metric = catalogue.metrics()[change.metric]
    found = [
        cause for each in splits(panel, change, spans) for cause in of_split(panel, metric, change, each, tool_name)
    ]
    found += of_factors(panel, metric, change, spans)
    people = next(_of_people(panel, change, change.department), None)
    firm = [each for each in found if each.kind != "spread"]
    if firm:
        chief = max(firm, key=lambda each: min(each.share, 1.0))
        if chief.by == "department" and chief.part in panel.departments and (people is None or not people.explained):
            people = next(_of_people(panel, change, chief.part), people)
        # Where it lies and who it is are two answers, of which neither stands for the other.
        return chief if people is None else replace(chief, text=f"{chief.text} {people.text}")
    return people if people is not None and people.explained else next(iter(found), people)


def _of_people(panel: Panel, change: Change, department: str) -> Iterator[Cause]:
    """Yield who came and who stopped in the four weeks since a change of level, against the four before it.

    They are those of a department or the company, which the change is of or lies in. What is hidden is left out; of
    those who went the way of the change it is said that they are.
    """
    if change.metric != PEOPLE or change.kind != "level" or change.since not in panel.weeks:
        return
    at = min(panel.weeks.index(change.since) + PERIOD - 1, len(panel.weeks) - 1)
    if at - panel.weeks.index(change.since) + 1 < FEWEST_SINCE:
        return
    place = (department, change.tool)
    came, went = (panel.values(name, *place)[at] for name in ("gained_people", "lapsed_people"))
    chief = came if change.change > 0 else went
    if chief is None:
        if panel.hidden("gained_people" if change.change > 0 else "lapsed_people", *place)[at]:
            verbs = "are new or back" if change.change > 0 else "stopped"
            yield _cohort(f"How many {verbs} cannot be told.", change, 0.0)
        return
    net = cohorts(came=came or 0.0, went=went or 0.0).change
    if net * change.change <= 0:
        return
    where = "Against" if department == change.department else f"In {department}, against"
    stopped = f"{went:,.0f} stopped" if went else "nobody stopped" if went == 0 else ""
    are = f"{counted(came, 'person is', 'people are')} new or back" if came else "nobody is new or back"
    are = "" if came is None else are
    if not are:
        stopped = f"{counted(went or 0, 'person', 'people')} stopped"
    yield _cohort(f"{where} the four weeks before, {' and '.join(filter(None, (are, stopped)))}.", change, net)


def _cohort(text: str, change: Change, net: float) -> Cause:
    return Cause(kind="cohort", text=text, by="people", part="", share=1.0, explained=net, change=net or change.change)
