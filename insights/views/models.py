"""Which models."""

from insights.view import ChartPlan, View

models = View(
    id="models",
    title="Model mix",
    question="Which models do people use, and how many sessions stay on older ones?",
    metrics=("older_model_share", "reference_model_share", "model_mix", "sessions"),
    chart=ChartPlan(kind="stacked_share", metrics=("model_mix",), title="Sessions by model family"),
    words=("models", "model mix", "model", "older models"),
    order=50,
)
