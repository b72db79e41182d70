"""Colours. After Okabe and Ito, darkened or lightened until each has a contrast of at least 3 on its panel."""

from dataclasses import dataclass
from typing import Literal

ThemeName = Literal["light", "dark", "either"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Theme:
    """`ink` is text, `quiet` lesser text, `series` the lines in order, `strong`..`middle`..`weak` a ramp of tints.

    `plain` is what is not singled out, `marked` what is. An empty `panel` is none: the page shows through.
    """

    panel: str
    edge: str
    ink: str
    quiet: str
    grid: str
    series: tuple[str, ...]
    strong: str
    middle: str
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
        strong="#0A3A66",
        middle="#4C7C99",
        weak="#A5802F",
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
        strong="#B5DFFC",
        middle="#7FA3B8",
        weak="#8F6C2C",
        other="#858C95",
        plain="#5AA5DB",
        marked="#F29A4A",
    ),
    # for a page that may be light or dark and does not say, as in Slack: each has a contrast of 4 on white and on
    # #1A1D21, which is as much as one colour can have on both
    "either": Theme(
        panel="",
        edge="",
        ink="#787E87",
        quiet="#787E87",
        grid="#8A909A55",
        series=("#1D81C9", "#CF5917", "#108E61", "#BE55AE", "#A57312", "#787E87"),
        strong="#1D6FC9",
        middle="#6A8290",
        weak="#A57312",
        other="#787E87",
        plain="#1D81C9",
        marked="#CF5917",
    ),
}


def tint(theme: Theme, place: float) -> str:
    """The colour at a place on the ramp, from 0 (strong) to 1 (weak).

    Blue to ochre with steady lightness, as in Cividis: told apart with any kind of colour vision, and in grey.
    """
    first, second = (theme.strong, theme.middle) if place < 0.5 else (theme.middle, theme.weak)
    part = min(max(place, 0.0), 1.0) * 2 - (0 if place < 0.5 else 1)
    ends = [[int(end[i : i + 2], 16) for i in (1, 3, 5)] for end in (first, second)]
    return "#" + "".join(f"{round(a + (b - a) * part):02X}" for a, b in zip(*ends, strict=True))
