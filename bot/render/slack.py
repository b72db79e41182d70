"""Cards as Slack messages. Whatever is in a card, the message is one that Slack accepts.

Limits are Slack's (docs.slack.dev/reference/block-kit), counted in UTF-16 units, the larger of the counts in use.
Text goes into `rich_text` and `plain_text`, where nothing is parsed, so that a department named `<!channel>` or
`*bold*` is only a name. Where Slack wants mrkdwn, signs that mean something are escaped or replaced by their likeness.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from bot.card import Advice, Button, Card, Chart, Digest, Field, Table
from bot.format import NOTHING, clean, format_week, one_line
from bot.render.words import change_words, facts_of, paragraphs, resolved_words, short_titles

Block = dict[str, object]

_MOST_BLOCKS = 50
_HEADER = 150
_FIELDS = 10
_RICH_TEXT = 3000
_ALT = 2000
_BUTTONS = 25
_BUTTON_TEXT = 75
_BUTTON_VALUE = 2000
_AT_ONCE = 3
_OPTIONS = 5
_OPTION_VALUE = 150
_CONTEXT_TEXT = 2000
_ROWS = 100
_COLUMNS = 20
_CELLS = 10_000
_CELL = 200
_ADVICE = 10
_STEPS = 10
_TEXT = 3000
"""Of the message's own text, the one read out in notifications, Slack advises at most 4,000."""

_CUT = "… (shortened)"
_LIKENESS = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ", "@": "﹫", "#": "﹟"})
_ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackMessage:
    """What `chat.postMessage` takes: `text` for notifications and screen readers, and the blocks shown."""

    text: str
    blocks: list[Block]


def slack_blocks(card: Card, image_file_id: str | None = None) -> SlackMessage:
    """The card as a message. Without an uploaded picture the chart's words stand in for it.

    Buttons carry `action_id` "ask:<n>" or "do:<n>" and their words as value; `pressed` reads them back.
    """
    return _message(card, image_file_id, "")


def slack_digest(digest: Digest, files: Sequence[str | None] = ()) -> tuple[SlackMessage, list[SlackMessage]]:
    """The digest's main message and a reply a view. `files` are the pictures' ids, as `digest_charts` orders them."""
    ids = [*files, *(None,) * (1 + len(digest.views))]
    titles = ", ".join(short_titles(digest))
    main = _message(digest.card, ids[0], f"More in the thread: {titles}." if titles else "")
    text = _clip_escaped(f"Weekly digest, {format_week(digest.week)}: {main.text}", _TEXT)
    replies = [slack_blocks(view, ids[i]) for i, view in enumerate(digest.views, start=1)]
    return SlackMessage(text=text, blocks=main.blocks), replies


def digest_charts(digest: Digest) -> tuple[Chart | None, ...]:
    """The chart of the digest's card and of each view, None where there is none: what is to be drawn and uploaded."""
    return (digest.card.chart, *(view.chart for view in digest.views))


def escape_mrkdwn(text: str) -> str:
    """Text that mrkdwn shows as it is: `&`, `<`, `>` escaped; signs for bold, mentions and links made likenesses.

    Slack has no escape for those signs, and an invisible mark beside one can just as well switch it on.
    """
    text = clean(text).translate(_LIKENESS).replace("://", "∶//")
    for sign, entity in _ENTITIES:
        text = text.replace(sign, entity)
    return text


