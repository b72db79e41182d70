"""The names a question may use: the organisation's departments, teams and locations, and the product's own words."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Literal

from bot.answers.history import VIEW as BASELINE
from bot.answers.history import WORDS
from bot.answers.wording import TOOL_NAMES, tool_name
from bot.conversation.cues import CUES
from bot.conversation.names import called
from bot.conversation.text import ordinary, phrase, phrases, stem, tokens
from bot.conversation.times import TIME_WORDS
from bot.conversation.topics import TOPICS, words_of
from insights.basis import Basis
from insights.catalogue import metrics, views
from insights.weekly import UNMAPPED
from storage.periods import period_tools
from storage.reading import departments, places, tools

Kind = Literal["department", "location", "tool"]

TOOL_WORDS = phrases("tools")
"""What people call a tool besides its name. A word that two tools share means the one that there is data about, the
first of them where that leaves both."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One phrase, as stems, and what it may mean: values of one kind, several where it is ambiguous."""

    phrase: tuple[str, ...]
    kind: Kind
    values: tuple[str, ...]
    exact: bool = False


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """Every name that a question may use: of one organisation, and as far as whoever asks may know them.

    `teams` tells to which department a team belongs. `tools` are those there is data about.
    """

    departments: tuple[str, ...] = ()
    teams: tuple[tuple[str, str], ...] = ()
    locations: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()

    @cached_property
    def terms(self) -> dict[tuple[str, ...], Term]:
        """Every phrase with what it means; where several kinds share one the organisation's own names come first."""
        found: dict[tuple[str, ...], Term] = {}
        for each in (*self._places(), *self._tools()):
            if each.phrase:
                found.setdefault(each.phrase, each)
        return found

    def _places(self) -> Iterator[Term]:
        own = {phrase(name) for name in self.departments}
        names = called(self.departments)
        for form, those in names.items():
            if form in own:
                yield Term(phrase=form, kind="department", values=those, exact=True)
        for team, department in self.teams:
            yield Term(phrase=phrase(team), kind="department", values=(department,))
        for location in self.locations:
            yield Term(phrase=phrase(location), kind="location", values=(location,), exact=True)
        tools = {form for name in (*TOOL_NAMES.values(), *TOOL_NAMES) if (form := phrase(name))}
        for form, those in names.items():
            if form not in own and form not in tools:
                yield Term(phrase=form, kind="department", values=those)

    def _tools(self) -> Iterator[Term]:
        every = tuple(dict.fromkeys((*self.tools, *(each for each in TOOL_NAMES if each != "*"))))
        for tool in every:
            for word in (tool, tool_name(tool)):
                if word != "copilot" or {"copilot", "github-copilot"} & set(self.tools) != {"github-copilot"}:
                    yield Term(phrase=phrase(word), kind="tool", values=(tool,), exact=True)
        for tool in sorted(every, key=lambda each: (each not in self.tools, each == "chatgpt")):
            for word in TOOL_WORDS.get(tool, ()):
                yield Term(phrase=phrase(word), kind="tool", values=(tool,))

    @cached_property
    def names(self) -> frozenset[str]:
        """Every word of the organisation's and the tools' names, as written and as stems."""
        written = {each.word for name in self.departments for each in tokens(name)}
        return frozenset({word for form in self.terms for word in form if len(word) > 2} | written)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word that some phrase of ours uses: what a misspelt word may have been meant to be."""
        forms = (*called_views(), *called_metrics())
        told = {word for form in forms for word in form if len(word) > 2} | general_words()
        return self.names | told | {f"{word}s" for word in told}

    @cached_property
    def words_of_tools(self) -> frozenset[str]:
        """The stems that tools are called by, where they are single words."""
        return frozenset(form[0] for form, term in self.terms.items() if term.kind == "tool" and len(form) == 1)

    @cached_property
    def longest(self) -> int:
        """The most words that a phrase has."""
        return max((len(form) for form in self.terms), default=1)

    @cached_property
    def by_word(self) -> dict[str, tuple[str, ...]]:
        """Each word of a department's name, with the departments that have it."""
        found: dict[str, tuple[str, ...]] = {}
        for name in self.departments:
            for word in phrase(name):
                found[word] = (*found.get(word, ()), name)
        return found


@cache
def general_words() -> frozenset[str]:
    """Return the stems of the words of topics, cues and times."""
    topics = [each for phrases in TOPICS.values() for each in phrases]
    cues = [each for phrases in CUES.values() for each in phrases]
    return words_of(topics) | words_of(cues) | frozenset(stem(word) for word in TIME_WORDS)


@cache
def plain_words() -> frozenset[str]:
    """Return the stems that are no name: ordinary English, and the words of topics and cues."""
    forms = (*called_views(), *called_metrics())
    return ordinary() | general_words() | frozenset(word for form in forms for word in form)


@cache
def known_words() -> frozenset[str]:
    """Return the stems of every word that is understood, or met with a refusal: those that are no stranger."""
    refused = [each for said in (*phrases("refused").values(), *phrases("talk").values()) for each in said]
    return plain_words() | words_of(refused)


@cache
def called_views() -> dict[tuple[str, ...], str]:
    """Return the words that views bring themselves, as stems, with the view's id."""
    return {phrase(word): view.id for view in views().values() for word in (view.id, view.title, *view.words)} | {
        phrase(word): BASELINE for word in WORDS if word != "before"
    }


@cache
def called_metrics() -> dict[tuple[str, ...], str]:
    """Return the words that metrics bring themselves, as stems, with the metric's id."""
    return {phrase(word): metric.id for metric in metrics().values() for word in (metric.title, *metric.words)}


def vocabulary_of(basis: Basis) -> Vocabulary:
    """Return the names that may be used on this basis: it tells of no department that the asker may not see."""
    visible = basis.visible
    names = [name for name in departments(basis.store) if visible is None or name in visible]
    teams, locations = places(basis.store, basis.min_group_size)
    vocabulary = Vocabulary(
        departments=(*names, UNMAPPED) if visible is None else tuple(names),
        teams=tuple((team, department) for team, department in teams if department in names),
        locations=locations,
        tools=tuple(sorted({*tools(basis.store), *period_tools(basis.store)})),
    )
    return kept(vocabulary)


@lru_cache(maxsize=16)
def kept(vocabulary: Vocabulary) -> Vocabulary:
    """Return an equal vocabulary whose phrases are worked out, once for every organisation and right."""
    _ = vocabulary.terms, vocabulary.words, vocabulary.by_word, vocabulary.longest
    return vocabulary
