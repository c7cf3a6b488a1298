"""The facts: loads publications (Frictionless data packages) into one lookup.

A publication is a folder with a ``datapackage.json`` and the CSV files it lists. Every cell is
checked on loading; a fault is a :class:`DataError` that names the file, the row (as a spreadsheet
numbers it, the header being row 1) and the column.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

PERCENT = "%"
"""The unit of a share of people."""
Precision = Literal["exact", "approximate", "bound", "qualitative"]
Outcome = Literal["equal", "more", "less", "doubled", "different"]


class DataError(Exception):
    """A publication cannot be used; the message names file, row and column, and the cure."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Tier(_Row):
    """A tier of government (or whatever groups of people the publication compares)."""

    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    members: str = Field(min_length=1)
    adjective: str = ""


class Indicator(_Row):
    """What is measured, with the Dutch sentences that state it (see ``datapackage.json``)."""

    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    short: str = Field(min_length=1)
    kind: Literal["share", "words", "reasons"]
    group: str = ""
    question: str = Field(min_length=1)
    statement: str = Field(min_length=1)
    complement: str = ""
    note: str = ""
    unprinted: str = ""


class Figure(_Row):
    """A figure of the source, and what the source prints of it."""

    id: str = Field(min_length=1)
    number: int
    page: int
    form: Literal["lines", "stacked", "grouped", "words", "number", "card"]
    printed: Literal["all", "some", "words", "text", "none"]
    title: str = Field(min_length=1)
    finding: str = Field(min_length=1)
    measured: str = Field(min_length=1)
    known: str = ""
    unknown: str = ""


class Series(_Row):
    """One indicator in one tier, as a figure shows it."""

    figure: str
    indicator: str
    tier: str
    label: str = Field(min_length=1)


class Fact(_Row):
    """One observation: a value (in ``unit``; None where the source gives words only)."""

    indicator: str
    tier: str
    year: int = Field(ge=1900, le=2200)
    value: float | None
    unit: str = ""
    precision: Precision
    words: str = ""
    figure: str | None = None
    page: int

    @property
    def key(self) -> tuple[str, str, int]:
        """What identifies a fact: indicator, tier and year."""
        return (self.indicator, self.tier, self.year)

    @property
    def number(self) -> int | float | None:
        """The value as it is printed: whole where it is whole."""
        if self.value is None:
            return None
        return int(self.value) if self.value == int(self.value) else self.value

    @model_validator(mode="after")
    def _value_fits_precision(self) -> Fact:
        if (self.value is None) != (self.precision == "qualitative"):
            raise ValueError("value must be empty exactly where precision is 'qualitative'")
        if self.value is not None and not self.unit:
            raise ValueError("unit is missing: a value needs one, such as %")
        if self.precision in ("approximate", "bound") and not self.words:
            raise ValueError(f"words is missing: precision '{self.precision}' needs them")
        return self


class Reason(_Row):
    """One line of a ranked list of reasons."""

    indicator: str
    tier: str
    year: int
    rank: int = Field(ge=1)
    text: str = Field(min_length=1)
    page: int


class Reading(_Row):
    """What the source itself concludes about a change or a difference."""

    indicator: str
    tier: str
    year: int
    other_tier: str | None = None
    other_year: int | None = None
    outcome: Outcome
    text: str = Field(min_length=1)
    page: int


class _Settings(_Row):
    """The package's own ``monitorbot`` block."""

    default_tier: str
    headline: str
    """The indicator that is meant where a question names none."""
    series_title: str = Field(min_length=1)
    measure: str = Field(min_length=1)


class _Source(BaseModel):
    title: str = Field(min_length=1)


class _Resource(BaseModel):
    name: str
    path: str


class _Package(BaseModel):
    name: str
    title: str = Field(min_length=1)
    version: str
    sources: list[_Source] = Field(min_length=1)
    monitorbot: _Settings
    resources: list[_Resource]


_TABLES: dict[str, type[_Row]] = {
    "tiers": Tier,
    "indicators": Indicator,
    "figures": Figure,
    "series": Series,
    "observations": Fact,
    "reasons": Reason,
    "readings": Reading,
}
_KEYS = {
    "tiers": ("id",),
    "indicators": ("id",),
    "figures": ("id",),
    "series": ("figure", "indicator", "tier"),
    "observations": ("indicator", "tier", "year"),
    "reasons": ("indicator", "tier", "year", "rank"),
    "readings": ("indicator", "tier", "year", "other_tier", "other_year"),
}
_MAY_BE_EMPTY = (Reason, Reading)
"""Not every source lists reasons, or draws conclusions."""
_REFERENCES = {
    "indicator": "indicators",
    "tier": "tiers",
    "other_tier": "tiers",
    "figure": "figures",
}

Row = TypeVar("Row", bound=_Row)


