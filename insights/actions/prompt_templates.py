"""Templates from those who already write good prompts here."""

from insights.finding import Action

share_templates = Action(
    id="share_templates",
    title="Share prompt templates from your own power users",
    steps=(
        "Invite volunteers among your power users to bring the prompts they use again and again.",
        "Turn five of them into templates with role, limits, context and the form of the answer.",
        "Put them where people work: a shared project, or a pinned message.",
    ),
    where="a shared project in the workspace",
    owner="enablement",
    minutes=90,
    expected="unknown; prompt length and the share over 200 characters are looked at again after four weeks",
    measure="characters_per_prompt",
    weeks=4,
)
