"""What is computed a column at a time equals what its definition says one by one."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.files.events import batches_of, merged, unpack
from connectors.files.keyedhash import hash_strings
from connectors.files.timestamps import UNREADABLE, read_time, read_times
from connectors.identity import canonical_account, canonical_email
from storage.models import family, strength

KEY = bytes(range(16))
PAPER = {
    0: 0x726FDB47DD0E0E31,
    1: 0x74F839C593DC67FD,
    7: 0xAB0200F58B01D137,
    8: 0x93F5F5799A932462,
    15: 0xA129CA6149BE45E5,
}
"""SipHash-2-4 of the bytes 0, 1, 2 … under the bytes 0 … 15, by length (the authors' test vectors)."""


@pytest.mark.parametrize("length", [length for length in PAPER if length])
def test_the_authors_test_vectors(length: int) -> None:
    assert hash_strings(["".join(map(chr, range(length)))], KEY).tolist() == [PAPER[length]]


@given(st.lists(st.none() | st.text(max_size=40), max_size=30))
def test_a_hash_does_not_depend_on_the_texts_beside_it(texts: list[str | None]) -> None:
    together = hash_strings(texts, KEY).tolist()
    assert together == [hash_strings([text], KEY).tolist()[0] for text in texts]
    assert [each == 0 for each in together] == [not text for text in texts]


moments = st.datetimes(datetime(2015, 1, 2), datetime(2099, 12, 30))  # noqa: DTZ001 - the zone is added when written


@settings(max_examples=300)
@given(
    st.lists(moments, min_size=1, max_size=5), st.sampled_from(["Z", "+00:00", "+05:30", "-08:00", ""]), st.booleans()
)
def test_times_are_read_as_the_standard_library_reads_them(times: list[datetime], zone: str, whole: bool) -> None:  # noqa: FBT001
    texts = [time.isoformat(timespec="seconds" if whole else "microseconds") + zone for time in times]
    expected = [
        (datetime.fromisoformat(text if zone else text + "Z") - datetime(1970, 1, 1, tzinfo=UTC))
        // timedelta(microseconds=1)
        for text in texts
    ]
    assert read_times(texts).tolist() == expected


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T25:00:00Z", "1999-01-01T00:00:00Z",
     "20x6-01-01T00:00:00Z", 1e300, -5.0, 12.0, None, "2026-01-01T00:00:00.123456+99:00"],
)  # fmt: skip
def test_what_is_no_time_is_unreadable(text: str | float | None) -> None:
    assert read_times([text, "2026-01-01T00:00:00Z"])[0] == UNREADABLE


def test_fractions_of_any_length_are_read() -> None:
    assert [read_times([f"2026-01-01T00:00:00.{digits}Z"])[0] % 10**6 for digits in ("5", "123", "1234567")] == [
        500_000,
        123_000,
        123_456,
    ]
    assert read_time(1_790_000_000.25) == 1_790_000_000_250_000


def tokens() -> tuple[str, str, str]:
    digest = hashlib.sha256(b"x").digest()
    plain, reversible = (base64.urlsafe_b64encode(raw).decode().rstrip("=") for raw in (digest, digest + b"c" * 48))
    return plain, f"t~{plain}", f"p~{reversible}"


def test_a_proxys_token_is_one_identity_however_it_is_written() -> None:
    plain, token, reversible = tokens()
    forms = [token, f"{token}@example.com", f" {token} ", f'{{"hash":"{plain}","domain":"x.com"}}', reversible]
    assert {canonical_email(form) for form in forms} == {token}
    assert {canonical_account(form) for form in (token, reversible)} == {token}


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        (" Ana@Example.COM\n", "ana@example.com"),
        ("jose\u0301@example.com", "jos\u00e9@example.com"),
        ("ana+news@example.com", "ana+news@example.com"),
        ("", None),
        (None, None),
    ],
)
def test_an_address_is_trimmed_composed_and_in_lower_case(address: str | None, canonical: str | None) -> None:
    assert canonical_email(address) == canonical


ORDER = [
    "", "house-model", "text-davinci-002-render-sha", "gpt-4o-mini", "gpt-4", "gpt-4-1-mini", "gpt-4o", "o1-mini",
    "gpt-4-1", "o1", "o3-mini", "gpt-4-5", "o4-mini", "o3", "gpt-5-t-mini", "gpt-5", "gpt-5-pro", "gpt-5-1", "gpt-5-2",
    "gpt-5-3-mini", "gpt-5.3-codex", "gpt-5.4", "gpt-5-5", "gpt-5-6-mini", "gpt-5.6-sol",
]  # fmt: skip


def test_models_are_ordered_by_strength() -> None:
    assert sorted(set(ORDER), key=strength) == ORDER


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("gpt-4o-2024-08-06", "GPT-4o"),
        ("chatgpt-4o-latest", "GPT-4o"),
        ("gpt-4o-canmore", "GPT-4o"),
        ("gpt-4-1106-preview", "GPT-4"),
        ("gpt-4.1-nano", "GPT-4.1 mini"),
        ("gpt-5-2025-08-07", "GPT-5"),
        ("gpt-5-5-thinking", "GPT-5.5"),
        ("GPT_5.5", "GPT-5.5"),
        ("gpt-5.1-codex-max", "GPT-5.1 Codex"),
        ("o4-mini-high", "o4 mini"),
        ("research", "Deep research"),
        ("auto", "Auto"),
        ("gpt-50", "other"),
        ("claude-sonnet-4-5-20250929", "Claude Sonnet 4.5"),
        ("gemini-2.5-pro", "Gemini 2.5 Pro"),
        ("", "other"),
    ],
)
def test_a_model_name_belongs_to_its_family(slug: str, name: str) -> None:
    assert family(slug).name == name


def test_batches_hold_what_was_put_into_them_and_nobody_else() -> None:
    from connectors.chatgpt import parse  # noqa: PLC0415
    from connectors.door import Entry  # noqa: PLC0415
    from tests.connectors.files.test_trouble import line  # noqa: PLC0415
    from tests.connectors.lines import costs, door, message  # noqa: PLC0415

    events = [
        message(number, email=f"p{number % 3}@x.com", timestamp=1.7913e9 + 40_000 * number) for number in range(12)
    ]
    entry = Entry(door())
    entry.admit(parse(b"".join(line(each) for each in [*events, costs(1)])))
    batches = list(batches_of(entry.admitted().events, "f"))
    assert len(batches) > 3
    assert sum(batch.rows for batch in batches) == 13
    whole = merged([unpack(batch.columns) for batch in batches])
    assert np.array_equal(np.sort(whole.messages.event), np.sort(entry.admitted().events.messages.event))
    for batch in batches:
        inside = unpack(batch.columns)
        used = {int(code) for codes in (inside.messages.person, inside.costs.person) for code in codes}
        used |= set(inside.same.ravel().tolist())
        assert used == set(range(len(inside.people) // 32))
