"""Messages per second and peak memory: a folder of ChatGPT logs into facts, beside DuckDB doing the same work.

The same work: read every line, drop copies by event id, turn addresses into keyed hashes, give each prompt the model
of its answer and each session its strongest model, add up by person, day and model, and keep that in a file. Both run
in processes of their own, one after the other, and their totals are compared. The time counts from an empty store to
the last fact written; starting Python and importing are left out for both. We keep, besides, the de-identified events,
so that late ones can still be counted right and nothing is counted twice on another day. DuckDB runs once without
that, and once keeping them too, with its own fast hash of the ids.

    python benchmarks/ingest.py [--gigabytes 1] [--folder DIR] [--repeat 3]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

KEY = b"a key of the organisation's own."
TOTALS = ("people_days", "sessions", "messages", "prompts", "prompt_characters", "short_prompts", "long_prompts")


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """How long a contestant took in all, how much memory its processes held at the most, and what it counted."""

    seconds: float
    peak_bytes: int
    totals: list[int]


def ours(folder: Path, out: Path) -> float:
    """Ingest the folder into SQLite as the product does; return the seconds."""
    from datetime import UTC, datetime  # noqa: PLC0415

    from connectors.chatgpt import chatgpt  # noqa: PLC0415
    from connectors.door import Door  # noqa: PLC0415
    from connectors.ingest import Source, ingest_path  # noqa: PLC0415
    from connectors.report import Quiet  # noqa: PLC0415
    from storage.store import open_store  # noqa: PLC0415

    store = open_store(f"sqlite:///{out / 'ours.db'}")
    source = Source(store=store, name="chatgpt", connector=chatgpt, door=Door(KEY, "chatgpt"))
    started = time.perf_counter()
    ingest_path(source, folder, today=datetime.now(UTC).date(), progress=Quiet())
    store.close()
    return time.perf_counter() - started


def duckdb(folder: Path, out: Path) -> float:
    """Do the same in DuckDB; return the seconds."""
    return run_duckdb(QUERY, folder, out)


def run_duckdb(query: str, folder: Path, out: Path) -> float:
    """Run a query into a new database; return the seconds."""
    import duckdb  # noqa: PLC0415

    from storage.models import strength  # noqa: PLC0415

    connection = duckdb.connect(out / "duck.db")
    slugs = ("gpt-3.5-turbo", "gpt-4", "gpt-4o-mini", "gpt-4o", "o3", "gpt-5", "gpt-5-5")
    ranks = ", ".join(f"('{slug}', {rank})" for rank, slug in enumerate(sorted(slugs, key=strength)))
    started = time.perf_counter()
    connection.execute(query.format(folder=folder, key=KEY.decode().replace("'", "''"), ranks=ranks))
    connection.close()
    return time.perf_counter() - started


def duckdb_keeping_events(folder: Path, out: Path) -> float:
    """Do the same in DuckDB, and keep the de-identified events as the product does; return the seconds."""
    _, rest = QUERY.split("answered AS", 1)
    return run_duckdb(EVENTS + " AS" + rest.replace("JOIN people USING (email) ", ""), folder, out)


QUERY = """
CREATE TABLE usage AS
WITH raw AS (
  SELECT event_id, "timestamp"::TIMESTAMP AS moment, lower(trim(actor.user_email)) AS email,
    message.author."type" AS author, message.author.model AS model, length(message.content."value") AS characters,
    conversation.id AS conversation
  FROM read_json('{folder}/*.jsonl', format = 'newline_delimited', columns = {{
    event_id: 'VARCHAR', "timestamp": 'VARCHAR', actor: 'STRUCT(user_email VARCHAR)',
    conversation: 'STRUCT(id VARCHAR)',
    message: 'STRUCT(author STRUCT("type" VARCHAR, model VARCHAR), content STRUCT("value" VARCHAR))'}})
), events AS (
  SELECT DISTINCT ON (event_id) * FROM raw
), people AS (
  SELECT email, sha256('{key}' || email) AS person FROM (SELECT DISTINCT email FROM events)
), answered AS (
  SELECT *, coalesce(
    first_value(model IGNORE NULLS) OVER (following ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING),
    last_value(model IGNORE NULLS) OVER (following ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), '') AS used
  FROM events WINDOW following AS (PARTITION BY conversation ORDER BY moment)
), ranks(slug, rank) AS (VALUES {ranks}
), counted AS (
  SELECT moment::DATE AS day, person, used AS model, conversation, author, characters, rank
  FROM answered JOIN people USING (email) LEFT JOIN ranks ON slug = used WHERE author IN ('user', 'assistant')
), strongest AS (
  SELECT day, person, conversation, arg_max(model, rank) AS model FROM counted GROUP BY ALL
), sessions AS (
  SELECT day, person, model, count(*) AS sessions FROM strongest GROUP BY ALL
), sums AS (
  SELECT day, person, model, count(*) AS messages, count(*) FILTER (author = 'user') AS prompts,
    sum(characters) FILTER (author = 'user') AS prompt_characters,
    count(*) FILTER (author = 'user' AND characters < 50) AS short_prompts,
    count(*) FILTER (author = 'user' AND characters > 200) AS long_prompts,
    sum(characters) FILTER (author = 'assistant') AS answer_characters
  FROM counted GROUP BY ALL
)
SELECT day, person, model, coalesce(sessions, 0) AS sessions, messages, prompts, coalesce(prompt_characters, 0)
  AS prompt_characters, short_prompts, long_prompts, coalesce(prompt_characters, 0) // 4 AS input_tokens,
  coalesce(answer_characters, 0) // 4 AS output_tokens
