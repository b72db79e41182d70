"""Progress in the terminal: a bar a source where somebody watches, a line a stage where nobody does."""

from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class TerminalProgress:
    """Shows the stages of what goes on, on standard error. Use it as a context. Threads may share it."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._own = Bar(self._console, self._bars)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, failure: object, *_: object) -> None:
        if failure is None:
            self._own.finish()
        self._bars.stop()

    def of(self, source: str) -> "Bar":
        """Return a bar of the source's own: its stages follow one another in it."""
        return Bar(self._console, self._bars, source)

    def begin(self, what: str, total: int) -> None:
        """A stage of no source's begins; the one before is over, and its bar stays."""
        self._own.finish()
        self._own = Bar(self._console, self._bars)
        self._own.begin(what, total)

    def advance(self, units: int) -> None:
        """So many more units of the stage are done."""
        self._own.advance(units)

    def note(self, text: str) -> None:
        """Say something beside the bars."""
        self._own.note(text)


class Bar:
    """One bar, and the name that goes before whatever is told beside it."""

    def __init__(self, console: Console, bars: Progress, source: str = "") -> None:
        self._console, self._bars = console, bars
        self._before = f"{source}: " if source else ""
        self._task: TaskID | None = None
        self._total = 1

    def begin(self, what: str, total: int) -> None:
        """A stage begins; the one before is over."""
        told, self._total = f"{self._before}{what}", max(total, 1)
        if self._task is None:
            self._task = self._bars.add_task(told, total=self._total)
        else:
            self._bars.reset(self._task, description=told, total=self._total)
        if not self._console.is_terminal:
            self._console.print(f"{told} …", markup=False)

    def advance(self, units: int) -> None:
        """So many more units of the stage are done."""
        if self._task is not None:
            self._bars.advance(self._task, units)

    def note(self, text: str) -> None:
        """Say something beside the bars."""
        self._console.print(f"  {self._before}{text}", markup=False)

    def finish(self) -> None:
        """The last stage is over, also where it had nothing to do."""
        if self._task is not None:
            self._bars.update(self._task, completed=self._total)
