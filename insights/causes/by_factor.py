"""The factor of a product in which a change lies: spend is seats × their use × sessions × tokens × price."""

from collections.abc import Iterator

import numpy as np

from insights.causes.cause import ENOUGH, Cause, shows
from insights.causes.decompose import chain
from insights.causes.splits import Floats, Weeks
from insights.metric import Metric
from insights.scan import Change
from insights.series import ALL_TOOLS, Panel
from insights.words import told, verb

PEOPLE = "weekly_active_users"
INPUT, OUTPUT = "input_tokens_per_active_user", "output_tokens_per_active_user"

COST = ("seats", "people", "sessions", "tokens", "all")
CHAINS = {"metered_cost": COST, "metered_credits": COST, "prompts": ("people", "sessions", "all")}
"""Each is the product of the first and of every other per one of the step before."""

FACTORS = {
    "seats": ("Seats", 2),
    "seats people": ("Active people per seat", 2),
    "people": ("Active people", 2),
    "people sessions": ("Sessions per active person", 2),
    "sessions tokens": ("Tokens per session", 2),
    "tokens metered_cost": ("The price of a token", 1),
    "sessions metered_cost": ("The cost of a session", 1),
    "tokens metered_credits": ("Credits per token", 2),
    "sessions metered_credits": ("Credits per session", 2),
    "sessions prompts": ("Prompts per session", 2),
}
"""A factor's name, and 1 or 2 for singular or plural."""


def of_factors(panel: Panel, metric: Metric, change: Change, spans: tuple[Weeks, Weeks]) -> Iterator[Cause]:
    """Yield the factor that explains at least half of a product's change.

    Only of one tool: together, some tools may report one factor and not another.
    """
    if metric.id not in CHAINS or (change.tool == ALL_TOOLS and len(panel.tools) != 2):
        return
    steps = _steps(panel, metric, change, np.concatenate(spans))
    names = list(steps)
    means = np.array([[steps[name][span].mean() for name in names] for span in spans])
    if len(names) < 2 or not (means[:, :-1] > 0).all():
        return
    factors = means / np.concatenate([np.ones((2, 1)), means[:, :-1]], axis=1)
    effects = chain(factors[0], factors[1])
    whole = float(means[1, -1] - means[0, -1])
    if not shows(whole, change):
        return
    first = int(np.argmax(effects * np.sign(whole)))
    share = float(effects[first]) / whole
    if share < ENOUGH:
        return
    named, number = FACTORS[" ".join(names[max(0, first - 1) : first + 1])]
    part, total = (_amount(abs(each), metric, panel.currency) for each in (float(effects[first]), whole))
    total += "" if metric.unit == "money" else f" {metric.unit}"
    much = f"{part} of the {total}" if share < 1.005 else f"more than all of the {total}: the rest went the other way"
    yield Cause(
        kind="chain",
        text=f"{named} {verb(number, 'explains', 'explain')} {much}.",
        by="factor",
        part=named,
        share=share,
        explained=float(effects[first]),
        change=whole,
    )


def _amount(value: float, metric: Metric, currency: str) -> str:
    return told(value if metric.unit == "money" or value < 10 else round(value), metric.unit, currency)


def _steps(panel: Panel, metric: Metric, change: Change, used: Weeks) -> dict[str, Floats]:
    """Return the weekly values of the steps known in all weeks used; none at all without people and sessions."""
    place = (change.department, change.tool)
    known = {
        "seats": panel.array("seats_assigned", *place),
        "people": panel.array(PEOPLE, *place),
        "sessions": panel.array("sessions", *place),
        "tokens": panel.sums(INPUT, *place)[0] + panel.sums(OUTPUT, *place)[0],
        "all": panel.array(metric.id, *place),
    }
    steps = {
        metric.id if name == "all" else name: known[name]
        for name in CHAINS[metric.id]
        if not np.isnan(known[name][used]).any()
    }
    return steps if {"people", "sessions", metric.id} <= set(steps) else {}
