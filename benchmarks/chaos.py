"""Nine sources side by side against vendors on a bad day: what is kept must be what a calm run keeps.

A simulated company is read day after day, from vendors whose answers come late, broken, twice, odd, or not at all
(`demo.chaos`). Runs are stopped at a random moment, and some of them killed; some days nobody reads. Halfway the
vendors correct two days, publish one that was late, and forget somebody. In the end everything that is kept, facts,
seats and roll-ups, must be what the same days leave without any trouble; and facts also what one run reads at the end.

    python -m benchmarks.chaos [--minutes 60] [--seed 1] [--people 100]
"""

import _thread
import argparse
import asyncio
import contextlib
import gc
import random
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Table, select

from bot.installation import Installation, installation_of
from bot.running.ingestion import Outcome, ingest_all
from bot.settings import load
from connectors.door import Door
from connectors.report import Quiet
from demo.chaos import Chaos, Fault
from demo.company import Company, simulate
from demo.roster import directory_csv
from demo.server import start
from demo.tools import TOOLS, ToolDay, ToolUse, use_tools
from demo.vendor_github import ORGANISATION, login
from demo.vendor_google import ADMIN
from demo.vendors import start_vendors
from storage.facts import Person
from storage.ingestion import late_days
from storage.schema import company_day, group_week, model_week, seat, usage
from storage.store import Store

DAY = timedelta(days=1)
LAST_WEEK = date(2026, 6, 1)
HISTORY = timedelta(weeks=4)
"""What the first run reads back."""

SNAPSHOT = "copilot"
"""The tool that tells of each person only the last day of use: one run at the end cannot know what daily ones do."""

AS_OF = frozenset({"assigned_seats", "pending_seats", "ending_seats", "purchased_seats"})
"""Numbers of the organisation that are told as they are when they are asked for, and `cycle_…`."""

