"""The panel: every metric by week, department and tool, small groups already hidden. The one way out of the store."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property, partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insights import catalogue
from insights.basis import WEEK, Basis, latest_complete_week, monday
from insights.gate import Cell, Gated, Mix, gated, mixed, paired
from insights.guards.circumstances import circumstances_of
from insights.guards.guard import Guarded, guard
from insights.notes import notes
from insights.question import Weeks
from insights.scan import Scan, scan
from insights.visible import visible_sentences
from insights.watch import watch_of
from insights.weekly import ALL_TOOLS, COMPANY, PAIR, Floats, Weekly, weekly
from storage.facts import Contract
from storage.models import Family, family
from storage.reading import cohort_weeks, contracts, first_week, group_weeks, last_day, model_weeks, seat_pairs

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ALL_TOOLS", "COMPANY", "DEFAULT_WEEKS", "Cell", "Panel", "panel"]

Pairs = tuple[tuple[tuple[str, str], ...], Floats]
"""Two tools each, and who holds both: (pairs, PAIR, departments)."""

DEFAULT_WEEKS = 14
TESTED_WEEKS = 104


@dataclass(frozen=True, kw_only=True, slots=True)
class FamilyShare:
    """One model family's share of sessions, 0..1 a week; None where the week's mix is hidden or absent.

    0 means that nobody used it, or too few to be told: their sessions are then part of `other`.
    """

    family: Family
    values: tuple[float | None, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SeatPair:
    """People who hold a seat of both tools, and which of the two they used in the last 28 days; None where hidden."""

    tool: str
    other: str
    holders: int | None
    used_both: int | None
    used_tool: int | None
    used_other: int | None
    used_neither: int | None


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Every metric by complete week, department and tool, behind the gate.

    `weeks` are Mondays, ascending; `departments` are by name, `Unmapped` last. `''` is the company and `'*'` every
    tool together. `history` counts the complete weeks since facts begin, which may be more than are shown.
    `reference` is the family of the reference model.

    Whatever asks for one tool may leave it out: the first of `tools` is meant.
    """

    weeks: tuple[date, ...]
    departments: tuple[str, ...]
    tools: tuple[str, ...]
    currency: str
    min_group_size: int
    history: int
    reference: Family
    contracts: MappingProxyType[str, Contract]
    _gated: Gated
    _mix: Callable[[], Mix]
    _notes: tuple[str, ...]
    _guarded: Callable[[], Guarded]
    _scan: Callable[[], Scan]
    _pairs: Callable[[], Pairs]
    _wide: "Panel | None" = None
    _whole: "Panel | None" = None

    def values(self, metric: str, department: str = COMPANY, tool: str = "") -> tuple[float | None, ...]:
        """Return a value a week: None where it is hidden or absent."""
        return tuple(None if np.isnan(each) else float(each) for each in self.array(metric, department, tool))

    def array(self, metric: str, department: str = COMPANY, tool: str = "") -> NDArray[np.float64]:
        """Return a value a week: NaN where it is hidden or absent."""
        place = self._place(metric, department, tool)
        return np.full(len(self.weeks), np.nan) if place is None else self._gated.value[place].copy()

    def sums(self, metric: str, department: str = COMPANY, tool: str = "") -> tuple[NDArray[np.float64], ...]:
        """Return a quotient's numerator and denominator a week, NaN where it is hidden or absent.

        Of a count the denominator is 1 where it is known.
        """
        place = self._place(metric, department, tool)
        if place is None:
            return np.full(len(self.weeks), np.nan), np.full(len(self.weeks), np.nan)
        if catalogue.metrics()[metric].denominator:
            return self._gated.numerator[place].copy(), self._gated.denominator[place].copy()
        values = self._gated.value[place].copy()
        return values, np.where(np.isnan(values), np.nan, 1.0)

    def hidden(self, metric: str, department: str = COMPANY, tool: str = "") -> NDArray[np.bool_]:
        """Return, a week, whether the value is there and hidden."""
        place = self._place(metric, department, tool)
        return np.zeros(len(self.weeks), np.bool_) if place is None else self._gated.suppressed[place].copy()

    def latest(self, metric: str, department: str = COMPANY, tool: str = "") -> float | None:
        """Return the value of the last week; None where it is hidden or absent."""
        values = self.values(metric, department, tool)
        return values[-1] if values else None

    def change(self, metric: str, department: str = COMPANY, tool: str = "") -> float | None:
        """Return the last week's value minus the first week's; None where either is hidden or absent."""
        values = self.values(metric, department, tool)
        if len(values) < 2 or values[0] is None or values[-1] is None:
            return None
        return values[-1] - values[0]

    def over(
        self, metric: str, department: str = COMPANY, weeks: int = 4, tool: str = "", *, until: int = 0
    ) -> float | None:
        """Return the value over the last `weeks`: the quotient of sums, or the mean week of a count or score.

        Weeks that are hidden or absent are left out. `until` leaves out as many of the newest weeks.
        """
        place = self._place(metric, department, tool)
        if place is None or not self.weeks:
            return None
        window = slice(max(0, len(self.weeks) - until - weeks), max(0, len(self.weeks) - until))
        seen = ~np.isnan(self._gated.value[place][window])
        if not seen.any():
            return None
        if not catalogue.metrics()[metric].denominator:
            return float(self._gated.value[place][window][seen].mean())
        below = float(self._gated.denominator[place][window][seen].sum())
        return float(self._gated.numerator[place][window][seen].sum()) / below if below else None

    def total(self, metric: str, department: str = COMPANY, weeks: int = 4, tool: str = "") -> float:
        """Return the sum of a count over the last `weeks`; 0 where nothing is known."""
        values = self.array(metric, department, tool)[-weeks:]
        return float(np.nansum(values))

    def cell(self, metric: str, department: str = COMPANY, tool: str = "", week: date | None = None) -> Cell:
        """Return one value with what qualifies it, by default of the last week."""
        place = self._place(metric, department, tool)
        wanted = week if week is not None else (self.weeks[-1] if self.weeks else None)
        if place is None or wanted not in self.weeks:
            return Cell()
        return self._gated.cell((*place, self.weeks.index(wanted)))

    @cached_property
    def frame(self) -> "pd.DataFrame":
        """Every cell as a row.

        Columns: week, department ('' is the company), tool, metric, value, numerator, denominator, people,
        estimated, suppressed.
        """
        return self._gated.frame(self.weeks, self.tools, (COMPANY, *self.departments))

    @cached_property
    def shares(self) -> "pd.DataFrame":
        """The share of sessions by model family.

        Columns: week, department, tool, family, rank (<NA> where unknown), value, sessions, people, suppressed.
        Strongest family first, `other` last. Where a department's mix is hidden it has one row, of family `other`.
        """
        return self._mix().frame(self.weeks, self.tools, (COMPANY, *self.departments))

    def mix(self, department: str = COMPANY, tool: str = "") -> tuple[FamilyShare, ...]:
        """Return each model family's share of sessions by week, strongest first, `other` last.

        Empty where the whole mix is hidden or absent.
        """
        names = (COMPANY, *self.departments)
        if department not in names:
            return ()
        mix, place = self._mix(), (self.tools.index(tool) if tool else 0, names.index(department))
        sessions = mix.sessions[:, *place]
        totals = sessions.sum(axis=0)
        return tuple(
            FamilyShare(
                family=family,
                values=tuple(
                    None if np.isnan(total) or not total else float(each / total)
                    for each, total in zip(row, totals, strict=True)
                ),
            )
            for family, row in zip(mix.families, sessions, strict=True)
            if np.nansum(row) > 0
        )

    @cached_property
    def scan(self) -> Scan:
        """What changed, of every tool there is data about; tested on more weeks than are shown."""
        return self._scan()

    @cached_property
    def guarded(self) -> Guarded:
        """What the scan tests, without the weeks in which something else than behaviour changed the numbers."""
        return self._guarded()

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """Sentences that qualify the numbers: how fresh they are, what is hidden, and what is no behaviour in them."""
        every = (*self._notes, *self.guarded.notes)
        if self.whole is self:
            return every
        told = (visible_sentences(each, self.whole.departments, self.departments) for each in every)
        return tuple(each for each in told if each)

    def pairs(self, department: str = COMPANY) -> tuple[SeatPair, ...]:
        """Return the pairs of tools that people of the last week hold both of, most people first, hidden ones last."""
        names = (COMPANY, *self.departments)
        if department not in names or not self.weeks:
            return ()
        tools, people = self._pairs()
        told = [
            SeatPair(
                tool=tool,
                other=other,
                **{name: None if np.isnan(each) else int(each) for name, each in zip(PAIR, cells, strict=True)},
            )
            for (tool, other), cells in zip(tools, people[:, :, names.index(department)].tolist(), strict=True)
        ]
        held = [each for each in told if each.holders != 0]
        return tuple(sorted(held, key=lambda each: (-(each.holders or 0), each.tool, each.other)))

    @property
    def wide(self) -> "Panel":
        """The panel from which this one was narrowed down, with all its tools; itself where it was not."""
        return self._wide or self

    def narrowed(self, tool: str) -> "Panel":
        """Return the panel of one of its tools."""
        at = self.tools.index(tool)
        return replace(
            self, _wide=self.wide, tools=(tool,), _gated=self._gated.of_tool(at), _mix=lambda: self._mix().of_tool(at)
        )

    @property
    def whole(self) -> "Panel":
        """The panel with every department, from which this one was cut; itself where it was not."""
        return self._whole or self

    def of_departments(self, names: Sequence[str]) -> "Panel":
        """Return the panel without the departments that are not among `names`. No number is another for that."""
        rows = [0, *(row for row, name in enumerate(self.departments, 1) if name in names)]
        return replace(
            self,
            _whole=self.whole,
            departments=tuple(self.departments[row - 1] for row in rows[1:]),
            _gated=self._gated.of_rows(rows),
            _mix=lambda: self._mix().of_rows(rows),
            _pairs=lambda: _pairs_of(self._pairs(), rows),
        )

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {each.id: n for n, each in enumerate(self._gated.metrics)}

    def _place(self, metric: str, department: str, tool: str) -> tuple[int, int, int] | None:
        if metric not in catalogue.metrics():
            raise KeyError(metric)
        names = (COMPANY, *self.departments)
        wanted = tool or self.tools[0]
        if metric not in self._rows or department not in names or wanted not in self.tools:
            return None
        return self._rows[metric], self.tools.index(wanted), names.index(department)


