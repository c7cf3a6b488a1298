"""The drawings, one function a form, chosen by what the data says the form of a figure is."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bot.charts.content import DRAWN, Chart, Form, Line, Point, capital
from bot.charts.page import (
    BOLD,
    INNER,
    LABEL,
    MARGIN,
    REGULAR,
    SMALL,
    SUBTITLE,
    TITLE,
    Page,
    Palette,
    contrast,
    text_width,
    wrap,
)
from bot.charts.words import Words

MARKERS = "osD^"
_LINE_HEIGHT = 15
_Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""


def build(chart: Chart, palette: Palette) -> Figure:
    """Draw a chart, as a figure that can be read back or written in any format.

    Marks carry the series they belong to as ``gid`` ("indicator/tier"; for bars with the year).
    """
    page = Page(palette)
    page.box(MARGIN, 0, 40, 6, palette.accent)
    page.y = 18
    page.write(chart.title, size=TITLE, weight=BOLD, leading=1.18, even=True)
    page.y += 3
    page.write(chart.subtitle, size=SUBTITLE, colour=palette.quiet, leading=1.3)
    page.y += 12
    _DRAWINGS[chart.form](page, chart)
    _ending(page, chart)
    return page.finish()


def _ending(page: Page, chart: Chart) -> None:
    quiet = page.palette.quiet
    page.y += 8
    for note in (*(chart.known if chart.form in DRAWN else ()), *chart.notes):
        page.y += 2
        page.write(note, size=SMALL, colour=quiet)
    if chart.unknown and chart.form not in ("card", "reasons"):
        page.y += 2
        page.write(chart.unknown, size=SMALL, colour=quiet, lead=chart.words.unknown)
    page.y += 8
    page.box(MARGIN, page.y, INNER, 1, page.palette.grid)
    page.y += 6
    page.write(chart.source, size=SMALL, colour=quiet)
    page.y += 12


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where data comes on the page: a plot's left and top in pixels, and its units."""

    left: float
    top: float
    height: float
    first: float
    per_x: float
    highest: float

    def x(self, value: float) -> float:
        return self.left + (value - self.first) * self.per_x

    def y(self, value: float) -> float:
        return self.top + self.height * (1 - value / self.highest)


def _side_width(line: Line) -> float:
    """How wide the label at the end of a line is: on several rows, but no word of it broken."""
    value = f"{line.points[-1].label} "
    whole = text_width(value + line.label, LABEL, BOLD)
    first, *words = line.label.replace("/", "/ ").split()  # Labels break after a slash too.
    longest = max(text_width(text, LABEL, BOLD) for text in (value + first, *words))
    return max(min(122.0, whole), longest) + 4


def _lines(page: Page, chart: Chart) -> None:
    palette = page.palette
    # Side labels stand in a column at the right; value labels of the first year need half a width.
    column = max(map(_side_width, chart.lines))
    side = {
        line.key: wrap(
            line.label,
            LABEL,
            BOLD if chart.emphasises and line.emphasised else REGULAR,
            column,
            indent=text_width(f"{line.points[-1].label} ", LABEL, BOLD),
        )
        for line in chart.lines
    }
    inset = 16.0
    left, width, height = float(MARGIN), INNER - column - 18, 262.0
    years = chart.years
    per_year = (width - inset - 6) / max(1, years[-1] - years[0])
    values = [p.value for line in chart.lines for p in line.points if p.value is not None]
    scale = _Scale(
        left=left + inset,
        top=page.y,
        height=height,
        first=years[0],
        per_x=per_year,
        highest=(max(values) or 1) / (1 - 24 / height),
    )
    _bands(page, [(scale.x(y), y) for y in chart.asked_years], 34, page.y, height + 22)
    axes = page.axes(left, width, height)
    axes.set_xlim(years[0] - inset / per_year, years[-1] + 6 / per_year)
    axes.set_ylim(0, scale.highest)
    for year in years:
        axes.axvline(year, color=palette.grid, linewidth=0.7, zorder=0)
    axes.axhline(0, color=palette.quiet, linewidth=1, zorder=1, clip_on=False)

    for number, line in enumerate(chart.lines):
        colour = palette.series[number % 4] if line.emphasised else palette.muted
        marker = MARKERS[number % 4]
        rank = 3 if line.emphasised else 2
        for run in _runs(line, years):
            axes.plot(
                [p.year for p in run],
                [p.value or 0 for p in run],
                color=colour,
                linewidth=2 if line.emphasised else 1.3,
                marker=marker,
                markersize=4.6 if line.emphasised else 3.6,
                zorder=rank,
                clip_on=False,
                gid=line.key,
            )
        for point in line.points:
            if point.value is not None and point.emphasised and chart.asked_years:
                axes.plot(
                    [point.year],
                    [point.value],
                    color=colour,
                    marker=marker,
                    markersize=7,
                    markeredgecolor=palette.background,
                    markeredgewidth=0.6,
                    zorder=4 - number / 10,  # the first series on top, as a total is
                    clip_on=False,
                    gid=line.key,
                )
    _value_labels(page, chart, scale)
    _side_labels(page, chart, scale, side, left + width + 10)
    _year_labels(page, chart, [scale.x(year) for year in years])


