"""Everything that is declared in this room, found once."""

from functools import cache
from typing import TypeVar

from insights.finding import Action, Detector
from insights.metric import Metric
from insights.view import View
from storage.discover import discover

Ordered = TypeVar("Ordered", Metric, View)


@cache
def metrics() -> dict[str, Metric]:
    """Return the metrics by id, in the order in which they are told."""
    from insights import metrics as package  # noqa: PLC0415 - the name is this function's too

    return _by_id(discover(package, Metric))


@cache
def views() -> dict[str, View]:
    """Return the views by id, in the order in which they are told."""
    from insights import views as package  # noqa: PLC0415 - the name is this function's too

    return _by_id(discover(package, View))


@cache
def detectors() -> dict[str, Detector]:
    """Return the detectors by id."""
    from insights import detectors as package  # noqa: PLC0415 - the name is this function's too

    return {each.id: each for each in discover(package, Detector)}


@cache
def actions() -> dict[str, Action]:
    """Return the actions by id."""
    from insights import actions as package  # noqa: PLC0415 - the name is this function's too

    return {each.id: each for each in discover(package, Action)}


def _by_id(found: tuple[Ordered, ...]) -> dict[str, Ordered]:
    return {each.id: each for each in sorted(found, key=lambda each: (each.order, each.id))}
