"""Ask people with several seats which one they need."""

from insights.finding import Action

one_seat_each = Action(
    id="one_seat_each",
    title="Ask people with seats in several tools which one they need",
    steps=(
        "In each tool's member list, find who has not been active for 28 days and holds a seat elsewhere too.",
        "Ask them which tool they need, and say until when they may answer.",
        "Give the other seats back before the next renewal.",
    ),
    where="Each tool's member list",
    owner="admin",
    minutes=60,
    expected="{saving}",
    measure="several_using_more",
    weeks=6,
)
