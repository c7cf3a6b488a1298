"""The facts of a publication: the rows of its tables, and what can be looked up in them.

:mod:`bot.tables` reads them from files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal, TypeVar

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

PERCENT = "%"
"""The unit of a share of people."""
Precision = Literal["exact", "approximate", "bound", "above", "qualitative"]
"""``bound``: less than the value; ``above``: more than the value."""
BOUNDS = frozenset({"bound", "above"})
Outcome = Literal["equal", "more", "less", "doubled", "different"]


Id = Annotated[str, Field(min_length=1)]
_THOUSANDS = re.compile(r"\d{1,3}\.\d{3}")
"""Most likely a Dutch thousand: 1.390 read with a decimal point would be 1,39."""


class Row(BaseModel):
    """A row of a table: a field a column."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Tier(Row):
    """A tier of government (or whatever groups of people the publication compares)."""

    id: Id
    name: str = Field(min_length=1)
    members: str = Field(min_length=1)


class Indicator(Row):
    """What is measured, with the Dutch sentences that state it (see ``datapackage.json``)."""

    id: Id
    name: str = Field(min_length=1)
    short: str = Field(min_length=1)
    kind: Literal["share", "words", "reasons"]
    group: str = ""
    question: str = Field(min_length=1)
    statement: str = Field(min_length=1)
    complement: str = ""
    note: str = ""
    unprinted: str = ""
    measure: str = ""
    """Of whom or what its numbers are; empty: as the publication says."""
    years: tuple[Annotated[int, Field(ge=1900, le=2200)], ...] = ()
    """The years in which it was measured; empty: all those of the publication."""

    @field_validator("years", mode="before")
    @classmethod
    def _years_in_a_cell(cls, cell: object) -> object:
        if not isinstance(cell, str):
            return cell
        years = cell.replace(",", " ").split()
        if not all(year.isdecimal() for year in years):
            raise ValueError(f"'{cell}': write years with spaces between them: 2019 2021")
        return sorted({int(year) for year in years})


class Figure(Row):
    """A figure of the source, and what the source prints of it."""

    id: Id
    number: int
    page: int
    form: Literal["lines", "stacked", "grouped", "words", "number", "card"]
    printed: Literal["all", "some", "words", "text", "none"]
    title: str = Field(min_length=1)
    finding: str = Field(min_length=1)
    measured: str = Field(min_length=1)
    known: str = ""
    unknown: str = ""


class Series(Row):
    """One indicator in one tier, as a figure shows it."""

    figure: Id
    indicator: Id
    tier: Id
    label: str = Field(min_length=1)


class Fact(Row):
    """One observation: a value (in ``unit``; None where the source gives words only)."""

    indicator: Id
    tier: Id
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

    @field_validator("value", mode="before")
    @classmethod
    def _has_no_thousands(cls, cell: object) -> object:
        if isinstance(cell, str) and _THOUSANDS.fullmatch(cell.strip()):
            whole = cell.replace(".", "")
            raise ValueError(f"'{cell}': write {whole}, or for three decimals {cell}0")
        return cell

    @model_validator(mode="after")
    def _value_fits_precision(self) -> Fact:
        precision = self.precision
        if (self.value is None) != (precision == "qualitative"):
            cell = "" if self.value is None else self.number
            raise ValueError(
                f"'{cell}' does not fit precision '{precision}': only 'qualitative' has no value"
            )
        if self.value is not None and not self.unit:
            raise ValueError("its unit is missing; fill in % or a word in column unit")
        if precision in ("approximate", *BOUNDS) and not self.words:
            raise ValueError(f"its words are missing; '{precision}' needs them in column words")
        return self


class Reason(Row):
    """One line of a ranked list of reasons."""

    indicator: Id
    tier: Id
    year: int
    rank: int = Field(ge=1)
    text: str = Field(min_length=1)
    page: int