FROM sums LEFT JOIN sessions USING (day, person, model) ORDER BY day, person, model
"""

EVENTS = """
CREATE TABLE event AS
SELECT hash('{key}' || event_id) AS event, hash('{key}' || message.id) AS message,
  hash('{key}' || message.parent_id) AS parent, hash('{key}' || conversation.id) AS conversation,
  "timestamp"::TIMESTAMP AS moment, sha256('{key}' || lower(trim(actor.user_email))) AS person,
  message.author."type" AS author, message.author.model AS model, length(message.content."value") AS characters
FROM read_json('{folder}/*.jsonl', format = 'newline_delimited', columns = {{
  event_id: 'VARCHAR', "timestamp": 'VARCHAR', actor: 'STRUCT(user_email VARCHAR)',
  conversation: 'STRUCT(id VARCHAR)', message: 'STRUCT(id VARCHAR, parent_id VARCHAR,
    author STRUCT("type" VARCHAR, model VARCHAR), content STRUCT("value" VARCHAR))'}});
CREATE TABLE usage AS
WITH events AS (SELECT DISTINCT ON (event) * FROM event
), answered"""

CONTESTANTS = {"ours": ours, "duckdb": duckdb, "duckdb, keeping events": duckdb_keeping_events}


def measure(name: str, folder: Path, out: Path) -> Measured:
    """Run a contestant in a process of its own, and add up the memory of all of its processes every 20 ms."""
    process = subprocess.Popen(  # noqa: S603 - this very file
        [sys.executable, __file__, "--contestant", name, "--folder", str(folder), "--out", str(out)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )
    watched = psutil.Process(process.pid)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(resident(each) for each in family(watched)))
        time.sleep(0.02)
    said, _ = process.communicate()
    if process.returncode:
        sys.exit(f"{name} failed")
    return Measured(seconds=float(said), peak_bytes=peak, totals=totals(name, out))


def family(process: psutil.Process) -> list[psutil.Process]:
    """Return a process and those it started; nothing once it has ended."""
    try:
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def resident(process: psutil.Process) -> int:
    """Return the resident bytes of a process; 0 once it has ended."""
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def totals(name: str, out: Path) -> list[int]:
    """Return what a contestant counted, so that nobody is fast by leaving something out."""
    query = "SELECT count(*), " + ", ".join(f"sum({each})" for each in TOTALS[1:]) + " FROM usage"
    if name != "ours":
        import duckdb  # noqa: PLC0415

        with duckdb.connect(out / "duck.db", read_only=True) as connection:
            row = connection.execute(query).fetchone()
    else:
        import sqlite3  # noqa: PLC0415

        with sqlite3.connect(out / "ours.db") as connection:
            row = connection.execute(query).fetchone()
    return [int(each) for each in row or ()]


def main() -> None:
    """Write the logs, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--gigabytes", type=float, default=1.0, help="size of the log folder (1e9 bytes)")
    arguments.add_argument("--folder", type=Path, help="use the logs that are there, or write them there and keep them")
    arguments.add_argument("--repeat", type=int, default=3, help="how often each runs, in turns; its best counts")
    arguments.add_argument("--json", action="store_true", help="print the measurements as JSON")
    arguments.add_argument("--contestant", choices=CONTESTANTS, help=argparse.SUPPRESS)
    arguments.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.contestant:
        print(CONTESTANTS[chosen.contestant](chosen.folder, chosen.out))
        return
    with tempfile.TemporaryDirectory(prefix="ai-usage-bench-") as temporary:
        folder = chosen.folder or Path(temporary) / "logs"
        if not folder.is_dir():
            from demo.bulk import write_bulk  # noqa: PLC0415

            print(f"writing {chosen.gigabytes:g} GB of logs …", file=sys.stderr)
            write_bulk(folder, chosen.gigabytes)
        results: dict[str, Measured] = {}
        for turn, name in ((turn, name) for turn in range(chosen.repeat) for name in CONTESTANTS):
            print(f"measuring {name}, {turn + 1} of {chosen.repeat} …", file=sys.stderr)
            with tempfile.TemporaryDirectory(dir=temporary) as out:
                results[name] = better(results.get(name), measure(name, folder, Path(out)))
        show(folder, results, as_json=chosen.json)


def better(before: Measured | None, now: Measured) -> Measured:
    """Return the faster of two runs, for what else the machine does only ever slows one; with the higher peak."""
    if before is None:
        return now
    faster = min(before, now, key=lambda each: each.seconds)
    return replace(faster, peak_bytes=max(before.peak_bytes, now.peak_bytes))


def show(folder: Path, results: dict[str, Measured], *, as_json: bool) -> None:
    """Print the table, or the same as JSON. Ends with an error where the contestants did not count the same."""
    files = list(folder.glob("*.jsonl"))
    size, lines = sum(each.stat().st_size for each in files), sum(each.read_bytes().count(b"\n") for each in files)
    if as_json:
        told = {
            name: {"seconds": each.seconds, "lines_per_second": lines / each.seconds, "peak_bytes": each.peak_bytes}
            for name, each in results.items()
        }
        print(json.dumps({"bytes": size, "lines": lines, "cores": os.cpu_count(), **told}))
    else:
        print(f"{lines:,} lines, {size / 1e9:.2f} GB in {len(files)} files; {os.cpu_count()} cores\n")
        print(f"{'':24}{'seconds':>10}{'messages/s':>14}{'peak memory':>14}{'our speed':>12}{'our memory':>12}")
        ours = results["ours"]
        for name, each in results.items():
            speed, memory = each.seconds / ours.seconds, ours.peak_bytes / each.peak_bytes
            print(
                f"{name:24}{each.seconds:10.2f}{lines / each.seconds:14,.0f}{each.peak_bytes / 1e6:11,.0f} MB"
                f"{speed:11.2f}×{memory:11.2f}×"
            )
        print("".join(f"\n{total:>18,} {name}" for name, total in zip(TOTALS, ours.totals, strict=True)))
    if len({tuple(each.totals) for each in results.values()}) > 1:
        sys.exit(f"the totals differ: {[each.totals for each in results.values()]}")


if __name__ == "__main__":
    main()
