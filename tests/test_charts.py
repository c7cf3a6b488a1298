"""Charts show the facts of the data, all of them and no others, and can be read by everyone."""

from __future__ import annotations

import io
import itertools
import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from PIL import Image

from bot.answer import ChartRequest
from bot.charts import describe, draw, fingerprint
from bot.charts.content import DESCRIPTION_LIMIT, compose
from bot.charts.forms import build, spread
from bot.charts.page import DARK, LIGHT, STYLE, Palette, contrast, luminance, wrap
from bot.charts.words import Words, load_words
from bot.data import Publication
from bot.files import LanguageError
from bot.gallery import gallery, requests
from bot.paths import default_data, default_intents
from bot.tables import load_publication
from bot.text import dutch_number
from tests.other_publication import other_publication

PICTURES = Path(__file__).parent.parent / "docs/pictures"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def real() -> Publication:
    return load_publication(default_data() / "provincies-2024")


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Publication:
    return other_publication(tmp_path_factory.mktemp("other"))


def figure_of(publication: Publication, request: ChartRequest, palette: Palette = LIGHT) -> Figure:
    with rc_context(STYLE):
        return build(compose(publication, request), palette)


def request(figure: str, *names: str, tiers: Any = (), years: Any = ()) -> ChartRequest:
    return ChartRequest("provincies-2024", figure, names, tuple(tiers), tuple(years))


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def drawn_points(figure: Figure) -> dict[str, set[tuple[int, float]]]:
    """Series -> the points that its lines go through, in data units."""
    points: dict[str, set[tuple[int, float]]] = {}
    line: Any
    for axes in figure.axes:
        for line in axes.lines:
            if line.get_gid():
                spots = {(int(x), float(y)) for x, y in line.get_xydata()}
                points.setdefault(line.get_gid() or "", set()).update(spots)
    return points


def drawn_bars(figure: Figure) -> dict[str, list[tuple[float, float]]]:
    """Series/year -> from where to where its bar goes, in data units."""
    bars: dict[str, list[tuple[float, float]]] = {}
    for axes in figure.axes:
        for patch in axes.patches:
            assert isinstance(patch, Rectangle)
            low = patch.get_y()
            bars.setdefault(patch.get_gid() or "", []).append((low, low + patch.get_height()))
    return bars


def blocks(figure: Figure, key: str) -> list[Rectangle]:
    """The filled blocks that show a share."""
    return [p for p in figure.findobj(Rectangle) if p.get_gid() == key]


# --- what is drawn is what the data says ---------------------------------------------------


def test_figure_1_draws_the_printed_points_and_no_others(real: Publication) -> None:
    assert drawn_points(figure_of(real, request("1"))) == {
        "agressie_totaal/provincies": {
            (2014, 25), (2016, 36), (2018, 37), (2020, 49), (2022, 59), (2024, 47),
        },
        "agressie_verbaal/provincies": {(2022, 56), (2024, 46)},
        "agressie_bedreiging/provincies": {(2022, 32), (2024, 24)},
        "agressie_fysiek/provincies": {(2022, 5), (2024, 5)},
    }  # fmt: skip


def test_figure_2_stacks_the_parts_from_zero_to_the_total(real: Publication) -> None:
    figure = figure_of(real, request("2"))
    minor = {2014: 17, 2016: 28, 2018: 24, 2020: 36, 2022: 46, 2024: 28}
    total = {2014: 25, 2016: 36, 2018: 37, 2020: 49, 2022: 59, 2024: 47}
    expected = {
        f"ernst_minder_ernstig/provincies/{year}": [(0, value)] for year, value in minor.items()
    } | {
        f"ernst_ernstig/provincies/{year}": [(minor[year], value)] for year, value in total.items()
    }
    assert drawn_bars(figure) == expected
    assert {f"{value}%" for value in total.values()} <= set(texts(figure))


