"""See what metered money is spent on."""

from insights.actions.consoles import BUDGETS
from insights.finding import Action

review_spend = Action(
    id="review_spend",
    title="See what the metered spend goes to, and set a budget",
    steps=(
        "Look at spend by model and by department; start with what grew most.",
        "Ask there whether the dearer model, or the longer context, is needed for the task.",
        "Set a monthly budget that warns before it is reached.",
    ),
    where=BUDGETS,
    owner="admin",
    minutes=60,
    measure="metered_cost",
    weeks=4,
)
