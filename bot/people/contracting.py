"""Contracts in words, by administrators: "contract chatgpt 600 seats at $30 renews 31 March 2027 notice 60 days".

What the settings say of a tool wins; what is said here is kept beside it, with who said it and when.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from bot.actions.taking import now_utc
from bot.answers.wording import TOOL_NAMES, tool_name
from bot.card import Button, Card, Table
from bot.conversation.text import tokens
from bot.conversation.times import read_day
from bot.format import NOTHING, format_day, format_value
from bot.installation import Installation, apply_contracts
from bot.people.granting import NotGrantedError
from bot.people.said import Said
from bot.settings import nearest
from storage.contracts import Said as SaidContract
from storage.contracts import said_changes, said_contracts, say
from storage.facts import Contract
from storage.reading import contracts

HOW = (
    "Write “contract”, the tool, and what you know of it: “contract chatgpt 600 seats at $30 renews 31 March 2027 "
    "notice 60 days true-up quarterly alert above 15%”."
)
Changes = dict[str, Any]

SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP"}
DAYS_IN = {"day": 1, "week": 7, "month": 30}
SEATS = re.compile(r"(\d[\d,]*) seats?\b", re.IGNORECASE)
PRICE = re.compile(
    r"(?:(?:at|for|price)\s+)?(?:([$€£])\s?(\d+(?:\.\d+)?)|(?<=at )(\d+(?:\.\d+)?)\s?([A-Z]{3})?)"
    r"((?:\s+(?:a|per|each)?\s*(?:seat|and|month|year|annually|user)\b)*)",
    re.IGNORECASE,
)
NOTICE = re.compile(
    r"notice(?: period)?(?: of)? (\d+) (day|week|month)s?|(\d+) (day|week|month)s?(?:['’])? notice", re.IGNORECASE
)
TRUE_UP = re.compile(r"true[- ]?up (monthly|quarterly|none)|(monthly|quarterly|no) true[- ]?up", re.IGNORECASE)
ALERT = re.compile(r"alerts?(?: above)? (\d+(?:\.\d+)?)\s?%", re.IGNORECASE)


def _priced(match: re.Match[str], terms: Contract) -> Changes:
    yearly = "year" in match[5].lower() or "annual" in match[5].lower()
    currency = SYMBOLS.get(match[1] or "") or (match[4] or terms.currency).upper()
    return {"price": round(float(match[2] or match[3]) / (12 if yearly else 1), 4), "currency": currency}


def _noticed(match: re.Match[str], _: Contract) -> Changes:
    return {"notice_days": int(match[1] or match[3]) * DAYS_IN[(match[2] or match[4]).lower()]}


def _trued_up(match: re.Match[str], _: Contract) -> Changes:
    rule = (match[1] or match[2]).lower()
    return {"true_up": "none" if rule == "no" else rule}


READ: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Contract], Changes]], ...] = (
    (ALERT, lambda match, _: {"alert_above": float(match[1]) / 100}),
    (TRUE_UP, _trued_up),
    (NOTICE, _noticed),
    (SEATS, lambda match, _: {"seats": int(match[1].replace(",", ""))}),
    (PRICE, _priced),
)
"""What is read out of the words, in this order, and what it changes."""

FILLING = frozenset({"renews", "renewal", "until", "ends", "on", "and", "with", "a", "the", "per", "in", "of", "for"})
ENDED = frozenset({"remove", "end", "ended", "delete", "forget"})


def contract(words: str, said: Said, installation: Installation, as_of: date | None = None) -> Card:
    """Keep what an administrator says of a contract, and show it. NotGrantedError says what is wrong."""
    if not words:
        return contracts_card(installation)
    tool, rest = _tool(words)
    if tool in installation.settings.contracts:
        raise NotGrantedError(f"[contracts.{tool}] stands in the settings, which win: change it there.")
    known = said_contracts(installation.store).get(tool)
    now = now_utc()
    if rest.lower() in ENDED:
        if known is None:
            raise NotGrantedError(f"No contract for {tool_name(tool)} was said.")
        say(installation.store, SaidContract(tool=tool, contract=None, at=now, who=said.asker.user))
        apply_contracts(installation)
        return Card(title="Forgotten", text=f"The contract for {tool_name(tool)} is not counted with any more.")
    today = installation.basis(as_of).as_of
    before = known.contract if known and known.contract else Contract(tool=tool)
    terms = terms_of(rest, before, today)
    say(installation.store, SaidContract(tool=tool, contract=terms, at=now, who=said.asker.user))
    apply_contracts(installation)
    return replace(
        contracts_card(installation),
        title="Noted",
        text=f"{tool_name(tool)}: {_in_words(terms)}.",
    )


def terms_of(words: str, before: Contract, today: date) -> Contract:
    """Return the contract with what the words say of it changed. NotGrantedError for words that say nothing of it."""
    terms, rest = before, f" {words} "
    for pattern, change in READ:
        if match := pattern.search(rest):
            terms = replace(terms, **change(match, terms))
            rest = f"{rest[: match.start()]} {rest[match.end() :]}"
    day, left = read_day(" ".join(each.word for each in tokens(rest)), today, ahead=True)
    if day is not None:
        terms = replace(terms, renews=day)
    strange = [each for each in left.split() if each not in FILLING]
    if strange or terms == before:
        what = f"I don't understand “{' '.join(strange)}”. " if strange else ""
        raise NotGrantedError(f"{what}{HOW}")
    if not 0 < terms.alert_above <= 1:
        raise NotGrantedError("The bar of alerts is a share of the seats: write one such as “alert above 15%”.")
    return terms


def contracts_card(installation: Installation) -> Card:
    """Return the contracts that are counted with, where each was said, and by whom."""
    said = {each.tool: each for each in said_changes(installation.store)}
    rows = tuple(
        (
            tool_name(tool),
            NOTHING if each.seats is None else f"{each.seats:,}",
            NOTHING if each.price is None else f"{format_value(each.price, 'money', each.currency)} a month",
            _renews(each),
            each.true_up,
            _source(tool, installation, said),
        )
        for tool, each in sorted(contracts(installation.store).items())
    )
    if not rows:
        return Card(title="Contracts", text=f"No contract is known. {HOW}")
    return Card(
        title="Contracts",
        text=f"{'One contract is' if len(rows) == 1 else f'{len(rows)} contracts are'} counted with.",
        table=Table(
            columns=("Tool", "Seats", "A seat", "Renews", "True-up", "Said by"),
            rows=rows,
            numeric=(1, 2),
            caption="Contracts",
        ),
        buttons=(Button(label="Renewals", ask="renewal"),),
        footer=f"What the settings say of a tool wins. {HOW}",
    )


def _source(tool: str, installation: Installation, said: dict[str, SaidContract]) -> str:
    if tool in installation.settings.contracts or tool not in said:
        return "settings"
    who = said[tool].who.rpartition(":")[2] or "whoever runs the bot"
    return f"{who}, {format_day(said[tool].at.date())}"


def _renews(terms: Contract) -> str:
    if terms.renews is None:
        return NOTHING
    notice = f", {terms.notice_days} days of notice" if terms.notice_days else ""
    return f"{format_day(terms.renews)} {terms.renews.year}{notice}"


def _in_words(terms: Contract) -> str:
    parts = [
        "" if terms.seats is None else f"{terms.seats:,} seats",
        "" if terms.price is None else f"{format_value(terms.price, 'money', terms.currency)} a seat and month",
        "" if terms.renews is None else f"renews {_renews(terms)}",
        "" if terms.true_up == "none" else f"true-up {terms.true_up}",
        f"told of above {format_value(terms.alert_above, 'percent')} waste",
    ]
    return ", ".join(filter(None, parts))


def _tool(words: str) -> tuple[str, str]:
    """Return the tool that the words begin with, by its id or its name, and the rest of them."""
    said = " ".join(words.split())
    names = {tool: tool for tool in TOOL_NAMES if tool != "*"}
    names |= {name.lower(): tool for tool, name in TOOL_NAMES.items() if tool != "*"}
    for name in sorted(names, key=len, reverse=True):
        if said.lower() == name or said.lower().startswith(f"{name} "):
            return names[name], said[len(name) :].strip()
    raise NotGrantedError(
        f"“{said.split(maxsplit=1)[0]}” is no tool: {nearest(said.split(maxsplit=1)[0], names)} {HOW}"
    )
