"""Who came and who stopped: the people of the last four weeks against those of the four before."""

from insights.metric import Metric

gained = Metric(
    id="gained_people",
    title="People who are new or back",
    definition="People active in the last four weeks who were not active in the four weeks before.",
    unit="people",
    good="up",
    numerator="gained",
    group="gained",
    smallest_change=5,
    words=("gained people", "new or back", "who came", "gained users"),
    order=12,
)

newcomers = Metric(
    id="newcomers",
    title="New people",
    definition="People active in the last four weeks who had never been active before.",
    unit="people",
    good="up",
    numerator="newcomers",
    group="newcomers",
    smallest_change=5,
    words=("new users", "first-time users", "who is new"),
    order=13,
)

returned = Metric(
    id="returned_people",
    title="People who came back",
    definition="People active in the last four weeks and once before, but not in the four weeks before.",
    unit="people",
    good="up",
    numerator="returned",
    group="returned",
    smallest_change=5,
    words=("returned users", "returning users", "who came back"),
    order=14,
)

lapsed = Metric(
    id="lapsed_people",
    title="People who stopped",
    definition="People active in the four weeks before the last four and not in the last four.",
    unit="people",
    good="down",
    numerator="lapsed",
    group="lapsed",
    smallest_change=5,
    words=("lapsed users", "lost users", "churn", "who stopped"),
    order=15,
)