def test_figure_3_draws_every_tier_on_the_same_scale(real: Publication) -> None:
    figure = figure_of(real, request("3"))
    expected = {
        f"agressie_totaal/{fact.tier}/{fact.year}": [(0, fact.value)]
        for fact in real.facts
        if fact.indicator == "agressie_totaal"
    }
    assert len(expected) == 18
    assert drawn_bars(figure) == expected
    assert len({axes.get_ylim() for axes in figure.axes}) == 1


def test_bars_and_lines_stand_on_zero(real: Publication, other: Publication) -> None:
    for publication in (real, other):
        for about in publication.figures:
            chart = ChartRequest(publication.name, about)
            assert all(axes.get_ylim()[0] == 0 for axes in figure_of(publication, chart).axes)


def test_figure_5_shows_words_as_blocks_and_a_bound_hatched(real: Publication) -> None:
    figure = figure_of(real, request("5"))
    assert len(blocks(figure, "melding_intern/provincies")) == 3
    assert len(blocks(figure, "melding_extern/provincies")) == 1
    (bound,) = blocks(figure, "incident_besproken/provincies")
    assert bound.get_hatch()
    assert {"Drie op de tien", "ongeveer 30%", "Eén op de zeven", "ongeveer 14%"} <= set(
        texts(figure)
    )


def test_figure_6_fills_sixty_of_a_hundred_blocks(real: Publication) -> None:
    figure = figure_of(real, request("6"))
    assert len(blocks(figure, "negatieve_gevolgen/provincies")) == 60
    assert "60%" in texts(figure)


def test_an_exact_share_in_running_text_is_a_bar_of_that_length(real: Publication) -> None:
    figure = figure_of(real, request("", "tevreden_bespreken", "tevreden_afhandeling"))
    (one,) = blocks(figure, "tevreden_bespreken/provincies")
    (two,) = blocks(figure, "tevreden_afhandeling/provincies")
    assert one.get_width() / two.get_width() == pytest.approx(81 / 79)


def test_a_year_that_is_not_printed_breaks_the_line(real: Publication) -> None:
    table = real.observations.drop(index=[("agressie_totaal", "provincies", 2018)])
    figure = figure_of(replace(real, observations=table), request("1"))
    lines: list[Any] = figure.axes[0].lines[:]
    runs = [
        [int(x) for x, _ in line.get_xydata()]
        for line in lines
        if line.get_gid() == "agressie_totaal/provincies"
    ]
    assert runs == [[2014, 2016], [2020, 2022, 2024]]


def test_cards_say_what_is_known_and_what_is_not(real: Publication) -> None:
    for about in ("4", "7", "8b", "9"):
        shown = " ".join(texts(figure_of(real, request(about))))
        assert real.figures[about].known in shown
        assert real.figures[about].unknown in shown


def test_reasons_are_a_ranked_card(real: Publication) -> None:
    figure = figure_of(real, request("", "reden_geen_aangifte"))
    shown = texts(figure)
    assert [text for text in shown if text.isdigit()] == ["1", "2", "3"]
    joined = " ".join(shown)
    for reason in real.reasons_of("reden_geen_aangifte"):
        assert reason.text[1:] in joined


def numbers_of(publication: Publication, about: str) -> set[str]:
    """The numbers that the data holds for a figure, as they are written in it."""
    held = set()
    for series in publication.figure_series(about):
        for year in publication.years_of(series.indicator, series.tier):
            fact = publication.fact(series.indicator, series.tier, year)
            assert fact
            if fact.number is not None:
                held.add(f"{dutch_number(fact.number)}{'%' if fact.unit == '%' else ''}")
    return held


def test_svg_text_holds_all_numbers_of_the_data_and_no_others(real: Publication) -> None:
    totals = {"25%", "36%", "37%", "49%", "59%", "47%"}  # of figure 2, see facts of figure 3
    for about, figure in real.figures.items():
        root = ET.fromstring(draw(real, request(about), fmt="svg"))
        shown = [element.text or "" for element in root.iter(f"{SVG}text")]
        place = next(i for i, text in enumerate(shown) if text.startswith("Bron:"))
        numbers = set(re.findall(r"\d[\d.,]*\d%?|\d%?", " ".join(shown[:place])))
        years = {str(year) for year in real.years}
        expected = numbers_of(real, about) | (totals if figure.form == "stacked" else set())
        assert numbers - years == expected, about


