"""Google Gemini in Workspace: the log of activities in the Reports API, one UTC day a question.

- A prompt is one active use of a feature: an event whose `event_category` begins with `active_`. Google reports no
  sessions, texts, tokens or models, so these are absent. What Gemini did unasked (`inactive`) is counted apart and
  nobody's; so is what Google calls unknown, or names in a way that is not known here.
- One activity may hold several events. One with the same time, qualifier, application and customer is the same.
- The log begins on 2025-06-20 and keeps 180 days to the second, so 179 whole ones are asked for.

Not confirmed: how late activities come (a day is assumed) and for how long they are added to (three days are asked
for again). Sources: the reference and the discovery document of the Admin SDK, read in 2026.
"""

from collections import Counter
from datetime import date

from connectors.connector import Connector, Permission, Table, TableFeed
from connectors.parts.parsing import NO_DAY, day_of_text, nonzero
from connectors.parts.workspace_log import Activity, Actor, Event, ask_activities, name_of, parameter, read_activities
from connectors.rows import DayRow, Request, TablePage

PASSIVE = "what Gemini did unasked (an inactive event)"
UNKNOWN = "an event of which Google does not say whether somebody asked for it"

ANY_ACCOUNT = "105250506097979753968"
"""Stands for an account that Google does not name: it is many people's."""

ask = ask_activities("gemini_in_workspace_apps")


def parse(answer: bytes, request: Request) -> TablePage:
    """Return a row for each activity with active use. Raises ValueError for an answer that is no list of activities."""
    activities, then = read_activities(answer, request)
    rows, passed, bad = [], Counter[str](), 0
    for each in activities:
        kinds = Counter(_kind(event) for event in each.events or ())
        active = kinds.pop("", 0)
        passed.update(kinds)
        day = day_of_text(each.id.time)
        if active and day is None:
            bad += 1
        elif active and day is not None:
            rows.append(_row(each, day, active))
    return TablePage(rows=tuple(rows), then=then, passed=passed, bad=nonzero({NO_DAY: bad}))


def _row(activity: Activity, day: date, prompts: int) -> DayRow:
    actor = activity.actor or Actor()
    account = None if actor.profile_id == ANY_ACCOUNT else actor.profile_id
    return DayRow(
        day=day, email=actor.email, account=account, measures={"prompts": prompts}, event=name_of(activity.id)
    )


def _kind(event: Event) -> str:
    """Return "" for active use, else the reason for which it is not counted."""
    category = parameter(event, "event_category")
    if category.startswith("active_"):
        return ""
    return PASSIVE if category == "inactive" else UNKNOWN


_SCOPE = "https://www.googleapis.com/auth/admin.reports.audit.readonly"
_PERMISSION = Permission(
    name=_SCOPE,
    where="admin.google.com: Security, API controls, Domain-wide delegation: the service account's client id and "
    "this scope; `admin` names an administrator who may read reports",
)

gemini = Connector(
    tool="gemini",
    title="Google Gemini in Workspace",
    base_url="https://admin.googleapis.com",
    users=_PERMISSION,
    reads=("who used a feature of Gemini actively, and when",),
    never_reads=("documents, mails, prompts, names: the log has none", "addresses of machines: they are not decoded"),
    measures=frozenset({"prompts"}),
    retention_days=179,
    restatement_days=3,
    lag_hours=24,
    grain="an event",
    active="at least one event that day whose event_category begins with active_",
    feed=TableFeed(
        tables=(
            Table(name="the log of Gemini's activities", permission=_PERMISSION, ask=ask, parse=parse, span_days=1),
        ),
        per_minute=240,
        oauth_scope=_SCOPE,
    ),
)
