"""Metrics and views by their ids."""

from functools import cache

from insights.metric import Metric
from insights.metrics import METRICS
from insights.view import View
from insights.views import VIEWS


@cache
def metrics() -> dict[str, Metric]:
    """Return the metrics by id, in the order in which they are told."""
    return {each.id: each for each in METRICS}


@cache
def views() -> dict[str, View]:
    """Return the views by id, in the order in which they are told."""
    return {each.id: each for each in VIEWS}
