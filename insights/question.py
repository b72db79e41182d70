"""What somebody asked."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Intent = Literal["show", "compare", "rank", "explain", "recommend", "forecast", "help", "decline"]
By = Literal["department", "tool", "location", "team", "week"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Weeks:
    """The first and the last week asked for, each by its Monday."""

    first: date
    last: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Rank:
    """From which end to list, and how many; None where nobody said how many."""

    order: Literal["top", "bottom"] = "top"
    count: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What somebody asked, with nothing of how it was said.

    `view` is a View's id, or `renewal`, `changes`, `actions`, `impact`, `help`, `status` or `baseline`. Empty
    `metrics` means the view's own, empty `departments` and `locations` the whole company, empty `tools` all of them
    together, `weeks` None the default: the last 14 complete weeks. `by` is what the numbers are told apart by,
    `compare` a second span of weeks to set `weeks` beside, `rank` how to order. Departments or tools that are compared
    with each other stand in `departments` and `tools`. `table` asks for all of it as a table, `meaning` for what a
    metric is rather than why it moved.
    """

    view: str = "overview"
    metrics: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    weeks: Weeks | None = None
    intent: Intent = "show"
    locations: tuple[str, ...] = ()
    by: By | None = None
    compare: Weeks | None = None
    rank: Rank | None = None
    table: bool = False
    meaning: bool = False
