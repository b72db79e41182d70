"""Options that several commands share, and how they print."""

import sys
from datetime import date, datetime
from typing import Any

import click
import msgspec


def _day(_ctx: click.Context, _parameter: click.Parameter, value: datetime | None) -> date | None:
    return value.date() if value else None


as_of = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=_day,
    metavar="DATE",
    help="Answer as if today were DATE (YYYY-MM-DD).",
)
as_json = click.option("--json", "json_wanted", is_flag=True, help="Print JSON instead of words.")


def print_json(value: Any) -> None:  # noqa: ANN401
    """Print dataclasses, lists and dates as indented JSON; what is absent is null."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
    sys.stdout.buffer.flush()
