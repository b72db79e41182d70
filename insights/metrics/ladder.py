"""The published 12-week ladder of use; an action is a prompt.

Source: Microsoft's vivainsights, `identify_usage_segments`, 12-week version.
"""

from insights.metric import Metric

SOURCE = "(Microsoft vivainsights, 12-week usage segments)"

ladder = (
    Metric(
        id="power_users",
        title="Power users",
        definition=f"People with 15 prompts a week or more on average, active in at least 9 of 12 weeks {SOURCE}.",
        unit="people",
        good="up",
        numerator="power",
        group="ladder_people",
        smallest_change=5,
        words=("power users", "champions", "advanced users"),
        order=85,
    ),
    Metric(
        id="habitual_users",
        title="Habitual users",
        definition=f"People active in at least 9 of 12 weeks who are not power users {SOURCE}.",
        unit="people",
        good="up",
        numerator="habitual",
        group="ladder_people",
        smallest_change=5,
        words=("habitual users", "regular users"),
        order=86,
    ),
    Metric(
        id="novice_users",
        title="Novice users",
        definition=f"People with at least one prompt a week on average, active in fewer than 9 of 12 weeks {SOURCE}.",
        unit="people",
        good="none",
        numerator="novice",
        group="ladder_people",
        smallest_change=5,
        words=("novice users", "novices", "beginners"),
        order=87,
    ),
    Metric(
        id="low_users",
        title="Low users",
        definition=f"People with any use in 12 weeks but less than one prompt a week on average {SOURCE}.",
        unit="people",
        good="down",
        numerator="low",
        group="ladder_people",
        smallest_change=5,
        words=("low users", "rare users", "occasional users"),
        order=88,
    ),
    Metric(
        id="non_users",
        title="Non-users",
        definition=f"People who hold a seat and have not used it in 12 weeks {SOURCE}.",
        unit="people",
        good="down",
        numerator="non_users",
        group="ladder_people",
        smallest_change=5,
        words=("non users", "nonusers", "people who do not use it"),
        order=89,
    ),
)
