"""The form by which somebody subscribes, or changes a subscription."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

import msgspec

from bot.card import Card
from bot.sending.subscriptions import DAYS, Audience, Subscription, Wanted, What, bare
from bot.slack.answering import Asked, answer, apologising, asker, tell
from bot.slack.home import NEW, publish
from bot.slack.inputs import Block, View, modal, of_input, options, plain, section, values_of
from bot.slack.voice import Workspace

CALLBACK = "subscription"
TITLE = "Subscription"
ZONES = "Such as Europe/Berlin. Nothing: the organisation's."
KINDS: Mapping[str, str] = {"digest": "The weekly digest", "alert": "Alerts", "renewal": "Renewals of contracts"}
AUDIENCES: Mapping[str, str] = {
    "leaders": "Leaders: the company and their departments",
    "administrators": "Administrators: everything",
    "enablement": "The enablement team: everything",
}
SWITCHES: Mapping[str, str] = {"thread": "All but one line in the thread", "news": "Only when there is something new"}


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What the form remembers. `number` is '' for a new subscription."""

    team: str
    number: str = ""


async def open_subscription(workspace: Workspace, team: str, user: str, trigger: str, number: str) -> None:
    """Open the form at once; one that holds a subscription already is filled after."""
    empty = subscription_view(Kept(team=team), user, None)
    if number == NEW:
        await workspace.client.views_open(trigger_id=trigger, view=empty)
        return
    opened = await workspace.client.views_open(trigger_id=trigger, view=modal(TITLE, [section("Looking it up …")]))
    async with apologising(workspace, Asked(text="", user=user, team=team, channel=user, direct=True)):
        found = await workspace.work.do(workspace.voice.subscription, number, await asker(workspace, team, user))
        if isinstance(found, Card):
            view = modal(TITLE, [section(f"{found.title}. {found.text}")])
        else:
            view = subscription_view(Kept(team=team, number=number), user, found)
        await workspace.client.views_update(view_id=opened["view"]["id"], view=view)


async def subscribed(workspace: Workspace, body: Mapping[str, Any]) -> None:
    """Keep what was filled in and say so in a direct message."""
    kept = msgspec.json.decode(body["view"]["private_metadata"], type=Kept)
    user = body["user"]["id"]
    asked = Asked(text="", user=user, team=kept.team, channel=user, direct=True)
    wanted, place = wanted_of(values_of(body["view"]), kept.team, user)
    if kept.number:
        async with apologising(workspace, asked):
            who = await asker(workspace, kept.team, user)
            await tell(workspace, asked, await workspace.work.do(workspace.voice.change, kept.number, wanted, who))
    else:
        await answer(workspace, replace(asked, text=words_of(wanted, place)))
    await publish(workspace, kept.team, user)


def subscription_view(kept: Kept, user: str, now: Subscription | None) -> View:
    """The form, with what a subscription holds now."""
    place = bare(now.place) if now is not None else user
    channel = {"initial_conversation": place} if place.startswith(("C", "G", "D")) else {}
    where = {"type": "conversations_select", "filter": {"include": ["public", "private", "im"]}, **channel}
    days = {each: each.capitalize() for each in DAYS}
    on = [name for name, yes in (("thread", now and now.thread_only), ("news", now and now.skip_empty)) if yes]
    blocks = [
        of_input("what", "What?", _choice(KINDS, now.what if now else "digest")),
        of_input("audience", "For whom?", _choice(AUDIENCES, now.audience if now else "leaders")),
        of_input("place", "Where to?", where, optional=True, hint="Nothing chosen: to you alone."),
        of_input("day", "On which day?", _choice(days, now.day if now else "monday")),
        of_input("at", "At what time?", {"type": "timepicker", "initial_time": now.at if now else "09:00"}),
        of_input("zone", "Time zone", _zone(now), optional=True, hint=ZONES),
        of_input("how", "How?", _switches(on), optional=True),
    ]
    metadata = msgspec.json.encode(kept).decode()
    return modal(TITLE, blocks) | {
        "callback_id": CALLBACK,
        "submit": plain("Keep it", 24),
        "private_metadata": metadata,
    }


def wanted_of(values: Mapping[str, Mapping[str, Any]], team: str, user: str) -> tuple[Wanted, str]:
    """What was filled in, and the place by Slack's id; '' for the person alone."""
    chosen = values["place"].get("selected_conversation") or ""
    place = chosen if chosen.startswith(("C", "G")) else ""
    switches = {each["value"] for each in values["how"].get("selected_options") or ()}
    what, audience = (values[name]["selected_option"]["value"] for name in ("what", "audience"))
    wanted = Wanted(
        place=f"{team}:{place or user}",
        what=what if what in get_args(What) else "digest",
        audience=audience if audience in get_args(Audience) else "leaders",
        day=values["day"]["selected_option"]["value"],
        at=values["at"].get("selected_time") or "09:00",
        timezone=(values["zone"].get("value") or "").strip(),
        thread_only="thread" in switches,
        skip_empty="news" in switches,
    )
    return wanted, place


def words_of(wanted: Wanted, place: str) -> str:
    """What is wanted as somebody would type it: a form is warned of, and refused, as its words would be."""
    parts = ["subscribe", wanted.what, wanted.audience, f"<#{place}>" if place else "me", wanted.day, wanted.at]
    parts += [wanted.timezone, "thread" if wanted.thread_only else "", "news" if wanted.skip_empty else ""]
    return " ".join(each for each in parts if each)


def _choice(names: Mapping[str, str], chosen: str) -> Block:
    made = options(names)
    return {"type": "static_select", "options": made, "initial_option": next(o for o in made if o["value"] == chosen)}


def _switches(on: list[str]) -> Block:
    made = options(SWITCHES)
    chosen = [each for each in made if each["value"] in on]
    return {"type": "checkboxes", "options": made} | ({"initial_options": chosen} if chosen else {})


def _zone(now: Subscription | None) -> Block:
    return {"type": "plain_text_input", "max_length": 60} | ({"initial_value": now.timezone} if now else {})
