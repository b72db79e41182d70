"""From what somebody typed to a Question: pure, and only as sure as the words allow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.conversation import topics
from bot.conversation.cues import by_of, cues, rank_of
from bot.conversation.following import Change, follow, is_followup
from bot.conversation.placing import BEFORE, TEAM, Placed, place
from bot.conversation.refusing import Why, asks_for_help, hostile, is_kind, names_somebody, refused
from bot.conversation.spelling import corrected, nearest_names
from bot.conversation.text import Token, is_ordinary, phrase, phrases, tokens
from bot.conversation.times import Span, read_times
from bot.conversation.vocabulary import (
    Vocabulary,
    called_metrics,
    called_views,
    general_words,
    kept,
    known_words,
)
from insights.catalogue import metrics, views
from insights.question import Intent, Question, Weeks

__all__ = ["Understanding", "Vocabulary", "understand"]

SURE, GUESSED, PARTLY, DOUBTFUL, LOST = 1.0, 0.8, 0.6, 0.45, 0.3
"""Confidence: every word placed; a slip put right; some words not understood; it may be meant otherwise; asked back."""
MOST_IDLE = 1
MOST_OFFERED = 4
TOLD_APART = ("depth", "proficiency", "tokens")
"""Views whose name wants explaining: "what is depth" asks for its meaning rather than for a number."""
SHORT = 4
"""Words of a question in which a strange one is what it is about."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Understanding:
    """What was understood, and what was not.

    `guessed` are words read as a name that they nearly spell, with that name. `unknown` are words that name nothing
    and without which there is no answer, `suggestions` the names that were probably meant: the bot then asks back.
    `unclear` are words with the several names they may mean. `ignored` are strange words that an answer does without.
    `why` says why it is declined. `teams` were named, and their departments are answered for.
    """

    question: Question
    confidence: float
    guessed: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    unclear: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ignored: tuple[str, ...] = ()
    why: Why | None = None
    teams: tuple[str, ...] = ()

    @property
    def asks_back(self) -> bool:
        """Whether there is a question back rather than an answer."""
        return bool(self.unknown or self.unclear)


GROUPS = frozenset({"team", "department", "division"})
DETERMINING = frozenset(phrases("words")["determining"])
FUNCTION = frozenset(phrases("words")["function"]) | DETERMINING
HELPING = Question(view="help", intent="help")
DECLINED = Question(view="help", intent="decline")


def understand(text: str, vocabulary: Vocabulary, today: date, context: Question | None = None) -> Understanding:
    """Read a question that is asked on the day `today`, in a thread whose last question was `context`."""
    vocabulary = kept(vocabulary)
    written = tokens(text)
    if vocabulary.terms.get(tuple(each.stem for each in written)) is None and (met := _met(text, written)):
        return met
    row, slips = corrected(written, vocabulary)
    span = read_times([each.word for each in row], today)
    placed = place(row, span.covered, vocabulary, slips)
    heard = _heard(row, placed, span)
    if declined := _declined(text, row, placed, heard, context):
        return Understanding(question=DECLINED, confidence=PARTLY if declined == "scope" else SURE, why=declined)
    if heard.helping and not context:
        return Understanding(question=HELPING, confidence=SURE)
    question = _question(heard, placed, span, context, row, today)
    return _weighed(question, heard, placed, row, vocabulary, context)


def _met(text: str, row: Sequence[Token]) -> Understanding | None:
    """Small talk, and what is hostile on the face of it."""
    stems = [each.stem for each in row]
    if hostile(text):
        return Understanding(question=DECLINED, confidence=SURE, why="rules")
    if is_kind([each.word for each in row]) or asks_for_help(" ".join(stems)):
        return Understanding(question=HELPING, confidence=SURE)
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Heard:
    """What the words say besides names: topics and metrics in the order of telling, cues, and words nobody knows."""

    views: tuple[str, ...]
    metrics: tuple[str, ...]
    measures: tuple[str, ...]
    cues: frozenset[str]
    stems: tuple[str, ...]
    strange: tuple[bool, ...]
    helping: bool = False
    idle: int = 0
    """Words with a meaning of their own that nothing was read from."""