RUNS_A_DAY = 40
ODDS = {**dict.fromkeys(Fault, 0.03), Fault.EXPIRED: 0.02, Fault.CUT: 0.02}
PATIENCE = 20.0
KEY = "the organisation's own key, which is long enough for it"


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How many days are lived through, and how likely a day is skipped, and a run stopped or killed."""

    seed: int
    people: int = 100
    days: int = 9
    skipped: float = 0.2
    stopped: float = 0.4
    killed: float = 0.0


@dataclass(kw_only=True, slots=True)
class Counted:
    """What happened: runs and how they ended, pages that were read, and the faults that were served."""

    runs: int = 0
    stopped: int = 0
    killed: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    asked: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """The vendors as they are for some days: by tool, their addresses and the keys they gave."""

    base_urls: Mapping[str, str]
    keys: Mapping[str, str]


@dataclass(kw_only=True, slots=True)
class World:
    """A company and its vendors, before and after they corrected themselves on the day `turn`. `today` moves on."""

    company: Company
    chaos: Chaos
    turn: date
    today: date
    gone: int
    """Whom the vendors forget: an index."""
    late: date
    stages: list[Stage] = field(default_factory=list)

    def stage(self) -> Stage:
        """Return the vendors as they are today."""
        return self.stages[self.today >= self.turn]


Rows = list[tuple[object, ...]]


@contextlib.contextmanager
def world_of(plan: Plan) -> Iterator[World]:
    """Serve the company's vendors in a thread of their own."""
    company = simulate(people=plan.people, weeks=18, last_week=LAST_WEEK, seed=plan.seed)
    begin, turn = company.end - plan.days * DAY, company.end - (plan.days // 2) * DAY
    uses = use_tools(company)
    gone = uses["github-copilot"].members[1]
    world = World(
        company=company,
        chaos=Chaos(seed=plan.seed, odds=ODDS),
        turn=turn,
        today=begin,
        gone=gone,
        late=turn - 5 * DAY,
    )
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="vendors", daemon=True)
    thread.start()
    servers = contextlib.AsyncExitStack()
    try:
        asyncio.run_coroutine_threadsafe(_serve(world, uses, servers), loop).result()
        yield world
    finally:
        asyncio.run_coroutine_threadsafe(servers.aclose(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _serve(world: World, uses: Mapping[str, ToolUse], servers: contextlib.AsyncExitStack) -> None:
    company, keys = world.company, {tool: f"the key of {tool}" for tool in ("chatgpt", *TOOLS)}
    now = lambda: datetime(world.today.year, world.today.month, world.today.day, 6, tzinfo=UTC)  # noqa: E731
    chatgpt = await start(company, key=keys["chatgpt"], now=now, chaos=world.chaos)
    servers.push_async_callback(chatgpt.close)
    corrected = {(world.turn - back * DAY - company.first_day).days for back in (2, 3)}
    before = {tool: _before(use, corrected) for tool, use in uses.items()}
    after = {tool: replace(use, members=tuple(m for m in use.members if m != world.gone)) for tool, use in uses.items()}
    for told, late in ((before, [world.late]), (after, [])):
        vendors = await start_vendors(
            company, keys=keys, today=lambda: world.today, chaos=world.chaos, uses=told, late=late
        )
        servers.push_async_callback(vendors.close)
        world.stages.append(
            Stage(
                base_urls={"chatgpt": f"{chatgpt.base_url}/compliance", **vendors.base_urls},
                keys={**keys, **vendors.keys},
            )
        )


def _before(use: ToolUse, corrected: Collection[int]) -> ToolUse:
    """Return a tool's days as they are told at first: of some, the first person is missing and the others did less."""
    if use.tool == SNAPSHOT:
        return use
    days = {day: _less(done) if day in corrected else done for day, done in use.days.items()}
    return replace(use, days=days)


def _less(done: tuple[ToolDay, ...]) -> tuple[ToolDay, ...]:
    return tuple(replace(each, prompts=max(each.prompts // 2, 1), models=each.models[:1]) for each in done[1:])


def live_through(world: World, plan: Plan, folder: Path, *, trouble: bool) -> tuple[Installation, Counted]:
    """Read every day of the plan, again and again until it is read, as the schedule does."""
    chance, counted = random.Random(plan.seed), Counted()
    skipped = {day for day in range(1, plan.days) if chance.random() < plan.skipped}
    world.chaos.calm = not trouble
    begin = world.company.end - plan.days * DAY
    installation: Installation | None = None
    for number in range(plan.days + 1):
        if number in skipped:
            continue
        world.today = begin + number * DAY
        installation = _settle(world, folder, installation)
        for attempt in range(RUNS_A_DAY):
            counted.runs += 1
            # The last ones are left alone, so that a day comes to its end.
            hurt = chance.random() if trouble and attempt < RUNS_A_DAY // 2 else 1.0
            outcomes = _run(world, installation, begin - HISTORY, hurt, plan, chance, counted)
            if outcomes is None:
                # As a new process would: what the interrupt left open in this one is not to stand in the way.
                installation.store.close()
                gc.collect()
                installation = _settle(world, folder, None)
            elif _is_done(world, installation, outcomes, counted):
                break
        else:
            raise RuntimeError(f"{RUNS_A_DAY} runs of {world.today} were not enough: {dict(counted.failed)}")
    if installation is None:
        raise RuntimeError("a plan has a day at least")
    return installation, counted


def read_once(world: World, plan: Plan, folder: Path) -> Installation:
    """Read everything at the end, in one run, from vendors in good health."""
    world.chaos.calm, world.today = True, world.company.end
    installation = _settle(world, folder, None)
    since = world.company.end - plan.days * DAY - HISTORY
    outcomes = ingest_all(installation, Quiet(), since=since, today=world.today, sleep=at_once)
    if wrong := [each.error for each in outcomes if each.error]:
        raise RuntimeError(f"vendors in good health were not read: {wrong}")
    return installation


async def at_once(_seconds: float) -> None:
    """Not wait."""
    await asyncio.sleep(0)


def _run(
    world: World,
    installation: Installation,
    since: date,
    hurt: float,
    plan: Plan,
    chance: random.Random,
    counted: Counted,
) -> list[Outcome] | None:
    """Run once; None where the run did not come to its end."""
    if hurt < plan.killed:
        counted.killed += _killed(installation, since, world.today, chance.uniform(1.0, 6.0))
        return None
    if hurt >= plan.killed + plan.stopped:
        return ingest_all(installation, Quiet(), since=since, today=world.today, sleep=at_once)
    over = threading.Event()
    guard = threading.Lock()

    def stop() -> None:
        with guard:
            if not over.is_set():
                _thread.interrupt_main()

    timer = threading.Timer(chance.uniform(0.02, 1.5), stop)
    timer.start()
    try:
        try:
            return ingest_all(installation, Quiet(), since=since, today=world.today, sleep=at_once)
        finally:
            with guard:
                over.set()
            timer.cancel()
    except KeyboardInterrupt:
        counted.stopped += 1
        return None


def _killed(installation: Installation, since: date, today: date, seconds: float) -> int:
    """Run in a process of its own, and kill that; return 1 where it was still at work."""
    folder = str(installation.settings.folder)
    command = [sys.executable, "-m", "benchmarks.chaos", "--once", folder, str(since), str(today)]
    with subprocess.Popen(command, cwd=Path(__file__).parent.parent) as process:  # noqa: S603 - our own command
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return 1
    return 0


def _is_done(world: World, installation: Installation, outcomes: list[Outcome], counted: Counted) -> bool:
    expected = {world.late} if world.today < world.turn else set()
    done = True
    for each in outcomes:
        if each.report:
            counted.asked += each.report.pages
        late = set(late_days(installation.store, each.source)) - expected
        if each.error or late or (each.report and each.report.damaged):
            why = each.error or ("days that are late" if late else "a damaged file")
            counted.failed[f"{each.source}: {why}"] += 1
            done = False
    return done


def _settle(world: World, folder: Path, installation: Installation | None) -> Installation:
    """Return the installation, with its settings written for the vendors as they are today."""
    folder.mkdir(parents=True, exist_ok=True)
    stage = world.stage()
    for name, value in {"identity": KEY, **stage.keys}.items():
        path = folder / f"{name}.key"
        path.unlink(missing_ok=True)
        path.touch(mode=stat.S_IRUSR | stat.S_IWUSR)
        path.write_text(value, encoding="utf-8")
    (folder / "people.csv").write_text(directory_csv(world.company), encoding="utf-8")
    of = {
        "chatgpt": f'workspace = "{world.company.workspace_id}"\norganization = "{world.company.organisation_id}"\n',
        "github-copilot": f'organization = "{ORGANISATION}"\n',
        "codex": f'workspace = "{world.company.workspace_id}"\n',
        "gemini": f'admin = "{ADMIN}"\n',
    }
    sources = [
        f'[sources.{tool}]\n{of.get(tool, "")}key = "file:{tool}.key"\nbase_url = "{url}"\ntimeout = {PATIENCE}\n'
        for tool, url in stage.base_urls.items()
    ]
    (folder / "ai-usage.toml").write_text(
        '[organisation]\nname = "Northwind"\ntimezone = "UTC"\n[store]\nurl = "sqlite:///facts.db"\n'
        '[privacy]\nkey = "file:identity.key"\n[sources.directory]\nkind = "csv"\npath = "people.csv"\n'
        + "".join(sources),
        encoding="utf-8",
    )
    settings = load(folder / "ai-usage.toml")
    return replace(installation, settings=settings) if installation else installation_of(settings)


def kept(store: Store) -> dict[str, Rows]:
    """Return what is kept, table by table."""
    return {table.name: _rows(store, table) for table in (usage, seat, company_day, group_week, model_week)}


def _rows(store: Store, table: Table) -> Rows:
    with store.reading() as connection:
        return sorted((tuple(row) for row in connection.execute(select(table))), key=repr)


def differences(some: Mapping[str, Rows], others: Mapping[str, Rows]) -> dict[str, tuple[Rows, Rows]]:
    """Return, by table, the rows that only one of two stores has; tables that are equal are left out."""
    apart = {}
    for name in some:
        here, there = set(some[name]), set(others[name])
        apart[name] = (sorted(here - there, key=repr), sorted(there - here, key=repr))
    return {name: each for name, each in apart.items() if any(each)}


def unlike_one_run(world: World, many: Store, one: Store) -> dict[str, tuple[Rows, Rows]]:
    """Return the facts by which the days differ from one run at the end, but for what one run cannot know.

    That is whose account it was that the vendor has forgotten, and all of what comes as a snapshot, such as seats.
    """
    known = []
    for store in (many, one):
        rows = kept(store)
        strangers = _pseudonyms(world)
        known.append(
            {
                name: [row for row in rows[name] if row[0] != SNAPSHOT and not _as_of(row) and not strangers & set(row)]
                for name in ("usage", "company_day")
            }
        )
    return differences(known[0], known[1])


def _as_of(row: tuple[object, ...]) -> bool:
    return any(str(each) in AS_OF or str(each).startswith("cycle_") for each in row if isinstance(each, str))


def _pseudonyms(world: World) -> set[object]:
    person = world.company.people[world.gone]
    told: set[Person | None] = set()
    for tool in TOOLS:
        door = Door(KEY.encode(), tool)
        account = {"github-copilot": login(person).lower(), "openai-api": f"user-{world.gone:020d}"}.get(tool)
        told |= {door.person(person.email), door.account(account)}
    return set(told) - {None}


def main() -> None:
    """Live through one plan after the other until the time is over, and say what happened."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--once", nargs=3, metavar=("FOLDER", "SINCE", "TODAY"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.once:
        folder, since, today = given.once
        installation = installation_of(load(Path(folder) / "ai-usage.toml"))
        ingest_all(
            installation, Quiet(), since=date.fromisoformat(since), today=date.fromisoformat(today), sleep=at_once
        )
        return
    # A shell that starts this in the background has Ctrl-C ignored, and with it every stop.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    until, seed, wrong = time.monotonic() + 60 * given.minutes, given.seed, 0
    print(" seed  runs  stopped  killed  failed  answers  faults  facts equal", flush=True)
    faults: Counter[str] = Counter()
    while time.monotonic() < until:
        plan = Plan(seed=seed, people=given.people, days=14, stopped=0.4, killed=0.15)
        counted, apart = _one(plan)
        faults += counted.faults
        print(
            f"{seed:>5} {counted.runs:>5} {counted.stopped:>8} {counted.killed:>7} {counted.failed.total():>7} "
            f"{counted.asked:>8} {counted.faults.total():>7}  {'no: ' + ', '.join(apart) if apart else 'yes'}",
            flush=True,
        )
        wrong += bool(apart)
        seed += 1
    print()
    for fault, times in faults.most_common():
        print(f"{times:>7}  {fault}")
    sys.exit(1 if wrong else 0)


def _one(plan: Plan) -> tuple[Counted, list[str]]:
    """Return what happened, and the names of what differs."""
    with tempfile.TemporaryDirectory() as folder, world_of(plan) as world:
        hurt, counted = live_through(world, plan, Path(folder) / "trouble", trouble=True)
        counted.faults.update({str(fault): times for fault, times in world.chaos.done.items()})
        calm, _ = live_through(world, plan, Path(folder) / "calm", trouble=False)
        once = read_once(world, plan, Path(folder) / "once")
        apart = list(differences(kept(hurt.store), kept(calm.store)))
        apart += [f"{name} of one run" for name in unlike_one_run(world, hurt.store, once.store)]
        for each in (hurt, calm, once):
            each.store.close()
        return counted, apart


if __name__ == "__main__":
    main()
