"""`ai-usage export`: tidy weekly rows for analysts."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import click

from bot.options import as_of


def _day(_context: click.Context, _parameter: click.Parameter, value: datetime | None) -> date | None:
    return value.date() if value else None


DATE = click.DateTime(["%Y-%m-%d"])


@click.command("export")
@click.option("--csv", "form", flag_value="csv", default="csv", help="CSV with a header (the default).")
@click.option("--json", "form", flag_value="json", help="JSON rows.")
@click.option("--by", type=click.Choice(["company", "department"]), default="company", show_default=True)
@click.option("--tool", default="", help="One tool only, such as chatgpt.")
@click.option("--from", "first", type=DATE, callback=_day, metavar="DATE", help="From the week that holds DATE.")
@click.option("--to", "last", type=DATE, callback=_day, metavar="DATE", help="To the week that holds DATE.")
@as_of
@click.pass_obj
def command(
    config: Path | None,
    form: str,
    by: Literal["company", "department"],
    tool: str,
    first: date | None,
    last: date | None,
    as_of: date | None,
) -> None:
    """Write every metric by week: week, department, tool, metric, value, numerator, denominator, people, estimated.

    `week` is the Monday. A cell that would tell about too few people has the value "suppressed".
    """
    from bot.installation import open_installation  # noqa: PLC0415
    from bot.settings import nearest  # noqa: PLC0415
    from insights.export import as_csv, as_json, export  # noqa: PLC0415
    from storage.reading import tools  # noqa: PLC0415

    basis = open_installation(config).basis(as_of)
    known = tools(basis.store)
    if tool and tool not in known:
        raise click.BadParameter(f"there is no data about {tool!r}: {nearest(tool, known)}", param_hint="--tool")
    rows = export(basis, by=by, tool=tool, first=first, last=last)
    sys.stdout.write(as_json(rows) if form == "json" else as_csv(rows))
