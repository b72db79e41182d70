"""Spread what a few do to many."""

from insights.finding import Action

champions = Action(
    id="champions",
    title="Ask heavy users to show others how they work",
    steps=(
        "Ask for volunteers who use it daily; nobody is picked from usage data.",
        "Give each department one hour with one of them.",
        "Repeat monthly with another task.",
    ),
    where="a monthly open hour",
    owner="enablement",
    minutes=60,
    expected="unknown; the share of prompts from the ten heaviest users is looked at again after eight weeks",
    measure="top_ten_share",
    weeks=8,
)

office_hours = Action(
    id="office_hours",
    title="Hold office hours for people who stopped",
    steps=(
        "Ask two or three departments what keeps people from using it.",
        "Hold an open half hour a week for four weeks, with tasks that people bring.",
    ),
    where="a weekly open half hour",
    owner="enablement",
    minutes=30,
    expected="unknown; weekly active users are looked at again after four weeks",
    measure="weekly_active_users",
    weeks=4,
)

check_tier = Action(
    id="check_tier",
    title="Look at the pricing tier with these figures",
    steps=(
        "Compare the output-to-input ratio with what the contract assumed.",
        "Ask the vendor which tier fits answers of this length before terms are renewed.",
    ),
    where="the vendor's contract",
    owner="admin",
    minutes=30,
    expected="unknown",
    measure="output_to_input_ratio",
    weeks=8,
)
