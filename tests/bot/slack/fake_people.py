"""What people do in the fake Slack, as Slack tells the app: commands, buttons, forms, mentions, messages, tabs."""

import asyncio
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TEAM, BOT, ASKER = "T0000000001", "U0BOT000001", "U0ASKER0001"
MEMBER_OF = "C0000000001"
STRANGE = "C0000000002"
DIRECT = "D0000000001"
APP = "A0000000001"

TRIGGER_LIVES = 3.0  # seconds
TAKEN_WITHIN = 3.0


@dataclass(kw_only=True)
class FakePeople:
    """`acknowledged` and `answers` are what came back for an envelope, by its id; `late` those that took too long.

    `triggers` are the trigger ids that were given out, with when and whether they were used.
    """

    acknowledged: dict[str, float] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    sent: dict[str, float] = field(default_factory=dict)
    triggers: dict[str, float] = field(default_factory=dict)
    number: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    @property
    def late(self) -> list[str]:
        """The envelopes that the real Slack would have told the person of as failed."""
        return [each for each, at in self.acknowledged.items() if at - self.sent[each] > TAKEN_WITHIN]

    async def until(self, condition, seconds: float = 5.0) -> None:
        """Return once `condition()` holds; TimeoutError otherwise."""
        async with asyncio.timeout(seconds):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    async def command(self, text: str, *, user: str = ASKER, channel: str = MEMBER_OF) -> str:
        payload = {
            "token": "verification-invented",
            "team_id": TEAM,
            "team_domain": "example",
            "channel_id": channel,
            "channel_name": "general",
            "user_id": user,
            "user_name": "someone",
            "command": "/ai-usage",
            "text": text,
            "api_app_id": APP,
            "is_enterprise_install": "false",
            "response_url": self._response_url(),
            "trigger_id": self.trigger(),
        }
        return await self._envelope("slash_commands", payload)

    async def press(
        self,
        value: str,
        *,
        action: str = "ask:0",
        thread: str | None = None,
        user: str = ASKER,
        channel: str = MEMBER_OF,
        only_for_them: bool = False,
    ) -> str:
        container = {
            "type": "message",
            "message_ts": "1.000001",
            "channel_id": channel,
            "is_ephemeral": only_for_them,
        }
        payload = self._interaction("block_actions", user) | {
            "container": container | ({"thread_ts": thread} if thread else {}),
            "channel": {"id": channel, "name": "general"},
            "message": {"type": "message", "ts": "1.000001", "text": "…"},
            "response_url": self._response_url(),
            "actions": [_button(action, value)],
        }
        return await self._envelope("interactive", payload)

    async def press_in_home(
        self, value: str, *, action: str = "home:0", view: dict[str, Any], user: str = ASKER
    ) -> str:
        container = {"type": "view", "view_id": view["id"]}
        payload = self._interaction("block_actions", user) | {
            "container": container,
            "view": view,
            "actions": [_button(action, value)],
        }
        return await self._envelope("interactive", payload)

    async def submit(self, view: dict[str, Any], values: dict[str, dict[str, Any]], *, user: str = ASKER) -> str:
        """Submit a form. `values` are by block, as Slack gives them: {"day": {"selected_date": "2026-10-01"}}."""
        inputs = {each["block_id"]: each["element"] for each in view["blocks"] if each["type"] == "input"}
        state = {
            block: {element["action_id"]: {"type": element["type"], **values.get(block, _initial(element))}}
            for block, element in inputs.items()
        }
        payload = self._interaction("view_submission", user) | {
            "view": view | {"state": {"values": state}},
            "response_urls": [],
        }
        return await self._envelope("interactive", payload)

    async def mention(
        self, text: str, *, user: str = ASKER, channel: str = MEMBER_OF, thread: str = "", **more: Any
    ) -> str:
        event = {
            "type": "app_mention",
            "user": user,
            "text": f"<@{BOT}> {text}",
            "ts": self.moment(),
            "channel": channel,
            "team": TEAM,
            "event_ts": "1.000001",
        }
        return await self.event(event | ({"thread_ts": thread} if thread else {}), **more)

    async def write(self, text: str, *, user: str = ASKER, thread: str = "", more: dict[str, Any] | None = None) -> str:
        event = {
            "type": "message",
            "channel_type": "im",
            "user": user,
            "text": text,
            "ts": self.moment(),
            "channel": DIRECT,
            "team": TEAM,
            "event_ts": "1.000001",
        }
        return await self.event(event | ({"thread_ts": thread} if thread else {}) | (more or {}))

    async def open_tab(self, tab: str, *, user: str = ASKER) -> str:
        event = {"type": "app_home_opened", "user": user, "channel": DIRECT, "tab": tab, "event_ts": "1.000001"}
        return await self.event(event)

    async def event(self, event: dict[str, Any], *, event_id: str = "", retry: int = 0) -> str:
        payload = {
            "token": "verification-invented",
            "team_id": TEAM,
            "api_app_id": APP,
            "event": event,
            "type": "event_callback",
            "event_id": event_id or f"Ev{next(self.number):08d}",
            "event_time": 1,
            "authorizations": [{"enterprise_id": None, "team_id": TEAM, "user_id": BOT, "is_bot": True}],
        }
        repeated = {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""}
        return await self._envelope("events_api", payload, repeated)

    def trigger(self) -> str:
        """A trigger id that lives three seconds and opens one view."""
        made = f"1.{next(self.number)}.invented"
        self.triggers[made] = asyncio.get_running_loop().time()
        return made

    def moment(self) -> str:
        """A message's `ts`."""
        return f"{1_700_000_000 + next(self.number)}.000100"

    def _response_url(self) -> str:
        return f"{self.url}/response/{next(self.number)}"

    def _interaction(self, kind: str, user: str) -> dict[str, Any]:
        return {
            "type": kind,
            "user": {"id": user, "username": "someone", "team_id": TEAM},
            "api_app_id": APP,
            "token": "verification-invented",
            "trigger_id": self.trigger(),
            "team": {"id": TEAM, "domain": "example"},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    async def _envelope(self, kind: str, payload: dict[str, Any], more: dict[str, Any] | None = None) -> str:
        await self.until(lambda: any(not socket.closed for socket in self.sockets))
        envelope = f"envelope-{next(self.number)}"
        socket = next(socket for socket in self.sockets if not socket.closed)
        told = {"envelope_id": envelope, "type": kind, "payload": payload, "accepts_response_payload": True}
        self.sent[envelope] = asyncio.get_running_loop().time()
        await socket.send_json(told | (more or {}))
        return envelope

    def took(self, message: str) -> None:
        """Note what the app answered to an envelope."""
        answer = json.loads(message)
        self.acknowledged[answer["envelope_id"]] = asyncio.get_running_loop().time()
        self.answers[answer["envelope_id"]] = answer.get("payload")
        self.changed.set()


def _button(action: str, value: str) -> dict[str, Any]:
    return {
        "action_id": action,
        "block_id": "b1",
        "type": "button",
        "text": {"type": "plain_text", "text": "Press", "emoji": True},
        "value": value,
        "action_ts": "1.000002",
    }


INITIAL = {
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "static_select": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
}
"""Where an element has its value in a submitted form, and where it was proposed; other elements have a `value`."""


def _initial(element: dict[str, Any]) -> dict[str, Any]:
    """What an element holds that nobody touched."""
    name, initial = INITIAL.get(element["type"], ("value", "initial_value"))
    return {name: element.get(initial, [] if name == "selected_options" else None)}
