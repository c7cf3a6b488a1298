"""The house style: colours, type, and a page on which charts are laid out from top to bottom.

Lengths are in pixels of a picture 400 wide (a phone's width); the style file beside this module
holds what matplotlib can be told once and for all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from matplotlib import rc_params_from_file
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontEntry, FontProperties, fontManager
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.textpath import TextToPath
from matplotlib.transforms import Affine2D, ScaledTranslation

FOLDER = Path(__file__).parent
STYLE = rc_params_from_file(FOLDER / "house.mplstyle", use_default_template=False)
REGULAR, BOLD = 400, 700
FONT_FILES = {
    REGULAR: FOLDER / "fonts/FiraSans-Regular.ttf",
    BOLD: FOLDER / "fonts/FiraSans-SemiBold.ttf",
}
FAMILY: list[str] = STYLE["font.family"]

for _weight, _file in FONT_FILES.items():
    # Named here, since matplotlib would take the semibold for a family of its own.
    fontManager.ttflist.append(FontEntry(fname=str(_file), name=FAMILY[0], weight=_weight))

WIDTH = 400
MARGIN = 20
INNER = WIDTH - 2 * MARGIN
POINTS = 0.72
"""Points in a pixel."""

TITLE, SUBTITLE, LABEL, SMALL = 21, 14, 13, 12
"""Type sizes in pixels. Nothing is smaller than ``SMALL``, which is 11.7 px on a phone."""


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one variant. Text has a contrast of at least 4.5 to 1, marks of 3 to 1.

    The colours of ``series`` and of ``parts`` differ in lightness as well as in hue: they stay
    apart in grey print and for the colour-blind.
    """

    background: str
    ink: str
    quiet: str
    """Text that is less important."""
    grid: str
    band: str
    """Behind what was asked about."""
    accent: str
    series: tuple[str, ...]
    parts: tuple[str, ...]
    """The parts of a stack, from the bottom."""
    muted: str
    muted_parts: tuple[str, ...]
    """For what was not asked about."""
    track: str
    """The rest of a whole, behind a share."""


LIGHT = Palette(
    background="#ffffff",
    ink="#16202c",
    quiet="#55606e",
    grid="#e3e6ea",
    band="#eef3f9",
    accent="#0b5cad",
    series=("#10294d", "#c2410c", "#129283", "#8a3a78"),
    parts=("#5b8fc9", "#10294d", "#c2410c", "#8a3a78"),
    muted="#828b96",
    muted_parts=("#828b96", "#525c68", "#828b96", "#525c68"),
    track="#dde3ea",
)
DARK = Palette(
    background="#12181f",
    ink="#f2f4f7",
    quiet="#b3bcc7",
    grid="#2a333d",
    band="#1f2b39",
    accent="#5aa9f5",
    series=("#e8eef7", "#f7a64f", "#33ab9b", "#b55aab"),
    parts=("#3f78b5", "#cfe2f7", "#f7a64f", "#33ab9b"),
    muted="#6b7683",
    muted_parts=("#6b7683", "#a3adb8", "#6b7683", "#a3adb8"),
    track="#2f3945",
)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two ``#rrggbb`` colours, 1 to 21 (WCAG 2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of a ``#rrggbb`` colour, 0 to 1 (WCAG 2)."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def font(size: float, weight: int = REGULAR) -> FontProperties:
    """The house font at a size in pixels."""
    return FontProperties(family=FAMILY, size=size * POINTS, weight=weight)


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, weight: int = REGULAR) -> float:
    """How wide a text is set, in pixels; the same for every output format."""
    width, _, _ = TextToPath().get_text_width_height_descent(text, font(size, weight), ismath=False)
    return float(width) / POINTS


def wrap(
    text: str, size: float, weight: int, width: float, *, indent: float = 0, even: bool = False
) -> list[str]:
    """Break a text into lines of at most ``width`` pixels, the first one ``indent`` shorter.

    Lines may break after a slash too, but not before a number. With ``even``, and where a
    last line would hold a word or so only, lines get about the same length.
    """
    lines = _fill(text, size, weight, width, indent)
    short = text_width(lines[-1], size, weight) < width / 4
    if len(lines) > 1 and (even or short):
        low, high = width / 2, width
        while high - low > 2:
            middle = (low + high) / 2
            if len(_fill(text, size, weight, middle, indent)) > len(lines):
                low = middle
            else:
                high = middle
        lines = _fill(text, size, weight, high, indent)
    return lines


