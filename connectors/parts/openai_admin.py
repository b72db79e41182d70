"""OpenAI's Admin API of an organization: its users, and reports in buckets of one UTC day."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Generic, TypeVar

import msgspec

from connectors.parts.parsing import next_page, unix_seconds
from connectors.rows import Account, Request, TablePage

T = TypeVar("T")

OTHER_CURRENCY = "an amount in another currency than dollars"
NO_AMOUNT = "an amount that is not told"


class _User(msgspec.Struct):
    id: str
    email: str | None = None
    is_service_account: bool | None = None


class _Users(msgspec.Struct):
    data: list[_User]
    has_more: bool = False
    last_id: str | None = None


class Used(msgspec.Struct):
    """What was used by what the report is grouped by; what it is not grouped by is null."""

    project_id: str | None = None
    user_id: str | None = None
    model: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    num_model_requests: int | None = None


class _Amount(msgspec.Struct):
    value: Decimal | None = None
    currency: str | None = None


class _Cost(msgspec.Struct):
    project_id: str | None = None
    amount: _Amount | None = None


class _Bucket(msgspec.Struct, Generic[T]):
    start_time: int
    results: list[T]


class _Report(msgspec.Struct, Generic[T]):
    data: list[_Bucket[T]]
    has_more: bool = False
    next_page: str | None = None


_USERS = msgspec.json.Decoder(_Users)
_USE, _COSTS = msgspec.json.Decoder(_Report[Used]), msgspec.json.Decoder(_Report[_Cost])


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


def ask_buckets(path: str, first: date, last: date, groups: Sequence[str]) -> tuple[Request, ...]:
    """Ask for buckets of one day each, by `groups`."""
    parameters = {
        "start_time": str(unix_seconds(first)),
        "end_time": str(unix_seconds(last + timedelta(days=1))),
        "bucket_width": "1d",
        "group_by": tuple(groups),
        "limit": "31",
    }
    return (Request(path=path, parameters=parameters),)


def read_use(answer: bytes, request: Request) -> tuple[list[tuple[date, Used]], tuple[Request, ...]]:
    """Return what was used with its days, and the next page. ValueError where there is more, but not where."""
    report = _USE.decode(answer)
    used = [(_day(bucket.start_time), each) for bucket in report.data for each in bucket.results]
    return used, next_page(request, "page", report.next_page, more=report.has_more)


def read_costs(answer: bytes, request: Request) -> tuple[list[tuple[date, str, float]], TablePage]:
    """Return days, projects ("" for none) and dollars, and what leads on and was passed over.

    An empty bucket is a day on which nothing was billed: 0 dollars of no project.
    """
    report, passed = _COSTS.decode(answer), Counter[str]()
    costs = [cost for bucket in report.data for cost in _in_dollars(bucket, passed)]
    then = next_page(request, "page", report.next_page, more=report.has_more)
    return costs, TablePage(then=then, passed=passed)


def _in_dollars(bucket: _Bucket[_Cost], passed: Counter[str]) -> Iterator[tuple[date, str, float]]:
    day = _day(bucket.start_time)
    if not bucket.results:
        yield day, "", 0.0
    for each in bucket.results:
        amount = each.amount or _Amount()
        if amount.value is None:
            passed[NO_AMOUNT] += 1
        elif (amount.currency or "usd").lower() != "usd":
            passed[OTHER_CURRENCY] += 1
        else:
            yield day, each.project_id or "", float(amount.value)


def _day(moment: int) -> date:
    return datetime.fromtimestamp(moment, UTC).date()
