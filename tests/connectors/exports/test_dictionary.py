"""Counts by name as Python or JSON writes them, and nothing else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.exports.chatgpt import MOST_CHARACTERS, counts_by_name

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=40)
COUNTS = st.dictionaries(NAMES, st.integers(0, 10**9), max_size=30)


@given(COUNTS)
def test_what_python_writes_adds_up_to_what_it_held(counts: dict[str, int]) -> None:
    assert sum(counts_by_name(repr(counts)).values()) == sum(counts.values())


@given(st.dictionaries(st.from_regex(r"[a-z0-9.-]{1,20}", fullmatch=True), st.integers(0, 10**9), max_size=30))
def test_plain_names_come_back_from_python_and_json(counts: dict[str, int]) -> None:
    assert counts_by_name(repr(counts)) == counts
    assert counts_by_name(json.dumps(counts)) == counts
    assert counts_by_name(repr({name: float(count) for name, count in counts.items()})) == counts


@given(st.text(max_size=300) | st.text("{}'\":,0 a\\", max_size=60))
def test_any_text_is_counts_or_refused(text: str) -> None:
    try:
        found = counts_by_name(text)
    except ValueError:
        return
    assert all(isinstance(name, str) and count >= 0 for name, count in found.items())


@given(COUNTS.filter(bool), st.data())
def test_a_dictionary_that_is_cut_is_refused(counts: dict[str, int], data: st.DataObject) -> None:
    text = repr(counts)
    cut = text[: data.draw(st.integers(3, len(text) - 1))].rstrip()
    if not cut.endswith("}"):
        with pytest.raises(ValueError, match="no dictionary"):
            counts_by_name(cut)


@pytest.mark.parametrize("text", ["", "0", "{}", " nan ", "None", "{ }"])
def test_nothing_is_nothing(text: str) -> None:
    assert counts_by_name(text) == {}


@pytest.mark.parametrize(
    "text",
    [
        "{'a': -1}",
        "{'a': 1.5}",
        "{'a': 1 'b': 2}",
        "{'a': [1]}",
        "{'a': 1}; x",
        "[('a', 1)]",
        "{" * 20000,
        "{'a': 1" + "0" * 20 + "}",
        "{'" + "a" * MOST_CHARACTERS + "': 1}",
        "{" + ", ".join(f"'m{n}': 1" for n in range(500)) + "}",
    ],
)
def test_what_is_no_dictionary_of_counts_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no dictionary"):
        counts_by_name(text)
