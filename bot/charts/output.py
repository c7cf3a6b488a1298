"""Drawings as files: PNG for a phone, SVG and PDF with real text for print."""

from __future__ import annotations

import base64
import gc
import io
import itertools
import re
from collections.abc import Iterable
from html import escape

from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from bot.charts.content import Chart
from bot.charts.forms import build
from bot.charts.page import DARK, FAMILY, FONT_FILES, LIGHT, STYLE

_DRAWINGS = itertools.count(1)


def render(chart: Chart, fmt: str, dark: bool) -> bytes:
    """Draw a chart and write it in a format. Not safe from two threads at once."""
    # A figure is a web of references to itself: thousands of objects and 6 MB of pixels, which
    # Python's own collector leaves for dozens of charts.
    if next(_DRAWINGS) % 4 == 0:
        gc.collect()
    with rc_context(STYLE):
        figure = build(chart, DARK if dark else LIGHT)
        if fmt == "png":
            return _png(figure)
        if fmt == "svg":
            return _svg(figure, chart)
        return _pdf(figure, chart)


def warm_up() -> None:
    """Read the fonts and set up the drawing code, by drawing something."""
    with rc_context(STYLE):
        figure = Figure(figsize=(1, 1))
        figure.add_axes((0, 0, 1, 1)).plot([0, 1], [0, 1])
        for weight in FONT_FILES:
            figure.text(0, 0, "0", weight=weight)
        _png(figure)


def _png(figure: Figure) -> bytes:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    pixels: memoryview = canvas.buffer_rgba()  # type: ignore[no-untyped-call]
    picture = Image.frombytes("RGBA", canvas.get_width_height(), pixels).convert("RGB")
    del pixels, canvas.renderer
    # Flat colours and the edges of letters: 64 colours look the same, at a third of the size.
    picture = picture.quantize(64, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    out = io.BytesIO()
    picture.save(out, "png", compress_level=6)
    return out.getvalue()


def _pdf(figure: Figure, chart: Chart) -> bytes:
    out = io.BytesIO()
    about = {"Title": chart.title, "Subject": chart.describe()}
    nothing = dict.fromkeys(("Creator", "Producer", "CreationDate"))
    figure.savefig(out, format="pdf", metadata=about | nothing)
    return out.getvalue()


def _svg(figure: Figure, chart: Chart) -> bytes:
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", out.getvalue(), flags=re.DOTALL)
    about = (
        f'\n <title id="title">{escape(chart.title)}</title>'
        f'\n <desc id="desc">{escape(chart.describe())}</desc>'
    )
    svg = re.sub(
        r"(<svg [^>]*)>",
        lambda match: f'{match[1]} role="img" aria-labelledby="title desc" lang="nl">{about}',
        svg,
        count=1,
    )
    texts = re.findall(r"<text [^>]*>([^<]*)<", svg)
    # The font travels in an instruction rather than in <style>, so that the text of the document
    # is what a reader sees.
    href = base64.b64encode(_font_css(texts).encode()).decode()
    fonts = f'<?xml-stylesheet type="text/css" href="data:text/css;base64,{href}"?>\n'
    return svg.replace("<svg ", fonts + "<svg ", 1).encode()


def _font_css(texts: Iterable[str]) -> str:
    """``@font-face`` rules with the glyphs of these texts."""
    rules = []
    for weight, path in FONT_FILES.items():
        font = TTFont(path, recalcTimestamp=False)
        options = subset.Options(hinting=False, layout_features=["kern", "mark", "ccmp"])
        cutter = subset.Subsetter(options)
        cutter.populate(text="".join(texts))
        cutter.subset(font)
        out = io.BytesIO()
        font.save(out)
        data = base64.b64encode(out.getvalue()).decode()
        rules.append(
            f"@font-face{{font-family:'{FAMILY[0]}';font-weight:{weight};"
            f"src:url(data:font/ttf;base64,{data})}}"
        )
    return "".join(rules)
