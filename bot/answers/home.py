"""What somebody sees who opens the bot's own page: what they may ask, the numbers at a glance, and what is theirs."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from bot.actions.taking import title_of
from bot.card import Field
from bot.dialogue import Asker, Said, reply
from bot.installation import Installation
from bot.people.granting import Holder, holders
from bot.people.rights import Rights, administrators, rights_of
from bot.running.status import SourceStatus, status_of
from bot.sending.subscribed import what_of
from bot.sending.subscriptions import Subscription, next_run, own_subscriptions
from insights.words import day, listing, tool_name
from storage.taken import Taken, ongoing, taken

MOST_FIELDS = 4
MOST_ACTIONS = 10
MOST_SUBSCRIPTIONS = 10
MOST_SOURCES = 15
MOST_HOLDERS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnAction:
    """An action somebody has taken and not finished. `key` is its finding's, '' for none."""

    title: str
    key: str
    due: date | None
    overdue: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceLine:
    """How fresh a source is, in a sentence; `alarms` say what is about to be lost, for administrators."""

    name: str
    words: str
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class HolderLine:
    """Somebody with a role: an opaque id as the settings or a grant have it, and what it lets them see."""

    who: str
    may: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscriptionLine:
    """A subscription: its number, what it sends, to which place, when; `fixed` where it stands in the settings."""

    number: str
    what: str
    place: str
    cadence: str
    next: str
    paused: bool = False
    fixed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """The page. `rights` says in a sentence what may be asked; `whom` are those to ask, where that is nothing.

    `subscriptions` are those of the person and, for administrators, all; None for whoever may have none. `holders` is
    None for whoever may not see who has a role.
    """

    title: str
    rights: str
    whom: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    footer: str = ""
    actions: tuple[OwnAction, ...] = ()
    subscriptions: tuple[SubscriptionLine, ...] | None = None
    sources: tuple[SourceLine, ...] = ()
    holders: tuple[HolderLine, ...] | None = None


def home_of(asker: Asker, installation: Installation, as_of: date | None = None) -> Home:
    """Return the page of one person. It reads the store, so call it in a thread."""
    rights = rights_of(asker, installation)
    basis = installation.basis(as_of)
    own = ongoing(taken(basis.store), asker.user)[:MOST_ACTIONS]
    actions = tuple(_action(each, basis.as_of) for each in own)
    title = f"{installation.settings.organisation.name}: AI usage"
    if not rights.anything:
        return Home(title=title, rights=_may(rights), whom=administrators(installation), actions=actions)
    card = reply(Said(text="", asker=asker), installation, as_of).card
    sources = status_of(basis, installation.settings).sources[:MOST_SOURCES]
    return Home(
        title=title,
        rights=_may(rights),
        fields=card.fields[:MOST_FIELDS],
        footer=card.footer,
        actions=actions,
        subscriptions=tuple(
            _subscription(each) for each in own_subscriptions(asker, installation)[:MOST_SUBSCRIPTIONS]
        ),
        sources=tuple(_source(each, rights, installation.settings.organisation.timezone) for each in sources),
        holders=_holders(installation) if rights.administrator else None,
    )


def _may(rights: Rights) -> str:
    if not rights.anything:
        return "You may not ask about anything yet."
    if rights.everything:
        return "You may ask about the whole company and every department."
    return f"You may ask about {listing(['the whole company', *rights.departments], most=12)}."


def _action(each: Taken, today: date) -> OwnAction:
    overdue = each.due is not None and each.due < today
    return OwnAction(title=title_of(each), key=each.finding, due=each.due, overdue=overdue)


def _subscription(each: Subscription) -> SubscriptionLine:
    at = next_run(each, datetime.now(UTC))
    paused = each.standing.paused
    return SubscriptionLine(
        number=each.number,
        what=what_of(each),
        place=each.place,
        cadence=each.cadence,
        next=f"paused: {paused}" if paused else f"next {_moment(at, each.timezone)}" if at else "never",
        paused=bool(paused),
        fixed=each.made is None,
    )


def _source(each: SourceStatus, rights: Rights, zone: str) -> SourceLine:
    reach = f"facts to {day(each.last_day)} {each.last_day.year}" if each.last_day else "no facts yet"
    read = f", last read {_moment(each.last_run, zone)}" if each.last_run else ""
    state = "" if each.state in ("ok", "never read") else f" ({each.state})"
    again = f", next {_moment(each.next_run, zone)}" if each.next_run else ""
    alarms = each.alarms if rights.administrator else ()
    return SourceLine(name=tool_name(each.source), words=f"{reach}{read}{state}{again}", alarms=alarms)


def _moment(when: datetime, zone: str) -> str:
    local = when.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%B %H:%M} {local:%Z}"


def _holders(installation: Installation) -> tuple[HolderLine, ...]:
    return tuple(HolderLine(who=each.who, may=_holds(each)) for each in holders(installation)[:MOST_HOLDERS])


def _holds(holder: Holder) -> str:
    match holder.role:
        case "administrator":
            return "everything, and may change who may ask"
        case "enablement":
            return "every department (enablement)"
        case "leader":
            return listing(["the whole company", *holder.departments], most=6)