def _runs(line: Line, years: tuple[int, ...]) -> Iterable[list[Point]]:
    """The points in stretches without a gap: a year that is not printed breaks the line."""
    run: list[Point] = []
    for year in years:
        point = line.at(year)
        if point and point.value is not None:
            run.append(point)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _value_labels(page: Page, chart: Chart, scale: _Scale) -> None:
    """Labels above or below their points, where they hit no line, point or other label."""
    dots: list[tuple[float, float]] = []
    for line in chart.lines:
        for run in _runs(line, chart.years):
            spots = [(scale.x(p.year), scale.y(p.value or 0)) for p in run]
            dots += spots
            for (x0, y0), (x1, y1) in itertools.pairwise(spots):
                steps = 16
                dots += [
                    (x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps) for i in range(steps)
                ]
    taken: list[_Box] = []
    # What was asked about chooses its place first.
    order = sorted(
        (point for line in chart.lines for point in line.points[:-1]),
        key=lambda point: not point.emphasised,
    )
    for point in order:
        weight = BOLD if point.emphasised else REGULAR
        width = text_width(point.label, SMALL, weight)
        x, y = scale.x(point.year), scale.y(point.value or 0)
        column = [scale.y(p.value or 0) for line in chart.lines if (p := line.at(point.year))]
        dx, dy = min(
            _places(width),
            key=lambda place: _cost(place, (x, y), width, column, dots, taken, scale),
        )
        at_x, at_y = x + dx, y + dy
        taken.append((at_x - width / 2, at_y - 10, at_x + width / 2, at_y + 1))
        page.text(
            at_x,
            at_y,
            point.label,
            size=SMALL,
            weight=weight,
            colour=page.palette.ink if point.emphasised else page.palette.quiet,
            align="center",
            behind=page.palette.band
            if point.year in chart.asked_years
            else page.palette.background,
        )


def _places(width: float) -> Iterable[tuple[float, float]]:
    """Where a label may go, from its point: above, below, and at its sides."""
    yield from itertools.product((0, -5, 5, -10, 10), (-9, 18, -11, 21))
    yield from itertools.product((-width / 2 - 8, width / 2 + 8), (4, -3, 11))


def _cost(
    place: tuple[float, float],
    spot: tuple[float, float],
    width: float,
    column: list[float],
    dots: list[tuple[float, float]],
    taken: list[_Box],
    scale: _Scale,
) -> float:
    """How bad a place is: what it hits, whose label it seems to be, how far it is."""
    (dx, dy), (x, y) = place, spot
    left, low = x + dx - width / 2, y + dy
    box = (left, low - 10, left + width, low + 1)
    hits = sum(box[0] - 2 < a < box[2] + 2 and box[1] - 3 < b < box[3] + 3 for a, b in dots)
    overlaps = sum(_overlap(box, other) for other in taken)
    mistaken = any(abs(low - 4 - other) < abs(low - 4 - y) for other in column)
    outside = box[3] > scale.top + scale.height - 2 or left < MARGIN - 4
    far = 0.1 * abs(dx) + 0.1 * abs(dy + 9)
    return far + 2 * hits + 30 * mistaken + 40 * overlaps + 50 * outside


