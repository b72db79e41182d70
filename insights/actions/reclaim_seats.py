"""Have unused seats used, or take them back."""

from insights.actions.consoles import SEATS
from insights.finding import Action

activate_or_reclaim = Action(
    id="activate_or_reclaim",
    title="Activate or reclaim unused seats in {departments} before renewal",
    steps=(
        "Offer {departments} one short session, and say until when unused seats stay.",
        "List the members who have not been active for 28 days.",
        "Take back the seats that are still unused, or renew with fewer.",
    ),
    where=SEATS,
    owner="admin",
    minutes=45,
    measure="seats_unused_share",
    weeks=6,
    expected="{saving}",
    source="{saving_source}",
)
