"""Filler text of a wanted length: invented sentences about work, said by nobody.

Two banks: plain ones hold ASCII without anything JSON escapes, rich ones also hold line breaks, quotation marks, tabs
and characters of two to four bytes. A text is a slice of a bank, from the start of a sentence, exactly as many
characters long as wanted.
"""

import functools
import json
from dataclasses import dataclass

import numpy as np

BANK_CHARACTERS = 60_000
LONGEST = 9_000

_ASKS = (
    "Please draft {a} for {b}, in a calm tone.",
    "Compare {a} with last quarter and point out what changed.",
    "Summarise {a} in five points for {b}.",
    "What could go wrong with {a} if {b} is late?",
    "Rewrite the part on {a} so that newcomers understand it.",
    "List the open questions on {a} before we talk to {b}.",
    "Give me three options for {a} and say which one you would take.",
    "Turn my notes on {a} into a table with owners and dates.",
    "Shorter, and without the part on {a}.",
    "Explain {a} as you would to {b}.",
    "Check the figures behind {a} once more.",
    "Which steps of {a} can we leave out next time?",
    "Make this ready to send to {b}: it is about {a}.",
)
_ANSWERS = (
    "A good start for {a} is a short page that names the goal, the people and the date.",
    "For {b}, I would lead with the result and keep {a} for the second part.",
    "Three things stand out in {a}: the scope grew, one owner is missing, and the date moved twice.",
    "Before sharing {a}, ask {b} for the numbers that are still estimates.",
    "If time is short, settle {a} first and leave the rest for the review.",
    "The risk in {a} is less the cost than the order of the steps.",
    "Here is a version that {b} can read in two minutes, with the details on {a} below.",
    "I left the wording on {a} as it was, since {b} had agreed to it.",
    "A small table may help: one line for each part of {a}, with its state and its owner.",
    "Should {b} object, the simplest answer is to try {a} with one team for a month.",
)
_THINGS = (
    "the onboarding plan",
    "our renewal offer",
    "the migration checklist",
    "the quarterly report",
    "the hiring brief",
    "the test coverage",
    "the price list",
    "the supplier contract",
    "the incident review",
    "the launch calendar",
    "the travel policy",
    "the budget forecast",
    "the feature proposal",
    "the support backlog",
    "the training course",
    "the release notes",
    "the query plan",
    "the survey results",
    "the office move",
    "the expense rules",
    "the landing page",
    "the retry logic",
    "the interview guide",
    "the data retention clause",
)
_PEOPLE = (
    "the sales team",
    "a new colleague",
    "the board",
    "our largest customer",
    "the auditors",
    "the works council",
    "the design group",
    "a supplier",
    "the regional leads",
    "the on-call engineer",
    "the partner office",
    "the finance desk",
)
_RICH = (
    "The “café” pilot in Zürich cost €4 200 — naïve, but it worked. ",
    "Überprüfe bitte: größere Änderungen → nächste Woche.\n",
    'She said "ship it" and filed it under C:\\drafts\\new. ',
    "次の会議までに要点をまとめてください。",
    "¿Puedes revisar el párrafo segundo?\n\n",
    "Done ✅ next 🚀 then rest 😴. ",
    "| owner | date |\n|---|---|\n",
    '\tif total > limit: raise ValueError("too many")\n',
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bank:
    """Text to slice, and where its sentences start; every start leaves `LONGEST` characters to the end."""

    text: str
    starts: tuple[int, ...]

    def take(self, pick: int, length: int) -> str:
        """Return `length` characters (at most `LONGEST`) from the start of a sentence."""
        at = self.starts[pick % len(self.starts)]
        return self.text[at : at + length]


@functools.cache
def bank(*, answers: bool, rich: bool) -> Bank:
    """Return one of the four banks; always the same."""
    rng = np.random.default_rng([2 * answers + rich])
    starts: list[int] = []
    parts: list[str] = []
    size = 0
    while size < BANK_CHARACTERS + LONGEST:
        if size < BANK_CHARACTERS:
            starts.append(size)
        parts.append(_sentence(answers, rng))
        if rich and rng.random() < 0.6:
            parts[-1] += _RICH[int(rng.integers(len(_RICH)))]
        size += len(parts[-1])
    return Bank(text="".join(parts), starts=tuple(starts))


def _sentence(answers: bool, rng: np.random.Generator) -> str:  # noqa: FBT001  named by its only caller
    patterns = _ANSWERS if answers else _ASKS
    thing, people = _THINGS[int(rng.integers(len(_THINGS)))], _PEOPLE[int(rng.integers(len(_PEOPLE)))]
    return patterns[int(rng.integers(len(patterns)))].format(a=thing, b=people) + " "


def quoted(pick: int, length: int, *, answers: bool) -> str:
    """Return a JSON string of `length` characters: every sixteenth pick is rich, half of these in ASCII escapes."""
    if pick % 16:
        return f'"{bank(answers=answers, rich=False).take(pick, length)}"'
    return json.dumps(bank(answers=answers, rich=True).take(pick // 16, length), ensure_ascii=pick % 32 == 0)


def title(pick: int) -> str:
    """Return a conversation's title."""
    thing = _THINGS[pick % len(_THINGS)].removeprefix("the ").removeprefix("our ")
    return f"{thing.capitalize()} for {_PEOPLE[pick % len(_PEOPLE)]}"
