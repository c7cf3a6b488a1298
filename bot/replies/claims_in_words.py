"""Claims about what the source gives in words: reasons, tiers without numbers, most people."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from bot.cues import EXTREME, LEVEL, Cue
from bot.data import Reading
from bot.interpretation import Interpretation
from bot.language import Language, references
from bot.replies.judgement import Judgement, agrees, is_negated, judgement, sign_of, turned
from bot.schema import Check

_HALF = 50
_NEAR_HALF = ("more", "almost", "about")
"""Comparisons with which a number of at least half claims that most do."""
_SETTLED = (50, 100)
"""Numbers that "most" confirms or denies when they are claimed as such."""


def judge_tiers(found: Interpretation) -> Judgement | None:
    """A comparison between tiers that the source settles in words."""
    publication = found.publication
    indicator, tiers = found.indicators[0], found.tiers_meant
    every = Cue.ALL_TIERS in found.cues
    reading = next(
        (
            reading
            for reading in publication.readings_of(indicator)
            if reading.other_tier is not None and (every or reading.other_tier in tiers)
        ),
        None,
    )
    if reading is None:
        return None
    sign = sign_of(reading)
    if tiers[0] != reading.tier:
        sign = turned(sign)
    verdict = agrees(found, sign)
    if verdict is None:
        return None
    fact = publication.fact(indicator, reading.tier, publication.years[-1])
    return judgement(found, verdict, [fact] if fact else [], [reading])


def judge_words(found: Interpretation, language: Language) -> Judgement | None:
    """A claim about an indicator that the source gives in words."""
    if len(found.indicators) > 1:
        return None
    publication, indicator = found.publication, found.indicators[0]
    available = publication.tiers_of(indicator)
    fact = publication.fact(indicator, available[0], publication.years[-1])
    facts = [fact] if fact else []
    check = language.subjects[publication.name].checks.get(indicator, Check())
    tiers, readings = found.tiers_meant, publication.readings_of(indicator)
    if len(tiers) > 1 or Cue.ALL_TIERS in found.cues or tiers[0] not in available:
        in_words = any(reading.other_tier is not None for reading in readings)
        return judge_tiers(found) if in_words else Judgement(None, missing=True)
    if not readings and any(year != publication.years[-1] for year in found.years):
        return Judgement(None, missing=True)
    if check.ranks:
        right = _is_reason(found, check)
        return None if right is None else Judgement(right, tuple(facts))
    if check.true and (settled := _settled(found, check)) is not None:
        if found.claimed("percent", "majority"):
            most = any(claim.comparison == "more" for claim in found.claimed("majority"))
            # What most is done by is named most often; what is named most may be less than half.
            return Judgement(False if most and not settled else None, tuple(facts))
        settled = settled != (Cue.LOWEST in found.cues)
        both = found.concepts & references(check.true) and found.concepts & references(check.false)
        # "Via sociale media en niet via de telefoon": what is denied is the other one.
        return Judgement(settled, tuple(facts)) if both else judgement(found, settled, facts)
    verdict, rests_on = _verdict(found, check, readings)
    if verdict is not None and check.majority and found.claims and is_negated(found, language):
        return Judgement(not verdict, tuple(facts), tuple(rests_on))
    if verdict is not None:
        return judgement(found, verdict, facts, rests_on)
    if found.claimed("percent", "majority"):
        return Judgement(None, tuple(facts))
    presumed = check.majority and not found.claims
    return Judgement(not is_negated(found, language), tuple(facts)) if presumed else None


def _is_reason(found: Interpretation, check: Check) -> bool | None:
    """Whether a reason is in the list, at the place that is claimed; None where none is named."""
    ranks = {rank for concept, rank in check.ranks.items() if concept in found.concepts}
    if not ranks:
        return None
    if 0 in ranks:
        return False
    claimed = next((int(claim.value) for claim in found.claimed("rank")), None)
    if claimed is None and (Cue.HIGHEST in found.cues or found.claimed("majority")):
        claimed = 1
    return claimed is None or claimed in ranks


def _settled(found: Interpretation, check: Check) -> bool | None:
    """Whether a question names what the source says, or something else."""
    right, wrong = references(check.true) & found.concepts, references(check.false) & found.concepts
    if right and wrong and found.cues & LEVEL:
        return _is_order(found, (min(right), min(wrong)))
    if right and wrong and Cue.NOT not in found.cues and Cue.HIGHEST in found.cues:
        return _is_foremost(found, right, wrong)
    return True if right else False if wrong else None


def _verdict(
    found: Interpretation, check: Check, readings: Sequence[Reading]
) -> tuple[bool | None, Sequence[Reading]]:
    """The verdict on an order, a majority or a change, and the conclusion it rests on."""
    if check.more is not None and found.cues & (LEVEL | EXTREME):
        return _is_order(found, check.more), readings[:1]
    if check.majority is not None and (claims := found.claimed("percent", "majority")):
        claim = claims[0]
        if claim.comparison == "is" and claim.value not in _SETTLED:
            return None, ()
        most = claim.comparison in _NEAR_HALF and claim.value >= _HALF
        return most == check.majority, readings[:1]
    changes = [reading for reading in readings if reading.other_tier is None]
    if not changes:
        return None, ()
    chosen = next((r for r in changes if r.other_year in found.years), changes[0])
    others = {*found.years} - {chosen.year, chosen.other_year}
    if others and chosen.other_year is not None:
        return None, ()  # About other years the source draws no conclusion.
    swapped = found.years[:1] == (chosen.other_year,) and len(found.years) > 1
    back = swapped and found.cues & LEVEL and Cue.COMPARE in found.cues and not found.period
    return agrees(found, turned(sign_of(chosen)) if back else sign_of(chosen)), [chosen]


def _is_foremost(
    found: Interpretation, right: AbstractSet[str], wrong: AbstractSet[str]
) -> bool | None:
    """Whether what is said to be most is the right one: "vooral per brief, nauwelijks via …"."""
    items = found.main.items if found.main else ()
    most = next((i for i, item in enumerate(items) if Cue.HIGHEST in item.meanings), 0)
    named = [i for i, item in enumerate(items) if item.meanings & (right | wrong)]
    nearest = min(named, key=lambda place: abs(place - most), default=None)
    return None if nearest is None else bool(items[nearest].meanings & right)


def _is_order(found: Interpretation, order: tuple[str, str]) -> bool | None:
    """Whether the concept that is named first is the one that is more."""
    items = found.main.items if found.main else ()
    first, second = (
        next((place for place, item in enumerate(items) if concept in item.meanings), None)
        for concept in order
    )
    if first is None or second is None:
        return None
    if Cue.EQUAL in found.cues:
        return False
    more = bool(found.cues & {Cue.MORE, Cue.HIGHEST})
    return (first < second) == more
