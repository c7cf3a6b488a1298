"""The numbers of a figure as a table: CSV for data people, XLSX for everyone else."""

from __future__ import annotations

import csv
import datetime
import io
from typing import Literal

from bot.charts.content import facts_of
from bot.charts.words import Words, load_words
from bot.data import Publication

TableFormat = Literal["csv", "xlsx"]
Cell = str | int | float | None


def rows(
    publication: Publication, figure: str, words: Words | None = None
) -> list[dict[str, Cell]]:
    """What the source prints of a figure, one dictionary a fact, headings in Dutch (``words``).

    A fact in words only has no value: its words are there instead.

    Raises:
        KeyError: the publication has no such figure.
    """
    words = words or load_words()
    columns = words.columns
    result: list[dict[str, Cell]] = []
    about = publication.figures[figure]
    for series in publication.figure_series(about.id):
        indicator = publication.indicators[series.indicator]
        tier = publication.tiers[series.tier]
        for fact in facts_of(publication, series.indicator, series.tier):
            said = fact.words
            if fact.number is None:
                said = indicator.statement.format(
                    year=fact.year, members=tier.members, tier=tier.name, value="", reasons=""
                )
            result.append(
                {
                    columns.figure: about.id,
                    columns.indicator: fact.indicator,
                    columns.name: indicator.name,
                    publication.tier_word or columns.tier: tier.name,
                    columns.year: fact.year,
                    columns.value: fact.number,
                    columns.unit: fact.unit,
                    columns.precision: getattr(words.precisions, fact.precision),
                    columns.words: said,
                    columns.source: publication.source,
                    # A figure may repeat a number that another one prints.
                    columns.source_figure: fact.figure or about.id,
                    columns.page: fact.page,
                }
            )
    return result


def export(
    publication: Publication, figure: str, fmt: TableFormat, words: Words | None = None
) -> bytes:
    """The table of a figure as a file: the same bytes for the same data.

    CSV is UTF-8 with commas and decimal points (RFC 4180).

    Raises:
        KeyError: the publication has no such figure.
    """
    words = words or load_words()
    table = rows(publication, figure, words)
    return _csv(table) if fmt == "csv" else _xlsx(table, publication, figure, words)


def filename(
    publication: Publication, figure: str, fmt: TableFormat, words: Words | None = None
) -> str:
    """A name for the file, which says where the numbers are from."""
    sheet = (words or load_words()).sheet.format(figure=figure)
    return f"{publication.name}-{sheet}.{fmt}".replace(" ", "-")


def _csv(table: list[dict[str, Cell]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, fieldnames=list(table[0]))
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue().encode()


def _xlsx(
    table: list[dict[str, Cell]], publication: Publication, figure: str, words: Words
) -> bytes:
    # Loaded here: nothing else needs it, and a question should not wait for it.
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        about = publication.figures[figure]
        book.set_properties(
            {
                "title": about.finding,
                "subject": about.measured,
                "comments": publication.source,
                # A moment of its own would make every file another one.
                "created": datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC),
            }
        )
        sheet = book.add_worksheet(words.sheet.format(figure=figure))
        sheet.write_row(0, 0, list(table[0]), book.add_format({"bold": True, "bottom": 1}))
        for number, row in enumerate(table, start=1):
            sheet.write_row(number, 0, list(row.values()))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(table), len(table[0]) - 1)
        sheet.autofit(max_width=420)
    return out.getvalue()
