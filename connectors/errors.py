"""Every way in which reading a source fails, sorted by what the caller should do.

ConnectorError
├── ConfigurationError           fix the configuration, then run again
│   └── PermissionMissingError   the key is not accepted, or lacks a permission: says which and where to grant it
│       └── ForbiddenError       the key is accepted, but not for this
├── TryAgainError                the vendor is busy or down: run again, not before `after` seconds
├── BeingReadError               another process reads this source: leave it alone
├── NotPublishedError            not there yet, or a stream that is not switched on: carry on without it
│   └── ExpiredCursorError       a page that the vendor led to is gone: ask from the first page again
└── SourceFailedError            give this source up for now and tell the operator
    └── BadFileError             one file is damaged: it is not marked done, the others are read

A message never holds a value from a log line, an answer's body or a key.
"""


class ConnectorError(Exception):
    """Reading a source failed. The message is fit to be shown to an operator and stored."""


class ConfigurationError(ConnectorError):
    """A path, id, address or key is wrong. The message says which and what to write instead."""


class PermissionMissingError(ConfigurationError):
    """The vendor refused the key. The message says which permission is missing and where it is granted."""


class ForbiddenError(PermissionMissingError):
    """The vendor knows the key and refuses what it asks for (403): of one thing among many, it may be that alone."""


class TryAgainError(ConnectorError):
    """The vendor asked for patience, or did not answer. `after` is in seconds; None where it did not say."""

    def __init__(self, message: str, *, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class BeingReadError(ConnectorError):
    """Another process reads the same source. Nothing was asked or changed, and no run is noted."""


class NotPublishedError(ConnectorError):
    """What was asked for does not exist yet, or is not switched on for this workspace."""


class ExpiredCursorError(NotPublishedError):
    """The vendor no longer knows a page that it led to: its cursor, or the link to it, is too old."""


class SourceFailedError(ConnectorError):
    """The vendor's answer makes no sense. Nothing can be read until somebody has looked."""


class BadFileError(SourceFailedError):
    """A file is damaged: its checksum is wrong, or it is cut short."""
