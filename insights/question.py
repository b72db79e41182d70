"""What somebody asked."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Intent = Literal["show", "compare", "help"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Weeks:
    """The first and the last week asked for, each by its Monday."""

    first: date
    last: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What somebody asked, with nothing of how it was said.

    `view` is a View's id, or `help`, `status` or `baseline`. Empty `metrics` means the view's own, empty `departments`
    the whole company, empty `tools` all of them together, `weeks` None the default: the last 14 complete weeks.
    """

    view: str = "overview"
    metrics: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    weeks: Weeks | None = None
    intent: Intent = "show"
