"""How much people put into a prompt. Only lengths are known, never what was written."""

from insights.metric import Metric

characters_per_prompt = Metric(
    id="characters_per_prompt",
    title="Characters per prompt",
    definition="Characters of all prompts divided by prompts; longer prompts tend to carry role, limits and context.",
    unit="characters",
    good="up",
    numerator="prompt_characters",
    denominator="prompts",
    smallest_change=20,
    words=("prompt length", "prompt quality", "characters a prompt", "length of prompts", "characters"),
    order=30,
    watched=True,
)

short_prompt_share = Metric(
    id="short_prompt_share",
    title="Prompts under 50 characters",
    definition="Share of prompts with fewer than 50 characters, which read like keywords typed into a search box.",
    unit="percent",
    good="down",
    numerator="short_prompts",
    denominator="prompts",
    smallest_change=0.03,
    words=("short prompts", "keyword searches", "prompts under 50"),
    order=31,
)

long_prompt_share = Metric(
    id="long_prompt_share",
    title="Prompts over 200 characters",
    definition="Share of prompts with more than 200 characters, long enough for a role, limits and context.",
    unit="percent",
    good="up",
    numerator="long_prompts",
    denominator="prompts",
    smallest_change=0.03,
    words=("long prompts", "prompts over 200", "detailed prompts"),
    order=32,
    watched=True,
    weight=0.3,
    goes_with="characters_per_prompt",
)
