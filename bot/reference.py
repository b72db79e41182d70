"""References: how a person's "that did not work" and the log's reason for it find each other."""

import secrets


def new_reference() -> str:
    """Return eight letters and digits, short enough to read out."""
    return secrets.token_hex(4)
