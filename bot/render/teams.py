"""Cards as Adaptive Cards 1.5, the newest version that Teams shows of what a bot sends.

Words from outside go into `RichTextBlock`s, where Teams reads no Markdown, mention or link; where only a `TextBlock`
will do (headings), signs that mean something are replaced by their likeness. Nothing is dropped for want of room: what
one message does not hold goes into the next.
Sources: the schema at adaptivecards.io/schemas/1.5.0, and learn.microsoft.com/microsoftteams/platform on cards,
charts, container layouts and the size of a bot's messages.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.card import Advice, Button, Card, Chart, Digest, Field, Table
from bot.format import NOTHING, clean, format_week, one_line, shorten
from bot.render.teams_charts import native_chart
from bot.render.words import change_words, facts_of, paragraphs, resolved_words, short_titles

Element = dict[str, object]

LARGEST = 80_000
"""Bytes of a message in UTF-16, pictures inside it not counted. Teams refuses from some 100 KB on."""

_TITLE = 200
_TEXT = 3000
_SHORT = 400
_ALT = 2000
_LABEL = 60
_ASK = 500
_STEPS = 10
_PIECE = 40_000  # bytes of rows that are shown at one press, of which each cell takes:
_CELL_BESIDES = 180
_IN_A_ROW = 3  # figures side by side: more do not fit a phone
_ACTIONS = 6  # of a set; Teams hides what is beyond
_SETS = 4
_ROWS = 12  # shown at once; the others are there at a press
_ROWS_APIECE = 60
_COLUMNS = 6  # with the first; more are hard to compare on any screen
_PHONE = 340  # pixels of a card on a phone
_LETTER = 6.8  # pixels of a small bold letter, on average
_WORD = 16  # letters; what is longer is broken anywhere
_CELL = 120
_BESIDE = 4  # columns of a table that stands beside its chart where there is room

_LIKENESS = str.maketrans(
    {"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ", "[": "［", "]": "］", "<": "‹", ">": "›", "#": "﹟", "\\": "∖", "|": "∣"}
)
_TREND = {"better": "good", "worse": "attention", "neutral": "default"}


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamsMessage:
    """One message: the card, and `summary`, the sentence a notification shows."""

    card: Element
    summary: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Piece:
    """What stays together in one message."""

    elements: tuple[Element, ...]


def teams_messages(card: Card, picture: str = "", *, native: bool = False) -> list[TeamsMessage]:
    """The card as one message, or as many as Teams needs to hold it.

    `picture` is the chart's https: or data: address; without one the chart's words stand in for it. With `native`
    Teams draws the chart where it can, and the picture is what it falls back to.
    Buttons are `Action.Execute` with the verb "ask" or "do", and the words under the same name in `data`.
    """
    bodies = _packed([*_head(card), *_middle(card, picture, native=native), *_tail(card)])
    summary = summary_of(card)
    titles = [card.title, *(f"{one_line(card.title)} ({n} of {len(bodies)})" for n in range(2, len(bodies) + 1))]
    return [
        TeamsMessage(card=_card([*_title(title), *body], summary), summary=summary)
        for title, body in zip(titles, bodies, strict=True)
    ]


def teams_digest(
    digest: Digest, picture: str = "", *, native: bool = False, threaded: bool = False
) -> list[TeamsMessage]:
    """The digest's card. Each view is a button, unless its card follows in the thread."""
    labels = {one_line(button.label).lower() for button in digest.card.buttons}
    closer = [Button(label=title, ask=title.lower()) for title in short_titles(digest) if title.lower() not in labels]
    card = digest.card if threaded else replace(digest.card, buttons=(*digest.card.buttons, *closer))
    told = f"Weekly digest, {format_week(digest.week)}: {' '.join(paragraphs(digest.card.text)[:1])}"
    messages = teams_messages(card, picture, native=native)
    return [replace(each, summary=shorten(defanged(told), _SHORT)) for each in messages]


def outcome_elements(outcome: Card, about: str, opens: Element | None = None) -> list[Element]:
    """What was done about a finding, and what can be done next, to stand under the finding.

    `opens` is the button that shows the finding's steps.
    """
    told = shorten(" ".join(paragraphs(outcome.text)), _SHORT)
    line = _rich(_run(f"✓ {one_line(outcome.title)}. ", weight="Bolder", color="good"), _run(told), spacing="Medium")
    return [line, *_buttons(outcome.buttons, about, opens)]


