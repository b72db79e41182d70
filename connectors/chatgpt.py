"""ChatGPT Enterprise: the Compliance Logs Platform's CONVERSATION_MESSAGE and COSTS files, and the list of users.

What was used up is metered in one of two places, never both: COSTS files, which belong to an organization, or else the
Unified Daily Usage Analytics of the workspace.
"""

from collections.abc import Sequence

import msgspec

from connectors.connector import Connector, Meter, Permission, Stream, Table
from connectors.parts.chatgpt_messages import MESSAGE, Event, looks_like_message, messages_of, read_usual
from connectors.parts.chatgpt_usage import ask, parse_usage
from connectors.parts.costs_log import COSTS, costs_of
from connectors.parts.jsonl import FOREIGN, UNREADABLE_JSON, read_lines
from connectors.parts.logs_platform import COMPLIANCE_READ, RETENTION_DAYS, WHERE, logs_feed
from connectors.rows import BadLine, CostRow, Rows

_EVENT = msgspec.json.Decoder(Event)
_KINDS = frozenset({MESSAGE, COSTS})


def parse(piece: bytes) -> Rows:
    """Return the rows of a piece of a log file. Lines that cannot be read are counted, and reported by number."""
    try:
        lines, messages = read_usual(piece)
    except UNREADABLE_JSON:
        return read_lines(piece, _EVENT, _rows_of, _KINDS)
    return Rows(lines=lines, messages=(messages,) if messages else ())


def _rows_of(events: Sequence[Event], numbers: Sequence[int], size: int) -> Rows:
    bad: list[BadLine] = []
    passed: dict[str, int] = {}
    costs: list[CostRow] = []
    kinds = {event.type for event in events}
    if kinds <= {MESSAGE}:
        ours, lines = events, list(numbers)
    else:
        pairs = list(zip(events, numbers, strict=True))
        chosen = [(event, number) for event, number in pairs if looks_like_message(event)]
        ours, lines = [event for event, _ in chosen], [number for _, number in chosen]
        metered = [(event, number) for event, number in pairs if event.type == COSTS]
        if foreign := len(pairs) - len(chosen) - len(metered):
            passed[FOREIGN] = foreign
        costs = list(costs_of(metered, bad, passed))
    whole = [each for each in zip(ours, lines, strict=True) if each[0].message is not None]
    if len(whole) != len(ours):
        bad += [BadLine(line=n, why="no message") for event, n in zip(ours, lines, strict=True) if not event.message]
        ours, lines = [event for event, _ in whole], [number for _, number in whole]
    messages = (messages_of(ours, lines),) if ours else ()
    return Rows(lines=size, messages=messages, costs=tuple(costs), bad=tuple(bad), passed=passed)


_ANALYTICS = Permission(
    name="enterprise.analytics.usage.read",
    where="ChatGPT: an Admin key of the workspace; OpenAI enables the usage analytics for a workspace",
)

chatgpt = Connector(
    tool="chatgpt",
    title="ChatGPT Enterprise",
    base_url="https://api.chatgpt.com/v1/compliance",
    streams=(
        Stream(name=MESSAGE, scope="workspace", permission=COMPLIANCE_READ),
        Stream(
            name=COSTS,
            scope="organization",
            permission=Permission(name="compliance read for the organization", where=WHERE),
            optional=True,
        ),
    ),
    users=COMPLIANCE_READ,
    reads=(
        "who wrote each message, when, in which conversation, with which model, and how long it is",
        "tokens, credits and cost by person, hour and model; without an `organization`, by person, day and model",
        "which accounts exist, since when, and whether they are active",
    ),
    never_reads=(
        "titles, names of people, GPTs, projects and files, quotes and annotations: they are not decoded",
        "text is measured and dropped; addresses and ids are kept as keyed hashes only",
    ),
    measures=frozenset(
        {
            "sessions",
            "messages",
            "prompts",
            "prompt_characters",
            "short_prompts",
            "long_prompts",
            "input_tokens",
            "output_tokens",
            "credits",
            "cost",
        }
    ),
    retention_days=RETENTION_DAYS,
    restatement_days=3,
    lag_hours=24,
    active="OpenAI defines none for its logs: whoever wrote a message, or was metered, that day",
    grain="a message; of tokens a person, hour and model, or day and model by the analytics",
    cost="the COSTS logs, or the usage analytics where no `organization` is set; never both",
    feed=logs_feed(parse),
    meter=Meter(
        table=Table(name="the usage analytics", permission=_ANALYTICS, ask=ask, parse=parse_usage, optional=True),
        instead_of=COSTS,
        beside="/compliance",
    ),
)
