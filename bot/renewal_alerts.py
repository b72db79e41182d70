"""What is told of a renewal by itself: once when it begins to be wasteful, at the days that count, when it gets worse.

`insights/renewal_watch.py` decides; here it becomes a card, and what was told is noted once it was.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from bot.advice import advice_of
from bot.card import Advice, Button, Card
from bot.digest import examined
from bot.format import format_day, format_value
from bot.renewal_card import renewal_card, use_in_words, when_in_words
from bot.wording import tool_name
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
    """A card to be sent once for its `period`; `remember` notes that it was told."""

    period: str
    week: date
    card: Card
    remember: Callable[[], None]


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
            return _alert(subscription, each, found, told, basis)
    return None


def _told(subscription: str, renewal: Renewal, renews: date, basis: Basis) -> tuple[Told, ...]:
    """What was told before; a message that went out and was not noted, because the process died, is noted now."""
    tool = renewal.contract.tool
    told = told_before(basis.store, subscription, tool, renews)
    if outbox.delivered(basis.store, subscription, _period(renewal, len(told) + 1)) in {"sent", "unknown"}:
        lost = decide(renewal, told, basis.min_group_size)
        if lost is not None:
            note_told(basis.store, subscription, tool, renews, len(told) + 1, lost)
            return (*told, lost)
    return told


def _period(renewal: Renewal, number: int) -> str:
    return f"{renewal.contract.tool} {renewal.contract.renews}/{number}"


def _alert(subscription: str, renewal: Renewal, found: Told, told: tuple[Told, ...], basis: Basis) -> RenewalAlert:
    tool, renews, number = renewal.contract.tool, renewal.contract.renews, len(told) + 1

    def remember() -> None:
        if renews is not None:
            note_told(basis.store, subscription, tool, renews, number, found)

    return RenewalAlert(
        period=_period(renewal, number),
        week=renewal.week,
        card=alert_card(renewal, found, basis),
        remember=remember,
    )


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
