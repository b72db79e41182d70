"""Words for sentences that are filled from numbers."""

from collections.abc import Sequence

from insights.metric import Unit

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


def listing(names: Sequence[str], most: int = 3) -> str:
    """Return "A", "A and B", "A, B and C", "A, B and 2 more"."""
    if not names:
        return ""
    if len(names) > most:
        named = names[: most - 1]
        return f"{', '.join(named)} and {len(names) - len(named)} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def counted(number: float, one: str, many: str = "") -> str:
    """Return "1 seat", "2 seats", "1,250 seats"."""
    return f"{number:,.0f} {one if round(number) == 1 else many or one + 's'}"


def verb(number: int, one: str, many: str) -> str:
    """Return the form of a verb that fits how many do it."""
    return one if number == 1 else many


def told(value: float, unit: Unit, currency: str = "USD") -> str:
    """Return a number with the digits that its size deserves: 6.8, 312, 39%, $1,830."""
    match unit:
        case "percent":
            return f"{value * 100:.0f}%" if abs(value) >= 0.0995 else f"{value * 100:.1f}%"
        case "money":
            sign = SYMBOLS.get(currency, f"{currency} ")
            return f"{sign}{value:,.0f}" if abs(value) >= 100 or float(value).is_integer() else f"{sign}{value:,.2f}"
        case "people" | "seats" | "score":
            return f"{value:,.0f}"
        case _:
            return f"{value:,.0f}" if abs(value) >= 99.95 else f"{value:.1f}"
