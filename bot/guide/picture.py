"""A chat as it looks on a phone, as a PNG. The same chat gives the same picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from bot.charts import draw as draw_chart
from bot.charts.page import BOLD, FONT_FILES, LIGHT, REGULAR, text_width, wrap
from bot.engine import Engine
from bot.guide.talk import Bubble

WIDTH = 400
"""In pixels, as a phone counts them; the picture has ``SCALE`` times as many."""
SCALE = 2
SAYS = "Description"
"""The key in the PNG under which the chat stands in words."""

_HEADER = 58
_EDGE = 10
"""Between the screen's edge and a bubble."""
_PAD = 11
"""Between a bubble's edge and its text."""
_GAP = 10
_BUTTON_GAP = 4
_WIDEST = 330
_CORNER = 14
_TEXT, _SMALL, _TITLE, _INITIAL = 15, 13, 17, 20
"""Type sizes."""
_LEADING = 1.36
_QUOTE_LINES = 2
"""How much of an earlier message is quoted, as on a phone."""
_COLOURS = 128

_SCREEN, _BAR, _RULE = "#d5e1ea", "#ffffff", "#b9c6d1"
_MINE, _THEIRS, _BUTTON = "#dcf3cf", "#ffffff", "#f1f6fa"
_NAMES = ("#8a3a78", "#9a4a00", "#0b6b5e", "#5b4bb0")
"""For the names of the others in a group, in the order in which they speak."""


def draw(engine: Engine, title: str, subtitle: str, chat: Sequence[Bubble], says: str) -> bytes:
    """Draw a chat.

    Args:
        engine: knows the publications, for the charts.
        title: the name above the chat.
        subtitle: the small line under that name.
        chat: the messages.
        says: the chat in words, to go into the file.
    """
    others = list(dict.fromkeys(b.who for b in chat if not (b.mine or b.bot)))
    blocks = [_Block(engine, bubble, others) for bubble in chat]
    screen = _Screen(_HEADER + sum(block.height + _GAP for block in blocks) + _GAP)
    screen.header(title, subtitle)
    y = float(_HEADER + _GAP)
    for block in blocks:
        block.draw(screen, y)
        y += block.height + _GAP
    return screen.png(says)


@dataclass(frozen=True, slots=True)
class _Row:
    """One line in a bubble."""

    text: str
    size: int = _TEXT
    weight: int = REGULAR
    colour: str = LIGHT.ink
    quoted: bool = False
    after: int = 0
    """Room below it."""

    @property
    def height(self) -> float:
        return self.size * _LEADING + self.after

    @property
    def width(self) -> float:
        return text_width(self.text, self.size, self.weight) + (_PAD if self.quoted else 0)


class _Block:
    """A bubble with its buttons: knows its size before it is drawn."""

    def __init__(self, engine: Engine, bubble: Bubble, others: Sequence[str]) -> None:
        self._bubble = bubble
        self._chart: Image.Image | None = None
        if bubble.chart:
            publication = engine.publication(bubble.chart.publication)
            self._chart = Image.open(io.BytesIO(draw_chart(publication, bubble.chart)))
        self._rows = list(self._lay_out(others))
        widest = max(row.width for row in self._rows) + 2 * _PAD
        self._width = float(_WIDEST if bubble.buttons or self._chart else min(widest, _WIDEST))
        self._picture = 0.0
        if self._chart:
            self._picture = (self._width - 4) * self._chart.height / self._chart.width + 4
        self._bubble_height = self._picture + sum(row.height for row in self._rows) + 2 * _PAD - 5
        self._buttons = [self._labels(row) for row in bubble.buttons]
        buttons = sum(_BUTTON_GAP + _tallest(row) for row in self._buttons)
        self.height = self._bubble_height + buttons

    def draw(self, screen: _Screen, y: float) -> None:
        """Draw it, its top at ``y``."""
        mine = self._bubble.mine
        x = WIDTH - _EDGE - self._width if mine else _EDGE
        screen.box(x, y, self._width, self._bubble_height, _MINE if mine else _THEIRS)
        if self._chart:
            screen.picture(x + 2, y + 2, self._width - 4, self._picture - 4, self._chart)
        top = y + self._picture + _PAD - 3
        for row in self._rows:
            indent = _PAD + (_PAD if row.quoted else 0)
            baseline = top + row.size * (_LEADING / 2 + 0.35)
            if row.quoted:
                # One pixel more, so that the bars of two lines leave no gap.
                bar = row.height - row.after + (0 if row.after else 1)
                screen.box(x + _PAD, top, 3, bar, LIGHT.accent, corner=0)
            screen.text(x + indent, baseline, row.text, row.size, row.weight, row.colour)
            top += row.height
        top = y + self._bubble_height
        for labels in self._buttons:
            top += _BUTTON_GAP
            height = _tallest(labels)
            width = (self._width - _BUTTON_GAP * (len(labels) - 1)) / len(labels)
            for place, lines in enumerate(labels):
                left = x + place * (width + _BUTTON_GAP)
                screen.box(left, top, width, height, _BUTTON, corner=9)
                line_top = top + (height - len(lines) * _SMALL * _LEADING) / 2
                for line in lines:
                    line_top += _SMALL * _LEADING
                    middle = left + width / 2
                    baseline = line_top - _SMALL * _LEADING / 2 + _SMALL * 0.35
                    screen.text(middle, baseline, line, _SMALL, REGULAR, LIGHT.accent, "ms")
            top += height

    def _lay_out(self, others: Sequence[str]) -> list[_Row]:
        bubble = self._bubble
        rows = []
        # A private chat has nobody else, and needs no names.
        if others and not bubble.mine:
            colour = _NAMES[others.index(bubble.who) % len(_NAMES)] if bubble.who in others else ""
            rows.append(_Row(bubble.who, _SMALL, BOLD, colour or LIGHT.accent))
        if bubble.quoted:
            who, text = bubble.quoted
            lines = wrap(text, _SMALL, REGULAR, _WIDEST - 3 * _PAD)
            if len(lines) > _QUOTE_LINES:
                lines = [
                    *lines[: _QUOTE_LINES - 1],
                    lines[_QUOTE_LINES - 1].rpartition(" ")[0] + " …",
                ]
            rows.append(_Row(who, _SMALL, BOLD, LIGHT.accent, quoted=True))
            for number, line in enumerate(lines, start=1):
                after = 5 if number == len(lines) else 0
                rows.append(_Row(line, _SMALL, REGULAR, LIGHT.quiet, quoted=True, after=after))
        for said in bubble.lines:
            weight = BOLD if said.style == "b" else REGULAR
            size, colour = (_SMALL, LIGHT.quiet) if said.style == "i" else (_TEXT, LIGHT.ink)
            text = said.text.replace(" %", "\u00a0%")
            for part in wrap(text, size, weight, _WIDEST - 2 * _PAD):
                rows.append(_Row(part, size, weight, colour))
        return rows

    def _labels(self, row: Sequence[str]) -> list[list[str]]:
        width = (self._width - _BUTTON_GAP * (len(row) - 1)) / len(row) - 2 * _PAD
        return [wrap(label, _SMALL, REGULAR, width, even=True) for label in row]


