"""`COSTS` files: one row for each user, hour, product and model, with tokens, answers and credits."""

import json
from dataclasses import dataclass

import numpy as np

from demo.clockwork import SECOND
from demo.company import Company, uuid
from demo.distributions import Floats, Integers
from demo.files import Feed, LogFile, Troubles, lay_out, spoil
from demo.messages import ASSISTANT, USER

CHARACTERS_A_TOKEN = 4.0
COUNTS_ONLY = 5
"""Every fifth day's ChatGPT rows carry no `usage`, only counts, until the vendor mends it 14 weeks before the end."""
MENDED_WEEKS_AGO = 14
CODEX_SHARE = 0.06
"""Share of Engineering's accounts that also work with codex."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Rows:
    """One element a row, by hour. `model` is a place in the company's names; `answers` is -1 for a codex row."""

    person: Integers
    hour: Integers
    model: Integers
    tokens_in: Integers
    tokens_cached: Integers
    tokens_out: Integers
    answers: Integers
    credits: Floats


def _chat_rows(company: Company, rng: np.random.Generator) -> _Rows:
    """Return rows of ChatGPT: tokens follow from the messages' characters, cached ones from what was said before."""
    m = company.messages
    answers, prompts = m.author == ASSISTANT, m.author == USER
    strongest = np.full(len(company.sessions.person), -1)
    strongest[m.session[answers]] = m.model[answers]  # the last answer's, by time, is the session's strongest
    model = np.where(answers, m.model, strongest[m.session])
    kept = (answers | prompts) & (model >= 0)
    hour = m.time[kept] // (3600 * SECOND)
    person, model = company.sessions.person[m.session[kept]], model[kept]
    key = (hour * len(company.people) + person) * 64 + model
    rows, group = np.unique(key, return_inverse=True)
    tokens = np.ceil(np.maximum(m.length[kept], 0) / CHARACTERS_A_TOKEN)
    noise = 1.0 + 0.04 * rng.standard_normal(len(rows))
    tokens_in = np.rint(np.bincount(group, tokens * prompts[kept]) * noise).astype(np.int64)
    tokens_out = np.rint(np.bincount(group, tokens * answers[kept]) * noise).astype(np.int64)
    count = np.bincount(group, answers[kept]).astype(np.int64)
    price = np.array([known.credits for known in company.models.known] + [0.0] * 8)[rows % 64]
    return _Rows(
        person=rows // 64 % len(company.people),
        hour=rows // 64 // len(company.people),
        model=rows % 64,
        tokens_in=tokens_in,
        tokens_cached=np.rint(1.6 * tokens_out * np.maximum(count - 1, 0) ** 0.5).astype(np.int64),
        tokens_out=tokens_out,
        answers=count,
        credits=count * price,
    )


def _codex_rows(company: Company, rng: np.random.Generator) -> _Rows:
    engineers = [
        i
        for i, person in enumerate(company.people)
        if person.account
        and person.account.seat
        and person.account.stops >= company.weeks
        and person.account.adopted < 4
        and person.department(0) == "Engineering"
    ]
    users = engineers[: max(2, round(len(engineers) * CODEX_SHARE))]
    days = [7 * week + day for week in range(company.weeks) for day in range(5)]
    person, hour = np.array(
        [(who, 24 * day + h) for day in days for who in users for h in (9, 11, 15)], dtype=np.int64
    ).T
    worked = rng.random(len(person)) < 0.3
    person, hour = person[worked], hour[worked]
    tokens_in = rng.integers(2_000, 40_000, len(person))
    return _Rows(
        person=person,
        hour=hour,
        model=np.zeros(len(person), dtype=np.int64),
        tokens_in=tokens_in,
        tokens_cached=tokens_in * rng.integers(2, 9, len(person)),
        tokens_out=tokens_in // rng.integers(6, 15, len(person)),
        answers=np.full(len(person), -1),
        credits=np.round(tokens_in / 4000.0, 2),
    )


