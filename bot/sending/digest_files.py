"""The digest as files: a page, its data, and a picture a chart."""

from pathlib import Path
from typing import Any

from bot.card import Card, Digest
from bot.charts import draw
from bot.render.html import render_digest_page
from insights.basis import Basis
from insights.engine import Examination
from insights.export import export


def digest_in_json(digest: Digest, seen: Examination, basis: Basis) -> dict[str, Any]:
    """Return the digest, the findings behind it, and every figure of its week, the company's and each department's."""
    rows = [
        row for by in ("company", "department") for row in export(basis, by=by, first=digest.week, last=digest.week)
    ]
    return {
        "week": digest.week,
        "card": digest.card,
        "views": digest.views,
        "findings": seen.findings,
        "faults": seen.faults,
        "figures": rows,
    }


def write_digest(digest: Digest, seen: Examination, basis: Basis, folder: Path) -> list[Path]:
    """Write digest.html, digest.json and the charts as PNG to `folder`; return what was written."""
    import msgspec  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    page, data = folder / "digest.html", folder / "digest.json"
    page.write_text(render_digest_page(digest), encoding="utf-8")
    data.write_bytes(msgspec.json.format(msgspec.json.encode(digest_in_json(digest, seen, basis)), indent=2))
    return [page, data, *_pictures(digest, folder)]


def _pictures(digest: Digest, folder: Path) -> list[Path]:
    cards: list[tuple[str, Card]] = [("digest", digest.card)]
    cards += [(_file_name(card), card) for card in digest.views]
    written = []
    for name, card in cards:
        if card.chart is not None:
            path = folder / f"{name}.png"
            path.write_bytes(draw(card.chart))
            written.append(path)
    return written


def _file_name(card: Card) -> str:
    """The view's part of a title such as "Whole company · Model mix · ChatGPT"."""
    return card.title.split(" · ")[1].lower().replace(" ", "-")
