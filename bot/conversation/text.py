"""Typed text as a row of words, folded so that case, accents, plurals and punctuation make no difference."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

LONGEST = 500
"""Characters of a question that are read: the longest sensible one has a tenth."""

CONTRACTED = (
    (re.compile(r"\b(what|who|how|where|when|why|it|that|there|here|let)['’]?s\b", re.IGNORECASE), r"\1 is"),
    (re.compile(r"n['’]t\b", re.IGNORECASE), " not"),
    (re.compile(r"['’]re\b", re.IGNORECASE), " are"),
    (re.compile(r"['’]ve\b", re.IGNORECASE), " have"),
    (re.compile(r"['’]ll\b", re.IGNORECASE), " will"),
    (re.compile(r"['’]m\b", re.IGNORECASE), " am"),
    (re.compile(r"['’](?:s|d)?(?=\W|$)", re.IGNORECASE), " "),
)
WORD = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d+(?:[.,]\d+)+|\d+(?:st|nd|rd|th)\b|\d{1,2}\.(?=\s+[^\W\d])"
    r"|[^\W_]+|[&+%]"
)
SYMBOLS = {"&": "and", "+": "and", "%": "percent"}

SPELT = {
    "licence": "license", "liscence": "license", "liscense": "license", "lisence": "license", "utilisation":
    "utilization", "programme": "program", "dept": "department", "depts": "department", "avg": "average", "pct":
    "percent", "wks": "week", "wk": "week", "mos": "month", "yr": "year", "yrs": "year", "qtr": "quarter",
    "v": "vs", "versus": "vs",
    "ppl": "people",
    "abteilung": "department",
    "abteilungen": "department",
    "nutzung": "usage",
    "kosten": "cost",
    "lizenzen": "license",
    "warum": "why",
    "vergleich": "compare", "utilized": "used", "utilised": "used", "renews": "renew", "analyse": "analyze",
}  # fmt: skip
"""Words that are spelt in several ways, and the one that is meant; British and American, and short for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """One word: as it was typed, folded, and without its plural."""

    raw: str
    word: str
    stem: str


def tokens(text: str) -> tuple[Token, ...]:
    """Return the words of what was typed, the first LONGEST characters of it."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST])
    for pattern, instead in CONTRACTED:
        plain = pattern.sub(instead, plain)
    return tuple(token(raw) for raw in WORD.findall(plain))


@lru_cache(maxsize=4096)
def token(raw: str) -> Token:
    """Return one word, folded."""
    word = SYMBOLS.get(raw) or folded(raw)
    return Token(raw=raw, word=word, stem=stem(word))


def phrase(text: str) -> tuple[str, ...]:
    """Return the stems of a phrase, as text is matched with it."""
    return tuple(each.stem for each in tokens(text))


def folded(text: str) -> str:
    """Return the text in lower case without accents; "ß" is "ss"."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in letters if not unicodedata.combining(each))


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """Return a word without its English plural, and in the one spelling that stands for several."""
    if word in SPELT:
        return SPELT[word]
    if len(word) <= 3 or word in unchanged():
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    cut = word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
    return SPELT.get(cut, cut)


@cache
def unchanged() -> frozenset[str]:
    """Return words that end in an s which is no plural."""
    return frozenset(phrases("words")["unchanged"])


@cache
def ordinary() -> frozenset[str]:
    """Return the stems of ordinary English words, which name nothing."""
    return frozenset(each for word in _listed("words.txt") for each in (word, stem(word)))


@lru_cache(maxsize=8192)
def is_ordinary(word: str) -> bool:
    """Tell whether a word is ordinary English, in any of its regular forms; what names a department nowhere is."""
    if word in of_departments():
        return False
    known = ordinary()
    bases = [word, stem(word)]
    for ending in ("ing", "ed", "er", "est", "ly", "d", "r"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            base = word.removesuffix(ending)
            bases += [base, f"{base}e", base[:-1] if base[-1] == base[-2] else base]
    return any(each in known for each in bases)


@cache
def of_departments() -> frozenset[str]:
    """Return single words that mean a kind of department and nothing else: "procurement", "nursing"."""
    words = {folded(form) for group in alike() for form in group if " " not in form}
    return frozenset(each for word in words if word not in ordinary() for each in (word, stem(word)))


@cache
def first_names() -> frozenset[str]:
    """Return given names, folded."""
    return frozenset(_listed("first_names.txt"))


@cache
def phrases(table: str) -> dict[str, tuple[str, ...]]:
    """Return one table of `phrases.toml`: what people say, by what they mean."""
    told = _phrases()[table]
    return {name: tuple(each) for name, each in told.items()}


@cache
def alike() -> tuple[tuple[str, ...], ...]:
    """Return groups of words that mean the same kind of department."""
    return tuple(tuple(group) for group in _phrases()["departments"]["alike"])


@cache
def _phrases() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "phrases.toml").read_text(encoding="utf-8"))


def _listed(name: str) -> list[str]:
    lines = (files(__package__) / name).read_text(encoding="utf-8").splitlines()
    return [folded(word) for line in lines if not line.startswith("#") for word in line.split()]
