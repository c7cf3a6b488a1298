"""All charts on one page, to be looked at before a release: ``python -m bot.gallery``.

Also writes the pictures that the README shows: the first figure of each form, light and dark.
"""

from __future__ import annotations

import argparse
import base64
from collections.abc import Iterator
from html import escape
from pathlib import Path

from bot.answer import ChartRequest
from bot.charts import describe, draw
from bot.charts.content import DRAWN
from bot.data import Publication
from bot.paths import default_data
from bot.tables import load_publication

_PAGE = """<!doctype html>
<html lang="nl">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Monitorbot: all charts</title>
<style>
body {{ font: 16px/1.5 sans-serif; margin: 2rem auto; max-width: 1240px; padding: 0 1rem;
  background: #c9ced6; color: #16202c }}
section {{ display: flex; flex-wrap: wrap; gap: 1rem; align-items: start; margin-bottom: 3rem }}
h2 {{ flex-basis: 100%; margin: 0; font-size: 1rem }}
p {{ flex-basis: 390px; margin: 0; font-size: .9rem }}
img {{ width: 390px }}
.grey img {{ filter: grayscale(1) }}
</style>
<h1>Monitorbot: all charts</h1>
<p><label><input type="checkbox" onchange="document.body.classList.toggle('grey', this.checked)">
 as in grey print</label>
{sections}
</html>
"""
_SECTION = """<section>
<h2>{heading}</h2>
<img src="data:image/png;base64,{light}" alt="{text}">
<img src="data:image/png;base64,{dark}" alt="{text}">
<p>{text}</p>
</section>"""


def requests(publication: Publication) -> Iterator[tuple[str, ChartRequest]]:
    """The charts worth looking at, with a heading each: all figures, plain and with emphasis."""
    for figure in publication.figures.values():
        yield f"Figure {figure.id}", ChartRequest(publication.name, figure.id)
        series = publication.figure_series(figure.id)
        if figure.form not in DRAWN or len(series) < 2:
            continue
        for line in series:
            about = ChartRequest(publication.name, figure.id, (line.indicator,), (line.tier,))
            yield f"Figure {figure.id}, asked: {line.label}", about
        years = publication.years_of(line.indicator, line.tier)
        for asked in (years[-1:], years[-2:]):
            yield (
                f"Figure {figure.id}, asked: {line.label}, {asked}",
                ChartRequest(publication.name, figure.id, (line.indicator,), (line.tier,), asked),
            )
            yield (
                f"Figure {figure.id}, asked: {asked}",
                ChartRequest(publication.name, figure.id, years=asked),
            )
    shown = {series.indicator for series in publication.series}
    groups: dict[tuple[str, str], list[str]] = {}
    for indicator in publication.indicators.values():
        if indicator.id not in shown:
            yield indicator.name, ChartRequest(publication.name, "", (indicator.id,))
            if indicator.group:
                groups.setdefault((indicator.kind, indicator.group), []).append(indicator.id)
    for (_, group), names in groups.items():
        if len(names) > 1:
            yield f"Group: {group}", ChartRequest(publication.name, "", tuple(names))


def gallery(publication: Publication) -> str:
    """The page, in HTML, with the pictures in it."""
    sections = (
        _SECTION.format(
            heading=escape(heading),
            text=escape(describe(publication, request)),
            light=_inline(draw(publication, request)),
            dark=_inline(draw(publication, request, dark=True)),
        )
        for heading, request in requests(publication)
    )
    return _PAGE.format(sections="\n".join(sections))


def write_pictures(publication: Publication, folder: Path) -> list[Path]:
    """Write the first figure of each form as ``figure-N.png`` and ``figure-N-dark.png``."""
    folder.mkdir(parents=True, exist_ok=True)
    first = {figure.form: figure.id for figure in reversed(list(publication.figures.values()))}
    paths = []
    for figure in sorted(first.values()):
        for dark in (False, True):
            path = folder / f"figure-{figure}{'-dark' if dark else ''}.png"
            path.write_bytes(draw(publication, ChartRequest(publication.name, figure), dark=dark))
            paths.append(path)
    return paths


def _inline(picture: bytes) -> str:
    return base64.b64encode(picture).decode()


def main() -> None:
    """Write the page and the README's pictures, and say where they are."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bot.gallery")
    parser.add_argument("--page", type=Path, default=Path("build/gallery.html"))
    parser.add_argument("--pictures", type=Path, default=Path("docs/pictures"))
    parser.add_argument("--data", type=Path, default=default_data(), help="folder of publications")
    options = parser.parse_args()
    folders = sorted(path.parent for path in options.data.glob("*/datapackage.json"))
    publications = [load_publication(folder) for folder in folders]
    options.page.parent.mkdir(parents=True, exist_ok=True)
    options.page.write_text("\n".join(map(gallery, publications)), encoding="utf-8")
    print(options.page)
    for path in write_pictures(publications[0], options.pictures):
        print(path)


if __name__ == "__main__":
    main()
