"""Make the recommended model the default."""

from insights.finding import Action

set_default_model = Action(
    id="set_default_model",
    title="Set {model} as the workspace default",
    steps=(
        "Open Workspace settings → Models.",
        "Set {model} or newer as the default model.",
        "Take older models off the list where nobody depends on them.",
    ),
    where="Workspace settings → Models",
    owner="admin",
    minutes=5,
    expected="unknown; how fast it works shows in the model mix of the next weeks",
    measure="older_model_share",
    weeks=4,
)
