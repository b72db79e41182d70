"""What Slack refuses in a message's blocks, written from its reference and knowing nothing of our renderer.

Every length is counted in UTF-16 units, the stricter of the counts in use. A complaint ends as Slack's own do, with a
JSON pointer: `must be less than 151 characters [json-pointer:/blocks/0/text/text]`.
"""

import math
import re
from collections.abc import Callable, Iterator
from typing import Any

JSON = dict[str, Any]
Complaints = Iterator[tuple[str, str]]

FILE = re.compile(r"F[A-Z0-9]{8,}")
SHOWN = {"text", "elements", "fields", "alt_text", "value", "options"}
MRKDWN_ENTITY = re.compile(r"&(?!amp;|lt;|gt;)")


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def complaints(message: JSON) -> list[str]:
    """Everything that Slack refuses in `{"text": …, "blocks": […]}`."""
    return [f"[ERROR] {said} [json-pointer:{pointer}]" for pointer, said in _message(message)]


def _message(message: JSON) -> Complaints:
    blocks = message.get("blocks") or []
    if not message.get("text", "").strip():
        yield "/text", "no_text"
    if units(message.get("text", "")) > 4000:
        yield "/text", "longer than the 4,000 characters that Slack advises"
    if len(blocks) > 50:
        yield "/blocks", "no more than 50 items allowed"
    for kind, most in (("table", 1), ("data_table", 1), ("data_visualization", 2)):
        if sum(block.get("type") == kind for block in blocks) > most:
            yield "/blocks", f"no more than {most} of {kind} allowed"
    if sum(_shown(block) for block in blocks if block.get("type") != "table") > 13_200:
        yield "/blocks", "msg_blocks_too_long"
    yield from _unique("/blocks", "block_id", [block["block_id"] for block in blocks if "block_id" in block])
    actions = [each for block in blocks for each in _things_to_press(block)]
    yield from _unique("/blocks", "action_id", [each["action_id"] for each in actions if "action_id" in each])
    for number, block in enumerate(blocks):
        yield from _block(f"/blocks/{number}", block)


def _block(at: str, block: JSON) -> Complaints:
    kind = block.get("type", "")
    if kind not in BLOCKS:
        yield at, f"unsupported type: {kind}"
        return
    known, check = BLOCKS[kind]
    for name in block.keys() - known - {"type", "block_id"}:
        yield f"{at}/{name}", "must not have additional properties"
    if units(block.get("block_id", "x")) not in range(1, 256):
        yield f"{at}/block_id", "must be 1 to 255 characters"
    yield from check(at, block)


def _section(at: str, block: JSON) -> Complaints:
    if not block.get("text") and not block.get("fields"):
        yield at, "missing required field: text or fields"
    if "text" in block:
        yield from _text(f"{at}/text", block["text"], {"plain_text", "mrkdwn"}, 3000)
    if "fields" in block and not 1 <= len(block["fields"]) <= 10:
        yield f"{at}/fields", "must have 1 to 10 items"
    for number, field in enumerate(block.get("fields", [])):
        yield from _text(f"{at}/fields/{number}", field, {"plain_text", "mrkdwn"}, 2000)


def _header(at: str, block: JSON) -> Complaints:
    yield from _text(f"{at}/text", block.get("text", {}), {"plain_text"}, 150)


def _context(at: str, block: JSON) -> Complaints:
    if not 1 <= len(block.get("elements", [])) <= 10:
        yield f"{at}/elements", "must have 1 to 10 items"
    for number, element in enumerate(block.get("elements", [])):
        yield from _text(f"{at}/elements/{number}", element, {"plain_text", "mrkdwn"}, 2000)


