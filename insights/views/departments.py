"""Departments side by side."""

from insights.view import ChartPlan, View

departments = View(
    id="departments",
    title="Departments",
    question="Which departments ask often and shallowly, and which rarely and deeply?",
    metrics=(
        "sessions_per_active_user",
        "messages_per_session",
        "weekly_active_users",
        "characters_per_prompt",
        "older_model_share",
        "power_users",
        "habitual_users",
        "novice_users",
        "low_users",
        "non_users",
        "proficiency_score",
    ),
    chart=ChartPlan(
        kind="scatter",
        metrics=("sessions_per_active_user", "messages_per_session"),
        title="Sessions a week against messages a session, by department",
        weeks=4,
    ),
    words=("departments", "teams", "department patterns", "by department", "who is ahead"),
    order=60,
)
