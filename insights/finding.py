"""A finding, and the action that goes with it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from insights.series import Panel

Owner = Literal["admin", "enablement", "leader"]

State = Literal["new", "still", "worse", "reversed"]
"""How a finding stands to what earlier digests told: "worse" is the same with clearly more impact."""

Direction = Literal[-1, 0, 1]
"""Where a metric went: down, up, or 0 where a finding is about how things stand."""


ANYWHERE = "*"
"""The key of `Action.where` for whatever tool has no words of its own; also what every tool together is called."""

UNKNOWN = "unknown"

QUICK, LONG = 5, 2400
"""Minutes: of what is done at once, and of a programme of weeks (a working week in all)."""

DEAREST_EFFORT = 0.4
FURTHEST_OWNER: dict[Owner, float] = {"admin": 0.0, "enablement": 0.05, "leader": 0.1}
"""What keeps an owner from doing it: an administrator clicks, enablement plans, a leader has to be won."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """What to do about a finding. Declared in `insights/actions/`.

    `steps` may use `{departments}`, `{model}` and the like, filled from the finding. `where` says where to click, by
    tool; "*" is for the others and for all together. `minutes` are the owner's, all in all. `expected` is the effect
    and `source` who says so; both are empty where nobody has shown one. `measure` is the id of the metric that shows
    success, judged after `weeks` weeks.
    """

    id: str
    title: str
    steps: tuple[str, ...]
    where: Mapping[str, str]
    owner: Owner
    minutes: int
    measure: str
    weeks: int = 4
    expected: str = UNKNOWN
    source: str = ""

    @property
    def actionable(self) -> float:
        """How easily it is done, from 1 (five minutes of an administrator) down to 0.5 (a leader's weeks).

        1 − 0.4 × log(minutes / 5) / log(2400 / 5) − (0 admin, 0.05 enablement, 0.1 leader): each doubling of the
        effort costs the same.
        """
        minutes = min(max(self.minutes, QUICK), LONG)
        effort = math.log(minutes / QUICK) / math.log(LONG / QUICK)
        return 1 - DEAREST_EFFORT * effort - FURTHEST_OWNER[self.owner]

    def place(self, tool: str) -> str:
        """Return where to click in a tool."""
        return self.where.get(tool, self.where[ANYWHERE])


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """The numbers behind a finding. `low` and `high` are the 90 % interval of `change`, where one could be computed.

    `people` is how many people the numbers are about, `weeks` how many complete weeks were looked at. `p` is the chance
    of as much without any change, `q` the same after all that was tried; both only where a test was made. `since` is
    the Monday from which a change holds.
    """

    value: float
    before: float | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    people: int
    weeks: int
    estimated: bool = False
    p: float | None = None
    q: float | None = None
    since: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A change or state worth telling.

    `key` is stable from week to week (`detector:departments:tool`) and its own within a week. `headline` is one
    sentence with its numbers, `detail` what supports it. `direction` is where the metric went.

    `impact`, `confidence`, `novelty` and `actionable` are 0..1; their product ranks findings. The detector gives the
    first two, the engine the others, and all that follows: `state` beside earlier digests, `first_week` in which this
    was found and `weeks_told` digests that told it since, and the departments that have joined and left.
    """

    key: str
    detector: str
    view: str
    metric: str
    tool: str
    departments: tuple[str, ...]
    week: date
    headline: str
    detail: str
    evidence: Evidence
    impact: float
    confidence: float
    action: Action
    direction: Direction = 0
    novelty: float = 1.0
    actionable: float = 1.0
    state: State = "new"
    first_week: date | None = None
    weeks_told: int = 0
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def rank(self) -> float:
        """What findings are ranked by, 0..1."""
        return self.impact * self.confidence * self.novelty * self.actionable


@dataclass(frozen=True, kw_only=True, slots=True)
class Detector:
    """A rule that looks at the weekly panel and returns what it finds. Declared in `insights/detectors/`.

    `resolved` is what is said when a finding that was told is gone: "{departments} no longer {leaves|leave} seats
    unused", with the verb for one department and for several. Without it the metric's title is said. `over` tells
    whether that is true of a department ('' is the company). Without it, not to be found where it could be is enough.
    """

    id: str
    view: str
    looks_for: str
    detect: "Callable[[Panel], list[Finding]]"
    resolved: str = ""
    over: "Callable[[Panel, str], bool] | None" = None