MARKED = {"D": "DEPARTMENT", "L": "PLACE", "T": "TOOL", "M": "MODEL", "W": "TIME"}


def _heard(row: Sequence[Token], placed: Placed, span: Span) -> _Heard:
    stems = tuple(MARKED.get(mark, each.stem) for each, mark in zip(row, placed.marks, strict=True))
    found = topics.longest(topics.hits(stems, topics.topics()))
    own_views, measures = _own(stems, called_views()), _own(stems, called_metrics())
    same = {(each.first, each.last) for each in own_views}
    said = topics.longest(topics.hits(stems, cues()))
    views_said = [each.value for each in found] or list(filter(None, [topics.alone(" ".join(stems))]))
    order = list(topics.TOPICS)
    # What names a view asks for all of it; to rank by it takes one number.
    ids = tuple(each.value for each in measures if (each.first, each.last) not in same)
    ranked = sorted(dict.fromkeys(views_said), key=order.index)
    if placed.model and "models" not in ranked:
        ranked = sorted([*ranked, "models"], key=order.index)
    strange = tuple(
        not mark and each.stem not in known_words() and not is_ordinary(each.word) and not each.word[0].isdigit()
        for each, mark in zip(row, placed.marks, strict=True)
    )  # fmt: skip
    cue = {each.value for each in said}
    if _asks_meaning(stems, measures, found):
        cue |= {"explain", "meaning"}
    if span.ahead:
        cue.add("forecast")
    return _Heard(
        views=tuple(ranked)
        or tuple(each.value for each in own_views)
        or tuple(dict.fromkeys(home(each) for each in ids)),
        metrics=tuple(dict.fromkeys(ids)),
        measures=tuple(dict.fromkeys(each.value for each in measures)),
        cues=frozenset(cue),
        stems=stems,
        strange=strange,
        helping=asks_for_help(" ".join(stems)),
        idle=_idle(stems, [*found, *own_views, *measures, *said]),
    )


def _idle(stems: Sequence[str], read: Sequence[topics.Hit]) -> int:
    covered = {n for each in read for n in range(each.first, each.last)}
    return sum(n not in covered and not each.isupper() and each not in FUNCTION for n, each in enumerate(stems))


def _asks_meaning(stems: Sequence[str], *heard: Sequence[topics.Hit]) -> bool:
    """Tell whether the text asks what something is: "what is messages per session"."""
    if list(stems[:2]) not in (["what", "is"], ["what", "are"]):
        return False
    first = 3 if stems[2:3] and stems[2] in {"a", "an", "the"} else 2
    meaning = {*TOLD_APART, *metrics()}
    return any(
        each.first == first and each.last == len(stems) and each.value in meaning for hit in heard for each in hit
    )


def _own(stems: Sequence[str], called: Mapping[tuple[str, ...], str]) -> list[topics.Hit]:
    """The words of views, or of metrics, that stand in the text."""
    longest = max(map(len, called))
    found = []
    for at in range(len(stems)):
        for size in range(1, min(longest, len(stems) - at) + 1):
            value = called.get(tuple(stems[at : at + size]))
            if value is not None:
                found.append(topics.Hit(value=value, first=at, last=at + size))
    return topics.longest(found)


def home(metric: str) -> str:
    """Return the view that a metric is at home in: where it stands first, else the overview if that begins with it."""
    if metrics()[metric].across:
        return "tools"
    if views()["overview"].metrics[0] == metric:
        return "overview"
    general = {"overview", "tools", "departments"}
    places = [
        (each.id in general, each.metrics.index(metric), each.id) for each in views().values() if metric in each.metrics
    ]
    return min(places, default=(False, 0, "overview"))[2]


