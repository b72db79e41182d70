"""A department shows others how it works."""

from insights.finding import Action

peer_session = Action(
    id="peer_session",
    title="Let {departments} show others how they work",
    steps=(
        "Ask {departments} for two volunteers and three conversations that they would show.",
        "Let them show one each to a neighbouring department: the task, every turn, what they corrected.",
        "Keep the three conversations as examples, and ask the others to repeat one with a task of their own.",
    ),
    where={"*": "a 45-minute meeting of two departments"},
    owner="enablement",
    minutes=120,
    measure="messages_per_session",
    weeks=8,
)
