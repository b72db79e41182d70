"""The round: whatever is due and not dealt with is sent, what a crash left open is settled, and trouble is told once.

It runs every few seconds and reads what there is to do from the store and the settings, so that it follows every
change, and begins where another process ended. Several replicas may do it: the outbox lets one of them send.
"""

import asyncio
import logging
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from bot.actions.reminders import remind
from bot.card import Card
from bot.format import format_day
from bot.installation import Installation
from bot.reference import new_reference
from bot.sending.audience import audience_rights
from bot.sending.deliver import Delivery, Postman, cannot_tell, deliver, settle
from bot.sending.due import GRACE, due, missed
from bot.sending.letters import Letter, introduced, letter_of, nothing_to_tell, remember_week, tested
from bot.sending.subscriptions import Subscription, owner_of, subscriptions_of, trigger_of
from storage import outbox
from storage.subscriptions import stand

log = logging.getLogger(__name__)

T = TypeVar("T")

MORNING = 8
AGAIN = timedelta(minutes=5)
"""After this long a letter that could not be sent is tried again, until it is GRACE late."""

NO_POSTMAN = "its platform is not in the settings"


Letters = Callable[[Subscription, date | None, frozenset[str], Installation], Letter | None]
"""Makes what a subscription has to tell, as of a day, to whoever is in these groups."""

Ask = Callable[..., Any]
"""Calls a function with arguments and, after them, the installation: here, or in another process."""


