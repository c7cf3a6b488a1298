"""The data against the factsheet, transcribed here a second time; and what a broken file says."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from bot.data import Publication
from bot.files import DataError
from bot.paths import default_data
from bot.tables import load_publication

FOLDER = default_data() / "provincies-2024"
YEARS = (2014, 2016, 2018, 2020, 2022, 2024)

# The labels of figures 1, 2 and 3 in the order in which the text layer holds them.
FIGURE_1 = {  # pairs: 2022, 2024
    "agressie_totaal": (59, 47),
    "agressie_verbaal": (56, 46),
    "agressie_bedreiging": (32, 24),
    "agressie_fysiek": (5, 5),
}
FIGURE_2 = {
    "ernst_minder_ernstig": (17, 28, 24, 36, 46, 28),
    "ernst_ernstig": (8, 8, 13, 13, 13, 19),
}
FIGURE_3 = {  # triples: gemeenten, provincies, waterschappen
    2014: (23, 25, 15),
    2016: (27, 36, 9),
    2018: (30, 37, 9),
    2020: (35, 49, 21),
    2022: (49, 59, 30),
    2024: (47, 47, 23),
}
# What the running text says of 2024: value, precision, figure, page.
TEXT = {
    "wijze_van_agressie": (None, "qualitative", "4", 2),
    "incident_besproken": (50, "bound", "5", 2),
    "melding_intern": (30, "approximate", "5", 2),
    "melding_extern": (14, "approximate", "5", 2),
    "reden_niet_melden": (None, "qualitative", None, 2),
    "reden_geen_aangifte": (None, "qualitative", None, 2),
    "tevreden_bespreken": (81, "exact", None, 2),
    "tevreden_afhandeling": (79, "exact", None, 2),
    "aangifte": (4, "exact", None, 2),
    "negatieve_gevolgen": (60, "exact", "6", 2),
    "belangenverstrengeling": (None, "qualitative", "7", 3),
    "meestemmen_eigen_belang": (None, "qualitative", "7", 3),
    "gesprekscultuur": (90, "approximate", "8a", 3),
    "aandacht_bij_kwestie": (14, "approximate", "8a", 3),
    "dilemmas_bespreken": (None, "qualitative", "8b", 3),
    "aandacht_ondermijning": (None, "qualitative", "9", 3),
}
WORDS = {
    "incident_besproken": "minder dan de helft",
    "melding_intern": "drie op de tien",
    "melding_extern": "één op de zeven",
    "gesprekscultuur": "bijna negen op de tien",
    "aandacht_bij_kwestie": "één op de zeven",
}
REASONS = {
    "reden_niet_melden": (
        "ik vond het daar niet erg genoeg voor",
        "dergelijke incidenten horen bij mijn functie",
        "heeft geen zin, er wordt toch niets mee gedaan",
    ),
    "reden_geen_aangifte": (
        "ik vond het daar niet erg genoeg voor",
        "het was mijns inziens geen strafbaar feit",
        "heeft geen zin, er wordt toch niets mee gedaan",
    ),
}
READINGS = {
    ("agressie_totaal", "provincies", None, 2020, "equal"),
    ("agressie_totaal", "provincies", None, 2022, "less"),
    ("agressie_totaal", "provincies", None, 2014, "doubled"),
    ("agressie_totaal", "gemeenten", "waterschappen", None, "more"),
    ("agressie_totaal", "provincies", "waterschappen", None, "more"),
    ("belangenverstrengeling", "provincies", None, 2016, "more"),
    ("meestemmen_eigen_belang", "provincies", None, None, "equal"),
    ("meestemmen_eigen_belang", "provincies", None, 2020, "different"),
    ("gesprekscultuur", "provincies", "gemeenten", None, "more"),
    ("dilemmas_bespreken", "provincies", "gemeenten", None, "equal"),
    ("dilemmas_bespreken", "provincies", "waterschappen", None, "equal"),
    ("aandacht_ondermijning", "provincies", "gemeenten", None, "equal"),
    ("aandacht_ondermijning", "provincies", "waterschappen", None, "equal"),
}
FIGURES = {
    "1": (1, "some"),
    "2": (1, "all"),
    "3": (1, "all"),
    "4": (2, "none"),
    "5": (2, "words"),
    "6": (2, "text"),
    "7": (3, "none"),
    "8a": (3, "words"),
    "8b": (3, "none"),
    "9": (3, "none"),
}


@pytest.fixture(scope="module")
def publication() -> Publication:
    return load_publication(FOLDER)


def printed() -> dict[tuple[str, str, int], tuple[float | None, str, int]]:
    """Everything that the factsheet prints: value, precision and page."""
    facts: dict[tuple[str, str, int], tuple[float | None, str, int]] = {}
    for year, values in FIGURE_3.items():
        for tier, value in zip(("gemeenten", "provincies", "waterschappen"), values, strict=True):
            facts["agressie_totaal", tier, year] = (value, "exact", 1)
    for indicator, series in FIGURE_2.items():
        for year, value in zip(YEARS, series, strict=True):
            facts[indicator, "provincies", year] = (value, "exact", 1)
    for indicator, (before, now) in FIGURE_1.items():
        facts[indicator, "provincies", 2022] = (before, "exact", 1)
        facts[indicator, "provincies", 2024] = (now, "exact", 1)
    for indicator, (number, precision, _, page) in TEXT.items():
        facts[indicator, "provincies", 2024] = (number, precision, page)
    return facts


def test_the_data_is_the_factsheet_no_more_and_no_less(publication: Publication) -> None:
    held = {f.key: (f.value, f.precision, f.page) for f in publication.facts}
    assert held == printed()


def test_numbers_are_percentages_and_words_have_none(publication: Publication) -> None:
    for fact in publication.facts:
        assert fact.unit == ("" if fact.precision == "qualitative" else "%"), fact.key


def test_numbers_in_words_keep_their_words(publication: Publication) -> None:
    held = {
        f.indicator: f.words for f in publication.facts if f.precision in ("approximate", "bound")
    }
    assert held == WORDS


def test_facts_name_the_figure_that_prints_them(publication: Publication) -> None:
    for indicator, (_, _, figure, _) in TEXT.items():
        fact = publication.fact(indicator, "provincies", 2024)
        assert fact is not None
        assert fact.figure == figure, indicator


def test_the_two_grades_of_severity_add_up_to_the_total(publication: Publication) -> None:
    for year in YEARS:
        light, severe, total = (
            publication.fact(name, "provincies", year)
            for name in ("ernst_minder_ernstig", "ernst_ernstig", "agressie_totaal")
        )
        assert light is not None
        assert severe is not None
        assert total is not None
        assert (light.value or 0) + (severe.value or 0) == total.value, year


def test_figures_1_and_3_agree_on_the_total() -> None:
    assert FIGURE_1["agressie_totaal"] == (FIGURE_3[2022][1], FIGURE_3[2024][1])


@pytest.mark.parametrize("form", ["agressie_verbaal", "agressie_bedreiging", "agressie_fysiek"])
def test_points_without_a_label_are_unknown(publication: Publication, form: str) -> None:
    assert publication.years_of(form, "provincies") == (2022, 2024)


def test_only_the_total_is_given_for_other_tiers(publication: Publication) -> None:
    several = [name for name in publication.indicators if len(publication.tiers_of(name)) > 1]
    assert several == ["agressie_totaal"]


def test_lists_of_reasons(publication: Publication) -> None:
    for indicator, reasons in REASONS.items():
        assert tuple(r.text for r in publication.reasons_of(indicator)) == reasons
    assert {r.indicator for r in publication.reasons} == set(REASONS)


def test_published_readings(publication: Publication) -> None:
    held = [
        (r.indicator, r.tier, r.other_tier, r.other_year, r.outcome) for r in publication.readings
    ]
    assert len(held) == len(READINGS)
    assert set(held) == READINGS
    assert {r.year for r in publication.readings} == {2024}


def test_figures(publication: Publication) -> None:
    assert {f.id: (f.page, f.printed) for f in publication.figures.values()} == FIGURES


def test_each_figure_shows_facts(publication: Publication) -> None:
    for figure in publication.figures:
        series = publication.figure_series(figure)
        assert series, figure
        for one in series:
            assert publication.years_of(one.indicator, one.tier), (figure, one.indicator)


def test_data_people_recognise_the_package() -> None:
    package = json.loads((FOLDER / "datapackage.json").read_text(encoding="utf-8"))
    assert package["profile"] == "tabular-data-package"
    assert {r["path"] for r in package["resources"]} == {p.name for p in FOLDER.glob("*.csv")}
    tables = {r["name"]: r for r in package["resources"]}
    cells: dict[str, list[dict[str, str]]] = {}
    for name, resource in tables.items():
        with (FOLDER / resource["path"]).open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            cells[name] = list(reader)
        fields = resource["schema"]["fields"]
        assert reader.fieldnames == [field["name"] for field in fields], name
        for field in fields:
            allowed = field.get("constraints", {})
            for row in cells[name]:
                cell = row[field["name"]]
                assert cell or not allowed.get("required"), (name, field["name"])
                assert not cell or cell in allowed.get("enum", [cell]), (name, field["name"])
    for name, resource in tables.items():
        key = resource["schema"]["primaryKey"]
        names = [key] if isinstance(key, str) else key
        keys = [tuple(row[n] for n in names) for row in cells[name]]
        assert len(keys) == len(set(keys)), name
        for link in resource["schema"].get("foreignKeys", []):
            known = {row["id"] for row in cells[link["reference"]["resource"]]} | {""}
            assert {row[link["fields"]] for row in cells[name]} <= known, (name, link)


# Faults -----------------------------------------------------------------------------------------


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "copy"))


@pytest.mark.parametrize(
    ("table", "row", "old", "new", "said"),
    [
        ("observations", 2, "23", "veel", "column value"),
        ("observations", 3, "2016", "20l6", "column year"),
        ("observations", 3, "2016", "2014", "column indicator: repeats row 2"),
        ("observations", 4, "exact", "precies", "column precision"),
        ("observations", 4, "exact", "qualitative", "column value: .*precision"),
        ("observations", 5, "%", "", "column value: .*unit"),
        ("observations", 6, "agressie_totaal", "agresie", "column indicator: 'agresie'"),
        ("observations", 7, "gemeenten", "gemeente", "column tier: 'gemeente'"),
        ("observations", 8, ",3,", ",33,", "column figure: '33'"),
        ("reasons", 2, ",1,", ",0,", "column rank"),
        ("readings", 2, "equal", "same", "column outcome"),
        ("figures", 9, "8a,8,", "8a,acht,", "column number"),
        ("tiers", 2, "gemeenten,gemeenten,", "gemeenten,,", "column name"),
    ],
)
def test_a_fault_is_named_by_file_row_and_column(
    copy: Path, table: str, row: int, old: str, new: str, said: str
) -> None:
    path = copy / f"{table}.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    assert old in lines[row - 1]
    lines[row - 1] = lines[row - 1].replace(old, new, 1)
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataError, match=f"{table}.csv:{row}: {said}"):
        load_publication(copy)


@pytest.mark.parametrize(
    ("table", "row", "old", "new", "said"),
    [
        ("observations", 2, "23", "veel", "'veel' is no number; .*11.4"),
        ("observations", 3, "27", "1.390", "'1.390': write 1390, or for three decimals 1.3900"),
        ("observations", 4, ",exact,", ",,", "column precision: is empty; fill it in"),
        ("observations", 4, "exact", "precies", "none of 'exact', 'approximate', 'bound'"),
        ("figures", 9, "8a,8,", "8a,acht,", "'acht' is no whole number"),
        ("tiers", 2, "gemeenten,", "gemeenten,nog een,", "4 cells, where there are 3 columns"),
    ],
)
def test_a_fault_is_told_in_plain_words(
    copy: Path, table: str, row: int, old: str, new: str, said: str
) -> None:
    path = copy / f"{table}.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    assert old in lines[row - 1]
    lines[row - 1] = lines[row - 1].replace(old, new, 1)
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataError, match=f"{table}.csv:{row}: .*{said}"):
        load_publication(copy)


def test_all_faults_are_told_at_once(copy: Path) -> None:
    package = copy / "datapackage.json"
    package.write_text(package.read_text("utf-8").replace('"provincies",', '"provincie",', 1))
    tiers = copy / "tiers.csv"
    tiers.write_text(tiers.read_text("utf-8").replace("gemeenten,gemeenten,", "gemeenten,,", 1))
    facts = copy / "observations.csv"
    lines = facts.read_text("utf-8").splitlines()
    lines[4] = lines[4].replace("exact", "precies").replace("agressie_totaal", "agresie")
    lines[6] = lines[6].replace("20", "2O", 1)
    facts.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        load_publication(copy)
    key = next(
        number
        for number, line in enumerate(package.read_text("utf-8").splitlines(), start=1)
        if "default_tier" in line
    )
    told = [(fault.path.name, fault.line) for fault in caught.value.faults]
    assert sorted(told) == sorted(
        [
            ("datapackage.json", key),
            ("tiers.csv", 2),
            ("observations.csv", 5),
            ("observations.csv", 5),
            ("observations.csv", 7),
        ]
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"measure": ', '"maesure": ', "monitorbot.maesure: there is no such key; did you mean"),
        ('"version": ', '"vrsion": ', "version: is missing; add it"),
        ('"title": "', '"title": "", "x": "', "title: is empty; fill it in"),
        ('"monitorbot": {', '"monitorbot": {,', "not valid JSON"),
    ],
)
def test_a_fault_in_the_package_has_its_line(copy: Path, old: str, new: str, said: str) -> None:
    path = copy / "datapackage.json"
    text = path.read_text(encoding="utf-8").replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    # What is missing stands nowhere: then it is the line of what it is missing from.
    missing = "missing" in said
    line = 1 if missing else next(i for i, x in enumerate(text.splitlines(), 1) if new in x)
    with pytest.raises(DataError, match=f"datapackage.json:{line}: {said}"):
        load_publication(copy)


def test_a_missing_column_is_named(copy: Path) -> None:
    path = copy / "observations.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("year", "jaar", 1), encoding="utf-8")
    with pytest.raises(DataError, match=r"observations.csv:1: column 'year' is missing"):
        load_publication(copy)


def test_a_column_too_many_is_named(copy: Path) -> None:
    path = copy / "tiers.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line + ",x" for line in lines), encoding="utf-8")
    with pytest.raises(DataError, match=r"tiers.csv:1: column 'x' is unknown"):
        load_publication(copy)


@pytest.mark.parametrize("kept", [0, 40, 400])
def test_a_truncated_file_is_an_error(copy: Path, kept: int) -> None:
    path = copy / "indicators.csv"
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DataError, match=r"\.csv:\d"):
        load_publication(copy)


@pytest.mark.parametrize("name", ["datapackage.json", "observations.csv"])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(DataError, match=rf"{name}: not found"):
        load_publication(copy)


@pytest.mark.parametrize("name", ["datapackage.json", "observations.csv"])
def test_a_file_that_is_not_utf_8_is_named(copy: Path, name: str) -> None:
    path = copy / name
    path.write_bytes(path.read_bytes() + "é".encode("latin-1"))
    with pytest.raises(DataError, match=rf"{name}: not .*UTF-8"):
        load_publication(copy)


def test_a_package_without_a_table_says_which(copy: Path) -> None:
    path = copy / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    package["resources"] = [r for r in package["resources"] if r["name"] != "readings"]
    path.write_text(json.dumps(package), encoding="utf-8")
    with pytest.raises(DataError, match=r"datapackage.json:\d+: resources lacks readings"):
        load_publication(copy)
