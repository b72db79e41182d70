"""Sessions and depth together: both rise (worth repeating), or sessions alone (prompts stop at the first answer)."""

from insights.actions.prompt_workshop import multi_turn_workshop
from insights.actions.repeat_training import repeat_training
from insights.finding import Action, Detector, Direction, Evidence, Finding
from insights.numbers import format_change
from insights.series import Panel
from insights.signs import Move, course, enough, filled, judged, moves, reach, recent_people, size, steady
from insights.weekly import COMPANY
from insights.words import everyone, listing, told, verb

OFTEN = "sessions_per_active_user"
DEEP = "messages_per_session"
EVERYBODY = "everybody"
NO_DEPTH = "There are more sessions, and they are no longer; prompts that carry a task on would show as depth."


def _both(panel: Panel) -> list[Finding]:
    names = judged(panel)
    often, deep = moves(panel, OFTEN, names, 1), moves(panel, DEEP, names, 1)
    found = sorted(set(often) & set(deep), key=lambda each: -_relative(deep[each]) - _relative(often[each]))
    if not found:
        often, deep = moves(panel, OFTEN, (COMPANY,), 1), moves(panel, DEEP, (COMPANY,), 1)
        found = [COMPANY] if enough(panel) and often and deep else []
    if not found:
        return []
    first = found[0]
    return [
        _finding(
            panel,
            detector="training_works",
            found=found,
            headline=f"{_who(found, 'comes', 'come')} more often and {_do(found, 'goes', 'go')} deeper: "
            f"{_about(found)}{_both_told(often[first], deep[first])} over {len(panel.weeks)} weeks.",
            detail=" ".join(part for part in (_others(found, often, deep), _company(panel)) if part)
            + f" Both rising together is what training aims at; ask what was done here. {everyone(found)}".rstrip(),
            move=deep[first],
            effect=max(_relative(deep[each]) for each in found),
            confidence=min(often[first].confidence, deep[first].confidence),
            action=repeat_training,
            direction=1,
        )
    ]


def _sessions_only(panel: Panel) -> list[Finding]:
    names = judged(panel)
    rising = moves(panel, OFTEN, names, 1)
    found = sorted(steady(panel, DEEP, rising), key=lambda each: -_relative(rising[each]))
    if not found:
        whole = moves(panel, OFTEN, (COMPANY,), 1) if enough(panel) else {}
        rising, found = whole, steady(panel, DEEP, whole)
    if not found:
        return []
    first = found[0]
    depth = panel.array(DEEP, first)
    return [
        _finding(
            panel,
            detector="sessions_without_depth",
            found=found,
            headline=f"{_who(found, 'comes', 'come')} more often but "
            f"{_do(found, 'goes', 'go')} no deeper: {_about(found)}"
            f"{_told(rising[first])} sessions a week per active user over {len(panel.weeks)} weeks, at "
            f"{_depth(float(depth[0]), float(depth[-1]))}.",
            detail=" ".join(
                part for part in (_rest(found, rising), course(panel, rising[first]), NO_DEPTH, everyone(found)) if part
            ),
            move=rising[first],
            effect=_relative(rising[first]),
            confidence=rising[first].confidence,
            action=multi_turn_workshop,
        )
    ]


def _do(found: list[str], one: str, many: str) -> str:
    """Return the verb that fits the departments, or the people of the whole company."""
    return verb(1 if len(found) == 1 and found[0] else 2, one, many)


def _who(found: list[str], one: str, many: str) -> str:
    return f"{listing(found) if found[0] else 'People'} {_do(found, one, many)}"


def _relative(move: Move) -> float:
    return move.change / move.before if move.before else 0.0


def _told(move: Move) -> str:
    return f"{told(move.before, 'messages')} → {told(move.now, 'messages')}"


def _both_told(often: Move, deep: Move) -> str:
    return f"{_told(often)} sessions a week per active user and {_told(deep)} messages a session"


def _about(found: list[str]) -> str:
    return f"{found[0]} " if len(found) > 1 else ""


def _others(found: list[str], often: dict[str, Move], deep: dict[str, Move]) -> str:
    return " ".join(f"{each}: {_both_told(often[each], deep[each])}." for each in found[1:3])


def _rest(found: list[str], often: dict[str, Move]) -> str:
    told_each = [f"{each} {_told(often[each])}" for each in found[1:3]]
    return f"Sessions of the next: {', '.join(told_each)}." if told_each else ""


def _depth(before: float, now: float) -> str:
    first, last = told(before, "messages"), told(now, "messages")
    return f"{last} messages a session{', as at first' if first == last else f' ({first} at first)'}"


def _company(panel: Panel) -> str:
    now, change = panel.latest(DEEP), panel.change(DEEP)
    if now is None or change is None:
        return ""
    way = format_change(change, "messages", weeks=len(panel.weeks))
    return f"The company has {told(now, 'messages')} messages a session, {way}."


def _finding(
    panel: Panel,
    *,
    detector: str,
    found: list[str],
    headline: str,
    detail: str,
    move: Move,
    effect: float,
    confidence: float,
    action: Action,
    direction: Direction = 0,
) -> Finding:
    departments = tuple(each for each in found if each)
    return Finding(
        key=f"{detector}:{'|'.join(sorted(departments))}:{panel.tools[0]}",
        detector=detector,
        view="depth",
        metric=move.metric,
        tool=panel.tools[0],
        departments=departments,
        week=panel.weeks[-1],
        headline=headline,
        detail=detail,
        evidence=Evidence(
            value=move.now,
            before=move.before,
            change=move.found.change,
            low=move.found.low,
            high=move.found.high,
            people=recent_people(panel, found),
            weeks=move.found.weeks,
            p=move.found.p,
            q=move.found.q,
            since=move.found.since,
        ),
        impact=reach(panel, found) * size(effect, 0.5),
        confidence=confidence,
        action=filled(action, departments=listing(departments) or EVERYBODY),
        direction=direction,
    )


training_works = Detector(
    id="training_works",
    view="depth",
    looks_for="sessions per active user and messages per session that both rise",
    detect=_both,
    resolved="the rise of sessions and depth in {departments} is no longer clear",
)

sessions_without_depth = Detector(
    id="sessions_without_depth",
    view="depth",
    looks_for="sessions per active user that rise while messages per session do not",
    detect=_sessions_only,
    resolved="{departments} no longer {comes|come} more often without going deeper",
)
