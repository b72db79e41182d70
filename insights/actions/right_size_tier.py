"""Renew what is used."""

from insights.actions.consoles import CONTRACT
from insights.finding import Action

right_size_tier = Action(
    id="right_size_tier",
    title="Right-size seats and tier before renewal",
    steps=(
        "Note the day by which notice must be given, and begin six weeks before it.",
        "Take the most seats active in any week of the last quarter, and add those promised to joiners.",
        "Ask the vendor for that number, and for the smaller tier where its limits were never reached.",
        "Keep the figures: they are the argument.",
    ),
    where=CONTRACT,
    owner="admin",
    minutes=240,
    measure="monthly_spend",
    weeks=12,
    expected="up to the monthly price of the seats that stand unused",
    source="the seats' own prices",
)
