"""What it costs: seats at their price, and what is metered."""

from insights.metric import Metric

monthly_spend = Metric(
    id="monthly_spend",
    title="Estimated monthly spend",
    definition="Seats assigned at the end of the week times their price a month.",
    unit="money",
    good="none",
    numerator="seat_spend",
    group="seats_assigned",
    smallest_change=150,
    words=("spend", "cost", "costs", "monthly spend", "seat spend", "budget", "what do we pay"),
    order=60,
)

unused_spend = Metric(
    id="unused_spend",
    title="Monthly spend on unused seats",
    definition=(
        "The monthly price of seats whose holders were not active in the last 28 days; one that was never used counts "
        "from 30 days after its holder got it or joined."
    ),
    unit="money",
    good="down",
    numerator="unused_seat_spend",
    group="seats_assigned",
    smallest_change=150,
    words=("unused spend", "wasted spend", "waste", "spend on unused seats", "savings"),
    order=61,
)

metered_cost = Metric(
    id="metered_cost",
    title="Metered cost in the week",
    definition="What the vendor metered and priced for the week, beside the price of seats.",
    unit="money",
    good="none",
    numerator="cost",
    smallest_change=50,
    words=("metered cost", "usage cost", "api cost", "metered"),
    order=62,
    watched=True,
)

metered_credits = Metric(
    id="metered_credits",
    title="Credits used in the week",
    definition="The credits that the vendor counted for the week.",
    unit="credits",
    good="none",
    numerator="credits",
    smallest_change=100,
    words=("credits", "credit use"),
    order=63,
    watched=True,
    weight=0.3,
    goes_with="metered_cost",
)
