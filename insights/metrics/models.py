"""Which models people use. A session belongs to the strongest model used in it."""

from insights.metric import Metric

reference_model_share = Metric(
    id="reference_model_share",
    title="Sessions on the reference model or above",
    definition=(
        "Share of sessions on models that the catalogue ranks at least as high as the organisation's reference "
        "model, among sessions whose model the catalogue knows."
    ),
    unit="percent",
    good="up",
    numerator="reference_sessions",
    denominator="ranked_sessions",
    group="reference_people",
    smallest_change=0.03,
    words=("reference model", "gpt-4o or above", "newer models", "better models", "model share", "strong models"),
    order=40,
)

older_model_share = Metric(
    id="older_model_share",
    title="Sessions below the reference model",
    definition=(
        "Share of sessions on models that the catalogue ranks below the organisation's reference model, among "
        "sessions whose model the catalogue knows."
    ),
    unit="percent",
    good="down",
    numerator="below_sessions",
    denominator="ranked_sessions",
    group="reference_people",
    smallest_change=0.03,
    words=("older models", "old models", "below gpt-4o", "outdated models", "weaker models"),
    order=41,
    watched=True,
)

model_mix = Metric(
    id="model_mix",
    title="Model mix",
    definition=(
        "Share of sessions by model family, week by week; families that too few people used are part of 'other', "
        "as are models that the catalogue does not know."
    ),
    unit="percent",
    good="none",
    words=("models", "model mix", "model families", "mix of models", "which models"),
    order=42,
)
