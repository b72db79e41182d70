"""How to go on after the first answer."""

from insights.finding import Action

multi_turn_workshop = Action(
    id="multi_turn_workshop",
    title="Run a multi-turn prompt workshop for {departments}",
    steps=(
        "Show how a conversation goes on after the first answer: ask for reasons, correct, narrow down, try again.",
        "Let everybody take one task of their own through at least four turns.",
        "Collect what worked, and share it.",
    ),
    where={"*": "a 60-minute meeting"},
    owner="enablement",
    minutes=120,
    measure="messages_per_session",
    weeks=4,
)
