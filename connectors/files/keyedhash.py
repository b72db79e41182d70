"""Ids of events, messages and conversations, kept only as 64-bit hashes under the organisation's key (SipHash-2-4)."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from siphashc import siphash

Hashes = NDArray[np.uint64]


def hash_strings(texts: Sequence[str | None], key: bytes) -> Hashes:
    """Return SipHash of each text's UTF-8 under the 16 bytes of `key`; 0 for None and for empty texts."""
    try:
        if all(texts):
            return np.fromiter(map(partial(siphash, key), texts), np.uint64, len(texts))
        return np.array([siphash(key, text) if text else 0 for text in texts], np.uint64)
    except UnicodeEncodeError:
        # Half of a surrogate pair: no id, but not worth losing the row for.
        return np.array(
            [siphash(key, text.encode("utf-8", "surrogatepass")) if text else 0 for text in texts], np.uint64
        )
