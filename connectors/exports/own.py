"""Our own file, for every tool and export that no other kind knows: docs/import.md says its columns.

A line is one person, tool and day, or period from–to, with one model or none. Measures are named as everywhere here; an
empty one is absent, never 0.
"""

import re
from collections.abc import Sequence

from connectors.exports.export import Export, Found, Passed, Period, Use, each_line
from connectors.exports.fields import address, amount, day, flag, measured, period_of, whole, whose
from connectors.exports.sheet import Line
from storage.schema import COUNTS, MONEY

TOOLS = {
    "chatgptenterprise": "chatgpt",
    "microsoft365copilot": "copilot",
    "m365copilot": "copilot",
    "googlegemini": "gemini",
    "githubcopilot": "github-copilot",
    "claudecode": "claude-code",
    "openaiapi": "openai-api",
}
"""Other names of tools, as headings are compared."""

_TOOL = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def parse_own(lines: Sequence[Line], period: Period | None) -> Found:
    """Return what each line says; `period` is not needed."""
    del period
    return each_line(lines, _own)


def _own(line: Line, passed: Passed, warned: Passed) -> list[Use]:
    del passed, warned
    email, account = address(line), whose(line, "account")
    if email is None and account is None:
        raise ValueError("email is empty: write the address that the person signs in with")
    told: dict[str, float] = dict(measured(line, COUNTS))
    told |= {name: value for name in MONEY if (value := amount(line, name)) is not None}
    active_days, active = whole(line, "active_days"), flag(line, "active")
    if active is None:
        active = any(told.values()) or bool(active_days) or not (told or active_days is not None)
    return [
        Use(
            line=line.number,
            period=_period(line),
            email=email,
            account=account,
            tool=_tool(line["tool"]),
            model=whose(line, "model"),
            active=active,
            active_days=active_days,
            measures=told,
        )
    ]


def _period(line: Line) -> Period:
    when, is_period = day(line, "day"), whose(line, "from", "to") is not None
    if when is not None and is_period:
        raise ValueError("it has both a day and a period: leave day, or from and to, empty")
    if when is None and not is_period:
        raise ValueError("it has neither a day nor a period: fill in day, or from and to")
    return period_of(line, "from", "to") if when is None else Period(first=when, last=when)


def _tool(name: str) -> str:
    plain = "-".join(re.split(r"[\s_-]+", name.strip().lower()))
    slug = TOOLS.get(plain.replace("-", ""), plain)
    if not _TOOL.fullmatch(slug) or len(slug) > 32:
        raise ValueError("tool is no name of a tool: write it as chatgpt, at most 32 letters, digits and hyphens")
    return slug


own = Export(
    id="csv",
    tool="",
    title="Our own CSV",
    columns={
        "email": ("email", "workemail", "emailaddress"),
        "account": ("account", "accountid"),
        "tool": ("tool",),
        "day": ("day", "date"),
        "from": ("from", "first", "periodstart"),
        "to": ("to", "last", "periodend"),
        "model": ("model",),
        "active": ("active", "isactive"),
        "active_days": ("activedays",),
        **{name: (name.replace("_", ""),) for name in (*COUNTS, *MONEY)},
    },
    needs=(("email", "account"), ("tool",), ("day", "from"), ("day", "to")),
    parse=parse_own,
)
