"""Why a metric changed, as far as its own numbers say: arithmetic on gated values, never a correlation."""

from collections.abc import Callable, Iterator

from insights import catalogue
from insights.causes.by_factor import PEOPLE, of_factors
from insights.causes.by_part import of_split
from insights.causes.cause import Cause
from insights.causes.decompose import cohorts
from insights.causes.splits import periods, splits
from insights.scan import Change
from insights.series import Panel
from insights.words import counted

__all__ = ["Cause", "why"]


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
    firm = [each for each in found if each.kind != "spread"]
    if firm:
        return max(firm, key=lambda each: min(each.share, 1.0))
    return next(iter([*_of_people(panel, change), *found]), None)


def _of_people(panel: Panel, change: Change) -> Iterator[Cause]:
    """Yield who came and who stopped, where the four weeks that are compared lie on either side of the change."""
    fresh = sum(week >= change.since for week in panel.weeks)
    if change.metric != PEOPLE or change.kind != "level" or not 2 <= fresh <= 6:
        return
    place = (change.department, change.tool)
    came, went = panel.latest("gained_people", *place), panel.latest("lapsed_people", *place)
    if came is None or went is None:
        return
    net = cohorts(came=came, went=went).change
    if net * change.change <= 0:
        return
    stopped = f"{went:,.0f} stopped" if went else "nobody stopped"
    are = counted(came, "person is", "people are") if came else "nobody is"
    yield Cause(
        kind="cohort",
        text=f"Against the four weeks before, {are} new or back and {stopped}.",
        by="people",
        part="",
        share=1.0,
        explained=net,
        change=net,
    )
