"""Answers to "wat is het verschil …?" and "meer of minder dan …?"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.cues import CHANGE, LEVEL, SHARE, Cue
from bot.data import PERCENT, Fact, Publication, Reading
from bot.interpretation import Interpretation
from bot.replies.draft import Draft
from bot.replies.lookup import Lookup
from bot.replies.values import say_limits
from bot.replies.wording import Wording
from bot.text import dutch_number

_PAIR = 2


def compare(found: Interpretation, wording: Wording) -> Draft:
    """The facts side by side, the difference, and what the source concludes from it."""
    draft = Draft()
    publication = found.publication
    say_limits(draft, replace(found, cues=found.cues - {Cue.HOW_MUCH}), wording)
    indicators, tiers, years = _dimensions(found)
    lookup = Lookup(draft, found, wording)
    settled = _settled_in_words(publication, indicators, tiers)
    if any(publication.indicators[i].kind != "share" for i in indicators):
        concluded = {r.other_year for i in indicators for r in publication.readings_of(i)}
        years = [year for year in years if year not in concluded] or [publication.years[-1]]
        if not found.years:
            years = [publication.years[-1]]
        facts = lookup.facts(indicators, tiers if found.tiers else tiers[:1], years)
        number = found.cues & (SHARE | {Cue.DIFFERENCE, Cue.FACTOR}) and Cue.WHEN not in found.cues
        if number and not draft.before:  # "Welk jaar week af?" asks for no number.
            draft.partly(wording.say("no_percentage"))
        if draft.before and settled and set(tiers) > {publication.default_tier}:
            draft = Draft()
        draft.state(facts)
        draft.body += wording.statements(publication, facts)
        return draft
    facts = lookup.facts(indicators, tiers, years)
    if draft.before and settled and not found.cues & (SHARE | {Cue.DIFFERENCE, Cue.FACTOR}):
        draft = Draft()
    draft.state(facts)
    draft.body += wording.statements(publication, facts)
    if settled and len(facts) == 1:
        draft.add(wording.reading(settled))
        return draft
    exact = [fact for fact in facts if fact.precision == "exact"]
    if len(exact) == _PAIR:
        say_difference(draft, publication, wording, exact, factor=Cue.FACTOR in found.cues)
    else:
        for other in exact[1:]:
            if reading := publication.reading(exact[0], other):
                draft.add(wording.reading(reading))
    return draft


def _settled_in_words(
    publication: Publication, indicators: Sequence[str], tiers: Sequence[str]
) -> Reading | None:
    """What the source says about tiers of which it gives no numbers."""
    return next(
        (
            reading
            for indicator in indicators
            for reading in publication.readings_of(indicator)
            if reading.other_tier in tiers and len(publication.tiers_of(indicator)) == 1
        ),
        None,
    )


def _dimensions(found: Interpretation) -> tuple[list[str], list[str], list[int]]:
    """What is compared with what: indicators, tiers and years."""
    publication = found.publication
    indicators, tiers, years = list(found.indicators), found.tiers_meant, found.years_meant
    measured, default = found.measured, publication.default_tier
    several = len(indicators) > 1 or len(tiers) > 1 or len(years) > 1
    if several:
        return indicators, tiers, sorted(years)
    if found.cues & {Cue.ALL_TIERS, Cue.WHICH_TIER}:
        return indicators, list(publication.compared_tiers), years
    previous, latest = measured[-2:][0], measured[-1]
    if found.years:
        return indicators, tiers, sorted({years[0], latest if years[0] != latest else previous})
    sides = found.cues & (LEVEL | {Cue.DIFFERENCE})
    if found.cues & {Cue.TREND, Cue.EVERY_TIME} and found.cues & {Cue.DIFFERENCE, Cue.FACTOR}:
        printed = publication.years_of(indicators[0], tiers[0]) or measured
        return indicators, tiers, [printed[0], printed[-1]]
    if found.tiers and tiers[0] != default and (sides or Cue.COMPARE in found.cues):
        return indicators, [default, *tiers], years
    if sides or found.cues & CHANGE:
        return indicators, tiers, sorted({previous, latest})
    if Cue.COMPARE in found.cues and len(publication.tiers_of(indicators[0])) > 1:
        return indicators, list(publication.compared_tiers), years
    return indicators, tiers, years


def say_difference(
    draft: Draft,
    publication: Publication,
    wording: Wording,
    pair: Sequence[Fact],
    *,
    factor: bool,
) -> None:
    """Say how far two facts, the older first, lie apart, and what the source concludes."""
    old, new = pair
    if old.value is None or new.value is None or old.unit != new.unit:
        return
    low, high = sorted((old.value, new.value))
    reading = publication.reading(new, old) or publication.reading(old, new)
    if factor and low > 0:
        times = new.value / old.value if new.year != old.year else high / low
        draft.body.append(wording.say("factor", factor=dutch_number(round(times, 1))))
    if high != low:
        decimals = max(publication.decimals(fact.indicator) for fact in pair)
        kind = "points" if new.unit == PERCENT else "points_unit"
        points = wording.say(kind, number=dutch_number(high - low, decimals), unit=new.unit)
        draft.body.append(wording.say("difference", points=points))
    elif reading is None:
        draft.body.append(wording.say("no_difference"))
    draft.add(wording.reading(reading) if reading else wording.say("no_conclusion"))
