"""Seats and what they cost."""

from insights.view import ChartPlan, View

licenses = View(
    id="licenses",
    title="Licences",
    question="What do the seats cost, and which of them are used?",
    metrics=(
        "monthly_spend",
        "unused_spend",
        "seats_unused_share",
        "seats_purchased",
        "seats_assigned",
        "seats_activated",
        "seats_active",
        "seats_unused",
        "seats_never_used",
    ),
    chart=ChartPlan(
        kind="bars",
        metrics=("monthly_spend", "unused_spend"),
        title="Monthly spend by department, and what of it is unused",
        weeks=1,
    ),
    words=("licenses", "licences", "seats", "spend", "cost", "renewal", "license utilization", "seat use"),
    order=70,
)
