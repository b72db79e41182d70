"""Words for sentences that are filled from numbers."""

from collections.abc import Sequence

from insights.numbers import format_value as told

__all__ = ["counted", "everyone", "listing", "told", "verb"]


def listing(names: Sequence[str], most: int = 3) -> str:
    """Return "A", "A and B", "A, B and C", "A, B and 2 more"."""
    if not names:
        return ""
    if len(names) > most:
        named = names[: most - 1]
        return f"{', '.join(named)} and {len(names) - len(named)} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def everyone(names: Sequence[str]) -> str:
    """Return a sentence that names those whom `listing` counted only; empty where it named all."""
    return f"They are {listing(names, most=12)}." if len(names) > 3 else ""


def counted(number: float, one: str, many: str = "") -> str:
    """Return "1 seat", "2 seats", "1,250 seats"."""
    return f"{number:,.0f} {one if round(number) == 1 else many or one + 's'}"


def verb(number: int, one: str, many: str) -> str:
    """Return the form of a verb that fits how many do it."""
    return one if number == 1 else many
