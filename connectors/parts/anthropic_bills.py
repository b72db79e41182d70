"""Anthropic's cost reports: what an organisation is billed by UTC day, of nobody in particular.

Those of the Admin API and of the Enterprise Analytics API have the same shape: buckets of a day, and in each of them
amounts, decimal texts in cents of the dollar.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import msgspec

from connectors.parts.parsing import midnights, next_page
from connectors.rows import CompanyRow, Request, TablePage

SPAN = 28
"""Days a question spans; 31 buckets of a day are the most that a page has."""

OTHER_CURRENCY = "an amount in another currency than dollars"
NO_AMOUNT = "an amount that is not told"


class Bill(msgspec.Struct):
    """One amount. `product` is told by the Analytics API, where it is asked for."""

    amount: Decimal | None = None
    currency: str | None = None
    product: str | None = None


class _Bucket(msgspec.Struct):
    starting_at: str
    results: list[Bill]


class _Page(msgspec.Struct):
    data: list[_Bucket]
    has_more: bool | None = None
    next_page: str | None = None


_PAGE = msgspec.json.Decoder(_Page)


def ask_bills(path: str, first: date, last: date, *groups: str) -> Request:
    """Ask for buckets of one day each, by `groups` where there are some."""
    begin, end = midnights(first, last)
    parameters = {"starting_at": begin, "ending_at": end, "bucket_width": "1d", "limit": "31"}
    return Request(path=path, parameters={**parameters, **({"group_by[]": groups} if groups else {})})


def read_bills(answer: bytes, request: Request, measure_of: Callable[[Bill], str]) -> TablePage:
    """Return the amounts of each day under the measure that `measure_of` names; where it is "", one is left out.

    A bucket that is empty is a day on which nothing was billed: one amount of 0. Raises ValueError for a page that says
    there is more, but not where.
    """
    page, passed = _PAGE.decode(answer), Counter[str]()
    company = tuple(
        CompanyRow(day=date.fromisoformat(bucket.starting_at[:10]), measures={measure: float(amount / 100)}, adds=True)
        for bucket in page.data
        for bill, amount in _in_dollars(bucket, passed)
        if (measure := measure_of(bill))
    )
    then = next_page(request, "page", page.next_page, more=page.has_more)
    return TablePage(company=company, then=then, passed=passed)


def _in_dollars(bucket: _Bucket, passed: Counter[str]) -> Iterator[tuple[Bill, Decimal]]:
    if not bucket.results:
        yield Bill(), Decimal(0)
    for bill in bucket.results:
        if bill.amount is None or not bill.amount.is_finite():
            passed[NO_AMOUNT] += 1
        elif (bill.currency or "USD").upper() != "USD":
            passed[OTHER_CURRENCY] += 1
        else:
            yield bill, bill.amount
