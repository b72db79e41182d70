"""Cards that answer no question about numbers: what may be asked, what was probably meant, and why it is declined."""

from dataclasses import replace

from bot.answers.wording import tool_name
from bot.card import Button, Card, Table
from bot.conversation.refusing import Why
from bot.conversation.understand import Understanding
from bot.conversation.vocabulary import Vocabulary
from insights.catalogue import views
from insights.question import Question
from insights.weekly import UNMAPPED
from insights.words import listing

LONGER = 26
MOST_OFFERED = 4
BESIDES = (
    ("renewal", "What is known before the contracts renew?"),
    ("changes", "What is unusual, and what changed?"),
    ("actions", "What could be done about it, and what was?"),
    ("impact", "What did it bring?"),
    ("status", "How fresh is the data?"),
)
"""What can be asked about besides the views with numbers of their own."""

DECLINED: dict[Why, str] = {
    "person": (
        "I can't tell about one person, and nobody can with me: people are kept as pseudonyms, and nothing is shown "
        "about fewer than {k} of them. Ask about a department or the whole company."
    ),
    "content": (
        "I don't know what anybody wrote: texts never reach my store, only how long they were. Ask how long or how "
        "many prompts are, by department."
    ),
    "rules": (
        "I can't do that: what I may show is decided by numbers and rights, not by how I am asked. Ask about a "
        "department or the whole company."
    ),
    "scope": "That is not something I know about. I answer questions about how this organisation uses its AI tools.",
}


def help_card(vocabulary: Vocabulary) -> Card:
    """Return what may be asked, with examples from the organisation's own departments."""
    names = _names(vocabulary)
    one, two = (names * 2)[:2] if names else ("sales", "engineering")
    examples = ["overview", one, f"depth {one}", f"{one} vs {two}", f"prompts last {LONGER} weeks", "licenses"]
    if one == two:
        examples.remove(f"{one} vs {two}")
    several = [tool_name(each) for each in vocabulary.tools]
    if len(several) > 1:
        examples += ["tools", f"{several[0]} vs {several[1]}", f"{one} {several[0]}"]
    return Card(
        title="What you can ask",
        text=(
            "Ask as you would ask a colleague: about the company or a department, a view, or both. Compare with “vs”, "
            "rank with “top” or “worst”, ask “why?” or “what can we do?”, and say “last 26 weeks” or “since March”."
        ),
        table=Table(
            columns=("View", "It answers"),
            rows=(*((view.id, view.question) for view in views().values()), *BESIDES),
            caption="The views",
        ),
        buttons=tuple(Button(label=each, ask=each) for each in examples),
        footer=" ".join(
            (
                *([f"Departments: {listing(names, most=12)}."] if names else []),
                *([f"Tools: {listing(several, most=12)}."] if len(several) > 1 else []),
            )
        ),
    )


def declined_card(why: Why | None, min_group_size: int, vocabulary: Vocabulary) -> Card:
    """Return the refusal, with its reason and what may be asked instead."""
    names = _names(vocabulary)
    offers = ["overview", *names[:1], "help"]
    return Card(
        title="Not something I can answer",
        text=DECLINED[why or "scope"].format(k=min_group_size),
        buttons=tuple(Button(label=each, ask=each) for each in offers),
    )


def asked_back(understanding: Understanding, vocabulary: Vocabulary) -> Card:
    """Return the one question back, with a button for each likely meaning."""
    if understanding.unclear and not understanding.unknown:
        word, meanings = understanding.unclear[0]
        offers = meanings[:MOST_OFFERED]
        text = f"“{word}” may mean {_or(offers)}. Which one?"
        return Card(title="Which one?", text=text, buttons=tuple(_button(understanding, each) for each in offers))
    said = listing([f"“{word}”" for word in understanding.unknown])
    near = understanding.suggestions
    if near:
        text = f"I don't know {said}. Did you mean {_or(near)}?"
        return Card(title="Did you mean …?", text=text, buttons=tuple(_button(understanding, each) for each in near))
    text = (
        f"I don't know {said}, and no name is spelt like it. Did you mean a department "
        f"({listing(_names(vocabulary), most=12)}) or a view ({listing(tuple(views()), most=12)})?"
    )
    return Card(
        title="Did you mean …?",
        text=text,
        buttons=tuple(Button(label=each, ask=each) for each in ("overview", "help")),
    )


def _button(understanding: Understanding, name: str) -> Button:
    """A button that asks the same with the right name."""
    question = replace(understanding.question, weeks=None)
    others = [each for each in question.departments if each != name]
    view = "" if question.view == "overview" or name in views() else question.view
    return Button(label=name, ask=" ".join(filter(None, (view, *[f"{each} vs" for each in others], name))))


def shifted(understanding: Understanding, card: Card) -> Card:
    """Return the card with what was read differently than it was written, said first."""
    parts = []
    if understanding.guessed:
        meant = listing([f"{name} (for “{word}”)" for word, name in understanding.guessed])
        parts.append(f"Did you mean {meant}? Here it is.")
    if understanding.teams:
        parts.append(
            f"Numbers are kept by department, and {listing(understanding.teams)} is part of "
            f"{listing(understanding.question.departments)}."
        )
    if understanding.ignored and understanding.confidence < 1:
        parts.append(f"I did not understand {listing([f'“{word}”' for word in understanding.ignored])}.")
    return replace(card, text=" ".join((*parts, card.text))) if parts else card


def by_location_card(question: Question) -> Card:
    """Return the card for locations, of which no numbers are kept."""
    return Card(
        title=f"{listing(question.locations)} · not told apart",
        text=(
            f"I can't tell about {listing(question.locations)}: numbers are kept by department, not by location. "
            "Ask about a department or the whole company."
        ),
        buttons=(Button(label="Whole company", ask=question.view), Button(label="Departments", ask="departments")),
    )


def _or(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _names(vocabulary: Vocabulary) -> list[str]:
    return [name for name in vocabulary.departments if name != UNMAPPED]
