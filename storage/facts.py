"""The facts the store keeps. A measure that a tool does not report is None: absent is not zero."""

from dataclasses import dataclass
from datetime import date
from typing import NewType

Person = NewType("Person", bytes)
"""A pseudonym: the 32 bytes of HMAC-SHA-256 over a canonical identity under the organisation's key."""

NO_MODEL = ""
"""The model of usage for which the vendor names none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What one person did with one tool and model on one UTC day.

    `sessions` counts the sessions whose strongest model is this one, so sessions add up over models.
    `short_prompts` are under 50 characters, `long_prompts` over 200. `cost` is in the contract's currency.
    `tokens_estimated` says that the tokens were worked out from characters, not reported.
    """

    day: date
    person: Person
    tool: str
    model: str
    sessions: int | None = None
    messages: int | None = None
    prompts: int | None = None
    prompt_characters: int | None = None
    short_prompts: int | None = None
    long_prompts: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    tokens_estimated: bool = False
    credits: float | None = None
    cost: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PeriodUsage:
    """What one person did with one tool and model from `first` to `last`, both included, as one total.

    It comes from a vendor's manual export. Nobody can tell on which days of the period it happened, so it is kept
    apart from Usage and never added to it. `active_days` counts days of use, where the export says so. Somebody who
    is listed and did nothing is not `active`.
    """

    first: date
    last: date
    person: Person
    tool: str
    model: str = NO_MODEL
    active: bool
    active_days: int | None = None
    sessions: int | None = None
    messages: int | None = None
    prompts: int | None = None
    prompt_characters: int | None = None
    short_prompts: int | None = None
    long_prompts: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    credits: float | None = None
    cost: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CompanyDay:
    """One number that a vendor tells of the whole organisation and one UTC day, of nobody in particular.

    `project` is the vendor's id of one of the organisation's projects; "" for what is of none. Numbers that add up do
    so over projects, `people` do not.
    """

    day: date
    measure: str
    value: float
    project: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seat:
    """One person's licence of one tool from `start` until the day before `end` (None: still held).

    `price` is per month; None where the contract does not say.
    """

    person: Person
    tool: str
    start: date
    end: date | None = None
    plan: str = ""
    price: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One person's place in the organisation from `since` until the day before `until` (None: still there).

    `start` and `end` are the first and the last day of employment, where known.
    """

    person: Person
    since: date
    until: date | None = None
    department: str
    team: str = ""
    location: str = ""
    manager: Person | None = None
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Alias:
    """`alias` (another address, or a vendor's account id) and `person` are the same human being."""

    alias: Person
    person: Person


@dataclass(frozen=True, kw_only=True, slots=True)
class Contract:
    """What was bought: `seats` of `tool` at `price` a seat and month.

    `true_up` is how often seats beyond those bought are billed; between renewals none can be given back. `alert_above`
    is the share of the seats from which forecast waste is told by itself.
    """

    tool: str
    seats: int | None = None
    price: float | None = None
    currency: str = "USD"
    renews: date | None = None
    notice_days: int | None = None
    true_up: str = "none"
    alert_above: float = 0.15


@dataclass(frozen=True, kw_only=True, slots=True)
class EventBatch:
    """The de-identified events that one file of a feed holds for one UTC day, as columns in bytes.

    Kept for the vendor's retention, so that events which come late or twice are counted right. `file` is the
    vendor's file id or the content's SHA-256, never a path. What the columns are is the connectors' affair.
    """

    file: str
    day: date
    rows: int
    columns: bytes
