"""What was shown in a conversation and is needed a while longer: pictures to be fetched, cards that buttons change."""

import json
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from storage.schema import shown_card, shown_picture
from storage.store import Store, insert_missing

KEPT = timedelta(days=60)
"""How long a card can be changed and its picture be fetched: digests are read late, eight of them at most."""

JSON = dict[str, object]


def keep_picture(store: Store, png: bytes, now: datetime) -> str:
    """Keep a picture, and return the name under which it can be fetched: 32 characters that nobody can guess."""
    name = secrets.token_urlsafe(24)
    with store.writing() as connection:
        connection.execute(delete(shown_picture).where(shown_picture.c.until < now))
        insert_missing(connection, shown_picture, [{"name": name, "png": png, "until": now + KEPT}])
    return name


def picture(store: Store, name: str, now: datetime) -> bytes | None:
    """Return a picture, None where there is none (any more)."""
    with store.reading() as connection:
        png = connection.scalar(
            select(shown_picture.c.png).where(shown_picture.c.name == name, shown_picture.c.until >= now)
        )
    return None if png is None else bytes(png)


def keep_card(store: Store, conversation: str, message: str, card: JSON, now: datetime) -> None:
    """Keep a card as it stands in a message now."""
    told = json.dumps(card, ensure_ascii=False)
    place = (shown_card.c.conversation == conversation) & (shown_card.c.message == message)
    with store.writing() as connection:
        connection.execute(delete(shown_card).where(shown_card.c.until < now))
        row = {"conversation": conversation, "message": message, "card": told, "until": now + KEPT}
        if insert_missing(connection, shown_card, [row]) != 1:
            connection.execute(update(shown_card).where(place).values(card=told, until=now + KEPT))


def card(store: Store, conversation: str, message: str) -> JSON | None:
    """Return the card that stands in a message, None where it is not kept (any more)."""
    with store.reading() as connection:
        told = connection.scalar(
            select(shown_card.c.card).where(shown_card.c.conversation == conversation, shown_card.c.message == message)
        )
    if told is None:
        return None
    kept: JSON = json.loads(told)
    return kept
