"""What a place does not want to hear of, in words: "mute Sales for 4 weeks", "mutes", "unmute Sales"."""

import re
from datetime import date

from bot.card import Button, Card, Table
from bot.format import format_day
from bot.installation import Installation
from bot.people.said import Said
from bot.sending.audience import visible_departments
from bot.sending.places import WEEKS, mute
from bot.sending.subscriptions import NotSubscribedError, bare
from insights.words import counted
from storage.subscriptions import mutes, unmute

FOR_WEEKS = re.compile(r"(.*?)(?:\s+for\s+(\d{1,2})\s+weeks?)?", re.IGNORECASE | re.DOTALL)


def mute_here(words: str, said: Said, installation: Installation, as_of: date | None = None) -> Card:
    """Keep a department out of what is sent here, for everyone here."""
    name, weeks = _for_weeks(words)
    place, today = bare(said.place or said.asker.user), as_of or installation.basis().as_of
    department = _department(name, said, installation)
    kind, what = ("department", department) if department else ("finding", name)
    if not department and ":" not in name:
        raise NotSubscribedError(f"There is no department “{name}” that you may see. Write “mute Sales for 4 weeks”.")
    made = mute(place, kind, what, said.asker, installation, today, weeks)  # type: ignore[arg-type]
    return Card(
        title="Muted here",
        text=f"Nobody here is told of {_named(kind, what)} before {format_day(made.until)}. Answers stay as they are.",
        buttons=(Button(label="Undo", ask=f"unmute {what}"),),
    )


def unmute_here(words: str, said: Said, installation: Installation, as_of: date | None = None) -> Card:
    """Tell a department or finding here again."""
    del as_of
    name, place = words.strip(), bare(said.place or said.asker.user)
    what = _department(name, said, installation) or name
    gone = {unmute(installation.store, place, "department", what), unmute(installation.store, place, "finding", what)}
    if gone == {False}:
        raise NotSubscribedError(f"“{name}” is not muted here. “mutes” tells what is.")
    told = _named("finding" if ":" in what else "department", what)
    return Card(title="Not muted any more", text=f"{told[:1].upper()}{told[1:]} is told here again.")


def muted_here(_: str, said: Said, installation: Installation, as_of: date | None = None) -> Card:
    """Tell what is muted here."""
    place, today = bare(said.place or said.asker.user), as_of or installation.basis().as_of
    visible = visible_departments(said.asker, installation)
    held = [each for each in mutes(installation.store, place, today) if each.kind == "finding" or each.what in visible]
    if not held:
        return Card(title="Nothing is muted here", text="“mute Sales for 4 weeks” keeps it out of what is sent.")
    rows = tuple((_named(each.kind, each.what), format_day(each.until)) for each in held)
    return Card(
        title="Muted here",
        text=f"{counted(len(held), 'thing is', 'things are')} not told here, to anybody.",
        table=Table(columns=("What", "Until"), rows=rows, caption="Muted here"),
        buttons=tuple(
            Button(label=f"Unmute {_named(each.kind, each.what)}"[:70], ask=f"unmute {each.what}") for each in held[:3]
        ),
    )


def _named(kind: str, what: str) -> str:
    """What is muted, as people say it: a department by its name, a finding by whom it is about."""
    if kind == "department":
        return what
    about = what.split(":")[1].replace("|", ", ") if what.count(":") > 1 else ""
    return f"the finding about {about or 'the whole company'}"


def _for_weeks(words: str) -> tuple[str, int]:
    found = FOR_WEEKS.fullmatch(words.strip())
    name, weeks = (found[1].strip(), int(found[2] or WEEKS)) if found else ("", WEEKS)
    if not name:
        raise NotSubscribedError("Write “mute”, a department, and for how long: “mute Sales for 4 weeks”.")
    return name, min(max(weeks, 1), 52)


def _department(name: str, said: Said, installation: Installation) -> str:
    """The department as the store spells it, if the asker may see it; else ""."""
    spelt = {each.casefold(): each for each in visible_departments(said.asker, installation)}
    return spelt.get(" ".join(name.split()).casefold(), "")