def _declined(text: str, row: Sequence[Token], placed: Placed, heard: _Heard, context: Question | None) -> Why | None:
    stems = " ".join(heard.stems)
    why = refused(stems, apart=by_of(stems) in ("department", "tool"))
    if why == "rules":
        return why
    if names_somebody(text, row, heard.strange):
        return "person"
    if context is not None and stems in {"who", "who is it", "which one is it", "who are these", "who are those"}:
        return "person"
    if why is not None:
        return why
    nothing = not (heard.views or heard.metrics or placed.departments or placed.tools or placed.locations)
    weak = {"than", "not_rank", "forecast", "table", "longer", *(() if by_of(stems) else ("rank",))}
    cue = heard.cues - weak
    if nothing and not cue and not placed.unclear and "TIME" not in heard.stems and context is None:
        odd = [n for n, each in enumerate(heard.strange) if each]
        if row and not any(_is_subject(n, heard.stems, row) for n in odd):
            return "scope"
    return None


def _question(
    heard: _Heard, placed: Placed, span: Span, context: Question | None, row: Sequence[Token], today: date
) -> Question:
    stems = " ".join(heard.stems)
    by = by_of(stems)
    intent = _intent(heard, placed, span)
    view = heard.views[0] if heard.views else ""
    if view == "changes" and len(heard.views) > 1 and intent == "explain":
        view = heard.views[1]
    if view == "departments" and heard.views[1:] == ("overview",) and heard.metrics:
        view = "overview"  # of active users by department, the number is asked for
    if placed.tools == ["openai-api"] and view == "licenses":
        view = "tokens"
    change = Change(
        view=view,
        metrics=tuple(
            each
            for each in (_measures(heard) if intent in ("rank", "explain") else heard.metrics)
            if metrics()[each].needs and _belongs(each, view)
        ),
        departments=tuple(placed.departments),
        locations=tuple(placed.locations),
        tools=tuple(placed.tools),
        weeks=span.weeks,
        compare=span.compare,
        intent=intent,
        by=by,
        cues=heard.cues,
        newest=newest_week(today),
    )
    if context is not None and is_followup(stems, change, [each.word for each in row]):
        return follow(context, change, stems)
    return _fresh(change, heard, stems)


VAGUE = frozenset({"seats_assigned", "prompts", "sessions", "messages"})
"""Counts that are called as their view is: "which teams have seats nobody uses" does not ask for them."""


def _measures(heard: _Heard) -> tuple[str, ...]:
    """The numbers that a ranking or an explanation is about."""
    return tuple(each for each in heard.measures if each in heard.metrics or each not in VAGUE)


def _belongs(metric: str, view: str) -> bool:
    """Tell whether a metric is one of the view that was named."""
    if metrics()[metric].across:
        return view in ("tools", "licenses", "")
    return view not in views() or metric in views()[view].metrics or not view


def _fresh(change: Change, heard: _Heard, stems: str) -> Question:
    """The question of words that stand for themselves."""
    view, intent = change.view, change.intent or "show"
    if len(change.tools) > 1 and view in ("", "overview"):
        view = "tools"
    if intent == "rank" and view in ("", "overview") and "active user" not in stems:
        view = "tools" if change.by == "tool" or "tool" in stems.split() else "departments"
    if intent == "rank" and view in ("changes", "status", "impact", "actions", "help"):
        intent = "show"
    if intent == "recommend" and view in ("", "changes", "departments", "impact"):
        view = "actions"
    if view == "tools" and intent == "rank" and not heard.cues & {"rank"}:
        intent = "show"
    weeks = change.weeks
    if view == "impact" and weeks and change.newest and weeks.first == weeks.last < change.newest:
        weeks = Weeks(first=weeks.first, last=change.newest)  # what something did shows from its day on
    if not view and change.by in ("department", "tool"):
        view = "departments" if change.by == "department" else "tools"
    by = change.by or ("department" if intent == "rank" and view != "tools" else None)
    return Question(
        view=view or "overview",
        metrics=change.metrics,
        departments=change.departments,
        locations=change.locations,
        tools=change.tools,
        weeks=weeks,
        compare=change.compare,
        intent=intent,
        by=by,
        rank=rank_of(stems) if intent == "rank" else None,
        table="table" in change.cues,
        meaning="meaning" in change.cues,
    )


