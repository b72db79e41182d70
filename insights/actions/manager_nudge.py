"""A word from the head of a department."""

from insights.finding import Action

manager_nudge = Action(
    id="manager_nudge",
    title="Ask the head of {departments} to raise it in a team meeting",
    steps=(
        "Send the head of {departments} these figures; they are about the department and name nobody.",
        "Suggest one task of the department's own that a conversation would shorten, to be tried in the meeting.",
        "Ask who needs help to begin, and offer the use-case session.",
    ),
    where={"*": "the department's next team meeting"},
    owner="leader",
    minutes=15,
    measure="weekly_active_users",
    weeks=4,
)
