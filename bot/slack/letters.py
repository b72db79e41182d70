"""Delivering in Slack: letters to channels and people, one card to a person, and looking whether a message arrived."""

from datetime import datetime, timedelta

from slack_sdk.errors import SlackApiError

from bot.card import Card
from bot.render.slack import slack_blocks
from bot.sending.deliver import Found, NotPostedError, Parcel, Posted, Postman
from bot.slack.client import refusal
from bot.slack.digest import PAUSE, post_digest
from bot.slack.install import Installs, NotInstalledError, at, place_of
from bot.slack.post import MARK, Place, post
from bot.slack.voice import Workspace

AROUND = timedelta(hours=1)
"""How far our clock may differ from Slack's, at the very most."""

MOST_LOOKED_AT = 200
"""Newest messages of a channel in which one is looked for; where more were written since, nothing can be told."""

PERSON = ("U", "W")


def slack_postman(workspace: Workspace, installs: Installs | None) -> Postman:
    """Return how Slack delivers, in each of the workspaces where the app is installed."""

    async def there(to: str) -> tuple[Workspace, str]:
        enterprise, team, channel = place_of(to)
        return await at(workspace, installs, team, enterprise), channel

    async def post_letter(parcel: Parcel, to: str) -> Posted:
        try:
            speaking, channel = await there(to)
        except NotInstalledError as error:
            raise NotPostedError(str(error), gone=True) from error
        letter = parcel.letter
        return await post_digest(
            speaking,
            letter.digest,
            channel,
            pause=PAUSE,
            thread_only=letter.thread_only,
            key=parcel.key,
            going=parcel.going,
            arrived=parcel.arrived,
        )

    async def tell(card: Card, user: str) -> None:
        speaking, person = await there(user)
        await post(speaking, Place(channel=person), slack_blocks(card, None))

    async def find(to: str, key: str, since: datetime) -> Found:
        speaking, channel = await there(to)
        return await _find(speaking, channel, key, since)

    async def groups(user: str) -> frozenset[str]:
        _, team, person = place_of(user)
        speaking, _ = await there(user)
        return await speaking.groups.of(speaking.client, team or "", person)

    return Postman(post=post_letter, tell=tell, find=find, groups=groups)


async def _find(workspace: Workspace, channel: str, key: str, since: datetime) -> Found:
    """Look for the marked message. Without the scope to read the channel nothing can be told."""
    client = workspace.client
    try:
        if channel.startswith(PERSON):
            opened = await client.conversations_open(users=channel)
            channel = str(opened["channel"]["id"])
        answer = await client.conversations_history(
            channel=channel,
            limit=MOST_LOOKED_AT,
            include_all_metadata=True,
        )
    except SlackApiError as error:
        if not refusal(error):
            raise
        return Found(message=None)
    for message in answer["messages"]:
        mark = message.get("metadata") or {}
        if mark.get("event_type") == MARK and (mark.get("event_payload") or {}).get("key") == key:
            return Found(message=f"{channel}:{message['ts']}")
    seen = min((float(each["ts"]) for each in answer["messages"]), default=0.0)
    whole = not answer.get("has_more") or seen < (since - AROUND).timestamp()
    return Found(message="" if whole else None)
