"""No address, name, group or text of any export is found anywhere afterwards; nor what a file without heading holds."""

import subprocess
import sys
from pathlib import Path

import pytest

from storage.store import open_store
from tests.connectors.exports.files import ADMIN_CENTRE, CHATGPT, DAILY, EVENTS, GEMINI, OWN, SEATS, chatgpt, rows
from tests.connectors.lines import KEY

ADDRESS = "canary.person@canary-corp.example"
NAME = "Canary Nightingale"
WORDS = ("canary", "nightingale")

RUN = """
import sys
from datetime import date
from pathlib import Path
from connectors.exports.export import Period
from connectors.importing import Import, import_files
from connectors.exports.sheet import sheet_files
from storage.periods import refresh_periods
from storage.store import open_store

class Talk:
    def begin(self, what, total): print(what, total, flush=True)
    def advance(self, units): print(units, flush=True)
    def note(self, text): print(text, flush=True)

store = open_store(sys.argv[1])
wanted = Import(
    store=store, key=bytes.fromhex(sys.argv[3]), today=date(2026, 11, 20),
    period=Period(first=date(2026, 10, 1), last=date(2026, 10, 28)),
)
for report in import_files(wanted, list(sheet_files(Path(sys.argv[2]))), progress=Talk()):
    print(report, flush=True)
refresh_periods(store)
import os; os._exit(0)  # the WAL is left as it is
"""


@pytest.fixture
def canaries(tmp_path: Path) -> Path:
    every = dict.fromkeys(CHATGPT, NAME) | {
        "cadence": "Weekly",
        "period_start": "2026-03-01",
        "period_end": "2026-03-07",
        "public_id": ADDRESS,
        "email": ADDRESS,
        "is_active": "1",
        "messages": "5",
        "model_to_messages": f"{{'{NAME}': 2}}",
        "credits_used": "",
    }
    wrong = [every | {name: NAME} for name in ("email", "period_start", "is_active", "messages", "credits_used")]
    wrong += [every | {name: ADDRESS, "public_id": f"{name}-{ADDRESS}"} for name in ("period_end", "model_to_messages")]
    files = {
        "chatgpt.csv": chatgpt(every, *wrong),
        "cut.csv": chatgpt(every)[:-9],
        "admin.csv": f"{ADMIN_CENTRE}\n{ADDRESS},{NAME},1,1,2026-10-02\n{NAME},{NAME},1,1,\n"
        f"x.{ADDRESS},{NAME},{NAME},1,\n",
        "gemini.csv": f"{GEMINI}\n{ADDRESS},3,1,1,1,1\n{NAME},3,1,1,1,1\nx.{ADDRESS},{NAME},,,,\n",
        "seats.csv": f"{SEATS}\n2026-10-20,{ADDRESS},,2026-10-12,{NAME}\n2026-10-20,Canary,,{NAME},{NAME}\n",
        "events.csv": f"{EVENTS}\n2026-10-01T10:00:00.1Z,{ADDRESS},c,a,Free,{NAME},No,0,10,9,5,15,1\n"
        f"{NAME},{ADDRESS},c,a,Free,gpt-5,No,0,10,9,5,15,{NAME}\n",
        "daily.csv": f"{DAILY}\n2026-10-01,{NAME},{ADDRESS},1,1,2,3,4,{NAME}\n2026-10-01,x,{NAME},{NAME},1,2,3,4,x\n",
        "own.csv": f"{OWN}\n{ADDRESS},gemini,2026-09-02,,,{NAME},,3,,\n{ADDRESS},{NAME} & co,2026-09-02,,,,,3,,\n",
        "headless.csv": f"{NAME},{ADDRESS},Sales\n{NAME},{ADDRESS},Sales\n",
        "nameless.csv": f"{NAME},Sales,3\n{NAME},Sales,3\n",
        "quote.csv": f'{OWN}\n"{ADDRESS},gemini\n',
    }
    (tmp_path / "in").mkdir()
    for name, text in files.items():
        (tmp_path / "in" / name).write_text(text)
    return tmp_path / "in"


def test_nothing_planted_is_found_anywhere(canaries: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    url = f"sqlite:///{out / 'store.db'}"
    command = [sys.executable, "-X", "dev", "-c", RUN, url, str(canaries), KEY.hex()]
    run = subprocess.run(command, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr.decode()
    (out / "stdout").write_bytes(run.stdout)
    (out / "stderr").write_bytes(run.stderr)
    assert b"none of its fields is a heading" in run.stdout
    for path in out.iterdir():
        content = path.read_bytes().lower()
        for form in (content, content.decode("utf-16-le", "ignore").encode()):
            assert not [word for word in WORDS if word.encode() in form], path.name
    store = open_store(url)
    sources = {row["source"] for table in ("usage", "period_usage") for row in rows(store, table)}
    store.close()
    assert len(sources) == 7