def summary_of(card: Card) -> str:
    """What a notification says: the title and the first sentence or figure, in one line."""
    first = next(iter(paragraphs(card.text)), "") or " · ".join(
        f"{one_line(field.label)} {one_line(field.value)}" for field in card.fields[:3]
    )
    return shorten(defanged(": ".join(part for part in (one_line(card.title), first) if part)), _SHORT) or "AI usage"


def plain(text: str) -> str:
    """Text for where no Markdown is read: cleaned, and without what cards replace by a date."""
    return clean(text).replace("{{", "{ {").replace("${", "$ {")


def defanged(text: str) -> str:
    """One line for where Markdown is read: signs for bold, links, mentions and lists made likenesses."""
    text = plain(one_line(text)).translate(_LIKENESS).replace("://", "∶//")
    start, dot, rest = text.partition(".")
    if dot and start.isdecimal():
        return f"{start}․{rest}"
    return f"–{text[1:]}" if text[:2] in {"- ", "+ "} else text


def size_of(card: Mapping[str, object]) -> int:
    """Bytes as Teams counts them: UTF-16, without the pictures inside."""
    bare = json.dumps(card, ensure_ascii=False, default=str)
    return 2 * len(bare) - 2 * _inside(card) + _beyond(bare)


def _beyond(text: str) -> int:
    """What letters outside the first plane take more, in bytes of UTF-16."""
    return 2 * sum(letter > "\uffff" for letter in text)


def _inside(part: object) -> int:
    """Characters of the pictures inside."""
    match part:
        case dict():
            return sum(map(_inside, part.values()))
        case list() | tuple():
            return sum(map(_inside, part))
        case str() if part.startswith("data:image/"):
            return len(part)
        case _:
            return 0


def _card(body: Sequence[Element], summary: str) -> Element:
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "fallbackText": summary,
        "msteams": {"width": "Full"},
        "body": list(body),
    }


def _packed(pieces: Sequence[_Piece]) -> list[list[Element]]:
    """The pieces in order, in as few bodies as hold them."""
    bodies: list[list[Element]] = [[]]
    room = LARGEST - 6_000  # what every card has besides
    used = 0
    for piece in pieces:
        size = size_of({"piece": piece.elements})
        if used + size > room and bodies[-1]:
            bodies.append([])
            used = 0
        bodies[-1] += piece.elements
        used += size
    return bodies


def _title(text: str) -> list[Element]:
    return [_heading(shorten(defanged(text), _TITLE) or "AI usage", size="Large")]


def _heading(text: str, *, size: str = "Default") -> Element:
    return {"type": "TextBlock", "text": text, "wrap": True, "style": "heading", "size": size, "weight": "Bolder"}


def _rich(*runs: Element | str, **more: object) -> Element:
    return {"type": "RichTextBlock", "inlines": list(runs)} | more


def _run(text: str, **style: object) -> Element:
    return {"type": "TextRun", "text": plain(text)} | style


def _quiet(text: str, **more: object) -> Element:
    return _rich(_run(text, size="Small", isSubtle=True), **more)


def _head(card: Card) -> list[_Piece]:
    told = [_Piece(elements=(_rich(_run(shorten(part, _TEXT))),)) for part in paragraphs(card.text)]
    rows = [card.fields[i : i + _IN_A_ROW] for i in range(0, len(card.fields), _IN_A_ROW)]
    return [*told, *(_Piece(elements=(_figures(row),)) for row in rows)]


def _figures(fields: Sequence[Field]) -> Element:
    """Figures side by side; empty columns keep a short last row in line with the others."""
    columns = [_figure(field) for field in fields]
    columns += [{"type": "Column", "width": "stretch", "items": []}] * (_IN_A_ROW - len(columns))
    return {"type": "ColumnSet", "columns": columns, "spacing": "Medium"}


def _figure(field: Field) -> Element:
    label, value, note, change = (
        shorten(one_line(text), _SHORT) for text in (field.label, field.value, field.note, change_words(field))
    )
    items = [
        _quiet(label or NOTHING),
        _rich(_run(value or NOTHING, size="Large", weight="Bolder"), spacing="None"),
    ]
    if change:
        items.append(_rich(_run(change, size="Small", color=_TREND[field.trend]), spacing="None"))
    if note:
        items.append(_quiet(note, spacing="None"))
    return {"type": "Column", "width": "stretch", "items": items}


def _middle(card: Card, picture: str, *, native: bool) -> list[_Piece]:
    chart = _chart(card.chart, picture, native=native) if card.chart else ()
    tables = _table(card.table) if card.table and card.table.columns else []
    folded = len(card.advice) > 1
    told = [_advice(each, number, folded=folded) for number, each in enumerate(card.advice, start=1)]
    advice = [_Piece(elements=(each,)) for each in told]
    gone = [_Piece(elements=(_rich(_run(told), spacing="Medium"),)) for told in resolved_words(card)]
    if chart and len(tables) == 1 and card.table and len(card.table.columns) <= _BESIDE:
        return [_Piece(elements=(_beside(chart, tables[0].elements),)), *advice, *gone]
    return [*([_Piece(elements=chart)] if chart else []), *advice, *gone, *tables]