def _overlap(one: _Box, other: _Box) -> bool:
    """Whether two boxes touch, or nearly."""
    return (
        one[0] < other[2] + 2
        and other[0] < one[2] + 2
        and one[1] < other[3] + 1
        and other[1] < one[3] + 1
    )


def _side_labels(
    page: Page, chart: Chart, scale: _Scale, side: dict[str, list[str]], x: float
) -> None:
    """The last value and the name of each series, at the right, with a thin line to its point."""
    last = [line.points[-1] for line in chart.lines]
    anchors = [scale.y(point.value or 0) for point in last]
    heights = [len(side[line.key]) * _LINE_HEIGHT + 3.0 for line in chart.lines]
    centres = spread(anchors, heights, scale.top - 10, scale.top + scale.height + 4)
    for number, (line, point) in enumerate(zip(chart.lines, last, strict=True)):
        palette = page.palette
        strong = chart.emphasises and line.emphasised
        colour = palette.ink if line.emphasised else palette.quiet
        mark = palette.series[number % 4] if line.emphasised else palette.muted
        rows = side[line.key]
        y = centres[number] - (len(rows) - 1) * _LINE_HEIGHT / 2
        page.line([(scale.x(point.year) + 6, anchors[number]), (x - 3, y)], mark)
        indent = text_width(f"{point.label} ", LABEL, BOLD)
        bold = not chart.emphasises or point.emphasised
        page.text(
            x, y + 4.5, point.label, size=LABEL, weight=BOLD if bold else REGULAR, colour=colour
        )
        for row, text in enumerate(rows):
            page.text(
                x + (indent if row == 0 else 0),
                y + 4.5 + row * _LINE_HEIGHT,
                text,
                size=LABEL,
                weight=BOLD if strong else REGULAR,
                colour=colour,
            )


def spread(centres: list[float], sizes: list[float], low: float, high: float) -> list[float]:
    """Move intervals apart until none overlap, as little as needed, in order, within bounds.

    Args:
        centres: where the middle of each would like to be.
        sizes: how long each is.
        low: lower bound of the first interval.
        high: upper bound of the last; given up where they do not fit.
    """
    order = sorted(range(len(centres)), key=lambda i: centres[i])
    groups: list[tuple[float, float, list[int]]] = []  # start, length, members

    def place(members: list[int]) -> tuple[float, float, list[int]]:
        length = sum(sizes[i] for i in members)
        offset, wish = 0.0, 0.0
        for i in members:
            wish += centres[i] - (offset + sizes[i] / 2)
            offset += sizes[i]
        start = max(low, min(wish / len(members), high - length))
        return start, length, members

    for i in order:
        groups.append(place([i]))
        while len(groups) > 1 and groups[-2][0] + groups[-2][1] > groups[-1][0]:
            members = groups[-2][2] + groups[-1][2]
            groups[-2:] = [place(members)]
    result = [0.0] * len(centres)
    for start, _, members in groups:
        at = start
        for i in members:
            result[i] = at + sizes[i] / 2
            at += sizes[i]
    return result


