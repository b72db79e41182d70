"""What a metric is. Each one is declared in `insights/metrics/`, a few lines each."""

from dataclasses import dataclass
from typing import Literal

Unit = Literal[
    "people",
    "seats",
    "sessions",
    "messages",
    "prompts",
    "characters",
    "tokens",
    "credits",
    "money",
    "percent",
    "ratio",
    "score",
]
"""How a value is written. `percent` values are fractions 0..1; `money` is in the contract's currency a month or
week as the title says; `score` is 0..100."""

Good = Literal["up", "down", "none"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One component of a score: `weight` × how far numerator / denominator has come from `low` (0) to `high` (1)."""

    weight: float
    numerator: str
    denominator: str
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """How weekly facts become a number.

    `numerator` and `denominator` name columns of the weekly roll-ups (`insights.weekly.COLUMNS`). Without a
    denominator the value is the numerator; with one it is the quotient of the sums, never a mean of quotients.
    A metric with neither, nor parts, is a share of each model family (`Panel.shares`).
    `group` names the column that counts the people the number is about: what the small-group gate looks at.
    `definition` is one plain sentence, printed by `ai-usage metrics`. `words` are what people call it.
    `smallest_change` is the least change worth a word, in the metric's own unit. `only` says that a metric is
    known of the company as a whole, or of departments, and not of the other. `across` says that it is about several
    tools at once, so that no single tool has it. A `watched` metric is tested for change every week; one that only says
    again what another says, or looks back over many weeks, is not. `weight` is how much of the false findings that are
    allowed it may use beside others, and `goes_with` the metric of which it mostly says the same again: where that one
    has moved it is not told.
    """

    id: str
    title: str
    definition: str
    unit: Unit
    good: Good
    numerator: str = ""
    denominator: str = ""
    parts: tuple[Part, ...] = ()
    group: str = "people"
    smallest_change: float = 0.0
    words: tuple[str, ...] = ()
    order: int = 100
    only: Literal["", "company", "department"] = ""
    watched: bool = False
    weight: float = 1.0
    goes_with: str = ""
    across: bool = False

    @property
    def adds_up(self) -> bool:
        """Whether the value is a count or sum rather than a quotient or a score."""
        return not self.denominator and not self.parts

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns without which the value is absent."""
        named = [self.numerator, self.denominator]
        named += [column for part in self.parts for column in (part.numerator, part.denominator)]
        return tuple(dict.fromkeys(column for column in named if column))
