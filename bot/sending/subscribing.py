"""Subscribing in words: "subscribe here mondays 9:00 Europe/Berlin"."""

import re
import zoneinfo
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches

from bot.card import Button, Card
from bot.installation import Installation
from bot.people.rights import rights_of
from bot.people.said import Said
from bot.sending.subscribed import HOW, told, what_of
from bot.sending.subscriptions import DAYS, NotSubscribedError, Wanted, bare, create
from insights.words import listing

CHANNEL = re.compile(r"<#([A-Z0-9]+)(?:\|[^>]*)?>")
TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s?(am|pm)?", re.IGNORECASE)
NOISE = frozenset({"every", "on", "at", "the", "to", "a", "digest", "digests", "for", "in", "only", "when", "and"})
AUDIENCES = {"leaders": "leaders", "administrators": "administrators", "admins": "administrators"} | {
    "enablement": "enablement"
}
KINDS = {"alert": "alert", "alerts": "alert", "renewal": "renewal", "renewals": "renewal"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Understood:
    """What the words of “subscribe” want. `anyway`: others may read it, and that is meant."""

    wanted: Wanted
    anyway: bool = False


def subscribe(words: str, said: Said, installation: Installation, as_of: date | None = None) -> Card:
    """Subscribe a channel or the person who asks."""
    del as_of
    if said.asker.platform not in ("slack", "teams"):
        raise NotSubscribedError(
            "Subscribe in Slack or Teams, where it is to arrive; or write [[subscriptions]] in ai-usage.toml."
        )
    meant = understood(words, said)
    rights = rights_of(said.asker, installation)
    person = bare(meant.wanted.place) == bare(said.asker.user)
    if not rights.administrator and not person and not meant.anyway:
        about = listing(["the company", *(meant.wanted.departments or rights.departments)])
        return Card(
            title="Others would read it",
            text=f"Everybody in that channel would read about {about}, also those who may not ask about it themselves.",
            buttons=(
                Button(label="Only to me", ask=f"subscribe me {words.replace('here', '').strip()}".strip()),
                Button(label="To the channel anyway", ask=f"subscribe {words} anyway"),
            ),
        )
    made = create(meant.wanted, said.asker, installation)
    return told("Subscribed", made, f"Subscription {made.number}: {what_of(made)}, {made.cadence}.")


def understood(words: str, said: Said) -> Understood:
    """Return what the words want. NotSubscribedError names the word that is not understood."""
    rest, _, about = words.partition(" about ") if not words.lower().startswith("about ") else ("", "", words[6:])
    departments = tuple(filter(None, (" ".join(part.split()) for part in about.split(","))))
    wanted, anyway = Wanted(place=said.asker.user, departments=departments, day=""), False
    if departments and departments[-1].lower().endswith(" anyway"):
        departments = (*departments[:-1], departments[-1][: -len(" anyway")])
        wanted, anyway = replace(wanted, departments=departments), True
    team = said.asker.user.rpartition(":")[0]
    for word in rest.replace(",", " ").split():
        plain = word.lower().rstrip(".")
        if found := CHANNEL.fullmatch(word):
            wanted = replace(wanted, place=f"{team}:{found[1]}" if team else found[1])
        elif plain == "here":
            wanted = replace(wanted, place=_here(said, team))
        elif plain == "anyway":
            anyway = True
        elif plain != "me" and plain not in NOISE:
            wanted = _with(wanted, word)
    default = "monday" if wanted.what == "digest" else "daily"
    return Understood(wanted=replace(wanted, day=wanted.day or default), anyway=anyway)


def _here(said: Said, team: str) -> str:
    """The place it was said in, with its workspace in Slack: one bot may speak in several."""
    if not said.place:
        return said.asker.user
    bare_id = said.asker.platform == "slack" and bare(said.place) == said.place
    return f"{team}:{said.place}" if team and bare_id else said.place


def _with(wanted: Wanted, word: str) -> Wanted:
    """Return what is wanted with one more word: a day, a time, a zone, a kind, an audience, a switch."""
    plain = word.lower().rstrip(".")
    changes: dict[str, object] = {
        "what": KINDS.get(plain),
        "audience": AUDIENCES.get(plain),
        "thread_only": plain in {"thread", "threaded"},
        "skip_empty": plain == "news",
        "day": _day(plain),
        "at": _time(plain),
        "timezone": _zone(word),
    }
    said = {name: value for name, value in changes.items() if value}
    if not said:
        raise NotSubscribedError(f"I don't understand “{word}”{_near(word)}. {HOW}")
    return replace(wanted, **said)  # type: ignore[arg-type]


def _day(word: str) -> str:
    if word in {"day", "everyday"}:
        return "daily"
    short = word.removesuffix("s")
    fits = [each for each in DAYS if each in {word, short} or (len(short) == 3 and each.startswith(short))]
    return fits[0] if fits else ""


def _time(word: str) -> str:
    found = TIME.fullmatch(word)
    if found is None:
        return ""
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        hour = hour % 12 + (12 if found[3].lower() == "pm" else 0)
    return f"{hour:02d}:{minute:02d}"


def _zone(word: str) -> str:
    known = {each.lower(): each for each in zoneinfo.available_timezones()}
    return known.get(word.lower(), "")


def _near(word: str) -> str:
    """Say which day or time zone was probably meant."""
    zones = {each.lower(): each for each in zoneinfo.available_timezones()}
    cities = {each.rpartition("/")[2].lower(): each for each in sorted(zones.values())}
    known = {each: each for each in DAYS} | zones | cities
    close = get_close_matches(word.lower(), known, n=1, cutoff=0.75)
    return f": did you mean “{known[close[0]]}”?" if close else ""
