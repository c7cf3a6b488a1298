"""Facts in Dutch sentences: the templates of ``replies.yaml`` and ``indicators.csv``, filled in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from bot.data import BOUNDS, PERCENT, Fact, Publication, Reading
from bot.language import Language
from bot.text import dutch_number

_HALF = 50


class Wording:
    """Says things. Every number it says is a fact, or is said to be a calculation."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._say = language.replies.say

    def say(self, name: str, /, **slots: object) -> str:
        """A sentence of ``replies.yaml``, filled in."""
        return self._say[name].format(**slots)

    def join(self, parts: Iterable[str], last: Literal["and", "or"] = "and") -> str:
        """A list in a sentence: "2020, 2022 en 2024"."""
        items = list(parts)
        if len(items) < 2:
            return "".join(items)
        return ", ".join(items[:-1]) + self._say[last] + items[-1]

    def number(self, value: float, unit: str, decimals: int = 0) -> str:
        """A number with its unit."""
        name = "percent" if unit == PERCENT else "unit"
        return self.say(name, number=dutch_number(value, decimals), unit=unit)

    def value(self, publication: Publication, fact: Fact) -> str:
        """A fact's value in a sentence: "47%", "drie op de tien (ongeveer 30%)"."""
        if fact.value is None or fact.precision in BOUNDS:
            return fact.words
        number = self.number(fact.value, fact.unit, publication.decimals(fact.indicator))
        if fact.precision == "approximate":
            return self.say("approximate", words=fact.words, number=number)
        return number

    def reading(self, reading: Reading) -> str:
        """What the source concludes."""
        return self.say("reading", text=reading.text)

    def name_of(self, publication: Publication, indicator: str, tier: str) -> dict[str, str]:
        """What templates call an indicator and a tier."""
        return {
            "name": publication.indicators[indicator].short,
            "tier": publication.tiers[tier].name,
        }

    def statement(
        self, publication: Publication, fact: Fact, template: str = "", value: str = ""
    ) -> str:
        """A fact in its own sentence; another template and value say something worked out."""
        spec = publication.indicators[fact.indicator]
        tier = publication.tiers[fact.tier]
        reasons = (
            self.say("reason_item", rank=r.rank, text=r.text)
            for r in publication.reasons_of(fact.indicator)
        )
        text = (template or spec.statement).format(
            year=fact.year,
            value=value or self.value(publication, fact),
            members=tier.members,
            tier=tier.name,
            reasons="; ".join(reasons),
        )
        return f"{text}." if template else f"{text}. {spec.note}".strip()

    def statements(self, publication: Publication, facts: Sequence[Fact]) -> list[str]:
        """Facts in as few sentences as is plain."""
        sentences: list[str] = []
        for group in _groups(facts):
            if len(group) == 1 or group[0].value is None:
                sentences += [self.statement(publication, fact) for fact in group]
            else:
                sentences.append(self._listed(publication, group))
        return list(dict.fromkeys(sentences))  # What holds for two groups is said once.

    def _listed(self, publication: Publication, facts: Sequence[Fact]) -> str:
        """Facts that differ in tier, or in year, as one sentence."""
        first = facts[0]
        names = self.name_of(publication, first.indicator, first.tier)
        kind = "tier" if len({fact.tier for fact in facts}) > 1 else "year"
        measure = publication.measure_of(first.indicator)
        items = (
            self.say(
                f"{kind}_item",
                value=self.value(publication, fact),
                tier=publication.tiers[fact.tier].name,
                year=fact.year,
            )
            for fact in facts
        )
        return self.say(
            f"{kind}s",
            Name=capital(names["name"]),
            tier=names["tier"],
            year=first.year,
            measure=self.say("measure", measure=measure) if measure else "",
            list=self.join(items),
        )

    def complement(self, publication: Publication, fact: Fact) -> list[str]:
        """The share of whom an indicator does not hold, and how it was worked out."""
        template = publication.indicators[fact.indicator].complement
        if not template or fact.value is None or fact.unit != PERCENT:
            return [self.statement(publication, fact)]
        rest = self.number(100 - fact.value, fact.unit)
        if fact.precision in BOUNDS:
            turned = "more_than" if fact.precision == "bound" else "less_than"
            rest = self.say(turned, number=self.say("half") if fact.value == _HALF else rest)
        elif fact.precision == "approximate":
            rest = self.say("roughly", number=rest)
        worked_out = self.say("calculated", value=self.value(publication, fact))
        return [self.statement(publication, fact, template, rest), worked_out]


def _groups(facts: Sequence[Fact]) -> list[list[Fact]]:
    """Facts that go into one sentence: they differ in year only, or in tier only."""
    rows: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        rows.setdefault((fact.indicator, fact.tier), []).append(fact)
    alike = len({(fact.indicator, fact.year) for fact in facts}) == 1
    if alike and len(rows) > 1 and all(fact.value is not None for fact in facts):
        return [[row[0] for row in rows.values()]]
    return list(rows.values())


def capital(text: str) -> str:
    """A text as the start of a sentence."""
    return text[:1].upper() + text[1:]
