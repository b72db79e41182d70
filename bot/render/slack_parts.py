"""The parts of a card as blocks. Each part is a list of pieces: blocks that stand in one message together.

Text goes into `rich_text` and `plain_text`, where nothing is parsed, so that a department named `<!channel>` or
`*bold*` is only a name. Where Slack wants mrkdwn, signs that mean something are escaped or replaced by their likeness.
Ids are given when a message is whole: until then a thing to press has only its kind, "ask" or "do".
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from bot.card import Advice, Button, Chart, Field, Table
from bot.format import NOTHING, one_line
from bot.render.slack_words import clip, clip_escaped, escape_mrkdwn, split, units
from bot.render.words import change_words, facts_of, lead_of, paragraphs, shared_span, without_span

Block = dict[str, object]
Piece = list[Block]

_HEADER = 150
_FIELDS = 10
_RICH_TEXT = 3000
_ALT = 2000
_BUTTONS = 25
_BUTTON_TEXT = 75
_BUTTON_VALUE = 2000
_VALUES = 3000
"""Of one row of buttons together, so that no block alone is too long for a message."""
_DETAIL = 2000
_STEPS = 10
_AT_ONCE = 3
_OPTIONS = 5
_OPTION_VALUE = 150
_CONTEXT_TEXT = 2000
_ROWS = 100
_COLUMNS = 20
_CELLS = 10_000
_CELL = 200
_ON_THE_FIRST = 12
"""Rows of a longer table that stand in the message itself: what a phone shows at once."""


def header(title: str) -> list[Piece]:
    """The title; one that is too long for a header is written out under it."""
    told = one_line(title) or "AI usage"
    whole = [[rich(paragraph(run(piece)))] for piece in split(told, _RICH_TEXT)] if units(told) > _HEADER else []
    return [[{"type": "header", "text": plain(told, _HEADER)}], *whole]


def prose(text: str) -> list[Piece]:
    """Paragraphs of running text."""
    return [[rich(paragraph(run(piece)))] for piece in split("\n\n".join(paragraphs(text)), _RICH_TEXT)]


def quiet(text: str) -> Block:
    """A small grey line."""
    return {"type": "context", "elements": [plain(text, _CONTEXT_TEXT)]}


def figures(fields: Sequence[Field]) -> list[Piece]:
    """Headline numbers, two a row. Over how many weeks they changed is said once where it is the same for all."""
    span = shared_span(fields)
    told = [_figure(without_span(field, span)) for field in fields]
    sections: list[Piece] = [
        [{"type": "section", "fields": told[i : i + _FIELDS]}] for i in range(0, len(told), _FIELDS)
    ]
    if span:
        sections[-1].append(quiet(f"Changes are over {span}."))
    return sections


def _figure(field: Field) -> Block:
    label, value, note, change = (
        clip_escaped(escape_mrkdwn(one_line(text)), 300)
        for text in (field.label, field.value, field.note, change_words(field))
    )
    number = f"*{value or NOTHING}*" + (f" ({note})" if note else "") + (f"  {change}" if change else "")
    # the number first: labels take one line or two, and numbers of a row would not stand level under them
    return {"type": "mrkdwn", "text": "\n".join(line for line in (number, label) if line)}


def chart_words(chart: Chart) -> str:
    """What the picture shows, in words."""
    return one_line(chart.alt) or one_line(chart.title) or "A chart"


def picture(chart: Chart, file: str) -> list[Piece]:
    """The uploaded picture. Words that its own description can't hold follow as text."""
    told = chart_words(chart)
    over = [[rich(paragraph(run(piece)))] for piece in split(told, _RICH_TEXT)] if units(told) > _ALT else []
    return [[{"type": "image", "slack_file": {"id": file}, "alt_text": clip(told, _ALT)}], *over]


def chart_in_words(chart: Chart) -> list[Piece]:
    """The chart's words in its place."""
    title = one_line(chart.title)
    first, *more = split(chart_words(chart), _RICH_TEXT - 400)
    runs = [run(clip(title, 300) + "\n", bold=True)] if title else []
    return [[rich(paragraph(*runs, run(first)))], *([rich(paragraph(run(piece)))] for piece in more)]