def _stacked(page: Page, chart: Chart) -> None:
    palette = page.palette
    total_word = chart.words.total
    names = [*(line.label for line in chart.lines), total_word]
    column = min(112.0, max(text_width(name, LABEL, BOLD) for name in names) + 2)
    left, width, height = float(MARGIN), INNER - column - 6, 250.0
    years = chart.years
    stacks = {year: [line.at(year) for line in chart.lines] for year in years}
    totals = {year: sum(p.value or 0 for p in parts if p) for year, parts in stacks.items()}
    scale = _Scale(
        left=left,
        top=page.y,
        height=height,
        first=-0.5,
        per_x=width / len(years),
        highest=(max(totals.values()) or 1) / (1 - 24 / height),
    )
    asked = [(scale.x(i), y) for i, y in enumerate(years) if y in chart.asked_years]
    _bands(page, asked, scale.per_x - 2, page.y, height + 22)
    axes = page.axes(left, width, height)
    _bar_axes(axes, palette, len(years), scale.highest)
    for position, year in enumerate(years):
        bottom = 0.0
        for number, (line, point) in enumerate(zip(chart.lines, stacks[year], strict=True)):
            if point is None or point.value is None:
                continue
            parts = palette.parts if point.emphasised else palette.muted_parts
            colour = parts[number % 4]
            axes.bar(
                position,
                point.value,
                width=0.78,
                bottom=bottom,
                color=colour,
                edgecolor=palette.background,
                linewidth=0.8,
                gid=f"{line.key}/{year}",
            )
            room = point.value / scale.highest * height
            size = min(LABEL, room - 3)
            page.text(
                scale.x(position),
                scale.y(bottom + point.value / 2) + size * 0.35,
                point.label,
                size=size,
                weight=BOLD if point.emphasised else REGULAR,
                colour=max(("#ffffff", "#16202c"), key=lambda ink: contrast(ink, colour)),
                align="center",
            )
            bottom += point.value
        if all(point and point.precision == "exact" for point in stacks[year]):
            strong = all(point and point.emphasised for point in stacks[year])
            page.text(
                scale.x(position),
                scale.y(totals[year]) - 6,
                _sum_label(stacks[year], totals[year], chart.words),
                weight=BOLD if strong else REGULAR,
                colour=palette.ink if strong else palette.quiet,
                align="center",
            )
    last = [point.value or 0 if point else 0 for point in stacks[years[-1]]]
    middles = [scale.y(sum(last[:i]) + value / 2) for i, value in enumerate(last)]
    rows = [wrap(name, LABEL, BOLD, column) for name in names]
    centres = spread(
        [*middles, scale.y(sum(last)) - 10],
        [len(row) * _LINE_HEIGHT + 3.0 for row in rows],
        page.y - height - 10,
        page.y,
    )
    styles = [
        (BOLD, palette.ink) if line.emphasised else (REGULAR, palette.quiet) for line in chart.lines
    ]
    for row, y, (weight, colour) in zip(
        rows, centres, [*styles, (REGULAR, palette.ink)], strict=True
    ):
        for at, text in enumerate(row):
            page.text(
                left + width + 4,
                y + 4.5 + (at - (len(row) - 1) / 2) * _LINE_HEIGHT,
                text,
                weight=weight,
                colour=colour,
            )
    _year_labels(page, chart, [scale.x(i) for i in range(len(years))])


def _sum_label(parts: list[Point | None], total: float, words: Words) -> str:
    first = next(part for part in parts if part)
    return words.amount(total, first.unit)


def _grouped(page: Page, chart: Chart) -> None:
    palette = page.palette
    years = chart.years
    highest = max((p.value or 0 for line in chart.lines for p in line.points), default=1) or 1
    pitch = INNER / len(years)
    widest = max(text_width(p.label, LABEL, BOLD) for line in chart.lines for p in line.points)
    size = min(LABEL, LABEL * (pitch - 3) / widest)
    height = 82.0
    start = page.y
    for row, line in enumerate(chart.lines):
        strong = chart.emphasises and line.emphasised
        page.y += 14 if row else 0
        page.write(
            line.label,
            size=SUBTITLE,
            weight=BOLD if strong or not chart.emphasises else REGULAR,
            colour=palette.ink if line.emphasised else palette.quiet,
        )
        scale = _Scale(
            left=MARGIN,
            top=page.y,
            height=height,
            first=-0.5,
            per_x=pitch,
            highest=highest / (1 - 18 / height),
        )
        axes = page.axes(MARGIN, INNER, height)
        _bar_axes(axes, palette, len(years), scale.highest)
        for position, year in enumerate(years):
            point = line.at(year)
            if point is None or point.value is None:
                label, value = chart.words.missing, 0.0
            else:
                label, value = point.label, point.value
                axes.bar(
                    position,
                    value,
                    width=0.7,
                    color=palette.accent if point.emphasised else palette.muted,
                    gid=f"{line.key}/{year}",
                )
            bright = point is not None and point.emphasised
            page.text(
                scale.x(position),
                scale.y(value) - 5,
                label,
                size=size,
                weight=BOLD if bright else REGULAR,
                colour=palette.ink if bright else palette.quiet,
                align="center",
            )
        _year_labels(page, chart, [scale.x(i) for i in range(len(years))])
    asked = [(scale.x(i), y) for i, y in enumerate(years) if y in chart.asked_years]
    _bands(page, asked, pitch - 4, start, page.y - start)


