"""How many people use it, and how much in all."""

from insights.metric import Metric

weekly_active_users = Metric(
    id="weekly_active_users",
    title="Weekly active users",
    definition="How many people used the tool at least once in the week; with several tools everybody counts once.",
    unit="people",
    good="up",
    numerator="people",
    smallest_change=3,
    words=("active users", "active people", "weekly active", "wau", "users", "adoption", "who uses it"),
    order=10,
    watched=True,
)

sessions = Metric(
    id="sessions",
    title="Sessions",
    definition="How many sessions there were in the week; a session is one conversation on one UTC day.",
    unit="sessions",
    good="none",
    numerator="sessions",
    smallest_change=50,
    words=("total sessions", "number of sessions", "conversations", "chats"),
    order=90,
)

messages = Metric(
    id="messages",
    title="Messages",
    definition="How many messages people and the tool wrote to each other in the week.",
    unit="messages",
    good="none",
    numerator="messages",
    smallest_change=200,
    words=("total messages", "number of messages"),
    order=91,
)

prompts = Metric(
    id="prompts",
    title="Prompts",
    definition="How many messages people wrote in the week.",
    unit="prompts",
    good="none",
    numerator="prompts",
    smallest_change=100,
    words=("total prompts", "number of prompts", "questions asked"),
    order=92,
)
