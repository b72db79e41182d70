"""Weekly roll-ups, so that an answer costs the same for a hundred people and a hundred thousand.

`person_week` holds what each person did with each tool, under the department held on the day. `group_week` and
`model_week` hold the same by department and for the company, by tool and for all tools together ('*'), with people
counted at that grain; `cohort_week` who came and who stopped. Only weeks whose facts changed are worked out again, and
the later weeks, which look back on them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Subquery,
    Table,
    and_,
    case,
    cast,
    delete,
    distinct,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.schema import CreateTable

from storage.cohorts import fill_cohorts
from storage.overlap import clear_overlap, fill_overlap
from storage.restatements import note_restated, settled_totals
from storage.schema import (
    LADDER,
    MEASURES,
    alias,
    contract,
    group_week,
    member,
    model_week,
    person_week,
    rollup_due,
    seat,
    usage,
)
from storage.store import Store, insert_missing

ALL_TOOLS = "*"
COMPANY = "company"
DEPARTMENT = "department"
UNMAPPED = "Unmapped"
LADDER_WEEKS = 12
ACTIVE_WEEKS = 4
GRACE = timedelta(days=30)
"""How long after somebody joined, or was given a seat, a seat that was never used counts as new."""

WEEK = timedelta(weeks=1)

Cells = dict[tuple[str, str, str], dict[str, Any]]
"""What is known of each (tool, segment, name) in one week."""


def refresh(
    store: Store,
    progress: Callable[[int, int], None] | None = None,
    windows: Mapping[str, int] = MappingProxyType({}),
) -> int:
    """Work out every roll-up that no longer fits; return how many weeks that were.

    Each week is one transaction, oldest first, which also takes its mark away: stopped anywhere, or with facts that
    come meanwhile, the next call goes on with what is left. `progress` is told the weeks done and the weeks in all.
    `windows` are the days, by tool, in which a source ordinarily corrects itself; what it corrects later is noted.
    """
    with store.writing() as connection:
        due = _with_those_that_see_them(connection)
    for done, week in enumerate(due):
        if progress:
            progress(done, len(due))
        with store.writing() as connection:
            facts = connection.scalar(select(rollup_due.c.facts).where(rollup_due.c.week == week))
            before = settled_totals(connection, week, windows) if facts else {}
            if facts:
                _fill_person_week(connection, week)
                _fill_model_week(connection, week)
            _fill_group_week(connection, week)
            fill_cohorts(connection, week)
            note_restated(connection, week, before)
            connection.execute(delete(rollup_due).where(rollup_due.c.week == week))
    return len(due)


def _with_those_that_see_them(connection: Connection) -> list[date]:
    """Mark also the later weeks, which look back on a week whose facts changed; return every marked week, by date."""
    changed = connection.scalars(select(rollup_due.c.week).where(rollup_due.c.facts)).all()
    if changed:
        filled = {day - timedelta(days=day.weekday()) for day in connection.scalars(select(usage.c.day).distinct())}
        # Whether somebody is new, or a seat was ever used, every later week sees.
        seeing = {week for week in filled if week > min(changed)}
        insert_missing(connection, rollup_due, [{"week": week, "facts": False} for week in sorted(seeing)])
    return list(connection.scalars(select(rollup_due.c.week).order_by(rollup_due.c.week)))


def _any(flag: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a flag is set in any row of a group: PostgreSQL has no largest of truth values."""
    return func.max(cast(flag, Integer)) == 1


def _owners() -> Subquery:
    """Every known alias with the person it leads to, through at most two steps: account → address → main address."""
    # PostgreSQL has no least of several byte strings before its version 18
    first = func.row_number().over(partition_by=alias.c.alias, order_by=alias.c.person)
    ordered = select(alias.c.alias, alias.c.person, first.label("place")).subquery("ordered")
    one = select(ordered.c.alias, ordered.c.person).where(ordered.c.place == 1).cte("one_step")
    two = one.alias("second_step")
    return (
        select(one.c.alias, func.coalesce(two.c.person, one.c.person).label("person"))
        .select_from(one.outerjoin(two, two.c.alias == one.c.person))
        .subquery("owner")
    )


def _held_on(day: ColumnElement[date], person: ColumnElement[bytes]) -> ColumnElement[bool]:
    """Tell whether a row of `member` is where `person` belonged on `day`."""
    return and_(member.c.person == person, member.c.since <= day, or_(member.c.until.is_(None), member.c.until > day))


