"""Tidy rows for analysts: one a week, department, tool and metric.

The nine columns are `week` (the Monday), `department` (empty for the company), `tool` (`*` for all tools together,
where there is more than one), `metric` (an id of `ai-usage metrics`; `model_mix:GPT-4o` and the like for the model
mix), `value`, `numerator`, `denominator`, `people` (people or seats that the value is about) and `estimated`.

A hidden cell has the word `suppressed` in `value`, and nothing in `numerator`, `denominator` and `people`, in CSV as
in JSON. A value that no tool reports is empty in CSV and null in JSON: absent is not zero.
"""

import csv
import io
import json
import math
from collections.abc import Hashable
from dataclasses import astuple, dataclass, fields
from datetime import date
from typing import Any, Literal

import pandas as pd

from insights import catalogue
from insights.basis import Basis
from insights.question import Weeks
from insights.series import Panel, panel
from insights.weekly import ALL_TOOLS, COMPANY
from storage.reading import tools

By = Literal["company", "department"]

SUPPRESSED = "suppressed"
OTHER: dict[By, By] = {"company": "department", "department": "company"}
MODEL_MIX = "model_mix"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a text begins that a spreadsheet would run; such names get an apostrophe in front."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of the export. `value` is the word `suppressed` where the cell is hidden, None where it is absent."""

    week: date
    department: str
    tool: str
    metric: str
    value: float | str | None
    numerator: float | None = None
    denominator: float | None = None
    people: int | None = None
    estimated: bool = False


COLUMNS = tuple(each.name for each in fields(Row))


def export(
    basis: Basis, *, by: By = "company", tool: str = "", first: date | None = None, last: date | None = None
) -> list[Row]:
    """Return the rows by week, department, tool and metric, of the complete weeks from `first` to `last`.

    A week is part of it when any of its days is. Without `tool` every tool is told, and all of them together where
    there is more than one.
    """
    every = tools(basis.store)
    wanted = (tool,) if tool else ((ALL_TOOLS, *every) if len(every) > 1 else every)
    seen = panel(basis, weeks=Weeks(first=first or date.min, last=last or date.max), tools=wanted)
    order = {each: n for n, each in enumerate(catalogue.metrics())}
    rows = [*_metrics(seen, by), *_mix(seen, by)]
    place = {each: n for n, each in enumerate(seen.departments)}
    return sorted(
        rows,
        key=lambda row: (row.week, place.get(row.department, -1), row.tool, order[row.metric.partition(":")[0]]),
    )


def as_csv(rows: list[Row]) -> str:
    """Return the rows as CSV with a header; names that a spreadsheet would run as formulas are made harmless."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_plain(each) for each in astuple(row)])
    return out.getvalue()


def as_json(rows: list[Row]) -> str:
    """Return the rows as a JSON array of objects, a row a line."""
    told = (json.dumps(dict(zip(COLUMNS, astuple(row), strict=True)), default=str, allow_nan=False) for row in rows)
    return "[" + ",\n ".join(told) + "]\n"


def defused(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _plain(value: object) -> object:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return defused(value)
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


def _metrics(seen: Panel, by: By) -> list[Row]:
    frame = _wanted(seen.frame, by)
    there = frame[frame["metric"] == "weekly_active_users"]
    there = there[there["value"].notna() | there["suppressed"]]
    known = set(zip(there["week"], there["department"], there["tool"], strict=True))
    absent = {each.id for each in catalogue.metrics().values() if each.only == OTHER[by]}
    across = {each.id for each in catalogue.metrics().values() if each.across}
    return [
        _row(record)
        for record in frame.to_dict("records")
        if record["metric"] not in absent
        and (record["tool"] == ALL_TOOLS or record["metric"] not in across)
        and (record["week"], record["department"], record["tool"]) in known
    ]


def _mix(seen: Panel, by: By) -> list[Row]:
    frame = _wanted(seen.shares, by)
    if frame.empty:
        return []
    told = frame.assign(
        metric=MODEL_MIX + ":" + frame["family"],
        numerator=frame["sessions"],
        denominator=frame.groupby(["week", "department", "tool"])["sessions"].transform("sum"),
        estimated=False,
    )
    return [_row(record) for record in told.to_dict("records")]


def _wanted(frame: pd.DataFrame, by: By) -> pd.DataFrame:
    return frame[(frame["department"] == COMPANY) == (by == "company")]


def _row(record: dict[Hashable, Any]) -> Row:
    people = _number(record["people"])
    hidden = bool(record["suppressed"])
    return Row(
        week=record["week"],
        department=record["department"],
        tool=record["tool"],
        metric=record["metric"],
        value=SUPPRESSED if hidden else _number(record["value"]),
        numerator=None if hidden else _number(record["numerator"]),
        denominator=None if hidden else _number(record["denominator"]),
        people=None if hidden or people is None else int(people),
        estimated=bool(record["estimated"]),
    )


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
