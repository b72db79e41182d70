"""CONVERSATION_MESSAGE lines of ChatGPT's compliance logs: one event a message.

An assistant's message carries the person in `actor` too: whose it is says `author`. The authorship is `author.type`;
older files have `author.role`.
"""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from connectors.parts.logs_platform import Actor
from connectors.rows import MessageRows

MESSAGE = "CONVERSATION_MESSAGE"


class _Author(msgspec.Struct, gc=False):
    type: str | None = None
    role: str | None = None
    model: str | None = None


class _Content(msgspec.Struct, gc=False):
    value: Any = None


class _Message(msgspec.Struct, gc=False):
    id: str | None = None
    parent_id: str | None = None
    author: _Author | None = None
    content: _Content | str | None = None


class _Conversation(msgspec.Struct, gc=False):
    id: str | None = None


class Event(msgspec.Struct, gc=False):
    """A line of any kind. `payload` is what COSTS lines hold."""

    event_id: str | None = None
    type: str | None = None
    timestamp: str | float | None = None
    actor: Actor | None = None
    previous_message_id: str | None = None
    message: _Message | None = None
    conversation: _Conversation | None = None
    payload: msgspec.Raw = msgspec.Raw()


# The same as nearly every line is. Decoding into these is faster, for no field is looked at twice; what does not fit
# is decoded again as above.


class _UsualAuthor(msgspec.Struct, gc=False):
    type: Literal["user", "assistant", "tool", "system"]
    model: str | None = None


class _UsualContent(msgspec.Struct, gc=False):
    value: str | None


class _UsualMessage(msgspec.Struct, gc=False):
    id: str
    parent_id: str | None
    author: _UsualAuthor
    content: _UsualContent


class _UsualConversation(msgspec.Struct, gc=False):
    id: str


class _UsualEvent(msgspec.Struct, gc=False):
    event_id: str
    type: Literal["CONVERSATION_MESSAGE"]
    timestamp: str
    actor: Actor
    message: _UsualMessage
    conversation: _UsualConversation
    previous_message_id: str | None = None


_NO_ACTOR, _NO_AUTHOR, _NO_CONVERSATION = Actor(), _Author(), _Conversation()
_USUAL = msgspec.json.Decoder(_UsualEvent)


def read_usual(piece: bytes) -> tuple[int, MessageRows | None]:
    """Return how many lines there are, and their messages. Raises UNREADABLE_JSON where one is not as usual."""
    events = _USUAL.decode_lines(piece)
    return len(events), _usual_messages(events) if events else None


def looks_like_message(event: Event) -> bool:
    """Whether an event is a message: it says so, or says nothing and has what a message has."""
    return event.type == MESSAGE or (
        event.type is None and event.message is not None and event.conversation is not None
    )


def messages_of(events: Sequence[Event], lines: Sequence[int]) -> MessageRows:
    """Return the messages of events that have one; `lines` are the numbers of their lines."""
    messages: list[_Message] = [event.message for event in events]  # type: ignore[misc]
    actors = [event.actor or _NO_ACTOR for event in events]
    authors = [message.author or _NO_AUTHOR for message in messages]
    contents = [message.content for message in messages]
    return MessageRows(
        line=lines,
        event=[event.event_id for event in events],
        time=[event.timestamp for event in events],
        email=[actor.user_email for actor in actors],
        account=[actor.user_id for actor in actors],
        author=[author.type or author.role for author in authors],
        model=[author.model for author in authors],
        content=[each.value if isinstance(each, _Content) else each for each in contents],
        message=[message.id for message in messages],
        parent=[
            message.parent_id or event.previous_message_id for message, event in zip(messages, events, strict=True)
        ],
        conversation=[(event.conversation or _NO_CONVERSATION).id for event in events],
    )


def _usual_messages(events: Sequence[_UsualEvent]) -> MessageRows:
    messages = [event.message for event in events]
    actors = [event.actor for event in events]
    authors = [message.author for message in messages]
    return MessageRows(
        line=range(1, len(events) + 1),
        event=[event.event_id for event in events],
        time=[event.timestamp for event in events],
        email=[actor.user_email for actor in actors],
        account=[actor.user_id for actor in actors],
        author=[author.type for author in authors],
        model=[author.model for author in authors],
        content=[message.content.value for message in messages],
        message=[message.id for message in messages],
        parent=[
            message.parent_id or event.previous_message_id for message, event in zip(messages, events, strict=True)
        ],
        conversation=[event.conversation.id for event in events],
    )
