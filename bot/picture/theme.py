"""Colours. After Okabe and Ito, darkened or lightened until each has a contrast of at least 3 on its panel."""

from dataclasses import dataclass
from typing import Literal

ThemeName = Literal["light", "dark"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Theme:
    """`ink` is text, `quiet` lesser text, `series` the lines in order, `strong`..`weak` the ends of a ramp of tints.

    `plain` is what is not singled out, `marked` what is.
    """

    panel: str
    edge: str
    ink: str
    quiet: str
    grid: str
    series: tuple[str, ...]
    strong: str
    weak: str
    other: str
    plain: str
    marked: str


THEMES: dict[ThemeName, Theme] = {
    "light": Theme(
        panel="#FAFAF7",
        edge="#DEDED6",
        ink="#1B1F24",
        quiet="#5A626B",
        grid="#E3E3DC",
        series=("#0067A8", "#BF4A00", "#00785A", "#93468A", "#8A6100", "#505A66"),
        strong="#0B3C68",
        weak="#628CB8",
        other="#81868D",
        plain="#2F78AD",
        marked="#BF4A00",
    ),
    "dark": Theme(
        panel="#1A1D21",
        edge="#33383F",
        ink="#ECEDEE",
        quiet="#A6AEB8",
        grid="#30353B",
        series=("#5DB8F0", "#F29A4A", "#35C79B", "#E092C4", "#E3CF57", "#A9B2BC"),
        strong="#A9D8FA",
        weak="#41719D",
        other="#858C95",
        plain="#5AA5DB",
        marked="#F29A4A",
    ),
}


def tints(theme: Theme, count: int) -> list[str]:
    """`count` colours from strong to weak."""
    ends = [[int(end[i : i + 2], 16) for i in (1, 3, 5)] for end in (theme.strong, theme.weak)]
    steps = [i / max(count - 1, 1) for i in range(count)]
    return ["#" + "".join(f"{round(a + (b - a) * t):02X}" for a, b in zip(*ends, strict=True)) for t in steps]
