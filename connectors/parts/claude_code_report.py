"""Claude Code's answers as the Admin API writes them."""

import msgspec


class Tokens(msgspec.Struct):
    """Tokens of one model; cached ones apart."""

    input: int | None = None
    output: int | None = None


class Cost(msgspec.Struct):
    """An amount of cents."""

    amount: float | None = None


class _Model(msgspec.Struct):
    model: str | None = None
    tokens: Tokens | None = None
    estimated_cost: Cost | None = None


class _Actor(msgspec.Struct):
    type: str
    email_address: str | None = None


class _Core(msgspec.Struct):
    num_sessions: int | None = None


class Row(msgspec.Struct):
    """One person, or one key, at one terminal on one day."""

    date: str
    actor: _Actor
    core_metrics: _Core | None = None
    model_breakdown: list[_Model] | None = None


class _Report(msgspec.Struct):
    data: list[Row]
    has_more: bool = False
    next_page: str | None = None


REPORT = msgspec.json.Decoder(_Report)
