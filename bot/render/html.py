"""Cards as HTML: a fragment for the chat page, and the digest as one page that needs nothing else."""

import base64
import functools
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from bot.card import Advice, Button, Card, Chart, Digest, Field, Table
from bot.format import clean, format_week, one_line, shorten
from bot.render.words import change_words, facts_of, inside, paragraphs, resolved_words

Images = Mapping[str, str]
"""Where a chart's pictures are: the addresses under "light" and "dark"."""

_CSS = Path(__file__).parent.parent / "web" / "static" / "card.css"
_LONG_ALT = 300
"""What a screen reader says in one breath; longer descriptions are put beside the picture to be opened."""

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render_card(
    card: Card, images: Images | None = None, *, level: int = 2, ask_url: str = "", do_url: str = ""
) -> str:
    """The card as an `<article>`, headed by `<h{level}>`.

    A chart without `images` is told in words. With `ask_url` the buttons are a form that sends the question as `q`
    to it by GET; without, the questions are shown to be typed. Verbs are sent as `do` to `do_url` by POST; without it
    they are not offered: a page that does not know who presses can do nothing in somebody's name.
    """
    heading = max(1, min(level, 5))
    parts = [
        f'<h{heading} dir="auto">{_words(card.title) or "AI usage"}</h{heading}>',
        *(f'<p class="lead" dir="auto">{_words(part)}</p>' for part in paragraphs(card.text)),
        _figures(card.fields),
        _chart(card.chart, images) if card.chart else "",
        *(_advice(advice, heading + 1, do_url) for advice in card.advice),
        *(f'<p class="resolved" dir="auto">{escape(told)}</p>' for told in resolved_words(card)),
        _table(card.table) if card.table else "",
        _buttons(card.buttons, ask_url),
        _verbs(card.buttons, do_url),
        f'<p class="footer">{_words(card.footer)}</p>' if one_line(card.footer) else "",
    ]
    return '<article class="card">\n' + "\n".join(part for part in parts if part) + "\n</article>\n"


def render_digest_page(digest: Digest, images: Sequence[Images | None] | None = None) -> str:
    """The whole digest as one HTML page: charts, light and dark, and style inside; no script.

    `images` go with the digest's card and then its views, as from `digest_charts`; without them they are drawn.
    """
    cards = (digest.card, *digest.views)
    pictures = [embed(card.chart) if card.chart else None for card in cards] if images is None else list(images)
    week = format_week(digest.week)
    told = inside(digest)
    links = "".join(f'<li><a href="#view-{i}">{_words(view.title)}</a></li>' for i, view in enumerate(told, start=1))
    views = "".join(
        f'<section class="view" id="view-{i}">\n{render_card(view, picture, level=2)}</section>\n'
        for i, (view, picture) in enumerate(zip(told, pictures[1:], strict=True), start=1)
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{_words(digest.card.title)} · {week}</title>\n<style>\n{card_css()}</style>\n</head>\n"
        '<body class="page">\n<main>\n'
        f'<p class="kicker">Weekly digest · {week}</p>\n'
        f"{render_card(digest.card, pictures[0], level=1)}"
        + (f'<nav class="views" aria-label="Views"><h2>Look closer</h2><ul>{links}</ul></nav>\n' if links else "")
        + f"{views}</main>\n</body>\n</html>\n"
    )


def embed(chart: Chart) -> dict[str, str]:
    """The chart drawn for light and dark, as `data:` addresses."""
    from bot.charts import draw  # noqa: PLC0415 - the painter is slow to import and pages without charts do without

    return {
        "light": "data:image/png;base64," + base64.b64encode(draw(chart, "light")).decode(),
        "dark": "data:image/png;base64," + base64.b64encode(draw(chart, "dark")).decode(),
    }


@functools.cache
def card_css() -> str:
    """The style sheet of cards, which the chat page serves as a file and the digest carries inside."""
    return _CSS.read_text(encoding="utf-8")


def _words(text: str) -> str:
    return escape(one_line(text))


def _figures(fields: Sequence[Field]) -> str:
    rows = [
        f'<div class="figure {field.trend}"><dt>{_words(field.label)}</dt>'
        f'<dd><span class="value">{_words(field.value)}</span>'
        + (f' <span class="change">{_words(change_words(field))}</span>' if change_words(field) else "")
        + (f' <span class="note">{_words(field.note)}</span>' if one_line(field.note) else "")
        + "</dd></div>"
        for field in fields
    ]
    return '<dl class="figures">\n' + "\n".join(rows) + "\n</dl>" if rows else ""


