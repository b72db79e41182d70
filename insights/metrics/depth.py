"""How often people turn to it, and how far they go."""

from insights.metric import Metric

sessions_per_active_user = Metric(
    id="sessions_per_active_user",
    title="Sessions per active user per week",
    definition="Sessions of the week divided by the people who were active in it.",
    unit="sessions",
    good="up",
    numerator="sessions",
    denominator="people",
    smallest_change=0.3,
    words=("sessions per user", "sessions per week", "frequency", "how often", "engagement"),
    order=20,
    watched=True,
)

messages_per_session = Metric(
    id="messages_per_session",
    title="Messages per session",
    definition="Messages of both sides divided by sessions: how far a conversation goes, a proxy for its depth.",
    unit="messages",
    good="up",
    numerator="messages",
    denominator="sessions",
    smallest_change=0.4,
    words=("depth", "session depth", "conversation depth", "messages a session", "back and forth", "turns"),
    order=21,
    watched=True,
)

prompts_per_session = Metric(
    id="prompts_per_session",
    title="Prompts per session",
    definition="Messages that people wrote divided by sessions: how many times somebody asked in one conversation.",
    unit="prompts",
    good="up",
    numerator="prompts",
    denominator="sessions",
    smallest_change=0.2,
    words=("prompts a session", "follow-ups", "iterations"),
    order=22,
)
