"""Subscriptions: what is sent where and when, whether people made them here or the settings name them."""

import re
import zoneinfo
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]

from bot.installation import Installation
from bot.people.rights import Asker, Rights, administrators, rights_of
from bot.settings import CLOCK, is_zone
from bot.settings import Subscription as InSettings
from storage import subscriptions as kept
from storage.reading import departments
from storage.subscriptions import Kept, Standing, kept_subscriptions, standings

What = Literal["digest", "alert", "renewal"]
Audience = Literal["leaders", "administrators", "enablement"]
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "weekdays", "daily")
CRON = {"weekdays": "mon-fri", "daily": "*"}
GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
WORKSPACE = re.compile(rf"^(?:(?:[TE][A-Z0-9]+[:/])+|{GUID.pattern}:)")
"""What is before the id of a place or person: the workspace in Slack, the tenant in Teams."""


class NotSubscribedError(Exception):
    """What was asked of a subscription can't be. The message says why, and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """One subscription. `key` is what the outbox knows it by, `number` what people call it ("3", "f1" of the settings).

    `place` is a channel or person as its platform names it, `departments` are those it tells of (none: all that whoever
    it is for may see), `timezone` is an IANA zone. `made` is when somebody made it, None for one of the settings.
    """

    key: str
    number: str
    what: What
    audience: Audience
    platform: Literal["slack", "teams"]
    place: str
    departments: tuple[str, ...] = ()
    day: str = "monday"
    at: str = "09:00"
    timezone: str = "UTC"
    thread_only: bool = False
    skip_empty: bool = False
    owner: str = ""
    made: datetime | None = None
    standing: Standing = field(default_factory=Standing)

    @property
    def cadence(self) -> str:
        """Say when it is sent: "Mondays at 09:00 (Europe/Berlin)"."""
        day = {"daily": "every day", "weekdays": "Mondays to Fridays"}.get(self.day, f"{self.day.capitalize()}s")
        return f"{day} at {self.at} ({self.timezone})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What somebody wants to be sent; the fields of Subscription that people choose."""

    place: str
    what: What = "digest"
    audience: Audience = "leaders"
    departments: tuple[str, ...] = ()
    day: str = "monday"
    at: str = "09:00"
    timezone: str = ""
    thread_only: bool = False
    skip_empty: bool = False


def subscriptions_of(installation: Installation) -> tuple[Subscription, ...]:
    """Return every subscription, those of the settings first."""
    known, zone = standings(installation.store), installation.settings.organisation.timezone
    told = [
        _of_settings(each, number, zone, known)
        for number, each in enumerate(installation.settings.subscriptions, start=1)
    ]
    for number, each in kept_subscriptions(installation.store).items():
        key = f"subscription {number}:{each.place}"
        made = {name: value for name, value in asdict(each).items() if name != "created"}
        made |= {"key": key, "number": str(number), "made": each.created, "standing": known.get(key, Standing())}
        told.append(Subscription(**made))
    return tuple(told)


def _of_settings(named: InSettings, number: int, zone: str, known: dict[str, Standing]) -> Subscription:
    key = f"{named.what}:{named.audience}:{named.to}"
    return Subscription(
        key=key,
        number=f"f{number}",
        what=named.what,
        audience=named.audience,
        platform=platform_of(named.to),
        place=named.to,
        departments=tuple(named.departments),
        day=named.day or ("daily" if named.what != "digest" else "monday"),
        at=named.at,
        timezone=named.timezone or zone,
        thread_only=named.thread_only,
        skip_empty=named.skip_empty,
        owner=named.owner,
        standing=known.get(key, Standing()),
    )


def trigger_of(subscription: Subscription) -> CronTrigger:
    """The subscription's day and local time in its own zone, through every change of the clocks.

    An hour that the clocks give twice fires twice; the outbox sends once.
    """
    hour, _, minute = subscription.at.partition(":")
    return CronTrigger(
        day_of_week=CRON.get(subscription.day, subscription.day[:3]),
        hour=int(hour),
        minute=int(minute),
        second=0,
        timezone=zoneinfo.ZoneInfo(subscription.timezone),
    )


def next_run(subscription: Subscription, now: datetime) -> datetime | None:
    """When it is sent next, in its own zone; None while it is paused."""
    if subscription.standing.paused:
        return None
    due: datetime | None = trigger_of(subscription).get_next_fire_time(None, now)
    return due


def create(wanted: Wanted, asker: Asker, installation: Installation, now: datetime | None = None) -> Subscription:
    """Keep a subscription. NotSubscribedError where the asker may not have it, or it is there already."""
    rights = rights_of(asker, installation)
    checked = _checked(wanted, rights, installation)
    for each in subscriptions_of(installation):
        if (bare(each.place), each.what, each.audience) == (bare(checked.place), checked.what, checked.audience):
            raise NotSubscribedError(f"There is one already, number {each.number}: {each.cadence}.")
    platform: Literal["slack", "teams"] = "teams" if asker.platform == "teams" else "slack"
    made = Kept(**asdict(checked), platform=platform, owner=asker.user, created=now or datetime.now(UTC))
    return _numbered(str(kept.subscribe(installation.store, made)), installation)


