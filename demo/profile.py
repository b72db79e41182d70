"""What the simulated company is like: its departments, its models, and where each figure goes over the weeks.

Every figure here is a choice of ours, made so that the feed has something to show; the shapes around the averages are
fitted (`demo.distributions`). `t` is the progress of the last 14 weeks, 0 before them and 1 in the last one.
"""

from dataclasses import dataclass
from typing import Literal

Scenario = Literal["2025", "2026"]

TREND_WEEKS = 14
WORKSHOP_WEEKS_AGO = 8
REORGANISATION_WEEKS_AGO = 9
UNMAPPED = "Unmapped"
SEAT_PRICE = 30.0
"""US dollars a month, for every seat."""

DEPTH = (5.4, 6.8)
"""Messages a session, company-wide, before the trend and in the last week."""

CHARACTERS = (272.0, 312.0)
"""Characters a prompt, company-wide, before the trend and in the last week."""

BELOW_REFERENCE = (0.60, 0.39)
"""Share of sessions on models below the reference, in the first and the last week of all."""

ENGINEERING_AND_SALES = 0.42
"""The two departments' share of seats at the end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Department:
    """One department's habits.

    `share` is its part of the seats outside Engineering and Sales (for these two: of theirs). `never` and `dormant`
    are shares of seats never used, and used once but not in the last 28 days. `weekly` is the chance that somebody
    who uses it does so in a week. `sessions` are sessions per active person and week before the trend and at its end.
    `depth` is messages a session at both ends: absolute where `fixed`, else relative to whatever the company's
    average leaves for the others. `characters` is relative. `older` shifts the log-odds of a session on an older
    model.
    """

    name: str
    teams: tuple[str, ...]
    share: float
    never: float
    dormant: float
    weekly: float
    sessions: tuple[float, float]
    depth: tuple[float, float]
    fixed: bool = False
    characters: float = 1.0
    answers: float = 1.0
    older: float = 0.0
    steps_up: bool = False
    """Whether sessions and depth rise from the workshop on rather than along the trend."""
    power_users: int = 0


DEPARTMENTS = (
    Department(
        name="Engineering",
        teams=("Platform", "Mobile", "Data", "Infrastructure", "Security"),
        share=0.59,
        never=0.02,
        dormant=0.08,
        weekly=0.86,
        sessions=(3.4, 3.9),
        depth=(8.0, 9.2),
        fixed=True,
        characters=1.30,
        answers=1.10,
        older=-0.9,
        power_users=2,
    ),
    Department(
        name="Sales",
        teams=("Enterprise", "Mid-market", "Sales Development", "Partners"),
        share=0.41,
        never=0.01,
        dormant=0.07,
        weekly=0.90,
        sessions=(4.8, 6.2),
        depth=(4.1, 4.1),
        fixed=True,
        characters=0.62,
        answers=0.85,
        older=0.5,
    ),
    Department(
        name="Marketing",
        teams=("Brand", "Content", "Events"),
        share=0.165,
        never=0.03,
        dormant=0.12,
        weekly=0.80,
        sessions=(3.2, 3.3),
        depth=(1.0, 0.97),
        characters=1.05,
        answers=1.1,
        older=0.1,
        power_users=1,
    ),
    Department(
        name="Customer Success",
        teams=("Onboarding", "Support", "Accounts"),
        share=0.21,
        never=0.02,
        dormant=0.12,
        weekly=0.82,
        sessions=(2.7, 3.8),
        depth=(0.92, 1.10),
        characters=1.0,
        older=0.0,
        steps_up=True,
        power_users=1,
    ),
    Department(
        name="Finance",
        teams=("Accounting", "Planning"),
        share=0.115,
        never=0.04,
        dormant=0.12,
        weekly=0.76,
        sessions=(2.7, 2.8),
        depth=(0.95, 0.95),
        characters=0.9,
        older=0.35,
    ),
    Department(
        name="Legal",
        teams=("Commercial", "Privacy"),
        share=0.075,
        never=0.04,
        dormant=0.12,
        weekly=0.76,
        sessions=(2.6, 2.7),
        depth=(1.06, 1.02),
        characters=1.35,
        answers=1.1,
        older=0.2,
    ),
    Department(
        name="Product",
        teams=("Design", "Research", "Management", "Growth"),
        share=0.155,
        never=0.02,
        dormant=0.12,
        weekly=0.82,
        sessions=(3.3, 3.4),
        depth=(1.08, 1.04),
        characters=1.1,
        older=-0.5,
        power_users=1,
    ),
    Department(
        name="HR",
        teams=("Talent", "People Partners"),
        share=0.11,
        never=0.17,
        dormant=0.28,
        weekly=0.72,
        sessions=(2.2, 2.2),
        depth=(0.85, 0.85),
        characters=0.85,
        older=0.7,
    ),
    Department(
        name="Operations",
        teams=("Facilities", "Procurement", "Business Systems"),
        share=0.17,
        never=0.14,
        dormant=0.26,
        weekly=0.72,
        sessions=(2.4, 2.4),
        depth=(0.86, 0.86),
        characters=0.85,
        older=0.6,
    ),
)

OUTSIDE = Department(
    name=UNMAPPED,
    teams=("",),
    share=0.0,
    never=0.0,
    dormant=0.0,
    weekly=0.95,
    sessions=(1.0, 1.0),
    depth=(0.7, 0.7),
)
"""Accounts of people who are not in the HR file."""

LOCATIONS = (
    ("New York", -5.0, 0.26),
    ("Austin", -6.0, 0.17),
    ("San Francisco", -8.0, 0.15),
    ("London", 0.0, 0.19),
    ("Berlin", 1.0, 0.11),
    ("Bengaluru", 5.5, 0.08),
    ("Sydney", 10.0, 0.04),
)
"""Name, hours ahead of UTC (no summer time: calendar dates must not matter), share of staff."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """A model name as the feed spells it, its rank (higher is stronger), and its weight in the first and last week."""

    slug: str
    rank: int
    weight: tuple[float, float]
    credits: float = 0.0
    """Credits charged for one answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Models:
    """A scenario's models. A session whose strongest model ranks under `reference` counts as on an older model."""

    reference: str
    older: tuple[Model, ...]
    current: tuple[Model, ...]
    codex: str

    @property
    def known(self) -> tuple[Model, ...]:
        """Every ranked model, the older ones first."""
        return self.older + self.current


