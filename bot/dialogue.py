"""What somebody said, and what the bot replies: the one way in for Slack, Teams, the chat page and the terminal."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import msgspec

from bot.actions.noting import note
from bot.answers.answer import answered
from bot.card import Card
from bot.conversation.language import read_by_model
from bot.conversation.understand import Understanding, remembered, understand
from bot.conversation.vocabulary import Vocabulary, vocabulary_of
from bot.installation import Installation
from bot.people.requesting import requested
from bot.people.rights import (
    Asker,
    Rights,
    administrators,
    beyond,
    log_refusal,
    narrowed,
    rights_of,
    seen_by,
    stranger,
)
from bot.people.said import Said
from insights.basis import Basis
from insights.question import Question
from insights.words import listing
from storage.threads import last_question, remember

__all__ = ["Asker", "Reply", "Said", "reply"]

ABOUT_PEOPLE = "This tells who may ask, or what is sent to whom."
ONLY_YOURS = "Of departments, only those that you may see are told of and compared."
UNSURE = 0.7
"""Below this confidence a language model is asked, where one is configured."""
MOST_BEFORE = 50
"""Earlier lines of a thread that are read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What is replied. `question` is what was understood, None where nothing was asked of the numbers.

    `caution` is what has to be said before the card is shown to anybody but the asker; empty where it may be shown.
    `whom` are the user ids of those to ask, where the asker was refused.
    """

    card: Card
    question: Question | None = None
    refused: bool = False
    caution: str = ""
    whom: tuple[str, ...] = ()
    understanding: Understanding | None = None


def reply(said: Said, installation: Installation, as_of: date | None = None) -> Reply:
    """Return the reply. It never raises for what people type; it reads the store, so call it in a thread."""
    rights = rights_of(said.asker, installation)
    if not rights.anything:
        log_refusal(said.asker, "no role")
        return Reply(card=stranger(said.asker, installation), refused=True, whom=administrators(installation))
    done = requested(said, rights, installation, as_of)
    if done is not None:
        if done.refused:
            log_refusal(said.asker, "a request for administrators")
        whom = administrators(installation) if done.refused else ()
        # Who may ask, and what is sent to whom, is for whoever asked alone.
        told = "" if done.refused or done.openly else ABOUT_PEOPLE
        return Reply(card=done.card, refused=done.refused, whom=whom, caution=told)
    if (noted := note(said.text, said.asker, rights, installation, as_of)) is not None:
        return Reply(card=noted)
    basis = seen_by(installation.basis(as_of), rights)
    vocabulary = vocabulary_of(basis)
    context = _context(said, installation, basis, vocabulary)
    understanding = understand(said.text, vocabulary, basis.as_of, context)
    if understanding.confidence < UNSURE and (language := installation.settings.language):
        understanding = read_by_model(said.text, vocabulary, basis.as_of, language, installation) or understanding
    refusal = narrowed(understanding.question, rights)
    if isinstance(refusal, Card):
        return _refused(said, refusal, installation, understanding)
    if rights.visible is not None and understanding.unknown and not understanding.suggestions:
        # What a leader may not see is answered as what does not exist: neither tells that there is such a department.
        words = listing([f"“{word}”" for word in understanding.unknown])
        return _refused(said, beyond(rights, words), installation, understanding)
    answer = answered(understanding, vocabulary, basis, installation.settings)
    if said.thread and (question := remembered(understanding)):
        remember(installation.store, said.thread, msgspec.json.encode(question).decode(), datetime.now(UTC))
    return Reply(
        card=_of_some(answer.card, understanding.question) if rights.visible is not None else answer.card,
        question=None if understanding.asks_back else understanding.question,
        caution=caution(rights, understanding),
        understanding=understanding,
    )


def _context(said: Said, installation: Installation, basis: Basis, vocabulary: Vocabulary) -> Question | None:
    """The question that a follow-up leans on; none that is about what the asker may not see."""
    context: Question | None = None
    if said.before:
        for line in said.before[-MOST_BEFORE:]:
            context = remembered(understand(line, vocabulary, basis.as_of, context)) or context
        return context
    written = last_question(installation.store, said.thread, datetime.now(UTC)) if said.thread else None
    if written is None:
        return None
    try:
        context = msgspec.json.decode(written, type=Question)
    except msgspec.MsgspecError:
        return None  # another version's
    seen = basis.visible is None or set(context.departments) <= set(basis.visible)
    return context if seen else None


def _of_some(card: Card, question: Question) -> Card:
    """Return a leader's card; where departments stand in order, it says that they are not all."""
    if question.by != "department" and question.rank is None and question.view != "departments":
        return card
    return replace(card, footer=f"{ONLY_YOURS} {card.footer}".strip())


def _refused(said: Said, card: Card, installation: Installation, understanding: Understanding) -> Reply:
    log_refusal(said.asker, "a question beyond their departments, or about something unknown")
    return Reply(card=card, refused=True, whom=administrators(installation), understanding=understanding)


def caution(rights: Rights, understanding: Understanding) -> str:
    """What to say before an answer is shown to others than its asker; empty where nothing in it is for them alone."""
    if rights.administrator or understanding.asks_back or understanding.question.view == "help":
        return ""
    about = listing(understanding.question.departments or ["the whole company", *rights.departments])
    return f"This tells of {about}. Everybody here will see it, also those who may not ask about it themselves."
