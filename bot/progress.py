"""Progress in the terminal: a bar a stage where somebody watches, a line a stage where nobody does."""

from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class TerminalProgress:
    """Shows the stages of a run on standard error. Use it as a context."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._finish()
        self._bars.stop()

    def begin(self, what: str, total: int) -> None:
        """A stage begins; the one before is over."""
        self._finish()
        self._task = self._bars.add_task(what, total=max(total, 1))
        if not self._console.is_terminal:
            self._console.print(f"{what} …", markup=False)

    def advance(self, units: int) -> None:
        """So many more units of the stage are done."""
        if self._task is not None:
            self._bars.advance(self._task, units)

    def note(self, text: str) -> None:
        """Say something beside the bars."""
        self._console.print(f"  {text}", markup=False)

    def _finish(self) -> None:
        if self._task is not None:
            self._bars.update(self._task, completed=self._bars.tasks[self._task].total)
            self._task = None
