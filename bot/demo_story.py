"""`ai-usage demo --story`: weeks that pass at a simulated company, each message as it would be seen.

Nothing that is told is written here: the engine finds, the dialogue understands, effects and forecasts are worked out,
and alerts come on the day on which the bot would send them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from html import escape
from pathlib import Path

from bot.actions.doing import do
from bot.actions.taking import played
from bot.answers.advice import advice_of
from bot.answers.learnt import effects_due
from bot.answers.wording import tool_name
from bot.card import Card
from bot.dialogue import Said, reply
from bot.format import format_day
from bot.installation import Installation
from bot.people.rights import Asker
from bot.render.html import card_css, embed, render_card
from bot.sending.digest import remember, weekly_digest
from bot.sending.renewal_alerts import SESSION, renewal_alert
from bot.settings import Organisation, Roles, Settings
from demo.story import HELD, SEATS, SHALLOW, WEEKS, departments, weeks
from insights.basis import WEEK, latest_complete_week
from insights.impact import impacts
from insights.renewal import renewals
from storage import ingestion, outbox, rollups
from storage.facts import Member, Person, Seat, Usage
from storage.reading import last_day
from storage.store import open_store

PLACE = "#ai-enablement"
KEY = "renewal:enablement:story"
ADA = Asker(platform="slack", user="T0STORY:U0ADA")
TOOL = "chatgpt"
NOON = time(12)
RENEWS_IN = timedelta(days=105)
SESSION_DAY = timedelta(days=2)
LEAD = 2
"""Weeks between the digest that tells the finding and the session."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Beat:
    """One message: on which day and where, what somebody said or pressed ('' where the bot speaks by itself)."""

    on: date
    place: str
    said: str
    card: Card


def story(folder: Path, today: date, seed: int = 7) -> Iterator[Beat]:
    """Yield the messages of the weeks before `today`, in their order. The store is made anew in `folder`."""
    first = today - timedelta(days=today.weekday()) - WEEKS * WEEK
    made = _company(folder, first, seed)
    held = first + HELD * WEEK + SESSION_DAY
    renews = today + RENEWS_IN
    mondays = [first + week * WEEK for week in range(HELD - LEAD, WEEKS + 1)]
    yield _asks(made, mondays[0], f"contract {TOOL} {SEATS} seats at $30 renews {renews} notice 60 days")
    digest, seen = weekly_digest(made.basis(mondays[0]), made.settings.organisation.name)
    finding = next((each for each in seen.found if SHALLOW in each.departments and each.action.id == SESSION), None)
    if digest is None or finding is None:
        raise RuntimeError("the simulated company shows nothing: this should not happen")
    remember(made.basis(mondays[0]), digest, seen)
    yield Beat(on=mondays[0], place=PLACE, said="", card=replace(digest.card, advice=(advice_of(finding),)))
    yield _presses(made, mondays[0], "Explain", f"explain {finding.key}")
    due = held + timedelta(days=2)
    yield _asks(made, mondays[0], f"assign use case session for {SHALLOW} to me by {due}")
    for monday in mondays:
        yield from _alerts(made, monday)
        if monday <= held < monday + WEEK:
            yield _asks(made, held, f"we held a use case session for {SHALLOW} today with about 25 people")
        yield from _effect(made, monday)
    yield _asks(made, mondays[-1], "did the use case session help")
    yield from _reduced(made, today, renews)


def write_story(beats: Sequence[Beat], folder: Path) -> Path:
    """Write the messages as one page that needs nothing else, and return where it is."""
    told = "".join(
        f'<p class="kicker">{escape(_heading(each))}</p>\n'
        + (f'<p class="lead"><strong>Ada:</strong> {escape(each.said)}</p>\n' if each.said else "")
        + render_card(each.card, embed(each.card.chart) if each.card.chart else None, level=2)
        for each in beats
    )
    page = folder / "story.html"
    page.write_text(
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>From insight to outcome</title>\n<style>\n{card_css()}</style>\n</head>\n"
        f'<body class="page">\n<main>\n{told}</main>\n</body>\n</html>\n',
        encoding="utf-8",
    )
    return page


