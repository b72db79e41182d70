"""Reads a simulated company's feed over HTTP with plain json and pandas, knowing nothing of how it was made."""

import asyncio
import functools
import gc
import hashlib
import io
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date

import aiohttp
import pandas as pd
import pytest

from demo import Company, directory_csv, simulate
from demo.server import start
from demo.vendors import RunningVendors, start_vendors
from tests.demo.vendors import KEYS

KEY = "an invented key"
LAST_WEEK = date(2026, 6, 1)
RANKS = (
    (r"gpt-3|text-davinci", 1),
    (r"gpt-4o-mini", 2),
    (r"gpt-4o", 4),
    (r"o\d|gpt-4[-.][15]", 5),
    (r"gpt-4$", 3),
    (r"gpt-5", 6),
)


def rank(model: object) -> int:
    """The strength of a model name: 0 for a name that nobody knows."""
    return next((r for pattern, r in RANKS if isinstance(model, str) and re.match(pattern, model)), 0)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What came over the wire: raw lines by type, users, and frames of what they say."""

    company: Company
    files: dict[str, list[dict[str, object]]]
    lines: dict[str, list[dict]]
    users: pd.DataFrame
    directory: pd.DataFrame

    @functools.cached_property
    def messages(self) -> pd.DataFrame:
        """One row an event of a person, first copy only, with the department held that day."""
        seen: set[str] = set()
        rows = []
        by_id = dict(zip(self.users["id"], self.users["email"].str.lower(), strict=True))
        for event in self.lines["CONVERSATION_MESSAGE"]:
            if event["event_id"] in seen or event["actor"]["type"] != "ACCOUNT_USER":
                continue
            seen.add(event["event_id"])
            actor, message = event["actor"], event["message"]
            author, content = message["author"], message["content"] or {}
            rows.append(
                (
                    (actor["user_email"] or by_id[actor["user_id"]]).lower(),
                    event["timestamp"],
                    event["conversation"]["id"],
                    author.get("type") or author.get("role"),
                    author.get("model"),
                    content.get("characters", 0),
                )
            )
        frame = pd.DataFrame(rows, columns=["email", "at", "conversation", "author", "model", "characters"])
        frame["at"] = pd.to_datetime(frame["at"], utc=True)
        frame["day"] = frame["at"].dt.floor("D").dt.tz_localize(None)
        frame["week"] = (frame["day"] - pd.Timestamp(self.company.first_day)).dt.days // 7
        frame["rank"] = frame["model"].map({model: rank(model) for model in frame["model"].unique()})
        return self.placed(frame)

    @functools.cached_property
    def sessions(self) -> pd.DataFrame:
        """One row a session, a conversation's part on one UTC day."""
        talk = self.messages[self.messages["author"].isin(["user", "assistant"])]
        talk = talk.assign(prompt=talk["author"] == "user")
        talk["prompt_characters"] = talk["characters"] * talk["prompt"]
        return talk.groupby(["conversation", "day"], as_index=False).agg(
            week=("week", "first"),
            email=("email", "first"),
            person=("person", "first"),
            department=("department", "first"),
            messages=("prompt", "size"),
            prompts=("prompt", "sum"),
            characters=("prompt_characters", "sum"),
            rank=("rank", "max"),
        )

    def placed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame (with `email` and `day`) with `person`, and `department` by date or Unmapped."""
        aliases = {}
        for row in self.directory.itertuples():
            for address in [row.work_email, *filter(None, row.alias_emails.split(";"))]:
                aliases[address.lower()] = row.employee_id
        frame = frame.assign(person=frame["email"].map(aliases))
        places = self.directory.rename(columns={"employee_id": "person", "effective_from": "from"})
        places = places[["person", "from", "department"]].assign(**{"from": pd.to_datetime(places["from"])})
        frame["row"], frame["person"] = range(len(frame)), frame["person"].fillna(frame["email"])
        frame["day"] = frame["day"].astype("datetime64[us]")
        joined = pd.merge_asof(
            frame.sort_values("day"),
            places.assign(**{"from": places["from"].astype("datetime64[us]")}).sort_values("from"),
            left_on="day",
            right_on="from",
            by="person",
        )
        return (
            joined.fillna({"department": "Unmapped"})
            .sort_values("row")
            .drop(columns=["row", "from"])
            .reset_index(drop=True)
        )

    @functools.cached_property
    def seats(self) -> pd.DataFrame:
        """Seats at the end of the last week, with department and whether they were used in the last 28 days or ever."""
        seats = self.users[self.users["status"] == "active"].assign(day=pd.Timestamp(self.company.end))
        seats = self.placed(seats.assign(email=seats["email"].str.lower()))
        recent = self.sessions[self.sessions["week"] >= self.company.weeks - 4]
        return seats.assign(
            recent=seats["person"].isin(recent["person"]), ever=seats["person"].isin(self.sessions["person"])
        )


def slim(event: dict, file: str) -> dict:
    """The event with its file's id, and what its text is like in place of the text."""
    event["file"] = file
    content = event.get("message", {}).get("content")
    if content and content["value"] is not None:
        text = content["value"]
        content |= {"value": "…", "characters": len(text), "ascii": text.isascii()}
    return event


