"""Follow-ups: what a few more words change in the question before them."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.conversation.cues import rank_of
from insights.question import By, Intent, Question, Weeks

OPENS = re.compile(
    r"(?:and|or|but|also|then|plus|what about|how about|same|only|just|now|for|in|by|as|vs|per|with|without|on|at"
    r"|against|instead|ok|okay|so|compare (?:it|that|this|them|these|those)|compare (?:to|with)|compared (?:to|with)"
    r"|show (?:me )?(?:it|that|this|them|the same)|do (?:it|that|the same)|give me (?:it|that|them)|make it|why"
    r"|how come|what can|what could|what should|what do we do|excluding|split|break|longer|table|worst|best|top"
    r"|bottom|since|last|past|during|over|through|throughout|within|all|everyone|whole|the)\b"
)
"""How a few words open that lean on the question before them."""
JOINS = re.compile(
    r"(?:and|but|or|also|what about|how about|same|only|just|compare (?:it|that|this|them)|compare (?:to|with))\b"
)
BESIDE = re.compile(
    r"(?:is|are|was|were|does|do|did) DEPARTMENT(?: DEPARTMENT)*(?: \w+)? "
    r"(?:better|worse|higher|lower|deeper|the same|similar)$"
)
"""A department set beside the one that was spoken of."""
ASKS = re.compile(
    r"(?:how|what|which|who|where|when|is|are|was|were|do|does|did|has|have|will|can|could|should|show|give|tell"
    r"|list|compare|plot|chart|graph|i|we|let|anything|any|rank|explain|forecast)\b"
)
POINTS = re.compile(r"\b(?:it|that|them|these|those|there|they|same|their|theirs)\b")
NO_POINT = re.compile(r"\b(?:use|uses|using|used|adopt\w*|is) it\b|it (?:used|worth)\b")
"""Where "it" is whatever AI tool there is."""
ALONE = re.compile(
    r"(?:but |and |ok |okay |so )*(?:why|how come|what explain \w+|explain|explain (?:that|this|it|more|please)"
    r"|reason|what now|now what|and now|so what|tell me more|more|go on|details?|more details?"
    r"|why (?:is|are|did|was|not|though|so|that)?(?: \w+){0,3})$"
)
ADVISED = re.compile(
    r"what (?:can|could|should|do|to|would)\b.*\b(?:do|recommend|suggest|try)|what next|next step|recommend|suggest"
    r"|advice|how (?:can|do|could|should) (?:we|i|they) (?:fix|improve|change)(?: (?:it|that|this))?$"
    r"|(?:fix|improve) (?:it|that|this)"
)
STEPS = (14, 26, 52, 104)
WHOLE = ("overview", "departments", "tools")
FEW = 4
"""Words that are too few for a question that stands for itself."""
TALK = frozenset({"help", "status"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What the words of one text name, before it is known whether they stand for themselves. '' and () are unnamed."""

    view: str = ""
    metrics: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    weeks: Weeks | None = None
    compare: Weeks | None = None
    intent: Intent | None = None
    by: By | None = None
    cues: frozenset[str] = frozenset()
    newest: date | None = None
    """The Monday of the last week that is over, up to which "longer" reaches."""


def is_followup(stems: str, change: Change, words: list[str]) -> bool:
    """Tell whether the words lean on the question before: they open so, point at it, or are too few for a question."""
    if change.view in TALK:
        return False
    pointing = POINTS.search(stems) is not None and NO_POINT.search(stems) is None
    named = change.departments or change.view or change.tools
    asking = ALONE.match(stems) or (ADVISED.search(stems) and not change.departments and not change.view)
    asking = asking or (not named and change.intent in ("rank", "explain", "forecast"))
    asking = asking or (bool({"longer", "table", "company", "all_tools"} & change.cues) and not named)
    asking = asking or (change.weeks is not None and not named)
    ranking = change.intent == "rank" and change.view in ("", "departments") and len(words) <= FEW
    asking = asking or (ranking and not (change.departments or change.tools))
    apart = change.by and change.view in ("", "departments", "tools") and len(words) <= FEW - 1
    if asking or apart or JOINS.match(stems):
        return True
    if BESIDE.match(stems):
        return True
    if ASKS.match(stems):
        return pointing and not (change.departments and change.view)
    if change.departments and change.view and len(words) > 2 and not OPENS.match(stems):
        return False
    return OPENS.match(stems) is not None or pointing or len(words) <= FEW