def _heading(beat: Beat) -> str:
    return f"{beat.on:%A} {format_day(beat.on)} {beat.on.year} · {beat.place}"


def in_words(beat: Beat) -> str:
    """Return what stands above a message: its day and place, and what was said."""
    return f"{_heading(beat)}\nAda: {beat.said}" if beat.said else _heading(beat)


def _asks(made: Installation, on: date, text: str) -> Beat:
    with played(datetime.combine(on, NOON, UTC)):
        card = reply(Said(text=text, asker=ADA), made, on).card
    return Beat(on=on, place="direct message", said=text, card=card)


def _presses(made: Installation, on: date, label: str, words: str) -> Beat:
    return Beat(on=on, place=PLACE, said=f"[{label}]", card=do(words, ADA, made, on))


def _alerts(made: Installation, monday: date) -> Iterator[Beat]:
    """What the renewal subscription sends on the days of a week."""
    found = renewal_alert(KEY, made.basis(monday))
    if found is not None:
        outbox.note_told(made.store, KEY, [found.period], datetime.now(UTC), None)
        yield Beat(on=monday, place=PLACE, said="", card=found.card)


def _effect(made: Installation, monday: date) -> Iterator[Beat]:
    """The digest of a week, where it makes an effect known."""
    basis = made.basis(monday)
    newest = latest_complete_week(basis.as_of, last_day(made.store))
    if newest is None or not effects_due(impacts(basis), basis, newest, basis.reference_model):
        return
    digest, seen = weekly_digest(basis, made.settings.organisation.name)
    if digest is not None:
        remember(basis, digest, seen)
        yield Beat(on=monday, place=PLACE, said="", card=replace(digest.card, advice=digest.card.advice[:1]))


def _reduced(made: Installation, today: date, renews: date) -> Iterator[Beat]:
    """The renewal's own card, the seats that it says can be given up, and how it stands without them."""
    yield _asks(made, today, f"renewal {tool_name(TOOL)}")
    (renewal,) = renewals(made.basis(today), (TOOL,))
    if renewal.surplus:
        seats = SEATS - renewal.surplus
        yield _asks(made, today, f"contract {TOOL} {seats} seats renews {renews.replace(year=renews.year + 1)}")
        yield _asks(made, today, f"renewal {tool_name(TOOL)}")


def _company(folder: Path, first: date, seed: int) -> Installation:
    """Fill a new store with the company's people, seats and weeks."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("story.db", "story.db-wal", "story.db-shm"):
        (folder / name).unlink(missing_ok=True)
    store = open_store(f"sqlite:///{folder / 'story.db'}")
    people = [Person(number.to_bytes(32, "big")) for number in range(1, len(departments()) + 1)]
    joined = first - 52 * WEEK
    ingestion.replace_members(
        store,
        "directory",
        [
            Member(person=person, since=joined, start=joined, department=name)
            for person, name in zip(people, departments(), strict=True)
        ],
        [],
    )
    ingestion.replace_seats(store, TOOL, [Seat(person=each, tool=TOOL, start=joined, price=30.0) for each in people])
    rows = [
        Usage(
            day=first + each.week * WEEK + timedelta(days=each.person % 5),
            person=people[each.person],
            tool=TOOL,
            model="gpt-4o",
            sessions=each.sessions,
            messages=each.messages,
        )
        for each in weeks(seed, SHALLOW, HELD)
    ]
    ingestion.replace_usage(store, TOOL, sorted({each.day for each in rows}), rows)
    rollups.refresh(store)
    settings = Settings(
        organisation=Organisation(name="Northwind (demo)"),
        roles=Roles(administrators=[ADA.user]),
        folder=folder,
    )
    return Installation(settings=settings, store=store)
