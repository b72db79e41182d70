"""How used people are to it, from how often they come alone."""

from insights.view import ChartPlan, View

proficiency = View(
    id="proficiency",
    title="Proficiency",
    question="How many people have made a habit of it, and how far have departments come?",
    metrics=("power_users", "habitual_users", "novice_users", "low_users", "non_users", "proficiency_score"),
    chart=ChartPlan(
        kind="lines",
        metrics=("power_users", "habitual_users", "novice_users"),
        title="Power, habitual and novice users",
    ),
    words=("proficiency", "fluency", "skills", "ladder", "maturity"),
    order=75,
)
