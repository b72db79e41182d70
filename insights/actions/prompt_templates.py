"""Templates from those who already write good prompts here."""

from insights.actions.consoles import SHARED_PROMPTS
from insights.finding import Action

share_templates = Action(
    id="share_templates",
    title="Share prompt templates from your own power users",
    steps=(
        "Invite volunteers among your power users to bring the prompts they use again and again.",
        "Turn five of them into templates with role, limits, context and the form of the answer.",
        "Put them where people work, and say so once.",
    ),
    where=SHARED_PROMPTS,
    owner="enablement",
    minutes=90,
    measure="characters_per_prompt",
    weeks=4,
)
