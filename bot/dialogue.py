"""What somebody said, and what the bot replies: the one way in for Slack, Teams, the chat page and the terminal."""

from dataclasses import dataclass
from datetime import date

from bot.answer import ask
from bot.card import Card
from bot.conversation.understand import Understanding
from bot.installation import Installation
from bot.requesting import requested
from bot.rights import (
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
from insights.question import Question
from insights.words import listing

__all__ = ["Asker", "Reply", "Said", "reply"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What somebody said. `thread` is an opaque key under which follow-ups find their context, "" for none.

    `place` is the channel it was said in, "" for none, as the platform's subscriptions name it. `private` tells whether
    only the asker sees the answer.
    """

    text: str
    asker: Asker
    thread: str = ""
    place: str = ""
    private: bool = True


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
    done = requested(said.text, said.asker, rights, installation)
    if done is not None:
        if done.refused:
            log_refusal(said.asker, "a request for administrators")
        whom = administrators(installation) if done.refused else ()
        return Reply(card=done.card, refused=done.refused, whom=whom)
    basis = seen_by(installation.basis(as_of), rights)
    answer = ask(said.text, basis, installation.settings)
    understanding = answer.understanding
    refusal = narrowed(understanding.question, rights)
    if isinstance(refusal, Card):
        return _refused(said, refusal, installation, understanding)
    if rights.visible is not None and understanding.unknown and not understanding.suggestions:
        # What a leader may not see is answered as what does not exist: neither tells that there is such a department.
        words = listing([f"“{word}”" for word in understanding.unknown])
        return _refused(said, beyond(rights, words), installation, understanding)
    return Reply(
        card=answer.card,
        question=None if understanding.unknown else understanding.question,
        caution=caution(rights, understanding),
        understanding=understanding,
    )


def _refused(said: Said, card: Card, installation: Installation, understanding: Understanding) -> Reply:
    log_refusal(said.asker, "a question beyond their departments, or about something unknown")
    return Reply(card=card, refused=True, whom=administrators(installation), understanding=understanding)


def caution(rights: Rights, understanding: Understanding) -> str:
    """What to say before an answer is shown to others than its asker; empty where nothing in it is for them alone."""
    if rights.administrator or understanding.unknown or understanding.question.view == "help":
        return ""
    about = listing(understanding.question.departments) or "the whole company"
    return f"This tells of {about}. Everybody here will see it, also those who may not ask about it themselves."
