"""`CONVERSATION_MESSAGE` files: one JSON line a message, in the vendor's shape and with the troubles of real feeds."""

import json
from dataclasses import dataclass

import numpy as np

from demo.clockwork import DAY, SECOND
from demo.company import Company, uuid
from demo.distributions import Integers
from demo.files import Feed, LogFile, Troubles, lay_out, spoil
from demo.messages import ASSISTANT, AUTHORS, SYSTEM, USER
from demo.people import Account
from demo.words import quoted, title

SLOTS_A_DAY = 2
CLIENTS = ("desktop_web", "desktop_web", "desktop_web", "desktop_app", "ios_app", "android_app", "unknown")
SHOUTED, NAMELESS, FOREIGN = 0.04, 0.01, 0.0008
"""Shares of events whose actor has an e-mail in mixed case, has none, or is no person (a key, the system, a guest)."""
ROLE_SPELLED = 0.07
"""Share of events that carry `author.role` rather than `author.type`."""
_MIDDLE = '"files":[],"annotations":[]},"conversation":'
_FILES = (
    '"files":[{"id":"file-%s","object":"compliance.workspace.conversation.message.file","name":"notes.pdf",'
    '"created_at":1716203229.5,"download_url":"https://files.vendor.example/%s"}],"annotations":[]},"conversation":'
)