def _image(at: str, block: JSON) -> Complaints:
    if not 1 <= units(block.get("alt_text", "")) <= 2000:
        yield f"{at}/alt_text", "must be 1 to 2000 characters"
    if ("slack_file" in block) == ("image_url" in block):
        yield at, "give image_url or slack_file, not both"
    if units(block.get("image_url", "")) > 3000:
        yield f"{at}/image_url", "must be at most 3000 characters"
    file = block.get("slack_file", {"id": "F00000000"})
    if set(file) != {"id"} or not FILE.fullmatch(file["id"]):
        yield f"{at}/slack_file", "invalid slack file"
    if "title" in block:
        yield from _text(f"{at}/title", block["title"], {"plain_text"}, 2000)


def _actions(at: str, block: JSON) -> Complaints:
    if not 1 <= len(block.get("elements", [])) <= 25:
        yield f"{at}/elements", "must have 1 to 25 items"
    for number, element in enumerate(block.get("elements", [])):
        yield from _element(f"{at}/elements/{number}", element)


def _element(at: str, element: JSON) -> Complaints:
    if units(element.get("action_id", "x")) not in range(1, 256):
        yield f"{at}/action_id", "must be 1 to 255 characters"
    match element.get("type"):
        case "button":
            yield from _text(f"{at}/text", element.get("text", {}), {"plain_text"}, 75)
            if "value" in element and not 1 <= units(element["value"]) <= 2000:
                yield f"{at}/value", "must be 1 to 2000 characters"
            if units(element.get("url", "")) > 3000:
                yield f"{at}/url", "must be at most 3000 characters"
            if element.get("style", "primary") not in {"primary", "danger"}:
                yield f"{at}/style", "must be primary or danger"
        case "overflow":
            options = element.get("options", [])
            if not 2 <= len(options) <= 5:
                yield f"{at}/options", "must have 2 to 5 items"
            for number, option in enumerate(options):
                yield from _text(f"{at}/options/{number}/text", option.get("text", {}), {"plain_text", "mrkdwn"}, 75)
                if not 1 <= units(option.get("value", "")) <= 150:
                    yield f"{at}/options/{number}/value", "must be 1 to 150 characters"
        case kind:
            yield f"{at}/type", f"unsupported element: {kind}"


def _rich_text(at: str, block: JSON) -> Complaints:
    if not block.get("elements"):
        yield f"{at}/elements", "must have 1 item or more"
    for number, element in enumerate(block.get("elements", [])):
        here = f"{at}/elements/{number}"
        match element.get("type"):
            case "rich_text_section" | "rich_text_quote" | "rich_text_preformatted":
                yield from _runs(here, element)
            case "rich_text_list":
                if set(element) - {"type", "style", "elements", "indent", "border"}:
                    yield here, "must not have additional properties"
                if element.get("style") not in {"bullet", "ordered"}:
                    yield f"{here}/style", "must be bullet or ordered"
                if not element.get("elements"):
                    yield f"{here}/elements", "must have 1 item or more"
                for at_item, item in enumerate(element.get("elements", [])):
                    yield from _runs(f"{here}/elements/{at_item}", item)
            case kind:
                yield f"{here}/type", f"unsupported element: {kind}"


def _runs(at: str, element: JSON) -> Complaints:
    runs = element.get("elements", [])
    if not runs:
        yield f"{at}/elements", "must have 1 item or more"
    for number, run in enumerate(runs):
        if run.get("type") != "text":
            yield f"{at}/elements/{number}/type", f"not text but {run.get('type')}"
        elif not run.get("text"):
            yield f"{at}/elements/{number}/text", "must be more than 0 characters"
        if set(run.get("style", {})) - {"bold", "italic", "strike", "code"}:
            yield f"{at}/elements/{number}/style", "unknown style"
    if sum(units(run.get("text", "")) for run in runs) > 3000:
        yield at, "must be at most 3000 characters"


