"""What `ai-usage insights` prints: each finding with what ranks it and its evidence, and how much was looked at."""

import shlex
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from bot.answers.advice import state_of
from bot.sending.digest import looked_at
from insights.catalogue import metrics
from insights.engine import Examination, Quiet
from insights.finding import Finding
from insights.rates import RATE
from insights.series import Panel
from insights.words import counted, day, told


def insights_in_json(shown: Panel, seen: Examination) -> dict[str, Any]:
    """Return everything that was found, with its evidence, and what was tried and passed."""
    return {
        "week": shown.weeks[-1] if shown.weeks else None,
        "weeks": len(shown.weeks),
        "looked_at": seen.scope,
        "detectors": seen.looked,
        "tried": seen.tried,
        "passed": len(seen.passed),
        "rate": RATE,
        "changes": seen.passed,
        "findings": [_finding(each) for each in seen.findings],
        "others": len(seen.others),
        "resolved": seen.resolved,
        "quiet": [{"finding": _finding(each.finding), "choice": each.choice} for each in seen.quiet],
        "faults": seen.faults,
        "notes": shown.notes,
    }


def insights_lines(seen: Examination, currency: str) -> Iterator[RenderableType]:
    """Yield what a terminal shows."""
    if not seen.scope.weeks:
        yield Text("There is no complete week of data yet.")
        return
    for number, each in enumerate(seen.findings, 1):
        yield Text(f"{number}. {each.headline}", style="bold")
        yield _under(f"{each.detail}\n→ {each.action.title}")
        yield _under(f"{_state(each)}\n{_rank(each)}\n{_evidence(each, currency)}\n{shlex.quote(each.key)}\n", "dim")
    if not seen.findings:
        yield Text("Nothing notable this week.\n")
    for gone in seen.resolved:
        yield Text(f"Resolved: {gone.words}.")
    for quiet in seen.quiet:
        yield Text(_quiet(quiet), style="dim")
        yield _under(shlex.quote(quiet.choice.key), "dim")
    if seen.others:
        yield Text(f"{counted(len(seen.others), 'more finding')}: `ai-usage insights --all` tells.", style="dim")
    yield Text(_counts(seen))
    for fault in seen.faults:
        yield Text(f"{fault.detector} failed: {fault.error}", style="red")


def _under(text: str, style: str = "") -> Padding:
    return Padding(Text(text, style=style), (0, 0, 0, 3))


def _finding(finding: Finding) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(finding)
    return built | {"rank": finding.rank}


def _state(finding: Finding) -> str:
    since = f", told since the week of {day(finding.first_week)}" if finding.first_week else ""
    return f"{state_of(finding)}{since}"


def _rank(finding: Finding) -> str:
    parts = (
        ("impact", finding.impact),
        ("confidence", finding.confidence),
        ("novelty", finding.novelty),
        ("actionable", finding.actionable),
    )
    return f"rank {finding.rank:.2f} = " + " × ".join(f"{name} {value:.2f}" for name, value in parts)


def _evidence(finding: Finding, currency: str) -> str:
    """The metric's value and what the finding rests on; an interval and chances where something was tested."""
    evidence, metric = finding.evidence, metrics()[finding.metric]

    def written(value: float) -> str:
        return told(value, metric.unit, currency)

    parts = [f"{metric.title}: {written(evidence.value)}"]
    if evidence.change is not None and evidence.low is not None and evidence.high is not None:
        # A difference of shares is told in points: "+4%" of a share can be read two ways.
        points = " points" if metric.unit == "percent" else ""
        change, low, high = (
            _signed(each, written).replace("%", "") for each in (evidence.change, evidence.low, evidence.high)
        )
        parts.append(f"change {change}{points}, 90% interval {low} to {high}{points}")
    if evidence.p is not None and evidence.q is not None:
        parts.append(f"p {evidence.p:.2g}, adjusted {evidence.q:.2g}")
    parts.append(f"{counted(evidence.people, 'person', 'people')}, {counted(evidence.weeks, 'week')}")
    return "; ".join(parts)


def _signed(value: float, written: Callable[[float], str]) -> str:
    return f"{'+' if value >= 0 else '−'}{written(abs(value))}"


def _quiet(quiet: Quiet) -> str:
    choice = quiet.choice
    how = f"snoozed until {day(choice.until)}" if choice.until else f"dismissed on {day(choice.at)}"
    reason = f": {choice.reason}" if choice.reason else ""
    return f"Quiet ({how}{reason}): {quiet.finding.headline}"


def _counts(seen: Examination) -> str:
    tried = f"{counted(seen.tried, 'hypothesis', 'hypotheses')} tried, {len(seen.passed)} passed"
    return f"{tried} at a false discovery rate of {RATE:.0%}; {looked_at(seen, tried=False)}."
