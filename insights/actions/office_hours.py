"""An open half hour for whoever is stuck."""

from insights.finding import Action

office_hours = Action(
    id="office_hours",
    title="Hold office hours for people who stopped",
    steps=(
        "Ask two or three departments what keeps people from using it.",
        "Hold an open half hour a week for four weeks, with tasks that people bring.",
    ),
    where={"*": "a weekly open half hour"},
    owner="enablement",
    minutes=150,
    measure="weekly_active_users",
    weeks=4,
)
