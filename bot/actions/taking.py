"""Taking an action: who does it and until when, that it is done, and that nobody wants to hear of it for now."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, date, datetime

from insights.actions import ACTIONS
from insights.finding import Action, Finding
from insights.signs import filled
from insights.words import day, listing, tool_name
from storage.findings import Choice, Seen
from storage.store import Store
from storage.taken import Taken, TakenState, keep, of_finding

RAW = {each.id: each for each in ACTIONS}
UNKNOWN_ACTION = "note_what_was_done"
"""What a finding of a past digest is noted under where nobody remembers what it proposed."""


def title_of(taken: Taken) -> str:
    """Return what was to be done, with its departments; the id where a newer version knew the action."""
    made = action_of(taken)
    return made.title if made else taken.action


def titles() -> tuple[tuple[str, str], ...]:
    """Return the catalogue's actions by id, with titles as they stand without a finding, in the titles' order."""
    names = {each.id: filled(each, departments="departments", model="a newer model").title for each in ACTIONS}
    return tuple(sorted(names.items(), key=lambda each: each[1]))


def action_of(taken: Taken) -> Action | None:
    """Return the catalogue's action with what a finding would fill in, as far as it is known."""
    if taken.action not in RAW:
        return None
    where = listing(taken.departments) or "the company"
    return filled(RAW[taken.action], departments=where, model="a newer model", tool=tool_name(taken.tool or "*"))


def proposed(store: Store, about: Finding | Seen, action: str = "") -> Taken:
    """Return the action that is going on for a finding, else the one it proposes, as yet nobody's. Keeps nothing."""
    return _begun(store, about, action, "", now_utc())


def assign(
    store: Store, about: Finding | Seen, *, owner: str, due: date | None, who: str, action: str = "", now: datetime
) -> Taken:
    """Note that `owner` takes the action of a finding until `due`; whoever had it has it no more."""
    return keep(store, replace(_begun(store, about, action, who, now), state="assigned", owner=owner, due=due))


def done(
    store: Store,
    about: Finding | Seen,
    *,
    on: date,
    who: str,
    reached: Sequence[str] = (),
    people: int | None = None,
    now: datetime,
) -> Taken:
    """Note that the action of a finding was done on a day, and whom it reached; an owner it had stays its owner."""
    change = _begun(store, about, "", who, now)
    return keep(
        store,
        replace(
            change,
            state="done",
            owner=change.owner or who,
            done=on,
            reached=tuple(reached) or change.departments,
            people=people,
        ),
    )


def did(
    store: Store, action: Action, *, on: date, who: str, reached: Sequence[str], people: int | None, now: datetime
) -> Taken:
    """Note that something was done which no finding proposed."""
    return keep(
        store,
        Taken(
            action=action.id,
            metric=action.measure,
            tool="*",
            departments=tuple(reached),
            state="done",
            owner=who,
            done=on,
            reached=tuple(reached),
            people=people,
            at=now,
            who=who,
        ),
    )


def quiet(store: Store, about: Finding | Seen, choice: Choice, *, now: datetime) -> Taken:
    """Note that a finding is not to be heard of, beside the choice that keeps it quiet."""
    change = _begun(store, about, "", choice.who, now)
    return keep(store, replace(change, state="snoozed" if choice.until else "dismissed", until=choice.until))


def heard_again(store: Store, finding: str, *, who: str, now: datetime) -> None:
    """Note that a finding is heard of again; whoever had taken it has it still."""
    last = next(iter(of_finding(store, finding)), None)
    if last is not None and last.state in ("snoozed", "dismissed"):
        state: TakenState = "assigned" if last.owner else "open"
        keep(store, replace(last, state=state, until=None, who=who, at=now))


def standing(taken: Taken) -> str:
    """Return how an action stands, without who: "taken, due 9 November", "done on 3 October", "snoozed until …"."""
    match taken.state:
        case "assigned":
            return f"taken, due {day(taken.due)}" if taken.due else "taken"
        case "done":
            return f"done on {day(taken.done)}" if taken.done else "done"
        case "snoozed":
            return f"snoozed until {day(taken.until)}" if taken.until else "snoozed"
        case "dismissed" | "open":
            return taken.state


def _begun(store: Store, about: Finding | Seen, action: str, who: str, now: datetime) -> Taken:
    """The last change of the action that is going on for a finding, made anew; else the first one of it."""
    last = next((each for each in of_finding(store, about.key) if each.state not in ("done", "dismissed")), None)
    if last is not None and action in ("", last.action):
        return replace(last, at=now, who=who, until=None)
    named = about.action if isinstance(about, Finding) else None
    wanted = RAW.get(action or (named.id if named else UNKNOWN_ACTION))
    return Taken(
        finding=about.key,
        action=wanted.id if wanted else (named.id if named else UNKNOWN_ACTION),
        metric=wanted.measure if wanted else about.metric,
        tool=about.tool,
        departments=about.departments,
        state="open",
        at=now,
        who=who,
    )


_CLOCK: ContextVar[datetime | None] = ContextVar("clock", default=None)


def now_utc() -> datetime:
    """Return this moment; the one that is played where weeks pass in seconds."""
    return _CLOCK.get() or datetime.now(UTC)


@contextmanager
def played(moment: datetime) -> Iterator[None]:
    """Let it be another moment, for a story that plays weeks in seconds. Nothing else may turn this clock."""
    token = _CLOCK.set(moment)
    try:
        yield
    finally:
        _CLOCK.reset(token)
