"""What a reply offers besides its card's own buttons: its numbers as a table, and showing it to others."""

from dataclasses import replace
from datetime import date

import msgspec

from bot.answers.answer import answer
from bot.card import Button, Card
from bot.conversation.understand import Understanding
from bot.dialogue import Asker, Reply, Said, caution, reply
from bot.installation import Installation
from bot.people.rights import EVERYBODY, administrators, log_refusal, narrowed, rights_of, seen_by
from insights.question import Question

BEGINS = "{"
"""How a question begins that was written by `written`, other than one that somebody typed."""


def offered(reply: Reply, *, share: bool) -> Card:
    """Return a reply's card with buttons for a table, where it has a chart, and with `share` for showing it to all."""
    if reply.question is None or reply.refused:
        return reply.card
    question = written(reply.question)
    more = []
    if reply.card.chart is not None:
        more.append(Button(label="Show as table", do=f"table {question}"))
    if share:
        more.append(Button(label="Share to channel", do=f"share {question}"))
    return replace(reply.card, buttons=(*reply.card.buttons, *more))


def written(question: Question) -> str:
    """Return a question in a form that a button can carry and `reread` understands: nothing of how it was said."""
    plain = Question()
    told = msgspec.to_builtins(question)
    asked = {name: value for name, value in told.items() if value != msgspec.to_builtins(getattr(plain, name))}
    return msgspec.json.encode(asked).decode()


def reread(words: str) -> Question:
    """Return the question that `written` wrote. ValueError for other words."""
    try:
        return msgspec.json.decode(words, type=Question)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error


def again(words: str, asker: Asker, installation: Installation, as_of: date | None = None) -> Reply:
    """Reply to the question of an earlier answer's button, as it was understood then, under the rights of who presses.

    It never raises for what people press; `words` that somebody typed are understood as ever.
    """
    if not words.startswith(BEGINS):
        return reply(Said(text=words, asker=asker), installation, as_of)
    try:
        question = reread(words)
    except ValueError:
        return Reply(card=Card(title="That did not work", text="Ask again, and press the new answer's button."))
    rights = rights_of(asker, installation)
    if not rights.anything:
        return reply(Said(text="", asker=asker), installation, as_of)
    if isinstance(refusal := narrowed(question, rights), Card):
        log_refusal(asker, "a question beyond their departments")
        return Reply(card=refusal, refused=True, whom=administrators(installation))
    card = answer(question, seen_by(installation.basis(as_of), rights), settings=installation.settings)
    meant = Understanding(question=question, confidence=1.0)
    # what an administrator may see is for fewer eyes than a channel's too, unless everybody may ask
    alone = replace(rights, administrator=EVERYBODY in installation.settings.roles.administrators)
    return Reply(card=card, question=question, caution=caution(alone, meant), understanding=meant)