def _advice(advice: Advice, level: int, do_url: str) -> str:
    steps = "".join(f"<li>{_words(step)}</li>" for step in advice.steps if one_line(step))
    facts = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in facts_of(advice))
    return "\n".join(
        [
            '<section class="advice">',
            f'<p class="state">{_words(advice.state)}</p>' if one_line(advice.state) else "",
            f'<h{level} dir="auto">{_words(advice.headline)}</h{level}>',
            f'<p class="detail" dir="auto">{_words(advice.detail)}</p>' if one_line(advice.detail) else "",
            f'<div class="do"><p class="action"><span class="cue">Do this</span> {_words(advice.action)}</p>',
            f"<ol>{steps}</ol>" if steps else "",
            f"<dl>{facts}</dl>" if facts else "",
            f"</div>{_verbs(advice.buttons, do_url)}</section>",
        ]
    ).replace("\n\n", "\n")


def _chart(chart: Chart, images: Images | None) -> str:
    told = escape(clean(chart.alt)) or _words(chart.title)
    if not images:
        return f'<p class="instead"><strong>{_words(chart.title)}</strong> {told}</p>'
    short = one_line(chart.alt) or one_line(chart.title)
    more = ""
    if len(short) > _LONG_ALT:
        short = shorten(short, _LONG_ALT - 40) + " All numbers follow the picture."
        more = f"<figcaption><details><summary>The numbers in words</summary><p>{told}</p></details></figcaption>"
    dark = images.get("dark")
    source = f'<source media="(prefers-color-scheme: dark)" srcset="{escape(dark)}">' if dark else ""
    return (
        f'<figure class="chart"><picture>{source}'
        f'<img src="{escape(images["light"])}" alt="{escape(short)}" width="800"></picture>{more}</figure>'
    )


def _table(table: Table) -> str:
    def row(cells: Sequence[str], tag: str) -> str:
        told = []
        for i, cell in enumerate(cells):
            kind = ' class="number"' if i in table.numeric else ""
            if tag == "th":
                told.append(f'<th scope="col"{kind}>{_words(cell)}</th>')
            elif i == 0:
                told.append(f'<th scope="row" dir="auto">{_words(cell)}</th>')
            else:
                told.append(f"<td{kind}>{_words(cell)}</td>")
        return "<tr>" + "".join(told) + "</tr>"

    caption = one_line(table.caption)
    body = (
        '<div class="table" role="region" tabindex="0" aria-label="'
        + (escape(caption) or "Table")
        + '"><table>'
        + (f"<caption>{escape(caption)}</caption>" if caption else "")
        + f"<thead>{row(table.columns, 'th')}</thead>\n<tbody>"
        + "\n".join(row(cells, "td") for cells in table.rows)
        + "</tbody></table></div>"
    )
    if len(table.rows) <= 12:
        return body
    return f"<details><summary>{escape(caption) or 'Table'}, {len(table.rows)} rows</summary>{body}</details>"


def _buttons(buttons: Sequence[Button], ask_url: str) -> str:
    asked = [(one_line(button.label) or one_line(button.ask), one_line(button.ask)) for button in buttons]
    asked = [(label, ask) for label, ask in asked if ask]
    if not asked:
        return ""
    if ask_url:
        made = "".join(
            f'<button type="submit" name="q" value="{escape(ask)}">{escape(label)}</button>' for label, ask in asked
        )
        return f'<form class="ask" method="get" action="{escape(ask_url)}">{made}</form>'
    return '<p class="ask">Ask next: ' + " ".join(f"<code>{escape(ask)}</code>" for _, ask in asked) + "</p>"


def _verbs(buttons: Sequence[Button], do_url: str) -> str:
    """What can be done about what is shown, as buttons of a form."""
    made = "".join(
        f'<button type="submit" name="do" value="{escape(button.do)}">{_words(button.label or button.do)}</button>'
        for button in buttons
        if button.do
    )
    return f'<form class="verbs" method="post" action="{escape(do_url)}">{made}</form>' if made and do_url else ""