_Row = tuple[int, str, int, int, int, int, int, int, int, bool]
"""Message, timestamp, person, conversation, author, characters, model, parent, chance, and whether there is a title."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Lines:
    """What is the same for many lines, as JSON text, and what differs from line to line."""

    company: Company
    ids: list[str]
    hexes: str
    actors: list[tuple[str, str, str]]
    foreign: tuple[str, ...]
    conversations: list[tuple[str, str]]
    titled: Integers
    chance: Integers
    """One random 31-bit number a message: every trouble of the line is read off it."""

    def render(self, file: LogFile) -> bytes:
        """Return a file's lines."""
        rows = np.array(file.rows)
        at = np.where(rows < 0, -rows - 1, rows)
        moments = np.datetime64(self.company.first_day, "us") + self.company.messages.time[at].astype("timedelta64[us]")
        stamps = np.datetime_as_string(moments, unit="us").tolist()
        m = self.company.messages
        session = m.session[at]
        columns = zip(
            at.tolist(),
            stamps,
            self.company.sessions.person[session].tolist(),
            self.company.times.conversation[session].tolist(),
            m.author[at].tolist(),
            m.length[at].tolist(),
            m.model[at].tolist(),
            m.parent[at].tolist(),
            self.chance[at].tolist(),
            (m.time[at] > self.titled[session]).tolist(),
            strict=True,
        )
        lines = [
            self._line(row).encode() if n >= 0 else spoil(self._line(row).encode(), n)
            for n, row in zip(file.rows, columns, strict=True)
        ]
        return b"".join(lines)

    def _line(self, row: _Row) -> str:
        at, stamp, person, conversation, author, length, model, parent, chance, titled = row
        luck = (chance % 100_003) / 100_003
        if luck < FOREIGN and author == USER:
            actor = self.foreign[at % 3]
        else:
            actor = self.actors[person][1 if luck > 1 - SHOUTED else 2 if luck > 1 - SHOUTED - NAMELESS else 0]
        before = self.ids[parent] if parent >= 0 else ""
        quoted_before = f'"{before}"' if before else "null"
        head = self.hexes[24 * at : 24 * at + 24]
        middle = _MIDDLE if author != USER or chance % 50 else _FILES % (head, head)
        return (
            f'{{"event_id":"evt_{head}","type":"CONVERSATION_MESSAGE","timestamp":"{stamp}Z","principal":{{"id":"'
            f'{self.company.workspace_id}","type":"CHATGPT_WORKSPACE"}},"actor":{actor},"previous_message_id":"{before}","message":'
            f'{{"id":"{self.ids[at]}","parent_id":{quoted_before},"created_at":"{stamp}Z","author":'
            f'{self._author(author, model, chance)},"content":{_content(author, length, chance)},{middle}'
            f"{self.conversations[conversation][titled]}}}\n"
        )

    def _author(self, author: int, model: int, chance: int) -> str:
        key = "role" if (chance // 7 % 1000) < ROLE_SPELLED * 1000 else "type"
        if author == ASSISTANT:
            name = f'"{self.company.model_names[model]}"' if model >= 0 else "null"
            return f'{{"{key}":"assistant","model":{name},"tools_used":[]}}'
        if author == USER:
            return f'{{"{key}":"user","client_type":"{CLIENTS[chance // 11 % len(CLIENTS)]}"}}'
        return f'{{"{key}":"{AUTHORS[author]}"}}'


def _content(author: int, length: int, chance: int) -> str:
    kind = "user_instructions" if author == SYSTEM else "text"
    if length < 0:
        return "null" if chance % 2 else f'{{"type":"{kind}","value":null}}'
    return f'{{"type":"{kind}","value":{quoted(chance // 13, length, answers=author != USER)}}}'


def conversation_feed(company: Company, *, bad_lines: bool = False) -> Feed:
    """Return the company's `CONVERSATION_MESSAGE` files, two a day.

    With `bad_lines`, damaged copies of a few lines stand among the good ones: every event is still there whole.
    """
    m = company.messages
    rng = np.random.default_rng([company.seed, 2])
    chance = rng.integers(0, 1 << 31, len(m.time))
    slot = m.time // (DAY // SLOTS_A_DAY)
    sizes = 900 + np.where(m.length > 0, m.length, 0) * np.where(chance // 13 % 16 == 0, 3, 1)
    troubles = Troubles(late=0.01, twice=0.015, slots_late=2 * SLOTS_A_DAY, damaged=0.0006 if bad_lines else 0.0)
    files, damaged = lay_out(
        company, "CONVERSATION_MESSAGE", slot, slots_a_day=SLOTS_A_DAY, sizes=sizes, troubles=troubles
    )
    lines = _lines(company, chance, rng)
    return Feed(event_type="CONVERSATION_MESSAGE", files=files, render=lines.render, damaged=damaged)


def _lines(company: Company, chance: Integers, rng: np.random.Generator) -> _Lines:
    count = len(chance)
    digits = rng.bytes(16 * count).hex()
    started = company.times.start.copy()
    chain = np.lexsort((company.times.start, company.times.conversation))
    number = company.times.conversation[chain]
    firsts = np.flatnonzero(np.diff(number, prepend=-1))
    opened = company.times.start[chain[firsts]]
    started = opened[company.times.conversation]
    key = rng.bytes(8).hex()
    return _Lines(
        company=company,
        ids=[uuid(digits[i : i + 32]) for i in range(0, 32 * count, 32)],
        hexes=rng.bytes(12 * count).hex(),
        actors=[_actors(person.account) if person.account else ("null",) * 3 for person in company.people],
        foreign=(
            f'{{"type":"API_KEY","credential_id":"cred_{key}","redacted_id":"sk-…{key[:4]}"}}',
            '{"type":"SYSTEM","id":"maintenance"}',
            '{"type":"EXTERNAL_COLLABORATION_USER","provider":"slack","provider_user_id":"U0EXAMPLE"}',
        ),
        conversations=_conversations(company, opened, rng),
        titled=started + 20 * SECOND,
        chance=chance,
    )


def _actors(account: Account) -> tuple[str, str, str]:
    local, _, domain = account.email.partition("@")
    shouted = f"{local.title()}@{domain.title()}"
    emails = (f'"{account.email}"', f'"{shouted}"', "null")
    made = [f'{{"type":"ACCOUNT_USER","user_id":"{account.user_id}","user_email":{email}}}' for email in emails]
    return made[0], made[1], made[2]


def _conversations(company: Company, opened: Integers, rng: np.random.Generator) -> list[tuple[str, str]]:
    """Return each conversation's JSON, before it has a title and after."""
    moments = np.datetime64(company.first_day, "us") + opened.astype("timedelta64[us]")
    stamps = np.datetime_as_string(moments, unit="us").tolist()
    digits = rng.bytes(16 * len(opened)).hex()
    picks = rng.integers(0, 1 << 20, len(opened)).tolist()
    made: list[tuple[str, str]] = []
    for i, (stamp, pick) in enumerate(zip(stamps, picks, strict=True)):
        gpt = (
            f'"g-{pick % 40:08x}","gpt_name":"Writing coach {pick % 40}"' if pick % 17 == 0 else 'null,"gpt_name":null'
        )
        project = (
            f'"g-p-{pick % 30:08x}","project_name":"Project {pick % 30}"'
            if pick % 23 == 0
            else 'null,"project_name":null'
        )
        tail = (
            f'"created_at":"{stamp}Z","is_pinned":{"true" if pick % 40 == 0 else "false"},"is_temporary_chat":false,'
            f'"gpt_id":{gpt},"project_id":{project}}}'
        )
        head = f'{{"id":"{uuid(digits[32 * i : 32 * i + 32])}","title":'
        name = '""' if pick % 12 == 0 else json.dumps(title(pick // 12))
        made.append((f'{head}"",{tail}', f"{head}{name},{tail}"))
    return made