def _intent(heard: _Heard, placed: Placed, span: Span) -> Intent | None:
    """What is to be done, by the words that say so; None where none does."""
    cue = heard.cues
    several = len(placed.departments) > 1 or len(placed.tools) > 1
    if "recommend" in cue:
        return "recommend"
    if "explain" in cue:
        return "explain"
    if "forecast" in cue:
        return "forecast"
    if (
        several
        or "compare" in cue
        or span.compare is not None
        or ("than" in cue and (placed.departments or span.weeks))
    ):
        return "compare"
    if "rank" in cue:
        return "rank"
    return None


def _weighed(
    question: Question,
    heard: _Heard,
    placed: Placed,
    row: Sequence[Token],
    vocabulary: Vocabulary,
    context: Question | None,
) -> Understanding:
    """The question with how sure it is; or a question back, where what it is about is not known."""
    del context
    odd = [n for n, each in enumerate(heard.strange) if each]
    lost = [n for n in odd if _is_subject(n, heard.stems, row)] or _teams_unknown(heard.stems)
    if lost:
        unknown = tuple(row[n].raw for n in lost)
        near = nearest_names(unknown, _offered(vocabulary))
        return Understanding(question=question, confidence=LOST, unknown=unknown, suggestions=near)
    if placed.unclear:
        return Understanding(question=question, confidence=LOST, unclear=tuple(placed.unclear))
    said = bool(heard.views or heard.metrics or placed.departments or placed.tools or placed.locations or heard.cues)
    known = said or "TIME" in heard.stems or not row
    confidence = GUESSED if placed.guessed else SURE
    if odd or not known:
        confidence = PARTLY
    if _is_doubtful(heard):
        confidence = DOUBTFUL
    if not known and not odd and heard.helping:
        return Understanding(question=HELPING, confidence=SURE)
    return Understanding(
        question=question,
        confidence=confidence,
        guessed=tuple(placed.guessed),
        ignored=tuple(row[n].raw for n in odd),
        teams=_teams(row, vocabulary, placed),
    )


def _is_doubtful(heard: _Heard) -> bool:
    """Tell whether the words speak of several things at once, or much of what was said is not used."""
    particular = set(heard.views) - {"overview", "departments", "tools"}
    wants = heard.cues & {"explain", "recommend", "forecast", "compare", "rank"}
    return len(particular) > 1 or len(wants) > 1 or heard.idle > MOST_IDLE


def _teams(row: Sequence[Token], vocabulary: Vocabulary, placed: Placed) -> tuple[str, ...]:
    """The teams that were named, whose departments are answered for."""
    stems = [each.stem for each in row]
    return tuple(
        team
        for team, department in vocabulary.teams
        if department in placed.departments
        and any(tuple(stems[n : n + len(phrase(team))]) == phrase(team) for n in range(len(stems)))
    )


def _teams_unknown(stems: Sequence[str]) -> list[int]:
    """Where a team is named by a word that is no department's: "the planning team"."""
    return [
        n
        for n, after in enumerate(stems[1:])
        if after in GROUPS
        and not stems[n].isupper()
        and stems[n] not in DETERMINING | general_words()
        and not stems[n].isdigit()
    ]


def _is_subject(at: int, stems: Sequence[str], row: Sequence[Token]) -> bool:
    """Tell whether a strange word stands where a name would: the question is then about something unknown."""
    before = stems[at - 1] if at else ""
    after = stems[at + 1] if at + 1 < len(stems) else ""
    if len(row) <= SHORT or after in TEAM or before in BEFORE:
        return True
    return before in {"is", "does", "did", "has", "are", "do"} or (before == "the" and after in {"", *TEAM})


def _offered(vocabulary: Vocabulary) -> tuple[str, ...]:
    return (*vocabulary.departments, *vocabulary.locations, *views(), *(tool for tool in vocabulary.tools))


def newest_week(today: date) -> date:
    """Return the Monday of the last week that is over."""
    return today - timedelta(days=today.weekday() + 7)


def remembered(understanding: Understanding) -> Question | None:
    """Return the question that a thread keeps as its context; None where there was none to go on from."""
    question = understanding.question
    if understanding.asks_back or question.intent in ("help", "decline"):
        return None
    return question


# Some thousand patterns are compiled when they are first needed: here, so that nobody's first question waits for it.
understand("how is it compared with last month", Vocabulary(), date(2026, 1, 5))
