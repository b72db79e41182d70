"""Office hours that go to the departments in which people stop."""

from insights.finding import Action

lapsing_office_hours = Action(
    id="lapsing_office_hours",
    title="Hold office hours for {departments}, where people stop",
    steps=(
        "Ask {departments} what they tried that did not work; ask the group, since nobody is known by name here.",
        "Hold an open half hour a week for four weeks, with the tasks that were given up.",
        "Pass on what the tool cannot do, so that nobody tries it again.",
    ),
    where={"*": "a weekly open half hour"},
    owner="enablement",
    minutes=180,
    measure="weekly_active_users",
    weeks=6,
)