def advice(told: Advice, number: int) -> Piece:
    """What was seen, then what to do: steps in order, and who, how long and where beneath."""
    detail = clip(one_line(told.detail), _DETAIL)
    elements = [paragraph(*_seen(told, number), *([run("\n" + detail)] if detail else []))]
    action = clip(one_line(told.action), 300)
    if action:
        elements.append(paragraph(run(f"Do this: {action}", bold=True)))
    steps = [clip(one_line(step), 300) for step in told.steps if one_line(step)]
    if steps:
        listed = [paragraph(run(step)) for step in steps[:_STEPS]]
        elements.append({"type": "rich_text_list", "style": "ordered", "elements": listed})
    # a list in a block of its own would begin with 1 again
    over = [rich(paragraph(run(f"{at}. {step}"))) for at, step in enumerate(steps[_STEPS:], start=_STEPS + 1)]
    facts = " · ".join(f"{name}: {clip(value, 300)}" for name, value in facts_of(told))
    return [rich(*elements), *over, *([quiet(facts)] if facts else []), *_menu(told.buttons)]


def advice_in_short(told: Advice, number: int) -> Piece:
    """What was seen and what to do, in as few lines as that takes; "Explain" tells the rest."""
    action = clip(one_line(told.action), 300)
    brief = ", ".join(clip(one_line(each), 100) for each in (told.owner, told.effort) if one_line(each))
    elements = [paragraph(*_seen(told, number))]
    if action:
        elements.append(
            paragraph(run("Do this: ", bold=True), run(action), *([run(f" ({brief})", italic=True)] if brief else []))
        )
    return [rich(*elements), *_menu(told.buttons)]


def _seen(told: Advice, number: int) -> list[Block]:
    """The headline, its point in bold, and how it stands to earlier weeks."""
    bold, rest = lead_of(clip(one_line(told.headline), 300) or "A finding")
    runs = [run(f"{number}. {bold}", bold=True), *([run(rest)] if rest else [])]
    state = clip(one_line(told.state), 300)
    return [*runs, *([run(f"\n{state}", italic=True)] if state else [])]


def table(told: Table) -> list[Piece]:
    """The table: its beginning, then, of one longer than a phone shows, all of it, in as many pieces as Slack needs."""
    wide = [told] if len(told.columns) <= _COLUMNS else _narrower(told)
    pieces = [piece for each in wide for piece in _tables(each)]
    first = wide[0] if wide else None
    if first is None or not first.columns or (len(pieces) == 1 and len(told.rows) <= _ON_THE_FIRST + 3):
        return pieces
    beginning = Table(
        columns=first.columns, rows=first.rows[:_ON_THE_FIRST], numeric=first.numeric, caption=told.caption
    )
    head = _tables(beginning)[0]
    return [[*head, quiet(f"The first {len(beginning.rows)} of {len(told.rows)} rows.")], *pieces]


def _narrower(told: Table) -> list[Table]:
    """A table too wide for Slack as several, each with the first column in front."""
    step = _COLUMNS - 1
    return [
        Table(
            columns=(told.columns[0], *told.columns[at : at + step]),
            rows=tuple((row[0] if row else "", *row[at : at + step]) for row in told.rows),
            numeric=tuple(
                [0] * (0 in told.numeric) + [each - at + 1 for each in told.numeric if at <= each < at + step]
            ),
            caption=told.caption,
        )
        for at in range(1, len(told.columns), step)
    ]