def _fill_person_week(connection: Connection, week: date) -> None:
    owner = _owners()
    person = func.coalesce(owner.c.person, usage.c.person)
    department = func.coalesce(member.c.department, UNMAPPED)
    joined = usage.outerjoin(owner, owner.c.alias == usage.c.person).outerjoin(member, _held_on(usage.c.day, person))
    rows = (
        select(
            literal(week).label("week"),
            person,
            usage.c.tool,
            department,
            func.count(distinct(usage.c.day)),
            *(func.sum(usage.c[name]) for name in MEASURES),
            _any(usage.c.tokens_estimated),
        )
        .select_from(joined)
        .where(usage.c.day.between(week, week + timedelta(days=6)))
        .group_by(person, usage.c.tool, department)
    )
    connection.execute(delete(person_week).where(person_week.c.week == week))
    connection.execute(insert(person_week).from_select([column.name for column in person_week.c], rows))


def _grains(columns: Iterable[ColumnElement[Any]], source: Any, where: ColumnElement[bool]) -> CTE:  # noqa: ANN401
    """Return the rows of `source` four times: by tool and over all tools, by department and for the company."""
    tool, department = source.c.tool, source.c.department
    named = tuple(columns)
    grains = [
        (tool, literal(COMPANY), literal("")),
        (tool, literal(DEPARTMENT), department),
        (literal(ALL_TOOLS), literal(COMPANY), literal("")),
        (literal(ALL_TOOLS), literal(DEPARTMENT), department),
    ]
    parts = [
        select(t.label("tool"), segment.label("segment"), name.label("name"), *named).select_from(source).where(where)
        for t, segment, name in grains
    ]
    return union_all(*parts).cte("grain")


def _fill_group_week(connection: Connection, week: date) -> None:
    """Fill a week; one without any facts stays empty: nothing was reported, which is not nothing used."""
    connection.execute(delete(group_week).where(group_week.c.week == week))
    clear_overlap(connection, week)
    if connection.scalar(select(person_week.c.week).where(person_week.c.week == week).limit(1)) is None:
        return
    cells: Cells = defaultdict(dict)
    _fill_recent(connection, week)
    for wanted in (_activity(week), _recent_weeks(week), *_seat_use(week)):
        _collect(connection, cells, wanted)
    if _has_history(connection, week):
        _collect(connection, cells, _ladder(week))
        _leave_out_ladders_without_prompts(cells)
    together = {(segment, name): values for (tool, segment, name), values in cells.items() if tool == ALL_TOOLS}
    fill_overlap(connection, week, _holders(week), _window(week, ACTIVE_WEEKS), together)
    for tool, seats in connection.execute(select(contract.c.tool, contract.c.seats)):
        if (tool, COMPANY, "") in cells:
            cells[tool, COMPANY, ""]["seats_purchased"] = seats
    names = [column.name for column in group_week.c]
    blank: dict[str, Any] = dict.fromkeys(names) | {"week": week, "people": 0, "tokens_estimated": False}
    rows = [
        blank | {"tool": tool, "segment": segment, "name": name} | values
        for (tool, segment, name), values in sorted(cells.items())
    ]
    if rows:
        connection.execute(insert(group_week), rows)


def _leave_out_ladders_without_prompts(cells: Cells) -> None:
    """A tool that reports no prompts has no ladder: its people would all look as if they had asked nothing."""
    silent = {
        tool for (tool, segment, _), values in cells.items() if segment == COMPANY and values.get("prompts") is None
    }
    for (tool, _, _), values in cells.items():
        if tool in silent:
            for rung in LADDER:
                values.pop(rung, None)


def _collect(connection: Connection, cells: Cells, wanted: Select[Any]) -> None:
    for row in connection.execute(wanted).mappings():
        values = dict(row)
        cells[values.pop("tool"), values.pop("segment"), values.pop("name")] |= values


def _activity(week: date) -> Select[Any]:
    """Sums, people, and how much of the prompts the heaviest users wrote."""
    grain = _grains(
        (person_week.c.person, *(person_week.c[name] for name in MEASURES), person_week.c.tokens_estimated),
        person_week,
        person_week.c.week == week,
    )
    by = (grain.c.tool, grain.c.segment, grain.c.name)
    person = (
        select(
            *by,
            grain.c.person,
            *(func.sum(grain.c[name]).label(name) for name in MEASURES),
            _any(grain.c.tokens_estimated).label("tokens_estimated"),
        )
        .group_by(*by, grain.c.person)
        .cte("person")
    )
    group = (person.c.tool, person.c.segment, person.c.name)
    heaviest_first = (func.coalesce(person.c.prompts, 0).desc(), person.c.person)
    ranked = select(
        person,
        func.row_number().over(partition_by=group, order_by=heaviest_first).label("place"),
        func.count().over(partition_by=group).label("of"),
    ).cte("ranked")
    # The top decile is rounded up: of 11 people the two heaviest.
    decile = (ranked.c.place - 1) * 10 < ranked.c.of
    by_group = (ranked.c.tool, ranked.c.segment, ranked.c.name)
    return select(
        *by_group,
        func.count().label("people"),
        *(func.sum(ranked.c[name]).label(name) for name in MEASURES),
        _any(ranked.c.tokens_estimated).label("tokens_estimated"),
        func.sum(case((ranked.c.place <= 10, ranked.c.prompts))).label("top_ten_prompts"),
        func.sum(case((decile, ranked.c.prompts))).label("top_decile_prompts"),
        func.sum(case((decile, 1), else_=0)).label("top_decile_people"),
    ).group_by(*by_group)


