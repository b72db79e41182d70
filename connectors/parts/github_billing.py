"""GitHub Copilot's billing of an organisation: how many seats there are. An enterprise has no such summary."""

from datetime import date

import msgspec

from connectors.connector import Permission, Scopes, Table
from connectors.parts.github_reports import owner
from connectors.parts.parsing import known
from connectors.rows import CompanyRow, Request, TablePage

SEAT = Permission(
    name="GitHub Copilot Business: read (or read:org of an owner; read:enterprise for an enterprise)",
    where="GitHub: Settings, Developer settings, Personal access tokens",
)


class _Seats(msgspec.Struct):
    total: int | None = None
    pending_invitation: int | None = None
    pending_cancellation: int | None = None


class _Billing(msgspec.Struct):
    seat_breakdown: _Seats


_BILLING = msgspec.json.Decoder(_Billing)


def ask_billing(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask for an organisation's billing as of `last`."""
    del first
    return () if scopes.enterprise else (Request(path=f"{owner(scopes)}/copilot/billing", about=str(last)),)


def parse_billing(answer: bytes, request: Request) -> TablePage:
    """Return how many seats there are."""
    seats = _BILLING.decode(answer).seat_breakdown
    measures = known(
        assigned_seats=seats.total, pending_seats=seats.pending_invitation, ending_seats=seats.pending_cancellation
    )
    return TablePage(company=(CompanyRow(day=date.fromisoformat(request.about), measures=measures),))


BILLING = Table(
    name="the billing",
    permission=SEAT,
    ask=ask_billing,
    parse=parse_billing,
    optional=True,
    whole=frozenset({"assigned_seats", "pending_seats", "ending_seats"}),
)
"""Seats that are billed, that wait for their invitation, and that end with the cycle."""
