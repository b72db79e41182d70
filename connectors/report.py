"""What a run tells while it goes on, and when it is over."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from connectors.rows import BadLine

SHOWN = 20
"""Problems that are told one by one; the others are counted."""


class StoppedError(Exception):
    """Whoever watches the run wants it to end. What is kept stays, and the next run goes on from there."""


class Progress(Protocol):
    """Who watches a run. Nothing told here comes out of a log line; file names are those the operator gave.

    Any of them may raise StoppedError to end the run.
    """

    def begin(self, what: str, total: int) -> None:
        """A stage begins, of `total` units (bytes, files or days)."""

    def advance(self, units: int) -> None:
        """So many more units of the stage are done."""

    def note(self, text: str) -> None:
        """Something is worth a line."""


class Watch(Progress, Protocol):
    """Who watches several runs at once, and what is not about one source alone."""

    def of(self, source: str) -> Progress:
        """Return who watches the run of `source`."""


class Quiet:
    """Watches and says nothing."""

    def of(self, source: str) -> "Quiet":
        """Say nothing of `source` either."""
        del source
        return self

    def begin(self, what: str, total: int) -> None:
        """Say nothing."""

    def advance(self, units: int) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunReport:
    """What a run did. `files` and `rows` are the new ones; `skipped` counts lines by reason.

    `pages` are the answers that the vendor gave, files among them; `asked_from` and `asked_to` the days it was asked
    for, `first_day` and `last_day` those that came. `problems` are sentences with file and line, SHOWN at most.
    `damaged` are the files that were not marked done.
    """

    source: str
    asked_from: date | None
    asked_to: date | None
    pages: int
    files: int
    known_files: int
    rows: int
    skipped: Mapping[str, int]
    problems: tuple[str, ...]
    damaged: tuple[str, ...]
    warnings: tuple[str, ...]
    first_day: date | None
    last_day: date | None
    days: int


@dataclass(kw_only=True)
class Tally:
    """Counts while a run goes on."""

    source: str
    progress: Progress
    asked_from: date | None = None
    asked_to: date | None = None
    pages: int = 0
    files: int = 0
    known_files: int = 0
    rows: int = 0
    days: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seen: set[date] = field(default_factory=set)

    def asked(self, first: date, last: date) -> None:
        """Note that the vendor was asked for the days from `first` to `last`."""
        self.asked_from = min(self.asked_from or first, first)
        self.asked_to = max(self.asked_to or last, last)

    def bad_lines(self, file: str, bad: Iterable[BadLine]) -> None:
        """Count bad lines of `file`."""
        for each in bad:
            self.skipped[each.why] += 1
            self._problem(f"{file}, line {each.line}: {each.why}; skipped")

    def damage(self, file: str, why: str) -> None:
        """Note a file that is not marked done."""
        self.damaged.append(file)
        self.progress.note(f"{file}: {why}; not marked done, it will be read again")

    def warn(self, text: str) -> None:
        """Note something that the run goes on without; once, though every window lacks it."""
        if text in self.warnings:
            return
        self.warnings.append(text)
        self.progress.note(text)

    def report(self) -> RunReport:
        """Return how the run went."""
        return RunReport(
            source=self.source,
            asked_from=self.asked_from,
            asked_to=self.asked_to,
            pages=self.pages,
            files=self.files,
            known_files=self.known_files,
            rows=self.rows,
            skipped=dict(sorted(self.skipped.items())),
            problems=tuple(self.problems),
            damaged=tuple(self.damaged),
            warnings=tuple(self.warnings),
            first_day=min(self.seen, default=None),
            last_day=max(self.seen, default=None),
            days=self.days,
        )

    def _problem(self, text: str) -> None:
        if len(self.problems) < SHOWN:
            self.problems.append(text)
            self.progress.note(text)
        elif len(self.problems) == SHOWN:
            self.problems.append("more of the like; all are counted")
            self.progress.note(self.problems[-1])
