"""COSTS lines of the compliance logs: what one person used up in an hour with one product and model.

Only ChatGPT's own products are counted: Codex is a tool of its own. `timestamp` may be missing: `day` and `hour` then
say when. Tokens may be missing while there are credits.
"""

from collections.abc import Iterable, Iterator

import msgspec

from connectors.parts.chatgpt_messages import Event
from connectors.parts.jsonl import UNREADABLE_JSON, why_unreadable
from connectors.rows import BadLine, CostRow

COSTS = "COSTS"
NOT_OURS = "use of a product that is not counted yet"

_PRODUCTS = frozenset({"chatgpt", "work"})


class _Identity(msgspec.Struct):
    user_id: str | None = None
    email: str | None = None


class _Tokens(msgspec.Struct):
    text_input_tokens: int | None = None
    text_output_tokens: int | None = None


class _Amount(msgspec.Struct):
    value: float | None = None
    unit: str | None = None


class _Bill(msgspec.Struct):
    cost: _Amount | None = None


class _Measures(msgspec.Struct):
    usage: _Tokens | None = None
    billing: list[_Bill] | None = None


class _Costs(msgspec.Struct):
    day: str | None = None
    hour: int | None = None
    identity: _Identity | None = None
    product: str | None = None
    model: str | None = None
    measures: _Measures | None = None


_COSTS = msgspec.json.Decoder(_Costs)


def costs_of(events: Iterable[tuple[Event, int]], bad: list[BadLine], passed: dict[str, int]) -> Iterator[CostRow]:
    """Yield what COSTS events tell, each with its line's number; those not counted go to `bad` and `passed`."""
    for event, number in events:
        try:
            payload = _COSTS.decode(event.payload)
        except UNREADABLE_JSON as error:
            bad.append(BadLine(line=number, why=why_unreadable(error)))
            continue
        if (payload.product or "").strip().lower() not in _PRODUCTS:
            passed[NOT_OURS] = passed.get(NOT_OURS, 0) + 1
            continue
        yield _cost_of(event, payload, number)


def _cost_of(event: Event, payload: _Costs, number: int) -> CostRow:
    identity = payload.identity or _Identity()
    measures = payload.measures or _Measures()
    tokens = measures.usage or _Tokens()
    billed: dict[bool, float] = {}
    for bill in measures.billing or ():
        if bill.cost and bill.cost.value is not None:
            in_credits = (bill.cost.unit or "").strip().lower() in {"credit", "credits"}
            billed[in_credits] = billed.get(in_credits, 0.0) + bill.cost.value
    time = event.timestamp
    if time is None and payload.day:
        time = f"{payload.day}T{payload.hour or 0:02}:59:59Z"
    return CostRow(
        line=number,
        event=event.event_id,
        time=time,
        email=identity.email,
        account=identity.user_id,
        model=payload.model,
        input_tokens=tokens.text_input_tokens,
        output_tokens=tokens.text_output_tokens,
        credits=billed.get(True),
        cost=billed.get(False),
    )