def panel(
    basis: Basis,
    *,
    weeks: int | Weeks = DEFAULT_WEEKS,
    tools: Sequence[str] = (ALL_TOOLS,),
    metrics: Sequence[str] = (),
) -> Panel:
    """Return the panel of the last `weeks` complete weeks, or of the complete ones among those asked for.

    `tools` are the tools to show, '*' for all together. `metrics` are ids; none means all. Only roll-ups are read,
    with the same few queries however many departments there are.
    """
    newest_day, oldest = last_day(basis.store), first_week(basis.store)
    newest = latest_complete_week(basis.as_of, newest_day)
    asked = _asked(weeks, oldest, newest)
    last = asked[-1] if asked else basis.as_of - WEEK
    read = partial(_read, basis, oldest)
    shown = show(
        read(asked),
        basis,
        metrics=metrics,
        tools=tools,
        history=0 if oldest is None or newest is None else max(0, (newest - oldest).days // 7 + 1),
        contracts=contracts(basis.store),
        last_day=newest_day,
        tested=lambda: read(_asked(Weeks(first=last - (TESTED_WEEKS - 1) * WEEK, last=last), oldest, newest)),
    )
    return shown if basis.visible is None else shown.of_departments(basis.visible)


def _read(basis: Basis, oldest: date | None, weeks: tuple[date, ...]) -> Weekly:
    first, last = (weeks[0], weeks[-1]) if weeks else (basis.as_of, basis.as_of - WEEK)
    return weekly(
        group_weeks(basis.store, first, last),
        model_weeks(basis.store, first, last),
        weeks,
        first_week=oldest,
        reference_rank=family(basis.reference_model).rank,
        family=family,
        pairs=seat_pairs(basis.store, first, last),
        cohorts=cohort_weeks(basis.store, first, last),
    )


def show(
    behind: Weekly,
    basis: Basis,
    *,
    tools: Sequence[str],
    metrics: Sequence[str] = (),
    history: int,
    contracts: dict[str, Contract],
    last_day: date | None,
    tested: Callable[[], Weekly] | None = None,
) -> Panel:
    """Return what of `behind` may be seen. `tested` reads the weeks that are scanned for change, `behind`'s if none."""
    chosen = tuple(catalogue.metrics()[each] for each in metrics) or tuple(catalogue.metrics().values())
    shown_tools = tuple(dict.fromkeys(tools)) or (ALL_TOOLS,)
    values = gated(behind, tuple(each for each in chosen if each.needs), basis.min_group_size, shown_tools)
    reference = family(basis.reference_model)
    guarded = cache(lambda: _guarded(tested() if tested else behind, basis))
    return Panel(
        weeks=behind.weeks,
        departments=behind.departments[1:],
        tools=shown_tools,
        currency=_currency(contracts, basis),
        min_group_size=basis.min_group_size,
        _notes=notes(behind, values, basis, shown_tools, last_day),
        history=history,
        reference=reference,
        contracts=MappingProxyType(contracts),
        _gated=values,
        # Only one view asks for the mix, and folding it is the dearest part.
        _mix=partial(mixed, behind, basis.min_group_size, shown_tools),
        _guarded=guarded,
        # Once for this panel and whatever is narrowed down from it.
        _scan=cache(lambda: _scanned(guarded())),
        _pairs=lambda: (behind.pairs, paired(behind, basis.min_group_size, len(behind.weeks) - 1)),
    )


def _guarded(behind: Weekly, basis: Basis) -> Guarded:
    # Two columns are one tool, and the same tool as "all together".
    tools = behind.tools if len(behind.tools) > 2 else behind.tools[-1:]
    return guard(watch_of(behind, basis.min_group_size, tools), circumstances_of(behind, tools, basis))


def _scanned(guarded: Guarded) -> Scan:
    found = scan(guarded.watch)
    if guarded.watch.tools[:1] in {(), (ALL_TOOLS,)}:
        return found
    # The one tool there is: what is true of it is true of all together.
    alike = tuple(replace(each, tool=ALL_TOOLS) for each in found.changes)
    judged = frozenset((metric, ALL_TOOLS, name) for metric, _, name in found.judged)
    return replace(found, changes=(*found.changes, *alike), judged=found.judged | judged)


def _mix_of(whole: Callable[[], Mix], at: int) -> Mix:
    return whole().of_tool(at)


def _pairs_of(
    pairs: tuple[tuple[tuple[str, str], ...], Floats], rows: list[int]
) -> tuple[tuple[tuple[str, str], ...], Floats]:
    tools, people = pairs
    return tools, people[:, :, rows]


def _asked(weeks: int | Weeks, oldest: date | None, newest: date | None) -> tuple[date, ...]:
    """Return the Mondays asked for that are complete and not before history begins."""
    if oldest is None or newest is None:
        return ()
    if isinstance(weeks, Weeks):
        first, last = max(monday(weeks.first), oldest), min(monday(weeks.last), newest)
    else:
        first, last = max(newest - (weeks - 1) * WEEK, oldest), newest
    return tuple(first + n * WEEK for n in range((last - first).days // 7 + 1))


def _currency(contracts: dict[str, Contract], basis: Basis) -> str:
    named = {each.currency for each in contracts.values() if each.price is not None}
    return named.pop() if len(named) == 1 else basis.currency
