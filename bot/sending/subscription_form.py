"""Subscriptions by form: what one holds now, and changing it."""

from dataclasses import replace

from bot.card import Card
from bot.dialogue import Asker
from bot.installation import Installation
from bot.sending.subscribed import told, what_of
from bot.sending.subscriptions import NotSubscribedError, Subscription, Wanted, edit, find


def current(number: str, asker: Asker, installation: Installation) -> Subscription | Card:
    """Return a subscription that this person may change, or the card that says why not."""
    try:
        found = find(number, asker, installation)
    except NotSubscribedError as error:
        return Card(title="Not done", text=str(error))
    if found.made is None:
        return Card(title="Not done", text="That one stands in the settings: change it there.")
    return found


def changed(number: str, wanted: Wanted, asker: Asker, installation: Installation) -> Card:
    """Change a subscription but for its departments, and say how it stands, or why that can't be."""
    try:
        kept = find(number, asker, installation).departments
        made = edit(number, replace(wanted, departments=kept), asker, installation)
    except NotSubscribedError as error:
        return Card(title="Not done", text=str(error))
    return told("Changed", made, f"Subscription {made.number}: {what_of(made)}, {made.cadence}.")
