"""Heavy users show others, an hour at a time."""

from insights.finding import Action

champions = Action(
    id="champions",
    title="Ask heavy users to show others how they work",
    steps=(
        "Ask for volunteers who use it daily; nobody is picked from usage data.",
        "Give each department one hour with one of them.",
        "Repeat monthly with another task.",
    ),
    where={"*": "a monthly open hour"},
    owner="enablement",
    minutes=120,
    measure="top_ten_share",
    weeks=8,
)