def follow(before: Question, change: Change, stems: str) -> Question:
    """Return the question before, with what the new words change in it."""
    if before.view in TALK and not change.view:
        before = replace(before, view="overview", intent="show")
    beside = BESIDE.match(stems) is not None
    if beside:
        change = replace(change, intent="compare", view="", metrics=())
    question = _scope(before, change, beside=beside)
    question = _subject(question, change)
    question = _weeks(question, change)
    question = _intent(before, question, change, stems)
    if question.view == "overview" and question.intent == "compare" and len(question.tools) > 1:
        question = replace(question, view="tools")
    return question


def _scope(before: Question, change: Change, *, beside: bool) -> Question:
    """Departments and tools: new ones take the place of the old, or join them in a comparison."""
    departments, tools, locations = before.departments, before.tools, before.locations
    joining = ("compare" in change.cues or beside) and change.compare is None
    joining = joining or (before.intent == "compare" and len(departments) > 1 and bool(change.departments))
    if change.departments:
        departments = _joined(departments, change.departments) if joining and departments else change.departments
    elif "company" in change.cues and not change.tools:
        departments, locations = (), ()
    if change.tools:
        tools = _joined(tools, change.tools) if joining and tools else change.tools
    elif "all_tools" in change.cues:
        tools = ()
    return replace(before, departments=departments, tools=tools, locations=change.locations or locations)


def _joined(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def _subject(question: Question, change: Change) -> Question:
    """The view and its metrics."""
    ranking = change.intent == "rank" and change.view == "departments" and question.view not in WHOLE
    if ranking and len(question.departments) == 1:
        question = replace(question, departments=())
    if (
        change.view
        and not ranking
        and not (change.by and change.view in ("departments", "tools"))
        and "longer" not in change.cues
    ):
        # Advice and causes are about what was asked; a new view is one that says what it is about.
        question = replace(question, view=change.view, metrics=change.metrics)
    elif change.metrics and not change.by:
        question = replace(question, metrics=change.metrics)
    return replace(
        question,
        by=change.by or (question.by if not change.view else None),
        table="table" in change.cues,
        meaning="meaning" in change.cues,
    )


def _weeks(question: Question, change: Change) -> Question:
    if change.weeks is not None or change.compare is not None:
        return replace(question, weeks=change.weeks or question.weeks, compare=change.compare)
    if "longer" in change.cues and not change.departments:
        return replace(question, weeks=_stretched(question.weeks, change.newest))
    return question


def _stretched(weeks: Weeks | None, newest: date | None) -> Weeks | None:
    """The next longer span that ends where this one does."""
    last = weeks.last if weeks else newest
    if last is None:
        return None
    count = (weeks.last - weeks.first).days // 7 + 1 if weeks else STEPS[0]
    longer = next((step for step in STEPS if step > count), STEPS[-1])
    return Weeks(first=last - timedelta(weeks=longer - 1), last=last)


def _intent(before: Question, question: Question, change: Change, stems: str) -> Question:
    intent = change.intent
    if intent is None and ALONE.match(stems) and "why" in stems.split():
        intent = "explain"
    if intent == "recommend" and not change.view:
        return replace(
            question, view="actions" if question.view != "renewal" else "renewal", intent="recommend", rank=None
        )
    if intent is None:
        intent = _kept(before, question, change)
    if intent != "rank":
        return replace(question, intent=intent, rank=None)
    ranked = before.rank if change.intent is None else rank_of(stems)
    return replace(question, intent=intent, rank=ranked, by=question.by or "department")


def _kept(before: Question, question: Question, change: Change) -> Intent:
    several = len(question.departments) > 1 or len(question.tools) > 1 or question.compare is not None
    match before.intent:
        case "compare":
            return "compare" if several else "show"
        case "rank":
            return "show" if change.departments or change.by == "tool" else "rank"
        case "help" | "decline":
            return "show"
        case kept:
            return "show" if change.view and kept in ("recommend", "explain") else kept
