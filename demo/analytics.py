"""The usage analytics of the simulated company: its `COSTS` rows added up by user and UTC day."""

import json
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from demo.company import Company
from demo.costs import costs_feed

SECONDS_A_DAY = 86_400
_TOKENS = {
    "uncached_text_input_tokens": "text_input_tokens",
    "cached_text_input_tokens": "text_cached_input_tokens",
    "text_output_tokens": "text_output_tokens",
}
_CLIENTS = {"web": "CHATGPT_WEB", "cli": "CODEX_CLI"}


def usage_rows(company: Company) -> list[dict[str, Any]]:
    """Return a row for each user and day with use, by day and user: totals, by client and by model."""
    feed = costs_feed(company)
    lines = (line for file in feed.files for line in feed.body(file).data.splitlines())
    events = {event["event_id"]: event["payload"] for event in map(json.loads, lines)}
    days: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for payload in events.values():
        if payload["identity"]["user_id"]:
            days[payload["day"], payload["identity"]["user_id"]].append(payload)
    return [_row(day, user, days[day, user]) for day, user in sorted(days)]


def _row(day: str, user: str, payloads: list[dict[str, Any]]) -> dict[str, Any]:
    start = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
    clients, models = ({payload[name] for payload in payloads} for name in ("client", "model"))
    return {
        "object": "workspace.usage.result",
        "start_time": start,
        "end_time": start + SECONDS_A_DAY,
        "user_id": user,
        "actor": {"type": "ACCOUNT_USER", "user_id": user, "email": payloads[0]["identity"]["email"]},
        "totals": _used(payloads),
        "clients": [
            {"client_id": _CLIENTS[client], **_used([each for each in payloads if each["client"] == client])}
            for client in sorted(clients)
        ],
        "models": [
            {"model": model, **_used([each for each in payloads if each["model"] == model])} for model in sorted(models)
        ],
    }


def _used(payloads: list[dict[str, Any]]) -> dict[str, Any]:
    """Add up what was metered. Tokens that no row tells are null; the company is billed in credits."""
    metered = [payload["measures"]["usage"] for payload in payloads if "usage" in payload["measures"]]
    tokens = {name: sum(each[key] for each in metered) if metered else None for name, key in _TOKENS.items()}
    credits_used = sum(bill["cost"]["value"] for payload in payloads for bill in payload["measures"]["billing"])
    return {
        **tokens,
        "text_total_tokens": sum(each or 0 for each in tokens.values()) if metered else None,
        "credits": round(credits_used, 4),
        "cost_usd": None,
        "estimated_cost_usd": round(credits_used * 0.04, 4),
    }
