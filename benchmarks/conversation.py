"""How well questions are understood: `python benchmarks/conversation.py [--wrong]`.

Reads the questions of tests/bot/conversation/questions, over three invented organisations, and prints for the part that
the understanding was developed with and for the part kept aside: how many give the right question (view, departments,
tools, weeks and intent), how many a wrong one without a doubt, and how long it takes.
"""

import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bot.conversation.understand import Understanding, understand
from bot.conversation.vocabulary import Vocabulary

QUESTIONS = Path(__file__).parent.parent / "tests/bot/conversation/questions"
PARTS = ("development", "variants", "earlier", "others", "others_later", "others_third", "others_aside", "aside")
SURE = 0.7
"""From this confidence on a wrong question is a confident wrong one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One labelled question, with what was asked before it in the thread. `view` is "?" where to ask back is right."""

    company: str
    lines: tuple[str, ...]
    view: str
    intent: str
    departments: tuple[str, ...]
    tools: tuple[str, ...]
    weeks: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What came of a question: right, or wrong and whether without a doubt. `seconds` is the last line's."""

    asked: Asked
    found: Understanding
    right: bool
    confident: bool
    seconds: float


def companies() -> dict[str, tuple[Vocabulary, date]]:
    """Return the vocabulary of every organisation, and the day on which its people ask."""
    told = tomllib.loads((QUESTIONS / "companies.toml").read_text(encoding="utf-8"))
    return {
        name: (
            Vocabulary(
                departments=tuple(each["departments"]),
                teams=tuple(each["teams"].items()),
                locations=tuple(each["locations"]),
                tools=tuple(each["tools"]),
            ),
            each["as_of"],
        )
        for name, each in told.items()
    }


def questions(part: str) -> Iterator[Asked]:
    """Yield the labelled questions of one part."""
    for row in tomllib.loads((QUESTIONS / f"{part}.toml").read_text(encoding="utf-8"))["questions"]:
        company, text, view, intent, departments, tools, weeks = row
        yield Asked(
            company=company,
            lines=tuple(text.split(" >> ")),
            view=view,
            intent=intent,
            departments=tuple(filter(None, departments.split(";"))),
            tools=tuple(filter(None, tools.split(";"))),
            weeks=weeks,
        )


def judged(part: str) -> list[Verdict]:
    """Ask every question of one part."""
    known = companies()
    return [_judge(each, *known[each.company]) for each in questions(part)]


def _judge(asked: Asked, vocabulary: Vocabulary, today: date) -> Verdict:
    context = None
    for line in asked.lines[:-1]:
        context = kept(understand(line, vocabulary, today, context)) or context
    began = time.perf_counter()
    found = understand(asked.lines[-1], vocabulary, today, context)
    seconds = time.perf_counter() - began
    right = is_right(asked, found)
    confident = found.confidence >= SURE and not right
    return Verdict(asked=asked, found=found, right=right, confident=confident, seconds=seconds)


def kept(found: Understanding) -> object:
    """Return the question that a thread remembers of an understanding."""
    from bot.conversation.understand import remembered  # noqa: PLC0415

    return remembered(found)


def is_right(asked: Asked, found: Understanding) -> bool:
    """Tell whether all five parts of the question are as labelled."""
    if asked.view == "?":
        return found.asks_back
    got = found.question
    weeks = f"{got.weeks.first}..{got.weeks.last}" if got.weeks else ""
    return not found.asks_back and (
        (got.view, got.intent, got.departments, got.tools, weeks)
        == (asked.view, asked.intent, asked.departments, asked.tools, asked.weeks)
    )


def main() -> None:
    """Print both parts."""
    list(map(_judge, [next(questions("development"))], *zip(companies()["harbor"], strict=True)))
    for part in PARTS:
        verdicts = judged(part)
        right = sum(each.right for each in verdicts)
        confident = sum(each.confident for each in verdicts)
        doubted = sum(each.right and not each.found.asks_back and each.found.confidence < SURE for each in verdicts)
        times = sorted(each.seconds for each in verdicts)
        number = len(verdicts)
        print(
            f"{part}: {number} questions, {right / number:.1%} right ({doubted / number:.1%} with a doubt), "
            f"{confident / number:.1%} confidently wrong, median {1000 * times[number // 2]:.1f} ms, "
            f"slowest {1000 * times[-1]:.1f} ms"
        )
        if "--wrong" in sys.argv and ("aside" not in part or "--aside" in sys.argv):
            for each in verdicts:
                if not each.right:
                    print(_told(each))


def _told(verdict: Verdict) -> str:
    asked, got = verdict.asked, verdict.found.question
    weeks = f"{got.weeks.first}..{got.weeks.last}" if got.weeks else ""
    back = f" asks back {verdict.found.unknown or verdict.found.unclear}" if verdict.found.asks_back else ""
    return (
        f"  {' >> '.join(asked.lines)}\n    want {asked.view}/{asked.intent} {asked.departments} {asked.tools} "
        f"{asked.weeks}\n    got  {got.view}/{got.intent} {got.departments} {got.tools} {weeks} "
        f"({verdict.found.confidence}{back} {verdict.found.why or ''})"
    )


if __name__ == "__main__":
    main()
