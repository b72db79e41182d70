"""What the real Slack says is wrong with a view: forms and Home, their blocks, and the triggers that open forms."""

from typing import Any

IN_VIEWS = {"section", "header", "divider", "context", "image", "actions", "input", "rich_text"}
INPUTS = {
    "users_select": (),
    "datepicker": (),
    "timepicker": (),
    "conversations_select": (),
    "plain_text_input": (),
    "number_input": ("is_decimal_allowed",),
    "static_select": ("options",),
    "multi_static_select": ("options",),
    "checkboxes": ("options",),
}
"""Elements of an input block, with what each must have."""


def wrong_view(view: dict[str, Any], kind: str) -> list[str]:
    """What is wrong with a view, with a JSON pointer; nothing where Slack takes it."""
    wrong = [] if view.get("type") == kind else [f"must be of type {kind} [json-pointer:/view/type]"]
    blocks = view.get("blocks", [])
    if not 1 <= len(blocks) <= 100:
        wrong.append("between 1 and 100 blocks [json-pointer:/view/blocks]")
    for name, limit in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if len(view.get(name, "")) > limit:
            wrong.append(f"must be less than {limit + 1} characters [json-pointer:/view/{name}]")
    wrong += _wrong_frame(view) if kind == "modal" else []
    ids = [each["block_id"] for each in blocks if "block_id" in each]
    if len(ids) != len(set(ids)):
        wrong.append("block_id already exists [json-pointer:/view/blocks]")
    for number, block in enumerate(blocks):
        wrong += [f"{each} [json-pointer:/view/blocks/{number}]" for each in _wrong_block(block)]
    return wrong


def _wrong_frame(view: dict[str, Any]) -> list[str]:
    """What is wrong with a form's title and its buttons."""
    long = [name for name in ("title", "close", "submit") if name in view and not 1 <= len(view[name]["text"]) <= 24]
    asks = any(each["type"] == "input" for each in view.get("blocks", []))
    missing = [name for name, needed in (("title", True), ("submit", asks)) if needed and name not in view]
    return [
        *(f"must be 1 to 24 characters [json-pointer:/view/{name}]" for name in long),
        *(f"missing required field: {name} [json-pointer:/view]" for name in missing),
    ]


def _wrong_block(block: dict[str, Any]) -> list[str]:
    if block["type"] not in IN_VIEWS:
        return [f"unsupported type: {block['type']}"]
    if block["type"] == "section":
        words = block.get("text", {}).get("text", "")
        return [] if 1 <= len(words) <= 3000 or block.get("fields") else ["must be 1 to 3000 characters"]
    if block["type"] == "input":
        return _wrong_input(block)
    return []


def _wrong_input(block: dict[str, Any]) -> list[str]:
    element = block["element"]
    if element["type"] not in INPUTS:
        return [f"unsupported element: {element['type']}"]
    wrong = [f"missing required field: {each}" for each in INPUTS[element["type"]] if each not in element]
    if not 1 <= len(block["label"]["text"]) <= 2000:
        wrong.append("label must be 1 to 2000 characters")
    options = element.get("options")
    if options is not None:
        most = 10 if element["type"] == "checkboxes" else 100
        wrong += [] if 1 <= len(options) <= most else [f"1 to {most} options"]
        wrong += ["option text too long" for each in options if not 1 <= len(each["text"]["text"]) <= 75]
        wrong += ["option value too long" for each in options if not 1 <= len(each["value"]) <= 150]
        for each in element.get("initial_options", []):
            wrong += [] if each in options else ["initial_options must be among options"]
        if "initial_option" in element and element["initial_option"] not in options:
            wrong.append("initial_option must be among options")
    return wrong
