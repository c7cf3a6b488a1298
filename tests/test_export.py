"""The exported tables hold the facts of a figure, with where they are from and how precise."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bot.data import Publication
from bot.export import export, filename, rows
from bot.paths import default_data
from bot.tables import load_publication
from tests.other_publication import other_publication

SOURCE = (
    "Monitor Integriteit en Veiligheid 2024, deel agressie en intimidatie, Factsheet Provincies"
)


@pytest.fixture(scope="module")
def real() -> Publication:
    return load_publication(default_data() / "provincies-2024")


def read_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))


def read_xlsx(data: bytes) -> list[dict[str, Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    heading, *lines = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, heading), line, strict=True)) for line in lines]


def test_every_figure_gives_all_its_facts_in_both_formats(real: Publication) -> None:
    for figure in real.figures:
        held = [
            (s.indicator, real.tiers[s.tier].name, year, value)
            for s in real.figure_series(figure)
            for year in real.years_of(s.indicator, s.tier)
            if (fact := real.fact(s.indicator, s.tier, year))
            for value in [fact.number]
        ]
        from_csv = [
            (
                row["indicator"],
                row["bestuurslaag"],
                int(row["jaar"]),
                float(row["waarde"]) if row["waarde"] else None,
            )
            for row in read_csv(export(real, figure, "csv"))
        ]
        from_xlsx = [
            (row["indicator"], row["bestuurslaag"], row["jaar"], row["waarde"])
            for row in read_xlsx(export(real, figure, "xlsx"))
        ]
        assert from_csv == held
        assert from_xlsx == held
    assert len(rows(real, "3")) == 18


def test_rows_say_where_a_number_is_from_and_how_precise_it_is(real: Publication) -> None:
    by_indicator = {row["indicator"]: row for row in read_csv(export(real, "5", "csv"))}
    assert by_indicator["melding_extern"] == {
        "figuur": "5",
        "indicator": "melding_extern",
        "omschrijving": "externe melding, onder andere bij politie of eigen partij",
        "bestuurslaag": "provincies",
        "jaar": "2024",
        "waarde": "14",
        "eenheid": "%",
        "precisie": "ongeveer",
        "in woorden": "één op de zeven",
        "bron": SOURCE,
        "figuur in de bron": "5",
        "pagina": "2",
    }
    assert by_indicator["incident_besproken"]["precisie"] == "minder dan"
    figure_1 = read_csv(export(real, "1", "csv"))
    assert {row["precisie"] for row in figure_1} == {"exact"}
    # The totals of earlier years are printed in another figure.
    assert [row["figuur in de bron"] for row in figure_1] == ["3"] * 6 + ["1"] * 6


def test_facts_in_words_have_no_value(real: Publication) -> None:
    first, second = read_csv(export(real, "7", "csv"))
    assert first["waarde"] == second["waarde"] == ""
    assert first["precisie"] == "alleen in woorden"
    assert "toegenomen" in first["in woorden"]
    assert read_xlsx(export(real, "7", "xlsx"))[0]["waarde"] is None


def test_numbers_are_numbers(tmp_path: Path) -> None:
    other = other_publication(tmp_path)
    values = [row["waarde"] for row in read_xlsx(export(other, "C", "xlsx"))]
    assert values[:3] == [3.5, 4, 4.25]
    assert read_csv(export(other, "D", "csv"))[0]["waarde"] == "1250000"


@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
def test_the_same_table_is_the_same_bytes(real: Publication, fmt: Any) -> None:
    assert export(real, "3", fmt) == export(real, "3", fmt)


def test_a_text_that_looks_like_a_formula_stays_a_text(real: Publication) -> None:
    table = real.observations.reset_index()
    table["words"] = "=1+1"
    changed = replace(real, observations=table.set_index(["indicator", "tier", "year"]))
    sheet = openpyxl.load_workbook(io.BytesIO(export(changed, "6", "xlsx"))).worksheets[0]
    (cell,) = [cell for cell in sheet[2] if cell.value == "=1+1"]
    assert cell.data_type == "s"


def test_file_names(real: Publication) -> None:
    assert filename(real, "8a", "xlsx") == "provincies-2024-figuur-8a.xlsx"
    assert filename(real, "3", "csv") == "provincies-2024-figuur-3.csv"


def test_an_unknown_figure_is_a_key_error(real: Publication) -> None:
    with pytest.raises(KeyError):
        export(real, "10", "csv")
