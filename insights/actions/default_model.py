"""Make the recommended model the default."""

from insights.actions.consoles import MODELS
from insights.finding import Action

set_default_model = Action(
    id="set_default_model",
    title="Set {model} as the workspace default",
    steps=(
        "Set {model} or newer as the model that new conversations start on.",
        "Take older models off the list where nobody depends on them.",
        "Say in one message what changed, and how to pick another model.",
    ),
    where=MODELS,
    owner="admin",
    minutes=5,
    measure="older_model_share",
    weeks=4,
)
