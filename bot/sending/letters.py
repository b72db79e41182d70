"""What a subscription sends: the week's digest, what turned bad, or a renewal that comes near. Made, not posted."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.answers.advice import advice_of, state_of
from bot.answers.budget_card import budget_alert
from bot.card import Card, Digest
from bot.format import format_week
from bot.installation import Installation
from bot.sending.audience import visible_of
from bot.sending.digest import examined, main_tool, remember, weekly_digest
from bot.sending.renewal_alerts import renewal_alert
from bot.sending.subscriptions import Subscription, bare
from insights.basis import Basis
from insights.catalogue import metrics
from insights.finding import Finding
from insights.words import counted
from storage import outbox
from storage.reading import tools
from storage.subscriptions import Mute, mutes

MOST_ALERTS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """One message with its thread, to be posted once for a `period` of a subscription.

    `parts` are periods of what it tells besides, such as each finding of an alert. `thread_only` wants one line in the
    channel and the rest in its thread. What `tells_findings` is to be remembered, once it was told.
    """

    period: str
    digest: Digest
    parts: tuple[str, ...] = ()
    thread_only: bool = False
    tells_findings: bool = False


def week_of(week: date) -> str:
    """The ISO week of a Monday: "2026-W07"."""
    year, number, _ = week.isocalendar()
    return f"{year}-W{number:02d}"


def letter_of(
    subscription: Subscription, as_of: date | None, groups: frozenset[str], installation: Installation
) -> Letter | None:
    """Return what the subscription has to tell now; None where that is nothing. `groups` are its owner's."""
    basis = replace(installation.basis(as_of), visible=visible_of(subscription, installation, groups))
    muted = mutes(installation.store, bare(subscription.place), basis.as_of)
    match subscription.what:
        case "digest":
            return _digest(subscription, installation, basis, muted)
        case "alert":
            return _alert(subscription, basis, muted)
        case "renewal":
            return _renewal(subscription, installation, basis)


def _digest(
    subscription: Subscription, installation: Installation, basis: Basis, muted: tuple[Mute, ...]
) -> Letter | None:
    name = installation.settings.organisation.name
    made, seen = weekly_digest(basis, name, quiet=lambda each: is_muted(each, muted))
    if made is None or (subscription.skip_empty and not seen.findings and not seen.resolved):
        return None
    return Letter(
        period=week_of(made.week),
        digest=made,
        thread_only=subscription.thread_only,
        tells_findings=True,
    )


def remember_week(installation: Installation, as_of: date | None = None) -> None:
    """Note the digest that tells of every department: what is told to some is told, and the weeks are counted once."""
    whole = installation.basis(as_of)
    digest, seen = weekly_digest(whole, "")
    if digest is not None:
        remember(whole, digest, seen)


def _alert(subscription: Subscription, basis: Basis, muted: tuple[Mute, ...]) -> Letter | None:
    shown, seen = examined(basis, main_tool(basis))
    if not shown.weeks:
        return None
    week = shown.weeks[-1]
    bad = [each for each in seen.findings if is_bad_news(each) and not is_muted(each, muted)]
    parts = {f"{week_of(week)}/{_short(each.key)}": each for each in bad}
    new = {part: each for part, each in parts.items() if outbox.delivered(basis.store, subscription.key, part) is None}
    if not new:
        return None
    told = dict(list(new.items())[:MOST_ALERTS])
    card = _alert_card(tuple(told.values()), week, tools(basis.store), more=len(new) - len(told))
    return Letter(
        period=f"{week_of(week)}+{_short('|'.join(sorted(told)))}",
        digest=Digest(week=week, card=card, views=()),
        parts=tuple(told),
        thread_only=subscription.thread_only,
        tells_findings=True,
    )


def _renewal(subscription: Subscription, installation: Installation, basis: Basis) -> Letter | None:
    """Return what money is wasted on: an alert about a contract, else about a budget."""
    found = renewal_alert(subscription.key, basis)
    if found is not None:
        digest = Digest(week=found.week, card=found.card, views=())
        return Letter(period=found.period, digest=digest, thread_only=subscription.thread_only)
    over = budget_alert(subscription.key, basis, installation.settings.budgets)
    if over is None:
        return None
    period, until, card = over
    week = until - timedelta(days=until.weekday())
    return Letter(period=period, digest=Digest(week=week, card=card, views=()), thread_only=subscription.thread_only)


def _alert_card(found: tuple[Finding, ...], week: date, known: tuple[str, ...], more: int) -> Card:
    what = "One thing has" if len(found) == 1 else f"{counted(len(found), 'thing')} have"
    rest = f" {counted(more, 'more follows', 'more follow')} in the next digest." if more else ""
    return Card(
        title=f"Worth a look: {found[0].headline.rstrip('.')}"[:120] if len(found) == 1 else "Worth a look",
        text=f"{what} turned for the worse in the week of {format_week(week)}, with what to do.{rest}",
        advice=tuple(replace(advice_of(each, known), state=state_of(each)) for each in found),
    )


def is_bad_news(finding: Finding) -> bool:
    """Whether a finding is new, or worse than it was told, and not to the good."""
    if finding.state == "still":
        return False
    good = metrics()[finding.metric].good
    if finding.direction:
        return (good == "up" and finding.direction < 0) or (good == "down" and finding.direction > 0)
    return good == "down"


def is_muted(finding: Finding, muted: tuple[Mute, ...]) -> bool:
    """Whether a place does not want to hear of a finding: of all its departments, or of the pattern itself."""
    departments = {each.what for each in muted if each.kind == "department"}
    if finding.departments and set(finding.departments) <= departments:
        return True
    return any(each.kind == "finding" and _alike(finding, each.what) for each in muted)


def _alike(finding: Finding, key: str) -> bool:
    """Whether a finding is the one of that key, as far as half of its departments have not changed."""
    detector, _, rest = key.partition(":")
    names, _, tool = rest.rpartition(":")
    mine, others = set(finding.departments), set(filter(None, names.split("|")))
    overlap = len(mine & others) * 2 >= max(len(mine), len(others)) if mine or others else True
    return finding.key == key or ((finding.detector, finding.tool) == (detector, tool) and overlap)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def introduced(letter: Letter, subscription: Subscription, following: str) -> Letter:
    """Return the first letter of a subscription, which says what it is, when it comes again, and how to stop it."""
    card = letter.digest.card
    stop = f"“unsubscribe {subscription.number}”" if subscription.made else f"“pause {subscription.number}”"
    intro = (
        f"This is the first of a subscription (number {subscription.number}): {subscription.cadence}. The next comes "
        f"{following}. Write {stop} to the bot to stop it."
    )
    return replace(letter, digest=replace(letter.digest, card=replace(card, footer=f"{intro} {card.footer}".strip())))


def tested(letter: Letter, subscription: Subscription, period: str) -> Letter:
    """Return the letter as a test, which says so and is not remembered."""
    card = letter.digest.card
    note = f"A test of subscription {subscription.number}, asked for by hand; its own time is {subscription.cadence}."
    digest = replace(letter.digest, card=replace(card, footer=f"{note} {card.footer}".strip()))
    return replace(letter, digest=digest, period=period, parts=(), tells_findings=False)


def nothing_to_tell(period: str) -> Letter:
    """Return the letter of a test where there is nothing to tell."""
    card = Card(title="Nothing to tell", text="There is nothing to tell now. When its time comes, nothing is sent.")
    return Letter(period=period, digest=Digest(week=date.min, card=card, views=()))