def _bar_axes(axes: Axes, palette: Palette, count: int, highest: float) -> None:
    axes.set_xlim(-0.5, count - 0.5)
    axes.set_ylim(0, highest)
    axes.axhline(0, color=palette.quiet, linewidth=1, zorder=4, clip_on=False)


def _bands(
    page: Page, asked: list[tuple[float, int]], width: float, top: float, height: float
) -> None:
    for x, year in asked:
        page.box(x - width / 2, top, width, height, page.palette.band, name=f"asked/{year}")


def _year_labels(page: Page, chart: Chart, positions: list[float]) -> None:
    """Years under the axis: all of them where they fit, else every second or third to the last."""
    page.y += 17
    gaps = [b - a for a, b in itertools.pairwise(positions)]
    widest = text_width("0000", SMALL, BOLD) + 5
    step = math.ceil(widest / min(gaps)) if gaps else 1
    for back, (x, year) in enumerate(zip(reversed(positions), reversed(chart.years), strict=True)):
        asked = year in chart.asked_years
        if back % step and not asked:
            continue
        page.text(
            x,
            page.y - 3,
            str(year),
            size=SMALL,
            weight=BOLD if asked else REGULAR,
            colour=page.palette.ink if asked else page.palette.quiet,
            align="center",
        )


def _words(page: Page, chart: Chart) -> None:
    """Numbers that the source gives in words, or a few that stand in its running text."""
    palette = page.palette
    measured = [line.indicator for line in chart.lines]
    for row, line in enumerate(chart.lines):
        point = line.points[-1]
        alike = measured.count(line.indicator) > 1  # One thing in several tiers: tell those apart.
        colour = palette.accent if line.emphasised else palette.muted
        page.y += 18 if row else 2
        main = point.words if point.words and point.precision != "exact" else point.text
        main = capital(main)
        page.write(
            main,
            size=24,
            weight=BOLD,
            colour=palette.ink if line.emphasised else palette.quiet,
            leading=1.15,
        )
        if main != point.text and point.text:
            beside = text_width(main, 24, BOLD) + 10
            fits = beside + text_width(point.text, SUBTITLE) < INNER
            if not fits:
                page.y += 18
            page.text(
                MARGIN + (beside if fits else 0),
                page.y - 7,
                point.text,
                size=SUBTITLE,
                colour=palette.quiet,
            )
        page.y += 2
        page.write(
            line.label if alike else line.name,
            size=SUBTITLE,
            colour=palette.ink if line.emphasised else palette.quiet,
            weight=BOLD if line.emphasised and chart.emphasises else REGULAR,
        )
        if line.remark:
            page.write(line.remark, size=LABEL, colour=palette.quiet)
        if point.value is not None and point.unit == "%":
            page.y += 7
            _share(page, point, colour, line.key)
    page.y += 2


def _share(page: Page, point: Point, colour: str, key: str) -> None:
    """A share as a bar: "drie op de tien" is three of ten blocks; what is open is hatched."""
    value = (point.value or 0) / 100
    height = 18.0
    if point.precision == "exact":
        page.box(MARGIN, page.y, INNER, height, page.palette.track)
        page.box(MARGIN, page.y, INNER * value, height, colour, name=key)
    else:
        share = Fraction(value).limit_denominator(10)
        gap = 3.0
        width = (INNER + gap) / share.denominator
        for block in range(share.denominator):
            x, y = MARGIN + block * width, page.y
            beyond = block >= share.numerator
            if beyond and point.precision == "above":
                page.box(x, y, width - gap, height, colour, hatch="////")
            elif beyond:
                page.box(x, y, width - gap, height, page.palette.track)
            elif point.precision == "bound":
                page.box(x, y, width - gap, height, colour, name=key, hatch="////")
            else:
                page.box(x, y, width - gap, height, colour, name=key)
    page.y += height