def clip(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units; what is cut says so, in words where there is room."""
    if _units(text) <= limit:
        return text
    end = _CUT if limit >= 100 else "…"
    kept = text.encode("utf-16-le")[: 2 * (limit - _units(end))].decode("utf-16-le", errors="ignore")
    return kept.rstrip() + end


def _clip_escaped(text: str, limit: int) -> str:
    """The same for escaped text, never cut inside an entity."""
    if _units(text) <= limit:
        return text
    cut = clip(text, limit)
    end = _CUT if limit >= 100 else "…"
    return re.sub(r"&[a-z]{0,3}$", "", cut.removesuffix(end)).rstrip() + end


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _message(card: Card, image_file_id: str | None, pointer: str) -> SlackMessage:
    head = [_header(card.title), *_text(card.text), *_figures(card.fields)]
    picture = _chart(card.chart, image_file_id) if card.chart else []
    advice = [block for number, each in enumerate(card.advice[:_ADVICE], start=1) for block in _advice(each, number)]
    if len(card.advice) > _ADVICE:
        advice.append(_quiet(f"{len(card.advice) - _ADVICE} more findings are left out here."))
    gone = resolved_words(card)
    advice += [_rich(_paragraph(_run(clip("\n".join(gone), _RICH_TEXT))))] if gone else []
    tail = _table(card.table) if card.table else []
    tail += _buttons(card.buttons)
    tail += [_quiet(line) for line in (pointer, one_line(card.footer)) if line]
    return SlackMessage(text=_summary(card), blocks=_numbered(_fitting(head + picture + advice, tail)))


def _summary(card: Card) -> str:
    """The title, the headline numbers and the first findings in one text."""
    figures = [
        f"{one_line(field.label)} {one_line(field.value)}"
        + (f" ({one_line(field.change)})" if one_line(field.change) else "")
        for field in card.fields
    ]
    told = paragraphs(card.text)[:1] if not figures else []
    parts = [
        one_line(card.title),
        *told,
        " · ".join(figures),
        *(one_line(advice.headline) for advice in card.advice[:5]),
    ]
    return _clip_escaped(escape_mrkdwn("\n".join(part for part in parts if part)), _TEXT) or "AI usage"


def _header(title: str) -> Block:
    return {"type": "header", "text": _plain(one_line(title) or "AI usage", _HEADER)}


def _plain(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": clip(text, limit), "emoji": False}


def _run(text: str, *, bold: bool = False, italic: bool = False) -> Block:
    style: Block = {name: True for name, wanted in (("bold", bold), ("italic", italic)) if wanted}
    return {"type": "text", "text": text} | ({"style": style} if style else {})


def _rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def _paragraph(*runs: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(runs)}


def _quiet(text: str) -> Block:
    return {"type": "context", "elements": [_plain(text, _CONTEXT_TEXT)]}


def _text(text: str) -> list[Block]:
    told = clip("\n\n".join(paragraphs(text)), _RICH_TEXT)
    return [_rich(_paragraph(_run(told)))] if told else []


def _figures(fields: Sequence[Field]) -> list[Block]:
    told = [_figure(field) for field in fields]
    groups = [told[i : i + _FIELDS] for i in range(0, min(len(told), 2 * _FIELDS), _FIELDS)]
    blocks: list[Block] = [{"type": "section", "fields": group} for group in groups]
    if len(told) > 2 * _FIELDS:
        blocks.append(_quiet(f"{len(told) - 2 * _FIELDS} more figures are left out here."))
    return blocks


def _figure(field: Field) -> Block:
    label, value, note, change = (
        _clip_escaped(escape_mrkdwn(one_line(text)), 300)
        for text in (field.label, field.value, field.note, change_words(field))
    )
    second = f"*{value or NOTHING}*" + (f" ({note})" if note else "")
    return {"type": "mrkdwn", "text": "\n".join(line for line in (label, second, change) if line)}


def _chart(chart: Chart, image_file_id: str | None) -> list[Block]:
    told = one_line(chart.alt) or one_line(chart.title) or "A chart"
    if image_file_id and image_file_id.strip():
        return [{"type": "image", "slack_file": {"id": image_file_id.strip()}, "alt_text": clip(told, _ALT)}]
    title = one_line(chart.title)
    runs = [_run(clip(title, 300) + "\n", bold=True)] if title else []
    return [_rich(_paragraph(*runs, _run(clip(told, _ALT))))]


def _advice(advice: Advice, number: int) -> list[Block]:
    """What was seen, then what to do: steps in order, and who, how long and where beneath."""
    headline = clip(one_line(advice.headline), 300) or "A finding"
    seen = [_run(f"{number}. {headline}", bold=True)]
    if one_line(advice.state):
        seen.append(_run("\n" + clip(one_line(advice.state), 300), italic=True))
    if one_line(advice.detail):
        seen.append(_run("\n" + clip(one_line(advice.detail), 600)))
    action = clip(one_line(advice.action), 300)
    elements = [_paragraph(*seen)]
    if action:
        elements.append(_paragraph(_run("Do this: ", bold=True), _run(action, bold=True)))
    steps = [clip(one_line(step), 300) for step in advice.steps if one_line(step)][:_STEPS]
    if steps:
        items = [_paragraph(_run(step)) for step in steps]
        elements.append({"type": "rich_text_list", "style": "ordered", "elements": items})
    blocks: list[Block] = [{"type": "divider"}, _rich(*elements)]
    facts = " · ".join(f"{name}: {clip(value, 300)}" for name, value in facts_of(advice))
    return [*blocks, *([_quiet(facts)] if facts else []), *_menu(advice.buttons)]


def _table(table: Table) -> list[Block]:
    """The table as far as Slack holds it, and a line that says how far."""
    columns = table.columns[:_COLUMNS]
    if not columns:
        return []
    rows, room = [], _CELLS
    for row in (columns, *table.rows[: _ROWS - 1]):
        cells = [clip(one_line(cell), _CELL) or " " for cell in (*row, *[""] * len(columns))[: len(columns)]]
        room -= sum(map(_units, cells))
        if room < 0:
            break
        rows.append([{"type": "raw_text", "text": cell} for cell in cells])
    caption = clip(one_line(table.caption), 300)
    settings = [{"align": "right" if i in table.numeric else "left", "is_wrapped": True} for i in range(len(columns))]
    blocks: list[Block] = [_rich(_paragraph(_run(caption, bold=True)))] if caption else []
    blocks.append({"type": "table", "rows": rows, "column_settings": settings})
    left_out = [
        f"{shown} of {there} {what}"
        for shown, there, what in (
            (len(rows) - 1, len(table.rows), "rows"),
            (len(columns), len(table.columns), "columns"),
        )
        if shown < there
    ]
    return [*blocks, _quiet("Showing " + " and ".join(left_out) + ".")] if left_out else blocks


def _buttons(buttons: Sequence[Button]) -> list[Block]:
    """What can be pressed. What is too long to be carried whole is left out, since its answer would be another's."""
    made = [each for each in map(_button, buttons) if each is not None][:_BUTTONS]
    return [{"type": "actions", "elements": made}] if made else []


def _button(button: Button) -> Block | None:
    ask = one_line(button.ask)
    words = ask or button.do
    if not words or _units(words) > _BUTTON_VALUE:
        return None
    label = _plain(one_line(button.label) or one_line(words) or "?", _BUTTON_TEXT)
    return {"type": "button", "text": label, "action_id": "ask" if ask else "do", "value": words}


def _menu(buttons: Sequence[Button]) -> list[Block]:
    """A finding's buttons: the first few to press at once, the others behind "⋯", where Slack's menu can hold them."""
    first, others = buttons[:_AT_ONCE], buttons[_AT_ONCE:]
    blocks = _buttons(first)
    made = [each for each in map(_button, others) if each is not None]
    short = all(_units(str(each["value"])) <= _OPTION_VALUE for each in made)
    if not blocks or not short or not 2 <= len(made) <= _OPTIONS or any(each.ask for each in others):
        return _buttons(buttons)
    options = [{"text": each["text"], "value": each["value"]} for each in made]
    menu: Block = {"type": "overflow", "action_id": "do", "options": options}
    return [{"type": "actions", "elements": [*_elements(blocks[0]), menu]}]


def pressed(action: Mapping[str, Any]) -> str:
    """The words of what was pressed, from an action in Slack's payload: a button's, or those chosen behind "⋯"."""
    return str((action.get("selected_option") or action).get("value") or "")


def _fitting(body: list[Block], tail: list[Block]) -> list[Block]:
    """All blocks, or so many of the body as leave room for the tail and a line that says so."""
    room = _MOST_BLOCKS - len(tail)
    if len(body) <= room:
        return body + tail
    return [*body[: room - 1], _quiet("Shortened to fit one message."), *tail]


def _numbered(blocks: list[Block]) -> list[Block]:
    """Ids that no two blocks, and no two things to press, of one message share."""
    numbers = itertools.count(1)
    return [
        {**block, "block_id": f"card:{n}"}
        | (
            {"elements": [{**each, "action_id": f"{each['action_id']}:{next(numbers)}"} for each in _elements(block)]}
            if block["type"] == "actions"
            else {}
        )
        for n, block in enumerate(blocks)
    ]


def _elements(block: Block) -> list[Block]:
    return cast("list[Block]", block["elements"])
