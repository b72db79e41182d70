"""Tasks to come back for."""

from insights.finding import Action

more_occasions = Action(
    id="more_occasions",
    title="Find three weekly tasks in {departments} to use it for",
    steps=(
        "Ask {departments} which tasks come back every week and take more than half an hour.",
        "Pick three with them, and agree to begin each in a conversation for four weeks.",
        "Leave prompt training out: these conversations are long already.",
    ),
    where={"*": "a department meeting"},
    owner="leader",
    minutes=60,
    measure="sessions_per_active_user",
    weeks=6,
)
