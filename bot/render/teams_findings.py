"""Findings in Adaptive Cards, and buttons: of findings, of cards, and what becomes of them when they are pressed."""

from collections.abc import Sequence

from bot.card import Advice, Button, Card
from bot.format import one_line, shorten
from bot.render.teams_elements import SHORT, Element, defanged, heading, quiet, rich, run, toggle
from bot.render.words import facts_of, paragraphs

_LABEL = 60
_ASK = 500
_STEPS = 10
_ACTIONS = 6  # of a set; Teams hides what is beyond
_SETS = 4


def finding(advice: Advice, number: int, *, folded: bool) -> Element:
    """What was seen, then what to do; steps in order, and who, how long and where beneath.

    `folded` puts steps and what is beneath behind a button: of several findings one wants to see the others first.
    """
    headline = shorten(defanged(advice.headline), SHORT) or "A finding"
    items: list[Element] = [heading(f"{number}\u2024 {headline}", size="Medium")]
    if one_line(advice.state):
        items.append(rich(run(shorten(one_line(advice.state), SHORT), italic=True), spacing="None"))
    if one_line(advice.detail):
        items.append(rich(run(shorten(one_line(advice.detail), 600)), spacing="Small"))
    action = shorten(one_line(advice.action), SHORT)
    if action:
        items.append(rich(run("Do this: ", weight="Bolder", color="accent"), run(action, weight="Bolder")))
    key = advice.key if len(advice.key) <= _ASK else ""
    name = f"steps:{number}"
    how = _how(advice)
    opens = toggle("Steps", name) if folded and how else None
    items += [{"type": "Container", "id": name, "isVisible": False, "items": how}] if opens else how
    items += button_sets(advice.buttons, key, opens)
    return {
        "type": "Container",
        "id": f"finding:{number}:{key}",
        "separator": True,
        "spacing": "Large",
        "items": items,
    }


def _how(advice: Advice) -> list[Element]:
    steps = [shorten(one_line(step), SHORT) for step in advice.steps if one_line(step)][:_STEPS]
    facts = " · ".join(f"{name}: {shorten(value, SHORT)}" for name, value in facts_of(advice))
    told = [_step(n, step) for n, step in enumerate(steps, start=1)]
    return [*told, quiet(facts, spacing="Small")] if facts else told


def _step(number: int, step: str) -> Element:
    return {
        "type": "ColumnSet",
        "spacing": "Small",
        "columns": [
            {"type": "Column", "width": "20px", "items": [rich(run(f"{number}."))]},
            {"type": "Column", "width": "stretch", "spacing": "Small", "items": [rich(run(step))]},
        ],
    }


def outcome_elements(outcome: Card, about: str, opens: Element | None = None) -> list[Element]:
    """What was done about a finding, and what can be done next, to stand under the finding.

    `opens` is the button that shows the finding's steps.
    """
    told = shorten(" ".join(paragraphs(outcome.text)), SHORT)
    line = rich(run(f"✓ {one_line(outcome.title)}. ", weight="Bolder", color="good"), run(told), spacing="Medium")
    return [line, *button_sets(outcome.buttons, about, opens)]


def button_sets(buttons: Sequence[Button], about: str, first: Element | None = None) -> list[Element]:
    """Sets of buttons. `about` is the finding that they belong to, so that it can be marked when one is pressed.

    One that is too long to be carried whole is left out, since its answer would be another's.
    """
    fitting = [each for each in buttons if 0 < len(one_line(each.do) or one_line(each.ask)) <= _ASK]
    actions = [*([first] if first else []), *(_action(button, about) for button in fitting)]
    actions = actions[: _ACTIONS if about else _SETS * _ACTIONS]
    sets = [actions[i : i + _ACTIONS] for i in range(0, len(actions), _ACTIONS)]
    return [{"type": "ActionSet", "actions": each, "spacing": "Small"} for each in sets]


def _action(button: Button, about: str) -> Element:
    verb, words = ("do", one_line(button.do)) if one_line(button.do) else ("ask", one_line(button.ask))
    data = {verb: words} | ({"about": about} if about else {})
    title = shorten(defanged(button.label) or defanged(words), _LABEL)
    return {"type": "Action.Execute", "title": title, "verb": verb, "data": data}