def _tallest(labels: Sequence[Sequence[str]]) -> float:
    return max(map(len, labels)) * _SMALL * _LEADING + 14


class _Screen:
    """Draws in the phone's pixels."""

    def __init__(self, height: float) -> None:
        self._image = Image.new("RGB", (WIDTH * SCALE, round(height) * SCALE), _SCREEN)
        self._draw = ImageDraw.Draw(self._image)

    def header(self, title: str, subtitle: str) -> None:
        """The bar above the chat."""
        self._draw.rectangle((0, 0, WIDTH * SCALE, _HEADER * SCALE), fill=_BAR)
        self._draw.line((0, _HEADER * SCALE, WIDTH * SCALE, _HEADER * SCALE), fill=_RULE, width=2)
        self.box(14, 10, 38, 38, LIGHT.accent, corner=19)
        self.text(33, 36, title[:1].upper(), _INITIAL, BOLD, _BAR, "ms")
        self.text(64, 27, title, _TITLE, BOLD, LIGHT.ink)
        self.text(64, 46, subtitle, _SMALL, REGULAR, LIGHT.quiet)

    def text(
        self,
        x: float,
        baseline: float,
        text: str,
        size: int,
        weight: int,
        colour: str,
        anchor: Literal["ls", "ms"] = "ls",
    ) -> None:
        """One line, from ``x`` on (``ls``) or around it (``ms``)."""
        font = ImageFont.truetype(str(FONT_FILES[weight]), size * SCALE)
        spot = (round(x * SCALE), round(baseline * SCALE))
        self._draw.text(spot, text, fill=colour, font=font, anchor=anchor)

    def box(
        self, x: float, y: float, width: float, height: float, colour: str, corner: int = _CORNER
    ) -> None:
        """A rectangle with round corners."""
        content = Image.new("RGB", (round(width * SCALE), round(height * SCALE)), colour)
        self._paste(x, y, content, corner)

    def picture(self, x: float, y: float, width: float, height: float, image: Image.Image) -> None:
        """A picture, made to fit."""
        size = (round(width * SCALE), round(height * SCALE))
        image = image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
        self._paste(x, y, image, _CORNER - 2)

    def _paste(self, x: float, y: float, content: Image.Image, corner: int) -> None:
        # Pillow's corners have no smooth edges: drawn four times as large, and made smaller.
        width, height = content.size
        mask = Image.new("L", (width * 4, height * 4), 0)
        outline = (0, 0, width * 4 - 1, height * 4 - 1)
        ImageDraw.Draw(mask).rounded_rectangle(outline, corner * SCALE * 4, fill=255)
        mask = mask.resize(content.size, Image.Resampling.BOX)
        self._image.paste(content, (round(x * SCALE), round(y * SCALE)), mask)

    def png(self, says: str) -> bytes:
        """The file."""
        about = PngInfo()
        about.add_itxt(SAYS, says, lang="nl")
        picture = self._image.quantize(
            _COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
        )
        out = io.BytesIO()
        picture.save(out, "png", optimize=True, pnginfo=about)
        return out.getvalue()