UNKNOWN_MODELS = ("i-5-mini", "research", "agent-mode", "auto", "orchid-preview-0")
"""Names no catalogue ranks: internal ones, products, and one that does not exist."""

SCENARIOS: dict[Scenario, Models] = {
    "2025": Models(
        reference="gpt-4o",
        older=(
            Model(slug="gpt-3.5-turbo", rank=1, weight=(0.30, 0.06)),
            Model(slug="text-davinci-002-render-sha", rank=1, weight=(0.02, 0.005)),
            Model(slug="gpt-4o-mini", rank=2, weight=(0.43, 0.67)),
            Model(slug="gpt-4", rank=3, weight=(0.25, 0.265)),
        ),
        current=(
            Model(slug="gpt-4o", rank=4, weight=(0.86, 0.72)),
            Model(slug="gpt-4o-2024-08-06", rank=4, weight=(0.01, 0.01)),
            Model(slug="gpt-4o-canmore", rank=4, weight=(0.01, 0.01)),
            Model(slug="o1", rank=5, weight=(0.05, 0.01), credits=10.0),
            Model(slug="o3-mini", rank=5, weight=(0.04, 0.02)),
            Model(slug="o3", rank=5, weight=(0.01, 0.07), credits=10.0),
            Model(slug="o4-mini", rank=5, weight=(0.01, 0.07)),
            Model(slug="gpt-4-1", rank=5, weight=(0.005, 0.07)),
            Model(slug="gpt-4-5", rank=5, weight=(0.005, 0.02), credits=10.0),
        ),
        codex="codex-mini-latest",
    ),
    "2026": Models(
        reference="gpt-5",
        older=(
            Model(slug="gpt-4o-mini", rank=2, weight=(0.12, 0.03)),
            Model(slug="gpt-4o", rank=4, weight=(0.58, 0.69)),
            Model(slug="o4-mini", rank=5, weight=(0.14, 0.12)),
            Model(slug="gpt-4-1", rank=5, weight=(0.12, 0.14)),
            Model(slug="o3", rank=5, weight=(0.04, 0.02), credits=10.0),
        ),
        current=(
            Model(slug="gpt-5-1-instant", rank=6, weight=(0.55, 0.22)),
            Model(slug="gpt-5.1", rank=6, weight=(0.03, 0.02)),
            Model(slug="gpt-5-2", rank=6, weight=(0.20, 0.12)),
            Model(slug="gpt-5-2-thinking", rank=6, weight=(0.08, 0.04), credits=10.0),
            Model(slug="gpt-5-t-mini", rank=6, weight=(0.02, 0.015)),
            Model(slug="gpt-5-5", rank=6, weight=(0.10, 0.47)),
            Model(slug="gpt-5-5-thinking", rank=6, weight=(0.02, 0.11), credits=10.0),
        ),
        codex="gpt-5.3-codex",
    ),
}


def progress(weeks: int, week: int, start_weeks_ago: int = TREND_WEEKS) -> float:
    """Return how far `week` (0-based) is along the last `start_weeks_ago` weeks: 0 up to their first, 1 in the last."""
    first = max(weeks - start_weeks_ago, 0)
    return min(max((week - first) / max(weeks - 1 - first, 1), 0.0), 1.0)


def between(ends: tuple[float, float], t: float) -> float:
    """Return the point at `t` on the line from the first to the second of `ends`."""
    return ends[0] + (ends[1] - ends[0]) * t
