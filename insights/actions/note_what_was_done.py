"""Write down what was done, while somebody remembers."""

from insights.finding import Action

note_what_was_done = Action(
    id="note_what_was_done",
    title="Note what was done in these weeks",
    steps=(
        "Ask who changed something: a default model, a training, a roll-out, a new licence.",
        "Write it down with its date and departments.",
        "Look at the same number eight weeks later, beside departments where nothing was done.",
    ),
    where={"*": "where you keep your plans"},
    owner="enablement",
    minutes=15,
    measure="weekly_active_users",
    weeks=8,
)
