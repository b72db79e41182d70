"""Cards as Slack messages. Whatever is in a card, each message is one that Slack accepts, and nothing is lost.

What has no room in one message goes on in the next: `SlackMessage.more` follows in the thread, in order.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from bot.card import Advice, Card, Chart, Digest
from bot.format import one_line
from bot.render import slack_parts as parts
from bot.render.slack_native import native_chart
from bot.render.slack_parts import Block, Piece, pressed
from bot.render.slack_words import clip, clip_escaped, escape_mrkdwn, split, units
from bot.render.words import paragraphs, resolved_words, short_titles

__all__ = [
    "Block",
    "Part",
    "Render",
    "SlackMessage",
    "clip",
    "digest_charts",
    "digest_parts",
    "escape_mrkdwn",
    "pressed",
    "slack_blocks",
    "slack_digest",
]

_MOST_BLOCKS = 49
"""Slack takes 50; one is left for a note under a message, such as that its picture is missing."""
_WORDS = 12_000
"""Of all blocks but a table together: beyond about 13,000 Slack answers `msg_blocks_too_long`."""
_MOST_TAIL = 3
"""Of buttons and small lines under a message; what is more stands among what follows."""
_TEXT = 3000
"""Of the message's own text, the one read out in notifications, Slack advises at most 4,000."""
_SHORT_ADVICE = 5
_STEPS = "What to do, step by step"


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackMessage:
    """What `chat.postMessage` takes: `text` for notifications and screen readers, and the blocks shown.

    `more` are the messages that follow it in its thread.
    """

    text: str
    blocks: list[Block]
    more: tuple["SlackMessage", ...] = ()


def slack_blocks(card: Card, file: str | None = None, *, native: bool = False) -> SlackMessage:
    """The card as a message. Without an uploaded picture the chart's words stand in for it.

    With `native` Slack draws the chart itself, where it can. Buttons carry `action_id` "ask:<n>" or "do:<n>" and
    their words as value; `pressed` reads them back. Findings that can be explained are told in short where there are
    several.
    """
    short = len(card.advice) > 1 and all(each.buttons for each in card.advice)
    tell = parts.advice_in_short if short else parts.advice
    findings = [tell(each, number) for number, each in enumerate(card.advice, start=1)]
    return _message(card, file, findings, native=native)


class Render(Protocol):
    """What makes the message around a picture's file, or around a chart that Slack draws."""

    def __call__(self, file: str | None, *, native: bool = False) -> SlackMessage:
        """The message."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One message of a digest: what it is called, the chart that goes with it, and the message around that."""

    title: str
    chart: Chart | None
    render: Render


def digest_parts(digest: Digest, *, thread_only: bool = False) -> list[Part]:
    """The digest's main message and the replies of its thread: what to do step by step, then a view each.

    With `thread_only` the main message is one line with the numbers, and what else it would say is the first reply.
    """
    card = digest.card
    steps = [Part(title=_STEPS, chart=None, render=partial(_steps, card.advice))] if card.advice else []
    views = [
        Part(title=one_line(each.title), chart=each.chart, render=partial(slack_blocks, each)) for each in digest.views
    ]
    inside = [*(each.title[0].lower() + each.title[1:] for each in steps), *short_titles(digest)]
    pointer = f"In the thread: {', '.join(inside)}." if inside and not thread_only else ""
    main = Part(title=one_line(card.title), chart=card.chart, render=partial(_main, card, pointer))
    line = [Part(title=main.title, chart=None, render=partial(_one_line, card))] if thread_only else []
    return [*line, main, *steps, *views]


def slack_digest(digest: Digest, files: Sequence[str | None] = ()) -> tuple[SlackMessage, list[SlackMessage]]:
    """The digest's main message and its replies, as `digest_parts`. `files` are ordered as by `digest_charts`."""
    ids = [*files, *(None,) * (1 + len(digest.views))]
    main, *others = digest_parts(digest)
    steps = [each.render(None) for each in others[: len(others) - len(digest.views)]]
    views = [each.render(ids[n]) for n, each in enumerate(others[len(steps) :], start=1)]
    return main.render(ids[0]), [*steps, *views]


def digest_charts(digest: Digest) -> tuple[Chart | None, ...]:
    """The chart of the digest's card and of each view, None where there is none: what is to be drawn and uploaded."""
    return (digest.card.chart, *(view.chart for view in digest.views))


def _main(card: Card, pointer: str, file: str | None, *, native: bool = False) -> SlackMessage:
    """What everybody reads: findings in short, of many the first."""
    findings = [parts.advice_in_short(each, n) for n, each in enumerate(card.advice[:_SHORT_ADVICE], start=1)]
    return _message(card, file, findings, pointer=pointer, native=native)


def _steps(advice: Sequence[Advice], file: str | None = None, *, native: bool = False) -> SlackMessage:  # noqa: ARG001 - as Render
    """Every finding in full. Those that the main message has carry their buttons there."""
    told = [
        replace(each, buttons=()) if number <= _SHORT_ADVICE else each for number, each in enumerate(advice, start=1)
    ]
    findings = [parts.advice(each, number) for number, each in enumerate(told, start=1)]
    return _message(Card(title=_STEPS, text=""), None, findings)


