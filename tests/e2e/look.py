"""What people see in Slack, drawn by a renderer nobody here wrote: the digest and ten answers of the demo's company.

usage: python -m tests.e2e.look FOLDER            every picture, phone and desktop, light and dark
       python -m tests.e2e.look --docs docs/images the two pictures of the README
"""

import json
import os
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.answers.answer import ask
from bot.card import Card, Chart, Digest
from bot.charts import draw
from bot.demo_company import DemoPlan, make_demo
from bot.render.slack import SlackMessage, digest_parts, slack_blocks
from bot.sending.digest import weekly_digest
from tests.e2e.conftest import MODULES

TODAY = date(2026, 11, 16)
ANSWERS = (
    "overview",
    "sales",
    "sales vs engineering",
    "depth",
    "prompts",
    "models",
    "departments",
    "licenses",
    "tools",
    "status",
    "help",
)
PHONE, DESKTOP = 390, 760  # pixels; Slack's column on a laptop
SHOWN = 1150  # pixels of a phone's page in the README


@dataclass(kw_only=True, slots=True)
class Case:
    """Messages that are looked at together, the first with its thread under it, and their pictures by file id."""

    name: str
    messages: list[dict[str, Any]] = field(default_factory=list)
    pictures: dict[str, str] = field(default_factory=dict)


def case_of_card(name: str, card: Card, folder: Path) -> Case:
    """A card as an answer, with what follows it."""
    case = Case(name=name)
    _add(case, slack_blocks(card, _file(case, card.chart, folder)))
    return case


def cases_of_digest(digest: Digest, folder: Path, name: str = "digest") -> list[Case]:
    """The digest's message, and its thread."""
    main, thread = Case(name=name), Case(name=f"{name}-thread")
    for number, part in enumerate(digest_parts(digest)):
        case = thread if number else main
        _add(case, part.render(_file(case, part.chart, folder)))
    return [main, thread]


def _add(case: Case, message: SlackMessage) -> None:
    case.messages += [{"text": each.text, "blocks": each.blocks} for each in (message, *message.more)]


def _file(case: Case, chart: Chart | None, folder: Path) -> str | None:
    if chart is None:
        return None
    file = f"F{zlib.crc32(repr(chart).encode()):010d}"
    path = folder / f"{file}.png"
    path.write_bytes(draw(chart, "either"))
    case.pictures[file] = str(path)
    return file


def look(
    cases: Iterable[Case],
    folder: Path,
    *,
    modules: Path = MODULES,
    widths: tuple[int, ...] = (PHONE, DESKTOP),
    themes: tuple[str, ...] = ("light", "dark"),
) -> Mapping[str, dict[str, Any]]:
    """Draw the cases into `folder` as `<name>-<theme>-<width>.png`; return of each what the browser saw."""
    told = folder / "messages.json"
    told.write_text(
        json.dumps([{"name": each.name, "messages": each.messages, "pictures": each.pictures} for each in cases])
    )
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
    ran = subprocess.run(
        [shutil.which("node") or "node", str(Path(__file__).parent / "slack_look.mjs"), str(told), str(folder)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=os.environ
        | {
            "E2E_MODULES": str(modules),
            "E2E_CHROMIUM": chromium,
            "E2E_WIDTHS": ",".join(map(str, widths)),
            "E2E_THEMES": ",".join(themes),
        },
    )
    if ran.returncode:
        raise RuntimeError(ran.stderr)
    seen: dict[str, dict[str, Any]] = json.loads(ran.stdout)
    return seen


def cases_of_demo(demo: Path, folder: Path) -> list[Case]:
    """The digest and ten answers of the demo's company."""
    installation, _ = make_demo(DemoPlan(folder=demo, people=600, weeks=26, seed=7, scenario="2025", today=TODAY))
    basis = installation.basis(TODAY)
    digest, _ = weekly_digest(basis, installation.settings.organisation.name)
    assert digest is not None
    answered = partial(ask, basis=basis, settings=installation.settings)
    cards = {text.replace(" ", "-"): answered(text).card for text in ANSWERS}
    return [*cases_of_digest(digest, folder), *(case_of_card(name, card, folder) for name, card in cards.items())]


def crop(png: bytes, height: int) -> bytes:
    """The first `height` rows of a PNG that a browser wrote."""
    at, chunks = 8, []
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        chunks.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + length]))
        at += length + 12
    head = dict(chunks)[b"IHDR"]
    width, _, depth, kind = struct.unpack_from(">IIBB", head)
    channels = {2: 3, 6: 4}[kind]
    rows = zlib.decompress(b"".join(data for name, data in chunks if name == b"IDAT"))
    row = 1 + width * channels * depth // 8
    kept = [
        (b"IHDR", struct.pack(">II", width, min(height, len(rows) // row)) + head[8:]),
        (b"IDAT", zlib.compress(rows[: height * row], 9)),
        (b"IEND", b""),
    ]
    return png[:8] + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in kept
    )


def main() -> None:
    """Draw everything, or the README's pictures."""
    docs = sys.argv[1] == "--docs"
    target = Path(sys.argv[-1])
    target.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) if docs else target
        cases = cases_of_demo(Path(scratch) / "demo", folder)
        if not docs:
            look(cases, folder)
            return
        look([each for each in cases if each.name in {"digest", "sales"}], folder, widths=(PHONE,), themes=("light",))
        for shown, name in (("digest", "digest"), ("sales", "answer")):
            png = (folder / f"{shown}-light-{PHONE}.png").read_bytes()
            (target / f"{name}.png").write_bytes(crop(png, 2 * SHOWN))


if __name__ == "__main__":
    main()
