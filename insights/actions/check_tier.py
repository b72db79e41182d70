"""Set the figures beside the contract."""

from insights.actions.consoles import CONTRACT
from insights.finding import Action

check_tier = Action(
    id="check_tier",
    title="Look at the pricing tier with these figures",
    steps=(
        "Compare the output-to-input ratio with what the contract assumed.",
        "Ask the vendor which tier fits answers of this length before terms are renewed.",
    ),
    where=CONTRACT,
    owner="admin",
    minutes=30,
    measure="output_to_input_ratio",
    weeks=8,
)
