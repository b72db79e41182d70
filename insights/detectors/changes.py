"""Whatever changed and is nobody else's to tell: each watched metric that the scan found at a new level, or moving."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from insights import catalogue
from insights.actions import ACTIONS
from insights.causes.why import why
from insights.finding import Action, Detector, Evidence, Finding
from insights.metric import Metric
from insights.numbers import format_change
from insights.scan import COURSES, Change
from insights.series import Panel
from insights.signs import filled, judged, reach, recent_people, size
from insights.weekly import ALL_TOOLS, COMPANY
from insights.words import listing, told, tool_name

WORSE = {
    "weekly_active_users": "office_hours",
    "sessions_per_active_user": "office_hours",
    "messages_per_session": "use_case_session",
    "prompts": "office_hours",
    "characters_per_prompt": "share_templates",
    "short_prompt_share": "share_templates",
    "long_prompt_share": "share_templates",
    "older_model_share": "set_default_model",
    "top_ten_share": "champions",
}
"""What to do where a metric moves the wrong way."""

BETTER, NOTED, COSTS, NEUTRAL = "repeat_training", "note_what_was_done", "check_tier", "note_what_was_done"
"""What to do about good news of departments and of the company, about what costs money, and about the rest."""

BETTER_IMPACT, NEUTRAL_IMPACT = 0.4, 0.25
"""Part of its impact that good news, or news of which nobody can say, counts beside bad news."""

FULL, FULL_POINTS = 0.5, 0.25
"""Part of its level by which a metric changes at full impact; of a share, in points."""

Key = tuple[str, str, int, bool]


def _detect(panel: Panel) -> list[Finding]:
    groups: dict[Key, list[Change]] = defaultdict(list)
    for each in panel.scan.changes:
        if each.kind == "scatter":
            continue
        groups[each.metric, each.tool, 1 if each.change > 0 else -1, each.kind in COURSES].append(each)
    return [finding for key, changes in sorted(groups.items()) for finding in _findings(panel, key, changes)]


def _findings(panel: Panel, key: Key, changes: Sequence[Change]) -> Iterator[Finding]:
    metric_id, tool, way, _ = key
    if tool != panel.tools[0] and (panel.tools[0] != ALL_TOOLS or _told_of_all(panel, changes)):
        return
    known = judged(panel)
    company = next((each for each in changes if each.department == COMPANY), None)
    departments = [each for each in changes if each.department in known]
    if company is None and not departments:
        return
    metric = catalogue.metrics()[metric_id]
    departments.sort(key=lambda each: -way * each.shrunk)
    lead = company or departments[0]
    named = () if company else tuple(each.department for each in departments)
    yield Finding(
        key=f"changes.{metric_id}.{'up' if way > 0 else 'down'}:{'|'.join(sorted(named))}:{tool}",
        detector="changes",
        view=_view(metric_id),
        metric=metric_id,
        tool=tool,
        departments=named,
        week=panel.weeks[-1],
        headline=_headline(panel, metric, lead, named, len(known)),
        detail=_joined(_where(panel, metric, company, departments, known), _why(panel, lead), _sure(panel, lead)),
        evidence=Evidence(
            value=lead.now,
            before=lead.before,
            change=lead.change,
            low=lead.low,
            high=lead.high,
            people=recent_people(panel, named or (COMPANY,)),
            weeks=lead.weeks,
            p=lead.p,
            q=lead.q,
            since=lead.since,
        ),
        direction=1 if way > 0 else -1,
        impact=_impact(panel, metric, lead, way, named),
        confidence=1 - lead.q,
        action=_action(panel, metric, way, named),
    )


def _told_of_all(panel: Panel, changes: Sequence[Change]) -> bool:
    """Tell whether what one tool did is what all tools together did, in every place."""
    together = {
        (each.metric, each.department, each.change > 0) for each in panel.scan.changes if each.tool == ALL_TOOLS
    }
    return all((each.metric, each.department, each.change > 0) in together for each in changes)


def _view(metric_id: str) -> str:
    views = catalogue.views().values()
    return next((each.id for each in views if metric_id in each.metrics), "overview")


# Words ---------------------------------------------------------------------------------------------------------------


def _headline(panel: Panel, metric: Metric, lead: Change, named: Sequence[str], of: int) -> str:
    title = _title(panel, metric, lead.tool)
    before, now = (told(each, metric.unit, panel.currency) for each in (lead.before, lead.now))
    if lead.kind == "odd_week":
        where = f" in {named[0]}" if named else ""
        return f"{title}{where}: {now} in the last week, where {before} was usual."
    went = "rose" if lead.change > 0 else "fell"
    if lead.kind == "trend" and lead.weeks > len(panel.weeks):
        # Too slow to be seen in what is shown.
        went = f"slowly {went}"
    when = f"over {lead.weeks} weeks" if lead.kind == "trend" else f"since the week of {_day(lead.since)}"
    if len(named) > 1:
        return f"{title} {went} in {len(named)} of {of} departments, most in {named[0]}: from {before} to {now} {when}."
    where = f" in {named[0]}" if named else ""
    return f"{title}{where} {went} from {before} to {now} {when}."


def _title(panel: Panel, metric: Metric, tool: str) -> str:
    title = metric.title.replace("the reference model", panel.reference.name)
    return title if tool == panel.tools[0] else f"{tool_name(tool)}: {title[0].lower()}{title[1:]}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"


def _where(
    panel: Panel, metric: Metric, company: Change | None, departments: Sequence[Change], known: Sequence[str]
) -> str:
    """The departments that went the same way, and those that did not."""
    if company is None:
        others = [f"{each.department} {_from_to(panel, metric, each)}" for each in departments[1:4]]
        return f"Also: {', '.join(others)}." if others else ""
    if company.kind == "odd_week" or len(known) < 2:
        return ""
    went = [each.department for each in departments]
    rest = [each for each in known if each not in went]
    way = "rose" if company.change > 0 else "fell"
    if not went:
        return "No department stands out: each alone moves too little to tell."
    if not rest:
        return f"It {way} in every department, most in {went[0]}."
    if len(went) > len(rest):
        return f"It {way} in {len(went)} of {len(known)} departments; {_not(rest, way)}."
    return f"It {way} most in {listing(went)}."


def _not(rest: Sequence[str], way: str) -> str:
    return f"in {listing(rest)} there is no clear {'rise' if way == 'rose' else 'fall'}"


def _from_to(panel: Panel, metric: Metric, change: Change) -> str:
    return f"{told(change.before, metric.unit, panel.currency)} → {told(change.now, metric.unit, panel.currency)}"


def _why(panel: Panel, lead: Change) -> str:
    cause = why(panel.wide, lead, tool_name)
    return cause.text if cause else ""


def _joined(*parts: str) -> str:
    return " ".join(each for each in parts if each)


def _sure(panel: Panel, lead: Change) -> str:
    """The interval of the change, in words: "It is up between 1.3 and 1.5, with 90% certainty."."""
    unit = catalogue.metrics()[lead.metric].unit
    low, high = sorted((lead.low, lead.high), key=abs)
    if low * high <= 0:
        return ""
    (way, *least), (_, *most) = (format_change(each, unit, panel.currency).split() for each in (low, high))
    if least == most:
        return ""
    if least[1:] == most[1:]:
        least = least[:1]
    return f"It is {way} between {' '.join(least)} and {' '.join(most)}, with 90% certainty."


# Worth ---------------------------------------------------------------------------------------------------------------


def _impact(panel: Panel, metric: Metric, lead: Change, way: int, named: Sequence[str]) -> float:
    relative = (
        abs(lead.shrunk) / 0.25 * FULL if metric.unit == "percent" else abs(lead.shrunk) / (abs(lead.before) or 1.0)
    )
    kind = {"up": 1, "down": -1}.get(metric.good, 0) * way
    weight = 1.0 if kind < 0 else BETTER_IMPACT if kind > 0 else NEUTRAL_IMPACT
    # Of a change slower than what is shown, a part is old.
    shown = len(panel.weeks) / lead.weeks if lead.kind == "trend" and lead.weeks > len(panel.weeks) else 1.0
    return reach(panel, named or (COMPANY,)) * size(relative, FULL) * weight * shown


def _action(panel: Panel, metric: Metric, way: int, named: Sequence[str]) -> Action:
    kind = {"up": 1, "down": -1}.get(metric.good, 0) * way
    wanted = (BETTER if named else NOTED) if kind > 0 else WORSE.get(metric.id, COSTS) if kind < 0 else NEUTRAL
    if metric.unit in {"money", "credits", "tokens"}:
        wanted = COSTS
    action = next(each for each in ACTIONS if each.id == wanted)
    return filled(action, departments=listing(named) or "everybody", model=panel.reference.name)


changes = Detector(
    id="changes",
    view="overview",
    looks_for="any watched metric at a new level, on its way up or down, or odd in the last week",
    detect=_detect,
)
