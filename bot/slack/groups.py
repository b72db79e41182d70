"""Which Slack user groups somebody is in, for roles that are given to groups."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.client import refusal

log = logging.getLogger(__name__)

FRESH = 600.0  # seconds; whoever joins a group waits as long
NOTHING: frozenset[str] = frozenset()


@dataclass(kw_only=True, slots=True)
class Groups:
    """The members of each workspace's groups, asked of Slack in one call every ten minutes, and only where `wanted`.

    Slack is never asked before a command is acknowledged: `of` belongs into the answer.
    """

    wanted: Callable[[], bool] = lambda: False
    _known: dict[str, tuple[float, dict[str, frozenset[str]]]] = field(default_factory=dict)

    async def of(self, client: AsyncWebClient, team: str, user: str) -> frozenset[str]:
        """Return the ids of the groups that this person is in; what was known last where Slack can't be asked."""
        if not self.wanted():
            return NOTHING
        at, groups = self._known.get(team, (-FRESH, {}))
        if time.monotonic() - at >= FRESH:
            groups = await self._asked(client, team) or groups
            self._known[team] = (time.monotonic(), groups)
        return frozenset(group for group, members in groups.items() if user in members)

    async def _asked(self, client: AsyncWebClient, team: str) -> dict[str, frozenset[str]]:
        try:
            answer = await client.usergroups_list(include_users=True, team_id=team or None)
        except SlackApiError as error:
            log.warning(
                "roles are given to user groups, and Slack does not tell who is in them: %s (scope usergroups:read)",
                refusal(error) or error,
            )
            return {}
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("Slack could not be asked who is in its user groups: %s", error)
            return {}
        return {str(each["id"]): frozenset(each.get("users") or ()) for each in answer["usergroups"]}
