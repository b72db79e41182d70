"""A case's exchanges played without a server: every question that a connector asks of it, and the answer it gets."""

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.connector import Connector, Scopes, Table, TableFeed
from connectors.rows import Request
from connectors.tables.windows import spans

BASE = "http://127.0.0.1:1"
PAGES = frozenset({"page", "cursor", "pageToken"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """A question about one table, and its answer."""

    table: Table
    request: Request
    answer: bytes


def fits(exchange: Mapping[str, Any], method: str, path: str, query: Mapping[str, Sequence[str]], body: object) -> bool:
    """Whether an exchange is the one that was asked for."""
    wanted = {name: value if isinstance(value, list) else [value] for name, value in exchange.get("query", {}).items()}
    return (
        exchange.get("method", "GET") == method
        and exchange["path"] == path
        and all(list(query.get(name, ())) == value for name, value in wanted.items())
        and (exchange.get("body") is None or part_of(exchange["body"], body))
        and not (set(query) & PAGES - set(wanted))
    )


def part_of(wanted: object, given: object) -> bool:
    """Whether everything that is wanted of an object is in the one given."""
    if isinstance(wanted, dict):
        return isinstance(given, dict) and all(part_of(value, given.get(name)) for name, value in wanted.items())
    return wanted == given


def body_of(exchange: Mapping[str, Any], folder: Path, base: str) -> bytes:
    """Return the answer of an exchange from the server at `base`."""
    if "answer" in exchange:
        raw = (folder / exchange["answer"]).read_bytes()
    elif "json" in exchange:
        raw = json.dumps(exchange["json"]).encode()
    else:
        raw = exchange.get("text", "").encode()
    return raw.replace(b"{base}", base.encode())


def play_through(connector: Connector, folder: Path) -> Iterator[Answered]:
    """Yield what a run asks of a case and gets, table by table."""
    exchanges = json.loads((folder / "exchanges.json").read_text(encoding="utf-8"))
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    scopes = Scopes(workspace=case.get("workspace", ""), organization=case.get("organization", ""))
    first, last = (date.fromisoformat(case[name]) for name in ("first", "last"))
    assert isinstance(connector.feed, TableFeed)
    for table in (*connector.feed.people, *connector.feed.tables):
        asked = [each for begin, end in spans(first, last, table.span_days) for each in table.ask(scopes, begin, end)]
        waiting = deque(dict.fromkeys(map(repr, asked)) and asked)
        seen: set[str] = set()
        while waiting:
            request = waiting.popleft()
            if repr(request) in seen:
                continue
            seen.add(repr(request))
            exchange = next((each for each in exchanges if _fits(each, request)), None)
            if exchange is None or exchange.get("status", 200) != 200:
                waiting.extend([request.otherwise] if request.otherwise else [])
                continue
            answer = body_of(exchange, folder, BASE)
            yield Answered(table=table, request=request, answer=answer)
            waiting.extend(table.parse(answer, request).then)


def _fits(exchange: Mapping[str, Any], request: Request) -> bool:
    path = request.path.replace("{person}", request.person)
    address = urlsplit(path if request.link else f"{BASE}/{path}")
    query = {name: [value] if isinstance(value, str) else list(value) for name, value in request.parameters.items()}
    query = {**parse_qs(address.query, keep_blank_values=True), **query}
    return fits(exchange, "POST" if request.body is not None else "GET", address.path, query, request.body)
