"""The actions that people have taken: who does what until when, what is overdue, and every change that was made."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.actions.taking import standing, title_of
from bot.card import Button, Card, Table
from bot.format import NOTHING, format_day
from insights.basis import Basis
from insights.words import counted
from storage.taken import Taken, changes, ongoing, taken

MOST_ROWS = 10
MOST_CHANGES = 30
LATELY = timedelta(weeks=13)
"""For how long what was done is listed: until its last effect was told."""


def seen_of(actions: Sequence[Taken], basis: Basis, departments: Sequence[str] = ()) -> list[Taken]:
    """Return the actions that whoever asks may be told of, of `departments` where some are named."""
    allowed = basis.visible
    return [
        each
        for each in actions
        if (allowed is None or set(each.departments) <= set(allowed))
        and (not departments or set(each.departments) & set(departments))
    ]


def open_table(basis: Basis, departments: Sequence[str] = ()) -> Table | None:
    """Return who has taken what, the soonest due first, and then what was done lately; None where nothing was."""
    mine = seen_of(taken(basis.store), basis, departments)
    lately = [each for each in mine if each.state == "done" and each.done and each.done >= basis.as_of - LATELY]
    rows = [
        (title_of(each), owner_name(each.owner), _due(each, basis.as_of), standing(each).partition(",")[0])
        for each in (*ongoing(mine), *lately)
    ]
    if not rows:
        return None
    return Table(
        columns=("Action", "Owner", "Due", "State"),
        rows=tuple(rows[:MOST_ROWS]),
        caption="Taken, the soonest due first",
    )


def overdue(basis: Basis) -> list[Taken]:
    """Return what somebody has taken and whose day is over, the longest overdue first."""
    mine = seen_of(ongoing(taken(basis.store)), basis)
    return [each for each in mine if each.due is not None and each.due < basis.as_of]


def overdue_in_words(basis: Basis) -> str:
    """Return "Overdue: Run a prompt workshop for Sales (due 12 May)."; empty where nothing is."""
    late = overdue(basis)
    if not late:
        return ""
    told = "; ".join(f"{title_of(each)} (due {format_day(each.due)})" for each in late[:3] if each.due)
    more = f"; {counted(len(late) - 3, 'more')}" if len(late) > 3 else ""
    return f"Overdue: {told}{more}."


def log_card(basis: Basis) -> Card:
    """Return every change of every action, the newest first: when, what, how it then stood, and who made it."""
    every = seen_of(changes(basis.store), basis)
    rows = tuple(
        (
            f"{each.at:%Y-%m-%d %H:%M}",
            title_of(each),
            _stood(each),
            owner_name(each.owner),
            owner_name(each.who) if each.who else "whoever runs the bot",
        )
        for each in every[:MOST_CHANGES]
    )
    buttons = (Button(label="Open actions", ask="actions"), Button(label="Did it help?", ask="did it help"))
    if not rows:
        return Card(title="Changes of actions", text="Nobody has taken an action yet.", buttons=buttons)
    more = f", the newest {MOST_CHANGES} below" if len(every) > MOST_CHANGES else ""
    return Card(
        title="Changes of actions",
        text=f"{counted(len(every), 'change')} of {counted(len({each.id for each in every}), 'action')}{more}.",
        table=Table(columns=("When (UTC)", "Action", "Then", "Owner", "By"), rows=rows, caption="The newest first"),
        buttons=buttons,
    )


def owner_name(owner: str) -> str:
    """Return an account's own id, without its workspace's; what stands for nobody where there is none."""
    return owner.rpartition(":")[2] or NOTHING


def _due(each: Taken, today: date) -> str:
    if each.due is None or each.state != "assigned":
        return NOTHING
    late = " (overdue)" if each.due < today else ""
    return f"{format_day(each.due)}{late}"


def _stood(each: Taken) -> str:
    where = f" in {len(each.reached)} departments" if len(each.reached) > 1 else ""
    people = f", about {each.people} people" if each.people is not None else ""
    return standing(each) + (f"{where}{people}" if each.state == "done" else "")
