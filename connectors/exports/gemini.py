"""Google Gemini in Workspace: the report about users that the Admin console saves.

It holds totals of the last 28 days and does not say of which, so the operator says the period. `Overall usage` counts
uses, which are kept as prompts, like the activities of the API; which apps they were in is not read.

Where `Overall usage` is a word, such as "High", it is no count and is passed over: the days of use tell what they do.

Not confirmed: the spelling of the headings, and in which editions `Overall usage` is a number.
"""

from collections.abc import Sequence

from connectors.exports.export import Export, Found, Passed, Period, PeriodWantedError, Use, each_line
from connectors.exports.fields import address, measured, period_of, whole, whose
from connectors.exports.sheet import Line

A_WORD = "overall usage is a word, not a count: how many uses there were is not told"
APPS = ("gmail", "docs", "sheets", "slides", "drive", "meet", "chat", "app")


def parse_usage(lines: Sequence[Line], period: Period | None) -> Found:
    """Return totals of the file's own period, else of `period`."""

    def read(line: Line, passed: Passed, warned: Passed) -> list[Use]:
        del passed
        email = address(line)
        if email is None:
            raise ValueError("email is empty: it is nobody's")
        is_word = line["prompts"].replace(" ", "").isalpha()
        if is_word:
            warned[A_WORD] += 1
        told, active_days = {} if is_word else measured(line, ("prompts",)), whole(line, "active_days")
        when = period_of(line, "start_date", "end_date") if whose(line, "start_date", "end_date") else period
        if when is None:
            raise PeriodWantedError("it holds totals of the last 28 days before it was saved and does not say which")
        if active_days is None and not told:
            raise ValueError("overall usage and active days are both empty: that is not to say that nothing was used")
        active = bool(active_days) or bool(told.get("prompts"))
        return [Use(line=line.number, period=when, email=email, active=active, active_days=active_days, measures=told)]

    return each_line(lines, read)


usage = Export(
    id="gemini-usage",
    tool="gemini",
    title="Gemini usage report",
    columns={
        "email": ("email", "useremail", "emailaddress", "user", "username"),
        "prompts": ("overallusage", "totalusage", "overallgeminiusage", "usage", "overallusagecount", "totaluses"),
        "active_days": ("activedays", "daysactive", "numberofactivedays", "activedayslast28days"),
        "start_date": ("startdate", "from", "periodstart"),
        "end_date": ("enddate", "to", "periodend"),
        "gmail": ("gmail", "gmailusage", "geminiingmail"),
        "docs": ("googledocs", "docs", "geminiindocs"),
        "sheets": ("googlesheets", "sheets", "geminiinsheets"),
        "slides": ("googleslides", "slides", "geminiinslides"),
        "drive": ("googledrive", "drive", "geminiindrive"),
        "meet": ("googlemeet", "meet", "geminiinmeet"),
        "chat": ("googlechat", "chat", "geminiinchat"),
        "app": ("geminiapp", "gemini"),
    },
    needs=(("email",), ("prompts", "active_days"), APPS),
    parse=parse_usage,
)
