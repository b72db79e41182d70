"""A company of three departments of thirty people in a store; seats stand unused in two of them."""

from datetime import date, timedelta
from pathlib import Path

from bot.installation import Installation
from bot.settings import Roles, Settings
from storage import ingestion, rollups
from storage.facts import Contract, Member, Person, Seat, Usage
from storage.store import Store

FIRST = date(2026, 7, 6)
WEEKS = 16
TODAY = FIRST + timedelta(weeks=WEEKS, days=2)
NAMES = ("Engineering", "Sales", "Support")
IDLE = ("Engineering", "Sales")


def fill(store: Store) -> None:
    people = [Person(number.to_bytes(32, "big")) for number in range(1, 91)]
    place = {person: NAMES[number % 3] for number, person in enumerate(people)}
    members = [Member(person=each, since=date(2020, 1, 1), department=name) for each, name in place.items()]
    ingestion.replace_members(store, "directory", members, [])
    seats = [Seat(person=person, tool="chatgpt", start=date(2025, 1, 6), price=30.0) for person in people]
    ingestion.replace_seats(store, "chatgpt", seats)
    ingestion.replace_contracts(store, [Contract(tool="chatgpt", seats=90, price=30.0)])
    rows = [
        Usage(
            day=FIRST + timedelta(weeks=week, days=day),
            person=person,
            tool="chatgpt",
            model="gpt-4o",
            sessions=1,
            messages=6,
            prompts=3,
            prompt_characters=1000,
            short_prompts=0,
            long_prompts=3,
            input_tokens=240,
            output_tokens=600,
        )
        for week in range(WEEKS)
        for number, person in enumerate(people)
        if place[person] not in IDLE or number < 45
        for day in (1, 3)
    ]
    ingestion.replace_usage(store, "chatgpt", sorted({row.day for row in rows}), rows)
    rollups.refresh(store)


def installation(store: Store, roles: Roles | None = None, **settings: object) -> Installation:
    given = Settings(roles=roles or Roles(administrators=["U0ADMIN"]), folder=Path("/nowhere"), **settings)  # type: ignore[arg-type]
    return Installation(settings=given, store=store)
