"""Log lines as the vendor writes them, for tests."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from connectors.chatgpt import chatgpt
from connectors.door import Door
from connectors.ingest import Source, ingest_path
from connectors.report import Quiet, RunReport
from storage.schema import usage
from storage.store import Store

KEY = b"an organisation's own key, 32 bytes"
TODAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)


def message(number: int, author: str = "user", text: object = "Hello there", **changes: Any) -> dict[str, Any]:
    """Return one event. Messages of a conversation follow one another by number, a minute apart."""
    conversation = changes.pop("conversation", "conv-1")
    moment = changes.pop("moment", NOON + timedelta(minutes=number))
    model = changes.pop("model", "gpt-4o" if author == "assistant" else None)
    email = changes.pop("email", "ana@example.com")
    parent = changes.pop("parent", f"{conversation}/{number - 1}" if number else None)
    event = {
        "event_id": f"evt-{conversation}-{number}",
        "type": "CONVERSATION_MESSAGE",
        "timestamp": moment.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "principal": {"id": "ws", "type": "CHATGPT_WORKSPACE"},
        "actor": {"type": "ACCOUNT_USER", "user_id": f"user-{email}", "user_email": email},
        "previous_message_id": parent or "",
        "message": {
            "id": f"{conversation}/{number}",
            "parent_id": parent,
            "created_at": moment.isoformat(),
            "author": {"type": author, "client_type": "desktop_web"} | ({"model": model} if model else {}),
            "content": {"type": "text", "value": text},
            "files": [],
        },
        "conversation": {"id": conversation, "title": "", "created_at": moment.isoformat()},
    }
    return merge(event, changes)


def costs(number: int, **changes: Any) -> dict[str, Any]:
    payload = {
        "day": "2026-11-10",
        "hour": 14,
        "organization_id": "org-x",
        "identity": {"user_id": "user_9", "email": "Ana@Example.com", "name": "Ana", "groups": []},
        "product": "ChatGPT",
        "client": "web",
        "model": "gpt-4o",
        "measures": {
            "usage": {"text_input_tokens": 100, "text_cached_input_tokens": 0, "text_output_tokens": 40},
            "billing": [
                {"sku": "x", "quantity": {"value": 2, "unit": "counts"}, "cost": {"value": 3, "unit": "CREDITS"}}
            ],
        },
    }
    return {
        "event_id": f"cost-{number}",
        "type": "COSTS",
        "timestamp": "2026-11-10T14:59:59Z",
        "principal": {"id": "org-x", "type": "API_PLATFORM_ORG"},
        "actor": {"type": "SYSTEM", "id": "costs_compliance"},
        "payload": merge(payload, changes),
    }


def merge(base: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with `changes` laid over it, tables into tables."""
    merged = dict(base)
    for name, value in changes.items():
        old = merged.get(name)
        merged[name] = merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def write(path: Path, events: Iterable[object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(json.dumps(each).encode() + b"\n" for each in events))
    return path


def door(tool: str = "chatgpt") -> Door:
    return Door(KEY, tool)


def source(store: Store) -> Source:
    return Source(store=store, name="chatgpt", connector=chatgpt, door=door(), price=30.0)


def ingest(store: Store, path: Path) -> RunReport:
    return ingest_path(source(store), path, today=TODAY, progress=Quiet())


def facts(store: Store) -> list[dict[str, Any]]:
    """Return every fact, in the order of their keys."""
    with store.reading() as connection:
        found = connection.execute(select(usage).order_by(*usage.primary_key.columns)).mappings()
        return [dict(row) for row in found]


def facts_of(store: Store, path: Path, events: Sequence[object]) -> list[dict[str, Any]]:
    ingest(store, write(path / "logs.jsonl", events))
    return facts(store)


def only(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    assert len(rows) == 1, rows
    return rows[0]
