"""OpenAI's daily usage reports, a row for each user and UTC day: what those on ChatGPT and on Codex have in common.

Input tokens are uncached and cached ones together; where only one of the two is told, it stands alone. What is told by
model is taken by model, and the rest from the totals, so that nothing is counted twice.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

import msgspec

from connectors.rows import DayRow, Request, TablePage

IDLE = "nothing done that day"


class Used(msgspec.Struct):
    """What was used up. `credits` or `cost_usd` is what the workspace is billed in."""

    credits: float | None = None
    cost_usd: float | None = None
    uncached_text_input_tokens: int | None = None
    cached_text_input_tokens: int | None = None
    text_output_tokens: int | None = None


class Totals(Used):
    """A user's whole day. Threads and turns are told of Codex alone."""

    threads: int | None = None
    turns: int | None = None


class Model(Used):
    """What was used of one model."""

    model: str | None = None


class Client(Used):
    """What was used from one client, such as CODEX_CLI."""

    client_id: str | None = None


class _Actor(msgspec.Struct):
    user_id: str | None = None
    email: str | None = None


class ReportRow(msgspec.Struct):
    """One user on one day. `start_time` is in Unix seconds, or an ISO time."""

    start_time: int | float | str
    user_id: str | None = None
    actor: _Actor | None = None
    totals: Totals | None = None
    models: list[Model] | None = None
    clients: list[Client] | None = None


class _Report(msgspec.Struct):
    data: list[ReportRow]
    has_more: bool = False
    next_page: str | None = None


_REPORT = msgspec.json.Decoder(_Report)


def ask_for_days(path: str, first: date, last: date, limit: int) -> Request:
    """Ask for rows by user and day, `limit` a page."""
    end = last + timedelta(days=1)
    parameters = {"start_time": str(_seconds(first)), "end_time": str(_seconds(end)), "limit": str(limit)}
    return Request(path=path, parameters=parameters)


def read_report(
    answer: bytes, request: Request, rows_of: Callable[[ReportRow, Counter[str]], Iterator[DayRow]]
) -> TablePage:
    """Return what each user did. Raises ValueError for a page that says there is more, but not where.

    `rows_of` counts by reason what it leaves out. A row of which nothing comes for no such reason is idle.
    """
    report = _REPORT.decode(answer)
    if report.has_more and not report.next_page:
        raise ValueError("the report says that there is more, but not where")
    rows: list[DayRow] = []
    passed: Counter[str] = Counter()
    for row in report.data:
        before = len(rows), passed.total()
        rows += rows_of(row, passed)
        passed[IDLE] += before == (len(rows), passed.total())
    return TablePage(
        rows=tuple(rows),
        then=(Request(path=request.path, parameters={**request.parameters, "page": report.next_page}),)
        if report.has_more and report.next_page
        else (),
        passed=+passed,
    )


def rows_by_model(row: ReportRow, measures_of: Callable[[Used], Mapping[str, float]]) -> Iterator[DayRow]:
    """Yield what models used, and without a model what only the totals tell. Rows of nothing are left out."""
    by_model = [(each.model, measures_of(each)) for each in row.models or ()]
    told = {name for _, measures in by_model for name in measures}
    rest = {name: value for name, value in measures_of(row.totals or Totals()).items() if name not in told}
    for place, (model, measures) in enumerate([(None, rest), *by_model]):
        if any(measures.values()):
            yield day_row(row, model, measures, place)


def day_row(row: ReportRow, model: str | None, measures: Mapping[str, float], place: int = 0) -> DayRow:
    """Return one of the facts of a row; its `place` among them tells them apart where a row comes twice."""
    actor = row.actor or _Actor()
    account, day = row.user_id or actor.user_id, _day(row.start_time)
    who = account or actor.email
    event = f"{who}/{day}/{place}" if who else None
    return DayRow(day=day, email=actor.email, account=account, model=model, measures=measures, event=event)


def tokens_of(used: Used) -> dict[str, float]:
    """Return the tokens that are told, by the names of Usage's fields."""
    halves = (used.uncached_text_input_tokens, used.cached_text_input_tokens)
    given = [each for each in halves if each is not None]
    return known({"input_tokens": sum(given) if given else None, "output_tokens": used.text_output_tokens})


def known(told: Mapping[str, float | None]) -> dict[str, float]:
    """Return what is told: absent is not zero."""
    return {name: value for name, value in told.items() if value is not None}


def _day(time: float | str) -> date:
    """Return the UTC day of unix seconds, or of an ISO time; one without an offset is UTC."""
    if not isinstance(time, str):
        try:
            return datetime.fromtimestamp(time, UTC).date()
        except (OverflowError, OSError) as error:
            raise ValueError("a row is of no day that can be") from error
    told = datetime.fromisoformat(time)
    return (told if told.tzinfo is None else told.astimezone(UTC)).date()


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
