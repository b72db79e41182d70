"""Numbers as people read them. Pure; findings, cards and charts all write them the same way."""

import math

NOTHING = "–"
"""What stands where a value is absent or hidden."""

_FRACTIONAL = {"sessions", "messages", "prompts", "ratio"}
"""Units that are mostly seen as averages, whose change deserves one decimal."""

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "ILS": "₪", "BRL": "R$"}


def format_value(value: float | None, unit: str, currency: str = "USD") -> str:
    """A number with as many digits as its size deserves: "6.8", "312", "39%", "$18,000", "2.4M".

    `unit` is one of `insights.metric.Unit`; `percent` is a fraction 0..1. The unit's name is not part of the
    answer, but for "%" and the currency's sign.
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    match unit:
        case "percent":
            return _signed(value, _percent(abs(value)))
        case "money":
            return _signed(value, _money(abs(value), currency))
        case "people" | "seats" | "score":
            return _signed(value, _whole(abs(value)))
        case "characters" | "tokens" if abs(value) >= 9.5:
            return _signed(value, _whole(abs(value)))
        case _:
            return _signed(value, _plain(abs(value)))


def format_short(value: float | None, unit: str, currency: str = "USD") -> str:
    """The same for axes, where room is scarce: "18k", "$1.2M", "40%"."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if unit == "percent":
        return _signed(value, f"{_trimmed(abs(value) * 100)}%")
    sign = _symbol(currency) if unit == "money" else ""
    return _signed(value, sign + _scaled(abs(value)))


def format_change(change: float | None, unit: str, currency: str = "USD", weeks: int | None = None) -> str:
    """A difference in words: "up 1.4 over 14 weeks", "down 4 points", "unchanged".

    A change of a `percent` is told in points, since "up 4%" of a share can be read two ways.
    """
    if change is None or not math.isfinite(change):
        return ""
    if unit == "percent":
        size = _trimmed(round(abs(change) * 100, 0 if abs(change) >= 0.0995 else 1))
        told = f"{size} point" if size == "1" else f"{size} points"
    elif unit in _FRACTIONAL and 0.0995 <= abs(change) < 99.95:
        size = told = _trimmed(round(abs(change), 1))
    else:
        size = told = format_value(abs(change), unit, currency)
    over = f" over {weeks} weeks" if weeks and weeks > 1 else ""
    if not any(digit in "123456789" for digit in size):
        return f"unchanged{over}"
    return f"{'up' if change > 0 else 'down'} {told}{over}"


def _signed(value: float, told: str) -> str:
    zero = not any(digit in "123456789" for digit in told)
    return told if value >= 0 or zero else f"\u2212{told}"


def _symbol(currency: str) -> str:
    return _SYMBOLS.get(currency.upper(), f"{currency.upper()}\u00a0")


def _whole(size: float) -> str:
    return _millions(size) if size >= 999_999.5 else f"{size:,.0f}"


def _plain(size: float) -> str:
    if size >= 99.95 or float(size).is_integer():
        return _whole(size)
    return f"{size:.1f}" if size >= 0.995 else _trimmed(size)


def _money(size: float, currency: str) -> str:
    if size >= 999_999.5:
        return _symbol(currency) + _millions(size)
    cents = size < 99.995 and not float(size).is_integer()
    return _symbol(currency) + (f"{size:,.2f}" if cents else f"{size:,.0f}")


def _percent(size: float) -> str:
    if 0 < size < 0.001:
        return "<0.1%"
    points = size * 100
    return f"{points:.0f}%" if points >= 9.95 else f"{_trimmed(round(points, 1))}%"


def _millions(size: float) -> str:
    scale, letter = (1e9, "B") if size >= 999_950_000 else (1e6, "M")
    return f"{_trimmed(round(size / scale, 1), thousands=True)}{letter}"


def _scaled(size: float) -> str:
    if size >= 999_950:
        return _millions(size)
    return f"{_trimmed(round(size / 1000, 1))}k" if size >= 1000 else _trimmed(size)


def _trimmed(size: float, *, thousands: bool = False) -> str:
    told = f"{size:,.2f}" if thousands else f"{size:.2f}"
    return told.rstrip("0").rstrip(".")