@dataclass(slots=True)
class Rounds:
    """What rounds are made with, and when a subscription is tried again. `postmen` are by platform.

    `ask` works letters out in another process, so that whoever is listened to is not held up.
    """

    installation: Installation
    postmen: Mapping[str, Postman]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    lease: timedelta = outbox.LEASE
    letters: Letters = letter_of
    ask: Ask | None = None
    later: dict[str, datetime] = field(default_factory=dict)

    async def make(self) -> None:
        """Make one round. One subscription's fault stops no other."""
        subscriptions = await asyncio.to_thread(subscriptions_of, self.installation)
        known = {each.key: each for each in subscriptions}
        await self._settle(known)
        for each in await asyncio.to_thread(subscriptions_of, self.installation):
            await self._look_after(each)
        await self._send_tests(known)
        await self._remind()

    async def _remind(self) -> None:
        """Remind owners of actions in their organisation's mornings, so that a round at midnight wakes nobody."""
        zone = zoneinfo.ZoneInfo(self.installation.settings.organisation.timezone)
        if self.clock().astimezone(zone).hour >= MORNING:
            await remind(self.installation, self.postmen, self.clock())

    async def _look_after(self, subscription: Subscription) -> None:
        now, standing = self.clock(), subscription.standing
        if standing.paused and not standing.paused_by and standing.paused_at is not None:
            await self._tell_of_pause(subscription, standing.paused)
        if (lost := missed(subscription, now)) is not None:
            await self._done(subscription, lost)
            await self._tell(subscription, f"It was due on {lost:%Y-%m-%d %H:%M} UTC and was not sent: nobody was up.")
            return
        at = due(subscription, now)
        if at is None or self.later.get(subscription.key, now) > now:
            return
        try:
            await self._send(subscription, at)
        except Exception as fault:
            reference = new_reference()
            log.exception("subscription %s failed [%s]", subscription.number, reference)
            await self._failed(subscription, at, f"{type(fault).__name__}, and the log has it under {reference}")

    async def _send(self, subscription: Subscription, at: datetime) -> None:
        postman = self.postmen.get(subscription.platform)
        if postman is None:
            await self._failed(subscription, at, NO_POSTMAN)
            return
        if not await self._may_tell(subscription, postman):
            await self._pause(subscription, "whoever made it has no role any more")
            return
        letter = await self._letter(subscription, postman)
        if letter is None:
            await self._done(subscription, at)
            return
        if not subscription.standing.introduced and not await self._sent_earlier(subscription):
            letter = introduced(letter, subscription, _following(subscription, at))
        delivery = await self._deliver(letter, subscription, postman)
        await self._note(subscription, at, letter, delivery)

    async def _note(self, subscription: Subscription, at: datetime, letter: Letter, delivery: Delivery) -> None:
        """Note how a delivery ended, for the next round and for whose it is."""
        match delivery.state:
            case "sent":
                if letter.tells_findings:
                    await self._asked(remember_week)
                await self._done(subscription, at, introduced=True, trouble="")
            case "already":
                await self._sent_before(subscription, at, letter)
            case "unknown":
                await self._done(subscription, at)
                await self._tell(subscription, f"It may or may not have arrived; it is not repeated: {delivery.error}.")
            case "failed" if delivery.gone:
                await self._pause(subscription, delivery.error or "the place is gone")
            case "failed":
                await self._failed(subscription, at, delivery.error or "the platform refused it")

    async def _sent_earlier(self, subscription: Subscription) -> bool:
        """Whether anything was sent already, by a version that introduced nothing."""
        store = self.installation.store
        rows = await asyncio.to_thread(outbox.deliveries, store, "sent", subscription=subscription.key)
        return any(not each.period.startswith("test ") for each in rows)

    async def _sent_before(self, subscription: Subscription, at: datetime, letter: Letter) -> None:
        """Another process has it: done where it has ended, else looked at again."""
        store = self.installation.store
        state = await asyncio.to_thread(outbox.delivered, store, subscription.key, letter.period)
        if state not in {"sent", "unknown"}:
            self.later[subscription.key] = self.clock() + min(AGAIN, self.lease)
            return
        if state == "sent":
            await asyncio.to_thread(outbox.note_told, store, subscription.key, letter.parts, self.clock(), None)
        await self._done(subscription, at, introduced=True)

    async def _may_tell(self, subscription: Subscription, postman: Postman) -> bool:
        groups = await self._groups(subscription, postman)
        return (await asyncio.to_thread(audience_rights, subscription, self.installation, groups)).anything

    async def _letter(self, subscription: Subscription, postman: Postman) -> Letter | None:
        groups = await self._groups(subscription, postman)
        return await self._asked(self.letters, subscription, None, groups)

    async def _asked(self, function: Callable[..., T], *arguments: object) -> T:
        """Work something out where it holds up nobody who listens."""
        if self.ask is None:
            return await asyncio.to_thread(function, *arguments, self.installation)
        told: T = await asyncio.to_thread(self.ask, function, *arguments)
        return told

    async def _groups(self, subscription: Subscription, postman: Postman) -> frozenset[str]:
        return await postman.groups(subscription.owner) if subscription.owner else frozenset()

    async def _deliver(self, letter: Letter, subscription: Subscription, postman: Postman) -> Delivery:
        store = self.installation.store
        place = subscription.place
        return await deliver(
            letter, subscription.key, place, store=store, post=postman.post, clock=self.clock, lease=self.lease
        )

    async def _failed(self, subscription: Subscription, at: datetime, why: str) -> None:
        """Try again in a while; when it is too late for that, tell whose it is."""
        now = self.clock()
        if now + AGAIN < at + GRACE:
            self.later[subscription.key] = now + AGAIN
            log.warning("subscription %s to %s: %s; tried again", subscription.number, subscription.place, why)
            return
        await self._done(subscription, at)
        await self._tell(subscription, f"It could not be sent: {why}.")

    async def _pause(self, subscription: Subscription, why: str) -> None:
        stored = {"paused": why, "paused_at": self.clock(), "paused_by": ""}
        await asyncio.to_thread(stand, self.installation.store, subscription.key, **stored)
        await self._tell_of_pause(subscription, why)

    async def _tell_of_pause(self, subscription: Subscription, why: str) -> None:
        resume = f"“resume {subscription.number}” goes on when that is put right."
        await self._tell(subscription, f"It is paused: {why}. {resume}")

    async def _done(self, subscription: Subscription, at: datetime, **more: object) -> None:
        self.later.pop(subscription.key, None)
        await asyncio.to_thread(stand, self.installation.store, subscription.key, done=at, **more)

    async def _tell(self, subscription: Subscription, what: str) -> None:
        """Tell the owner, once as long as it is the same; the log has it as well."""
        if subscription.standing.trouble == what:
            return
        log.warning("subscription %s to %s: %s", subscription.number, subscription.place, what)
        await asyncio.to_thread(stand, self.installation.store, subscription.key, trouble=what)
        owner, postman = owner_of(subscription, self.installation), self.postmen.get(subscription.platform)
        if postman is None or not owner:
            return
        card = Card(
            title=f"Trouble with subscription {subscription.number}",
            text=f"The {subscription.what} to {subscription.place}, {subscription.cadence}. {what}",
        )
        try:
            await postman.tell(card, owner)
        except Exception:
            log.exception("the owner of subscription %s could not be told", subscription.number)

    async def _send_tests(self, known: Mapping[str, Subscription]) -> None:
        for row in await asyncio.to_thread(outbox.deliveries, self.installation.store, "asked"):
            subscription = known.get(row.subscription)
            postman = self.postmen.get(subscription.platform) if subscription else None
            if subscription is None or postman is None or not await self._may_tell(subscription, postman):
                continue
            letter = await self._letter(subscription, postman) or nothing_to_tell(row.period)
            delivery = await self._deliver(tested(letter, subscription, row.period), subscription, postman)
            if delivery.state in {"failed", "unknown"}:
                await self._tell(subscription, f"The test could not be sent: {delivery.error}.")

    async def _settle(self, known: Mapping[str, Subscription]) -> None:
        """Find out about messages whose process died while it posted."""
        store = self.installation.store
        for row in await asyncio.to_thread(outbox.deliveries, store, "sending"):
            if row.claimed + self.lease > self.clock():
                continue
            subscription = known.get(row.subscription)
            postman = self.postmen.get(subscription.platform) if subscription else None
            place, find = subscription.place if subscription else "", postman.find if postman else cannot_tell
            state = await settle(row, place, find, store=store, clock=self.clock)
            if subscription is not None and state == "unknown":
                await self._tell(subscription, f"What was to come for {row.period} may or may not have arrived.")


def _following(subscription: Subscription, at: datetime) -> str:
    following: datetime | None = trigger_of(subscription).get_next_fire_time(at, at + timedelta(seconds=1))
    moment = following or at
    return f"on {moment:%A}, {format_day(moment.date())}, at {moment:%H:%M}"
