"""Which moments of a subscription are to be dealt with now, and which nobody dealt with in time."""

from datetime import UTC, datetime, timedelta

from bot.sending.subscriptions import Subscription, trigger_of

GRACE = timedelta(hours=12)
"""What was missed because the bot was down, or could not be sent, is made up for within this time, once."""


def due(subscription: Subscription, now: datetime) -> datetime | None:
    """Return the newest moment within GRACE at which it was to be sent and was not dealt with, in UTC; else None."""
    if subscription.standing.paused:
        return None
    trigger, newest = trigger_of(subscription), None
    at: datetime | None = trigger.get_next_fire_time(None, now - GRACE)
    while at is not None and at <= now:
        newest = at.astimezone(UTC)
        at = trigger.get_next_fire_time(at, at + timedelta(seconds=1))
    since = max(filter(None, (subscription.standing.done, subscription.made)), default=None)
    return newest if newest is not None and (since is None or newest > since) else None


def missed(subscription: Subscription, now: datetime) -> datetime | None:
    """Return a moment at which it was to be sent that nobody dealt with in time, in UTC; else None."""
    since = max(filter(None, (subscription.standing.done, subscription.made)), default=None)
    if subscription.standing.paused or since is None:
        return None
    after = max(since, now - timedelta(days=8))
    at: datetime | None = trigger_of(subscription).get_next_fire_time(None, after + timedelta(seconds=1))
    return at.astimezone(UTC) if at is not None and at <= now - GRACE else None
