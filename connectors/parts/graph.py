"""What Microsoft Graph's answers have in common: pages, reports as CSV or JSON, and who holds a licence."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from connectors.parts.headings import Sheet, read_csv, sheet_of
from connectors.parts.parsing import known
from connectors.rows import Request

PRODUCTS, USERS = "v1.0/subscribedSkus", "v1.0/users"


class _Plan(msgspec.Struct, rename="camel"):
    service_plan_name: str | None = None


class _Units(msgspec.Struct):
    enabled: int | None = None


class _Product(msgspec.Struct, rename="camel"):
    sku_id: str
    sku_part_number: str | None = None
    consumed_units: int | None = None
    prepaid_units: _Units | None = None
    service_plans: list[_Plan] | None = None


class _Products(msgspec.Struct):
    value: list[_Product]


class _Licence(msgspec.Struct, rename="camel"):
    sku_id: str | None = None


class _User(msgspec.Struct, rename="camel"):
    id: str | None = None
    user_principal_name: str | None = None
    mail: str | None = None
    assigned_licenses: list[_Licence] | None = None


class _Users(msgspec.Struct):
    value: list[_User]
    more: str | None = msgspec.field(default=None, name="@odata.nextLink")


class _Report(msgspec.Struct):
    value: list[dict[str, Any]]
    more: str | None = msgspec.field(default=None, name="@odata.nextLink")


_PRODUCTS, _USERS = msgspec.json.Decoder(_Products), msgspec.json.Decoder(_Users)
_REPORT = msgspec.json.Decoder(_Report)


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """An account of the tenant. `name` is the user principal name in small letters; `licensed`: it holds a product."""

    id: str | None
    name: str
    mail: str | None
    licensed: bool


def next_page(link: str | None, request: Request) -> tuple[Request, ...]:
    """Return the request for the page that follows; none for the last one.

    Only the query is taken from the link, so that another host is never asked. Raises ValueError for a link that leads
    to something else than the request asks for.
    """
    if not link:
        return ()
    parts = urlsplit(link)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    there, here = (unquote(path).rsplit("/", 1)[-1].partition("(")[0] for path in (parts.path, request.path))
    if there.lower() != here.lower() or not query:
        raise ValueError(f"the next page of {here} lies somewhere else")
    return (replace(request, parameters=query, body=None, otherwise=None),)


def newest_report(report: str) -> Request:
    """Return the question for the newest version of a report on Copilot; older ones are asked where it is unknown."""
    json = {"$format": "application/json"}
    preview = Request(path=f"beta/reports/{report}(period='D30')", parameters=json)
    older = Request(path=f"v1.0/copilot/reports/{report}(period='D30')", otherwise=preview)
    beta = Request(path=f"beta/copilot/reports/{report}(period='D28',version='v2')", parameters=json, otherwise=older)
    return Request(path=f"v1.0/copilot/reports/{report}(period='D28',version='v2')", otherwise=beta)


def read_report(answer: bytes, request: Request) -> tuple[Sheet, tuple[Request, ...]]:
    """Return the lines of a report and what leads to its next page: v1.0 gives one CSV, beta pages of JSON.

    A row of JSON that holds lists, by period or by date, is a line for each of their entries.
    """
    if answer.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
        return read_csv(answer), ()
    page = _REPORT.decode(answer.removeprefix(b"\xef\xbb\xbf"))
    return sheet_of(_flat(page.value)), next_page(page.more, request)


def ask_products(note: str = "") -> Request:
    """Ask which products the tenant holds. `note` comes back with the users, see `note_of`."""
    return Request(path=PRODUCTS, about=note)


def read_holders(
    answer: bytes, request: Request, is_wanted: Callable[[str], bool]
) -> tuple[tuple[Holder, ...], tuple[Request, ...]]:
    """Return the accounts on a page and what leads to the next.

    A product counts if its own name, or a service plan's, is wanted. Which these are comes first, then the users.
    """
    if request.path == PRODUCTS:
        products = [each.sku_id for each in _PRODUCTS.decode(answer).value if any(map(is_wanted, _names(each)))]
        query = {"$select": "id,userPrincipalName,mail,assignedLicenses", "$top": "999"}
        about = f"{request.about}|{' '.join(sorted(products))}"
        return (), (Request(path=USERS, parameters=query, about=about),)
    page, wanted = _USERS.decode(answer), set(request.about.partition("|")[2].split())
    holders = tuple(
        Holder(
            id=each.id,
            name=(each.user_principal_name or "").lower(),
            mail=each.mail or each.user_principal_name,
            licensed=any(licence.sku_id in wanted for licence in each.assigned_licenses or ()),
        )
        for each in page.value
    )
    return holders, next_page(page.more, request)


def read_seats(answer: bytes, is_wanted: Callable[[str], bool]) -> dict[str, float]:
    """Return how many seats of the products that are wanted were bought, and how many of these are given out.

    Where one of the products does not tell, there is no sum.
    """
    products = [each for each in _PRODUCTS.decode(answer).value if any(map(is_wanted, _names(each)))]
    bought = [(each.prepaid_units or _Units()).enabled for each in products]
    return known(purchased_seats=_sum(bought), assigned_seats=_sum([each.consumed_units for each in products]))


def _sum(numbers: Sequence[int | None]) -> int | None:
    told = [each for each in numbers if each is not None]
    return sum(told) if told and len(told) == len(numbers) else None


def note_of(request: Request) -> str:
    """Return the note with which the products were asked for."""
    return request.about.partition("|")[0]


def _names(product: _Product) -> Iterator[str]:
    yield product.sku_part_number or ""
    yield from (each.service_plan_name or "" for each in product.service_plans or ())


def _flat(rows: Iterable[Mapping[str, object]]) -> Iterator[dict[str, object]]:
    for row in rows:
        lists = [value for value in row.values() if isinstance(value, list)]
        entries = [entry for inner in lists for entry in inner if isinstance(entry, dict)]
        for entry in entries or ({},):
            yield {**row, **entry}
