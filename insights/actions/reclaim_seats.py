"""Have unused seats used, or take them back."""

from insights.finding import Action

activate_or_reclaim = Action(
    id="activate_or_reclaim",
    title="Activate or reclaim unused seats in {departments} before renewal",
    steps=(
        "Offer {departments} one short session, and say until when unused seats stay.",
        "List members without activity in the last 28 days under Workspace settings → Members.",
        "Take back the seats that are still unused, or renew with fewer.",
    ),
    where="Workspace settings → Members",
    owner="admin",
    minutes=45,
    expected="{saving}",
    measure="seats_unused_share",
    weeks=6,
)
