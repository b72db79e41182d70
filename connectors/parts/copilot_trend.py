"""Microsoft 365 Copilot's trend: what the whole tenant did, by day."""

from collections import Counter

from connectors.connector import Permission, Table
from connectors.parts.copilot_interactions import NO_DAY
from connectors.parts.graph import newest_report, read_report
from connectors.parts.headings import number_in, read_day
from connectors.parts.parsing import always, known
from connectors.rows import CompanyRow, Request, TablePage

_ACTIVE = ("anyappactiveusers",)
_PROMPTS = ("promptssubmitted", "promptssubmittedforallapps", "promptssubmittedanyapp", "totalpromptssubmitted")
"""What a column may be called, in small letters and digits only."""

_WHERE = "Entra admin centre: App registrations, the application, API permissions, Application permissions of Graph"
REPORTS = Permission(name="Reports.Read.All (Microsoft Graph)", where=_WHERE)


def parse_trend(answer: bytes, request: Request) -> TablePage:
    """Return what the whole tenant did by day. Raises ValueError for a report that is cut or is none."""
    sheet, then = read_report(answer, request)
    days, bad = [], Counter[str]()
    at = sheet.heading("reportdate") if sheet.headings else ""
    for line in sheet.lines:
        measures = known(active_people=number_in(line, *_ACTIVE), prompts=number_in(line, *_PROMPTS))
        day = read_day(line.get(at, ""))
        if day is None:
            bad[NO_DAY] += 1
        elif measures:
            days.append(CompanyRow(day=day, measures=measures))
    return TablePage(company=tuple(days), then=then, bad=bad)


TREND = Table(
    name="trend",
    permission=REPORTS,
    ask=always(newest_report("getMicrosoft365CopilotUserCountTrend")),
    parse=parse_trend,
    adds=True,
    optional=True,
    whole=frozenset({"active_people", "prompts"}),
)
"""A snapshot of four weeks, which a tenant may lack."""
