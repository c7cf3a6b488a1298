"""The facts that a question asks for; where one is missing, the nearest, and that it is so."""

from __future__ import annotations

from collections.abc import Sequence

from bot.data import Fact
from bot.interpretation import Interpretation
from bot.replies.draft import Draft
from bot.replies.wording import Wording


class Lookup:
    """Looks up facts for one draft, which gets what must be said first."""

    def __init__(self, draft: Draft, found: Interpretation, wording: Wording) -> None:
        self._draft = draft
        self._publication = found.publication
        self._wording = wording
        if found.current:
            years = self._publication.years
            listed = wording.join(map(str, years))
            self._partly("unmeasured_current", years=listed, latest=years[-1])

    def _partly(self, name: str, /, **slots: object) -> None:
        self._draft.partly(self._wording.say(name, **slots))

    def facts(
        self, indicators: Sequence[str], tiers: Sequence[str], years: Sequence[int]
    ) -> list[Fact]:
        """Every combination, in that order, each once."""
        facts = [
            fact
            for indicator in indicators
            for tier in self.tiers(indicator, tiers)
            for year in years
            for fact in self._at(indicator, tier, year)
        ]
        return list(dict.fromkeys(facts))

    def tiers(self, indicator: str, tiers: Sequence[str]) -> list[str]:
        """Those of the tiers that have figures; where none has, one that does."""
        available = self._publication.tiers_of(indicator)
        for tier in tiers:
            if tier not in available:
                self._partly(
                    "tier_missing",
                    **self._wording.name_of(self._publication, indicator, tier),
                    other=self._wording.join(self._publication.tiers[t].name for t in available),
                )
        return [tier for tier in tiers if tier in available] or available[:1]

    def _at(self, indicator: str, tier: str, year: int) -> list[Fact]:
        """The fact of a year; where there is none, those of the years nearest to it."""
        fact = self._publication.fact(indicator, tier, year)
        if fact is not None:
            return [fact]
        printed = self._publication.years_of(indicator, tier)
        if year in self._publication.measured(indicator):
            names = self._wording.name_of(self._publication, indicator, tier)
            self._partly("not_printed", **names, year=year)
            distance = min(abs(y - year) for y in printed)
            near = [y for y in printed if abs(y - year) == distance]
            return self._publication.facts_of((indicator, tier, y) for y in near)
        measured_else = year in self._publication.years
        self._partly("unmeasured_this" if measured_else else "unmeasured", year=year)
        near = [*[y for y in printed if y < year][-1:], *[y for y in printed if y > year][:1]]
        before = self._draft.before
        if len(before) == 1 and len(near) > 1:
            before[0] += " " + self._wording.say("nearest")
        return self._publication.facts_of((indicator, tier, y) for y in near)
