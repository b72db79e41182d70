"""One champion in each department, for a quarter."""

from insights.finding import Action

champions_programme = Action(
    id="champions_programme",
    title="Start a champions programme: one volunteer in each department",
    steps=(
        "Ask every department head for one volunteer with two hours a week for a quarter.",
        "Bring the champions together every two weeks: what worked, what did not, one new technique.",
        "Each champion shows one real task a month to the own department.",
        "After the quarter compare departments with a champion to those without, and decide whether to go on.",
    ),
    where={"*": "a channel for the champions, and a meeting every two weeks"},
    owner="enablement",
    minutes=1800,
    measure="weekly_active_users",
    weeks=12,
)