def _window(week: date, weeks: int) -> ColumnElement[bool]:
    return person_week.c.week.between(week - (weeks - 1) * WEEK, week)


recent = Table(
    "recent",
    MetaData(),
    Column("tool", String(32), primary_key=True),
    Column("person", LargeBinary(32), primary_key=True),
    Column("weeks", Integer, nullable=False),
    Column("prompts", BigInteger, nullable=False),
    prefixes=["TEMPORARY"],
)
"""Per person, for each tool and for all: the weeks with use among the last twelve, and the prompts in them."""


def _fill_recent(connection: Connection, week: date) -> None:
    connection.execute(CreateTable(recent, if_not_exists=True))
    connection.execute(delete(recent))
    this = _window(week, LADDER_WEEKS)
    tool = select(person_week.c.tool.label("tool"), person_week.c.person, person_week.c.week, person_week.c.prompts)
    every = select(literal(ALL_TOOLS).label("tool"), person_week.c.person, person_week.c.week, person_week.c.prompts)
    both = union_all(tool.where(this), every.where(this)).subquery()
    rows = select(
        both.c.tool,
        both.c.person,
        func.count(distinct(both.c.week)),
        func.sum(func.coalesce(both.c.prompts, 0)),
    ).group_by(both.c.tool, both.c.person)
    connection.execute(insert(recent).from_select(["tool", "person", "weeks", "prompts"], rows))


def _recent_weeks(week: date) -> Select[Any]:
    """The weeks of the last twelve in which this week's people were active, added up over them."""
    grain = _grains((person_week.c.person,), person_week, person_week.c.week == week)
    people = select(grain).distinct().cte("people")
    by = (people.c.tool, people.c.segment, people.c.name)
    joined = people.join(recent, and_(recent.c.tool == people.c.tool, recent.c.person == people.c.person))
    return select(*by, func.sum(recent.c.weeks).label("active_weeks")).select_from(joined).group_by(*by)


def _holders(week: date) -> CTE:
    """The seats held at the end of the week, with their holder's department then.

    `first` is when the holder first had a seat of the tool, `joined` when they came to the organisation, if known.
    """
    sunday = week + timedelta(days=6)
    owner = _owners()
    person = func.coalesce(owner.c.person, seat.c.person)
    joined = seat.outerjoin(owner, owner.c.alias == seat.c.person).outerjoin(member, _held_on(literal(sunday), person))
    held = or_(seat.c.end.is_(None), seat.c.end > sunday)
    return (
        select(
            seat.c.tool,
            person.label("person"),
            func.coalesce(member.c.department, UNMAPPED).label("department"),
            func.max(case((held, seat.c.price))).label("price"),
            func.min(seat.c.start).label("first"),
            func.max(member.c.start).label("joined"),
        )
        .select_from(joined)
        .where(seat.c.start <= sunday)
        .group_by(seat.c.tool, person, member.c.department)
        .having(func.max(case((held, 1), else_=0)) == 1)
        .cte("holder")
    )


def seats_in_use(week: date) -> CTE:
    """Return the seats held at the end of the week, as `_holders` has them, and whether each is used.

    `activated`: ever used; `active`: used in the last ACTIVE_WEEKS weeks; `in_grace`: never used, and new. Each 0 or 1.
    """
    holder = _holders(week)
    mine = and_(person_week.c.person == holder.c.person, person_week.c.tool == holder.c.tool)
    ever = select(1).where(mine, person_week.c.week <= week).exists()
    lately = select(1).where(mine, _window(week, ACTIVE_WEEKS)).exists()
    grace_began = week + timedelta(days=6) - GRACE
    new = or_(holder.c.first > grace_began, func.coalesce(holder.c.joined > grace_began, false()))
    return select(
        holder,
        cast(ever, Integer).label("activated"),
        cast(lately, Integer).label("active"),
        case((and_(~ever, new), 1), else_=0).label("in_grace"),
    ).cte("used")


