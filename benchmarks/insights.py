"""How good the insights engine is: change points found, silence where nothing changes, what was planted, and speed.

    python benchmarks/insights.py [all | change-points [FOLDER] | changeless [--csv FILE] | planted [--seeds N] | speed]

`--first N` begins the seeds of the simulated companies at N: fair figures need seeds that nobody has looked at.
Everything is simulated, the same each time, unless a folder of annotated series or a panel of one's own is given.
Nothing in the engine is tuned to what is printed here, but for what `docs/benchmarks.md` says of breaks in counting.
"""

import argparse
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))


def main() -> None:
    """Run what was asked for, and print it."""
    asked = _arguments()
    named = ", ".join(f"{each} {version(each)}" for each in ("numpy", "ruptures", "pymannkendall"))
    print(f"Python {platform.python_version()}, {named}\n")
    from benchmarks.quality import change_points, changeless, planted, speed  # noqa: PLC0415

    started = time.perf_counter()
    if asked.what in {"all", "change-points"}:
        change_points.run(asked.folder)
    if asked.what in {"all", "changeless"}:
        changeless.run(asked.csv, asked.panels, asked.first)
    if asked.what in {"all", "planted"}:
        planted.run(asked.seeds, asked.first)
    if asked.what in {"all", "speed"}:
        speed.run()
    print(f"{time.perf_counter() - started:.0f} s in all")


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.set_defaults(what="all", folder=None, csv=None, panels=12, seeds=6, first=0)
    what = arguments.add_subparsers(dest="what", metavar="what (all by default)")
    what.add_parser("all", help="everything, on simulated data")
    points = what.add_parser("change-points", help="F1 and covering against annotators")
    points.add_argument("folder", nargs="?", type=Path, help="series as JSON beside annotations.json; none: simulated")
    calm = what.add_parser("changeless", help="false findings where nothing changes")
    calm.add_argument("--csv", type=Path, help="a panel of one's own: group, metric, week, value[, denominator]")
    calm.add_argument("--panels", type=int, default=12, help="how many companies are simulated")
    found = what.add_parser("planted", help="what was planted and is found")
    found.add_argument("--seeds", type=int, default=6, help="how often each change is planted")
    for each in (calm, found):
        each.add_argument("--first", type=int, default=0, help="the first seed")
    what.add_parser("speed", help="seconds for 200 departments and two years")
    chosen = arguments.parse_args()
    chosen.what = chosen.what or "all"
    return chosen


if __name__ == "__main__":
    main()
