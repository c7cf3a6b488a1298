"""The Dutch words of charts and exported tables, which are not in the data: ``charts.yaml``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from bot.data import Fact
from bot.files import read_yaml
from bot.paths import default_intents
from bot.text import dutch_number


class _Texts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Numbers(_Texts):
    exact: str
    approximate: str
    bound: str
    above: str


class _Titles(_Texts):
    value: str
    reading: str
    change: str
    trend: str
    subject: str
    reasons: str
    several_reasons: str


class _Notes(_Texts):
    unit: str
    approximate: str
    bound: str
    above: str
    waffle: str


class _Description(_Texts):
    series: str
    point: str


class _Precisions(_Numbers):
    qualitative: str


class _Columns(_Texts):
    figure: str
    indicator: str
    name: str
    tier: str
    year: str
    value: str
    unit: str
    precision: str
    words: str
    source: str
    source_figure: str
    page: str


class Words(_Texts):
    """``charts.yaml``; see the comments there."""

    source: str
    figure: str
    page: str
    and_: str = Field(alias="and")
    precision: _Numbers
    in_words: str
    short: _Numbers
    missing: str
    unprinted: str
    total: str
    titles: _Titles
    known: str
    unknown: str
    notes: _Notes
    description: _Description
    columns: _Columns
    precisions: _Precisions
    sheet: str

    def join(self, parts: list[str]) -> str:
        """The parts as a list in a sentence: "a, b en c"."""
        if len(parts) < 2:
            return "".join(parts)
        return f"{', '.join(parts[:-1])} {self.and_} {parts[-1]}"

    def value(self, fact: Fact, decimals: int, *, short: bool = False) -> str:
        """A fact's value as a reader sees it, such as "47%" or "ongeveer 30%"."""
        if fact.number is None:
            return ""
        unit = "" if fact.unit == "%" or short else f" {fact.unit}"
        templates = self.short if short else self.precision
        template: str = getattr(templates, fact.precision)
        return template.format(value=self.amount(fact.number, fact.unit, decimals) + unit)

    def amount(self, value: float, unit: str, decimals: int = 0) -> str:
        """A number as it stands beside a mark: "47%", or "1.250" for any other unit."""
        number = dutch_number(value, decimals)
        return f"{number}%" if unit == "%" else number


@lru_cache(maxsize=4)
def load_words(folder: Path | None = None) -> Words:
    """Read ``charts.yaml`` in a folder of shared language (the shipped one by default).

    Raises:
        LanguageError: the file is missing or malformed.
    """
    return read_yaml((folder or default_intents() / "common") / "charts.yaml", Words)