def _tables(told: Table) -> list[Piece]:
    """All rows, in tables that Slack takes, each under the headings."""
    if not told.columns:
        return []
    head = _row(told.columns, len(told.columns))
    groups: list[list[list[str]]] = [[head]]
    room = _CELLS - sum(map(units, head))
    for row in told.rows:
        cells = _row(row, len(told.columns))
        size = sum(map(units, cells))
        if len(groups[-1]) == _ROWS or size > room:
            groups.append([head])
            room = _CELLS - sum(map(units, head))
        groups[-1].append(cells)
        room -= size
    caption = clip(one_line(told.caption), 300)
    return [_table(told, group, caption if n == 1 else f"{caption} ({n})".strip()) for n, group in enumerate(groups, 1)]


def _row(cells: Sequence[str], columns: int) -> list[str]:
    """So many cells, none of them empty: Slack refuses an empty one."""
    limit = min(_CELL, _CELLS // 2 // columns)
    return [clip(one_line(cell), limit) or " " for cell in (*cells, *[""] * columns)[:columns]]


def _table(told: Table, rows: Sequence[Sequence[str]], caption: str) -> Piece:
    settings = [
        {"align": "right" if i in told.numeric else "left", "is_wrapped": True} for i in range(len(told.columns))
    ]
    cells = [[{"type": "raw_text", "text": cell} for cell in row] for row in rows]
    named: Piece = [rich(paragraph(run(caption, bold=True)))] if caption else []
    return [*named, {"type": "table", "rows": cells, "column_settings": settings}]


def buttons(told: Sequence[Button]) -> list[Piece]:
    """What can be pressed. What is too long to be carried whole is left out, since its answer would be another's."""
    rows: list[list[Block]] = []
    room = 0
    for made in map(_button, told):
        if made is None:
            continue
        size = units(str(made["value"]))
        if not rows or len(rows[-1]) == _BUTTONS or size > room:
            rows.append([])
            room = _VALUES
        rows[-1].append(made)
        room -= size
    return [[{"type": "actions", "elements": row}] for row in rows]


def _button(button: Button) -> Block | None:
    ask = one_line(button.ask)
    words = ask or button.do
    if not words or units(words) > _BUTTON_VALUE:
        return None
    label = plain(one_line(button.label) or one_line(words) or "?", _BUTTON_TEXT)
    return {"type": "button", "text": label, "action_id": "ask" if ask else "do", "value": words}


def _menu(told: Sequence[Button]) -> Piece:
    """A finding's buttons: the first few to press at once, the others behind "⋯", where Slack's menu can hold them."""
    first, others = told[:_AT_ONCE], told[_AT_ONCE:]
    shown = [each for each in map(_button, first) if each is not None]
    made = [each for each in map(_button, others) if each is not None]
    short = all(units(str(each["value"])) <= _OPTION_VALUE for each in made)
    if not shown or not short or not 2 <= len(made) <= _OPTIONS or any(each.ask for each in others):
        return [block for piece in buttons(told) for block in piece]
    options = [{"text": each["text"], "value": each["value"]} for each in made]
    menu: Block = {"type": "overflow", "action_id": "do", "options": options}
    return [{"type": "actions", "elements": [*shown, menu]}]


def pressed(action: Mapping[str, Any]) -> str:
    """The words of what was pressed, from an action in Slack's payload: a button's, or those chosen behind "⋯"."""
    return str((action.get("selected_option") or action).get("value") or "")


def elements_of(block: Block) -> list[Block]:
    """The elements of an actions, context or rich_text block."""
    return cast("list[Block]", block["elements"])


def plain(text: str, limit: int) -> Block:
    """Text in which nothing is parsed, emoji names included."""
    return {"type": "plain_text", "text": clip(text, limit), "emoji": False}


def run(text: str, *, bold: bool = False, italic: bool = False) -> Block:
    """A run of text in a paragraph."""
    style: Block = {name: True for name, wanted in (("bold", bold), ("italic", italic)) if wanted}
    return {"type": "text", "text": text} | ({"style": style} if style else {})


def rich(*elements: Block) -> Block:
    """A block of paragraphs and lists."""
    return {"type": "rich_text", "elements": list(elements)}


def paragraph(*runs: Block) -> Block:
    """A paragraph of runs."""
    return {"type": "rich_text_section", "elements": list(runs)}
