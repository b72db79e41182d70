"""What a parser hands to the door: rows in columns, still carrying the vendor's identities and text.

Every list of a table has one entry a row. These never leave the process that parsed them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageRows:
    """Messages as the vendor tells them. `line` counts from 1 the lines that are not blank, in the bytes parsed.

    `author` is the vendor's word ("user", "assistant", "tool", …). `content` is any JSON value, None where absent.
    """

    line: Sequence[int]
    event: Sequence[str | None]
    time: Sequence[str | float | None]
    email: Sequence[str | None]
    account: Sequence[str | None]
    author: Sequence[str | None]
    model: Sequence[str | None]
    content: Sequence[object]
    message: Sequence[str | None]
    parent: Sequence[str | None]
    conversation: Sequence[str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class CostRow:
    """Tokens, credits and money that one person used up, as the vendor metered them. None: not reported."""

    line: int
    event: str | None
    time: str | float | None
    email: str | None
    account: str | None
    model: str | None
    input_tokens: int | None
    output_tokens: int | None
    credits: float | None
    cost: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class BadLine:
    """A line that was skipped, and why, in words that hold nothing of the line.

    `line` counts from 1: of a piece, the lines that are not blank; of a file, all of them.
    """

    line: int
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """What a piece of a file holds. `lines` counts the lines that are not blank, `bad` are those that were skipped.

    `passed` counts lines that are sound but not ours to count, by reason. `cut` says that the last line lacks its
    end and cannot be read: the file was cut short.
    """

    lines: int
    messages: tuple[MessageRows, ...] = ()
    costs: tuple[CostRow, ...] = ()
    bad: tuple[BadLine, ...] = ()
    passed: Mapping[str, int] = field(default_factory=dict)
    cut: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """One account in a vendor's list of users. `created` is absent where the vendor does not say.

    `doubt`: of several addresses that lists give to one id, the one with the least counts.
    """

    id: str
    email: str | None
    active: bool
    created: date | None
    plan: str = ""
    doubt: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Accounts:
    """A page of a vendor's list of users. `cursor` asks for the next one; None: this was the last."""

    accounts: tuple[Account, ...] = field(default_factory=tuple)
    cursor: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteFile:
    """A file that a vendor lists. `end` is the vendor's own position of it in the feed, as it came."""

    id: str
    end: str
    sha256: str | None = None
    size: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class FileList:
    """A page of a vendor's list of files. `cursor` asks for the next one; None: this was the last."""

    files: tuple[RemoteFile, ...] = ()
    cursor: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What to ask a vendor for: a path below its base address, and the parameters of the query.

    With a `body` it is a POST of JSON. A `link` is a whole address that the vendor handed out, signed by itself: it is
    fetched without the key. `about` is the asker's own note of what the answer will be about; it is not sent.
    `otherwise` is asked where the vendor does not know this request. `person` is the vendor's id of one of many people:
    it takes the place of `{person}` in the path, which is told without it. Where the vendor has nothing of that person,
    or refuses to tell, the others are asked all the same.
    """

    path: str
    parameters: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    body: Mapping[str, object] | None = None
    link: bool = False
    about: str = ""
    person: str = ""
    otherwise: "Request | None" = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DayRow:
    """What a vendor says one person did on one UTC day, with one model where it says so.

    `measures` are named as the fields of `storage.facts.Usage`; one that is not reported is left out, never 0. Rows
    with the same `event`, the vendor's own name of what happened, are one: a log may tell it twice. It is not kept.
    Of a `project` it is kept how many people were in it that day.
    """

    day: date
    email: str | None = None
    account: str | None = None
    model: str | None = None
    measures: Mapping[str, float] = field(default_factory=dict)
    event: str | None = None
    project: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CompanyRow:
    """What a vendor says of the whole organisation on one UTC day; one that is not reported is left out, never 0.

    `project` is the vendor's id of one of the organisation's projects; "" for what is of none. `adds`: the rows of one
    question add up by day, measure and project; of others the one that is told last counts.
    """

    day: date
    measures: Mapping[str, float] = field(default_factory=dict)
    project: str = ""
    adds: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class TablePage:
    """What one answer holds. `then` are the requests that follow from it: the next page, or files to fetch.

    `machines` are ids of accounts that are no people: what is theirs is left out. `passed` counts rows that are sound
    but not ours to count, `bad` those that cannot be read, both by reason. `no_data`: the vendor has nothing for the
    days asked for, which is not to say that nothing happened; what was known of them stays. `company` is what is told
    of the whole organisation. `asked` are the accounts of which a table that asks person by person tells.
    """

    rows: tuple[DayRow, ...] = ()
    company: tuple[CompanyRow, ...] = ()
    accounts: tuple[Account, ...] = ()
    machines: tuple[str, ...] = ()
    then: tuple[Request, ...] = ()
    passed: Mapping[str, int] = field(default_factory=dict)
    bad: Mapping[str, int] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    no_data: bool = False


ParseRows = Callable[[bytes], Rows]
"""Parse a piece of a log file that was cut at a line's end. Pure; never raises on what a line holds."""
