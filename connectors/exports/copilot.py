"""Microsoft 365 Copilot: the usage report of the admin centre, and the same report of Graph saved to disk.

- Counts are totals of a rolling period of 7, 28, 30, 90 or 180 days. Graph's file says when it was made and of how many
  days it is; the admin centre's does not, so the operator says the period.
- The day of somebody's last activity is a day; which apps it was in is not read, nor are display names.
- Everybody who held a licence in the past 180 days is listed. Version 1 has no counts: prompts are then absent.
- A tenant may conceal names: those lines are nobody's, are counted and left out.

Headings are those of the vendor's pages and of several tools that read the files; where they disagree, all are known.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from connectors.exports.export import Export, Found, Passed, Period, PeriodWantedError, Use, each_line, nothing
from connectors.exports.fields import day, measured, whole, whose
from connectors.exports.sheet import Line

CONCEALED = (
    "a concealed name: nobody can tell whose it is. An administrator shows names in the Microsoft 365 admin centre: "
    "Settings, Org settings, Reports, clear “Display concealed user, group, and site names in all reports”"
)
_LENGTH = re.compile(r"D?(7|28|30|90|180)(?: days)?", re.IGNORECASE)
_HASH = re.compile(r"[0-9a-fA-F]{32}")


def parse_usage(lines: Sequence[Line], period: Period | None) -> Found:
    """Return totals of the file's own period, else of `period`, and the day on which each person was last active."""

    def read(line: Line, passed: Passed, warned: Passed) -> list[Use]:
        del warned
        name = whose(line, "user")
        if name is None:
            raise ValueError("user name is empty: it is nobody's")
        if "@" not in name or _HASH.fullmatch(name.partition("@")[0]):
            passed[CONCEALED] += 1
            return []
        last, active_days, told = day(line, "last_activity"), whole(line, "active_days"), measured(line, ("prompts",))
        when = _own_period(line) or period
        if when is None:
            raise PeriodWantedError("it holds totals of a rolling period and does not say of which")
        active = (
            bool(active_days) or bool(told.get("prompts")) or (last is not None and when.first <= last <= when.last)
        )
        use = Use(line=line.number, period=when, email=name, account=name.lower(), active=active)
        last_day = [replace(use, period=Period(first=last, last=last), active=True)] if last else []
        return [replace(use, active_days=active_days, measures=told), *last_day]

    return each_line(lines, read)


def _own_period(line: Line) -> Period | None:
    """Return the days before the report was made; None where it says none, or all there are."""
    made, length = day(line, "refreshed"), _LENGTH.fullmatch(line["report_period"])
    if made is None or length is None:
        return None
    return Period(first=made - timedelta(days=int(length[1]) - 1), last=made)


_ANY_APP = (
    "promptssubmittedanyapp",
    "promptssubmittedforallapps",
    "promptssubmittedallapps",
    "promptssubmitted",
    "totalpromptssubmitted",
)

usage = Export(
    id="copilot-usage",
    tool="copilot",
    title="Microsoft 365 Copilot usage report",
    columns={
        "user": ("userprincipalname", "username", "upn", "useremail", "email"),
        "display_name": ("displayname",),
        "prompts": _ANY_APP,
        "prompts_work": ("copilotchatworkpromptssubmitted", "promptssubmittedforcopilotchatwork"),
        "prompts_web": ("copilotchatwebpromptssubmitted", "promptssubmittedforcopilotchatweb"),
        "active_days": ("activedays", "activeusagedays", "activeusagedaysforallapps", "activeusagedaysallapps"),
        "last_activity": ("lastactivitydateutc", "lastactivitydate"),
        "teams": ("lastactivitydateofteamscopilotutc", "microsoftteamscopilotlastactivitydate"),
        "word": ("lastactivitydateofwordcopilotutc", "wordcopilotlastactivitydate"),
        "excel": ("lastactivitydateofexcelcopilotutc", "excelcopilotlastactivitydate"),
        "outlook": ("lastactivitydateofoutlookcopilotutc", "outlookcopilotlastactivitydate"),
        "chat": (
            "lastactivitydateofcopilotchatworkutc",
            "copilotchatworklastactivitydate",
            "copilotchatlastactivitydate",
        ),
        "refreshed": ("reportrefreshdate",),
        "report_period": ("reportperiod", "reportperioddays"),
    },
    needs=(
        ("user",),
        ("last_activity",),
        ("prompts", "prompts_work", "prompts_web", "active_days", "teams", "word", "excel", "outlook", "chat"),
    ),
    parse=parse_usage,
    adds=True,
)

totals = Export(
    id="copilot-totals",
    tool="copilot",
    title="Microsoft 365 Copilot summary or trend",
    columns={
        "enabled": ("anyappenabledusers",),
        "used": ("anyappactiveusers",),
        "refreshed": ("reportrefreshdate",),
        "report_period": ("reportperiod",),
        "report_date": ("reportdate",),
    },
    needs=(("enabled",), ("used",)),
    parse=nothing,
    refused="it counts the whole organisation, not its people: export the table of users",
)
