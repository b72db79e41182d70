"""What a subscription may tell, by whose it is and whom it goes to."""

from bot.installation import Installation
from bot.people.rights import Asker, Rights, rights_of
from bot.sending.subscriptions import Subscription
from storage.reading import departments


def audience_rights(
    subscription: Subscription, installation: Installation, groups: frozenset[str] = frozenset()
) -> Rights:
    """What the subscription may tell: never more than its owner, who is in `groups`, may see, nor a leader it goes to.

    One that the settings send to a channel tells of everything, or of the departments it names: whoever writes the
    settings decides who is in that channel.
    """
    if subscription.made is not None:
        owner = Asker(platform=subscription.platform, user=subscription.owner, groups=groups)
        return rights_of(owner, installation)
    person = Asker(platform=subscription.platform, user=subscription.place)
    mine = rights_of(person, installation)
    if subscription.audience == "leaders" and mine.anything and not mine.everything:
        return mine
    return Rights(administrator=True, company=True)


def visible_of(
    subscription: Subscription, installation: Installation, groups: frozenset[str] = frozenset()
) -> tuple[str, ...] | None:
    """The departments that the subscription tells of, None for all."""
    visible = audience_rights(subscription, installation, groups).visible
    if not subscription.departments:
        return visible
    wanted = {each.casefold() for each in subscription.departments}
    known = departments(installation.store) if visible is None else visible
    return tuple(each for each in known if each.casefold() in wanted)


def visible_departments(asker: Asker, installation: Installation) -> tuple[str, ...]:
    """The departments that somebody may see."""
    visible = rights_of(asker, installation).visible
    return tuple(departments(installation.store)) if visible is None else visible
