"""SipHash (Aumasson and Bernstein, 2012) over many strings at once.

Ids of events, messages and conversations are kept only as 64-bit keyed hashes. A hash a row in Python would cost more
than parsing the row, so rows of the same length are hashed together, a column operation a step.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

_INITIAL = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)
Rounds = tuple[int, int]
_ROUNDS: Rounds = (1, 3)
"""Rounds a word and at the end: as Python and Rust hash their own strings."""

_BLOCK = 4096
"""Rows hashed together: four columns of state stay in the processor's cache."""


def hash_strings(texts: Sequence[str | None], key: bytes, rounds: Rounds = _ROUNDS) -> Hashes:
    """Return SipHash of each text's UTF-8 under the 16 bytes of `key`; 0 for None and for empty texts."""
    try:
        plain: Sequence[str] = texts  # type: ignore[assignment]
        lengths = set(map(len, plain))
    except TypeError:
        plain = [text or "" for text in texts]
        lengths = set(map(len, plain))
    if len(lengths) == 1:
        return _hash_alike(plain, len(plain), lengths.pop(), key, rounds)
    found = np.zeros(len(plain), np.uint64)
    by_length = np.fromiter(map(len, plain), np.int64, len(plain))
    if len(lengths - {0}) == 1:
        rows = np.flatnonzero(by_length)
        found[rows] = _hash_alike(plain, rows.size, max(lengths), key, rounds)
        return found
    for length in lengths:
        rows = np.flatnonzero(by_length == length)
        found[rows] = _hash_alike([plain[row] for row in rows.tolist()], rows.size, length, key, rounds)
    return found


def _hash_alike(texts: Sequence[str], count: int, length: int, key: bytes, rounds: Rounds) -> Hashes:
    """Hash the `count` texts that have `length` characters; the others are empty."""
    if length == 0:
        return np.zeros(count, np.uint64)
    joined = "".join(texts).encode("utf-8", "surrogatepass")
    if len(joined) == count * length:
        return _hash_table(np.frombuffer(joined, np.uint8).reshape(count, length), key, rounds)
    each = [text.encode("utf-8", "surrogatepass") for text in texts if text]
    return np.array(
        [_hash_table(np.frombuffer(raw, np.uint8).reshape(1, -1), key, rounds)[0] for raw in each], np.uint64
    )


def _hash_table(table: NDArray[np.uint8], key: bytes, rounds: Rounds) -> Hashes:
    rows, length = table.shape
    padded = np.zeros((rows, (length // 8 + 1) * 8), np.uint8)
    padded[:, :length] = table
    padded[:, -1] = length & 0xFF
    words = padded.view("<u8")
    return np.concatenate([_hash_words(words[at : at + _BLOCK], key, rounds) for at in range(0, rows, _BLOCK)])


def _hash_words(words: NDArray[np.uint64], key: bytes, rounds: Rounds) -> Hashes:
    low, high = (int.from_bytes(half, "little") for half in (key[:8], key[8:16]))
    state = [
        np.full(len(words), start ^ half, np.uint64) for start, half in zip(_INITIAL, (low, high) * 2, strict=True)
    ]
    spare = np.empty(len(words), np.uint64)
    for column in words.T:
        word = np.ascontiguousarray(column)
        state[3] ^= word
        _rounds(state, spare, rounds[0])
        state[0] ^= word
    state[2] ^= np.uint64(0xFF)
    _rounds(state, spare, rounds[1])
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _rounds(state: list[Hashes], spare: Hashes, times: int) -> None:
    v0, v1, v2, v3 = state
    for _ in range(times):
        v0 += v1
        _rotate(v1, 13, spare)
        v1 ^= v0
        _rotate(v0, 32, spare)
        v2 += v3
        _rotate(v3, 16, spare)
        v3 ^= v2
        v0 += v3
        _rotate(v3, 21, spare)
        v3 ^= v0
        v2 += v1
        _rotate(v1, 17, spare)
        v1 ^= v2
        _rotate(v2, 32, spare)


def _rotate(values: Hashes, bits: int, spare: Hashes) -> None:
    np.right_shift(values, np.uint64(64 - bits), out=spare)
    np.left_shift(values, np.uint64(bits), out=values)
    np.bitwise_or(values, spare, out=values)
