"""Reads a publication: a folder with a ``datapackage.json`` and the CSV files that it lists.

It is a Frictionless data package. Every cell is checked, and everything that is wrong is told at
once: file, row (as a spreadsheet numbers it, the column names being row 1), column and cure.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import NoneType
from typing import Any, get_args

import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from bot.data import (
    Fact,
    Figure,
    Id,
    Indicator,
    Publication,
    Reading,
    Reason,
    Row,
    Series,
    Tier,
)
from bot.files import DataError, Fault, faults_of, in_words, line_in, read_text

PACKAGE = "datapackage.json"


class _Settings(BaseModel):
    """The package's own ``monitorbot`` block."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    default_tier: Id
    tier_word: str = ""
    """What one of the groups is called."""
    total_tier: str = ""
    """The group that is all others together; empty: there is none."""
    series_title: str = Field(min_length=1)
    measure: str = ""
    headline: Id
    """The indicator that is meant where a question names none."""


class _Source(BaseModel):
    title: str = Field(min_length=1)


class _Resource(BaseModel):
    name: str
    path: str


class _Package(BaseModel):
    name: Id
    title: str = Field(min_length=1)
    version: str
    created: date
    sources: list[_Source] = Field(min_length=1)
    monitorbot: _Settings
    resources: list[_Resource]


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a table holds."""

    row: type[Row]
    key: tuple[str, ...]
    """The columns that together occur once."""
    may_be_empty: bool = False


_TABLES = {
    "tiers": _Kind(Tier, ("id",)),
    "indicators": _Kind(Indicator, ("id",)),
    "observations": _Kind(Fact, ("indicator", "tier", "year")),
    # Not every source has figures, lists reasons, or draws conclusions.
    "figures": _Kind(Figure, ("id",), may_be_empty=True),
    "series": _Kind(Series, ("figure", "indicator", "tier"), may_be_empty=True),
    "reasons": _Kind(Reason, ("indicator", "tier", "year", "rank"), may_be_empty=True),
    "readings": _Kind(
        Reading, ("indicator", "tier", "year", "other_tier", "other_year"), may_be_empty=True
    ),
}
_REFERENCES = {
    "indicator": "indicators",
    "tier": "tiers",
    "other_tier": "tiers",
    "figure": "figures",
}
"""The columns that hold the id of a row in another table."""


@dataclass(slots=True)
class _Table:
    """A table as it was read: its cells by row number, and the rows that are sound."""

    path: Path
    cells: dict[int, dict[str, str]] = field(default_factory=dict)
    rows: list[Any] = field(default_factory=list)

    @property
    def ids(self) -> set[str]:
        """The ids, of faulty rows too: those are told about once."""
        return {cells["id"].strip() for cells in self.cells.values()}


def load_publication(folder: Path) -> Publication:
    """Load and check one publication.

    Raises:
        DataError: files are missing or malformed, or the tables contradict each other.
    """
    path = folder / PACKAGE
    text = read_text(path, DataError)
    package, faults = _package(path, text)
    tables: dict[str, _Table] = {}
    for name, kind in _TABLES.items():
        tables[name] = _Table(folder / _path_of(package, name))
        faults += _read(tables[name], kind)
    for table in tables.values():
        faults += _unknown_ids(table, tables)
    if isinstance(package, _Package):
        faults += _unknown_settings(path, text, package.monitorbot, tables)
    if faults or not isinstance(package, _Package):
        raise DataError(faults)
    return _publication(package, tables)


def _publication(package: _Package, tables: Mapping[str, _Table]) -> Publication:
    settings = package.monitorbot
    rows = {name: table.rows for name, table in tables.items()}
    frame = pd.DataFrame([row.model_dump() for row in rows["observations"]])
    return Publication(
        name=package.name,
        title=package.title,
        version=package.version,
        created=package.created,
        source=package.sources[0].title,
        series_title=settings.series_title,
        measure=settings.measure,
        tier_word=settings.tier_word,
        total_tier=settings.total_tier,
        default_tier=settings.default_tier,
        headline=settings.headline,
        tiers={row.id: row for row in rows["tiers"]},
        indicators={row.id: row for row in rows["indicators"]},
        figures={row.id: row for row in rows["figures"]},
        series=tuple(rows["series"]),
        reasons=tuple(rows["reasons"]),
        readings=tuple(rows["readings"]),
        observations=frame.set_index(["indicator", "tier", "year"]),
    )


# The package ----------------------------------------------------------------------------------


def _package(path: Path, text: str) -> tuple[_Package | None, list[Fault]]:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"not valid JSON: {error.msg}; look at commas, quotes and brackets here"
        raise DataError.at(path, error.lineno, message) from None
    try:
        package = _Package.model_validate(content)
    except ValidationError as error:
        return None, faults_of(error, path, _Package, _node(text))
    listed = {resource.name for resource in package.resources}
    missing = [name for name in _TABLES if name not in listed]
    if missing:
        line = line_in(_node(text), ["resources"])
        message = f"resources lacks {', '.join(missing)}; list each table with its name and path"
        return package, [Fault(path, line, message)]
    return package, []


def _path_of(package: _Package | None, name: str) -> str:
    """Where a table is: beside the package, where that does not say."""
    paths = {r.name: r.path for r in package.resources} if package else {}
    return paths.get(name, f"{name}.csv")


def _node(text: str) -> yaml.Node | None:
    """The package with its lines: JSON is YAML too, but for tabs."""
    try:
        return yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return None


def _unknown_settings(
    path: Path, text: str, settings: _Settings, tables: Mapping[str, _Table]
) -> list[Fault]:
    faults = []
    named = {"default_tier": "tiers", "headline": "indicators"}
    if settings.total_tier:
        named["total_tier"] = "tiers"
    for key, target in named.items():
        name = getattr(settings, key)
        if tables[target].cells and name not in tables[target].ids:
            line = line_in(_node(text), ["monitorbot", key])
            message = f"monitorbot.{key}: '{name}' is not an id in {tables[target].path.name}"
            faults.append(Fault(path, line, message))
    return faults


# The tables -----------------------------------------------------------------------------------


def _read(table: _Table, kind: _Kind) -> list[Fault]:
    """Fill in a table from its file; what is wrong with it."""
    path = table.path
    try:
        # Lines within a cell count as one row, as in a spreadsheet.
        lines = list(csv.reader(io.StringIO(read_text(path, DataError), newline=""), strict=True))
    except DataError as error:
        return list(error.faults)
    except csv.Error as error:
        return [Fault(path, 1, f"not a valid CSV file: {error}; look at the double quotes")]
    expected = list(kind.row.model_fields)
    if not lines:
        return [Fault(path, 1, f"the file is empty; the first row must be {','.join(expected)}")]
    header, *records = lines
    if faults := [Fault(path, 1, message) for message in _header_faults(header, expected)]:
        return faults
    first: dict[tuple[str, ...], int] = {}
    for number, record in enumerate(records, start=2):
        if not any(cell.strip() for cell in record):
            continue
        if len(record) != len(header):
            message = (
                f"{len(record)} cells, where there are {len(header)} columns; "
                "a text with a comma stands between double quotes"
            )
            faults.append(Fault(path, number, message))
            continue
        cells = dict(zip(header, record, strict=True))
        table.cells[number] = cells
        wrong = _add_row(table, number, kind, cells)
        identity = tuple(cells[column].strip() for column in kind.key)
        if not wrong and identity in first:
            message = (
                f"column {kind.key[0]}: repeats row {first[identity]} "
                f"({', '.join(filter(None, identity))}); each combination of "
                f"{', '.join(kind.key)} may occur once"
            )
            wrong = [Fault(path, number, message)]
        first.setdefault(identity, number)
        faults += wrong
    if not (table.cells or faults or kind.may_be_empty):
        faults.append(Fault(path, 2, "the table has no rows; fill it in"))
    return faults


def _header_faults(header: Sequence[str], expected: Sequence[str]) -> list[str]:
    if len(header) == 1 and ";" in header[0]:
        # What a spreadsheet that is set to Dutch writes.
        return ["separate the columns by commas, not by semicolons"]
    missing = [f"column '{name}' is missing" for name in expected if name not in header]
    unknown = [f"column '{name}' is unknown" for name in header if name not in expected]
    twice = [f"column '{name}' is there twice" for name in expected if header.count(name) > 1]
    columns = ", ".join(expected)
    return [f"{what}; the columns are {columns}" for what in (*missing, *unknown, *twice)]


def _add_row(table: _Table, number: int, kind: _Kind, cells: Mapping[str, str]) -> list[Fault]:
    filled: dict[str, str | None] = {}
    for column, spec in kind.row.model_fields.items():
        if cells[column].strip():
            filled[column] = cells[column]
        elif NoneType in get_args(spec.annotation):
            filled[column] = None
        elif spec.is_required():
            filled[column] = ""
    try:
        table.rows.append(kind.row.model_validate(filled))
        return []
    except ValidationError as error:
        return [
            Fault(table.path, number, f"column {_column(found)}: {in_words(found, kind.row)}")
            for found in error.errors(include_url=False)
        ]


def _column(found: ErrorDetails) -> str:
    # What is wrong with a row as a whole is the value, that does not fit the cells beside it.
    return str(found["loc"][0]) if found["loc"] else "value"


def _unknown_ids(table: _Table, tables: Mapping[str, _Table]) -> list[Fault]:
    """Cells that name a row of another table that is not there."""
    faults = []
    for number, cells in table.cells.items():
        for column, target in _REFERENCES.items():
            name = cells.get(column, "").strip()
            other = tables[target]
            if name and other.cells and name not in other.ids:
                message = f"column {column}: '{name}' is not an id in {other.path.name}"
                faults.append(Fault(table.path, number, message))
    return faults
