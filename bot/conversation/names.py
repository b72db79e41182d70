"""What people call a department besides its name: short forms, parts of it, and the usual words for what it does.

The usual words are the same in any organisation, in English and in the languages that its names may be in. They name a
department only where the directory has one to which they belong.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from bot.conversation.text import alike, ordinary, phrase, phrases, stem

JOINING = frozenset(phrases("words")["joining"])
NO_PART = frozenset(phrases("words")["shared"])
SHORTEST_INITIALS = 2
SHORTEST_WORK = 3
WORKING = (("ing", "er"), ("ion", "or"), ("y", "ist"), ("ic", "ician"))
"""How what is done ends, and how whoever does it."""


def called(names: Sequence[str]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return what departments are called: stems of a phrase, and the names that it may mean.

    What is exactly one's name means that one, then its own short forms, then parts of it, then the usual words,
    then who works there: "animators".
    """
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    own = {name: phrase(name) for name in names}
    for forms in (_whole(own), _short(own), _parts(own), _alike(own), _people(own)):
        layer: dict[tuple[str, ...], list[str]] = {}
        for form, name in forms:
            if form and form not in found and name not in layer.setdefault(form, []):
                layer[form].append(name)
        found |= {form: tuple(those) for form, those in layer.items() if those}
    return found


Forms = Iterator[tuple[tuple[str, ...], str]]


def _whole(own: Mapping[str, tuple[str, ...]]) -> Forms:
    for name, words in own.items():
        yield words, name
        without = tuple(word for word in words if word != "and")
        if without != words and len(without) > 1:
            yield without, name


def _short(own: Mapping[str, tuple[str, ...]]) -> Forms:
    """Initials, joined words, and "ops" for operations inside of a longer name."""
    for name, words in own.items():
        meaning = [word for word in words if word not in JOINING]
        initials = "".join(word[0] for word in meaning)
        if len(meaning) >= SHORTEST_INITIALS and (initials not in ordinary() or initials == "it"):
            yield (initials,), name
        if len(words) > 1:
            yield (stem("".join(words)),), name
        if "and" in words:  # "Q&S" as well as "QS"
            yield tuple(word if word == "and" else word[0] for word in words if word == "and" or word in meaning), name
        for forms in _alike_forms():
            for form in forms:
                at = _within(form, words) if len(words) > len(form) else None
                if at is not None:
                    for other in forms:
                        if other != form and len(other) == 1:
                            yield (*words[:at], *other, *words[at + len(form) :]), name


def _parts(own: Mapping[str, tuple[str, ...]]) -> Forms:
    """Single words of a longer name, and its first words."""
    for name, words in own.items():
        if len(words) > 1:
            for word in words:
                if word not in JOINING | NO_PART and len(word) > 1:
                    yield (word,), name
            for size in range(2, len(words)):
                yield words[:size], name


def _alike(own: Mapping[str, tuple[str, ...]]) -> Forms:
    """The usual words for departments that are called by another of them, as a whole or to begin with."""
    for forms in _alike_forms():
        exact = [name for name, words in own.items() if words in forms]
        those = exact or [name for name, words in own.items() if any(_within(form, words) == 0 for form in forms)]
        for name in those:
            yield from ((form, name) for form in forms)


@cache
def _alike_forms() -> tuple[tuple[tuple[str, ...], ...], ...]:
    return tuple(tuple(phrase(each) for each in group) for group in alike())


def _people(own: Mapping[str, tuple[str, ...]]) -> Forms:
    """Who works there, by the last word of the name: "artists" of Art, "animators" of Animation."""
    for name, words in own.items():
        last = words[-1] if words else ""
        if len(last) < SHORTEST_WORK or last in NO_PART:
            continue
        made = [f"{last}ist", f"{last}er"]
        made += [f"{last.removesuffix(end)}{instead}" for end, instead in WORKING if last.endswith(end)]
        yield from (((form,), name) for form in made if form not in ordinary())


def _within(form: tuple[str, ...], words: tuple[str, ...]) -> int | None:
    size = len(form)
    return next((at for at in range(len(words) - size + 1) if words[at : at + size] == form), None)
