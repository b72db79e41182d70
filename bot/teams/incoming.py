"""What Teams sends, read once: where it happened, who did it, and what they want. Pure."""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.teams.wire import CHANNEL, JSON
from storage.conversations import Conversation, Kind

LONGEST = 500  # characters of a question; the longest sensible one has a tenth

Event = Literal["message", "pressed", "added", "removed", "nothing", "unknown invoke"]

_KINDS: dict[str, Kind] = {"personal": "personal", "groupChat": "group", "channel": "channel"}
_COMMAND = re.compile(r"^\s*/?\s*ai[-\u2010\u2011 ]usage\b[:,]?\s*", re.IGNORECASE)
_MENTION = re.compile(r"<at\b[^>]*>(.*?)</at>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-z][^>]*>", re.IGNORECASE)


class NotAnActivityError(Exception):
    """The body is not what Teams sends. The message says what is wrong with it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """One thing that happened. `thread` is where an answer goes: a channel's thread, else the conversation.

    `verb` and `words` are those of a button ("ask", "do"), `about` the finding that it belongs to. `message`
    is the id of the message itself, or of the one whose button was pressed.
    """

    event: Event
    place: Conversation
    thread: str
    user: str
    message: str
    text: str = ""
    verb: str = ""
    words: str = ""
    about: str = ""


def parsed(body: bytes, content_type: str) -> JSON:
    """The activity in a request. NotAnActivityError for anything else."""
    if content_type != "application/json":
        raise NotAnActivityError("the body has to be application/json")
    try:
        activity = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotAnActivityError("the body is not JSON") from error
    if not isinstance(activity, dict) or not isinstance(activity.get("type"), str):
        raise NotAnActivityError("the body is not an activity: it has no type")
    for part in ("conversation", "from", "recipient"):
        if not isinstance(activity.get(part), dict) or not isinstance(activity[part].get("id"), str):
            raise NotAnActivityError(f"the activity has no {part}.id")
    if not isinstance(activity.get("serviceUrl"), str) or activity.get("channelId") != CHANNEL:
        raise NotAnActivityError(f"the activity has no serviceUrl, or its channelId is not {CHANNEL}")
    return activity


def tenant_of(activity: Mapping[str, Any]) -> str:
    """The tenant it happened in, which Teams writes in one of two places."""
    told = _within(_within(activity, "channelData"), "tenant").get("id")
    return str(told or activity["conversation"].get("tenantId") or "")


def heard(activity: Mapping[str, Any]) -> Heard:
    """What happened, in an activity that `parsed` let through."""
    place, thread = _place(activity)
    sender = activity["from"]
    event, value = _event(activity)
    verb, words, about = _pressed(value)
    if event == "message" and verb:
        event = "pressed"
    return Heard(
        event=event,
        place=place,
        thread=thread,
        user=str(sender.get("aadObjectId") or sender["id"]),
        message=str((activity.get("replyToId") if event == "pressed" else activity.get("id")) or ""),
        text=asked(activity) if event == "message" else "",
        verb=verb,
        words=words,
        about=about,
    )


def asked(activity: Mapping[str, Any]) -> str:
    """The question in a message, without our own name before it; who else is mentioned stays, as words."""
    text = str(activity.get("text") or "")
    entities = activity.get("entities")
    for each in entities if isinstance(entities, list) else []:
        mentioned = each.get("mentioned") if isinstance(each, dict) else None
        if isinstance(mentioned, dict) and mentioned.get("id") == activity["recipient"]["id"] and each.get("text"):
            text = text.replace(str(each["text"]), " ")
    text = html.unescape(_TAG.sub(" ", _MENTION.sub(r" \1 ", text)))
    return _COMMAND.sub("", " ".join(text.split()))[:LONGEST]


def _within(outer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What is under a name, nothing where it is no object."""
    inner = outer.get(name)
    return inner if isinstance(inner, dict) else {}


def _place(activity: Mapping[str, Any]) -> tuple[Conversation, str]:
    thread = activity["conversation"]["id"]
    kind = _KINDS.get(str(activity["conversation"].get("conversationType") or "personal"), "group")
    sender, bot = activity["from"], activity["recipient"]
    whole = thread.partition(";messageid=")[0]
    team = _within(_within(activity, "channelData"), "team")
    reference: JSON = {
        "serviceUrl": activity["serviceUrl"],
        "channelId": CHANNEL,
        "conversation": {"id": whole, "conversationType": activity["conversation"].get("conversationType", "personal")},
        "bot": {"id": bot["id"]},
    }
    place = Conversation(
        id=whole,
        kind=kind,
        tenant=tenant_of(activity),
        team=str(team.get("id") or ""),
        person=str(sender.get("aadObjectId") or sender["id"]) if kind == "personal" else "",
        reference=reference,
    )
    return place, thread


def _event(activity: Mapping[str, Any]) -> tuple[Event, object]:
    match activity["type"]:
        case "message":
            return "message", activity.get("value")
        case "invoke" if activity.get("name") == "adaptiveCard/action":
            value = activity.get("value")
            return "pressed", value.get("action") if isinstance(value, dict) else None
        case "invoke":
            return "unknown invoke", None
        case "installationUpdate":
            action = str(activity.get("action") or "")
            return "removed" if action.startswith("remove") else "added", None
        case "conversationUpdate":
            return _changed(activity), None
        case _:
            return "nothing", None


def _changed(activity: Mapping[str, Any]) -> Event:
    ours = activity["recipient"]["id"]
    what = str(_within(activity, "channelData").get("eventType") or "")
    if what in ("channelDeleted", "teamDeleted", "teamHardDeleted", "teamArchived"):
        return "removed"
    for part, event in (("membersRemoved", "removed"), ("membersAdded", "added")):
        members = activity.get(part)
        if isinstance(members, list) and any(isinstance(each, dict) and each.get("id") == ours for each in members):
            return event  # type: ignore[return-value]
    return "nothing"


def _pressed(value: object) -> tuple[str, str, str]:
    """Verb, words and finding of a button, as `Action.Execute` and `Action.Submit` send them."""
    if not isinstance(value, dict):
        return "", "", ""
    inner = value.get("data")
    data = inner if isinstance(inner, dict) else value
    for verb in ("ask", "do"):
        words = data.get(verb)
        if isinstance(words, str):
            about = data.get("about")
            return verb, words[:LONGEST], about if isinstance(about, str) else ""
    return "", "", ""
