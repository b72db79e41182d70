"""How often, and how far."""

from insights.view import ChartPlan, View

depth = View(
    id="depth",
    title="Session depth",
    question="Do people come more often, and do they go deeper when they do?",
    metrics=(
        "messages_per_session",
        "sessions_per_active_user",
        "prompts_per_session",
        "weekly_active_users",
        "sessions",
        "messages",
    ),
    chart=ChartPlan(
        kind="two_lines",
        metrics=("sessions_per_active_user", "messages_per_session"),
        title="Sessions per active user and messages per session",
    ),
    words=("depth", "session depth", "sessions", "engagement", "conversations"),
    order=30,
)
