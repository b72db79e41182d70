"""What people ask the bot to do rather than to tell: who may ask, and subscriptions. Words in, a Card out."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.card import Card
from bot.granting import NotGrantedError, grant, revoke, who_card
from bot.installation import Installation
from bot.rights import Asker, Rights

ADMINISTRATORS_ONLY = "That is for administrators of this bot."


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One kind of request: the pattern its words have, and what is done with the rest of them."""

    words: re.Pattern[str]
    do: Callable[[str, Asker, Installation], Card]
    administrators: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What came of a request. `refused`: the asker may not ask for it."""

    card: Card
    refused: bool = False


REQUESTS = (
    Request(words=re.compile(r"grant\b(.*)", re.IGNORECASE | re.DOTALL), do=grant),
    Request(words=re.compile(r"revoke\b(.*)", re.IGNORECASE | re.DOTALL), do=revoke),
    Request(
        words=re.compile(r"(?:who|roles|who may ask|who can ask)\s*\??()", re.IGNORECASE),
        do=lambda _, __, installation: who_card(installation),
    ),
)


def requested(text: str, asker: Asker, rights: Rights, installation: Installation) -> Done | None:
    """Do what the words ask for; None where they ask a question instead."""
    for each in REQUESTS:
        found = each.words.fullmatch(text.strip())
        if found is None:
            continue
        if each.administrators and not rights.administrator:
            return Done(card=Card(title="Not something I can do for you", text=ADMINISTRATORS_ONLY), refused=True)
        try:
            return Done(card=each.do(found[1].strip(), asker, installation))
        except NotGrantedError as error:
            return Done(card=Card(title="Not done", text=str(error)))
    return None
