"""Changes to a vendor's answers, whatever it answers with: JSON, lines of JSON, or CSV."""

import copy
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

ENDS = {"next_page": None, "has_more": False, "hasNextPage": False, "hasMore": False, "total_seats": 0}
"""What an answer says where nothing follows."""

KINDS = {"type", "kind", "role", "plan_type", "product", "terminal_type", "object", "value", "capabilityStatus"}
"""Fields that hold one of a vendor's own words."""

PLACES = {"page", "cursor", "pageToken", "after"}
"""What tells one page of a question from another."""

Whole = Callable[[Any], Any]
Lines = Callable[[list[str]], list[str]]


def changed(body: bytes, whole: Whole, lines: Lines = lambda each: each, cells: Lines = lambda each: each) -> bytes:
    """Return an answer with `whole` done to its JSON; `lines` to its lines of JSON, `cells` to a CSV's with header."""
    text = body.decode("utf-8-sig")
    try:
        return json.dumps(whole(json.loads(text))).encode()
    except ValueError:
        pass
    given = text.splitlines()
    try:
        told = [json.dumps(whole(json.loads(each))) for each in given]
    except ValueError:
        return "\r\n".join([*cells(given), ""]).encode() if given else body
    return "\n".join([*lines(told), ""]).encode()


def shuffled(body: bytes, rng: random.Random) -> bytes:
    """Return an answer with its rows in another order."""

    def mixed(lines: list[str]) -> list[str]:
        return rng.sample(lines, len(lines))

    def whole(given: Any) -> Any:
        for rows in lists_in(given):
            rng.shuffle(rows)
        return given

    return changed(body, whole, mixed, lambda lines: [lines[0], *mixed(lines[1:])])


def with_pages_turned(exchanges: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return exchanges in which the pages of one question tell their rows in the opposite order."""
    pages: dict[str, list[dict[str, Any]]] = defaultdict(list)
    turned = copy.deepcopy(exchanges)
    for each in turned:
        query = {name: value for name, value in (each.get("query") or {}).items() if name not in PLACES}
        body = {name: value for name, value in (each.get("body") or {}).items() if name not in PLACES}
        if "json" in each and "variables" not in body:
            pages[json.dumps([each["path"], query, body], sort_keys=True)].append(each["json"])
    for group in pages.values():
        for name in [name for name, rows in group[0].items() if isinstance(rows, list)]:
            if all(isinstance(each.get(name), list) for each in group):
                rows = [each[name] for each in group]
                for each, other in zip(group, reversed(rows), strict=True):
                    each[name] = other
    return turned


def with_unknown_fields(body: bytes) -> bytes:
    """Return an answer in which every object has a field that nobody knows."""

    def whole(given: Any) -> Any:
        for each in list(objects_in(given)):
            each["field_of_tomorrow"] = {"of": [1, "tomorrow"]}
        return given

    return changed(body, whole, cells=lambda lines: [lines[0] + ",Of Tomorrow", *(f"{each},1" for each in lines[1:])])


def with_unknown_kind(body: bytes, name: str) -> bytes:
    """Return an answer in which a field that holds one of the vendor's words holds a new one."""

    def whole(given: Any) -> Any:
        for each in objects_in(given):
            if isinstance(each.get(name), str):
                each[name] = "of_tomorrow"
        return given

    return changed(body, whole)


def emptied(body: bytes) -> bytes:
    """Return an answer without rows, after which nothing follows."""

    def whole(given: Any) -> Any:
        for each in list(objects_in(given)):
            each.update({name: end for name, end in ENDS.items() if name in each})
            each.pop("nextPageToken", None)
        for rows in lists_in(given):
            rows.clear()
        return given

    return changed(body, whole, lambda _lines: [], lambda lines: lines[:1])


def shortened(body: bytes) -> bytes:
    """Return an answer without the first of its rows, where there are several."""

    def whole(given: Any) -> Any:
        for rows in lists_in(given):
            del rows[: len(rows) > 1]
        return given

    return changed(body, whole, lambda lines: lines[len(lines) > 1 :], lambda lines: [lines[0], *lines[2:]])


def without_address(body: bytes, address: str) -> bytes:
    """Return an answer in which nobody has this address."""

    def whole(given: Any) -> Any:
        for each in objects_in(given):
            each.update({name: None for name, value in each.items() if str(value).lower() == address})
        return given

    return changed(body, whole)


def without_person(body: bytes, address: str) -> bytes:
    """Return an answer without the rows that hold this address."""

    def whole(given: Any) -> Any:
        for rows in lists_in(given):
            rows[:] = [each for each in rows if address not in json.dumps(each).lower()]
        return given

    return changed(body, whole)


def objects_in(given: Any) -> Iterator[dict[str, Any]]:
    """Every object, the outer ones first."""
    if isinstance(given, dict):
        yield given
    for each in given.values() if isinstance(given, dict) else given if isinstance(given, list) else ():
        yield from objects_in(each)


def lists_in(given: Any) -> Iterator[list[Any]]:
    """Every list of objects, the outer ones first."""
    if isinstance(given, list) and all(isinstance(each, dict) for each in given):
        yield given
    for each in given.values() if isinstance(given, dict) else list(given) if isinstance(given, list) else ():
        yield from lists_in(each)


ODD = (None, "", "x", -1, 0, 10**30, 1.5, True, [], {}, [None], {"a": 1}, "2026-02-30", "\u202e", "NaN")


def mutated(body: bytes, rng: random.Random) -> bytes:
    """Return JSON with one value replaced, dropped or doubled; other bytes with one of them changed."""
    try:
        whole = json.loads(body)
    except ValueError:
        at = rng.randrange(len(body)) if body else 0
        return body[:at] + bytes([rng.randrange(256)]) + body[at + 1 :]
    places = list(places_in(whole))
    if not places:
        return json.dumps(rng.choice(ODD)).encode()
    holder, key = rng.choice(places)
    match rng.randrange(3):
        case 0:
            holder[key] = rng.choice(ODD)
        case 1 if isinstance(holder, dict):
            del holder[key]
        case _ if isinstance(holder, list):
            holder.append(holder[key])
        case _:
            holder[key] = [holder[key]]
    return json.dumps(whole).encode()


def places_in(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in JSON: the object or list that holds a value, and where."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in list(inner):
        yield value, key
        yield from places_in(each)
