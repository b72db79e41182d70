"""What goes in and what comes out. Where a tool reports no tokens they are estimated from characters, and marked."""

from insights.metric import Metric

input_tokens_per_active_user = Metric(
    id="input_tokens_per_active_user",
    title="Input tokens per active user per week",
    definition="Tokens sent to the models in the week divided by the people who were active in it.",
    unit="tokens",
    good="none",
    numerator="input_tokens",
    denominator="people",
    smallest_change=500,
    words=("input tokens", "tokens in", "prompt tokens", "tokens", "token use"),
    order=50,
)

output_tokens_per_active_user = Metric(
    id="output_tokens_per_active_user",
    title="Output tokens per active user per week",
    definition="Tokens that the models wrote in the week divided by the people who were active in it.",
    unit="tokens",
    good="none",
    numerator="output_tokens",
    denominator="people",
    smallest_change=500,
    words=("output tokens", "tokens out", "completion tokens"),
    order=51,
)

output_to_input_ratio = Metric(
    id="output_to_input_ratio",
    title="Output-to-input ratio",
    definition="Output tokens divided by input tokens; a high ratio means full answers rather than quick lookups.",
    unit="ratio",
    good="none",
    numerator="output_tokens",
    denominator="input_tokens",
    smallest_change=0.1,
    words=("output to input", "token ratio", "output ratio"),
    order=52,
    watched=True,
    weight=0.3,
    goes_with="characters_per_prompt",
)
