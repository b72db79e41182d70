"""Which words of a question name something: departments, locations, tools, models, and what the product measures."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.conversation.spelling import starts
from bot.conversation.text import Token, is_ordinary, phrases
from bot.conversation.topics import names_view
from bot.conversation.vocabulary import Term, Vocabulary, plain_words

BEFORE = frozenset(phrases("words")["before"])
TEAM = frozenset(phrases("words")["team"])
PLAIN_BEFORE = frozenset({"in", "within", "vs", "against", "than", "at", "about"})
MODEL = re.compile(
    r"\bgpt (?:\d\w*(?:[.,]\d+)*(?: (?:mini|turbo|nano|pro))?|oss)\b|\bgpt\d\w*\b"
    r"|\bo[134] ?(?:mini|pro|preview)?\b(?! clock)"
    r"|\b(?:claude )?(?:\d(?:[.,]\d)? )?(?:sonnet|opus|haiku)(?: \d(?:[.,]\d)?)?\b"
    r"|\bgemini (?:\d(?:[.,]\d)?|pro|flash|ultra)(?: (?:pro|flash))?\b"
    r"|\bllama\b|\bmistral\b|\bclaude \d(?:[.,]\d)?\b"
)
"""What models are called: "gpt-4o mini", "sonnet 4", "o3"."""


@dataclass(kw_only=True, slots=True)
class Placed:
    """What the words of a text name. `marks` has a letter for every word: D, L, T, M (model), W (weeks), or ''."""

    departments: list[str] = field(default_factory=list)
    locations: list[str] = field(default_factory=list)
    tools: list[str] = field(default_factory=list)
    unclear: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    guessed: list[tuple[str, str]] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    model: bool = False


def place(
    row: Sequence[Token], taken: Sequence[tuple[int, int]], vocabulary: Vocabulary, slips: dict[int, str]
) -> Placed:
    """Place the words of the row, longest phrase first. `taken` are words (from, to) that tell a time."""
    placed = Placed(marks=[""] * len(row))
    for first, last in taken:
        placed.marks[first:last] = ["W"] * (last - first)
    _models(row, placed)
    at = 0
    while at < len(row):
        at = _named(row, at, vocabulary, slips, placed) or at + 1
    return placed


def _models(row: Sequence[Token], placed: Placed) -> None:
    text = " ".join(each.word for each in row)
    for match in MODEL.finditer(text):
        first = text[: match.start()].count(" ")
        last = first + match[0].strip().count(" ") + 1
        if not any(placed.marks[first:last]):
            placed.marks[first:last] = ["M"] * (last - first)
            placed.model = True


def _named(row: Sequence[Token], at: int, vocabulary: Vocabulary, slips: dict[int, str], placed: Placed) -> int:
    """Place the longest name that begins here; return where it ends, 0 where none does."""
    for size in range(min(vocabulary.longest, len(row) - at), 0, -1):
        if any(placed.marks[at : at + size]):
            continue
        term = vocabulary.terms.get(tuple(each.stem for each in row[at : at + size]))
        if term is None:
            continue
        if term.kind == "department" and not _meant(row, at, size, term, vocabulary):
            continue
        _note(term, at, size, row, slips, placed)
        return at + size
    return _abbreviated(row, at, vocabulary, placed)


def _note(term: Term, at: int, size: int, row: Sequence[Token], slips: dict[int, str], placed: Placed) -> None:
    written = " ".join(slips.get(n, row[n].word) for n in range(at, at + size))
    if (
        term.kind in ("department", "location")
        and at + size < len(row)
        and row[at + size].stem in TEAM - {"people", "unit"}
    ):
        size += 1  # the team of "sales team" says nothing more
    placed.marks[at : at + size] = [{"department": "D", "location": "L", "tool": "T"}[term.kind]] * size
    if len(term.values) > 1:
        placed.unclear.append((written, term.values))
        return
    value = term.values[0]
    into = {"department": placed.departments, "location": placed.locations, "tool": placed.tools}[term.kind]
    if value not in into:
        into.append(value)
    if any(n in slips for n in range(at, at + size)):
        placed.guessed.append((written, value))


def _meant(row: Sequence[Token], at: int, size: int, term: Term, vocabulary: Vocabulary) -> bool:
    """Tell whether a department is meant by a word that is an ordinary one too: "people", "it", "data"."""
    word = row[at].stem
    if size > 1 or len(row) == 1 or (word not in plain_words() and word not in vocabulary.words_of_tools):
        return True
    before = row[at - 1].stem if at else ""
    after = row[at + 1].stem if at + 1 < len(row) else ""
    if word == "it":
        capital = row[at].raw == "IT" and not all(each.raw.isupper() for each in row)
        return capital or after in TEAM - {"people", "office"} or (before in {"in", "within", "vs"} and not after)
    if after in (TEAM | {"vs"}) - {"people", "office", "folk"} or row[at].raw.isupper():
        return True
    if before == "how" or (
        after in {"use", "using", "are", "who", "is"} and not (term.exact and before in {"is", "does"})
    ):
        return False
    capital = row[at].raw[:1].isupper() and at > 0 and sum(each.raw[:1].isupper() for each in row) <= len(row) / 2
    pair = at == 0 and len(row) == 2 and not names_view(f"{word} {after}")
    # A button asks "tools Small": a view, and a department by its own name.
    pair = pair or (at > 0 and not after and term.exact and names_view(" ".join(each.stem for each in row[:at])))
    return capital or before in PLAIN_BEFORE or pair


def _abbreviated(row: Sequence[Token], at: int, vocabulary: Vocabulary, placed: Placed) -> int:
    """Place strange words that begin words of a department's name: "eng", "cust succ", "mktg"."""
    those: set[str] = set()
    end = at
    while end < len(row) and not placed.marks[end]:
        word = row[end]
        if those & set(goes_on := vocabulary.by_word.get(word.stem, ())):
            found = set(goes_on)  # "med records": an ordinary word, but of the name that has begun
        elif word.stem in plain_words() or is_ordinary(word.word) or not (found := set(starts(word.word, vocabulary))):
            break
        if those and not those & found:
            break
        those = those & found if those else found
        end += 1
    if not those:
        return 0
    written = " ".join(each.word for each in row[at:end])
    placed.marks[at:end] = ["D"] * (end - at)
    if len(those) > 1:
        placed.unclear.append((written, tuple(name for name in vocabulary.departments if name in those)))
    elif (name := those.pop()) not in placed.departments:
        placed.departments.append(name)
    return end
