"""Delivering in Teams: letters to conversations and people, and one card to a person."""

import asyncio
from dataclasses import replace

from bot.card import Card
from bot.render.teams import teams_messages
from bot.sending.deliver import Parcel, Posted, Postman
from bot.sending.subscriptions import bare
from bot.teams.digest import place_of, post_digest
from bot.teams.post import Office, post


def teams_postman(office: Office) -> Postman:
    """Return how Teams delivers. It can't be asked what stands in a conversation: a doubtful message stays unknown."""

    async def post_letter(parcel: Parcel, to: str) -> Posted:
        digest = parcel.letter.digest
        if parcel.letter.thread_only:
            heading = Card(title=digest.card.title, text="The numbers and what to do about them are in the thread.")
            digest = replace(digest, card=heading, views=(digest.card, *digest.views))
        return await post_digest(office, digest, bare(to), going=parcel.going, arrived=parcel.arrived)

    async def tell(card: Card, user: str) -> None:
        place = await place_of(office, bare(user))
        told, picture = await asyncio.to_thread(office.pictures.shown, card)
        for message in teams_messages(told, picture, native=office.native):
            await post(office, place, message)

    return Postman(post=post_letter, tell=tell)
