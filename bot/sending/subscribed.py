"""The subscriptions there are, in words: the list, "pause 3", "preview 3", "send test 3", "unsubscribe 3"."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from bot.card import Button, Card, Table
from bot.format import format_day
from bot.installation import Installation
from bot.people.said import Said
from bot.sending.letters import letter_of
from bot.sending.subscriptions import Subscription, bare, end, find, next_run, own_subscriptions, pause, resume
from insights.words import counted, listing
from storage import outbox

HOW = (
    "Write “subscribe here mondays 9:00 Europe/Berlin”, “subscribe me alerts daily 8:30” or “subscribe me about Sales”."
)


def listed(_: str, said: Said, installation: Installation, as_of: date | None = None) -> Card:
    """Tell the subscriptions of the asker and of where they ask; all to administrators."""
    del as_of
    return list_card(own_subscriptions(said.asker, installation, said.place), datetime.now(UTC), said)


def how(_: str, said: Said, installation: Installation, as_of: date | None = None) -> Card:
    """Say how to subscribe."""
    del said, installation, as_of
    buttons = (Button(label="Subscribe me", ask="subscribe me"), Button(label="Subscriptions", ask="subscriptions"))
    return Card(title="Subscribing", text=HOW, buttons=buttons)


def list_card(mine: Sequence[Subscription], now: datetime, said: Said | None = None) -> Card:
    """Return the card that lists subscriptions."""
    if not mine:
        return Card(title="No subscriptions", text=f"Nothing is sent to you or here. {HOW}")
    rows = tuple((each.number, what_of(each), where(each.place, said), each.cadence, _next(each, now)) for each in mine)
    first = mine[0].number
    return Card(
        title="Subscriptions",
        text=f"{counted(len(mine), 'subscription')}, with the next time each is sent.",
        table=Table(columns=("No.", "What", "To", "When", "Next"), rows=rows, caption="Subscriptions"),
        buttons=(Button(label=f"Preview {first}", ask=f"preview {first}"),),
        footer="“preview”, “send test”, “pause”, “resume” or “unsubscribe” with a number. An f stands in the settings.",
    )


def on_number(
    act: Callable[[str, Said, Installation], Subscription], title: str, what: str
) -> Callable[[str, Said, Installation, date | None], Card]:
    """Return what does something to the subscription of a number, and tells how it stands then."""

    def done(words: str, said: Said, installation: Installation, as_of: date | None = None) -> Card:
        del as_of
        found = act(words, said, installation)
        return told(title, found, f"Subscription {found.number} {what}: {what_of(found)}.")

    return done


unsubscribe = on_number(lambda number, said, at: end(number, said.asker, at), "Unsubscribed", "has ended")
pause_one = on_number(lambda number, said, at: pause(number, said.asker, at), "Paused", "sends nothing until resumed")
resume_one = on_number(lambda number, said, at: resume(number, said.asker, at), "Resumed", "sends again")


def preview(words: str, said: Said, installation: Installation, as_of: date | None = None) -> Card:
    """Show what a subscription would send now, to the asker."""
    found = find(words, said.asker, installation)
    letter = letter_of(found, as_of, said.asker.groups, installation)
    if letter is None:
        return Card(title=f"Nothing to send for {found.number}", text="There is nothing to tell now: nothing is sent.")
    card = letter.digest.card
    note = f"Preview of subscription {found.number} ({where(found.place, said)}); nothing was sent. {_when(found)}"
    return replace(card, footer=f"{note} {card.footer}".strip())


def send_test(words: str, said: Said, installation: Installation, as_of: date | None = None) -> Card:
    """Have a subscription sent now, marked as a test. It goes out within seconds."""
    del as_of
    found, now = find(words, said.asker, installation), datetime.now(UTC)
    outbox.ask_for(installation.store, found.key, f"test {now:%Y-%m-%d %H:%M:%S}", now)
    return told("A test is on its way", found, f"It arrives in a few seconds ({where(found.place, said)}).")


def what_of(subscription: Subscription) -> str:
    """Say what a subscription sends: "digest for leaders about Sales (thread only)"."""
    about = f" about {listing(subscription.departments)}" if subscription.departments else ""
    kind = {"digest": "digest", "alert": "alerts", "renewal": "renewals"}[subscription.what]
    switches = [name for name, on in (("thread only", subscription.thread_only),) if on]
    switches += ["only with news"] if subscription.skip_empty else []
    extra = f" ({', '.join(switches)})" if switches else ""
    return f"{kind} for {subscription.audience}{about}{extra}"


def _next(subscription: Subscription, now: datetime) -> str:
    at = next_run(subscription, now)
    return f"{at:%a} {format_day(at.date())}, {at:%H:%M} {at:%Z}" if at else f"paused: {subscription.standing.paused}"


def _when(subscription: Subscription) -> str:
    paused = subscription.standing.paused
    return f"{paused.capitalize()}." if paused else f"Next: {_next(subscription, datetime.now(UTC))}."


def where(place: str, said: Said | None) -> str:
    """Name a place to whoever asks: "here", "you", or its id."""
    if said is not None and bare(place) in {bare(said.place), bare(said.asker.user)}:
        return "here" if bare(place) == bare(said.place) else "you"
    return bare(place)


def told(title: str, subscription: Subscription, text: str) -> Card:
    """Return the card that tells how a subscription stands now."""
    number = subscription.number
    after = ("Resume", "resume") if subscription.standing.paused else ("Pause", "pause")
    verbs = (("Preview", "preview"), ("Send a test", "send test"), after, ("Unsubscribe", "unsubscribe"))
    return Card(
        title=title,
        text=text,
        buttons=tuple(Button(label=label, ask=f"{verb} {number}") for label, verb in verbs)
        if title not in {"Unsubscribed", "A test is on its way"}
        else (),
        footer=_when(subscription) if title != "Unsubscribed" else "",
    )