@dataclass(frozen=True)
class Publication:
    """One factsheet: its metadata, tables and facts."""

    name: str
    title: str
    version: str
    source: str
    series_title: str
    measure: str
    default_tier: str
    headline: str
    tiers: Mapping[str, Tier]
    indicators: Mapping[str, Indicator]
    figures: Mapping[str, Figure]
    series: tuple[Series, ...]
    reasons: tuple[Reason, ...]
    readings: tuple[Reading, ...]
    observations: pd.DataFrame
    """The facts as a table, one row a fact, indexed by indicator, tier and year."""

    @cached_property
    def _facts(self) -> dict[tuple[str, str, int], Fact]:
        # Row access in pandas costs some 30 microseconds; a question may need twenty.
        records = self.observations.reset_index().to_dict("records")
        facts = (Fact.model_validate({k: _none(v) for k, v in r.items()}) for r in records)
        return {fact.key: fact for fact in facts}

    @cached_property
    def _series_years(self) -> dict[tuple[str, str], tuple[int, ...]]:
        grouped = self.observations.index.to_frame(index=False).groupby(["indicator", "tier"])
        return {key: tuple(sorted(rows["year"])) for key, rows in grouped}  # type: ignore[misc]

    @cached_property
    def examples(self) -> tuple[str, ...]:
        """A question about every indicator, the first of each kind before the others."""
        firsts: dict[str, str] = {}
        for spec in self.indicators.values():
            firsts.setdefault(spec.kind, spec.question)
        every = (spec.question for spec in self.indicators.values())
        return tuple(dict.fromkeys([*firsts.values(), *every]))

    def fact(self, indicator: str, tier: str, year: int) -> Fact | None:
        """The fact, or None where the source does not print it."""
        return self._facts.get((indicator, tier, year))

    @property
    def facts(self) -> Iterable[Fact]:
        """All facts, in the order of the file."""
        return self._facts.values()

    def years_of(self, indicator: str, tier: str) -> tuple[int, ...]:
        """The years the source prints for an indicator in a tier, ascending; may be empty."""
        return self._series_years.get((indicator, tier), ())

    @cached_property
    def _units(self) -> dict[str, set[str]]:
        units: dict[str, set[str]] = {}
        for fact in self.facts:
            units.setdefault(fact.indicator, set()).add(fact.unit)
        return units

    def is_share(self, indicator: str) -> bool:
        """Whether the source gives percentages of people, not numbers of something."""
        return PERCENT in self._units.get(indicator, set())

    def tiers_of(self, indicator: str) -> list[str]:
        """The tiers for which the source prints the indicator, in the order of ``tiers``."""
        return [tier for tier in self.tiers if self.years_of(indicator, tier)]

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Every measurement year, ascending."""
        return tuple(sorted({int(y) for y in self.observations.index.get_level_values("year")}))

    @cached_property
    def _groups(self) -> dict[str, list[str]]:
        grouped = _grouped(self.indicators.values(), lambda spec: spec.group)
        return {group: [spec.id for spec in specs] for group, specs in grouped.items() if group}

    def siblings(self, indicator: str) -> list[str]:
        """The indicators that divide up the same thing, itself included; none where it is alone."""
        spec = self.indicators.get(indicator)
        return self._groups.get(spec.group, []) if spec else []

    @cached_property
    def _readings_of(self) -> dict[str, list[Reading]]:
        return _grouped(self.readings, lambda reading: reading.indicator)

    def readings_of(self, indicator: str) -> list[Reading]:
        """What the source concludes about an indicator, in the order of the file."""
        return self._readings_of.get(indicator, [])

    @cached_property
    def _readings(self) -> dict[tuple[str, str, int, str, int], Reading]:
        readings: dict[tuple[str, str, int, str, int], Reading] = {}
        for r in self.readings:
            if r.other_tier or r.other_year:
                other = (r.other_tier or r.tier, r.other_year or r.year)
                readings.setdefault((r.indicator, r.tier, r.year, *other), r)
        return readings

    def reading(self, new: Fact, old: Fact) -> Reading | None:
        """What the source concludes about the change from one fact to another of its indicator."""
        if new.indicator != old.indicator:
            return None
        return self._readings.get((*new.key, old.tier, old.year))

    @cached_property
    def _figure_series(self) -> dict[str, list[Series]]:
        return _grouped(self.series, lambda series: series.figure)

    def figure_series(self, figure: str) -> list[Series]:
        """The series of a figure, in the order of its legend."""
        return self._figure_series.get(figure, [])

    @cached_property
    def _figures_of(self) -> dict[str, list[Fact]]:
        return _grouped((f for f in self.facts if f.figure), lambda fact: fact.indicator)

    def figures_of(self, indicator: str) -> list[str]:
        """The figure of each fact of an indicator, in the order of the file."""
        return [fact.figure for fact in self._figures_of.get(indicator, []) if fact.figure]

    @cached_property
    def _reasons_of(self) -> dict[str, list[Reason]]:
        return _grouped(sorted(self.reasons, key=lambda r: r.rank), lambda r: r.indicator)

    def reasons_of(self, indicator: str) -> list[Reason]:
        """The ranked reasons of an indicator, first to last."""
        return self._reasons_of.get(indicator, [])


def _grouped(rows: Iterable[Row], key: Callable[[Row], str]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def load_publication(folder: Path) -> Publication:
    """Load and check one publication.

    Raises:
        DataError: a file is missing or malformed, or the tables contradict each other.
    """
    package = _read_package(folder / "datapackage.json")
    paths = {resource.name: folder / resource.path for resource in package.resources}
    missing = [name for name in _TABLES if name not in paths]
    if missing:
        raise DataError(
            f"{folder / 'datapackage.json'}: resources lacks {', '.join(missing)}; "
            "list each table with its name and path"
        )
    rows: dict[str, list[Any]] = {
        name: _read_table(paths[name], model, _KEYS[name]) for name, model in _TABLES.items()
    }
    _check_references(paths, rows)
    if package.monitorbot.default_tier not in {tier.id for tier in rows["tiers"]}:
        raise DataError(
            f"{folder / 'datapackage.json'}: monitorbot.default_tier "
            f"'{package.monitorbot.default_tier}' is not an id in {paths['tiers'].name}"
        )
    if package.monitorbot.headline not in {indicator.id for indicator in rows["indicators"]}:
        raise DataError(
            f"{folder / 'datapackage.json'}: monitorbot.headline "
            f"'{package.monitorbot.headline}' is not an id in {paths['indicators'].name}"
        )
    frame = pd.DataFrame([row.model_dump() for row in rows["observations"]])
    return Publication(
        name=package.name,
        title=package.title,
        version=package.version,
        source=package.sources[0].title,
        series_title=package.monitorbot.series_title,
        measure=package.monitorbot.measure,
        default_tier=package.monitorbot.default_tier,
        headline=package.monitorbot.headline,
        tiers={row.id: row for row in rows["tiers"]},
        indicators={row.id: row for row in rows["indicators"]},
        figures={row.id: row for row in rows["figures"]},
        series=tuple(rows["series"]),
        reasons=tuple(rows["reasons"]),
        readings=tuple(rows["readings"]),
        observations=frame.set_index(["indicator", "tier", "year"]),
    )


def _read_package(path: Path) -> _Package:
    try:
        return _Package.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise DataError(f"{path}: not found; a publication needs this file") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: not valid JSON in UTF-8: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise DataError(f"{path}: {where}: {first['msg']}") from None


def _read_table(path: Path, model: type[Row], key: tuple[str, ...]) -> list[Row]:
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataError(f"{path}: not found, though datapackage.json lists it") from None
    except pd.errors.EmptyDataError:
        raise DataError(f"{path}: row 1: the file is empty; it needs a header row") from None
    except (pd.errors.ParserError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: not a valid CSV file in UTF-8: {error}") from None
    expected = list(model.model_fields)
    if any(";" in column for column in frame.columns):
        # What a spreadsheet that is set to Dutch writes.
        raise DataError(f"{path}: row 1: separate the columns by commas, not by semicolons")
    for column in expected:
        if column not in frame.columns:
            raise DataError(f"{path}: row 1: column '{column}' is missing")
    for column in frame.columns:
        if column not in expected:
            raise DataError(f"{path}: row 1: column '{column}' is unknown; expected {expected}")
    rows: list[Row] = []
    seen: dict[tuple[Any, ...], int] = {}
    for number, record in enumerate(frame.to_dict("records"), start=2):
        rows.append(_read_row(path, number, model, record))
        identity = tuple(record[column] for column in key)
        if identity in seen:
            raise DataError(
                f"{path}: row {number}, column {key[0]}: repeats row {seen[identity]} "
                f"({', '.join(filter(None, identity))}); each combination of "
                f"{', '.join(key)} may occur once"
            )
        seen[identity] = number
    if not rows and model not in _MAY_BE_EMPTY:
        raise DataError(f"{path}: row 2: the table has no rows")
    return rows


def _read_row(path: Path, number: int, model: type[Row], record: dict[Any, Any]) -> Row:
    optional = {n for n, f in model.model_fields.items() if not f.is_required()}
    nullable = {n for n, f in model.model_fields.items() if "None" in str(f.annotation)}
    cells = {
        column: None if cell == "" and column in nullable else cell
        for column, cell in record.items()
        if cell != "" or column in nullable or column not in optional
    }
    try:
        return model.model_validate(cells)
    except ValidationError as error:
        first = error.errors()[0]
        column = str(first["loc"][0]) if first["loc"] else "value"
        cell = record.get(column, "")
        raise DataError(
            f"{path}: row {number}, column {column}: {first['msg']} (found '{cell}')"
        ) from None


def _check_references(paths: Mapping[str, Path], rows: Mapping[str, list[Any]]) -> None:
    known = {name: {row.id for row in rows[name]} for name in ("tiers", "indicators", "figures")}
    for table, records in rows.items():
        for number, record in enumerate(records, start=2):
            for column, target in _REFERENCES.items():
                value = getattr(record, column, None)
                if value is not None and value not in known[target]:
                    raise DataError(
                        f"{paths[table]}: row {number}, column {column}: '{value}' is not an id "
                        f"in {paths[target].name}"
                    )


def _none(value: Any) -> Any:
    return None if value is None or value != value else value
