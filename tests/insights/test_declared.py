"""What every metric, view, detector and action must be; a new one is held to it by being there."""

import inspect
import re
import sys
from collections import Counter

import pytest

from insights.actions import ACTIONS
from insights.catalogue import metrics
from insights.detectors import DETECTORS
from insights.finding import LONG, UNKNOWN, Action, Detector
from insights.metric import Metric
from insights.metrics import METRICS
from insights.view import View
from insights.views import VIEWS
from insights.weekly import COLUMNS

SIX = {"tokens", "depth", "prompts", "models", "departments", "licenses"}

DETECTORS_ROOM = "insights.detectors."
ACTION_MODULES = [each for name, each in sorted(sys.modules.items()) if name.startswith("insights.actions.")]


def is_action(each: object) -> bool:
    return isinstance(each, Action)


def ids(each: Metric | View | Detector | Action) -> str:
    return each.id


def test_the_views_of_the_product_are_there() -> None:
    assert {each.id for each in VIEWS} == SIX | {"overview", "proficiency", "tools"}


def test_every_view_has_a_detector() -> None:
    assert {each.view for each in DETECTORS} >= SIX


@pytest.mark.parametrize("kind", [METRICS, VIEWS, DETECTORS, ACTIONS], ids=["metrics", "views", "detectors", "actions"])
def test_ids_are_unique(kind: tuple[Metric | View | Detector | Action, ...]) -> None:
    assert [each for each, n in Counter(one.id for one in kind).items() if n > 1] == []


def test_no_word_names_two_metrics_or_two_views() -> None:
    for kind in (METRICS, VIEWS):
        words = Counter(word for each in kind for word in {each.id, each.title.lower(), *each.words})
        assert [word for word, n in words.items() if n > 1] == []


@pytest.mark.parametrize("metric", METRICS, ids=ids)
def test_a_metric_says_what_it_is(metric: Metric) -> None:
    assert metric.title
    assert metric.definition.endswith(".")
    assert len(metric.definition) > 30
    assert metric.words
    assert all(word == word.lower() for word in metric.words)
    assert set(metric.needs) <= set(COLUMNS)
    assert metric.group in COLUMNS
    assert metric.smallest_change > 0 or metric.id == "model_mix"
    assert not (metric.parts and metric.denominator)
    if metric.parts:
        assert sum(part.weight for part in metric.parts) == pytest.approx(1)


@pytest.mark.parametrize("view", VIEWS, ids=ids)
def test_a_view_shows_metrics_that_exist_in_a_chart_that_fits_them(view: View) -> None:
    assert view.question.endswith("?")
    assert set(view.metrics) <= set(metrics())
    assert set(view.chart.metrics) <= set(metrics())
    assert len(view.metrics) == len(set(view.metrics))
    match view.chart.kind:
        case "two_lines" | "scatter" | "bars":
            assert len(view.chart.metrics) == 2
        case "lines":
            assert len({metrics()[each].unit for each in view.chart.metrics}) == 1
        case "by_tool":
            assert len(view.chart.metrics) == 1
        case "stacked_share":
            assert view.chart.metrics == ("model_mix",)


@pytest.mark.parametrize("detector", DETECTORS, ids=ids)
def test_a_detector_says_what_it_looks_for_and_belongs_to_a_view(detector: Detector) -> None:
    assert detector.looks_for
    assert detector.view in {each.id for each in VIEWS}


@pytest.mark.parametrize("action", ACTIONS, ids=ids)
def test_an_action_can_be_done_and_measured(action: Action) -> None:
    assert action.steps
    assert all(step.endswith(".") for step in action.steps)
    assert action.place("a tool that nobody has named")
    assert all(action.where.values())
    assert action.expected
    assert bool(action.source) == (action.expected != UNKNOWN)
    assert 0 < action.minutes <= LONG
    assert 0.5 <= action.actionable <= 1
    assert action.measure in metrics()
    assert action.weeks >= 4


WITHOUT_FINDING = {
    "fix_source": "a source that is silent has no weeks to judge: `status`, `doctor` and the data notes tell it",
}


def test_every_action_is_what_some_detector_advises_but_those_with_a_reason() -> None:
    declared = {name: each.id for module in ACTION_MODULES for name, each in vars(module).items() if is_action(each)}
    read = [inspect.getsource(sys.modules[name]) for name in sorted(sys.modules) if name.startswith(DETECTORS_ROOM)]
    used = {token for text in read for token in re.findall(r"\w+", text)}
    without = {id_ for name, id_ in declared.items() if not {name, id_} & used}
    assert without == set(WITHOUT_FINDING)
