"""CODEX_LOG lines of the compliance logs: prompts, answers and what tools did in sessions of Codex.

Counted are PROMPT_SENT and PROMPT_RESPONSE_RECEIVED. Which of them an event is says `event_details.detail_type`, else
the event's own `event_type`. Tokens are the answers' `token_usage`: `input_tokens` holds the cached ones, and
`output_tokens` those of reasoning, as in OpenAI's other reports; their parts are not added. CODEX_TURN lines tell the
same tokens again, and are foreign here.
Not confirmed: that the parts are within; that no other event has tokens of its own.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from connectors.files.timestamps import UNREADABLE, read_time
from connectors.parts.jsonl import FOREIGN, read_lines
from connectors.parts.logs_platform import Actor
from connectors.rows import BadLine, CostRow, MessageRows, Rows

CODEX_LOG = "CODEX_LOG"
TOOLS = "what a tool did, or whether it was let"
UNKNOWN = "an event of a kind that is not known"

_AUTHORS: Mapping[str, str] = {"PROMPT_SENT": "user", "PROMPT_RESPONSE_RECEIVED": "assistant"}


class _Tokens(msgspec.Struct, gc=False):
    input_tokens: int | None = None
    output_tokens: int | None = None


class _Details(msgspec.Struct, gc=False):
    detail_type: str | None = None
    session_id: str | None = None
    model: str | None = None
    prompt_text: object = None
    response_text: object = None
    token_usage: _Tokens | None = None


class _Event(msgspec.Struct, gc=False):
    event_id: str | None = None
    type: str | None = None
    event_type: str | None = None
    timestamp: str | float | None = None
    actor: Actor | None = None
    event_details: _Details | None = None


_NO_ACTOR, _NO_DETAILS = Actor(), _Details()
_EVENT = msgspec.json.Decoder(_Event)


def parse_log(piece: bytes) -> Rows:
    """Return the rows of a piece of a log file. Lines that cannot be read are counted, and reported by number."""
    return read_lines(piece, _EVENT, _rows_of, frozenset({CODEX_LOG}))


def _rows_of(events: Sequence[_Event], numbers: Sequence[int], size: int) -> Rows:
    ours: list[tuple[_Event, int]] = []
    bad: list[BadLine] = []
    passed: dict[str, int] = {}
    for event, number in zip(events, numbers, strict=True):
        what = _what(event)
        if event.type not in (CODEX_LOG, None) or (event.type is None and not what):
            passed[FOREIGN] = passed.get(FOREIGN, 0) + 1
        elif what in _AUTHORS:
            if fault := _fault(event):
                bad.append(BadLine(line=number, why=fault))
            else:
                ours.append((event, number))
        elif what:
            reason = TOOLS if what.startswith("TOOL_") else UNKNOWN
            passed[reason] = passed.get(reason, 0) + 1
        else:
            bad.append(BadLine(line=number, why="no detail_type"))
    return Rows(
        lines=size,
        messages=(_messages_of(ours),) if ours else (),
        costs=tuple(_tokens_of(ours)),
        bad=tuple(bad),
        passed=passed,
    )


def _what(event: _Event) -> str:
    return ((event.event_details or _NO_DETAILS).detail_type or event.event_type or "").strip().upper()


def _fault(event: _Event) -> str:
    """What keeps an event from being counted, "" for nothing: told once, while a line makes a message and a cost."""
    if not event.event_id:
        return "no event id"
    if not (event.event_details or _NO_DETAILS).session_id:
        return "no session id"
    return "no readable time" if read_time(event.timestamp) == UNREADABLE else ""


def _messages_of(events: Sequence[tuple[_Event, int]]) -> MessageRows:
    authors = [_AUTHORS[_what(event)] for event, _ in events]
    actors = [event.actor or _NO_ACTOR for event, _ in events]
    details = [event.event_details or _NO_DETAILS for event, _ in events]
    ids = [event.event_id for event, _ in events]
    return MessageRows(
        line=[number for _, number in events],
        event=ids,
        time=[event.timestamp for event, _ in events],
        email=[actor.user_email for actor in actors],
        account=[actor.user_id for actor in actors],
        author=authors,
        model=[each.model for each in details],
        content=[
            each.prompt_text if author == "user" else each.response_text
            for each, author in zip(details, authors, strict=True)
        ],
        message=ids,
        parent=[None] * len(events),
        conversation=[each.session_id for each in details],
    )


def _tokens_of(events: Sequence[tuple[_Event, int]]) -> Iterator[CostRow]:
    for event, number in events:
        actor, details = event.actor or _NO_ACTOR, event.event_details or _NO_DETAILS
        used = details.token_usage
        if used is None or _AUTHORS[_what(event)] != "assistant":
            continue
        yield CostRow(
            line=number,
            event=event.event_id,
            time=event.timestamp,
            email=actor.user_email,
            account=actor.user_id,
            model=details.model,
            input_tokens=used.input_tokens,
            output_tokens=used.output_tokens,
            credits=None,
            cost=None,
        )
