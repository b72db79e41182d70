"""Countries from what directories write under "location": a country, a code, an office, a city."""

import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import NamedTuple

PARTS = re.compile(r"[,;/|()\[\]]|\s[-–—]\s")
CODE = re.compile(r"([A-Z]{2})-([A-Z0-9]{1,3})")
SHORT = re.compile(r"[A-Z]{2,3}")

ALSO = {
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "usa": "US",
    "u.s.": "US",
    "u.s.a.": "US",
    "united states of america": "US",
    "deutschland": "DE",
    "españa": "ES",
    "italia": "IT",
    "österreich": "AT",
    "schweiz": "CH",
    "suisse": "CH",
    "polska": "PL",
    "brasil": "BR",
    "méxico": "MX",
    "korea": "KR",
    "bengaluru": "IN",
    "mumbai": "IN",
}
"""Names that neither `holidays` nor the time zone database has, or has under another spelling."""

SPOKEN = {"US": "the US", "GB": "the UK", "NL": "the Netherlands", "AE": "the United Arab Emirates"}


class Place(NamedTuple):
    """An ISO 3166-1 country and, where known, its subdivision as `holidays` spells it."""

    country: str
    subdivision: str = ""


@cache
def place_of(location: str, default: str = "") -> Place | None:
    """Return where a free text lies, `default` (a country code or "DE-BY") where it does not say, None without one.

    The last part that says something counts: "Berlin, DE", "Germany - Remote". Cities are those after which a time
    zone is named. Two capital letters are a country's; behind something else they are a state's of the United States
    where that is the default ("San Francisco, CA"), unless the city says otherwise.
    """
    fallback = _coded(default.strip().upper())
    text = location.strip()
    if not text:
        return fallback
    if whole := _coded(text) or _named(text, fallback):
        return whole
    parts = [part.strip() for part in PARTS.split(text) if part.strip()]
    cities = [country for part in reversed(parts) if (country := _cities().get(_plain(part)))]
    for part in reversed(parts):
        coded = _coded(part)
        state = _named(part, fallback)
        if coded and (coded.country in cities or not state):
            return coded
        if state:
            return state
    return Place(cities[0]) if cities else fallback


def spoken(country: str) -> str:
    """Return a country's name as it stands in a sentence."""
    return SPOKEN.get(country) or _table("iso3166.tab").get(country, country)


def _coded(text: str) -> Place | None:
    """Return what "DE" or "DE-BY" stands for, None for other texts and unknown countries."""
    countries = _countries()
    if match := CODE.fullmatch(text):
        country, subdivision = match.groups()
        if country in countries.values():
            return Place(country, subdivision if subdivision in _subdivisions(country) else "")
    return Place(text) if text in countries.values() else None


def _named(text: str, fallback: Place | None) -> Place | None:
    """Return the place of a country's name or code, or of a state's of the United States or the default country."""
    home = fallback.country if fallback else ""
    countries, states = _countries(), _subdivisions("US")
    if SHORT.fullmatch(text):
        if text in states and (home == "US" or text.casefold() not in countries):
            return Place("US", text)
        return Place(countries[text.casefold()]) if text.casefold() in countries else None
    name = _plain(text)
    if len(name) <= 3:
        return Place(countries[name]) if name == "uk" else None
    if name in countries:
        return Place(countries[name])
    for country in dict.fromkeys((home or "US", "US")):
        for state, code in _subdivisions(country).items():
            if _plain(state) == name:
                return Place(country, code)
    return None


def _plain(text: str) -> str:
    """Return a name in small letters without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in apart if not unicodedata.combining(each))


@cache
def _countries() -> dict[str, str]:
    """Return country codes by name and code, in small letters: what `holidays` and the time zone database call them."""
    # A tenth of a second to import, which only a scan for change needs.
    from holidays.registry import COUNTRIES  # noqa: PLC0415

    found: dict[str, str] = {}
    for name, (_, code, long, *_) in COUNTRIES.items():
        found |= {name.replace("_", " "): code, long.casefold(): code, code.casefold(): code}
    known = set(found.values())
    found |= {_plain(name): code for code, name in _table("iso3166.tab").items() if code in known}
    return found | {_plain(name): code for name, code in ALSO.items() if code in known}


@cache
def _subdivisions(country: str) -> dict[str, str]:
    """Return the codes of a country's subdivisions by code and by name."""
    from holidays import country_holidays  # noqa: PLC0415 - as above

    kind = country_holidays(country)
    return {each: each for each in kind.subdivisions} | dict(kind.subdivisions_aliases)


@cache
def _cities() -> dict[str, str]:
    """Return the country of each city after which a time zone is named, by its name in small letters."""
    text = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return {row[2].rsplit("/", 1)[-1].replace("_", " ").casefold(): row[0].split(",")[0] for row in rows}


@cache
def _table(name: str) -> dict[str, str]:
    text = (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return {row[0]: row[1] for row in rows}