def test_svg_is_real_text_with_a_text_alternative(real: Publication) -> None:
    root = ET.fromstring(draw(real, request("3"), fmt="svg"))
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == real.figures["3"].finding
    assert root[1].tag == f"{SVG}desc"
    assert root[1].text == describe(real, request("3"))
    assert root.get("aria-labelledby") == f"{root[0].get('id')} {root[1].get('id')}"
    styles = {element.get("style", "") for element in root.iter(f"{SVG}text")}
    assert all("Fira Sans" in style for style in styles)
    assert b"font-face" not in ET.tostring(root)  # in an instruction, not in the text


# --- emphasis ------------------------------------------------------------------------------


def bar_colours(figure: Figure) -> dict[str, str]:
    return {
        patch.get_gid() or "": to_hex(patch.get_facecolor())
        for axes in figure.axes
        for patch in axes.patches
    }


def test_only_the_asked_bar_is_in_colour(real: Publication) -> None:
    figure = figure_of(real, request("3", tiers=["waterschappen"], years=[2018]))
    colours = bar_colours(figure)
    asked = colours.pop("agressie_totaal/waterschappen/2018")
    assert asked not in colours.values()
    assert len(set(colours.values())) == 1
    assert len(colours) == 17
    assert blocks(figure, "asked/2018")


def test_asked_series_keep_their_colours_and_the_others_are_muted(real: Publication) -> None:
    asked = {"agressie_verbaal/provincies", "agressie_fysiek/provincies"}
    figure = figure_of(real, request("1", "agressie_verbaal", "agressie_fysiek"))
    for line in figure.axes[0].lines:
        if line.get_gid():
            assert (line.get_color() == LIGHT.muted) == (line.get_gid() not in asked)


@pytest.mark.parametrize(
    "nothing",
    [
        request("3"),
        request("3", "agressie_totaal"),
        request("3", years=[2014, 2016, 2018, 2020, 2022, 2024]),
        request("3", "aangifte", tiers=["rijk"], years=[2015]),
    ],
)
def test_what_emphasises_nothing_mutes_nothing(real: Publication, nothing: ChartRequest) -> None:
    colours = bar_colours(figure_of(real, nothing))
    assert len(set(colours.values())) == 1
    assert compose(real, nothing).title == real.figures["3"].finding


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        (
            request("3", "agressie_totaal", tiers=["gemeenten"], years=[2016]),
            "Agressie bij gemeenten in 2016: 27%",
        ),
        (
            request("3", "agressie_totaal", tiers=["provincies"], years=[2020, 2024]),
            "Agressie bij provincies in 2024: evenveel als in 2020",
        ),
        (
            request("3", tiers=["gemeenten"], years=[2014, 2024]),
            "Agressie bij gemeenten: 23% in 2014, 47% in 2024",
        ),
        (
            request("3", tiers=["gemeenten"]),
            "Agressie bij gemeenten van 2014 tot en met 2024",
        ),
        (
            request("3", tiers=["provincies"]),
            "Agressie bij provincies in 2024: bijna verdubbeld "
            "ten opzichte van tien jaar geleden (2014)",
        ),
        (
            request("2", "ernst_ernstig", years=[2020]),
            "Ernstig incident bij provincies in 2020: 13%",
        ),
        (request("1", years=[2022]), "Bijna de helft kreeg in 2024 te maken met agressie"),
    ],
)
def test_the_title_says_what_was_asked(real: Publication, asked: ChartRequest, title: str) -> None:
    assert compose(real, asked).title == title


# --- text alternative ----------------------------------------------------------------------


