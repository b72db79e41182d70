"""What people ask the bot to do rather than to tell: who may ask, subscriptions, mutes. Words in, a Card out."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bot.answers.budget_card import budget
from bot.answers.wording import TOOL_NAMES
from bot.card import Card
from bot.installation import Installation
from bot.people.contracting import contract
from bot.people.granting import NotGrantedError, grant, revoke, who_card
from bot.people.rights import Rights
from bot.people.said import Said
from bot.sending.muting import mute_here, muted_here, unmute_here
from bot.sending.subscribed import how, listed, pause_one, preview, resume_one, send_test, unsubscribe
from bot.sending.subscribing import subscribe
from bot.sending.subscriptions import NotSubscribedError

ADMINISTRATORS_ONLY = "That is for administrators of this bot."
NUMBER = r"#?(f?\d{1,6})"

TOOLS = "|".join(map(re.escape, (*TOOL_NAMES, *TOOL_NAMES.values())))

Do = Callable[[str, Said, Installation, date | None], Card]


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One kind of request: the pattern its words have, and what is done with the rest of them."""

    words: re.Pattern[str]
    do: Do
    administrators: bool = False
    openly: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What came of a request. `refused`: the asker may not ask for it. `openly`: it concerns everybody in the place."""

    card: Card
    refused: bool = False
    openly: bool = False


def _request(pattern: str, do: Do, *, administrators: bool = False, openly: bool = False) -> Request:
    words = re.compile(pattern, re.IGNORECASE | re.DOTALL)
    return Request(words=words, do=do, administrators=administrators, openly=openly)


REQUESTS = (
    _request(r"grant\b(.*)", lambda words, said, at, _: grant(words, said.asker, at), administrators=True),
    _request(r"revoke\b(.*)", lambda words, said, at, _: revoke(words, said.asker, at), administrators=True),
    _request(
        r"(?:who|roles|who may ask|who can ask)\s*\??()", lambda _, __, at, ___: who_card(at), administrators=True
    ),
    _request(r"contracts\s*\??()", contract),
    _request(rf"contract\s+((?:{TOOLS})\s+[^?]+)", contract, administrators=True),
    _request(r"(?:budgets?|metered spend)\s*\??()", budget),
    _request(r"(?:subscriptions|my subscriptions)\s*\??()", listed),
    _request(r"how (?:do|can) (?:i|we) (?:un)?subscribe\b.*()", how),
    _request(r"subscribe\b(.*)", subscribe),
    _request(rf"unsubscribe\s+{NUMBER}", unsubscribe),
    _request(rf"pause\s+{NUMBER}", pause_one),
    _request(rf"resume\s+{NUMBER}", resume_one),
    _request(rf"preview\s+{NUMBER}", preview),
    _request(rf"(?:send\s+)?(?:a\s+)?test\s+{NUMBER}", send_test),
    _request(r"mutes()", muted_here),
    _request(r"mute\s+(.*)", mute_here, openly=True),
    _request(r"unmute\s+(.*)", unmute_here, openly=True),
)


def requested(said: Said, rights: Rights, installation: Installation, as_of: date | None = None) -> Done | None:
    """Do what the words ask for; None where they ask a question instead."""
    for each in REQUESTS:
        found = each.words.fullmatch(said.text.strip())
        if found is None:
            continue
        if each.administrators and not rights.administrator:
            return Done(card=Card(title="Not something I can do for you", text=ADMINISTRATORS_ONLY), refused=True)
        try:
            return Done(card=each.do(found[1].strip(), said, installation, as_of), openly=each.openly)
        except (NotGrantedError, NotSubscribedError) as error:
            return Done(card=Card(title="Not done", text=str(error)))
    return None
