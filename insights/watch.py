"""What is scanned for change: every watched metric, tool and department behind the gate."""

from collections.abc import Sequence

from insights import catalogue
from insights.gate import gated
from insights.scan import Watch, Watched
from insights.weekly import Weekly

PEOPLE, SESSIONS = "weekly_active_users", "sessions"


def watch_of(behind: Weekly, k: int, tools: Sequence[str]) -> Watch:
    """Return what of `behind` may be told about at least `k` people.

    With one tool alone, all tools together say the same again and are left out.
    """
    chosen = tuple(each for each in tools if each in behind.tools)
    metrics = tuple(each for each in catalogue.metrics().values() if each.watched or each.id in {PEOPLE, SESSIONS})
    seen = gated(behind, metrics, k, chosen)
    at = {each.id: n for n, each in enumerate(metrics)}
    return Watch(
        weeks=behind.weeks,
        tools=chosen,
        departments=behind.departments[1:],
        metrics=tuple(
            Watched(metric=each, values=seen.value[at[each.id]], sizes=seen.denominator[at[each.id]])
            for each in metrics
            if each.watched
        ),
        people=seen.value[at[PEOPLE]],
        sessions=seen.value[at[SESSIONS]],
    )