def edit(number: str, wanted: Wanted, asker: Asker, installation: Installation) -> Subscription:
    """Change what a subscription sends, where or when; everything that `wanted` says. NotSubscribedError."""
    mine = _own(number, asker, installation)
    if mine.made is None:
        raise NotSubscribedError("That one stands in the settings: change it there.")
    owner = Asker(platform=mine.platform, user=mine.owner)
    checked = _checked(wanted, rights_of(owner, installation), installation)
    kept.change(installation.store, int(mine.number), asdict(checked))
    return _numbered(number, installation)


def end(number: str, asker: Asker, installation: Installation, now: datetime | None = None) -> Subscription:
    """Stop a subscription for good. NotSubscribedError."""
    mine = _own(number, asker, installation)
    if mine.made is None:
        raise NotSubscribedError(f"That one stands in the settings: take it out there, or write “pause {number}”.")
    kept.unsubscribe(installation.store, int(mine.number), now or datetime.now(UTC))
    return mine


def pause(number: str, asker: Asker, installation: Installation, now: datetime | None = None) -> Subscription:
    """Send nothing until it is resumed. NotSubscribedError."""
    mine = _own(number, asker, installation)
    at = now or datetime.now(UTC)
    kept.stand(installation.store, mine.key, paused="paused by hand", paused_at=at, paused_by=asker.user)
    return _numbered(number, installation)


def resume(number: str, asker: Asker, installation: Installation, now: datetime | None = None) -> Subscription:
    """Send again, from the next time on. NotSubscribedError."""
    mine = _own(number, asker, installation)
    # What fell into the pause is not made up for.
    done = now or datetime.now(UTC)
    kept.stand(installation.store, mine.key, paused="", paused_at=None, paused_by="", trouble="", done=done)
    return _numbered(number, installation)


def find(number: str, asker: Asker, installation: Installation) -> Subscription:
    """Return the subscription that this person calls by its number: their own, or any to administrators."""
    return _own(number, asker, installation)


def own_subscriptions(asker: Asker, installation: Installation, place: str = "") -> tuple[Subscription, ...]:
    """Return the subscriptions of a person and of the place they write in; all of them to administrators."""
    if rights_of(asker, installation).administrator:
        return subscriptions_of(installation)
    places = {place, asker.user, bare(asker.user)} - {""}
    return tuple(
        each
        for each in subscriptions_of(installation)
        if (each.owner and each.owner == asker.user) or each.place in places or bare(each.place) in places
    )


def owner_of(subscription: Subscription, installation: Installation) -> str:
    """The user id of who hears of trouble: whoever made it, or the first administrator; "" where nobody is named."""
    return subscription.owner or next(iter(administrators(installation)), "")


def bare(place: str) -> str:
    """The id of a place or person without its workspace's or tenant's."""
    return WORKSPACE.sub("", place)


def platform_of(place: str) -> Literal["slack", "teams"]:
    """The platform whose id this is: Teams has conversations ("19:…", "a:…") and accounts (GUIDs)."""
    return "teams" if ":" in bare(place) or GUID.fullmatch(bare(place)) else "slack"


def _own(number: str, asker: Asker, installation: Installation) -> Subscription:
    known = {each.number: each for each in subscriptions_of(installation)}
    mine = {each.number for each in own_subscriptions(asker, installation)}
    found = known.get(_plain(number))
    if found is None or (found.number not in mine):
        there = f" You have {', '.join(sorted(mine))}." if mine else ""
        raise NotSubscribedError(f"There is no subscription {number} of yours.{there} “subscriptions” lists them.")
    return found


def _numbered(number: str, installation: Installation) -> Subscription:
    return next(each for each in subscriptions_of(installation) if each.number == _plain(number))


def _plain(number: str) -> str:
    """The number as it is kept: "F1" and "#3" are f1 and 3."""
    return number.lower().lstrip("#")


def _checked(wanted: Wanted, rights: Rights, installation: Installation) -> Wanted:
    """Return what is wanted with its zone, as far as its owner may have it. NotSubscribedError."""
    if not rights.anything:
        raise NotSubscribedError("You have no role yet: an administrator of this bot can give you one.")
    if not rights.everything and wanted.audience != "leaders":
        raise NotSubscribedError(f"What is for {wanted.audience} is only for them: an administrator can subscribe it.")
    visible = rights.visible
    known = departments(installation.store) if visible is None else visible
    spelt = {each.casefold(): each for each in known}
    unknown = [each for each in wanted.departments if each.casefold() not in spelt]
    if unknown:
        raise NotSubscribedError(f"There is no department {unknown[0]} that you may see.")
    if wanted.day not in DAYS:
        raise NotSubscribedError(f"“{wanted.day}” is no day: write one of {', '.join(DAYS)}.")
    if not CLOCK.fullmatch(wanted.at):
        raise NotSubscribedError(f"“{wanted.at}” is no time of day: write one such as 09:00.")
    zone = wanted.timezone or installation.settings.organisation.timezone
    if not is_zone(zone):
        raise NotSubscribedError(f"“{zone}” is no time zone: write one such as Europe/Berlin.")
    return replace(wanted, timezone=zone, departments=tuple(spelt[each.casefold()] for each in wanted.departments))
