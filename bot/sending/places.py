"""What holds for a place rather than a subscription: what is quiet there, that it is gone, and what arrived there."""

from datetime import UTC, date, datetime, timedelta

from bot.installation import Installation
from bot.people.rights import Asker
from bot.sending.subscriptions import bare, subscriptions_of
from storage import outbox
from storage import subscriptions as kept
from storage.subscriptions import Mute, MuteKind

WEEKS = 4
"""How long something is muted where nobody says."""


def mute(
    place: str, kind: MuteKind, what: str, asker: Asker, installation: Installation, today: date, weeks: int = WEEKS
) -> Mute:
    """Do not tell a department, or a finding by its key, in a place for some weeks, whoever reads there."""
    muted = Mute(
        place=bare(place),
        kind=kind,
        what=what,
        until=today + timedelta(weeks=weeks),
        by=asker.user,
        at=datetime.now(UTC),
    )
    kept.mute(installation.store, muted)
    return muted


def place_gone(installation: Installation, place: str, why: str, now: datetime | None = None) -> int:
    """Pause what is sent to a place that is archived, deleted, or that the bot was taken out of; return how many.

    The next round tells whose they are, once.
    """
    gone = [
        each for each in subscriptions_of(installation) if bare(each.place) == bare(place) and not each.standing.paused
    ]
    for each in gone:
        kept.stand(installation.store, each.key, paused=why, paused_at=now or datetime.now(UTC), paused_by="")
    return len(gone)


def note_arrived(installation: Installation, key: str, period: str, *, there: bool) -> bool:
    """Note what an operator saw of a delivery in doubt; False where that one is not in doubt.

    One that is not there is sent if it is still due.
    """
    doubtful = {(each.subscription, each.period) for each in outbox.deliveries(installation.store, "unknown")}
    if (key, period) not in doubtful:
        return False
    now = datetime.now(UTC)
    outbox.close(installation.store, key, period, now=now, state="sent" if there else "failed", error="by an operator")
    if not there:
        kept.stand(installation.store, key, done=None)
    return True
