"""The interactions of people with Microsoft 365 Copilot: read only where it is asked for, since the answers hold text.

- One chain of pages for each account with a licence, for the days of the window. Microsoft answers 404 where somebody
  had none, and 403 for a licence without Graph-grounded chat: the others are read all the same.
- A session is a thread on one UTC day; a message is a prompt or an answer. An answer belongs to the day of its prompt:
  so some minutes more are asked for on both sides of the days.
- The ids of interactions are moments of time: they are told apart by person and thread, too.
- Agents of Copilot Studio are not in it. What it holds besides prompts and answers is counted and left out.

Lengths are measured here: a row of a day has no place for text, and so none leaves this file. Elsewhere that is left to
the door, whose measure it is. Only the body of an interaction is decoded: no attachment, link, context or mention.

One question follows the other, and a key lives about an hour: more people than can be asked in that time, some ten
thousand, end in an error that keeps none of them.

Not confirmed: how far back it reaches, the limit of requests, and that a link names its function as the request does.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from html import unescape

import msgspec

from connectors.connector import Scopes
from connectors.door import length_of
from connectors.files.events import ABSENT
from connectors.files.timestamps import DAY, UNREADABLE, date_of, read_time
from connectors.files.usage import LONG, SHORT
from connectors.parts.graph import Holder, ask_products, next_page, note_of, read_holders
from connectors.rows import DayRow, Request, TablePage

INTERACTIONS = "v1.0/copilot/users/{person}/interactionHistory/getAllEnterpriseInteractions"
NO_KIND = "an interaction that is neither a prompt nor an answer"
NO_DAY = "no readable day"
NO_ID = "an interaction without an id"
MEASURES = frozenset({"sessions", "messages", "prompts", "prompt_characters", "short_prompts", "long_prompts"})

_PROMPT, _ANSWER = "userPrompt", "aiResponse"
_ATTACHMENT = re.compile(r"<attachment id=\"[^\"<>]*\"></attachment>")
# Of html.parser some kilobytes of `<a <a <a` take half a minute; this takes its time only once.
_TAG = re.compile(r"<[^<>]*>")


class _Body(msgspec.Struct, rename="camel"):
    content_type: str | None = None
    content: str | None = None


class _Interaction(msgspec.Struct, rename="camel"):
    id: str | None = None
    session_id: str | None = None
    request_id: str | None = None
    interaction_type: str | None = None
    created_date_time: str | None = None
    body: _Body | None = None


class _Interactions(msgspec.Struct):
    value: list[_Interaction]
    more: str | None = msgspec.field(default=None, name="@odata.nextLink")


_PAGE = msgspec.json.Decoder(_Interactions)


def ask(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask which products the tenant holds; the accounts, and their interactions, follow from the answer."""
    del scopes
    return (ask_products(f"{first} {last}"),)


def is_copilot(name: str) -> bool:
    """Tell whether the name of a product or service plan is that of a Copilot licence; Studio's is none."""
    return "COPILOT" in name.upper() and "STUDIO" not in name.upper()


def parse(answer: bytes, request: Request) -> TablePage:
    """Return the questions that follow from a page of accounts, or how much a person did. No text is returned."""
    if request.path == INTERACTIONS:
        return _parse(answer, request)
    first, last = map(date.fromisoformat, note_of(request).split())
    holders, then = read_holders(answer, request, is_copilot)
    return TablePage(then=(*then, *(_question(each, first, last) for each in holders if each.licensed and each.id)))


def _question(holder: Holder, first: date, last: date) -> Request:
    before, after = first - timedelta(days=1), last + timedelta(days=1)
    span = f"createdDateTime gt {before}T23:50:00Z and createdDateTime lt {after}T00:10:00Z"
    return Request(
        path=INTERACTIONS, person=holder.id or "", parameters={"$top": "100", "$filter": span}, about=holder.name
    )


def _parse(answer: bytes, request: Request) -> TablePage:
    page = _PAGE.decode(answer)
    days = [_day(each.created_date_time) for each in page.value]
    asked = {
        each.request_id: day
        for each, day in zip(page.value, days, strict=True)
        if each.interaction_type == _PROMPT and day is not None and each.request_id is not None
    }
    rows: dict[str, DayRow] = {}
    passed, bad = Counter[str](), Counter[str]()
    for each, own in zip(page.value, days, strict=True):
        day = asked.get(each.request_id or "", own) if each.interaction_type == _ANSWER else own
        if each.interaction_type not in (_PROMPT, _ANSWER):
            passed[NO_KIND] += 1
        elif day is None or not each.id:
            bad[NO_DAY if day is None else NO_ID] += 1
        else:
            rows.update(_rows(each, day, request))
    then = next_page(page.more, request)
    return TablePage(rows=tuple(rows.values()), then=then, passed=passed, bad=bad, asked=(request.about,))


def _rows(interaction: _Interaction, day: date, request: Request) -> Iterator[tuple[str, DayRow]]:
    """Yield what an interaction adds to a day, by a name under which it counts once however often it is told."""
    thread = f"{request.person} {interaction.session_id}"
    told: dict[str, Mapping[str, float]] = {f"{thread} {interaction.id}": _measures(interaction)}
    if interaction.session_id:
        told[f"{thread} on {day}"] = {"sessions": 1}
    for event, measures in told.items():
        yield event, DayRow(day=day, account=request.about, measures=measures, event=event)


def _measures(interaction: _Interaction) -> dict[str, float]:
    if interaction.interaction_type == _ANSWER:
        return {"messages": 1}
    length = _length(interaction.body or _Body())
    return {
        "messages": 1,
        "prompts": 1,
        "prompt_characters": max(length, 0),
        "short_prompts": length != ABSENT and length < SHORT,
        "long_prompts": length > LONG,
    }


def _length(body: _Body) -> int:
    """Return the characters of a text as it is read, without its markup; ABSENT where there are none."""
    content = body.content or ""
    is_html = (body.content_type or "").lower() == "html"
    text = unescape(_TAG.sub("", content)) if is_html else _ATTACHMENT.sub("", content)
    return length_of(text.strip() or None)


def _day(time: str | None) -> date | None:
    moment = read_time(time)
    return None if moment == UNREADABLE else date_of(moment // DAY)
