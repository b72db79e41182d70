"""GitHub Copilot: the report of seats and their last activity that an owner saves under Copilot, Access.

- Each line is a seat that was held when the report was made (`Report Time`, else the newest activity in it), since its
  creation where the file tells it, else since that day. One whose cancellation has taken effect is none.
- The day of somebody's last activity is a day, without numbers; the editor it was in is not read.
- A login is an account; whose it is the API's SAML identities tell, or a column with an address.
"""

from collections.abc import Sequence
from datetime import date

from connectors.exports.export import Export, Found, Passed, Period, PeriodWantedError, Seats, Use, each_line, nothing
from connectors.exports.fields import address, day, whose
from connectors.exports.sheet import Line
from connectors.rows import Account

ENDED = "a seat whose cancellation has taken effect"


def parse_seats(lines: Sequence[Line], period: Period | None) -> Found:
    """Return who holds a seat, and the last day on which each was active.

    Without any day, not even of the report, the seats are those of the last day of `period`.
    """
    seats: list[tuple[Account, date | None]] = []
    days: list[date] = []

    def read(line: Line, passed: Passed, warned: Passed) -> list[Use]:
        del passed, warned
        email, login = address(line), whose(line, "login")
        if login is None and email is None:
            raise ValueError("login is empty: it is nobody's")
        last, made, created = (day(line, name) for name in ("last_activity", "report_time", "created"))
        ends = day(line, "cancellation")
        days.extend(each for each in (last, made) if each)
        account = Account(id=login or "", email=email, active=True, created=created, plan=line["plan"])
        seats.append((account, ends))
        when = Period(first=last, last=last) if last else None
        return [Use(line=line.number, period=when, email=email, account=login)] if when else []

    found = each_line(lines, read)
    made = max(days, default=period.last if period else None)
    if made is None and seats:
        raise PeriodWantedError("it tells no day at all, so that nobody knows when its seats were held")
    if made is None:
        return found
    held = tuple(account for account, ends in seats if ends is None or ends > made)
    passed = {ENDED: len(seats) - len(held)} if len(held) < len(seats) else {}
    return Found(uses=found.uses, bad=found.bad, passed=passed, seats=Seats(day=made, accounts=held))


seats = Export(
    id="github-copilot-seats",
    tool="github-copilot",
    title="GitHub Copilot seat report",
    columns={
        "login": (
            "login",
            "userlogin",
            "githublogin",
            "githubcomlogin",
            "assigneelogin",
            "assignee",
            "githubusername",
            "githubhandle",
            "handle",
            "username",
            "user",
        ),
        "email": ("email", "useremail", "emailaddress", "samlnameid", "verifiedemail"),
        "last_activity": (
            "lastactivityat",
            "lastactivity",
            "lastactivitydate",
            "lastusagedate",
            "lastusedat",
            "lastactive",
        ),
        "created": (
            "createdat",
            "created",
            "seatcreatedat",
            "assignedat",
            "seatassignedat",
            "assigneddate",
            "createddate",
        ),
        "plan": ("plantype", "plan", "copilotplan", "seattype"),
        "cancellation": ("pendingcancellationdate", "pendingcancellation", "cancellationdate"),
        "report_time": ("reporttime", "reportdate", "reportgeneratedat", "generatedat"),
        "surface": ("lastsurfaceused", "lastactivityeditor", "lasteditorused", "lasteditor"),
        "authenticated": ("lastauthenticatedat", "lastauthenticated"),
        "organization": ("organization", "organisation", "org", "orgname"),
        "team": ("assigningteam", "team", "teamname"),
    },
    needs=(
        ("login",),
        ("last_activity",),
        ("created", "plan", "cancellation", "report_time", "surface", "authenticated", "organization"),
    ),
    parse=parse_seats,
    adds=True,
)

billing = Export(
    id="github-copilot-billing",
    tool="github-copilot",
    title="GitHub usage report of premium requests",
    columns={
        "day": ("date", "usageat"),
        "user": ("username", "user"),
        "product": ("product",),
        "sku": ("sku",),
        "quantity": ("quantity",),
        "amount": ("grossamount", "netamount", "discountamount", "appliedcostperquantity"),
    },
    needs=(("sku", "product"), ("quantity",), ("amount",)),
    parse=nothing,
    refused="it is a bill, not a report of seats: export the seats under Copilot, Access, Get report",
)
