"""OpenAI API: the organization's usage report of completions, by user, model and UTC day.

`input_tokens` includes cached ones, as the vendor counts them. Prompts are absent: `num_model_requests` counts calls of
a program, and one question of a person may take dozens. Cost is absent: the report of costs knows projects and keys,
no users. Embeddings, images and audio have reports of their own and are not read. Users of the API platform are not
those of ChatGPT and hold no seats: their list only says which address an id belongs to.
Sources: OpenAI's published OpenAPI description and reference of the Admin API, read in 2026.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import msgspec

from connectors.connector import Connector, Permission, Scopes, Table, TableFeed
from connectors.parts.parsing import always, known, next_page, unix_seconds
from connectors.rows import Account, DayRow, Request, TablePage

PROJECT_KEYS = "use by a project's key: no user is named"
IDLE = "no request that day"

ask_users = always(Request(path="organization/users", parameters={"limit": "100"}))
"""The key says which organization's."""


class _User(msgspec.Struct):
    id: str
    email: str | None = None
    is_service_account: bool | None = None


class _Users(msgspec.Struct):
    data: list[_User]
    has_more: bool = False
    last_id: str | None = None


class _Result(msgspec.Struct):
    user_id: str | None = None
    model: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    num_model_requests: int | None = None


class _Bucket(msgspec.Struct):
    start_time: int
    results: list[_Result]


class _Report(msgspec.Struct):
    data: list[_Bucket]
    has_more: bool = False
    next_page: str | None = None


_USERS, _REPORT = msgspec.json.Decoder(_Users), msgspec.json.Decoder(_Report)


def parse_users(answer: bytes, request: Request) -> TablePage:
    """Return whose address an id belongs to. Raises ValueError for a page that says there is more, but not where."""
    users = _USERS.decode(answer)
    return TablePage(
        accounts=tuple(
            Account(id=each.id, email=each.email, active=True, created=None)
            for each in users.data
            if not each.is_service_account
        ),
        machines=tuple(each.id for each in users.data if each.is_service_account),
        then=next_page(request, "after", users.last_id, more=users.has_more),
    )


def ask(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask for buckets of one day each, by user and model."""
    del scopes
    parameters = {
        "start_time": str(unix_seconds(first)),
        "end_time": str(unix_seconds(last + timedelta(days=1))),
        "bucket_width": "1d",
        "group_by": ("user_id", "model"),
        "limit": "31",
    }
    return (Request(path="organization/usage/completions", parameters=parameters),)


def parse(answer: bytes, request: Request) -> TablePage:
    """Return what each user's calls took. Raises ValueError for a page that says there is more, but not where."""
    report = _REPORT.decode(answer)
    passed: Counter[str] = Counter()
    return TablePage(
        rows=tuple(row for bucket in report.data for row in _rows(bucket, passed)),
        then=next_page(request, "page", report.next_page, more=report.has_more),
        passed=passed,
    )


def _rows(bucket: _Bucket, passed: Counter[str]) -> Iterator[DayRow]:
    day = datetime.fromtimestamp(bucket.start_time, UTC).date()
    for each in bucket.results:
        if not each.user_id:
            passed[PROJECT_KEYS] += 1
        elif each.num_model_requests == 0:
            passed[IDLE] += 1
        else:
            measures = known(input_tokens=each.input_tokens, output_tokens=each.output_tokens)
            yield DayRow(day=day, account=each.user_id, model=each.model, measures=measures)


_WHERE = "OpenAI Platform: Settings, Organization, Admin keys (only an owner can make one)"
_USAGE = Permission(name="an Admin key (sk-admin-…) with api.usage.read", where=_WHERE)
_PEOPLE = Permission(name="an Admin key (sk-admin-…) that may read the organization's users", where=_WHERE)

openai_api = Connector(
    tool="openai-api",
    title="OpenAI API",
    base_url="https://api.openai.com/v1",
    users=_PEOPLE,
    reads=("tokens of completions by user, model and day", "ids and e-mail addresses of the organization's users"),
    never_reads=("prompts, answers and files: the API does not give them", "names, projects and keys", "costs"),
    measures=frozenset({"input_tokens", "output_tokens"}),
    retention_days=365,
    restatement_days=3,
    lag_hours=24,
    active="at least one request to a model that day",
    feed=TableFeed(
        people=(Table(name="the list of users", permission=_PEOPLE, ask=ask_users, parse=parse_users),),
        tables=(Table(name="the usage of completions", permission=_USAGE, ask=ask, parse=parse),),
        seats=False,
    ),
)
