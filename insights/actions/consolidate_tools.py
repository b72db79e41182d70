"""One seat where two are held for the same work."""

from insights.finding import Action
from insights.places import SEATS

consolidate_tools = Action(
    id="consolidate_tools",
    title="Consolidate tools that the same people hold and do not both use",
    steps=(
        "See which of the tools people with several seats really use, department by department.",
        "Ask them what only the other one can do; a seat that is needed for that stays.",
        "Take back the other seats at the end of their term, with a month's notice to their holders.",
    ),
    where=SEATS,
    owner="admin",
    minutes=240,
    measure="unused_spend",
    weeks=12,
    expected="up to the monthly price of the second seats that stand unused",
    source="the seats' own prices",
)
