"""Assistants ask over the official protocol, with the SDK's own client and the real command on standard input."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from storage.store import open_store
from tests.bot.company import NAMES, TODAY, fill


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("assistants")
    store = open_store(f"sqlite:///{where / 'store.db'}")
    fill(store)
    store.close()
    (where / "ai-usage.toml").write_text(
        f'[store]\nurl = "sqlite:///{where / "store.db"}"\n[roles]\nadministrators = ["U0ADMIN"]\n'
        '[roles.leaders]\nU0LEADER = ["Sales"]\n',
        encoding="utf-8",
    )
    return where


def server(folder: Path, *more: str) -> StdioServerParameters:
    command = ["-m", "bot.cli", "--config", str(folder / "ai-usage.toml"), "mcp", "--as-of", TODAY.isoformat(), *more]
    code = "import sys; from bot.cli import main; sys.argv = ['ai-usage', *sys.argv[1:]]; main()"
    return StdioServerParameters(command=sys.executable, args=["-c", code, *command[2:]], env=dict(os.environ))


async def test_an_assistant_asks_follows_up_and_reads_definitions(folder: Path) -> None:
    async with stdio_client(server(folder)) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        assert {each.name for each in (await session.list_tools()).tools} == {"ask", "list_metrics", "findings"}
        first = await called(session, "ask", question="depth in sales", thread="a")
        assert (first["question"]["view"], first["question"]["departments"]) == ("depth", ["Sales"])
        assert "6 messages per session" in first["text"].lower() or "6.0 messages per session" in first["text"].lower()
        then = await called(session, "ask", question="and support?", thread="a")
        assert (then["question"]["view"], then["question"]["departments"]) == ("depth", ["Support"])
        known = {each.uri for each in (await session.list_resources()).resources}
        assert "definitions://metrics" in {str(uri) for uri in known}
        told = await session.read_resource("definitions://metrics/messages_per_session")
        assert json.loads(told.contents[0].text)["unit"] == "messages"  # type: ignore[union-attr]


async def test_an_assistant_is_told_no_more_than_its_user(folder: Path) -> None:
    async with stdio_client(server(folder, "--as", "U0LEADER")) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        refused = await called(session, "ask", question="depth in support")
        assert refused["refused"]
        everything = json.dumps(
            [refused, await called(session, "findings"), await called(session, "ask", question="departments")]
        )
        assert not [name for name in NAMES if name != "Sales" and name in everything]


async def test_an_assistant_of_somebody_without_a_role_is_told_nothing(folder: Path) -> None:
    async with stdio_client(server(folder, "--as", "U0NOBODY")) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        assert (await called(session, "ask", question="overview"))["refused"]
        assert await called(session, "findings") == []


async def called(session: ClientSession, name: str, **arguments: Any) -> Any:
    result = await session.call_tool(name, arguments)
    assert result.structured_content is not None, result
    content = result.structured_content
    return content["result"] if set(content) == {"result"} else content