def _beside(chart: Sequence[Element], table: Sequence[Element]) -> Element:
    """The two side by side where there is room for both, else one under the other, as on a phone.

    Clients that don't know `layouts` stack them.
    """
    return {
        "type": "Container",
        "layouts": [{"type": "Layout.Flow", "itemFit": "Fill", "minItemWidth": "360px", "columnSpacing": "Large"}],
        "items": [{"type": "Container", "items": list(part)} for part in (chart, table)],
    }


def _chart(chart: Chart, picture: str, *, native: bool) -> tuple[Element, ...]:
    told = shorten(one_line(chart.alt) or one_line(chart.title) or "A chart", _ALT)
    instead: Element = _rich(
        *([_run(shorten(one_line(chart.title), _SHORT) + "\n", weight="Bolder")] if one_line(chart.title) else []),
        _run(told),
    )
    if picture:
        instead = {
            "type": "Image",
            "url": picture,
            "altText": plain(told),
            "size": "Stretch",
            "msteams": {"allowExpand": True},
        }
    drawn = native_chart(chart) if native else None
    if drawn is None:
        return (instead | {"spacing": "Medium"},)
    # a chart that Teams draws says nothing to a screen reader
    return drawn | {"fallback": instead, "spacing": "Medium"}, _quiet(told)


def _advice(advice: Advice, number: int, *, folded: bool) -> Element:
    """What was seen, then what to do; steps in order, and who, how long and where beneath.

    `folded` puts steps and what is beneath behind a button: of several findings one wants to see the others first.
    """
    headline = shorten(defanged(advice.headline), _SHORT) or "A finding"
    items: list[Element] = [_heading(f"{number}\u2024 {headline}", size="Medium")]
    if one_line(advice.state):
        items.append(_rich(_run(shorten(one_line(advice.state), _SHORT), italic=True), spacing="None"))
    if one_line(advice.detail):
        items.append(_rich(_run(shorten(one_line(advice.detail), 600)), spacing="Small"))
    action = shorten(one_line(advice.action), _SHORT)
    if action:
        items.append(_rich(_run("Do this: ", weight="Bolder", color="accent"), _run(action, weight="Bolder")))
    key = advice.key if len(advice.key) <= _ASK else ""
    name = f"steps:{number}"
    how = _how(advice)
    opens = _toggle("Steps", name) if folded and how else None
    items += [{"type": "Container", "id": name, "isVisible": False, "items": how}] if opens else how
    items += _buttons(advice.buttons, key, opens)
    return {
        "type": "Container",
        "id": f"finding:{number}:{key}",
        "separator": True,
        "spacing": "Large",
        "items": items,
    }


def _how(advice: Advice) -> list[Element]:
    steps = [shorten(one_line(step), _SHORT) for step in advice.steps if one_line(step)][:_STEPS]
    facts = " · ".join(f"{name}: {shorten(value, _SHORT)}" for name, value in facts_of(advice))
    told = [_step(n, step) for n, step in enumerate(steps, start=1)]
    return [*told, _quiet(facts, spacing="Small")] if facts else told


def _toggle(title: str, name: str) -> Element:
    return {"type": "Action.ToggleVisibility", "title": title, "targetElements": [name]}


def _step(number: int, step: str) -> Element:
    return {
        "type": "ColumnSet",
        "spacing": "Small",
        "columns": [
            {"type": "Column", "width": "20px", "items": [_rich(_run(f"{number}."))]},
            {"type": "Column", "width": "stretch", "spacing": "Small", "items": [_rich(_run(step))]},
        ],
    }


def _table(table: Table) -> list[_Piece]:
    """The first rows, and the others behind a button; columns that a phone can't hold beside each other follow."""
    caption = shorten(defanged(table.caption), _SHORT)
    pieces: list[_Piece] = []
    for part in _parts(table):
        rows = part.rows if len(part.rows) <= _ROWS + 3 else part.rows[:_ROWS]
        head = [_heading(caption)] if caption and not pieces else []
        first, *more = (*head, _grid(part, rows))
        pieces.append(_Piece(elements=(first | {"spacing": "Large"}, *more)))
        at = len(rows)
        while at < len(part.rows):
            count = _holds(part, at)
            pieces.append(_hidden(part, at, count, f"rows:{len(pieces)}"))
            at += count
    return pieces


