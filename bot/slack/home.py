"""The app's Home tab."""

import logging
from collections.abc import Iterator, Sequence
from datetime import date

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.answers.home import HolderLine, Home, OwnAction, SourceLine, SubscriptionLine
from bot.card import Field
from bot.people.rights import EVERYBODY, GROUP
from bot.reference import new_reference
from bot.render.slack_words import clip, clip_escaped, escape_mrkdwn
from bot.slack.answering import asker
from bot.slack.voice import Workspace
from bot.slack.work import BusyError
from insights.words import day

log = logging.getLogger(__name__)

Block = dict[str, object]

REFRESH = "home:refresh"
SUBSCRIPTION = "subscription:"
NEW = "new"
"""In place of the number of a subscription: that there is none yet."""

SECTION, HEADER, FIELD, CONTEXT, VALUE = 2900, 150, 1900, 1900, 2000  # characters, a little under Slack's own limits
WRONG = "Sorry, this page could not be made. Tell whoever runs this bot the reference `{reference}`."


async def publish(workspace: Workspace, team: str, user: str) -> None:
    """Show somebody their Home. What goes wrong is said there, with a reference that the log has too."""
    try:
        home = await workspace.work.do(workspace.voice.home, await asker(workspace, team, user))
        view = home_view(home)
    except BusyError:
        log.warning("too many wait for an answer: a Home tab was not brought up to date")
        return
    except Exception:
        reference = new_reference()
        log.exception("the Home tab could not be made [%s]", reference)
        view = {"type": "home", "blocks": [_section(WRONG.format(reference=reference)), _refresh()]}
    try:
        await workspace.client.views_publish(user_id=user, view=view)
    except (SlackApiError, aiohttp.ClientError, TimeoutError):
        log.exception("the Home tab could not be published")


def home_view(home: Home) -> dict[str, object]:
    """The page as Block Kit: pure, and within every limit of Slack's whatever it holds."""
    blocks = [
        _header(home.title),
        _section(f"{escape_mrkdwn(home.rights)} {_whom(home.whom)}".strip()),
        *_glance(home.fields, home.footer),
        *_actions(home.actions),
        *(_subscriptions(home.subscriptions) if home.subscriptions is not None else ()),
        *_sources(home.sources),
        *(_holders(home.holders) if home.holders is not None else ()),
        {"type": "divider"},
        _refresh(),
    ]
    return {"type": "home", "blocks": blocks[:100]}


def _whom(whom: Sequence[str]) -> str:
    names = " or ".join(mention(each) for each in whom)
    return f"Ask {names}." if names else ""


def mention(who: str) -> str:
    """A person, user group or everybody, from an id as roles have it: Slack shows the name, and tells nobody."""
    bare = who.rpartition(":")[2]
    if who == EVERYBODY:
        return "everybody"
    return f"<!subteam^{bare}>" if who.startswith(GROUP) else f"<@{bare}>"


def _glance(fields: Sequence[Field], footer: str) -> Iterator[Block]:
    if not fields:
        return
    yield {
        "type": "section",
        "fields": [{"type": "mrkdwn", "text": clip_escaped(_told(each), FIELD)} for each in fields[:10]],
    }
    if footer:
        yield _quiet(escape_mrkdwn(footer))
    buttons = (("Overview", "overview"), ("Departments", "departments"), ("Licences", "licenses"), ("Help", "help"))
    elements = [_button(label, f"ask:{number}", ask) for number, (label, ask) in enumerate(buttons)]
    yield {"type": "actions", "elements": elements}


def _told(field: Field) -> str:
    beneath = ", ".join(each for each in (field.change, field.note) if each)
    lines = [escape_mrkdwn(field.label), f"*{escape_mrkdwn(field.value)}*", escape_mrkdwn(beneath)]
    return "\n".join(each for each in lines if each)


def _actions(actions: Sequence[OwnAction]) -> Iterator[Block]:
    yield _header("Your open actions")
    for number, each in enumerate(actions):
        section = _section(f"{escape_mrkdwn(each.title)}\n{_due(each.due, overdue=each.overdue)}")
        done = f"done {each.key}"
        if each.key and len(done) <= VALUE:
            section["accessory"] = _button("Done", f"do:done:{number}", done)
        yield section
    if not actions:
        yield _quiet("You have taken none. *Assign* beneath a finding makes it yours.")
    yield {"type": "actions", "elements": [_button("Note what was done", "do:did", "did")]}


def _subscriptions(lines: Sequence[SubscriptionLine]) -> Iterator[Block]:
    yield _header("Subscriptions")
    for number, each in enumerate(lines):
        yield _section(
            f"*{escape_mrkdwn(each.what)}* to {place(each.place)}\n{escape_mrkdwn(f'{each.cadence}, {each.next}')}"
        )
        pause = "resume" if each.paused else "pause"
        buttons = [_button(pause.capitalize(), f"ask:{pause}:{number}", f"{pause} {each.number}")]
        buttons += [] if each.fixed else [_button("Edit", f"{SUBSCRIPTION}{number}", each.number)]
        buttons += [_button("Send a test", f"ask:test:{number}", f"send test {each.number}")]
        yield {"type": "actions", "elements": buttons}
    if not lines:
        yield _quiet("None yet. `/ai-usage subscribe` in a channel subscribes it, too.")
    yield {"type": "actions", "elements": [_button("Subscribe", f"{SUBSCRIPTION}new", NEW)]}


def place(where: str) -> str:
    """A channel or person by its id, with or without its workspace's, as Slack shows it."""
    bare = where.rpartition(":")[2]
    if bare.startswith(("C", "G")):
        return f"<#{bare}>"
    return f"<@{bare}>" if bare.startswith(("U", "W")) else escape_mrkdwn(where)


def _due(due: date | None, *, overdue: bool) -> str:
    if due is None:
        return "no day set"
    return f"{':warning: was due' if overdue else 'due'} {day(due)} {due.year}"


def _sources(sources: Sequence[SourceLine]) -> Iterator[Block]:
    if not sources:
        return
    yield _header("How fresh the data is")
    lines = [f"*{escape_mrkdwn(each.name)}*: {escape_mrkdwn(each.words)}{_alarms(each.alarms)}" for each in sources]
    yield _section("\n".join(lines))


def _alarms(alarms: Sequence[str]) -> str:
    return "".join(f"\n:warning: {escape_mrkdwn(each)}" for each in alarms)


def _holders(holders: Sequence[HolderLine]) -> Iterator[Block]:
    yield _header("Who may ask about what")
    lines = [f"{mention(each.who)}: {escape_mrkdwn(each.may)}" for each in holders]
    yield _section("\n".join(lines) or "Nobody yet but whoever runs this bot.")
    yield _quiet("`/ai-usage grant` and `/ai-usage revoke` change it; only administrators see this.")


def _header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": clip(text.strip(), HEADER) or "…", "emoji": False}}


def _section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(text, SECTION)}


def _quiet(text: str) -> Block:
    return {"type": "context", "elements": [_mrkdwn(text, CONTEXT)]}


def _mrkdwn(text: str, limit: int) -> Block:
    return {"type": "mrkdwn", "text": clip_escaped(text.strip(), limit) or "…"}


def _button(label: str, action: str, value: str) -> Block:
    text = {"type": "plain_text", "text": label, "emoji": False}
    return {"type": "button", "text": text, "action_id": action, "value": value}


def _refresh() -> Block:
    return {"type": "actions", "elements": [_button("Refresh", REFRESH, "refresh")]}
