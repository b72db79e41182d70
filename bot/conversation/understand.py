"""From what somebody typed to a Question: pure, and only as sure as the words allow."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from rapidfuzz import process, utils
from rapidfuzz.distance import OSA

from insights.question import Question, Weeks

Kind = Literal["view", "metric", "department", "tool"]

LIKELY = 0.55
"""From this likeness (0..1, optimal string alignment) on a name is worth offering."""
SURE = 0.9
LONGEST = 520
SHORTEST_START = 3
SHORTEST_TYPO = 4
LONG_WORD = 8

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
COMPARING = frozenset({"against", "compare", "compared", "than", "versus", "vs"})
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

    `guessed` are words read as a name that they nearly spell, with that name. `unknown` are the words nobody could
    place, `suggestions` the names that were probably meant: the bot then asks back instead of answering something else.
    """

    question: Question
    confidence: float
    guessed: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()


def understand(text: str, vocabulary: Vocabulary, last_week: date | None) -> Understanding:
    """Read a question. `last_week` is the Monday of the latest complete week, from which spans are counted."""
    plain = " ".join(text[:LONGEST].lower().split())
    if plain.strip(" ?!.") in {"help", "hi", "hello", "hey", "commands", "what can you do"}:
        return Understanding(question=Question(view="help", intent="help"), confidence=1.0)
    if plain.strip(" ?!.") in {"status", "data status", "freshness", "how fresh is the data"}:
        return Understanding(question=Question(view="status"), confidence=1.0)
    rest, weeks = _take_weeks(plain, last_week)
    placed = _place(rest, vocabulary)
    by_kind = {kind: tuple(dict.fromkeys(t.value for t in placed.found if t.kind == kind)) for kind in KINDS}
    departments = by_kind["department"]
    view = by_kind["view"][0] if by_kind["view"] else "overview"
    question = Question(
        view=view,
        metrics=by_kind["metric"],
        departments=departments,
        tools=by_kind["tool"],
        weeks=weeks,
        intent="compare" if len(departments) > 1 or len(by_kind["tool"]) > 1 or placed.comparing else "show",
    )
    if placed.unknown:
        unknown = tuple(placed.unknown)
        suggestions = _suggest(unknown, vocabulary)
        return Understanding(question=question, confidence=0.3, unknown=unknown, suggestions=suggestions)
    return Understanding(question=question, confidence=0.8 if placed.guessed else 1.0, guessed=tuple(placed.guessed))


KINDS: tuple[Kind, ...] = ("view", "metric", "department", "tool")


def _take_weeks(text: str, last_week: date | None) -> tuple[str, Weeks | None]:
    found = SPAN.search(text)
    if found is None or last_week is None:
        return text, None
    number, unit, single = found.groups()
    count = NUMBERS.get(number) or int(number) if number else 1
    length = max(1, round(count * WEEKS_IN[unit or single]))
    first = last_week - timedelta(weeks=length - 1)
    return text[: found.start()] + text[found.end() :], Weeks(first=first, last=last_week)


@dataclass(kw_only=True, slots=True)
class _Placed:
    """What the words of a question were: names, guesses with the word they stand for, strangers, a comparison."""

    found: list[Term] = field(default_factory=list)
    guessed: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    comparing: bool = False

    def word(self, word: str, by_phrase: dict[str, Term]) -> None:
        """Place one word that begins no known phrase: a filler, an abbreviation, a typo, or a stranger."""
        if word in FILLERS or word in COMPARING:
            self.comparing = self.comparing or word in COMPARING
        elif near := _abbreviated(word, by_phrase):
            self.found.append(near)
        elif near := _misspelt(word, by_phrase):
            self.found.append(near)
            self.guessed.append((word, near.phrase))
        else:
            self.unknown.append(word)


def _place(text: str, vocabulary: Vocabulary) -> _Placed:
    """Place every word: longest known phrase first, then abbreviations and typos of single words."""
    by_phrase = {_folded(term.phrase): term for term in reversed(vocabulary.terms)}
    longest = max((phrase.count(" ") + 1 for phrase in by_phrase), default=1)
    words = [word for written in WORD.findall(text) for word in _folded(written).split()]
    placed = _Placed()
    at = 0
    while at < len(words):
        for size in range(min(longest, len(words) - at), 0, -1):
            term = by_phrase.get(" ".join(words[at : at + size]))
            if term:
                placed.found.append(term)
                at += size
                break
        else:
            placed.word(words[at], by_phrase)
            at += 1
    return placed


def _folded(text: str) -> str:
    return " ".join(utils.default_process(text).split())


def _abbreviated(word: str, by_phrase: dict[str, Term]) -> Term | None:
    """The one department or tool that begins with these three letters or more; None when several do."""
    if len(word) < SHORTEST_START:
        return None
    starts = {
        term.value: term
        for phrase, term in by_phrase.items()
        if term.kind in ("department", "tool") and phrase.startswith(word)
    }
    return next(iter(starts.values())) if len(starts) == 1 else None


def _misspelt(word: str, by_phrase: dict[str, Term]) -> Term | None:
    """The one name that is a slip of the finger away (two in a long word); None when there is none, or several."""
    if len(word) < SHORTEST_TYPO:
        return None
    slips = 1 if len(word) < LONG_WORD else 2
    close = process.extract(word, by_phrase.keys(), scorer=OSA.distance, score_cutoff=slips, limit=None)
    least = min((distance for _, distance, _ in close), default=None)
    values = {by_phrase[phrase].value: by_phrase[phrase] for phrase, distance, _ in close if distance == least}
    return next(iter(values.values())) if len(values) == 1 else None


def _suggest(unknown: tuple[str, ...], vocabulary: Vocabulary) -> tuple[str, ...]:
    """The names nearest to the unknown words, each as people write it, departments first among equals."""
    phrase = " ".join(unknown)
    near: dict[str, float] = {}
    for term in vocabulary.terms:
        likeness = max(
            _likeness(each, part)
            for each in (phrase, *unknown)
            for part in (_folded(term.phrase), *_folded(term.phrase).split())
            if part
        )
        near[term.phrase] = max(likeness, near.get(term.phrase, 0.0))
    ranked = sorted((item for item in near.items() if item[1] >= LIKELY), key=lambda item: -item[1])
    return tuple(name for name, _ in ranked[:3])


def _likeness(word: str, name: str) -> float:
    """How alike two words are, 0..1; a word that begins with a name, or a name with it, is likely meant."""
    if min(len(word), len(name)) >= SHORTEST_TYPO and (word.startswith(name) or name.startswith(word)):
        return SURE
    return OSA.normalized_similarity(word, name)
