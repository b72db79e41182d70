"""What people call a department besides its name: short forms, parts of it, and the usual words for what it does.

The usual words are the same in any organisation, in English and in the languages that its names may be in. They name a
department only where the directory has one to which they belong.
"""

from collections.abc import Iterator, Mapping, Sequence

from bot.conversation.text import alike, ordinary, phrase, phrases

JOINING = frozenset(phrases("words")["joining"])
NO_PART = frozenset(phrases("words")["shared"])
SHORTEST_INITIALS = 2


def called(names: Sequence[str]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return what departments are called: stems of a phrase, and the names that it may mean.

    What is exactly one's name means that one, then its own short forms, then parts of it, then the usual words.
    """
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    own = {name: phrase(name) for name in names}
    for forms in (_whole(own), _short(own), _parts(own), _alike(own)):
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
            yield ("".join(words),), name
        for group in alike():
            forms = [phrase(each) for each in group]
            for form in forms:
                at = _within(form, words)
                if at is not None and len(words) > len(form):
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
    for group in alike():
        forms = [phrase(each) for each in group]
        exact = [name for name, words in own.items() if words in forms]
        those = exact or [name for name, words in own.items() if any(_within(form, words) == 0 for form in forms)]
        for name in those:
            yield from ((form, name) for form in forms)


def _within(form: tuple[str, ...], words: tuple[str, ...]) -> int | None:
    size = len(form)
    return next((at for at in range(len(words) - size + 1) if words[at : at + size] == form), None)
