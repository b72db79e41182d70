"""ChatGPT Enterprise: the Compliance Logs Platform's CONVERSATION_MESSAGE and COSTS files, and the list of users.

Formats: https://github.com/openai/openai-cookbook, examples/chatgpt/compliance_api.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec

from connectors.connector import Connector, FileFeed, Permission, Stream
from connectors.rows import (
    Account,
    Accounts,
    BadLine,
    CostRow,
    FileList,
    MessageRows,
    RemoteFile,
    Request,
    Rows,
)
from connectors.timestamps import DAY, UNREADABLE, date_of, read_time

MESSAGE, COSTS = "CONVERSATION_MESSAGE", "COSTS"
FOREIGN = "another kind of event"
NOT_OURS = "use of a product that is not counted yet"

_PRODUCTS = frozenset({"chatgpt", "work"})
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class _Actor(msgspec.Struct, gc=False):
    user_id: str | None = None
    user_email: str | None = None


class _Author(msgspec.Struct, gc=False):
    type: str | None = None
    role: str | None = None
    model: str | None = None


class _Content(msgspec.Struct, gc=False):
    value: Any = None


class _Message(msgspec.Struct, gc=False):
    id: str | None = None
    parent_id: str | None = None
    author: _Author | None = None
    content: _Content | str | None = None


class _Conversation(msgspec.Struct, gc=False):
    id: str | None = None


class _Event(msgspec.Struct, gc=False):
    event_id: str | None = None
    type: str | None = None
    timestamp: str | float | None = None
    actor: _Actor | None = None
    previous_message_id: str | None = None
    message: _Message | None = None
    conversation: _Conversation | None = None
    payload: msgspec.Raw = msgspec.Raw()


# The same as nearly every line is. Decoding into these is faster, for no field is looked at twice; what does not fit
# is decoded again as above.


class _UsualAuthor(msgspec.Struct, gc=False):
    type: Literal["user", "assistant", "tool", "system"]
    model: str | None = None


class _UsualContent(msgspec.Struct, gc=False):
    value: str | None


class _UsualMessage(msgspec.Struct, gc=False):
    id: str
    parent_id: str | None
    author: _UsualAuthor
    content: _UsualContent


class _UsualConversation(msgspec.Struct, gc=False):
    id: str


class _UsualEvent(msgspec.Struct, gc=False):
    event_id: str
    type: Literal["CONVERSATION_MESSAGE"]
    timestamp: str
    actor: _Actor
    message: _UsualMessage
    conversation: _UsualConversation
    previous_message_id: str | None = None


class _Kind(msgspec.Struct):
    type: str | None = None


class _Identity(msgspec.Struct):
    user_id: str | None = None
    email: str | None = None


class _Tokens(msgspec.Struct):
    text_input_tokens: int | None = None
    text_output_tokens: int | None = None


class _Amount(msgspec.Struct):
    value: float | None = None
    unit: str | None = None


class _Bill(msgspec.Struct):
    cost: _Amount | None = None


class _Measures(msgspec.Struct):
    usage: _Tokens | None = None
    billing: list[_Bill] | None = None


class _Costs(msgspec.Struct):
    day: str | None = None
    hour: int | None = None
    identity: _Identity | None = None
    product: str | None = None
    model: str | None = None
    measures: _Measures | None = None


class _User(msgspec.Struct):
    id: str
    email: str | None = None
    status: str | None = None
    created_at: float | str | None = None
    seat_type: str | None = None


class _Users(msgspec.Struct):
    data: list[_User]
    has_more: bool = False
    last_id: str | None = None


class _File(msgspec.Struct):
    id: str
    end_time: str | None = None
    file_sha256: str | None = None
    file_size: int | None = None


class _Files(msgspec.Struct):
    data: list[_File]
    has_more: bool = False
    last_end_time: str | None = None


_PLACE = re.compile(r"`\$\.([a-z_.]+)`$")
_NO_ACTOR, _NO_AUTHOR, _NO_CONVERSATION = _Actor(), _Author(), _Conversation()
_USUAL = msgspec.json.Decoder(_UsualEvent)
_EVENT = msgspec.json.Decoder(_Event)
_KIND = msgspec.json.Decoder(_Kind)
_COSTS = msgspec.json.Decoder(_Costs)
_USERS = msgspec.json.Decoder(_Users | list[_User])
_FILES = msgspec.json.Decoder(_Files)
_UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)


def parse(piece: bytes) -> Rows:
    """Return the rows of a piece of a log file. Lines that cannot be read are counted, and reported by number."""
    try:
        usual = _USUAL.decode_lines(piece)
    except _UNREADABLE:
        pass
    else:
        return Rows(lines=len(usual), messages=(_usual_messages(usual),) if usual else ())
    try:
        events = _EVENT.decode_lines(piece)
    except _UNREADABLE:
        return _parse_by_line(piece)
    return _rows_of(events, range(1, len(events) + 1), len(events))


def parse_users(page: bytes) -> Accounts:
    """Return the users of one page of the API, or of a file that holds one page or a plain list."""
    users = _USERS.decode(page.removeprefix(_BYTE_ORDER_MARK))
    cursor = None
    if isinstance(users, _Users):
        if users.has_more and not users.last_id:
            raise ValueError("the list of users says that there is more, but not where")
        cursor = users.last_id if users.has_more else None
        users = users.data
    return Accounts(accounts=tuple(map(_account, users)), cursor=cursor)


def list_users(workspace: str, cursor: str | None) -> Request:
    """Ask for a page of the users, past and present."""
    after = {"after": cursor} if cursor else {}
    return Request(path=f"workspaces/{workspace}/users", parameters={"limit": "200", **after})


def list_files(stream: Stream, scope: str, after: str) -> Request:
    """Ask for a page of the files that ended after a moment."""
    return Request(
        path=f"{stream.scope}s/{scope}/logs", parameters={"event_type": stream.name, "after": after, "limit": "100"}
    )


def fetch_file(stream: Stream, scope: str, file: str) -> Request:
    """Ask for a file. The answer is a redirect to where it lies."""
    return Request(path=f"{stream.scope}s/{scope}/logs/{file}")


def parse_files(page: bytes) -> FileList:
    """Return the files of one page of the list. The cursor is the end of the last one."""
    listing = _FILES.decode(page)
    if listing.has_more and not listing.last_end_time:
        raise ValueError("the list of files says that there is more, but not where")
    files = tuple(
        RemoteFile(id=each.id, end=each.end_time or "", sha256=each.file_sha256, size=each.file_size or 0)
        for each in listing.data
    )
    return FileList(files=files, cursor=listing.last_end_time if listing.has_more else None)


def _account(user: _User) -> Account:
    created = read_time(user.created_at)
    return Account(
        id=user.id,
        email=user.email,
        active=(user.status or "active").lower() == "active",
        created=None if created == UNREADABLE else date_of(created // DAY),
        plan=user.seat_type or "",
    )


def _parse_by_line(piece: bytes) -> Rows:
    """Read line by line, for a piece that holds a line which cannot be read."""
    events: list[_Event] = []
    numbers: list[int] = []
    bad: list[BadLine] = []
    foreign = number = 0
    cut = False
    for line in piece.removeprefix(_BYTE_ORDER_MARK).split(b"\n"):
        if not line.strip():
            continue
        number += 1
        cut = False
        try:
            events.append(_EVENT.decode(line))
            numbers.append(number)
        except _UNREADABLE as error:
            cut = not piece.endswith(b"\n") and not isinstance(error, msgspec.ValidationError)
            if _is_foreign(line):
                foreign += 1
            else:
                bad.append(BadLine(line=number, why=_why(error)))
    rows = _rows_of(events, numbers, number)
    passed = dict(rows.passed)
    if foreign:
        passed[FOREIGN] = passed.get(FOREIGN, 0) + foreign
    return Rows(lines=number, messages=rows.messages, costs=rows.costs, bad=(*bad, *rows.bad), passed=passed, cut=cut)


def _usual_messages(events: Sequence[_UsualEvent]) -> MessageRows:
    messages = [event.message for event in events]
    actors = [event.actor for event in events]
    authors = [message.author for message in messages]
    return MessageRows(
        line=range(1, len(events) + 1),
        event=[event.event_id for event in events],
        time=[event.timestamp for event in events],
        email=[actor.user_email for actor in actors],
        account=[actor.user_id for actor in actors],
        author=[author.type for author in authors],
        model=[author.model for author in authors],
        content=[message.content.value for message in messages],
        message=[message.id for message in messages],
        parent=[
            message.parent_id or event.previous_message_id for message, event in zip(messages, events, strict=True)
        ],
        conversation=[event.conversation.id for event in events],
    )


def _why(error: Exception) -> str:
    """Say what is wrong with a line in words of our own, for a library's may hold the line's."""
    match error:
        case msgspec.ValidationError():
            # Of msgspec's words only the place is taken, and only if it is made of names of our fields.
            place = _PLACE.search(str(error))
            return f"{place[1] if place else 'a field'} has another type than expected"
        case RecursionError():
            return "nested too deeply"
        case _:
            return "not JSON"


def _is_foreign(line: bytes) -> bool:
    try:
        return (_KIND.decode(line).type or MESSAGE) not in {MESSAGE, COSTS}
    except _UNREADABLE:
        return False


def _rows_of(events: Sequence[_Event], numbers: Sequence[int], size: int) -> Rows:
    bad: list[BadLine] = []
    passed: dict[str, int] = {}
    costs: list[CostRow] = []
    kinds = {event.type for event in events}
    if kinds <= {MESSAGE}:
        ours, lines = events, list(numbers)
    else:
        pairs = list(zip(events, numbers, strict=True))
        chosen = [(event, number) for event, number in pairs if event.type == MESSAGE or _looks_like_one(event)]
        ours, lines = [event for event, _ in chosen], [number for _, number in chosen]
        metered = [(event, number) for event, number in pairs if event.type == COSTS]
        if foreign := len(pairs) - len(chosen) - len(metered):
            passed[FOREIGN] = foreign
        costs = list(_costs_of(metered, bad, passed))
    whole = [each for each in zip(ours, lines, strict=True) if each[0].message is not None]
    if len(whole) != len(ours):
        bad += [BadLine(line=n, why="no message") for event, n in zip(ours, lines, strict=True) if not event.message]
        ours, lines = [event for event, _ in whole], [number for _, number in whole]
    messages = (_messages_of(ours, lines),) if ours else ()
    return Rows(lines=size, messages=messages, costs=tuple(costs), bad=tuple(bad), passed=passed)


def _looks_like_one(event: _Event) -> bool:
    return event.type is None and event.message is not None and event.conversation is not None


def _messages_of(events: Sequence[_Event], lines: Sequence[int]) -> MessageRows:
    messages: list[_Message] = [event.message for event in events]  # type: ignore[misc]
    actors = [event.actor or _NO_ACTOR for event in events]
    authors = [message.author or _NO_AUTHOR for message in messages]
    contents = [message.content for message in messages]
    return MessageRows(
        line=lines,
        event=[event.event_id for event in events],
        time=[event.timestamp for event in events],
        email=[actor.user_email for actor in actors],
        account=[actor.user_id for actor in actors],
        author=[author.type or author.role for author in authors],
        model=[author.model for author in authors],
        content=[each.value if isinstance(each, _Content) else each for each in contents],
        message=[message.id for message in messages],
        parent=[
            message.parent_id or event.previous_message_id for message, event in zip(messages, events, strict=True)
        ],
        conversation=[(event.conversation or _NO_CONVERSATION).id for event in events],
    )


def _costs_of(events: Iterable[tuple[_Event, int]], bad: list[BadLine], passed: dict[str, int]) -> Iterable[CostRow]:
    for event, number in events:
        try:
            payload = _COSTS.decode(event.payload)
        except _UNREADABLE as error:
            bad.append(BadLine(line=number, why=_why(error)))
            continue
        if (payload.product or "").strip().lower() not in _PRODUCTS:
            passed[NOT_OURS] = passed.get(NOT_OURS, 0) + 1
            continue
        yield _cost_of(event, payload, number)


def _cost_of(event: _Event, payload: _Costs, number: int) -> CostRow:
    identity = payload.identity or _Identity()
    measures = payload.measures or _Measures()
    tokens = measures.usage or _Tokens()
    billed: dict[bool, float] = {}
    for bill in measures.billing or ():
        if bill.cost and bill.cost.value is not None:
            in_credits = (bill.cost.unit or "").strip().lower() in {"credit", "credits"}
            billed[in_credits] = billed.get(in_credits, 0.0) + bill.cost.value
    time = event.timestamp
    if time is None and payload.day:
        time = f"{payload.day}T{payload.hour or 0:02}:59:59Z"
    return CostRow(
        line=number,
        event=event.event_id,
        time=time,
        email=identity.email,
        account=identity.user_id,
        model=payload.model,
        input_tokens=tokens.text_input_tokens,
        output_tokens=tokens.text_output_tokens,
        credits=billed.get(True),
        cost=billed.get(False),
    )


_WHERE = "ChatGPT: Workspace settings, Compliance API; or a key mailed to support@openai.com for the `read` scope"

chatgpt = Connector(
    tool="chatgpt",
    title="ChatGPT Enterprise",
    base_url="https://api.chatgpt.com/v1/compliance",
    streams=(
        Stream(name=MESSAGE, scope="workspace", permission=Permission(name="compliance read", where=_WHERE)),
        Stream(
            name=COSTS,
            scope="organization",
            permission=Permission(name="compliance read for the organization", where=_WHERE),
            optional=True,
        ),
    ),
    users=Permission(name="compliance read", where=_WHERE),
    reads=(
        "who wrote each message, when, in which conversation, with which model, and how long it is",
        "tokens, credits and cost by person, hour and model",
        "which accounts exist, since when, and whether they are active",
    ),
    never_reads=(
        "titles, names of people, GPTs, projects and files, quotes and annotations: they are not decoded",
        "text is measured and dropped; addresses and ids are kept as keyed hashes only",
    ),
    measures=frozenset(
        {
            "sessions",
            "messages",
            "prompts",
            "prompt_characters",
            "short_prompts",
            "long_prompts",
            "input_tokens",
            "output_tokens",
            "credits",
            "cost",
        }
    ),
    retention_days=30,
    restatement_days=3,
    lag_hours=24,
    feed=FileFeed(
        list_files=list_files,
        parse_files=parse_files,
        fetch_file=fetch_file,
        parse=parse,
        list_users=list_users,
        parse_users=parse_users,
    ),
)