def _number(page: Page, chart: Chart) -> None:
    """One number: large, with as many blocks of a hundred where it is a percentage."""
    palette = page.palette
    line = chart.lines[0]
    point = line.points[-1]
    top = page.y
    x, width, bottom = float(MARGIN), float(INNER), top
    if point.unit == "%":
        bottom = top + 150
        side, gap = 15.0, 2.5
        x, width = MARGIN + 10 * side + 20, INNER - 10 * side - 20
        filled = point.value or 0
        for block in range(100):
            bx = MARGIN + block % 10 * side
            by = top + block // 10 * side
            part = min(1.0, max(0.0, filled - block))
            if part < 1:
                page.box(bx, by, side - gap, side - gap, palette.track)
            if part > 0:
                page.box(bx, by, (side - gap) * part, side - gap, palette.accent, name=line.key)
    page.y = top - 12
    size = min(64.0, 64 * width / text_width(point.text, 64, BOLD) - 0.5)
    page.write(point.text, size=size, weight=BOLD, colour=palette.accent, x=x, leading=1.2)
    page.y += 2
    page.write(line.name, size=18, weight=BOLD, x=x, width=width, leading=1.25)
    if line.remark:
        page.y += 4
        page.write(line.remark, size=SUBTITLE, x=x, width=width)
    page.y = max(page.y, bottom) + 6
    page.write(" ".join(chart.known), size=SUBTITLE, leading=1.4)


def _card(page: Page, chart: Chart) -> None:
    """What the source says in words, and what it does not print."""
    palette = page.palette
    words = chart.words
    page.write(words.known, size=LABEL, weight=BOLD, colour=palette.accent)
    page.y += 2
    top = page.y
    for number, sentence in enumerate(chart.known):
        page.y += 10 if number else 2
        page.write(sentence, size=18, x=MARGIN + 16, leading=1.34)
    page.box(MARGIN, top + 6, 4, page.y - top - 6, palette.accent)
    _unknown(page, chart)


def _unknown(page: Page, chart: Chart) -> None:
    if not chart.unknown:
        return
    palette = page.palette
    page.y += 18
    top = page.y
    page.y += 10
    page.write(chart.words.unknown, weight=BOLD, x=MARGIN + 16, width=INNER - 28)
    page.write(chart.unknown, size=SUBTITLE, x=MARGIN + 16, width=INNER - 28)
    page.y += 11
    page.box(MARGIN, top, INNER, page.y - top, palette.band)
    page.box(MARGIN, top, 4, page.y - top, palette.muted, hatch="////")


def _reasons(page: Page, chart: Chart) -> None:
    palette = page.palette
    for number, ranking in enumerate(chart.rankings):
        page.y += 16 if number else 0
        if ranking.heading:
            page.write(ranking.heading, size=SUBTITLE, weight=BOLD, colour=palette.accent)
            page.y += 4
        for rank, text in ranking.items:
            page.y += 10 if rank > 1 else 0
            top = page.y
            lines = wrap(text, 18, REGULAR, INNER - 40, even=True)
            page.text(MARGIN, top + 30, str(rank), size=34, weight=BOLD, colour=palette.accent)
            page.y += max(0.0, (40 - len(lines) * 24) / 2)
            page.write(text, size=18, x=MARGIN + 40, leading=1.32, even=True)
            page.y = max(page.y, top + 40)
    _unknown(page, chart)


_DRAWINGS: dict[Form, Callable[[Page, Chart], None]] = {
    "lines": _lines,
    "stacked": _stacked,
    "grouped": _grouped,
    "words": _words,
    "number": _number,
    "card": _card,
    "reasons": _reasons,
}
