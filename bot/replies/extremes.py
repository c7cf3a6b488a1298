"""Answers to "welk jaar, welke laag, welke vorm het meest?"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise, permutations
from typing import Literal

from bot.cues import CHOICES, EXTREME, Cue
from bot.data import Fact, Publication, Reading
from bot.interpretation import Claim, Interpretation
from bot.replies.claims import holds
from bot.replies.comparisons import compare, say_difference
from bot.replies.draft import Draft
from bot.replies.lookup import Lookup
from bot.replies.values import say_limits, value
from bot.replies.wording import Wording

Dimension = Literal["topic", "tier", "year"]


def extreme(found: Interpretation, wording: Wording) -> Draft:
    """The highest or lowest of what is asked for, and the others to compare it with."""
    if found.cues >= EXTREME:
        return _together(
            (replace(found, cues=found.cues - {other}) for other in (Cue.LOWEST, Cue.HIGHEST)),
            wording,
        )
    if Cue.ALL_TIERS in found.cues and found.cues & {Cue.TREND, Cue.WHEN, Cue.EVERY_TIME}:
        cues = found.cues - {Cue.ALL_TIERS, Cue.WHICH_TIER} | {Cue.WHEN}
        each = (replace(found, cues=cues, tiers=(tier,)) for tier in found.tiers)
        return _together(each, wording)
    dimension = _dimension(found)
    if not _can_be_ranked(found, dimension):
        return value(found, wording)
    if dimension == "year" and found.cues & {Cue.UP, Cue.DOWN}:
        return _largest_step(found, wording)
    if dimension == "year" and Cue.DIFFERENCE in found.cues and len(found.tiers) == 2:
        return _widest_gap(found, wording)
    if dimension == "tier" and found.cues & {Cue.UP, Cue.DOWN}:
        cues = found.cues - {Cue.HIGHEST, Cue.LOWEST}
        years = found.years if len(found.years) > 1 else found.measured[-2:]
        tiers = found.tiers if len(found.tiers) > 1 else found.publication.compared_tiers
        return compare(replace(found, cues=cues, tiers=tiers, years=tuple(years)), wording)
    draft = Draft()
    facts = _facts(draft, found, wording, dimension)
    known = [fact for fact in facts if fact.value is not None]
    if dimension == "year" and (claimed := found.claimed("percent", "number")):
        return _with_number(draft, found, wording, known, claimed[0])
    if len(known) < 2:
        draft.state(facts)
        draft.body += wording.statements(found.publication, facts)
        return draft
    low = Cue.LOWEST in found.cues or (Cue.LESS in found.cues and Cue.HIGHEST not in found.cues)
    rank = _asked_rank(found)
    values = sorted({fact.value or 0 for fact in known}, reverse=not low)
    if rank > len(values):
        draft.partly(wording.say("no_such_place", rank=rank))
        rank = 1
    winners = [fact for fact in known if fact.value == values[rank - 1]]
    draft.state(winners)
    if rank > 1:
        draft.body.append(_say_winners(found, wording, winners, f"nth_{dimension}", rank))
        return draft
    draft.body.append(
        _say_winners(found, wording, winners, f"{'lowest' if low else 'highest'}_{dimension}")
    )
    if dimension != "year":
        others = [fact for fact in known if fact not in winners]
        draft.state(others)
        draft.body += wording.statements(found.publication, others)
    if dimension == "tier" and (reading := _reading_of_tiers(found.publication, known)):
        draft.add(wording.reading(reading))
    return draft


def _asked_rank(found: Interpretation) -> int:
    """Which place of an order is asked for: 2 in "welke vorm staat op de tweede plaats?"."""
    claimed = next((int(claim.value) for claim in found.claimed("rank")), 0)
    picked = (rank for rank, cue in enumerate(CHOICES, start=1) if cue in found.cues)
    return claimed or (next(picked, 1) if found.follow_up else 1)  # "En de tweede?"


def _together(each: Iterable[Interpretation], wording: Wording) -> Draft:
    """The highest and the lowest, or the year of each tier, in one answer."""
    draft = Draft()
    for part in (extreme(found, wording) for found in each):
        for sentence in part.before:
            draft.partly(sentence)
        draft.state(part.facts)
        for sentence in part.body:
            draft.add(sentence)
    return draft


def _reading_of_tiers(publication: Publication, facts: list[Fact]) -> Reading | None:
    """What the source concludes from two of the facts, each of another tier."""
    pairs = permutations(facts, 2)
    return next((r for pair in pairs if (r := publication.reading(*pair))), None)


def _largest_step(found: Interpretation, wording: Wording) -> Draft:
    """Between which two measurements next to each other a number rose or fell most, or least."""
    draft, publication = Draft(), found.publication
    lookup = Lookup(draft, found, wording)
    indicator = found.indicators[0]
    tier = lookup.tiers(indicator, found.tiers_meant[:1])[0]
    facts = found.publication.facts_of(
        (indicator, tier, year) for year in _years(draft, found, wording, indicator, tier)
    )
    sign = 1 if Cue.UP in found.cues else -1
    steps = [
        (sign * ((new.value or 0) - (old.value or 0)), (old, new)) for old, new in pairwise(facts)
    ]
    right = [step for step in steps if step[0] > 0]
    if steps and not right:
        draft.before.append(wording.say("never_rose" if sign > 0 else "never_fell"))
    shown = (
        (min if Cue.LOWEST in found.cues else max)(right, key=lambda step: step[0])[1]
        if right
        else tuple(facts)
    )
    draft.state(shown)
    draft.body += wording.statements(publication, shown)
    if right:
        say_difference(draft, publication, wording, shown, factor=False)
    return draft


def _widest_gap(found: Interpretation, wording: Wording) -> Draft:
    """In which year two tiers lay furthest apart, or closest together."""
    draft, publication = Draft(), found.publication
    indicator = found.indicators[0]
    one, other = (
        {year: fact for year in years if (fact := publication.fact(indicator, tier, year))}
        for tier in found.tiers
        for years in [_years(draft, found, wording, indicator, tier)]
    )
    gaps = {
        year: abs((one[year].value or 0) - (other[year].value or 0))
        for year in one
        if year in other
    }
    if not gaps:
        return compare(replace(found, cues=found.cues - EXTREME), wording)
    best = (min if Cue.LOWEST in found.cues else max)(gaps.values())
    for year in (year for year, gap in gaps.items() if gap == best):
        shown = (one[year], other[year])
        draft.state(shown)
        draft.body += wording.statements(publication, shown)
        say_difference(draft, publication, wording, shown, factor=False)
    return draft


def _with_number(
    draft: Draft, found: Interpretation, wording: Wording, facts: list[Fact], claim: Claim
) -> Draft:
    """The facts with the number that a question names; all of them where none has it."""
    same = [fact for fact in facts if holds(claim, fact, negated=False)]
    if not same:
        draft.verdict = False
        draft.before.append(wording.say("none_has"))
    draft.state(same or facts)
    draft.body += wording.statements(found.publication, same or facts)
    return draft


def which_has(found: Interpretation, wording: Wording) -> Draft:
    """Which tier, or which form, has the number that a question names; all of them where none."""
    draft, publication = Draft(), found.publication
    lookup = Lookup(draft, found, wording)
    say_limits(draft, found, wording)
    year = found.years_meant[:1]
    if Cue.WHICH_KIND in found.cues or len(found.indicators) > 1:
        siblings = list(found.indicators)
        if len(siblings) == 1:
            siblings = publication.siblings(siblings[0]) or siblings
        facts = lookup.facts(siblings, found.tiers_meant[:1], year)
    else:
        facts = lookup.facts(found.indicators[:1], list(publication.compared_tiers), year)
    return _with_number(draft, found, wording, facts, found.claimed("percent")[0])


def _dimension(found: Interpretation) -> Dimension:
    """What the extreme is sought among."""
    kinds = Cue.WHICH_KIND in found.cues and Cue.WHICH_TIER not in found.cues
    if len(found.indicators) > 1 or kinds:
        return "topic"
    if Cue.WHEN in found.cues:
        return "year"
    one_year = len(found.years) == 1 and not found.tiers and not found.period
    tiers = found.cues & {Cue.WHICH_TIER, Cue.ALL_TIERS} or len(found.tiers) > 1
    return "tier" if tiers or one_year else "year"


def _can_be_ranked(found: Interpretation, dimension: Dimension) -> bool:
    publication = found.publication
    if found.function or found.breakdown:
        return False
    if any(publication.indicators[i].kind != "share" for i in found.indicators):
        return False
    one_year = all(
        len(publication.years_of(indicator, tier)) == 1
        for indicator in found.indicators
        for tier in publication.tiers_of(indicator)
    )
    return not (dimension == "year" and one_year and Cue.WHEN not in found.cues)


def _facts(
    draft: Draft, found: Interpretation, wording: Wording, dimension: Dimension
) -> list[Fact]:
    """What is to be ranked."""
    publication = found.publication
    lookup = Lookup(draft, found, wording)
    if dimension == "topic":
        return lookup.facts(found.indicators, found.tiers_meant[:1], found.years_meant)
    indicator = found.indicators[0]
    if dimension == "year":
        tier = lookup.tiers(indicator, found.tiers_meant[:1])[0]
        return found.publication.facts_of(
            (indicator, tier, year) for year in _years(draft, found, wording, indicator, tier)
        )
    tiers = list(found.tiers) if len(found.tiers) > 1 else list(publication.compared_tiers)
    available = publication.tiers_of(indicator)
    if len(available) == 1 and Cue.WHO_OR_WHERE in found.cues:
        return lookup.facts([indicator], available, found.years_meant[:1])
    if len(available) == 1:
        tiers = available
        draft.partly(wording.say("one_tier", tier=publication.tiers[tiers[0]].name))
    return lookup.facts([indicator], tiers, found.years_meant[:1])


def _years(
    draft: Draft, found: Interpretation, wording: Wording, indicator: str, tier: str
) -> tuple[int, ...]:
    """The printed years among which an extreme is sought; says what the source leaves out."""
    publication = found.publication
    printed = publication.years_of(indicator, tier)
    if len(found.years) > 1:
        low, high = min(found.years), max(found.years)
        asked = range(low, high + 1) if found.period else found.years
        printed = tuple(year for year in printed if year in asked) or printed
    if len(printed) == 1:
        draft.partly(wording.say("one_point"))
    elif len(found.years) < 2 and set(printed) < set(publication.measured(indicator)):
        names = wording.name_of(publication, indicator, tier)
        draft.partly(wording.say("not_printed_trend", **names))
    return printed


def _say_winners(
    found: Interpretation,
    wording: Wording,
    winners: list[Fact],
    said: str,
    rank: int = 1,
) -> str:
    publication = found.publication
    names = dict.fromkeys(publication.indicators[fact.indicator].short for fact in winners)
    tiers = dict.fromkeys(publication.tiers[fact.tier].name for fact in winners)
    return wording.say(
        said,
        rank=rank,
        name=wording.join(names),
        tier=wording.join(tiers),
        year=wording.join(dict.fromkeys(str(fact.year) for fact in winners)),
        value=wording.value(publication, winners[0]),
    )