def _fill(text: str, size: float, weight: int, width: float, indent: float) -> list[str]:
    lines = [""]
    for word in re.sub(r" (?=\d)", "\u00a0", text).replace("/", "/\u200b ").split(" "):
        glue = "" if not lines[-1] or lines[-1].endswith("/\u200b") else " "
        candidate = f"{lines[-1]}{glue}{word}"
        room = width - (indent if len(lines) == 1 else 0)
        if lines[-1] and text_width(candidate.replace("\u200b", ""), size, weight) > room:
            lines.append(word)
        else:
            lines[-1] = candidate
    return [line.replace("\u200b", "").replace("\u00a0", " ") for line in lines]


class Page:
    """One picture, filled from the top; its height follows from what is put on it."""

    def __init__(self, palette: Palette) -> None:
        self.palette = palette
        self.figure = Figure(figsize=(WIDTH / 100, 1), facecolor=palette.background)
        self.y = 0.0
        """Where the next thing goes: pixels from the top."""
        self._axes: list[tuple[Axes, float, float, float, float]] = []
        # Pixels from the top left corner, wherever the bottom will be.
        self._pixels: Any = (
            Affine2D().scale(0.01, -0.01)
            + self.figure.dpi_scale_trans
            + ScaledTranslation(0, 1, self.figure.transFigure)  # type: ignore[arg-type]
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = LABEL,
        weight: int = REGULAR,
        colour: str | None = None,
        align: str = "left",
        behind: str | None = None,
    ) -> None:
        """Set one line with its baseline at ``y`` pixels from the top, on a ground of its own."""
        self.figure.text(
            x,
            y,
            text,
            transform=self._pixels,
            fontproperties=font(size, weight),
            color=colour or self.palette.ink,
            ha=align,
            va="baseline",
            bbox={"facecolor": behind, "edgecolor": "none", "pad": 0} if behind else None,
        )

    def write(
        self,
        text: str,
        *,
        size: float = LABEL,
        weight: int = REGULAR,
        colour: str | None = None,
        x: float = MARGIN,
        width: float | None = None,
        leading: float = 1.32,
        lead: str = "",
        even: bool = False,
    ) -> None:
        """Set a paragraph at the current height, after a bold ``lead``, and move below it."""
        indent = text_width(f"{lead} ", size, BOLD) + 2 if lead else 0
        width = width or WIDTH - MARGIN - x
        lines = wrap(text, size, weight, width, indent=indent, even=even)
        for number, line in enumerate(lines):
            self.y += size * leading
            baseline = self.y - size * (leading - 1) / 2 - size * 0.2
            if lead and number == 0:
                self.text(x, baseline, lead, size=size, weight=BOLD, colour=colour)
            self.text(
                x + (indent if number == 0 else 0),
                baseline,
                line,
                size=size,
                weight=weight,
                colour=colour,
            )

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        colour: str,
        *,
        name: str = "",
        hatch: str = "",
    ) -> None:
        """Draw a rectangle from its top left corner: filled, or hatched in its colour."""
        self.figure.add_artist(
            Rectangle(
                (x, y),
                width,
                height,
                transform=self._pixels,
                facecolor="none" if hatch else colour,
                edgecolor=colour if hatch else "none",
                linewidth=0,
                hatch=hatch or None,
                gid=name or None,
                zorder=-1,
            )
        )

    def line(self, spots: list[tuple[float, float]], colour: str) -> None:
        """Draw a thin line through spots on the page."""
        xs, ys = zip(*spots, strict=True)
        self.figure.add_artist(
            Line2D(xs, ys, transform=self._pixels, color=colour, linewidth=0.8, zorder=1)
        )

    def axes(self, x: float, width: float, height: float) -> Axes:
        """Axes without ticks at the current height; moves below them."""
        axes = self.figure.add_axes((0, 0, 1, 1))
        axes.tick_params(labelbottom=False, labelleft=False)
        self._axes.append((axes, x, self.y, width, height))
        self.y += height
        return axes

    def finish(self) -> Figure:
        """Cut the page below the last thing, and return the figure."""
        height = round(self.y)
        self.figure.set_size_inches(WIDTH / 100, height / 100)
        for axes, x, y, w, h in self._axes:
            axes.set_position((x / WIDTH, 1 - (y + h) / height, w / WIDTH, h / height))
        return self.figure
