"""A good start for those who have just begun."""

from insights.finding import Action

welcome_session = Action(
    id="welcome_session",
    title="Hold a starter session for the people who have just begun",
    steps=(
        "Invite everybody of {departments}; who is new is not known by name.",
        "Show three tasks of their own work from the first prompt to the result.",
        "Offer a second date two weeks later, for what did not work.",
    ),
    where={"*": "a 45-minute meeting"},
    owner="enablement",
    minutes=90,
    measure="weekly_active_users",
    weeks=6,
)
