"""Canonical identities and their pseudonyms. Used by the door, which is the only one to call it on people's data."""

import base64
import hmac
import re
import unicodedata

import msgspec

from connectors.errors import ConfigurationError
from storage.facts import Person

MIN_KEY_BYTES = 16

_HASH_BYTES = 32

_TOKEN = re.compile(r"(?P<kind>[tp])~(?P<hash>[A-Za-z0-9_-]{43,})(?:@[^@\s]*)?$")


class _Digest(msgspec.Struct):
    hash: str


def canonical_email(address: str | None) -> str | None:
    """Return an address as it is compared: trimmed, NFC, lower case; None where there is none.

    Tags (`ana+news@…`) are kept: they may be mailboxes of their own, and the HR file's aliases say which are not.
    An address that a psoxy proxy has replaced by a token is that token's hash, whichever way it is written.
    """
    text = unicodedata.normalize("NFC", (address or "").strip())
    if not text:
        return None
    return _token(text) or text.lower()


def canonical_account(account: str | None) -> str | None:
    """Return a vendor's account id as it is compared: trimmed; a psoxy token as in `canonical_email`."""
    text = (account or "").strip()
    return (_token(text) or text) or None


def pseudonym(key: bytes, canonical: str) -> Person:
    """Return HMAC-SHA-256 of a canonical address under the organisation's key: 32 bytes."""
    return _hmac(key, canonical)


def account_pseudonym(key: bytes, tool: str, canonical: str) -> Person:
    """Return the pseudonym of a vendor's account id, which no address and no other tool's account can share."""
    return _hmac(key, f"\0account\0{tool}\0{canonical}")


def hash_key(key: bytes) -> bytes:
    """Return the 16 bytes under which ids of events, messages and conversations are hashed."""
    return hmac.digest(key, b"\0ids", "sha256")[:16]


def check_key(key: bytes) -> None:
    """Refuse a key that could be guessed. Raises ConfigurationError."""
    if len(key) < MIN_KEY_BYTES:
        raise ConfigurationError(
            f"the privacy key has {len(key)} bytes; {MIN_KEY_BYTES} at least are needed: `ai-usage init` makes one"
        )


def _hmac(key: bytes, text: str) -> Person:
    return Person(hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256"))


def _token(text: str) -> str | None:
    """Return psoxy's hash as `t~<hash>`: of `t~<hash>`, `p~<hash and ciphertext>` (each perhaps @domain), or JSON."""
    if text.startswith("{"):
        try:
            return f"t~{msgspec.json.decode(text, type=_Digest).hash}"
        except (msgspec.DecodeError, UnicodeError):
            return None
    if not (match := _TOKEN.match(text)):
        return None
    # Base64 of the hash alone ends inside its 43rd character; of hash and ciphertext that character holds more.
    encoded = match["hash"][:44]
    raw = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))[:_HASH_BYTES]
    return f"t~{base64.urlsafe_b64encode(raw).decode().rstrip('=')}"
