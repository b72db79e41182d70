"""One seat where two are held for the same work."""

from insights.actions.consoles import SEATS
from insights.finding import Action

consolidate_tools = Action(
    id="consolidate_tools",
    title="Ask people with seats in several tools which one they need",
    steps=(
        "In each tool's member list, find who has not been active for 28 days and holds a seat elsewhere too.",
        "Ask them which tool they need, and say until when they may answer; what only one of them can do counts.",
        "Give the other seats back before the next renewal.",
    ),
    where=SEATS,
    owner="admin",
    minutes=60,
    measure="several_using_more",
    weeks=12,
    expected="up to the monthly price of the second seats that stand unused",
    source="the seats' own prices",
)
