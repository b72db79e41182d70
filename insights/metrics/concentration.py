"""How much of the use lies with a few people, who are counted and never named."""

from insights.metric import Metric

top_ten_share = Metric(
    id="top_ten_share",
    title="Prompts from the ten heaviest users",
    definition="Share of the week's prompts that its ten heaviest users wrote; who they are is not known here.",
    unit="percent",
    good="none",
    numerator="top_ten_prompts",
    denominator="prompts",
    group="top_ten_people",
    smallest_change=0.05,
    words=("top ten", "ten heaviest", "heavy users", "concentration"),
    order=80,
    watched=True,
    weight=0.3,
)

top_decile_share = Metric(
    id="top_decile_share",
    title="Prompts from the top tenth of users",
    definition="Share of the week's prompts written by the most active tenth of its users, that tenth rounded up.",
    unit="percent",
    good="none",
    numerator="top_decile_prompts",
    denominator="prompts",
    group="top_decile_people",
    smallest_change=0.05,
    words=("top decile", "top tenth", "top 10 percent"),
    order=81,
)