def _merged(first: _Rows, second: _Rows) -> _Rows:
    order = np.argsort(np.append(first.hour, second.hour), kind="stable")

    def column(name: str) -> Integers:
        return np.append(getattr(first, name), getattr(second, name))[order]

    return _Rows(
        person=column("person"),
        hour=column("hour"),
        model=column("model"),
        tokens_in=column("tokens_in"),
        tokens_cached=column("tokens_cached"),
        tokens_out=column("tokens_out"),
        answers=column("answers"),
        credits=np.append(first.credits, second.credits)[order],
    )


def costs_feed(company: Company, *, bad_lines: bool = False) -> Feed:
    """Return the company's `COSTS` files, one a day, for ChatGPT and a little codex."""
    rng = np.random.default_rng([company.seed, 3])
    rows = _merged(_chat_rows(company, rng), _codex_rows(company, rng))
    sizes = np.full(len(rows.hour), 900)
    troubles = Troubles(late=0.01, twice=0.01, slots_late=2, damaged=0.0003 if bad_lines else 0.0)
    files, damaged = lay_out(company, "COSTS", rows.hour // 24, slots_a_day=1, sizes=sizes, troubles=troubles)
    digits = rng.bytes(16 * len(rows.hour)).hex()
    chance = rng.integers(0, 1 << 31, len(rows.hour)).tolist()

    def render(file: LogFile) -> bytes:
        made: list[bytes] = []
        for row in file.rows:
            at = row if row >= 0 else -row - 1
            line = _line(company, rows, at, uuid(digits[32 * at : 32 * at + 32]), chance[at])
            made.append(line if row >= 0 else spoil(line, row))
        return b"".join(made)

    return Feed(event_type="COSTS", files=files, render=render, damaged=damaged)


def _counts_only(company: Company, day: int) -> bool:
    return day % COUNTS_ONLY == COUNTS_ONLY // 2 and day < 7 * (company.weeks - MENDED_WEEKS_AGO)


def _line(company: Company, rows: _Rows, at: int, event_id: str, chance: int) -> bytes:
    day, hour = divmod(int(rows.hour[at]), 24)
    person = company.people[int(rows.person[at])]
    account = person.account
    email, user_id = (account.email, account.user_id) if account else (None, None)
    codex = int(rows.answers[at]) < 0
    name = company.models.codex if codex else company.model_names[int(rows.model[at])]
    event: dict[str, object] = {
        "event_id": event_id,
        "type": "COSTS",
        "timestamp": f"{company.day(day)}T{hour:02d}:59:59Z",
        "principal": {"id": company.organisation_id, "type": "API_PLATFORM_ORG"},
        "actor": {"type": "SYSTEM", "id": "costs_compliance"},
        "payload": {
            "day": company.day(day).isoformat(),
            "hour": hour,
            "organization_id": company.organisation_id,
            "identity": {
                "user_id": user_id,
                "email": email.title() if email and chance % 17 == 0 else email,
                "name": person.name,
                "groups": [] if chance % 5 else [{"id": "grp_everyone", "name": "Everyone"}],
            },
            "product": "codex" if codex else "ChatGPT",
            "client": "cli" if codex else "web",
            "surface": "codex" if codex else "chatgpt",
            "model": name,
            "reasoning": "high" if "thinking" in name else None,
            "service_tier": "default",
            "measures": _measures(rows, at, name, tokens_too=codex or not _counts_only(company, day)),
        },
    }
    if chance % 53 == 0:
        del event["timestamp"]
    return json.dumps(event, separators=(",", ":")).encode() + b"\n"


def _measures(rows: _Rows, at: int, name: str, *, tokens_too: bool) -> dict[str, object]:
    tokens = {
        "text_input_tokens": int(rows.tokens_in[at]),
        "text_cached_input_tokens": int(rows.tokens_cached[at]),
        "text_output_tokens": int(rows.tokens_out[at]),
    }
    answers = int(rows.answers[at])
    quantity = (
        {"value": answers, "unit": "counts"} if answers >= 0 else {"value": sum(tokens.values()), "unit": "tokens"}
    )
    cost = {"value": float(rows.credits[at]), "unit": "CREDITS"}
    billing = [{"sku": name, "quantity": quantity, "cost": cost}]
    return {"usage": tokens, "billing": billing} if tokens_too else {"billing": billing}
