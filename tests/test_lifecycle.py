"""Months of a bot's life against the vendor's own retention: what it read every few days adds up to the whole."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from connectors.chatgpt import chatgpt
from connectors.door import Door
from connectors.files.fetch import Access, ingest
from connectors.ingest import Source, ingest_path
from connectors.report import Quiet
from demo import server
from demo.archive import write_archive
from demo.company import Company, simulate
from demo.server import start
from storage.schema import event_batch, source_day, usage
from storage.store import Store, open_store

KEY = "a key"


def source(store: Store) -> Source:
    return Source(store=store, name="chatgpt", connector=chatgpt, door=Door(b"k" * 40, "chatgpt"), price=30.0)


def facts(store: Store) -> list[tuple[Any, ...]]:
    with store.reading() as connection:
        return [tuple(row) for row in connection.execute(select(usage).order_by(*usage.primary_key.columns))]


async def read(store: Store, company: Company, moment: datetime, *, archive: bool) -> None:
    vendor = await start(company, key=KEY, archive=archive, now=lambda: moment)
    access = Access(
        token=KEY,
        workspace=company.workspace_id,
        organization=company.organisation_id,
        base_url=f"{vendor.base_url}/compliance",
        since=company.first_day if archive else None,
    )
    await ingest(source(store), access, today=moment.date(), progress=Quiet(), clock=lambda: moment)
    await vendor.close()


async def test_reading_every_nine_days_ends_with_the_facts_of_reading_the_whole_archive_at_once(
    store: Store, tmp_path: Path, monkeypatch
) -> None:
    company = simulate(people=100, weeks=18, last_week=date(2026, 11, 9))
    whole = open_store(f"sqlite:///{tmp_path / 'whole.db'}")
    end = datetime(2026, 11, 20, tzinfo=UTC)
    await read(whole, company, end, archive=True)
    moment = datetime.combine(company.first_day, datetime.min.time(), UTC) + timedelta(days=20)
    while moment < end:
        with monkeypatch.context() as patch:
            not_yet_published(patch, moment)
            await read(store, company, moment, archive=False)
        moment += timedelta(days=9)
    with store.reading() as connection:
        closed = connection.scalar(select(func.count()).where(source_day.c.state == "closed"))
        oldest = connection.scalar(select(func.min(event_batch.c.day)))
    assert closed > 60
    assert oldest > date(2026, 10, 1)
    assert facts(store) == facts(whole)
    whole.close()


async def test_the_analytics_of_the_company_meter_the_tokens_of_its_costs_files(store: Store, tmp_path: Path) -> None:
    company = simulate(people=100, weeks=18, last_week=date(2026, 11, 9))
    end = datetime(2026, 11, 20, tzinfo=UTC)
    vendor = await start(company, key=KEY, archive=False, analytics=True, now=lambda: end)
    metered = open_store(f"sqlite:///{tmp_path / 'metered.db'}")
    for into, organization in ((store, company.organisation_id), (metered, "")):
        access = Access(
            token=KEY,
            workspace=company.workspace_id,
            organization=organization,
            base_url=f"{vendor.base_url}/compliance",
        )
        report = await ingest(source(into), access, today=end.date(), progress=Quiet(), clock=lambda: end)
        assert report.warnings == ()
    await vendor.close()
    recent = end.date() - timedelta(days=20)
    by_costs, by_analytics = (output_tokens(each, recent) for each in (store, metered))
    # Where an engineer used Codex too that day, the analytics' other clients alone are counted, and all of them agree.
    assert by_analytics == by_costs
    assert len(by_costs) > 100
    metered.close()


def output_tokens(store: Store, since: date) -> dict[tuple[date, bytes], int]:
    """Return tokens by day and person where the vendor metered them."""
    own = usage.c.tokens_estimated.is_(False), usage.c.output_tokens.is_not(None), usage.c.day >= since
    wanted = select(usage.c.day, usage.c.person, func.sum(usage.c.output_tokens)).where(*own)
    with store.reading() as connection:
        return {(row[0], row[1]): row[2] for row in connection.execute(wanted.group_by(usage.c.day, usage.c.person))}


def not_yet_published(patch, moment: datetime) -> None:
    """Let the vendor publish nothing that ends after `moment`."""

    made = server.vendor_app

    def vendor_app(company: Company, **more: Any):
        app = made(company, **more)
        feeds = app[server.VENDOR].feeds
        for name, feed in list(feeds.items()):
            feeds[name] = replace(feed, files=tuple(file for file in feed.files if file.end_time <= moment))
        return app

    patch.setattr(server, "vendor_app", vendor_app)


def test_a_folder_of_the_archive_gives_the_same_facts_as_the_api(store: Store, tmp_path: Path) -> None:

    company = simulate(people=100, weeks=18, last_week=date(2026, 11, 9))
    plain, packed = tmp_path / "plain", tmp_path / "packed"
    write_archive(company, plain)
    write_archive(company, packed, gzip=True)
    other = open_store(f"sqlite:///{tmp_path / 'other.db'}")
    today = date(2026, 11, 20)
    ingest_path(source(store), plain, today=today, progress=Quiet())
    ingest_path(source(other), packed, today=today, progress=Quiet())
    assert facts(store) == facts(other)
    assert len(facts(store)) > 1000
    other.close()