async def fetch(company: Company) -> Reading:
    server = await start(company, key=KEY)
    headers = {"Authorization": f"Bearer {KEY}"}
    workspace = f"{server.base_url}/compliance/workspaces/{company.workspace_id}"
    files: dict[str, list[dict[str, object]]] = {}
    lines: dict[str, list[dict]] = {}
    async with aiohttp.ClientSession() as client:
        for event_type in ("CONVERSATION_MESSAGE", "COSTS"):
            files[event_type], lines[event_type] = [], []
            query, more = {"event_type": event_type, "after": "2000-01-01T00:00:00Z"}, True
            while more:
                async with client.get(
                    f"{workspace}/logs", params=query, headers=headers, raise_for_status=True
                ) as reply:
                    page = await reply.json()
                for file in page["data"]:
                    async with client.get(
                        f"{workspace}/logs/{file['id']}", headers=headers, allow_redirects=False
                    ) as hop:
                        assert hop.status == 307
                    async with client.get(hop.headers["Location"], raise_for_status=True) as reply:
                        body = await reply.read()
                    assert (len(body), hashlib.sha256(body).hexdigest()) == (file["file_size"], file["file_sha256"])
                    lines[event_type] += [slim(json.loads(line), file["id"]) for line in body.splitlines()]
                files[event_type] += page["data"]
                query["after"], more = page["last_end_time"], page["has_more"]
        users, after = [], None
        while True:
            query = {"limit": "150", **({"after": after} if after else {})}
            async with client.get(f"{workspace}/users", params=query, headers=headers, raise_for_status=True) as reply:
                page = await reply.json()
            users += page["data"]
            after = page["last_id"]
            if not page["has_more"]:
                break
    await server.close()
    directory = pd.read_csv(io.StringIO(directory_csv(company)), dtype=str, keep_default_na=False)
    return Reading(company=company, files=files, lines=lines, users=pd.DataFrame(users), directory=directory)


@pytest.fixture(scope="session")
def read() -> Callable[..., Reading]:
    """Read a company's whole feed; each company once in a run."""

    @functools.cache
    def reading(people: int, seed: int, scenario: str) -> Reading:
        company = simulate(people=people, last_week=LAST_WEEK, seed=seed, scenario=scenario)
        gc.disable()  # a million small dicts: looking for cycles among them takes longer than reading them
        try:
            return asyncio.run(fetch(company))
        finally:
            gc.freeze()
            gc.enable()

    return reading


@pytest.fixture(scope="session")
def company() -> Company:
    """A small company whose people use every tool."""
    return simulate(people=100, weeks=18, last_week=LAST_WEEK)


@pytest.fixture
async def vendors(company: Company) -> AsyncIterator[RunningVendors]:
    """Every vendor but ChatGPT's, on loopback."""
    running = await start_vendors(company, keys=KEYS)
    yield running
    await running.close()
