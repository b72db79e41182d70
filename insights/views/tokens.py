"""Tokens in and out."""

from insights.view import ChartPlan, View

tokens = View(
    id="tokens",
    title="Tokens",
    question="How much goes in and comes out for each active user, and what does it cost a month?",
    metrics=(
        "input_tokens_per_active_user",
        "output_tokens_per_active_user",
        "output_to_input_ratio",
        "monthly_spend",
        "metered_cost",
        "metered_credits",
        "top_ten_share",
        "top_decile_share",
    ),
    chart=ChartPlan(
        kind="lines",
        metrics=("input_tokens_per_active_user", "output_tokens_per_active_user"),
        title="Tokens per active user per week",
    ),
    words=("tokens", "token use", "token usage", "consumption"),
    order=20,
)