def _holds(table: Table, at: int) -> int:
    """How many rows from `at` on are shown at one press."""
    size = 0
    for count, row in enumerate(table.rows[at : at + _ROWS_APIECE]):
        size += sum(_CELL_BESIDES + 4 * len(_cell(cell)) for cell in row)
        if count and size > _PIECE:
            return count
    return min(_ROWS_APIECE, len(table.rows) - at)


def _hidden(table: Table, at: int, count: int, name: str) -> _Piece:
    rows = table.rows[at : at + count]
    show = _toggle(f"Show rows {at + 1} to {at + len(rows)}", name)
    grid = _grid(table, rows) | {"id": name, "isVisible": False}
    return _Piece(elements=({"type": "ActionSet", "actions": [show]}, grid))


def _parts(table: Table) -> list[Table]:
    """The table, or several of as many columns as a phone shows without breaking the words of their heads.

    Each has the first column, so that a row can be told.
    """
    first, *others = range(len(table.columns))
    parts: list[list[int]] = []
    for column in others:
        if parts and _fits(table, [*parts[-1], column]):
            parts[-1].append(column)
        else:
            parts.append([column])
    return [_chosen(table, [first, *part]) for part in parts] or [_chosen(table, [first])]


def _fits(table: Table, columns: Sequence[int]) -> bool:
    """Whether the heads' longest word fits into a column of a phone's width; the first is as wide as two."""
    longest = max(len(word) for i in columns for word in (one_line(table.columns[i]).split() or [""]))
    return len(columns) < _COLUMNS and _PHONE / (len(columns) + 1) >= min(longest, _WORD) * _LETTER


def _chosen(table: Table, columns: Sequence[int]) -> Table:
    def of(cells: Sequence[str]) -> tuple[str, ...]:
        return tuple(cells[i] if i < len(cells) else "" for i in columns)

    numeric = tuple(at for at, column in enumerate(columns) if column in table.numeric)
    return replace(table, columns=of(table.columns), rows=tuple(map(of, table.rows)), numeric=numeric)


def _grid(table: Table, rows: Sequence[Sequence[str]]) -> Element:
    sides = ["right" if i in table.numeric else "left" for i in range(len(table.columns))]

    def row(cells: Sequence[Element | str]) -> Element:
        told = [{"type": "TableCell", "items": [_rich(cell)]} for cell in cells]
        return {"type": "TableRow", "cells": told}

    return {
        "type": "Table",
        "columns": [
            {
                "type": "TableColumnDefinition",
                "width": 1 if side == "right" else 2,
                "horizontalCellContentAlignment": side,
            }
            for side in sides
        ],
        "rows": [
            row([_run(_cell(cell), size="Small", weight="Bolder") for cell in table.columns]),
            *(row([plain(_cell(cell)) for cell in cells]) for cells in rows),
        ],
        "showGridLines": True,
    }


def _cell(text: str) -> str:
    return shorten(one_line(text), _CELL) or " "


def _tail(card: Card) -> list[_Piece]:
    footer = one_line(card.footer)
    told = [_quiet(shorten(footer, _TEXT), separator=True, spacing="Medium")] if footer else []
    buttons = _buttons(card.buttons, "")
    if card.advice and buttons:  # else they would seem to be the last finding's
        buttons[0] |= {"separator": True, "spacing": "Large"}
    ending = (*buttons, *told)
    return [_Piece(elements=ending)] if ending else []


def _buttons(buttons: Sequence[Button], about: str, first: Element | None = None) -> list[Element]:
    """Sets of buttons. `about` is the finding that they belong to, so that it can be marked when one is pressed.

    One that is too long to be carried whole is left out, since its answer would be another's.
    """
    fitting = [each for each in buttons if 0 < len(one_line(each.do) or one_line(each.ask)) <= _ASK]
    actions = [*([first] if first else []), *(_action(button, about) for button in fitting)]
    actions = actions[: _ACTIONS if about else _SETS * _ACTIONS]
    sets = [actions[i : i + _ACTIONS] for i in range(0, len(actions), _ACTIONS)]
    return [{"type": "ActionSet", "actions": each, "spacing": "Small"} for each in sets]


def _action(button: Button, about: str) -> Element:
    verb, words = ("do", one_line(button.do)) if one_line(button.do) else ("ask", one_line(button.ask))
    data = {verb: words} | ({"about": about} if about else {})
    title = shorten(defanged(button.label) or defanged(words), _LABEL)
    return {"type": "Action.Execute", "title": title, "verb": verb, "data": data}
