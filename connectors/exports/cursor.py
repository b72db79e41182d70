"""Cursor: the files that a team administrator saves in the dashboard.

- Usage events: tokens and cost of each request, by UTC day and model. Cached tokens are not part of `input_tokens`.
  What the plan includes costs nothing extra, which is not to say that it cost 0: its cost is absent. Events without
  tokens and cost are passed over. An event that a file tells twice, to the fraction of a second, counts once.
- Daily usage: prompts are requests to composer, chat, agent and ask, edits, and uses of Cmd+K. Only lines that are
  active count.

Lines of code, completions, editors and versions are not read. Headings are those of files of 2025 and 2026, which had
more and fewer columns over time; without a column of users a file is one person's own, and is not imported.
"""

from collections.abc import Sequence

from connectors.exports.export import Export, Found, Passed, Period, Use, each_line
from connectors.exports.fields import address, amount, day, flag, measured, whole, whose
from connectors.exports.sheet import Line

NOTHING_USED = "an event without tokens or charge"
IDLE = "idle that day, by the vendor's own word"
_INCLUDED = frozenset({"included", "free", "included in pro", "included in business", "$0 included", "no charge"})
_REQUESTS = ("composer", "chat", "agent", "ask", "edit", "cmd_k")


def parse_events(lines: Sequence[Line], period: Period | None) -> Found:
    """Return tokens and cost of each event."""
    del period
    return each_line(lines, _event)


def parse_daily(lines: Sequence[Line], period: Period | None) -> Found:
    """Return the prompts of each person and day."""
    del period
    return each_line(lines, _daily)


def _event(line: Line, passed: Passed, warned: Passed) -> list[Use]:
    del warned
    user, when = whose(line, "user"), day(line, "date")
    if user is None:
        raise ValueError("user is empty: it is nobody's")
    if when is None:
        raise ValueError("date is empty: write it as 2026-01-31")
    told: dict[str, float] = dict(measured(line, ("input_tokens", "output_tokens")))
    included = line["kind"].lower().startswith(("included", "free"))
    if not included and (cost := amount(line, "cost", _INCLUDED)) is not None:
        told["cost"] = cost
    if not any(told.values()):
        passed[NOTHING_USED] += 1
        return []
    named = {"email": user} if "@" in user else {"account": user}
    return [
        Use(
            line=line.number,
            period=Period(first=when, last=when),
            model=whose(line, "model"),
            measures=told,
            # Whole seconds do not tell two requests apart.
            event=repr(sorted(line.values.items())) if "." in line["date"] else None,
            **named,  # type: ignore[arg-type]  # one of two fields by name
        )
    ]


def _daily(line: Line, passed: Passed, warned: Passed) -> list[Use]:
    del warned
    email, account, when = address(line), whose(line, "user_id"), day(line, "date")
    if email is None and account is None:
        raise ValueError("email is empty: it is nobody's")
    if when is None:
        raise ValueError("date is empty: write it as 2026-01-31")
    told = [number for number in (whole(line, name) for name in _REQUESTS) if number is not None]
    if not flag(line, "is_active"):
        passed[IDLE] += 1
        return []
    measures = {"prompts": sum(told)} if told else {}
    return [
        Use(line=line.number, period=Period(first=when, last=when), email=email, account=account, measures=measures)
    ]


events = Export(
    id="cursor-events",
    tool="cursor",
    title="Cursor usage events",
    columns={
        "date": ("date", "timestamp", "time", "datetime"),
        "user": ("user", "useremail", "email", "member"),
        "kind": ("kind", "kindlabel", "type"),
        "model": ("model",),
        "max_mode": ("maxmode",),
        "cache_write": ("inputwcachewrite", "cachewrite", "cachewritetokens"),
        "input_tokens": ("inputwocachewrite", "inputtokens", "input", "inputwithoutcachewrite"),
        "cache_read": ("cacheread", "cachereadtokens"),
        "output_tokens": ("outputtokens", "output"),
        "total_tokens": ("totaltokens", "tokens"),
        "cost": ("cost", "price", "charged", "costusd"),
        "requests": ("requests", "requestscosts"),
    },
    needs=(
        ("date",),
        ("user",),
        ("model",),
        ("kind", "max_mode", "cache_read", "cache_write"),
        ("output_tokens", "cost"),
    ),
    parse=parse_events,
    events=True,
)

daily = Export(
    id="cursor-daily",
    tool="cursor",
    title="Cursor daily usage",
    columns={
        "date": ("date", "day"),
        "email": ("email", "useremail", "user"),
        "user_id": ("userid",),
        "is_active": ("isactive", "active"),
        "composer": ("composerrequests",),
        "chat": ("chatrequests",),
        "agent": ("agentrequests",),
        "ask": ("askrequests",),
        "edit": ("editrequests",),
        "cmd_k": ("cmdkusages", "cmdkusage"),
        "included": ("subscriptionincludedreqs",),
        "usage_based": ("usagebasedreqs",),
        "tabs": ("tabsaccepted", "totaltabsaccepted"),
    },
    needs=(("date",), ("email", "user_id"), ("is_active",), (*_REQUESTS, "included", "usage_based", "tabs")),
    parse=parse_daily,
)
