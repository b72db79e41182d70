"""A finding, and the action that goes with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from insights.series import Panel

Owner = Literal["admin", "enablement", "leader"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """What to do about a finding. Declared in `insights/actions/`.

    `steps` may use `{departments}`, `{model}` and the like, filled from the finding. `where` says where to click.
    `expected` is the effect with its source, or "unknown". `measure` is the id of the metric that shows success,
    judged after `weeks` weeks.
    """

    id: str
    title: str
    steps: tuple[str, ...]
    where: str
    owner: Owner
    minutes: int
    expected: str
    measure: str
    weeks: int = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """The numbers behind a finding. `low` and `high` are the 90 % interval of `change`, where one could be computed.

    `people` is how many people the numbers are about, `weeks` how many complete weeks were looked at.
    """

    value: float
    before: float | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    people: int
    weeks: int
    estimated: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A change or state worth telling.

    `key` is stable from week to week (`detector:departments:tool`). `headline` is one sentence with its numbers,
    `detail` what supports it. `impact` and `confidence` are 0..1; their product ranks findings.
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Detector:
    """A rule that looks at the weekly panel and returns what it finds. Declared in `insights/detectors/`."""

    id: str
    view: str
    looks_for: str
    detect: "Callable[[Panel], list[Finding]]"