def test_descriptions_hold_the_numbers_and_the_source(
    real: Publication, other: Publication
) -> None:
    for publication in (real, other):
        for _, about in requests(publication):
            text = describe(publication, about)
            assert len(text) <= DESCRIPTION_LIMIT
            assert publication.source in text
            assert text.endswith(".")
    for figure in ("1", "2", "3", "6", "8a"):
        numbers = set(re.findall(r"\d+%", describe(real, request(figure))))
        assert numbers == numbers_of(real, figure)


def test_description_of_words(real: Publication) -> None:
    assert describe(real, request("5")) == (
        "Een minderheid besprak het incident in de organisatie. "
        "Politieke ambtsdragers van provincies die met agressie te maken kregen (2024). "
        "Minder dan de helft besprak het incident met iemand in de organisatie. "
        "Drie op de tien (ongeveer 30%) deden een officiële interne melding. "
        "Eén op de zeven (ongeveer 14%) meldde het extern. "
        "De precieze percentages staan niet in de tekst van de factsheet. "
        "Bron: Monitor Integriteit en Veiligheid 2024, deel agressie en intimidatie, "
        "Factsheet Provincies, figuur 5, pagina 2."
    )


def test_a_long_description_keeps_its_source(real: Publication) -> None:
    long = replace(compose(real, request("3")), known=("Een zin die lang is." * 60,))
    text = long.describe()
    assert len(text) <= DESCRIPTION_LIMIT
    assert "…" in text
    assert text.endswith("figuur 3, pagina 1.")


# --- layout: everything can be read --------------------------------------------------------


def boxes(figure: Figure) -> Iterator[tuple[str, Any]]:
    renderer: Any = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    for text in figure.texts:
        yield text.get_text(), Text.get_window_extent(text, renderer)


def all_charts(publication: Publication) -> list[tuple[str, ChartRequest]]:
    return list(requests(publication))


@pytest.mark.parametrize("which", ["real", "other"])
def test_no_text_overlaps_another_or_leaves_the_page(
    which: str, real: Publication, other: Publication
) -> None:
    publication = {"real": real, "other": other}[which]
    for heading, about in all_charts(publication):
        figure = figure_of(publication, about)
        placed = list(boxes(figure))
        for text, box in placed:
            assert box.x0 >= figure.bbox.x0, (heading, text)
            assert box.x1 <= figure.bbox.x1, (heading, text)
            assert box.y0 >= 0, (heading, text)
            assert box.y1 <= figure.bbox.y1, (heading, text)
        for (one, a), (two, b) in itertools.combinations(placed, 2):
            across = min(a.x1, b.x1) - max(a.x0, b.x0)
            down = min(a.y1, b.y1) - max(a.y0, b.y0)
            # Boxes include room for accents and descenders: lines may share a few dots of it.
            assert across <= 0 or down <= 12, (heading, one, two)


def test_no_text_is_smaller_than_can_be_read_on_a_phone(real: Publication) -> None:
    for _, about in all_charts(real):
        figure = figure_of(real, about)
        pixels = [float(text.get_fontsize()) / 0.72 * 390 / 400 for text in figure.texts]
        assert min(pixels) >= 11


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_contrast(palette: Palette) -> None:
    for ground in (palette.background, palette.band):
        for ink in (palette.ink, palette.quiet):
            assert contrast(ink, ground) >= 4.5
        marks = {palette.accent, palette.muted}
        marks |= {*palette.series, *palette.parts, *palette.muted_parts}
        for mark in marks:
            assert contrast(mark, ground) >= 3, (mark, ground)
    assert contrast(palette.accent, palette.background) >= 4.5  # headings are in it too
    for part in (*palette.parts, *palette.muted_parts):
        assert max(contrast(part, "#ffffff"), contrast(part, "#16202c")) >= 4.5, part


# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
BLINDNESS = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def lab(linear: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Linear sRGB to CIE Lab (D65)."""
    matrix = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = (np.array(matrix) @ np.clip(linear, 0, 1)) / np.array([0.9505, 1, 1.089])
    f = [math.cbrt(t) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def linear(colour: str) -> np.ndarray[Any, Any]:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return np.array([c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels])


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_series_stay_apart_for_the_colour_blind_and_in_grey(palette: Palette) -> None:
    for colours in (palette.series, palette.parts, palette.muted_parts[:2]):
        for one, two in itertools.combinations(colours, 2):
            light, dark = sorted((luminance(one), luminance(two)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 1.25, ("grey", one, two)
            for kind, matrix in BLINDNESS.items():
                seen = [lab(np.array(matrix) @ linear(colour)) for colour in (one, two)]
                assert np.linalg.norm(seen[0] - seen[1]) >= 12, (kind, one, two)


def test_png_fits_a_phone(real: Publication) -> None:
    for _, about in all_charts(real)[::3]:
        data = draw(real, about)
        picture = Image.open(io.BytesIO(data))
        assert len(data) < 200_000
        assert picture.width == 1024
        assert picture.height < 2 * picture.width


@pytest.mark.parametrize("path", sorted(PICTURES.glob("*.png")), ids=lambda path: path.stem)
def test_pictures_of_the_readme_are_as_drawn_now(real: Publication, path: Path) -> None:
    """Compared small and with some room, so that another font rasteriser makes no difference."""
    match = re.fullmatch(r"figure-(\w+?)(-dark)?", path.stem)
    assert match
    now = Image.open(io.BytesIO(draw(real, request(match[1]), dark=bool(match[2]))))
    then = Image.open(path)
    assert abs(now.height - then.height) <= 8, "run make gallery"
    size = (256, 256)
    pixels = [
        np.asarray(picture.convert("RGB").resize(size), dtype=float) for picture in (now, then)
    ]
    assert np.abs(pixels[0] - pixels[1]).mean() < 2, "run make gallery"


def test_there_are_pictures_for_the_readme(real: Publication) -> None:
    forms = {figure.form for figure in real.figures.values()}
    assert len(list(PICTURES.glob("figure-*.png"))) == 2 * len(forms)


# --- bytes, cache and threads --------------------------------------------------------------


@pytest.mark.parametrize("fmt", ["png", "svg", "pdf"])
def test_the_same_chart_is_the_same_bytes(real: Publication, fmt: Any) -> None:
    from bot.charts import _drawing

    first = draw(real, request("3", years=[2024]), fmt=fmt)
    assert draw(real, request("3", years=[2024]), fmt=fmt) is first
    _drawing.cache_clear()
    again = draw(real, request("3", years=[2024]), fmt=fmt)
    assert again is not first
    assert again == first


def test_other_data_is_another_chart(real: Publication) -> None:
    table = real.observations.reset_index()
    table["value"] = table["value"].replace(59, 58)
    changed = replace(
        real, observations=table.set_index(["indicator", "tier", "year"]).sort_index()
    )
    assert draw(changed, request("3")) != draw(real, request("3"))
    assert fingerprint(changed, request("3")) != fingerprint(real, request("3"))
    assert fingerprint(real, request("3"), dark=True) != fingerprint(real, request("3"))
    assert fingerprint(real, request("3")) == fingerprint(real, request("3", "agressie_totaal"))


def test_threads_do_not_disturb_each_other(real: Publication) -> None:
    from bot.charts import _drawing

    wanted = [(about, dark) for about in ("1", "2", "6") for dark in (False, True)]
    alone = [draw(real, request(about), dark=dark) for about, dark in wanted]
    _drawing.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        together = pool.map(lambda pair: draw(real, request(pair[0]), dark=pair[1]), wanted)
        assert list(together) == alone


def test_describing_loads_no_drawing_code() -> None:
    code = (
        "import sys\n"
        "from bot.answer import ChartRequest\n"
        "from bot.charts import describe, draw\n"
        "from bot.tables import load_publication\n"
        "from bot.paths import default_data\n"
        "real = load_publication(default_data() / 'provincies-2024')\n"
        "describe(real, ChartRequest(real.name, '3'))\n"
        "assert 'matplotlib' not in sys.modules\n"
        "draw(real, ChartRequest(real.name, '3'))\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


# --- other publications, and faults --------------------------------------------------------


def test_absolute_numbers_in_dutch_notation(other: Publication) -> None:
    shown = texts(figure_of(other, ChartRequest(other.name, "A")))
    assert {"980", "1.250", "12.400"} <= set(shown)
    assert numbers_of(other, "A") <= set(shown)
    stack = texts(figure_of(other, ChartRequest(other.name, "B")))
    assert {"650", "1.250", "1.525"} <= set(stack)
    lines = figure_of(other, ChartRequest(other.name, "C"))
    assert {"3,50", "4,25", "4,00", "5,6"} <= set(texts(lines))
    assert lines.axes[0].get_ylim()[1] < 7
    assert "1.250.000 euro" in texts(figure_of(other, ChartRequest(other.name, "D")))
    assert "ongeveer 1.700 keer" in texts(figure_of(other, ChartRequest(other.name, "E")))


def test_the_unit_is_named_where_the_labels_leave_it_out(
    other: Publication, real: Publication
) -> None:
    figures = dict(other.figures)
    figures["A"] = figures["A"].model_copy(update={"measured": "Naar jaar"})
    changed = replace(other, figures=figures)
    assert "Aantallen: meldingen." in compose(changed, ChartRequest("", "A")).notes
    assert compose(other, ChartRequest("", "A")).notes == ()
    assert compose(real, request("3")).notes == ()


@pytest.mark.parametrize("wrong", [request("10"), request(""), request("", "niets")])
def test_an_unknown_figure_or_indicator_is_a_key_error(
    real: Publication, wrong: ChartRequest
) -> None:
    with pytest.raises(KeyError):
        draw(real, wrong)


def test_gallery_shows_every_chart_light_and_dark(real: Publication) -> None:
    page = gallery(replace(real, figures={"6": real.figures["6"]}))
    assert page.count("<img ") == 2 * len(
        list(requests(replace(real, figures={"6": real.figures["6"]})))
    )
    assert "Zes op de tien ervaren negatieve gevolgen" in page


def test_wrapping_keeps_a_number_with_the_word_before_it() -> None:
    lines = wrap("Agressie bij waterschappen in 2018: 9%", 21, 700, 260, even=True)
    assert len(lines) == 2
    assert "in 2018: 9%" in lines[1]
    assert " ".join(lines) == "Agressie bij waterschappen in 2018: 9%"


def test_spread_moves_labels_apart_as_little_as_needed() -> None:
    assert spread([10, 50], [10, 10], 0, 100) == [10, 50]
    assert spread([50, 51], [10, 10], 0, 100) == [45.5, 55.5]
    assert spread([51, 50], [10, 10], 0, 100) == [55.5, 45.5]
    assert spread([2, 3, 99], [10, 10, 10], 0, 100) == [5, 15, 95]


@pytest.mark.parametrize(
    ("value", "text"),
    [(5, "5"), (1250, "1.250"), (3.5, "3,5"), (1250000.25, "1.250.000,25"), (26 - 22.8, "3,2")],
)
def test_dutch_numbers(value: float, text: str) -> None:
    assert dutch_number(value) == text


def test_a_fault_in_the_words_names_the_file_and_the_key(tmp_path: Path) -> None:
    good = (default_intents() / "common/charts.yaml").read_text(encoding="utf-8")
    path = tmp_path / "charts.yaml"
    path.write_text(good.replace("  subject:", "  subjct:"), encoding="utf-8")
    with pytest.raises(LanguageError, match=r"charts\.yaml:\d+: titles\.subject: is missing"):
        load_words(tmp_path)
    path.write_text("a: [", encoding="utf-8")
    with pytest.raises(LanguageError, match="not valid YAML"):
        load_words(tmp_path)
    with pytest.raises(LanguageError, match="not found"):
        load_words(tmp_path / "none")


def test_words_join() -> None:
    words = load_words()
    assert isinstance(words, Words)
    assert words.join(["a", "b", "c"]) == "a, b en c"
    assert words.join(["a"]) == "a"
