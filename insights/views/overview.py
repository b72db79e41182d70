"""The first thing to look at."""

from insights.view import ChartPlan, View

overview = View(
    id="overview",
    title="Overview",
    question="Who uses it, how often and how deeply, and what does it cost?",
    metrics=(
        "weekly_active_users",
        "sessions_per_active_user",
        "messages_per_session",
        "characters_per_prompt",
        "older_model_share",
        "monthly_spend",
        "unused_spend",
        "seats_unused_share",
        "proficiency_score",
    ),
    chart=ChartPlan(
        kind="two_lines",
        metrics=("weekly_active_users", "messages_per_session"),
        title="Active people and messages per session",
    ),
    words=("overview", "summary", "how are we doing", "everything", "usage"),
    order=10,
)
