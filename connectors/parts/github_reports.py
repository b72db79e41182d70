"""GitHub Copilot's usage metrics reports, one UTC day a question: what each person did, and how work was merged.

A report is a list of signed links to files, with a line for each person or one object of everybody. 204, 404 and empty
answers mean that there is no data for that day; none is before FIRST_DAY.

Active is who began an interaction. Others have a line too (completions, reviews, agents that ran on): whoever has a
fact counts as active, so theirs is left out whole, and the AI credits on it are told among what a run skipped.
"""

from collections.abc import Iterable
from datetime import date
from math import ceil
from typing import Annotated

import msgspec

from connectors.connector import Scopes
from connectors.errors import ConfigurationError
from connectors.parts.github_logins import account_id
from connectors.parts.parsing import BAD_LINE, json_lines, known, nonzero
from connectors.rows import CompanyRow, DayRow, Request, TablePage

FIRST_DAY = date(2025, 10, 10)
IDLE = "idle that day, by GitHub's definition"
IDLE_CREDITS = "AI credits (not lines, rounded up) of those who were idle that day"
ANOTHER_DAY = "a line of another day than its report's"

MERGED = frozenset(
    f"{name}{of}" for name in ("merged_pull_requests", "median_minutes_to_merge") for of in ("", "_by_copilot")
)
"""What the report of the whole organisation tells."""

_Number = Annotated[float, msgspec.Meta(ge=0, le=1 << 50)]
_Count = Annotated[int, msgspec.Meta(ge=0, le=1 << 50)]


class _Report(msgspec.Struct):
    download_links: list[str]


class _Tokens(msgspec.Struct):
    prompt_tokens_sum: _Count | None = None
    output_tokens_sum: _Count | None = None


class _Cli(msgspec.Struct):
    session_count: _Count | None = None
    prompt_count: _Count | None = None
    token_usage: _Tokens | None = None


class _Line(msgspec.Struct):
    day: date
    user_login: str | None = None
    user_initiated_interaction_count: _Count | None = None
    totals_by_cli: _Cli | None = None
    ai_credits_used: _Number | None = None


class _PullRequests(msgspec.Struct):
    total_merged: _Count | None = None
    median_minutes_to_merge: _Number | None = None
    total_merged_created_by_copilot: _Count | None = None
    median_minutes_to_merge_copilot_authored: _Number | None = None


class _Company(msgspec.Struct):
    day: date
    pull_requests: _PullRequests | None = None


_REPORT = msgspec.json.Decoder(_Report | None)
_LINE, _COMPANY = msgspec.json.Decoder(_Line), msgspec.json.Decoder(_Company)


def ask_people(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask for one day's report by person; for none where GitHub keeps none."""
    del last
    return _ask(scopes, "users-1-day", first)


def ask_company(scopes: Scopes, first: date, last: date) -> tuple[Request, ...]:
    """Ask for one day's report of everybody together; for none where GitHub keeps none."""
    del last
    return _ask(scopes, "enterprise-1-day" if scopes.enterprise else "organization-1-day", first)


def parse_people(answer: bytes, request: Request) -> TablePage:
    """Return the files to fetch, or what a file says. Raises ValueError for a file that is cut or no report."""
    if not request.link:
        return _links(answer, request)
    lines, bad = json_lines(answer, _LINE)
    mine = [line for line in lines if str(line.day) == request.about]
    if lines and not mine:
        raise ValueError("the file is about another day")
    active = [line for line in mine if _prompts(line)]
    idle = [line for line in mine if not _prompts(line)]
    return TablePage(
        rows=tuple(_row(line) for line in active),
        passed=nonzero({IDLE: len(idle), IDLE_CREDITS: ceil(sum(line.ai_credits_used or 0 for line in idle))}),
        bad=nonzero({BAD_LINE: bad, ANOTHER_DAY: len(lines) - len(mine)}),
    )


def parse_company(answer: bytes, request: Request) -> TablePage:
    """Return the file to fetch, or what it says of pull requests. Raises ValueError for what is no report."""
    if not request.link:
        return _links(answer, request)
    if not answer.strip():
        return TablePage(no_data=True)
    told = _COMPANY.decode(answer)
    if str(told.day) != request.about:
        raise ValueError("the file is about another day")
    pulls = told.pull_requests or _PullRequests()
    measures = known(
        merged_pull_requests=pulls.total_merged,
        median_minutes_to_merge=pulls.median_minutes_to_merge,
        merged_pull_requests_by_copilot=pulls.total_merged_created_by_copilot,
        median_minutes_to_merge_by_copilot=pulls.median_minutes_to_merge_copilot_authored,
    )
    return TablePage(company=(CompanyRow(day=told.day, measures=measures),) if measures else ())


def _ask(scopes: Scopes, report: str, day: date) -> tuple[Request, ...]:
    path = f"{owner(scopes)}/copilot/metrics/reports/{report}"
    return (Request(path=path, parameters={"day": str(day)}, about=str(day)),) if day >= FIRST_DAY else ()


def _links(answer: bytes, request: Request) -> TablePage:
    report = None if answer.strip() in {b"", b'""'} else _REPORT.decode(answer)
    links: Iterable[str] = dict.fromkeys(report.download_links) if report else ()
    then = tuple(Request(path=each, link=True, about=request.about) for each in links)
    return TablePage(then=then, no_data=not then)


def _prompts(line: _Line) -> int | None:
    return line.user_initiated_interaction_count or (line.totals_by_cli or _Cli()).prompt_count


def _row(line: _Line) -> DayRow:
    cli = line.totals_by_cli or _Cli()
    tokens = cli.token_usage or _Tokens()
    measures = known(
        prompts=_prompts(line),
        sessions=cli.session_count,
        input_tokens=tokens.prompt_tokens_sum,
        output_tokens=tokens.output_tokens_sum,
        credits=line.ai_credits_used,
    )
    return DayRow(day=line.day, account=account_id(line.user_login) if line.user_login else None, measures=measures)


def owner(scopes: Scopes) -> str:
    """Return where the enterprise, else the organisation, has its paths. ConfigurationError where neither is set."""
    if not (scopes.enterprise or scopes.organization):
        raise ConfigurationError(
            "GitHub Copilot needs to know whose: set `organization` (a login) or `enterprise` (a slug) of this source"
        )
    return f"enterprises/{scopes.enterprise}" if scopes.enterprise else f"orgs/{scopes.organization}"
