"""Answers of every connector's case with any value changed: read, refused or counted; never a crash, never silence."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import connectors
from connectors.connector import Connector, TableFeed
from connectors.door import Door, seats_of
from connectors.errors import ConnectorError
from connectors.rows import TablePage
from connectors.tables.fold import Fold
from storage.discover import discover
from storage.schema import MEASURES
from tests.connectors.changes import places_in
from tests.connectors.played import Answered, play_through

HERE = Path(__file__).parent
CONNECTORS = {each.tool: each for each in discover(connectors, Connector) if isinstance(each.feed, TableFeed)}
TOOLS = sorted(CONNECTORS)
DAYS = tuple(date(2026, 11, 1) + timedelta(days=number) for number in range(30))
REFUSED = (ValueError, KeyError, TypeError, ConnectorError)
"""What a parser raises for an answer that makes no sense: the run then names the table and the page."""

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**31), 10**31),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(["2026-02-30", "NaN", "1e999", "-1", "\u202e", "{person}", "https://elsewhere.example.com/x"]),
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner))
bounded = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def answered(tool: str) -> tuple[Answered, ...]:
    return tuple(play_through(CONNECTORS[tool], HERE / tool))


def leaves_in(value: Any) -> Iterator[tuple[Any, Any]]:
    """The same of every value that holds no others."""
    return ((holder, key) for holder, key in places_in(value) if not isinstance(holder[key], (dict, list)))


@cache
def with_leaves(tool: str) -> tuple[tuple[Answered, int], ...]:
    """Every answer in JSON with the number of each of its leaves."""
    told = [each for each in answered(tool) if _is_json(each.answer)]
    return tuple((each, leaf) for each in told for leaf, _ in enumerate(leaves_in(json.loads(each.answer))))


@st.composite
def changed(draw: st.DrawFn, answer: bytes) -> bytes:
    """An answer with some of its values replaced, dropped or doubled; of what is no JSON, some bytes."""
    lines = answer.split(b"\n") if not _is_json(answer) and _is_json(answer.split(b"\n")[0]) else [answer]
    at = draw(st.integers(0, len(lines) - 1))
    lines[at] = draw(_whole(lines[at])) if _is_json(lines[at]) else draw(_bytes(lines[at]))
    return b"\n".join(lines)


@st.composite
def _whole(draw: st.DrawFn, answer: bytes) -> bytes:
    whole = json.loads(answer)
    for _ in range(draw(st.integers(1, 3))):
        places = list(places_in(whole))
        if not places:
            return json.dumps(draw(VALUES)).encode()
        holder, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(["replace", "drop", "double"])):
            case "drop":
                del holder[key]
            case "double" if isinstance(holder, list):
                holder.append(holder[key])
            case _:
                holder[key] = draw(VALUES)
    return json.dumps(whole).encode()


@st.composite
def _bytes(draw: st.DrawFn, answer: bytes) -> bytes:
    begin = draw(st.integers(0, len(answer)))
    return answer[:begin] + draw(st.binary(max_size=3)) + answer[draw(st.integers(begin, len(answer))) :]


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def taken(page: TablePage) -> int:
    """How many things a page tells."""
    return sum(len(each.measures) for each in page.company) + len((*page.rows, *page.accounts, *page.machines))


def left_out(page: TablePage) -> int:
    """How many things are counted as left out."""
    return sum([*page.passed.values(), *page.bad.values()])


@pytest.mark.parametrize("tool", TOOLS)
def test_every_table_that_is_read_has_an_example(tool: str) -> None:
    feed = CONNECTORS[tool].feed
    assert isinstance(feed, TableFeed)
    assert {each.table.name for each in answered(tool)} == {each.name for each in (*feed.people, *feed.tables)}


@pytest.mark.parametrize("tool", TOOLS)
@bounded
@given(data=st.data())
def test_an_answer_with_anything_changed_is_read_or_refused(tool: str, data: st.DataObject) -> None:
    each = data.draw(st.sampled_from(answered(tool)))
    answer = data.draw(changed(each.answer))
    try:
        page = each.table.parse(answer, each.request)
    except REFUSED:
        return
    door = Door(b"the organisation's own key, long enough", tool)
    fold = Fold(door, DAYS)
    part = fold.part()
    part.append(page)
    fold.take(part, DAYS, whole=each.table.whole)
    for fact in fold.facts(tool, {}):
        assert all(0 <= (getattr(fact, name) or 0) < 2**63 for name in MEASURES)
        assert len(fact.person) == 32
    seats_of(door, page.accounts, {}, None, today=DAYS[-1], unknown=DAYS[0])


@pytest.mark.parametrize("tool", TOOLS)
@bounded
@given(data=st.data())
def test_a_value_that_makes_no_sense_makes_no_row_vanish_unsaid(tool: str, data: st.DataObject) -> None:
    each, leaf = data.draw(st.sampled_from(with_leaves(tool)))
    before = each.table.parse(each.answer, each.request)
    whole = json.loads(each.answer)
    holder, key = list(leaves_in(whole))[leaf]
    # Nothing, and none, are a vendor's way to say so; anything else is to be read, counted or refused.
    holder[key] = data.draw(LEAVES.filter(bool))
    try:
        page = each.table.parse(json.dumps(whole).encode(), each.request)
    except REFUSED:
        return
    assert left_out(page) > left_out(before) or taken(page) >= taken(before), (each.table.name, key, holder[key])
