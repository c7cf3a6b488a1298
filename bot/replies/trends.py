"""Answers to "hoe ontwikkelde …?"."""

from __future__ import annotations

from bot.cues import CHANGE, Cue
from bot.data import Fact
from bot.interpretation import Interpretation
from bot.replies.draft import Draft
from bot.replies.lookup import Lookup
from bot.replies.values import asks_share_of_count, say_limits, value
from bot.replies.wording import Wording

_FEW_SERIES = 2
_FEW_YEARS = 8
"""More series, or more years in one, are told by their first and last year only."""


def trend(found: Interpretation, wording: Wording) -> Draft:
    """The years of each series asked for, and what the source concludes about first and last."""
    draft = Draft()
    publication = found.publication
    several = Cue.ALL_TIERS in found.cues or len(found.indicators) > 1
    if several and not found.years and _has_one_year(found):
        return value(found, wording)  # "Zet ze op een rij": the groups, not the years.
    in_words = any(publication.indicators[i].kind != "share" for i in found.indicators)
    share = any(asks_share_of_count(found, indicator) for indicator in found.indicators)
    average = Cue.AVERAGE in found.cues
    if found.function or found.breakdown or in_words or share or average:
        say_limits(draft, found, wording)
    lookup = Lookup(draft, found, wording)
    if in_words:
        facts = lookup.facts(found.indicators, found.tiers_meant, publication.years[-1:])
        draft.state(facts)
        draft.body += wording.statements(publication, facts)
        return draft
    few = len(found.tiers_meant) * len(found.indicators) <= _FEW_SERIES
    few = few or Cue.EVERY_TIME in found.cues
    for indicator in found.indicators:
        for tier in lookup.tiers(indicator, found.tiers_meant):
            points = _points(draft, found, wording, indicator, tier)
            if not few or len(points) > _FEW_YEARS:
                points = sorted({points[0], points[-1]})
            facts = publication.facts_of((indicator, tier, year) for year in points)
            _say_series(draft, found, wording, facts)
    return draft


def _has_one_year(found: Interpretation) -> bool:
    """Whether there is one year only of each series asked for."""
    return all(
        len(found.publication.years_of(indicator, tier)) == 1
        for indicator in found.indicators
        for tier in found.tiers_meant
    )


def _say_series(draft: Draft, found: Interpretation, wording: Wording, facts: list[Fact]) -> None:
    draft.state(facts)
    draft.body += wording.statements(found.publication, facts)
    if len(facts) > 1 and (reading := found.publication.reading(facts[-1], facts[0])):
        draft.add(wording.reading(reading))


def _points(
    draft: Draft, found: Interpretation, wording: Wording, indicator: str, tier: str
) -> list[int]:
    """The printed years of a period and those next to its ends; says what the source leaves out."""
    publication = found.publication
    printed = publication.years_of(indicator, tier)
    measured = publication.measured(indicator)
    first, last = _span(found, measured)
    for year in (first, last):
        if year not in publication.years:
            draft.partly(wording.say("unmeasured", year=year))
    change_only = (
        not found.years
        and found.cues & (CHANGE | {Cue.EQUAL})
        and not found.cues & {Cue.TREND, Cue.SINCE}
    )
    unprinted = {first, last}.intersection(measured).difference(printed)
    if change_only:
        unprinted.discard(first)  # "Is het gestegen?" does not ask since when.
    if len(printed) == 1:
        draft.partly(wording.say("one_point"))
    elif unprinted:
        names = wording.name_of(publication, indicator, tier)
        draft.partly(wording.say("not_printed_trend", **names))
    start = next((y for y in reversed(printed) if y <= first), printed[0])
    end = next((y for y in printed if y >= last), printed[-1])
    return sorted({start, end, *(y for y in printed if first <= y <= last)})


def _span(found: Interpretation, measured: tuple[int, ...]) -> tuple[int, int]:
    """The first and last year of the period asked for; all that is ``measured`` where none is."""
    if len(found.years) > 1:
        return min(found.years), max(found.years)
    year = found.years[0] if found.years else measured[0]
    if year < measured[-1]:
        return year, measured[-1]
    return measured[max(0, len(measured) - 2)], year
