"""Slips of the finger, and short forms: which known word a strange one was meant to be."""

from collections.abc import Collection, Sequence
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.conversation.text import Token, is_ordinary, stem
from bot.conversation.vocabulary import Vocabulary, known_words

SHORTEST_TYPO = 4
LONG_WORD = 8
SHORTEST_START = 3
VOWELS = frozenset("aeiou")


def corrected(row: Sequence[Token], vocabulary: Vocabulary) -> tuple[tuple[Token, ...], dict[int, str]]:
    """Return the words with slips put right, and which word stood where one was."""
    known = known_words() | vocabulary.words
    out, slips = list(row), dict[int, str]()
    for at, each in enumerate(row):
        if each.stem in known or each.word in known or is_ordinary(each.word) or not _may_be_slip(each.word):
            continue
        if (each.stem,) in vocabulary.terms or starts(each.word, vocabulary):
            continue
        if meant := _nearest(each.word, vocabulary):
            out[at] = Token(raw=each.raw, word=meant, stem=stem(meant))
            slips[at] = each.word
    return tuple(out), slips


def _may_be_slip(word: str) -> bool:
    return word.isalpha() and len(word) >= SHORTEST_TYPO


@lru_cache(maxsize=2048)
def _nearest(word: str, vocabulary: Vocabulary) -> str | None:
    """The one word that is a slip away, in a long name also two; an organisation's own before ordinary ones."""
    own = 1 if len(word) < LONG_WORD else 2
    for words, most in ((vocabulary.names, own), (vocabulary.words, 1), (known_words(), 1)):
        if meant := _closest(word, words, most, vocabulary):
            return meant
    return None


def _closest(word: str, words: Collection[str], most: int, vocabulary: Vocabulary) -> str | None:
    near = [
        (distance, each)
        for each, distance, _ in process.extract(word, words, scorer=OSA.distance, score_cutoff=most, limit=8)
        if len(each) >= SHORTEST_TYPO - 1 and (_begins_alike(word, each) or (distance == 1 and len(word) >= LONG_WORD))
    ]
    least = min((distance for distance, _ in near), default=None)
    nearest = sorted(each for distance, each in near if distance == least)
    return nearest[-1] if len({_meaning(stem(each), vocabulary) for each in nearest}) == 1 else None


def _meaning(word: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """What a word stands for: "Produktion" and "production" may be the same department."""
    term = vocabulary.terms.get((word,))
    return term.values if term else (word,)


def _begins_alike(word: str, meant: str) -> bool:
    """A slip seldom takes the first letter."""
    return meant[0] == word[0] or sorted(meant) == sorted(word)


def starts(word: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the departments that have a word which this one begins or, without vowels, abbreviates."""
    if len(word) < SHORTEST_START:
        return ()
    clipped = not VOWELS & set(word[1:])
    return tuple(
        dict.fromkeys(
            name
            for whole, names in vocabulary.by_word.items()
            if whole.startswith(word) or (clipped and whole[0] == word[0] and _runs_through(word, whole))
            for name in names
        )
    )


def _runs_through(word: str, whole: str) -> bool:
    rest = iter(whole)
    return all(letter in rest for letter in word)


def nearest_names(words: Sequence[str], names: Sequence[str], most: int = 3) -> tuple[str, ...]:
    """Return the names most like any of the words, the likest first."""
    scored: dict[str, float] = {}
    for name in names:
        parts = [name.lower(), *name.lower().split()]
        scored[name] = max((_likeness(word.lower(), part) for word in words for part in parts), default=0.0)
    ranked = sorted((item for item in scored.items() if item[1] >= LIKELY), key=lambda item: -item[1])
    return tuple(name for name, _ in ranked[:most])


LIKELY = 0.55
"""From this likeness (0..1, optimal string alignment) on a name is worth offering."""
SURE = 0.9


def _likeness(word: str, name: str) -> float:
    """How alike two words are, 0..1; a word that begins with a name, or a name with it, is likely meant."""
    if min(len(word), len(name)) >= SHORTEST_TYPO and (word.startswith(name) or name.startswith(word)):
        return SURE
    return OSA.normalized_similarity(word, name)
