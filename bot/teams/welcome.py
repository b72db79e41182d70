"""What the bot says when it is brought into a conversation: what it can do, and how to stop it."""

from bot.card import Button, Card
from storage.conversations import Kind


def welcome_card(kind: Kind) -> Card:
    """The first card of a conversation."""
    how = {
        "personal": "Just write: “sales”, “models last 26 weeks”, “sales vs engineering”, or “help”.",
        "group": "Mention me with a question: “@AI Usage sales”. Everybody in this chat sees the answer.",
        "channel": "Mention me with a question: “@AI Usage sales”. Everybody in this channel sees the answer.",
    }[kind]
    stop = {
        "personal": "uninstall the app (right-click it, Uninstall)",
        "group": "remove the app from this chat (Manage apps)",
        "channel": "remove the app from the team (Manage team, Apps)",
    }[kind]
    return Card(
        title="I tell what your organisation gets from its AI tools",
        text=(
            "Who uses them, how deeply, with which models, at what cost, what changed and what to do about it. "
            f"{how}\n\n"
            "I know no conversation content and no names, and I show nothing about groups of fewer people than your "
            "organisation has set. Only people with a role are answered."
        ),
        buttons=(Button(label="Overview", ask="overview"), Button(label="What can I ask?", ask="help")),
        footer=f"To stop me: {stop}. “subscriptions” shows what I send here by myself, and stops it.",
    )