def _table(at: str, block: JSON) -> Complaints:
    rows = block.get("rows", [])
    if not 1 <= len(rows) <= 100:
        yield f"{at}/rows", "must have 1 to 100 items"
    cells = [cell for row in rows for cell in row]
    for number, row in enumerate(rows):
        if not 1 <= len(row) <= 20:
            yield f"{at}/rows/{number}", "must have 1 to 20 items"
        if len(row) != len(rows[0]):
            yield f"{at}/rows/{number}", "must be as long as the others"
    if len(block.get("column_settings", [])) > 20:
        yield f"{at}/column_settings", "must have at most 20 items"
    for number, setting in enumerate(block.get("column_settings", [])):
        if setting.get("align", "left") not in {"left", "center", "right"}:
            yield f"{at}/column_settings/{number}/align", "must be left, center or right"
    if any(cell.get("type") != "raw_text" or not cell.get("text") for cell in cells):
        yield f"{at}/rows", "a cell must be raw_text of more than 0 characters"
    if sum(units(cell.get("text", "")) for cell in cells) > 10_000:
        yield f"{at}/rows", "too many characters in the table"


def _data_visualization(at: str, block: JSON) -> Complaints:
    if not 1 <= units(block.get("title", "")) <= 50:
        yield f"{at}/title", "must be 1 to 50 characters"
    chart = block.get("chart", {})
    if chart.get("type") not in {"line", "bar", "area"}:
        yield f"{at}/chart/type", "unsupported chart"
    categories = chart.get("axis_config", {}).get("categories", [])
    yield from _labels(f"{at}/chart/axis_config/categories", categories, 20)
    series = chart.get("series", [])
    yield from _labels(f"{at}/chart/series", [each.get("name", "") for each in series], 6)
    for number, each in enumerate(series):
        here = f"{at}/chart/series/{number}/data"
        if [point.get("label") for point in each.get("data", [])] != categories:
            yield here, "must have exactly the categories"
        if any(
            not isinstance(point.get("value"), int | float) or not math.isfinite(point["value"])
            for point in each["data"]
        ):
            yield here, "must be numbers"


def _labels(at: str, labels: list[str], most: int) -> Complaints:
    if not 1 <= len(labels) <= most:
        yield at, f"must have 1 to {most} items"
    yield from _unique(at, "label", labels)
    if any(not 1 <= units(label) <= 20 for label in labels):
        yield at, "must be 1 to 20 characters"


def _text(at: str, text: JSON, kinds: set[str], most: int) -> Complaints:
    if text.get("type") not in kinds:
        yield f"{at}/type", f"must be one of {sorted(kinds)}"
    if not text.get("text", "").strip():
        yield f"{at}/text", "must be more than 0 characters"
    if units(text.get("text", "")) > most:
        yield f"{at}/text", f"must be less than {most + 1} characters"
    if text.get("type") == "mrkdwn" and MRKDWN_ENTITY.search(text.get("text", "")):
        yield f"{at}/text", "half an entity"


def _unique(at: str, what: str, names: list[str]) -> Complaints:
    for name in {name for name in names if names.count(name) > 1}:
        yield at, f"{what} {name!r} already exists"


def _things_to_press(block: JSON) -> list[JSON]:
    return block.get("elements", []) if block.get("type") == "actions" else []


def _shown(value: object) -> int:
    if isinstance(value, dict):
        return sum(
            _shown(each)
            for name, each in value.items()
            if name in {"text", "elements", "fields", "alt_text", "value", "options"}
        )
    if isinstance(value, list):
        return sum(map(_shown, value))
    return units(value) if isinstance(value, str) else 0


def _anything(_at: str, _block: JSON) -> Complaints:
    yield from ()


BLOCKS: dict[str, tuple[set[str], Callable[[str, JSON], Complaints]]] = {
    "section": ({"text", "fields", "accessory", "expand"}, _section),
    "header": ({"text", "level"}, _header),
    "divider": (set(), _anything),
    "context": ({"elements"}, _context),
    "image": ({"image_url", "slack_file", "alt_text", "title"}, _image),
    "actions": ({"elements"}, _actions),
    "rich_text": ({"elements"}, _rich_text),
    "table": ({"rows", "column_settings"}, _table),
    "data_visualization": ({"title", "chart"}, _data_visualization),
}
