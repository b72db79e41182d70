"""Half an hour on what the tool is good for here."""

from insights.finding import Action

use_case_session = Action(
    id="use_case_session",
    title="Hold a 30-minute use-case session for {departments}",
    steps=(
        "Ask {departments} for three tasks of this week that take longer than they should.",
        "Work through one of them together in one conversation: context, first answer, corrections, result.",
        "Leave the conversation behind as an example to start from.",
    ),
    where={"*": "a 30-minute meeting"},
    owner="enablement",
    minutes=60,
    measure="messages_per_session",
    weeks=4,
)
