"""Seats without a price."""

from insights.finding import Action

fix_prices = Action(
    id="fix_prices",
    title="Enter what a seat costs",
    steps=(
        "Look up price, number of seats, currency and renewal date in the agreement.",
        "Enter them under the tool's contract, and run `ai-usage ingest`.",
    ),
    where={"*": "[contracts.<tool>] in ai-usage.toml"},
    owner="admin",
    minutes=10,
    measure="monthly_spend",
    weeks=4,
    expected="spend and unused spend can be told",
    source="how spend is worked out here",
)
