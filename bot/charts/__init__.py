"""Charts: the figures of a publication, drawn in the house style, and described in words.

Importing this package is cheap: matplotlib is loaded with the first drawing, or by
:func:`warm_up`. Drawing uses no global state of matplotlib's and is safe from any thread.
"""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Literal

from bot import __version__
from bot.answer import ChartRequest
from bot.charts.content import Chart, compose
from bot.charts.words import Words
from bot.data import Publication

Format = Literal["png", "svg", "pdf"]

_LOCK = Lock()


def draw(
    publication: Publication,
    request: ChartRequest,
    words: Words | None = None,
    *,
    fmt: Format = "png",
    dark: bool = False,
) -> bytes:
    """Draw the chart of a request: the same bytes for the same content.

    ``words`` are the Dutch words of charts; the shipped ones where none are given.

    Raises:
        KeyError: the publication has no such figure or indicator.
    """
    return _drawing(compose(publication, request, words), fmt, dark)


def describe(publication: Publication, request: ChartRequest, words: Words | None = None) -> str:
    """The text alternative of a request's chart, in Dutch, at most 700 characters.

    Raises:
        KeyError: the publication has no such figure or indicator.
    """
    return compose(publication, request, words).describe()


def fingerprint(
    publication: Publication,
    request: ChartRequest,
    words: Words | None = None,
    *,
    fmt: Format = "png",
    dark: bool = False,
) -> str:
    """Names a chart by content: changes when its data, the style or the version changes.

    For remembering uploaded charts, such as Telegram's file_id.
    """
    content = repr((compose(publication, request, words), fmt, dark, __version__, _style()))
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def warm_up() -> None:
    """Load matplotlib and the fonts, so that the first chart is as quick as the next ones."""
    from bot.charts import output

    with _LOCK:
        output.warm_up()


# 64 pictures are at most some 6 MB, whatever is asked.
@lru_cache(maxsize=64)
def _drawing(chart: Chart, fmt: Format, dark: bool) -> bytes:
    from bot.charts import output

    # Matplotlib's settings are global while a chart is drawn.
    with _LOCK:
        return output.render(chart, fmt, dark)


@cache
def _style() -> str:
    """A digest of everything that decides how a chart looks."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.suffix in (".py", ".mplstyle", ".ttf"):
            digest.update(path.read_bytes())
    return digest.hexdigest()
