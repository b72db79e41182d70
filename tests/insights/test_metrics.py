"""Every metric against the same figure worked out by pandas from the facts, in a real store."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from insights.basis import Basis
from insights.metrics import METRICS
from insights.series import Panel, panel
from storage import ingestion, rollups
from storage.facts import Contract, Member, Person, Seat, Usage
from storage.models import family
from storage.store import Store, open_store

MONDAY = date(2026, 1, 5)
WEEKS = 14
LAST = MONDAY + timedelta(weeks=WEEKS - 1)
END = LAST + timedelta(days=6)
PEOPLE = [Person(bytes([number]) * 32) for number in range(1, 91)]
DEPARTMENTS = ("Alpha", "Beta", "Gamma")
MODELS = ("gpt-3.5-turbo", "gpt-4", "gpt-4o-mini", "gpt-4o", "o3", "never-heard-of")
REFERENCE = family("gpt-4o").rank
SILENT_TOOL = "claude"
"""Reports sessions, messages and prompts, and neither tokens nor characters."""

COUNTS = (
    "sessions",
    "messages",
    "prompts",
    "prompt_characters",
    "short_prompts",
    "long_prompts",
    "input_tokens",
    "output_tokens",
)


def facts() -> list[Usage]:
    rng = random.Random(5)
    rows: dict[tuple[date, Person, str, str], Usage] = {}
    for offset in range(WEEKS * 7):
        day = MONDAY + timedelta(days=offset)
        for person in rng.sample(PEOPLE[:-12], 30):
            tool = rng.choice(["chatgpt", "chatgpt", SILENT_TOOL])
            prompts = rng.randint(1, 14)
            told = tool != SILENT_TOOL
            row = Usage(
                day=day,
                person=person,
                tool=tool,
                model=rng.choice(MODELS),
                sessions=rng.randint(1, 4),
                messages=prompts * 2,
                prompts=prompts,
                prompt_characters=prompts * rng.randint(20, 500) if told else None,
                short_prompts=rng.randint(0, prompts // 2) if told else None,
                long_prompts=rng.randint(0, prompts // 2) if told else None,
                input_tokens=rng.randint(10, 900) if told else None,
                output_tokens=rng.randint(10, 900) if told else None,
                tokens_estimated=told,
                credits=rng.random() if told else None,
                cost=rng.random() if told else None,
            )
            rows[row.day, row.person, row.tool, row.model] = row
    return list(rows.values())


def department_of(person: Person) -> str:
    return DEPARTMENTS[PEOPLE.index(person) % 3]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    frame = pd.DataFrame([{name: getattr(row, name) for name in Usage.__slots__} for row in facts()])
    frame["week"] = frame["day"].map(lambda day: day - timedelta(days=day.weekday()))
    frame["department"] = frame["person"].map(department_of)
    ranks = frame["model"].map(lambda slug: family(slug).rank)
    frame["reference_sessions"] = frame["sessions"].where(ranks >= REFERENCE, 0)
    frame["ranked_sessions"] = frame["sessions"].where(ranks.notna(), 0)
    return frame


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('metrics') / 'store.db'}")
    ingestion.replace_members(
        store,
        "directory",
        [Member(person=each, since=date(2020, 1, 1), department=department_of(each)) for each in PEOPLE],
        [],
    )
    ingestion.replace_seats(
        store, "chatgpt", [Seat(person=each, tool="chatgpt", start=MONDAY, price=30.0) for each in PEOPLE]
    )
    ingestion.replace_contracts(store, [Contract(tool="chatgpt", seats=120, price=30.0)])
    rows = facts()
    ingestion.replace_usage(store, "test", sorted({row.day for row in rows}), rows)
    rollups.refresh(store)
    yield store
    store.close()


@pytest.fixture(scope="module")
def seen(filled: Store) -> Panel:
    basis = Basis(store=filled, as_of=END + timedelta(days=1), min_group_size=1)
    return panel(basis, weeks=WEEKS, tools=("*", "chatgpt", SILENT_TOOL))


def part(table: pd.DataFrame, department: str, tool: str, week: date) -> pd.DataFrame:
    mine = table[table["week"] == week]
    mine = mine if tool == "*" else mine[mine["tool"] == tool]
    return mine if not department else mine[mine["department"] == department]


def ladder(table: pd.DataFrame, department: str, tool: str, week: date) -> dict[str, int]:
    recent = table[(table["week"] <= week) & (table["week"] > week - timedelta(weeks=12))]
    recent = recent if tool == "*" else recent[recent["tool"] == tool]
    rungs = dict.fromkeys(("power", "habitual", "novice", "low", "non_users"), 0)
    for person in PEOPLE if tool != SILENT_TOOL else recent["person"].unique():
        if department and department_of(person) != department:
            continue
        mine = recent[recent["person"] == person]
        weeks, mean = mine["week"].nunique(), mine["prompts"].sum() / 12
        if weeks >= 9:
            rungs["power" if mean >= 15 else "habitual"] += 1
        else:
            rungs["novice" if mean >= 1 else "low" if weeks else "non_users"] += 1
    return rungs


def cohorts(table: pd.DataFrame, department: str, tool: str, week: date) -> dict[str, int]:
    mine = table if tool == "*" else table[table["tool"] == tool]
    mine = mine if not department else mine[mine["department"] == department]
    split = week - timedelta(weeks=3)
    now = set(mine[(mine["week"] >= split) & (mine["week"] <= week)]["person"])
    before = set(mine[(mine["week"] < split) & (mine["week"] >= split - timedelta(weeks=4))]["person"])
    ever = set(mine[mine["week"] < split]["person"])
    return {
        "gained_people": len(now - before),
        "newcomers": len(now - ever),
        "returned_people": len((now & ever) - before),
        "lapsed_people": len(before - now),
    }


def by_hand(table: pd.DataFrame, department: str, tool: str, week: date) -> dict[str, float | None]:
    """Every metric from the facts, without a look at how the product works it out."""
    mine = part(table, department, tool, week)
    # A quotient is of those tools that report both of its sides.
    told = mine[mine["tool"] != SILENT_TOOL]
    people = mine["person"].nunique()
    total = {name: mine[name].sum() if mine[name].notna().any() else None for name in (*COUNTS, "credits", "cost")}
    heavy = mine.groupby("person")["prompts"].sum().sort_values(ascending=False)
    figures: dict[str, float | None] = {
        "weekly_active_users": people,
        "sessions": total["sessions"],
        "messages": total["messages"],
        "prompts": total["prompts"],
        "sessions_per_active_user": total["sessions"] / people,
        "messages_per_session": total["messages"] / total["sessions"],
        "prompts_per_session": total["prompts"] / total["sessions"],
        "reference_model_share": mine["reference_sessions"].sum() / mine["ranked_sessions"].sum(),
        "older_model_share": 1 - mine["reference_sessions"].sum() / mine["ranked_sessions"].sum(),
        "metered_cost": total["cost"],
        "metered_credits": total["credits"],
        "top_ten_share": heavy.head(10).sum() / heavy.sum(),
        "top_decile_share": heavy.head(-(-len(heavy) // 10)).sum() / heavy.sum(),
    }
    if len(told):
        prompts = told["prompts"].sum()
        figures |= {
            "characters_per_prompt": told["prompt_characters"].sum() / prompts,
            "short_prompt_share": told["short_prompts"].sum() / prompts,
            "long_prompt_share": told["long_prompts"].sum() / prompts,
            "input_tokens_per_active_user": told["input_tokens"].sum() / told["person"].nunique(),
            "output_tokens_per_active_user": told["output_tokens"].sum() / told["person"].nunique(),
            "output_to_input_ratio": told["output_tokens"].sum() / told["input_tokens"].sum(),
        }
    if tool != SILENT_TOOL:
        figures |= seats(table, department, week)
    if week >= MONDAY + timedelta(weeks=11):
        rungs = ladder(table, department, tool, week)
        figures |= {f"{name}_users": rungs[name] for name in ("power", "habitual", "novice", "low")}
        figures["non_users"] = rungs["non_users"]
    if week >= MONDAY + timedelta(weeks=7):
        figures |= cohorts(table, department, tool, week)
    if department and len(told):
        figures["proficiency_score"] = score(table, told, week)
    return figures


def score(table: pd.DataFrame, told: pd.DataFrame, week: date) -> float:
    recent = table[
        (table["week"] <= week) & (table["week"] > week - timedelta(weeks=12)) & (table["tool"] != SILENT_TOOL)
    ]
    people = set(told["person"])
    steady = recent[recent["person"].isin(people)].groupby("person")["week"].nunique().sum()
    lived = min(12, (week - MONDAY).days // 7 + 1)
    consistency = steady / (lived * len(people)) / 0.75
    depth = (told["messages"].sum() / told["sessions"].sum() - 2) / 8
    context = told["long_prompts"].sum() / told["prompts"].sum() / 0.5
    model_fit = told["reference_sessions"].sum() / told["ranked_sessions"].sum()
    weights, parts = np.array([35, 25, 20, 20]), np.array([consistency, depth, context, model_fit])
    return float(weights @ parts.clip(0, 1))


def seats(table: pd.DataFrame, department: str, week: date) -> dict[str, float | None]:
    holders = {each for each in PEOPLE if not department or department_of(each) == department}
    used = table[(table["tool"] == "chatgpt") & (table["week"] <= week)]
    ever = holders & set(used["person"])
    lately = holders & set(used[used["week"] > week - timedelta(weeks=4)]["person"])
    never = len(holders) - len(ever)
    new = never if (week + timedelta(days=6) - MONDAY).days < 30 else 0
    idle = len(holders) - len(lately) - new
    return {
        "seats_purchased": None if department else 120,
        "seats_assigned": len(holders),
        "seats_activated": len(ever),
        "seats_active": len(lately),
        "seats_never_used": never,
        "seats_in_grace": new,
        "seats_unused": idle,
        "seats_unused_share": idle / len(holders),
        "monthly_spend": 30.0 * len(holders),
        "unused_spend": 30.0 * idle,
    }


@pytest.mark.parametrize("tool", ["*", "chatgpt", SILENT_TOOL])
@pytest.mark.parametrize("department", ["", *DEPARTMENTS])
@pytest.mark.parametrize("week", [MONDAY, MONDAY + timedelta(weeks=11), LAST])
def test_every_metric_equals_the_one_from_the_facts(
    seen: Panel, table: pd.DataFrame, tool: str, department: str, week: date
) -> None:
    expected = by_hand(table, department, tool, week)
    found = {each.id: seen.cell(each.id, department, tool, week).value for each in METRICS}
    wanted = {each.id: expected.get(each.id) for each in METRICS}
    assert found == pytest.approx(wanted, nan_ok=False)


def test_a_mean_over_weeks_is_the_quotient_of_their_sums(seen: Panel, table: pd.DataFrame) -> None:
    last_four = table[(table["week"] > LAST - timedelta(weeks=4)) & (table["department"] == "Beta")]
    expected = last_four["messages"].sum() / last_four["sessions"].sum()
    assert seen.over("messages_per_session", "Beta", weeks=4) == pytest.approx(expected)
    person_weeks = last_four.groupby("week")["person"].nunique().sum()
    assert seen.over("sessions_per_active_user", "Beta", 4) == pytest.approx(last_four["sessions"].sum() / person_weeks)
    assert seen.over("weekly_active_users", "Beta", 4) == pytest.approx(person_weeks / 4)


def test_a_measure_that_a_tool_does_not_report_is_absent_rather_than_zero(seen: Panel) -> None:
    cell = seen.cell("characters_per_prompt", "", SILENT_TOOL)
    assert cell.value is None
    assert not cell.suppressed
    assert seen.latest("output_tokens_per_active_user", "", SILENT_TOOL) is None


def test_estimated_tokens_are_marked_and_nothing_else_is(seen: Panel) -> None:
    marked = seen.frame[seen.frame["estimated"]]["metric"].unique()
    assert set(marked) == {"input_tokens_per_active_user", "output_tokens_per_active_user", "output_to_input_ratio"}
    assert seen.cell("output_to_input_ratio", "", "chatgpt").estimated
    assert "Tokens are estimated from characters where a tool reports none." in seen.notes


def test_the_mix_equals_the_sessions_by_family(seen: Panel, table: pd.DataFrame) -> None:
    mine = part(table, "Alpha", "chatgpt", LAST)
    sessions = mine.groupby(mine["model"].map(lambda slug: family(slug).name))["sessions"].sum()
    shares = seen.shares
    shown = shares[(shares["department"] == "Alpha") & (shares["tool"] == "chatgpt") & (shares["week"] == LAST)]
    found = shown.set_index("family")["value"].to_dict()
    assert found == pytest.approx((sessions / sessions.sum()).to_dict())
    ranks = shown["rank"].dropna().tolist()
    assert ranks == sorted(ranks, reverse=True)
    assert shown["family"].iloc[-1] == "other"


def test_asking_costs_the_same_queries_however_many_departments_there_are(filled: Store) -> None:
    from sqlalchemy import event  # noqa: PLC0415

    asked: list[str] = []
    event.listen(filled.engine, "before_cursor_execute", lambda *parts: asked.append(parts[2]))
    panel(Basis(store=filled, as_of=END + timedelta(days=1)))
    reads = [each for each in asked if each.startswith("SELECT")]
    assert len(reads) <= 7
    assert not any("FROM usage" in each and "max" not in each for each in reads)


def test_real_conversations_have_the_depth_that_pandas_finds(store: Store, shared) -> None:
    sizes = pd.read_csv(shared / "data" / "sharegpt_conversation_lengths.csv").head(600)
    sizes["person"] = np.arange(len(sizes)) % 40
    grouped = sizes.groupby("person").agg(
        sessions=("conv", "size"), prompts=("user_msgs", "sum"), answers=("assistant_msgs", "sum")
    )
    rows = [
        Usage(
            day=MONDAY,
            person=PEOPLE[int(person)],
            tool="chatgpt",
            model="gpt-4o",
            sessions=int(row.sessions),
            messages=int(row.prompts + row.answers),
            prompts=int(row.prompts),
        )
        for person, row in grouped.iterrows()
    ]
    ingestion.replace_usage(store, "test", [MONDAY, MONDAY + timedelta(days=6)], [*rows, *_on_sunday(rows[0])])
    rollups.refresh(store)
    seen = panel(Basis(store=store, as_of=MONDAY + timedelta(days=7)))
    assert seen.latest("messages_per_session") == pytest.approx(
        (sizes["user_msgs"] + sizes["assistant_msgs"]).sum() / len(sizes)
    )
    assert seen.latest("prompts_per_session") == pytest.approx(sizes["user_msgs"].mean())


def _on_sunday(row: Usage) -> list[Usage]:
    """A fact without figures on the week's last day, so that the week is complete."""
    return [Usage(day=MONDAY + timedelta(days=6), person=row.person, tool=row.tool, model=row.model)]
