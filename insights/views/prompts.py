"""What people put into a prompt."""

from insights.view import ChartPlan, Mark, View

prompts = View(
    id="prompts",
    title="Prompt quality",
    question="Do prompts carry enough for a good answer?",
    metrics=("characters_per_prompt", "short_prompt_share", "long_prompt_share", "prompts_per_session", "prompts"),
    chart=ChartPlan(
        kind="lines",
        metrics=("characters_per_prompt",),
        title="Characters per prompt",
        marks=(Mark(value=50, label="50: keywords"), Mark(value=200, label="200: role, limits, context")),
    ),
    words=("prompts", "prompt quality", "prompt length", "prompting"),
    order=40,
)