def _seat_use(week: date) -> tuple[Select[Any]]:
    used = seats_in_use(week)
    grain = _grains((used.c.price, used.c.activated, used.c.active, used.c.in_grace), used, literal(True))
    by = (grain.c.tool, grain.c.segment, grain.c.name)
    return (
        select(
            *by,
            func.count().label("seats_assigned"),
            func.sum(grain.c.activated).label("seats_activated"),
            func.sum(grain.c.active).label("seats_active"),
            func.sum(1 - grain.c.activated).label("seats_never_used"),
            func.sum(grain.c.in_grace).label("seats_in_grace"),
            func.sum(grain.c.price).label("seat_spend"),
            func.sum(grain.c.price * (1 - grain.c.active - grain.c.in_grace)).label("unused_seat_spend"),
        ).group_by(*by),
    )


def _has_history(connection: Connection, week: date) -> bool:
    oldest = connection.scalar(select(func.min(person_week.c.week)))
    return oldest is not None and oldest <= week - (LADDER_WEEKS - 1) * WEEK


def _ladder(week: date) -> Select[Any]:
    """The published 12-week ladder over everybody who holds a seat or was active; actions are prompts.

    Power: at least 15 actions a week on average and active in at least 9 of 12 weeks. Habitual: active in at least
    9. Novice: at least one action a week on average. Low: any. (Microsoft, vivainsights `identify_usage_segments`.)
    """
    sunday = week + timedelta(days=6)
    holder = _holders(week)
    candidates = union_all(
        select(recent.c.tool, recent.c.person),
        select(holder.c.tool, holder.c.person),
        select(literal(ALL_TOOLS), holder.c.person),
    ).subquery()
    people = select(candidates.c.tool, candidates.c.person).distinct().cte("candidate")
    place = (
        select(
            people.c.tool,
            func.coalesce(member.c.department, UNMAPPED).label("department"),
            func.coalesce(recent.c.weeks, 0).label("weeks"),
            (cast(func.coalesce(recent.c.prompts, 0), Float) / LADDER_WEEKS).label("mean"),
        )
        .select_from(
            people.outerjoin(
                recent, and_(recent.c.tool == people.c.tool, recent.c.person == people.c.person)
            ).outerjoin(member, _held_on(literal(sunday), people.c.person))
        )
        .cte("place")
    )
    rung = case(
        (and_(place.c.weeks >= 9, place.c.mean >= 15), LADDER[0]),
        (place.c.weeks >= 9, LADDER[1]),
        (place.c.mean >= 1, LADDER[2]),
        (place.c.weeks > 0, LADDER[3]),
        else_=LADDER[4],
    )
    rungs = select(place.c.tool, place.c.department, rung.label("rung")).cte("rung")
    segments = union_all(
        select(rungs.c.tool, literal(COMPANY).label("segment"), literal("").label("name"), rungs.c.rung),
        select(rungs.c.tool, literal(DEPARTMENT), rungs.c.department, rungs.c.rung),
    ).cte("segment")
    by = (segments.c.tool, segments.c.segment, segments.c.name)
    counts = (func.sum(case((segments.c.rung == each, 1), else_=0)).label(each) for each in LADDER)
    return select(*by, *counts).group_by(*by)


def _fill_model_week(connection: Connection, week: date) -> None:
    owner = _owners()
    person = func.coalesce(owner.c.person, usage.c.person)
    measures = ("sessions", "messages", "prompts", "input_tokens", "output_tokens")
    facts = (
        select(
            usage.c.tool,
            func.coalesce(member.c.department, UNMAPPED).label("department"),
            usage.c.model,
            person.label("person"),
            *(usage.c[name] for name in measures),
        )
        .select_from(
            usage.outerjoin(owner, owner.c.alias == usage.c.person).outerjoin(member, _held_on(usage.c.day, person))
        )
        .where(usage.c.day.between(week, week + timedelta(days=6)))
        .cte("fact")
    )
    everything = literal(True)
    grain = _grains((facts.c.model, facts.c.person, *(facts.c[name] for name in measures)), facts, everything)
    by = (grain.c.tool, grain.c.segment, grain.c.name, grain.c.model)
    rows = select(
        literal(week).label("week"),
        *by,
        func.count(distinct(grain.c.person)),
        *(func.sum(grain.c[name]) for name in measures),
    ).group_by(*by)
    connection.execute(delete(model_week).where(model_week.c.week == week))
    connection.execute(insert(model_week).from_select([column.name for column in model_week.c], rows))
