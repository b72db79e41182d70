"""Exports as vendors' consoles save them, for tests; every person and number is invented."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from connectors.exports.export import Period
from connectors.exports.filereport import FileReport
from connectors.exports.sheet import sheet_files
from connectors.importing import Import, import_files
from connectors.report import Quiet
from storage.schema import metadata
from storage.store import Store
from tests.connectors.lines import KEY

TODAY = date(2026, 11, 20)
OCTOBER = Period(first=date(2026, 10, 1), last=date(2026, 10, 28))

CHATGPT = [
    "cadence",
    "period_start",
    "period_end",
    "account_id",
    "public_id",
    "name",
    "email",
    "role",
    "user_role",
    "department",
    "groups",
    "user_status",
    "created_or_invited_date",
    "is_active",
    "first_day_active_in_period",
    "last_day_active_in_period",
    "messages",
    "messages_rank",
    "model_to_messages",
    "gpt_messages",
    "gpts_messaged",
    "gpt_to_messages",
    "tool_messages",
    "tools_messaged",
    "tool_to_messages",
    "project_messages",
    "projects_messaged",
    "project_to_messages",
    "projects_created",
    "last_day_active",
    "credits_used",
]
ANA: Mapping[str, str] = {
    "cadence": "Weekly",
    "period_start": "2026-03-01",
    "period_end": "2026-03-07",
    "account_id": "ws-1",
    "public_id": "user-ana",
    "name": "Ana",
    "email": "Ana@Example.com",
    "user_role": "standard-user",
    "department": '["Finance"]',
    "user_status": "enabled",
    "is_active": "1",
    "messages": "25",
    "model_to_messages": "{'gpt-4o': 20, 'o3': 3}",
    "gpt_to_messages": '{"Ana\'s own": 2}',
    "credits_used": "1.5",
}
SEATS = "Report Time,Login,Last Authenticated At,Last Activity At,Last Surface Used"
EVENTS = (
    "Date,User,Cloud Agent ID,Automation ID,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),"
    "Cache Read,Output Tokens,Total Tokens,Cost"
)
DAILY = "Date,User ID,Email,Is Active,Edit Requests,Ask Requests,Agent Requests,Cmd+K Usages,Most Used Model"
OWN = "email,tool,day,from,to,model,active_days,prompts,messages,cost"
GEMINI = "Email,Overall usage,Active days,Gmail,Google Docs,Gemini app"
ADMIN_CENTRE = "User name,Display name,Prompts submitted (any app),Active Days,Last activity date (UTC)"


def clock() -> datetime:
    return datetime(2026, 11, 20, 8, tzinfo=UTC)


def csv_of(headings: Sequence[str], rows: Iterable[Mapping[str, str]], separator: str = ",") -> str:
    """Return a file; every field is quoted."""
    quoted = [['"' + row.get(name, "").replace('"', '""') + '"' for name in headings] for row in rows]
    return "".join(separator.join(fields) + "\n" for fields in (list(headings), *quoted))


def chatgpt(*rows: Mapping[str, str]) -> str:
    return csv_of(CHATGPT, [{**ANA, **row} for row in rows or ({},)])


def load(store: Store, path: Path, **changes: Any) -> list[FileReport]:
    """Import what lies at a path."""
    wanted = Import(store=store, key=KEY, today=TODAY, **changes)
    return import_files(wanted, list(sheet_files(path)), progress=Quiet(), clock=clock)


def load_text(store: Store, folder: Path, text: str | bytes, name: str = "export.csv", **changes: Any) -> FileReport:
    """Import one file that holds the text."""
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    (report,) = load(store, folder / name, **changes)
    return report


def folder_of(folder: Path, files: Mapping[str, str]) -> Path:
    """Return a new folder with the files."""
    (folder / "exports").mkdir()
    for name, text in files.items():
        (folder / "exports" / name).write_text(text)
    return folder / "exports"


def rows(store: Store, table: str) -> list[dict[str, Any]]:
    """Return every row of a table, in the order of its key."""
    wanted = metadata.tables[table]
    with store.reading() as connection:
        found = connection.execute(select(wanted).order_by(*wanted.primary_key.columns)).mappings()
        return [dict(row) for row in found]


def known(store: Store, table: str, *names: str) -> list[tuple[Any, ...]]:
    """Return some columns of every row of a table."""
    return [tuple(row[name] for name in names) for row in rows(store, table)]
