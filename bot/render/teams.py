"""Cards as Adaptive Cards 1.5, the newest version that Teams shows of what a bot sends.

Nothing is dropped for want of room: what one message does not hold goes into the next.
Sources: the schema at adaptivecards.io/schemas/1.5.0, and learn.microsoft.com/microsoftteams/platform on cards,
charts, container layouts and the size of a bot's messages.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.card import Button, Card, Chart, Digest, Field
from bot.format import NOTHING, format_week, one_line, shorten
from bot.render.teams_charts import native_chart
from bot.render.teams_elements import (
    LARGEST,
    SHORT,
    TEXT,
    Element,
    Piece,
    defanged,
    heading,
    plain,
    quiet,
    rich,
    run,
    size_of,
)
from bot.render.teams_findings import button_sets, finding
from bot.render.teams_table import table_pieces
from bot.render.words import change_words, paragraphs, resolved_words, short_titles
from insights.catalogue import views

_TITLE = 200
_ALT = 2000
_IN_A_ROW = 3  # figures side by side: more do not fit a phone
_BESIDE = 4  # columns of a table that stands beside its chart where there is room
_TREND = {"better": "good", "worse": "attention", "neutral": "default"}


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamsMessage:
    """One message: the card, and `summary`, the sentence a notification shows."""

    card: Element
    summary: str


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
    known = {view.title: view.id for view in views().values()}
    asked = {button.ask.lower() for button in digest.card.buttons}
    titled = [Button(label=title, ask=known.get(title, title.lower())) for title in short_titles(digest)]
    closer = [button for button in titled if button.ask not in asked]
    card = digest.card if threaded else replace(digest.card, buttons=(*digest.card.buttons, *closer))
    told = f"Weekly digest, {format_week(digest.week)}: {' '.join(paragraphs(digest.card.text)[:1])}"
    messages = teams_messages(card, picture, native=native)
    return [replace(each, summary=shorten(defanged(told), SHORT)) for each in messages]


def summary_of(card: Card) -> str:
    """What a notification says: the title and the first sentence or figure, in one line."""
    first = next(iter(paragraphs(card.text)), "") or " · ".join(
        f"{one_line(field.label)} {one_line(field.value)}" for field in card.fields[:3]
    )
    return shorten(defanged(": ".join(part for part in (one_line(card.title), first) if part)), SHORT) or "AI usage"


def _card(body: Sequence[Element], summary: str) -> Element:
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "fallbackText": summary,
        "msteams": {"width": "Full"},
        "body": list(body),
    }


def _packed(pieces: Sequence[Piece]) -> list[list[Element]]:
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
    return [heading(shorten(defanged(text), _TITLE) or "AI usage", size="Large")]


def _head(card: Card) -> list[Piece]:
    told = [Piece(elements=(rich(run(shorten(part, TEXT))),)) for part in paragraphs(card.text)]
    rows = [card.fields[i : i + _IN_A_ROW] for i in range(0, len(card.fields), _IN_A_ROW)]
    return [*told, *(Piece(elements=(_figures(row),)) for row in rows)]


def _figures(fields: Sequence[Field]) -> Element:
    """Figures side by side; empty columns keep a short last row in line with the others."""
    columns = [_figure(field) for field in fields]
    columns += [{"type": "Column", "width": "stretch", "items": []}] * (_IN_A_ROW - len(columns))
    return {"type": "ColumnSet", "columns": columns, "spacing": "Medium"}


def _figure(field: Field) -> Element:
    label, value, note, change = (
        shorten(one_line(text), SHORT) for text in (field.label, field.value, field.note, change_words(field))
    )
    items = [
        quiet(label or NOTHING),
        rich(run(value or NOTHING, size="Large", weight="Bolder"), spacing="None"),
    ]
    if change:
        items.append(rich(run(change, size="Small", color=_TREND[field.trend]), spacing="None"))
    if note:
        items.append(quiet(note, spacing="None"))
    return {"type": "Column", "width": "stretch", "items": items}


def _middle(card: Card, picture: str, *, native: bool) -> list[Piece]:
    chart = _chart(card.chart, picture, native=native) if card.chart else ()
    tables = table_pieces(card.table) if card.table and card.table.columns else []
    folded = len(card.advice) > 1
    told = [finding(each, number, folded=folded) for number, each in enumerate(card.advice, start=1)]
    advice = [Piece(elements=(each,)) for each in told]
    gone = [Piece(elements=(rich(run(told), spacing="Medium"),)) for told in resolved_words(card)]
    if chart and len(tables) == 1 and card.table and len(card.table.columns) <= _BESIDE:
        return [Piece(elements=(_beside(chart, tables[0].elements),)), *advice, *gone]
    return [*([Piece(elements=chart)] if chart else []), *advice, *gone, *tables]


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
    instead: Element = rich(
        *([run(shorten(one_line(chart.title), SHORT) + "\n", weight="Bolder")] if one_line(chart.title) else []),
        run(told),
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
    title = shorten(defanged(chart.title), SHORT)
    above = [heading(title) | {"spacing": "Medium"}] if title else []
    # a chart that Teams draws says nothing to a screen reader
    return *above, drawn | {"fallback": instead, "spacing": "Small"}, quiet(told)


def _tail(card: Card) -> list[Piece]:
    footer = one_line(card.footer)
    told = [quiet(shorten(footer, TEXT), separator=True, spacing="Medium")] if footer else []
    buttons = button_sets(card.buttons, "")
    if card.advice and buttons:  # else they would seem to be the last finding's
        buttons[0] |= {"separator": True, "spacing": "Large"}
    ending = (*buttons, *told)
    return [Piece(elements=ending)] if ending else []
