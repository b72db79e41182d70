"""The Card: what the bot says, before any platform. Renderers are pure functions in `bot/render/`."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Trend = Literal["better", "worse", "neutral"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One headline number. `change` is already worded ("up 1.4 over 14 weeks"); `note` qualifies ("estimated")."""

    label: str
    value: str
    change: str = ""
    trend: Trend = "neutral"
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Rows of words. `numeric` tells which columns read better aligned right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    caption: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of a chart: a value a week, None where there is none or it is hidden. `unit` as in Metric.unit."""

    label: str
    values: tuple[float | None, ...]
    unit: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """A horizontal line that gives values their meaning."""

    value: float
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LineChart:
    """Lines over weeks (Mondays). With `two_scales` there are exactly two lines, each with its own axis."""

    title: str
    weeks: tuple[date, ...]
    lines: tuple[Line, ...]
    alt: str
    two_scales: bool = False
    levels: tuple[Level, ...] = ()
    currency: str = "USD"


@dataclass(frozen=True, kw_only=True, slots=True)
class ShareChart:
    """Stacked shares (0..1) by week; the shares of a week add up to 1 or are all None. Strongest first.

    `reference` is the label of the weakest share that is strong enough: what lies above it is set apart, and `older`
    says what that is ("39% below GPT-4o").
    """

    title: str
    weeks: tuple[date, ...]
    shares: tuple[Line, ...]
    alt: str
    reference: str = ""
    older: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dot:
    """One labelled dot; `people` gives its size, `emphasis` sets it apart."""

    label: str
    x: float
    y: float
    people: int
    emphasis: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class DotChart:
    """One dot a department."""

    title: str
    x_label: str
    y_label: str
    dots: tuple[Dot, ...]
    alt: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One bar; `part` is the share of it (in the same unit) that is set apart, such as spend on unused seats."""

    label: str
    value: float
    part: float | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class BarChart:
    """Horizontal bars, largest first. `part_label` names what the set-apart part is."""

    title: str
    unit: str
    bars: tuple[Bar, ...]
    alt: str
    part_label: str = ""
    currency: str = "USD"


Chart = LineChart | ShareChart | DotChart | BarChart
"""`alt` holds the numbers the picture shows, for those who do not see it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Button:
    """Something to press: either `ask`, a question as if it were typed ("sales last 26 weeks"), or `do`.

    `do` is a verb with what it needs: "explain KEY", "assign ACTION KEY", "snooze KEY 4", "table", "share". Verbs
    change something or tell more about what is shown; only platforms that know who presses offer them.
    """

    label: str
    ask: str = ""
    do: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """A finding as people read it: what was seen, and what to do about it.

    `state` says how it stands to earlier digests: "Still (3rd week)"; empty where there is nothing to tell apart.
    `buttons` are what can be done about this finding, the most wanted first.
    """

    key: str
    headline: str
    detail: str
    action: str
    steps: tuple[str, ...]
    where: str
    owner: str
    effort: str
    expected: str
    state: str = ""
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """What the bot says.

    `text` is the written answer, the number first; plain words, no markup. `footer` says which weeks, tools and
    people it covers, how fresh it is, and what is hidden or estimated. `resolved` are sentences about what earlier
    cards told and is gone.
    """

    title: str
    text: str
    fields: tuple[Field, ...] = ()
    chart: Chart | None = None
    table: Table | None = None
    advice: tuple[Advice, ...] = ()
    resolved: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    footer: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest:
    """The weekly digest: the card that everybody reads, and one card a view for those who want more."""

    week: date
    card: Card
    views: tuple[Card, ...]
