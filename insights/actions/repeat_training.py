"""Do again what went with a rise."""

from insights.finding import Action

repeat_training = Action(
    id="repeat_training",
    title="Repeat what {departments} did",
    steps=(
        "Ask {departments} what changed: training, templates, a lead who showed how.",
        "Repeat it in the department that comes often and stays shallow, or that comes least.",
        "Watch sessions and messages per session together: both should rise there too.",
    ),
    where={"*": "a conversation"},
    owner="enablement",
    minutes=120,
    measure="messages_per_session",
    weeks=8,
)
