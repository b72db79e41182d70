"""What a button or a form asks to be done: verbs with what they need, and the words that buttons carry.

explain KEY                                  everything that is known of a finding
table QUESTION                               the answer as a table
share QUESTION                               the answer, for the platform to post where others read it
mute KEY | dismiss KEY REASON                not to hear of it, unless it gets materially worse
snooze KEY [WEEKS] | restore KEY             not for some weeks; again
assign [ACTION] [PERSON] KEY [DAY]           somebody (else who presses) does it, by a day
done KEY [DAY]                               it was done, on a day (else today)
did ACTION [DAY] [DEPARTMENTS]               something was done that no finding proposed
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from bot.actions.choosing import WEEKS
from bot.actions.taking import RAW
from insights.detectors import DETECTORS
from insights.words import TOOL_NAMES

Verb = Literal["explain", "table", "share", "mute", "dismiss", "snooze", "restore", "assign", "done", "did"]
VERBS: tuple[Verb, ...] = get_args(Verb)

LONGEST_REASON = 200
MOST_WEEKS = 52

_DETECTOR = "|".join(sorted(each.id for each in DETECTORS))
_TOOL = "|".join(map(re.escape, TOOL_NAMES))
KEY = re.compile(rf"(?:{_DETECTOR})(?:\.[a-z_]+)*:.*?:(?:{_TOOL})(?=\s|$)")
"""A finding's key inside other words: `detector:departments:tool`. Departments may hold spaces."""
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class NotDoneError(Exception):
    """What was wanted can't be done. The message is a sentence for whoever wanted it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """A verb with what it needs. `words` are a question, or a reason; `day` is a due day, or when it was done.

    `person` is a platform's opaque id. `reached` are departments, `people` roughly how many people in them.
    """

    verb: Verb
    key: str = ""
    words: str = ""
    action: str = ""
    person: str = ""
    day: date | None = None
    weeks: int = WEEKS
    reached: tuple[str, ...] = ()
    people: int | None = None


def read(words: str) -> Deed:
    """Return the deed that a button's words say. NotDoneError for words that no button has."""
    verb, _, rest = " ".join(words.split()).partition(" ")
    if verb not in VERBS:
        raise NotDoneError("That button belongs to another version of this bot: ask again, and press the new one.")
    if verb in ("table", "share"):
        return Deed(verb=verb, words=rest)
    if verb == "did":
        return _did(rest)
    found = KEY.search(rest)
    if found is None:
        raise NotDoneError(f"“{verb}” needs to know of which finding: press a button beneath one.")
    before, after = rest[: found.start()].split(), rest[found.end() :].strip()
    action = next((each for each in before if each in RAW), "")
    return Deed(
        verb=verb,
        key=found[0],
        action=action,
        person=next((each for each in before if each != action), ""),
        words=after[:LONGEST_REASON] if verb == "dismiss" else "",
        day=_day(after) if verb in ("assign", "done") and after else None,
        weeks=min(max(int(after), 1), MOST_WEEKS) if verb == "snooze" and after.isdecimal() else WEEKS,
    )


def _did(rest: str) -> Deed:
    """`did` alone asks for the rest in a form."""
    action, _, more = rest.partition(" ")
    found = DAY.match(more)
    names = more[found.end() :] if found else more
    reached = tuple(each.strip() for each in names.split("|") if each.strip())
    return Deed(verb="did", action=action, day=_day(found[0]) if found else None, reached=reached)


def _day(words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise NotDoneError(f"“{words[:20]}” is no day: write it as 2026-11-30.") from None
