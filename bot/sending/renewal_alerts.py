"""What is told of a renewal by itself: once when it begins to be wasteful, at the days that count, when it gets worse.

`insights/renewal_watch.py` decides; here it becomes a card. What is about to be told is noted with its number, and
counts as told once the outbox says that it went out, so that no crash in between tells it twice or loses it.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from bot.answers.advice import advice_of
from bot.answers.renewal_card import renewal_card, use_in_words, when_in_words
from bot.answers.wording import tool_name
from bot.card import Advice, Button, Card
from bot.format import format_day, format_value
from bot.sending.digest import examined
from insights.basis import Basis
from insights.finding import Finding
from insights.question import Question
from insights.renewal import YEAR, Renewal, renewals
from insights.renewal_watch import decide
from insights.words import counted
from storage import outbox
from storage.contracts import Told, note_told, told_before

RECLAIM, SESSION = "activate_or_reclaim", "use_case_session"

TIME_FOR_A_SESSION = 45
"""Days before notice until which a session can still show: four weeks of use after it was held."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RenewalAlert:
    """A card to be sent once for its `period`."""

    period: str
    week: date
    card: Card


def renewal_alert(subscription: str, basis: Basis) -> RenewalAlert | None:
    """Return what a subscription has to be told of renewals now, the one whose notice is due first; None for nothing.

    `subscription` is the key by which the outbox knows it.
    """
    for each in renewals(basis):
        renews = each.contract.renews
        if renews is None:
            continue
        told = _told(subscription, each, renews, basis)
        found = decide(each, told, basis.min_group_size)
        if found is not None:
            number = len(told) + 1
            note_told(basis.store, subscription, each.contract.tool, renews, number, found)
            return RenewalAlert(period=_period(each, number), week=each.week, card=alert_card(each, found, basis))
    return None


def _told(subscription: str, renewal: Renewal, renews: date, basis: Basis) -> tuple[Told, ...]:
    """What was told before: what was to be told, as far as it went out or may have."""
    noted = told_before(basis.store, subscription, renewal.contract.tool, renews)
    return tuple(
        each
        for number, each in enumerate(noted, 1)
        if outbox.delivered(basis.store, subscription, _period(renewal, number)) not in {None, "failed", "asked"}
    )


def _period(renewal: Renewal, number: int) -> str:
    return f"{renewal.contract.tool} {renewal.contract.renews}/{number}"


def alert_card(renewal: Renewal, found: Told, basis: Basis) -> Card:
    """Return the alert: why now, the amounts, the departments, one thing to do, and buttons for it."""
    name = tool_name(renewal.contract.tool)
    card = renewal_card(Question(view="renewal", tools=(renewal.contract.tool,)), basis)
    text = " ".join(filter(None, (_why(renewal, found), when_in_words(renewal), use_in_words(renewal))))
    ask = Button(label="Everything about it", ask=f"renewal {name}")
    if found.kind == "resolved":
        return replace(card, title=f"Resolved · Renewal · {name}", text=text, chart=None, table=None, buttons=(ask,))
    finding = _finding(renewal, basis)
    return replace(
        card,
        title=f"{_title(found)} · Renewal · {name}",
        text=f"{text} {recommendation(renewal, basis.min_group_size)}".strip(),
        chart=None,
        advice=(_advice(finding, renewal),) if finding else (),
        buttons=(ask, Button(label="Licences", ask=f"licenses {name}")),
    )


def recommendation(renewal: Renewal, least: int) -> str:
    """Return the one thing to do: a session where there is time for it to show, else to take idle seats back."""
    idle = [each for each in renewal.departments if (each.idle or 0) >= least]
    days = renewal.days_to_notice
    if not idle or renewal.notice is None or days is None:
        return ""
    first = idle[0]
    if days >= TIME_FOR_A_SESSION:
        return (
            f"One thing to do: a use-case session for {first.department}, where {first.idle:,.0f} seats stand idle; "
            "what is still idle four weeks later goes back."
        )
    return (
        f"One thing to do: take back idle seats before {format_day(renewal.notice)}, those of {first.department} first "
        f"({first.idle:,.0f}); `ai-usage reclaim --tool {renewal.contract.tool}` lists whose they are, on your machine."
    )


def _title(found: Told) -> str:
    match found.kind:
        case "crossed":
            return "More seats than needed"
        case "worse":
            return "Worse"
        case "near":
            return f"{counted(found.days, 'day')} to notice"
        case "resolved":
            return "Resolved"
        case _:
            assert_never(found.kind)


def _why(renewal: Renewal, found: Told) -> str:
    share = format_value(found.share, "percent")
    seats = f"{counted(round(found.seats), 'seat')} ({share} of those paid for)"
    year = None if renewal.price is None else found.seats * renewal.price * YEAR
    cost = "" if year is None else f", {format_value(year, 'money', renewal.currency)} a year"
    match found.kind:
        case "crossed":
            bar = format_value(renewal.contract.alert_above, "percent")
            return f"On the day of notice {seats} are expected to be unused{cost}: above {bar}, three weeks in a row."
        case "worse":
            return f"On the day of notice {seats} are now expected to be unused{cost}, clearly more than told before."
        case "near":
            return f"On the day of notice {seats} are expected to be unused{cost}."
        case "resolved":
            return f"Only {seats} are expected to be unused on the day of notice, for three weeks now."
        case _:
            assert_never(found.kind)


def _finding(renewal: Renewal, basis: Basis) -> Finding | None:
    _, seen = examined(basis, renewal.contract.tool, limit=None)
    fits = (each for each in seen.found if each.action.id == RECLAIM and each.tool == renewal.contract.tool)
    return next(fits, None)


def _advice(finding: Finding, renewal: Renewal) -> Advice:
    """The finding with, first of its buttons, the session where there is time for one."""
    advice = advice_of(finding)
    if (renewal.days_to_notice or 0) < TIME_FOR_A_SESSION:
        return advice
    session = Button(label="Assign a session to me", do=f"assign {SESSION} {finding.key}")
    return replace(advice, buttons=(session, *advice.buttons))
