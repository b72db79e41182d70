"""`ai-usage metrics`: every metric with its definition."""

import click

from bot.options import as_json, print_json


@click.command("metrics")
@as_json
def command(*, json_wanted: bool) -> None:
    """Print every metric: what it means, its unit, and which way is good."""
    from rich.console import Console  # noqa: PLC0415
    from rich.padding import Padding  # noqa: PLC0415

    from insights.metrics import METRICS  # noqa: PLC0415

    if json_wanted:
        print_json(
            [
                {
                    "id": metric.id,
                    "title": metric.title,
                    "definition": metric.definition,
                    "unit": metric.unit,
                    "good": metric.good,
                    "needs": metric.needs,
                }
                for metric in METRICS
            ]
        )
        return
    console = Console()
    for metric in METRICS:
        console.print(f"[bold]{metric.title}[/bold]  [dim]{metric.id} · {metric.unit} · good: {metric.good}[/dim]")
        console.print(Padding(metric.definition, (0, 0, 1, 2)))
