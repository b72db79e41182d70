"""Cards in a terminal, and as plain text."""

import io
from collections.abc import Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table as Grid
from rich.text import Text

from bot.card import Advice, Button, Card, Chart, Digest, DotChart, Field, Table
from bot.format import format_week, one_line
from bot.render.shapes import shape
from bot.render.words import change_words, facts_of, inside, paragraphs, resolved_words

_WIDTH = 80
_FIRST = 24
_COLORS = {"better": "green", "worse": "yellow", "neutral": "dim"}


def render_text(card: Card) -> RenderableType:
    """The card for a terminal of 80 columns or more. Nothing in it is read as rich's markup."""
    parts: list[RenderableType] = [Text(one_line(card.title) or "AI usage", style="bold")]
    parts += [Text(part) for part in paragraphs(card.text)]
    if card.fields:
        parts.append(_figures(card.fields))
    if card.chart:
        parts.append(_chart(card.chart))
    parts += [_advice(advice, number) for number, advice in enumerate(card.advice, start=1)]
    if card.resolved:
        parts.append(Text("\n".join(resolved_words(card))))
    if card.table:
        parts.append(_table(card.table))
    if any(button.ask for button in card.buttons):
        parts.append(_buttons(card.buttons))
    if one_line(card.footer):
        parts.append(Text(one_line(card.footer), style="dim"))
    return Group(*_apart(parts))


def render_digest(digest: Digest) -> RenderableType:
    """The digest's card, then a view at a time, without what the card has said already."""
    parts: list[RenderableType] = [Rule(Text(f"Weekly digest · {format_week(digest.week)}"), style="dim", align="left")]
    parts.append(render_text(digest.card))
    for view in inside(digest):
        parts += [Rule(style="dim"), render_text(view)]
    return Group(*_apart(parts))


def plain_text(card: Card) -> str:
    """The card as lines of at most 80 columns, without colour, ended by a line break."""
    return _plain(render_text(card))


def plain_digest(digest: Digest) -> str:
    """The digest as lines of at most 80 columns, without colour."""
    return _plain(render_digest(digest))


def _plain(told: RenderableType) -> str:
    page = io.StringIO()
    Console(
        file=page, width=_WIDTH, color_system=None, force_terminal=False, highlight=False, legacy_windows=False
    ).print(told)
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines()) + "\n"


def _apart(parts: Sequence[RenderableType]) -> list[RenderableType]:
    """With an empty line after each."""
    return [piece for part in parts for piece in (part, Text())][:-1]


def _figures(fields: Sequence[Field]) -> Grid:
    grid = Grid.grid(padding=(0, 2))
    grid.add_column(max_width=30)
    grid.add_column(justify="right", style="bold")
    grid.add_column()
    for field in fields:
        note = Text(change_words(field), style=_COLORS[field.trend])
        if one_line(field.note):
            note.append(f"{', ' if note else ''}{one_line(field.note)}", style="dim")
        grid.add_row(Text(one_line(field.label)), Text(one_line(field.value)), note)
    return grid


def _advice(advice: Advice, number: int) -> Group:
    """Everything under the headline stands a step in from its number."""
    under: list[RenderableType] = []
    if one_line(advice.state):
        under.append(Text(one_line(advice.state), style="magenta"))
    if one_line(advice.detail):
        under.append(Text(one_line(advice.detail), style="dim"))
    under.append(Text("Do this: ", style="bold cyan") + Text(one_line(advice.action), style="bold"))
    steps = [one_line(step) for step in advice.steps if one_line(step)]
    under.append(_hanging([(f"{position}.", step) for position, step in enumerate(steps, start=1)]))
    under.append(_hanging(facts_of(advice), dim=True))
    return Group(_hanging([(f"{number}.", one_line(advice.headline))], bold=True), Padding(Group(*under), (0, 0, 0, 3)))


def _hanging(rows: Sequence[tuple[str, str]], *, bold: bool = False, dim: bool = False) -> Grid:
    """Rows of a short mark and a text whose further lines stand under its first."""
    style = "bold" if bold else "dim" if dim else ""
    grid = Grid.grid(padding=(0, 1))
    grid.add_column(style=style or "dim", no_wrap=True)
    grid.add_column(style=style)
    for mark, told in rows:
        grid.add_row(mark, Text(told))
    return grid


def _chart(chart: Chart) -> Group:
    parts: list[RenderableType] = [Text(one_line(chart.title), style="bold")]
    if isinstance(chart, DotChart):
        parts.append(Text(f"{one_line(chart.y_label)}, at {one_line(chart.x_label)}", style="dim"))
    return Group(*parts, shape(chart))


def _table(table: Table) -> Group:
    """Columns as wide as their cells, where that fits the page; headings break between words, never inside one."""
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), collapse_padding=True)
    columns = range(len(table.columns))
    words = [max(map(cell_len, one_line(column).split()), default=1) for column in table.columns]
    cells = [max((cell_len(one_line(row[i])) for row in table.rows if i < len(row)), default=1) for i in columns]

    def widths_for(lines: int) -> list[int]:
        """Each column's width if its heading may take so many lines."""
        heads = [
            max(words[i], -(-cell_len(one_line(table.columns[i])) // lines) + (1 if 1 < lines < _WIDTH else 0))
            for i in columns
        ]
        return [min(max(heads[i], cells[i]), _FIRST if i == 0 else _WIDTH) for i in columns]

    widths = next(
        (tried for tried in map(widths_for, (1, 2, 3, _WIDTH)) if sum(tried) + 2 * len(tried) <= _WIDTH), None
    )
    for i in columns:
        grid.add_column(
            Text(one_line(table.columns[i])),
            justify="right" if i in table.numeric else "left",
            overflow="ellipsis" if i == 0 else "fold",
            width=widths[i] if widths else None,
            # A name's words stay whole where it may take several lines.
            min_width=min(_longest_word(table, i), _FIRST // 2) if i == 0 and not widths else None,
        )
    for row in table.rows:
        grid.add_row(*(Text(one_line(cell)) for cell in row))
    caption = one_line(table.caption)
    return Group(*([Text(caption, style="bold")] if caption else []), grid)


def _buttons(buttons: Sequence[Button]) -> Text:
    """What to type for each. What is done about a finding is not offered: a terminal does not know who types."""
    told = Text("Ask next: ", style="dim")
    for i, button in enumerate(each for each in buttons if each.ask):
        told.append(" · " if i else "", style="dim")
        told.append(one_line(button.ask), style="cyan")
    return told


def _longest_word(table: Table, column: int) -> int:
    return max((cell_len(word) for row in table.rows for word in one_line(row[column]).split()), default=0)
