"""The tools beside each other."""

from insights.view import ChartPlan, View

tools = View(
    id="tools",
    title="AI tools",
    question="Which tools do people use, how much, and what does each cost?",
    metrics=(
        "weekly_active_users",
        "sessions",
        "prompts",
        "seats_assigned",
        "seats_unused",
        "monthly_spend",
        "metered_cost",
    ),
    chart=ChartPlan(kind="by_tool", metrics=("weekly_active_users",), title="Weekly active users by tool"),
    words=("tools", "tool", "all tools", "by tool", "across tools", "which tools", "tool comparison"),
    order=80,
)