def _one_line(card: Card, file: str | None = None, *, native: bool = False) -> SlackMessage:  # noqa: ARG001 - as Render
    """The headline numbers in a line, for a channel that wants no more of it."""
    told = clip(_figures_in_words(card) or " ".join(paragraphs(card.text)) or "More in the thread.", _TEXT - 400)
    title = parts.run(f"{clip(one_line(card.title) or 'AI usage', 300)}\n", bold=True)
    block = parts.rich(parts.paragraph(title, parts.run(told)))
    return SlackMessage(text=_summary(card), blocks=_numbered([block, parts.quiet("The digest is in the thread.")]))


def _message(
    card: Card, file: str | None, findings: Sequence[Piece], *, pointer: str = "", native: bool = False
) -> SlackMessage:
    gone = "\n".join(resolved_words(card))
    apart: list[Piece] = [[{"type": "divider"}, *piece] for piece in findings]
    body = [
        *parts.header(card.title),
        *parts.prose(card.text),
        *parts.figures(card.fields),
        *(_chart(card.chart, (file or "").strip(), native=native) if card.chart else []),
        *apart,
        *([[parts.rich(parts.paragraph(parts.run(piece)))] for piece in split(gone, _TEXT)]),
        *(parts.table(card.table) if card.table else []),
    ]
    tail = [
        *parts.buttons(card.buttons),
        *([parts.quiet(line)] for line in (pointer, one_line(card.footer)) if line),
    ]
    first, *others = _packed(body, tail)
    title = clip(one_line(card.title) or "AI usage", 200)
    more = [
        SlackMessage(
            text=clip_escaped(escape_mrkdwn(f"{title}, continued ({n})"), _TEXT),
            blocks=_numbered([parts.quiet(f"{title}, continued"), *blocks]),
        )
        for n, blocks in enumerate(others, start=2)
    ]
    return SlackMessage(text=_summary(card), blocks=_numbered(first), more=tuple(more))


def _chart(chart: Chart, file: str, *, native: bool) -> list[Piece]:
    drawn = native_chart(chart) if native else None
    if drawn is not None:
        return [[drawn]]
    return parts.picture(chart, file) if file else parts.chart_in_words(chart)


def _packed(body: Iterable[Piece], tail: Sequence[Piece]) -> list[list[Block]]:
    """The pieces in order, in as many messages as they need; the tail under what fits of the body in the first."""
    kept = _under(tail)
    under = [block for piece in tail[:kept] for block in piece]
    pages: list[list[Block]] = [[]]
    # the first message keeps room for the tail, the others for the line that says what they go on with
    room = _MOST_BLOCKS - len(under) - 1
    words = _WORDS - sum(map(_words, under))
    for piece in (part for whole in (*body, *tail[kept:]) for part in _small(whole)):
        size = sum(map(_words, piece))
        second_table = _has_table(piece) and _has_table(pages[-1])
        if pages[-1] and (len(pages[-1]) + len(piece) > room or size > words or second_table):
            pages.append([])
            room, words = _MOST_BLOCKS - 1, _WORDS
        pages[-1] += piece
        words -= size
    if len(pages) > 1:
        pages[0].append(parts.quiet("The rest follows."))
    pages[0] += under
    return pages


def _under(tail: Sequence[Piece]) -> int:
    """How many of the tail's pieces have room under a message that says something besides."""
    sizes = itertools.accumulate(sum(map(_words, piece)) for piece in tail[:_MOST_TAIL])
    return sum(size <= _WORDS // 2 for size in sizes)


def _small(piece: Piece) -> list[Piece]:
    """The piece, or its blocks one by one where it is too long to stand together."""
    return [piece] if sum(map(_words, piece)) <= _WORDS // 2 else [[block] for block in piece]


def _has_table(blocks: Iterable[Block]) -> bool:
    return any(block["type"] == "table" for block in blocks)


def _words(value: object) -> int:
    """How many units of text a block shows or carries, tables apart."""
    match value:
        case {"type": "table"}:
            return 0
        case dict():
            return sum(_words(each) for name, each in value.items() if name not in {"type", "action_id"})
        case list():
            return sum(map(_words, value))
        case str():
            return units(value)
        case _:
            return 0


def _summary(card: Card) -> str:
    """The title, the headline numbers and the first findings in one text."""
    told = _figures_in_words(card) or next(iter(paragraphs(card.text)), "")
    text = [one_line(card.title), told, *(one_line(advice.headline) for advice in card.advice[:_SHORT_ADVICE])]
    return clip_escaped(escape_mrkdwn("\n".join(part for part in text if part)), _TEXT) or "AI usage"


def _figures_in_words(card: Card) -> str:
    told = (
        " ".join(part for part in (field.label, field.value, field.change and f"({field.change})") if part)
        for field in card.fields
    )
    return " · ".join(filter(None, map(one_line, told)))


def _numbered(blocks: Sequence[Block]) -> list[Block]:
    """Ids that no two blocks, and no two things to press, of one message share."""
    numbers = itertools.count(1)

    def numbered(block: Block) -> Block:
        if block["type"] != "actions":
            return block
        made = [{**each, "action_id": f"{each['action_id']}:{next(numbers)}"} for each in parts.elements_of(block)]
        return {**block, "elements": made}

    return [{**numbered(block), "block_id": f"card:{n}"} for n, block in enumerate(blocks)]
