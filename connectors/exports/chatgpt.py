"""ChatGPT: the user report of the workspace analytics, weekly, monthly or of a date range.

- A week is Sunday to Saturday, as the file says it; the last day is included. A report of one day is a day.
- `messages` is empty, not 0, for somebody who was invited and never came. `model_to_messages` is written as Python
  writes a dictionary; it is kept by model, and what is missing to `messages` without one.
- Names, roles, groups, departments, GPTs, tools and projects are not read: departments come from the directory.

Not confirmed: whether `messages` counts the answers, too; the vendor says that its compliance log counts more. Source:
files of several versions of the report, 2025 and 2026, in which columns came and went.
"""

import re
from collections.abc import Sequence

from connectors.exports.export import Export, Found, Passed, Period, Use, each_line, nothing
from connectors.exports.fields import address, amount, flag, period_of, whole, whose
from connectors.exports.sheet import Line

UNREADABLE = "model to messages cannot be read: its messages are kept without a model"
TOO_MANY = "model to messages adds up to more than messages: its messages are kept without a model"
MOST_MODELS = 200
MOST_CHARACTERS = 1 << 15
_NONE = frozenset({"", "0", "0.0", "{}", "nan", "none", "null", "-"})
_PAIR = re.compile(
    r"""\s*(?:'((?:[^'\\]|\\.){0,200})'|"((?:[^"\\]|\\.){0,200})")\s*:\s*["']?(\d{1,12}(?:\.0*)?|None|null)["']?\s*(,|(?=\}))"""
)


def counts_by_name(text: str) -> dict[str, int]:
    """Return the counts in a dictionary as Python or JSON writes it; none where there is none.

    Raises ValueError for anything else. Nothing is evaluated: a name, a colon and a whole number, and so on.
    """
    plain = text.strip()
    if plain.lower() in _NONE:
        return {}
    if not (plain.startswith("{") and plain.endswith("}")) or len(plain) > MOST_CHARACTERS:
        raise ValueError("no dictionary of counts")
    found: dict[str, int] = {}
    at, end = 1, len(plain) - 1
    while plain[at:end].strip():
        if not (pair := _PAIR.match(plain, at)) or len(found) > MOST_MODELS:
            raise ValueError("no dictionary of counts")
        single, double, number, _ = pair.groups()
        if number[0].isdigit():
            name = single if single is not None else double
            found[name] = found.get(name, 0) + int(number.partition(".")[0])
        at = pair.end()
    return found


def parse_users(lines: Sequence[Line], period: Period | None) -> Found:
    """Return what each person did in the period of the line; the file says it, so `period` is not needed."""
    del period
    return each_line(lines, _user)


def _user(line: Line, passed: Passed, warned: Passed) -> list[Use]:
    del passed
    email, account = address(line), whose(line, "public_id")
    if email is None and account is None:
        raise ValueError("email and public id are empty: it is nobody's")
    messages, is_active = whole(line, "messages"), flag(line, "is_active")
    models, warning = _models(line["model_to_messages"], messages)
    if warning:
        warned[warning] += 1
    by_model = sum(models.values())
    rest: dict[str, float] = {}
    if messages is not None and (not models or messages > by_model):
        rest["messages"] = messages - by_model
    if (used := amount(line, "credits_used")) is not None:
        rest["credits"] = used
    when = period_of(line, "period_start", "period_end")
    active = bool(is_active) or (messages or by_model) > 0

    def use(model: str | None, measures: dict[str, float]) -> Use:
        return Use(
            line=line.number, period=when, email=email, account=account, model=model, active=active, measures=measures
        )

    return [use(None, rest), *(use(model, {"messages": count}) for model, count in models.items() if count)]


def _models(text: str, messages: int | None) -> tuple[dict[str, int], str]:
    """Return the messages by model, and what is wrong where they cannot be trusted: they are then left out."""
    try:
        models = counts_by_name(text)
    except ValueError:
        return {}, UNREADABLE
    if messages is not None and sum(models.values()) > messages:
        return {}, TOO_MANY
    return models, ""


_PERIOD = {
    "period_start": ("periodstart", "startdate", "periodstartdate", "periodbegin"),
    "period_end": ("periodend", "enddate", "periodenddate"),
}

users = Export(
    id="chatgpt-users",
    tool="chatgpt",
    title="ChatGPT user report",
    columns={
        **_PERIOD,
        "cadence": ("cadence", "reportcadence"),
        "public_id": ("publicid", "userid", "chatgptuserid", "userpublicid"),
        "email": ("email", "useremail", "emailaddress"),
        "is_active": ("isactive", "active"),
        "messages": ("messages", "messagessent", "totalmessages", "messagecount"),
        "model_to_messages": ("modeltomessages", "messagesbymodel", "modelstomessages"),
        "credits_used": ("creditsused", "credits"),
        "user_status": ("userstatus", "status"),
    },
    needs=(
        ("period_start",),
        ("period_end",),
        ("email", "public_id"),
        ("messages",),
        ("is_active", "user_status", "cadence"),
    ),
    parse=parse_users,
)

gpts_and_projects = Export(
    id="chatgpt-gpts",
    tool="chatgpt",
    title="ChatGPT report of GPTs or projects",
    columns={
        **_PERIOD,
        "cadence": ("cadence",),
        "subject": ("gptid", "projectid"),
        "creator": ("gptcreatoremail", "projectcreatoremail", "gptcreatorpublicid"),
        "messages": ("messagesworkspace",),
        "people": ("uniquemessagersworkspace",),
    },
    needs=(("subject",), ("messages", "people")),
    parse=nothing,
    refused="it counts messages by GPT or project, not by person: export the user report",
)
