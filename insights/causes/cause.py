"""What a cause is: where a change lies, in a sentence that its numbers support."""

from dataclasses import dataclass
from typing import Literal

from insights.scan import Change

Kind = Literal["within", "mix", "simpson", "contribution", "spread", "cohort", "chain"]

ENOUGH = 0.5
"""Part of a change that a cause explains at least."""

SEEN = 1 / 3
"""Part of the change told that the two periods must show."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """Where a change lies. `text` is one sentence; "it" in it is the change.

    `part` is the department, tool or factor it names ('' none), `by` what was looked through. `explained` of `change`
    is the part's doing, in the metric's own unit, and `share` their quotient: above 1 where the rest moved the other
    way. A cause of kind 'spread' says that no part stands out, and `share` is the largest part's.
    """

    kind: Kind
    text: str
    by: Literal["department", "tool", "people", "factor"]
    part: str
    share: float
    explained: float
    change: float


def shows(seen: float, change: Change) -> bool:
    """Tell whether the change `seen` between two periods is the change that is told."""
    return seen * change.change > 0 and abs(seen) >= SEEN * abs(change.change)
