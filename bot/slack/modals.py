"""Forms: taking an action with its due day, and noting one as done with the day on which it really was.

Slack's trigger lives three seconds, and a finding takes longer to look up: a form is opened empty and filled after.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import msgspec

from bot.actions.deeds import Deed
from bot.actions.doing import Form
from bot.card import Card
from bot.slack.answering import Asked, apologising, asker
from bot.slack.home import publish
from bot.slack.inputs import MOST_OPTIONS, OPTION, TITLE, Block, View, modal, of_input, plain, section, values_of
from bot.slack.pressing import Press, tell_done
from bot.slack.voice import Workspace

CALLBACK = "deed"
TITLES = {"assign": "Take an action", "done": "Done", "did": "What was done"}
DUE_IN = timedelta(weeks=2)
METADATA = 3000  # characters
MOST_PEOPLE = 1_000_000


class Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a form remembers of the press that opened it."""

    deed: Deed
    team: str
    channel: str
    thread: str = ""
    response_url: str = ""
    beneath: str = ""


async def open_form(workspace: Workspace, press: Press, deed: Deed) -> None:
    """Open a form at once, then fill it. Whoever may not have it is told so in it."""
    asked = press.asked
    opened = await workspace.client.views_open(trigger_id=press.trigger, view=waiting(TITLES[deed.verb]))
    async with apologising(workspace, asked):
        found = await workspace.work.do(workspace.voice.form, deed, await asker(workspace, asked.team, asked.user))
        if isinstance(found, Card):
            view = modal(TITLES[deed.verb], [section(f"{found.title}. {found.text}")])
        else:
            view = filled(found, asked.user, kept_of(press, deed))
        await workspace.client.views_update(view_id=opened["view"]["id"], view=view)


async def submitted(workspace: Workspace, body: Mapping[str, Any]) -> None:
    """Do what was filled in and say so where the form was opened."""
    deed, asked, beneath = deed_of(body)
    async with apologising(workspace, asked):
        done = await workspace.work.do(workspace.voice.perform, deed, await asker(workspace, asked.team, asked.user))
        await tell_done(workspace, asked, done, beneath)
        if asked.channel == asked.user:
            await publish(workspace, asked.team, asked.user)


def kept_of(press: Press, deed: Deed) -> str:
    """What the form carries with it, as text."""
    asked = press.asked
    kept = Kept(
        deed=deed,
        team=asked.team,
        channel=asked.channel,
        thread=asked.thread or "",
        response_url=asked.response_url,
        beneath=press.beneath,
    )
    told = msgspec.json.encode(kept).decode()
    if len(told) <= METADATA:
        return told
    # a finding about very many departments: without the short way back the answer goes by the long one
    return msgspec.json.encode(msgspec.structs.replace(kept, response_url="")).decode()


def waiting(title: str) -> View:
    """The form while it is being looked up."""
    return modal(title, [section("Looking it up …")])


def filled(form: Form, user: str, kept: str) -> View:
    """The form itself: `user` is proposed as the owner."""
    blocks = [section(each) for each in (form.title, form.about) if each]
    match form.deed.verb:
        case "assign":
            blocks += [_owner(user), _day("day", "Until when", form.today + DUE_IN)]
            submit = "Take it"
        case _:
            blocks += _which(form) if form.deed.verb == "did" else []
            blocks += [_day("day", "On which day was it done?", form.today), *_reached(form.departments), _people()]
            submit = "Note it"
    return modal(TITLES[form.deed.verb], blocks) | {
        "callback_id": CALLBACK,
        "submit": plain(submit, TITLE),
        "private_metadata": kept,
    }


def problems(body: Mapping[str, Any], today: date) -> dict[str, str]:
    """What can't be right in what was filled in, by block, in sentences; empty where all may be."""
    deed, _, _ = deed_of(body)
    if deed.day is None:
        return {"day": "Give a day."}
    # a day's grace: it may be tomorrow already, or still yesterday, where somebody is
    if deed.verb == "assign" and deed.day < today - timedelta(days=1):
        return {"day": "This day is over: give one that is still to come."}
    if deed.verb != "assign" and deed.day > today + timedelta(days=1):
        return {"day": "This day is still to come: give the day on which it was done."}
    return {}


def deed_of(body: Mapping[str, Any]) -> tuple[Deed, Asked, str]:
    """What was filled in, where to say so, and beneath which message to all."""
    view = body["view"]
    kept = msgspec.json.decode(view["private_metadata"], type=Kept)
    values = values_of(view)
    day = values.get("day", {}).get("selected_date")
    person = values.get("owner", {}).get("selected_user")
    people = values.get("people", {}).get("value")
    action = (values.get("action", {}).get("selected_option") or {}).get("value")
    deed = replace(
        kept.deed,
        day=date.fromisoformat(day) if day else None,
        action=action or kept.deed.action,
        person=f"{kept.team}:{person}" if person else kept.deed.person,
        reached=tuple(each["text"]["text"] for each in values.get("reached", {}).get("selected_options") or ()),
        people=int(people) if people and people.isdecimal() else None,
    )
    asked = Asked(
        text="",
        user=body["user"]["id"],
        team=kept.team,
        channel=kept.channel,
        thread=kept.thread or None,
        response_url=kept.response_url,
        direct=not kept.channel.startswith(("C", "G")),
    )
    return deed, asked, kept.beneath


def _which(form: Form) -> list[Block]:
    """A choice of the catalogue's actions: what was done is kept as one of them, and in no words about people."""
    options = [{"text": plain(title, OPTION), "value": action} for action, title in form.actions[:MOST_OPTIONS]]
    return [of_input("action", "What was done?", {"type": "static_select", "options": options})]


def _owner(user: str) -> Block:
    return of_input("owner", "Who takes it?", {"type": "users_select", "initial_user": user})


def _day(block: str, label: str, day: date) -> Block:
    return of_input(block, label, {"type": "datepicker", "initial_date": day.isoformat()})


def _reached(departments: tuple[str, ...]) -> list[Block]:
    """A choice of departments: by name, as far as Slack's list goes and a name fits it whole."""
    names = [each for each in departments if len(each) <= OPTION][:MOST_OPTIONS]
    if not names:
        return []
    options = [{"text": plain(each, OPTION), "value": str(number)} for number, each in enumerate(names)]
    element = {"type": "multi_static_select", "options": options}
    return [of_input("reached", "Which departments did it reach?", element, optional=True)]


def _people() -> Block:
    element = {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": str(MOST_PEOPLE)}
    return of_input("people", "About how many people?", element, optional=True, hint="Roughly. Nobody is named.")