class Reading(Row):
    """What the source itself concludes about a change or a difference."""

    indicator: Id
    tier: Id
    year: int
    other_tier: str | None = None
    other_year: int | None = None
    outcome: Outcome
    text: str = Field(min_length=1)
    page: int


R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Publication:
    """One factsheet: its metadata, tables and facts."""

    name: str
    title: str
    version: str
    created: date
    """When it was put in these files; of two about the same year, the later is the newer."""
    source: str
    series_title: str
    measure: str
    tier_word: str
    """What the source calls one of its tiers; may be empty."""
    total_tier: str
    """The tier that is all others together, and is not compared with them; may be empty."""
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

    def facts_of(self, keys: Iterable[tuple[str, str, int]]) -> list[Fact]:
        """What the source prints of some indicators, tiers and years, in their order."""
        return [fact for key in keys if (fact := self.fact(*key)) is not None]

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

    def units_of(self, indicators: Iterable[str]) -> frozenset[str]:
        """The units of some indicators; none where the source gives words only."""
        found = (unit for name in indicators for unit in self._units.get(name, ()))
        return frozenset(unit for unit in found if unit)

    def is_share(self, indicator: str) -> bool:
        """Whether the source gives percentages of people, not numbers of something."""
        return PERCENT in self._units.get(indicator, set())

    @cached_property
    def compared_tiers(self) -> tuple[str, ...]:
        """The tiers that stand beside each other, in the order of ``tiers``."""
        return tuple(tier for tier in self.tiers if tier != self.total_tier)

    def tiers_of(self, indicator: str) -> list[str]:
        """The tiers for which the source prints the indicator, in the order of ``tiers``."""
        return [tier for tier in self.tiers if self.years_of(indicator, tier)]

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Every measurement year, ascending."""
        return tuple(sorted({int(y) for y in self.observations.index.get_level_values("year")}))

    def measured(self, indicator: str) -> tuple[int, ...]:
        """The years in which an indicator was measured, ascending, whether printed or not."""
        return self.indicators[indicator].years or self.years

    def has_change(self, indicator: str) -> bool:
        """Whether the source has several years of an indicator, or concludes something of them."""
        several = any(len(self.years_of(indicator, tier)) > 1 for tier in self.tiers)
        return several or bool(self.readings_of(indicator))

    def measure_of(self, indicator: str) -> str:
        """Of whom or what the numbers of an indicator are; may be empty."""
        return self.indicators[indicator].measure or self.measure

    @cached_property
    def _decimals(self) -> dict[str, int]:
        decimals: dict[str, int] = {}
        for fact in self.facts:
            _, _, rest = str(fact.number or 0).partition(".")
            decimals[fact.indicator] = max(decimals.get(fact.indicator, 0), len(rest))
        return decimals

    def decimals(self, indicator: str) -> int:
        """How many decimals the numbers of an indicator have: 5.10 beside 5.45."""
        return self._decimals.get(indicator, 0)

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

    def has_figure(self, name: str) -> bool:
        """Whether a figure has this name ("8a"), or some have it as their number ("8")."""
        return name in self.figures or any(str(f.number) == name for f in self.figures.values())

    def figures_of(self, indicator: str) -> list[str]:
        """The figure of each fact of an indicator, in the order of the file."""
        return [fact.figure for fact in self._figures_of.get(indicator, []) if fact.figure]

    @cached_property
    def _reasons_of(self) -> dict[str, list[Reason]]:
        return _grouped(sorted(self.reasons, key=lambda r: r.rank), lambda r: r.indicator)

    def reasons_of(self, indicator: str) -> list[Reason]:
        """The ranked reasons of an indicator, first to last."""
        return self._reasons_of.get(indicator, [])


def _grouped(rows: Iterable[R], key: Callable[[R], str]) -> dict[str, list[R]]:
    groups: dict[str, list[R]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def _none(value: Any) -> Any:
    return None if value is None or value != value else value
