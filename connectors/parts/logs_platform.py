"""OpenAI's Compliance Logs Platform: its lists of files and of users, which every kind of log on it shares.

Files are listed by the moment they ended, 100 at a time; a download is a redirect to where the file lies. Each event
names its `actor`; a file may come late, and the same event in more than one file.
Formats: https://github.com/openai/openai-cookbook, examples/chatgpt/compliance_api.
"""

from functools import partial

import msgspec

from connectors.connector import FileFeed, Permission, Stream
from connectors.files.timestamps import DAY, UNREADABLE, date_of, read_time
from connectors.parts.jsonl import BYTE_ORDER_MARK
from connectors.rows import Account, Accounts, FileList, ParseRows, RemoteFile, Request

RETENTION_DAYS = 30
WHERE = "ChatGPT: Workspace settings, Compliance API; or a key mailed to support@openai.com for the `read` scope"
COMPLIANCE_READ = Permission(name="compliance read", where=WHERE)


class Actor(msgspec.Struct, gc=False):
    """Whose event it is. An API key has neither id nor address."""

    user_id: str | None = None
    user_email: str | None = None


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


_USERS = msgspec.json.Decoder(_Users | list[_User])
_FILES = msgspec.json.Decoder(_Files)


def logs_feed(parse: ParseRows, *, below: str = "", seats: bool = True, estimates: bool = True) -> FileFeed:
    """Return the feed of one kind of log. `below`: the platform's place under the connector's base address."""
    return FileFeed(
        list_files=partial(_list_files, below),
        parse_files=_parse_files,
        fetch_file=partial(_fetch_file, below),
        parse=parse,
        list_users=partial(_list_users, below),
        parse_users=_parse_users,
        seats=seats,
        estimates=estimates,
    )


def _list_users(below: str, workspace: str, cursor: str | None) -> Request:
    """Ask for a page of the users, past and present."""
    after = {"after": cursor} if cursor else {}
    return Request(path=f"{below}workspaces/{workspace}/users", parameters={"limit": "200", **after})


def _list_files(below: str, stream: Stream, scope: str, after: str) -> Request:
    """Ask for a page of the files that ended after a moment."""
    return Request(
        path=f"{below}{stream.scope}s/{scope}/logs",
        parameters={"event_type": stream.name, "after": after, "limit": "100"},
    )


def _fetch_file(below: str, stream: Stream, scope: str, file: str) -> Request:
    """Ask for a file. The answer is a redirect to where it lies."""
    return Request(path=f"{below}{stream.scope}s/{scope}/logs/{file}")


def _parse_files(page: bytes) -> FileList:
    """Return the files of one page of the list. The cursor is the end of the last one."""
    listing = _FILES.decode(page)
    if listing.has_more and not listing.last_end_time:
        raise ValueError("the list of files says that there is more, but not where")
    files = tuple(
        RemoteFile(id=each.id, end=each.end_time or "", sha256=each.file_sha256, size=each.file_size or 0)
        for each in listing.data
    )
    return FileList(files=files, cursor=listing.last_end_time if listing.has_more else None)


def _parse_users(page: bytes) -> Accounts:
    """Return the users of one page of the API, or of a file that holds one page or a plain list."""
    users = _USERS.decode(page.removeprefix(BYTE_ORDER_MARK))
    cursor = None
    if isinstance(users, _Users):
        if users.has_more and not users.last_id:
            raise ValueError("the list of users says that there is more, but not where")
        cursor = users.last_id if users.has_more else None
        users = users.data
    return Accounts(accounts=tuple(map(_account, users)), cursor=cursor)


def _account(user: _User) -> Account:
    created = read_time(user.created_at)
    return Account(
        id=user.id,
        email=user.email,
        active=(user.status or "active").lower() == "active",
        created=None if created == UNREADABLE else date_of(created // DAY),
        plan=user.seat_type or "",
    )
