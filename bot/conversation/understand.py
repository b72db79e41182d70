"""From what somebody typed to a Question: pure, and only as sure as the words allow."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from rapidfuzz import fuzz, process, utils

from insights.question import Question, Weeks

Kind = Literal["view", "metric", "department", "tool"]

SURE = 88
"""A typo is read silently from this likeness (0..100) on; below it, the bot asks."""
LIKELY = 60
"""From this likeness on a name is worth offering."""
LONGEST = 520

FILLERS = frozenset(
    word
    for line in (
        "a about across ai all an and answer any are as at be bot by can chart compare compared could department",
        "departments did do does doing for from get give give go going graph has have how i in is it its just let",
        "like me much my numbers of on our over per please report see should show so stats tell that the their them",
        "there these this to up us usage use used using versus view want was we were what whats when where which who",
        "why with would you your",
    )
    for word in line.split()
)
SPAN = re.compile(
    r"\b(?:(?:last|past|previous)\s+)?(\d{1,3}|two|three|four|six|twelve)\s+(week|month|year)s?\b"
    r"|\blast (week|month|quarter|year)\b"
)
NUMBERS = {"two": 2, "three": 3, "four": 4, "six": 6, "twelve": 12}
WEEKS_IN = {"week": 1.0, "month": 52 / 12, "quarter": 13.0, "year": 52.0}
VERSUS = re.compile(r"\b(?:vs\.?|versus|compared (?:with|to)|compare|against|than)\b")
WORD = re.compile(r"[^\W_]+(?:[&'’/+-][^\W_]+)*&?", re.UNICODE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One name the organisation or the product knows: `phrase` as people type it, and what it means."""

    phrase: str
    kind: Kind
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Vocabulary:
    """Every name that a question may use."""

    terms: tuple[Term, ...]

    def of(self, kind: Kind) -> tuple[str, ...]:
        """The values of one kind, each once."""
        return tuple(dict.fromkeys(term.value for term in self.terms if term.kind == kind))


@dataclass(frozen=True, kw_only=True, slots=True)
class Understanding:
    """What was understood, and what was not.

    `unknown` are the words nobody could place, `suggestions` the questions that were probably meant. With either,
    the bot asks back instead of answering something else.
    """

    question: Question
    confidence: float
    unknown: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()


def understand(text: str, vocabulary: Vocabulary, last_week: date | None) -> Understanding:
    """Read a question. `last_week` is the Monday of the latest complete week, from which spans are counted."""
    plain = " ".join(text[:LONGEST].lower().split())
    if plain.strip(" ?!.") in {"help", "hi", "hello", "hey", "commands", "what can you do"}:
        return Understanding(question=Question(view="help", intent="help"), confidence=1.0)
    rest, weeks = _take_weeks(plain, last_week)
    comparing = VERSUS.search(rest) is not None
    found, unknown, sure = _place(VERSUS.sub(" and ", rest), vocabulary)
    by_kind = {kind: tuple(dict.fromkeys(t.value for t in found if t.kind == kind)) for kind in KINDS}
    departments = by_kind["department"]
    view = by_kind["view"][0] if by_kind["view"] else _default_view(departments, by_kind["metric"])
    question = Question(
        view=view,
        metrics=by_kind["metric"],
        departments=departments,
        tools=by_kind["tool"],
        weeks=weeks,
        intent="compare" if len(departments) > 1 or comparing else "show",
    )
    if unknown:
        return Understanding(
            question=question, confidence=0.3, unknown=unknown, suggestions=_suggest(unknown, vocabulary)
        )
    return Understanding(question=question, confidence=sure)


KINDS: tuple[Kind, ...] = ("view", "metric", "department", "tool")


def _default_view(departments: tuple[str, ...], metrics: tuple[str, ...]) -> str:
    del departments, metrics
    return "overview"


def _take_weeks(text: str, last_week: date | None) -> tuple[str, Weeks | None]:
    found = SPAN.search(text)
    if found is None or last_week is None:
        return text, None
    number, unit, single = found.groups()
    count = NUMBERS.get(number) or int(number) if number else 1
    length = max(1, round(count * WEEKS_IN[unit or single]))
    first = last_week - timedelta(weeks=length - 1)
    return text[: found.start()] + text[found.end() :], Weeks(first=first, last=last_week)


def _place(text: str, vocabulary: Vocabulary) -> tuple[list[Term], tuple[str, ...], float]:
    """Place every word: longest known phrase first, then abbreviations and typos of single words."""
    by_phrase = {_folded(term.phrase): term for term in reversed(vocabulary.terms)}
    longest = max((phrase.count(" ") + 1 for phrase in by_phrase), default=1)
    words = [_folded(word) for word in WORD.findall(text)]
    found: list[Term] = []
    unknown: list[str] = []
    confidence = 1.0
    at = 0
    while at < len(words):
        for size in range(min(longest, len(words) - at), 0, -1):
            term = by_phrase.get(" ".join(words[at : at + size]))
            if term:
                found.append(term)
                at += size
                break
        else:
            word = words[at]
            at += 1
            if word in FILLERS or not word:
                continue
            near = _near(word, by_phrase)
            if near:
                found.append(near)
                confidence = 0.8
            else:
                unknown.append(word)
    return found, tuple(unknown), confidence


def _folded(text: str) -> str:
    return utils.default_process(text).strip()


def _near(word: str, by_phrase: dict[str, Term]) -> Term | None:
    """The one term a word abbreviates or misspells; None when there is none, or more than one."""
    if len(word) >= 3:
        starts = {term.value: term for phrase, term in by_phrase.items() if phrase.startswith(word)}
        if len(starts) == 1:
            return next(iter(starts.values()))
    if len(word) < 4:
        return None
    close = process.extract(word, by_phrase.keys(), scorer=fuzz.ratio, score_cutoff=SURE, limit=3)
    values = {by_phrase[phrase].value: by_phrase[phrase] for phrase, _, _ in close}
    return next(iter(values.values())) if len(values) == 1 else None


def _suggest(unknown: tuple[str, ...], vocabulary: Vocabulary) -> tuple[str, ...]:
    phrase = " ".join(unknown)
    near = process.extract(
        phrase, [term.phrase for term in vocabulary.terms], scorer=fuzz.WRatio, score_cutoff=LIKELY, limit=8
    )
    by_phrase = {term.phrase: term.value for term in vocabulary.terms}
    return tuple(dict.fromkeys(by_phrase[name] for name, _, _ in near))[:3]
