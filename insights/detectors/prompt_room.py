"""Prompts that could carry more."""

from insights.actions.prompt_templates import share_templates
from insights.finding import Detector, Evidence, Finding
from insights.scan import RECENT
from insights.series import Panel
from insights.signs import enough, judged, lasting, recent_people, size, standing, sureness
from insights.words import counted, told

LONG = "long_prompt_share"
SHORT = "short_prompt_share"
LENGTH = "characters_per_prompt"
ENOUGH = 0.60
"""Share of prompts over 200 characters from which there is no room worth a digest."""

FEWEST_PROMPTS = 200
STANDS_OUT = 1.1
"""Times the company's length from which a department's is worth a word."""


def _detect(panel: Panel) -> list[Finding]:
    values = panel.array(LONG)
    now, share, short = panel.latest(LENGTH), panel.over(LONG, weeks=RECENT), panel.over(SHORT, weeks=RECENT)
    if now is None or share is None or short is None:
        return []
    # The share of prompts that are not long, against the one from which there is room.
    weeks = standing((1 - values) / (1 - ENOUGH))
    if not weeks or not enough(panel) or panel.total("prompts", weeks=RECENT) < FEWEST_PROMPTS:
        return []
    change = panel.change(LENGTH)
    return [
        Finding(
            key=f"prompt_room::{panel.tools[0]}",
            detector="prompt_room",
            view="prompts",
            metric=LENGTH,
            tool=panel.tools[0],
            departments=(),
            week=panel.weeks[-1],
            headline=f"Prompts have {told(now, 'characters')} characters on average, and only {told(share, 'percent')} "
            "are longer than 200: there is room for role, limits and context.",
            detail=" ".join(
                part
                for part in (
                    lasting(panel, weeks),
                    f"{told(short, 'percent')} are under 50 characters, like keywords in a search box.",
                    _longest(panel),
                    _power(panel),
                )
                if part
            ),
            evidence=Evidence(
                value=now,
                before=None if change is None else now - change,
                change=change,
                people=recent_people(panel, ("",)),
                weeks=weeks,
            ),
            # Halved: that prompts could be longer is true of nearly everybody, and worth less than what stands out.
            impact=0.5 * size(1 - share, 1.0),
            confidence=sureness(values[-RECENT:].tolist(), ENOUGH),
            action=share_templates,
        )
    ]


def _over(panel: Panel, department: str) -> bool:
    share = panel.latest(LONG, department)
    return share is not None and share >= ENOUGH


def _longest(panel: Panel) -> str:
    lengths = {each: panel.over(LENGTH, each, RECENT) for each in judged(panel)}
    known = {each: length for each, length in lengths.items() if length is not None}
    if len(known) < 3:
        return ""
    best, whole = max(known, key=lambda each: known[each]), panel.over(LENGTH, weeks=RECENT)
    if whole is None or known[best] < STANDS_OUT * whole:
        return ""
    return f"{best} writes the longest, {told(known[best], 'characters')} characters on average."


def _power(panel: Panel) -> str:
    power = panel.latest("power_users")
    if power is None or power < panel.min_group_size:
        return ""
    return f"{counted(power, 'power user')} could show how."


prompt_room = Detector(
    id="prompt_room",
    view="prompts",
    looks_for=f"fewer than {ENOUGH:.0%} of prompts over 200 characters, for at least {RECENT} weeks",
    detect=_detect,
    resolved="prompts over 200 characters have reached 60% of all",
    over=_over,
)
