"""Yes-or-no questions: holds a claim against the facts and the source's own readings."""

from __future__ import annotations

from dataclasses import dataclass

from bot.data import Fact, Publication, Reading
from bot.interpret import Claim, Interpretation
from bot.language import Check, Language, references

_ALMOST = 5.0
"""Points below a number within which it is "almost" that number."""
_ABOUT = 3.0
"""Points around a number within which it is "about" that number."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome of a claim: a verdict (None: the source cannot settle it) and what it rests on."""

    verdict: bool | None
    keys: tuple[tuple[str, str, int], ...]
    readings: tuple[Reading, ...] = ()
    complement: bool = False
    missing: bool = False
    """A fact that the claim is about is not in the source."""
    years: tuple[int, ...] = ()


def judge(found: Interpretation, language: Language, publication: Publication) -> Judgement | None:
    """Settle the claim in a question; None where it claims nothing that can be tested."""
    if found.current:
        return Judgement(None, (), missing=True)
    indicator = found.indicators[0]
    spec = publication.indicators[indicator]
    if spec.kind != "share":
        return _words(found, language, publication, indicator)
    ranked = _rank(found, publication)
    if ranked is not None:
        return ranked
    extreme = _extreme(found, publication)
    if extreme is not None:
        return extreme
    tiers = list(found.tiers) or [publication.default_tier]
    years = list(found.years) or [publication.years[-1]]
    if any(publication.fact(indicator, tier, year) is None for tier in tiers for year in years):
        reading = _tier_claim(found, publication, indicator, tiers)
        return reading or Judgement(None, (), missing=True)
    compared = _compared(found, publication, tiers, years)
    percents = [c for c in found.claims if c.kind in ("percent", "majority")]
    if compared is not None and not percents:
        return _comparison(found, publication, *compared)
    if percents and len(tiers) * len(years) * len(found.indicators) == len(percents):
        facts = [publication.fact(i, t, y) for i in found.indicators for t in tiers for y in years]
        known = [f for f in facts if f is not None]
        if len(known) == len(percents):
            fits = [_holds(c, f, found) for c, f in zip(percents, known, strict=True)]
            return Judgement(all(fits), tuple(f.key for f in known), complement=_negated(found))
    if percents and compared is not None:
        return _both(found, publication, percents, compared)
    if percents:
        fact = publication.fact(indicator, tiers[0], years[0])
        if fact is not None:
            holds = _holds(percents[0], fact, found)
            return Judgement(holds, (fact.key,), complement=_negated(found))
    return None


def _negated(found: Interpretation) -> bool:
    return bool(found.cues & {"niet"} or "ontevreden" in found.concepts)


def _holds(claim: Claim, fact: Fact, found: Interpretation) -> bool:
    value = fact.value or 0.0
    claimed = claim.value
    if fact.precision == "bound":
        if _negated(found):
            return claim.comparison == "more" and claimed <= 100 - value
        return claim.comparison in ("less", "almost") and claimed >= value
    if _negated(found):
        value = 100 - value
    slack = max(claim.tolerance, 1.0 if fact.precision == "approximate" else 0.0)
    match claim.comparison:
        case "more":
            return value > claimed
        case "less":
            return value < claimed
        case "almost":
            return (
                claimed - _ALMOST
                <= value
                < claimed + (slack if fact.precision == "approximate" else 0.01)
            )
        case "about":
            return abs(value - claimed) <= max(slack, _ABOUT)
    return abs(value - claimed) <= max(slack, 0.01)


def _compared(
    found: Interpretation, publication: Publication, tiers: list[str], years: list[int]
) -> tuple[list[Fact], list[Fact]] | None:
    """The older or second facts, and the newer or first ones, that a comparison is about."""
    cues = found.cues
    directed = cues & {
        "omhoog",
        "omlaag",
        "gelijk",
        "meer",
        "minder",
        "veranderd",
        "factor",
        "verschil",
        "vergelijk",
    }
    if not directed:
        return None
    indicator = found.indicators[0]
    latest = publication.years[-1]
    if len(found.indicators) > 1:
        pair = [publication.fact(i, tiers[0], years[0]) for i in found.indicators[:2]]
    elif len(tiers) > 1:
        pair = [publication.fact(indicator, t, years[0]) for t in tiers]
    elif len(years) > 1:
        chronological = found.period or cues & {"omhoog", "omlaag", "veranderd", "factor", "sinds"}
        ordered = sorted(years, reverse=True) if chronological else years
        pair = [publication.fact(indicator, tiers[0], y) for y in ordered]
    elif cues & {"omhoog", "omlaag", "veranderd", "factor"} or found.years:
        printed = publication.years_of(indicator, tiers[0])
        year = years[0]
        since = "sinds" in cues or found.period
        if found.years and year != latest:
            other, year = year, latest
        else:
            earlier = [y for y in printed if y < year]
            if not earlier:
                return None
            other = earlier[0] if since else earlier[-1]
        pair = [publication.fact(indicator, tiers[0], y) for y in (year, other)]
    elif (
        cues & {"meer", "minder", "gelijk"} and found.tiers and tiers[0] != publication.default_tier
    ):
        pair = [
            publication.fact(indicator, t, years[0]) for t in (tiers[0], publication.default_tier)
        ]
    else:
        return None
    known = [f for f in pair if f is not None]
    if len(known) < 2:
        return None
    return known[1:], known[:1]


def _comparison(
    found: Interpretation, publication: Publication, others: list[Fact], firsts: list[Fact]
) -> Judgement | None:
    first = firsts[0]
    readings = [r for o in others if (r := _reading(publication, first, o)) is not None]
    keys = tuple(f.key for f in [*others, first])
    points = next((c for c in found.claims if c.kind == "points"), None)
    factor = next((c for c in found.claims if c.kind == "factor"), None)
    if (
        len(found.indicators) > 1
        and points is None
        and factor is None
        and not found.cues & {"meer", "minder", "gelijk"}
    ):
        return None
    verdicts = []
    for other in others:
        sign = _sign(publication, first, other)
        verdict = _direction(found, sign)
        gap = abs((first.value or 0) - (other.value or 0))
        if points is not None:
            exact = abs(gap - points.value) < 0.51
            close = {"more": gap > points.value, "less": gap < points.value}
            verdict = verdict is not False and close.get(points.comparison, exact)
        if factor is not None and verdict is not False:
            verdict = _times(factor, first, other, readings)
        if verdict is None:
            return None
        verdicts.append(verdict)
    result = all(verdicts)
    if "niet" in found.cues:
        result = not result
    return Judgement(result, keys, tuple(readings))


def _times(factor: Claim, first: Fact, other: Fact, readings: list[Reading]) -> bool:
    """Whether the newer value is so many times the older one."""
    if not first.value or not other.value:
        return False
    times = first.value / other.value
    doubled = any(r.outcome == "doubled" for r in readings)
    match factor.comparison:
        case "more":
            return times > factor.value
        case "less":
            return times < factor.value
        case "almost":
            return factor.value * 0.85 <= times < factor.value or doubled and factor.value == 2
    return abs(times - factor.value) <= factor.tolerance * factor.value / 2


def _both(
    found: Interpretation,
    publication: Publication,
    percents: list[Claim],
    compared: tuple[list[Fact], list[Fact]],
) -> Judgement | None:
    """A claim about a change that names numbers as well ("van 59 naar 47 procent gedaald")."""
    others, firsts = compared
    facts = [*others, *firsts]
    if len(percents) == len(facts):
        wanted = sorted(c.value for c in percents)
        there = sorted(f.value or 0 for f in facts)
        numbers = all(abs(a - b) <= 0.5 for a, b in zip(wanted, there, strict=True))
    else:
        numbers = any(_holds(percents[0], f, found) for f in firsts)
    direction = _comparison(found, publication, others, firsts)
    if direction is None:
        return Judgement(numbers, tuple(f.key for f in facts))
    return Judgement(numbers and direction.verdict is True, direction.keys, direction.readings)


def _sign(publication: Publication, first: Fact, other: Fact) -> int:
    reading = _reading(publication, first, other)
    if reading is not None:
        return {"more": 1, "doubled": 1, "less": -1, "equal": 0, "different": 2}[reading.outcome]
    back = _reading(publication, other, first)
    if back is not None:
        return {"more": -1, "doubled": -1, "less": 1, "equal": 0, "different": 2}[back.outcome]
    gap = (first.value or 0) - (other.value or 0)
    return (gap > 0) - (gap < 0)


def _direction(found: Interpretation, sign: int) -> bool | None:
    cues = found.cues
    if cues & {"gelijk"} and not cues & {"meer", "minder"}:
        return sign == 0
    if cues & {"omhoog", "meer"} and not cues & {"omlaag", "minder"}:
        return sign == 1
    if cues & {"omlaag", "minder"} and not cues & {"omhoog", "meer"}:
        return sign == -1
    if cues & {"veranderd", "verschil"}:
        return sign != 0
    return None


def _reading(publication: Publication, new: Fact, old: Fact) -> Reading | None:
    for reading in publication.readings:
        if (reading.indicator, reading.tier, reading.year) != new.key:
            continue
        if new.tier == old.tier and reading.other_year == old.year:
            return reading
        if new.tier != old.tier and new.year == old.year and reading.other_tier == old.tier:
            return reading
    return None


def _tier_claim(
    found: Interpretation, publication: Publication, indicator: str, tiers: list[str]
) -> Judgement | None:
    """A comparison between tiers that the source settles in words."""
    latest = publication.years[-1]
    readings = [
        r
        for r in publication.readings
        if r.indicator == indicator
        and r.other_tier is not None
        and (r.other_tier in tiers or "alle_lagen" in found.cues or "{tiers}" in found.cues)
    ]
    if not readings:
        return None
    reading = readings[0]
    sign = {"more": 1, "doubled": 1, "less": -1, "equal": 0, "different": 2}[reading.outcome]
    first_named = tiers[0] if tiers else reading.tier
    if first_named != reading.tier and len(tiers) > 1:
        sign = -sign if abs(sign) == 1 else sign
    verdict = _direction(found, sign)
    if verdict is None:
        return None
    if "niet" in found.cues:
        verdict = not verdict
    return Judgement(verdict, ((indicator, reading.tier, latest),), (reading,))


def _rank(found: Interpretation, publication: Publication) -> Judgement | None:
    """A claim about the place of one of several forms ("staat op de tweede plaats")."""
    place = next((int(c.value) for c in found.claims if c.kind == "rank"), None)
    indicator = found.indicators[0]
    group = publication.indicators[indicator].group
    if place is None or not group:
        return None
    tier = (list(found.tiers) or [publication.default_tier])[0]
    year = (list(found.years) or [publication.years[-1]])[0]
    names = [name for name, spec in publication.indicators.items() if spec.group == group]
    facts = [f for name in names if (f := publication.fact(name, tier, year)) is not None]
    facts.sort(key=lambda f: -(f.value or 0))
    if not 1 <= place <= len(facts):
        return None
    right = facts[place - 1]
    claimed = publication.fact(indicator, tier, year)
    keys = dict.fromkeys(f.key for f in (claimed, right) if f is not None)
    return Judgement(claimed == right, tuple(keys))


def _extreme(found: Interpretation, publication: Publication) -> Judgement | None:
    """A claim that a year, tier or form is the highest or lowest."""
    high, low = "hoogste" in found.cues, "laagste" in found.cues
    if not (high or low) or any(c.kind in ("percent", "majority") for c in found.claims):
        return None
    indicator = found.indicators[0]
    if len(found.indicators) > 1:
        return None
    group = publication.indicators[indicator].group
    siblings = [n for n, s in publication.indicators.items() if group and s.group == group]
    tier = (list(found.tiers) or [publication.default_tier])[0]
    latest = publication.years[-1]
    tiers = publication.tiers_of(indicator)
    if (
        found.tiers
        and len(tiers) > 1
        and not found.cues & {"wanneer"}
        and len(found.years) <= 1
        and (not found.years or "welke_laag" in found.cues or "{tiers}" in found.cues)
    ):
        year = (list(found.years) or [latest])[0]
        pool = [f for t in tiers if (f := publication.fact(indicator, t, year)) is not None]
        claimed = publication.fact(indicator, tier, year)
    elif found.years:
        pool = [
            f
            for y in publication.years_of(indicator, tier)
            if (f := publication.fact(indicator, tier, y))
        ]
        claimed = publication.fact(indicator, tier, found.years[0])
        if len(pool) < 2 and siblings:
            pool = [f for s in siblings if (f := publication.fact(s, tier, found.years[0]))]
        elif siblings and len(pool) < len(publication.years):
            pool = [f for s in siblings if (f := publication.fact(s, tier, found.years[0]))]
    elif siblings:
        year = latest
        pool = [f for s in siblings if (f := publication.fact(s, tier, year)) is not None]
        claimed = publication.fact(indicator, tier, year)
    else:
        return None
    if claimed is None or len(pool) < 2:
        return None
    best = (max if high else min)(f.value or 0 for f in pool)
    winners = [f for f in pool if f.value == best]
    verdict = claimed in winners
    if "niet" in found.cues:
        verdict = not verdict
    keys = [f.key for f in ([claimed, *winners] if claimed not in winners else winners)]
    return Judgement(verdict, tuple(dict.fromkeys(keys)))


def _words(
    found: Interpretation, language: Language, publication: Publication, indicator: str
) -> Judgement | None:
    """A claim about an indicator that the source gives in words."""
    if len(found.indicators) > 1:
        return None
    check = language.subjects[publication.name].checks.get(indicator, Check())
    tiers = list(found.tiers) or [publication.default_tier]
    latest = publication.years[-1]
    available = publication.tiers_of(indicator)
    key = (indicator, available[0], latest)
    flip = "niet" in found.cues
    verdict: bool | None = None
    readings = [r for r in publication.readings if r.indicator == indicator]
    tier_readings = [r for r in readings if r.other_tier is not None]
    over_tiers = len(tiers) > 1 or "alle_lagen" in found.cues or (tiers[0] not in available)
    ranks = {rank for concept, rank in check.ranks.items() if concept in found.concepts}
    if check.ranks and not ranks:
        return None
    if check.ranks:
        verdict = _rank_claim(found, ranks)
    elif check.true and found.concepts & references(check.false):
        verdict = False
    elif check.true and found.concepts & references(check.true):
        verdict = True
    elif over_tiers and tier_readings:
        return _tier_claim(found, publication, indicator, tiers)
    elif over_tiers:
        return Judgement(None, (), missing=True)
    elif (
        any(y != latest and y not in [r.other_year for r in readings] for y in found.years)
        and not readings
    ):
        return Judgement(None, (), missing=True)
    elif check.more is not None and found.cues & {"meer", "minder", "gelijk", "hoogste", "laagste"}:
        verdict = _order_claim(found, check.more)
    elif check.majority is not None and any(
        c.kind in ("percent", "majority") for c in found.claims
    ):
        claim = next(c for c in found.claims if c.kind in ("percent", "majority"))
        more = claim.comparison in ("more", "almost", "about") and claim.value >= 50
        verdict = more == check.majority
        if claim.comparison == "is" and claim.value not in (50, 100):
            verdict = None
    elif readings:
        changes = [r for r in readings if r.other_tier is None]
        chosen = next(
            (r for r in changes if r.other_year in found.years), changes[0] if changes else None
        )
        if chosen is not None:
            sign = {"more": 1, "doubled": 1, "less": -1, "equal": 0, "different": 2}[chosen.outcome]
            verdict = _direction(found, sign)
            readings = [chosen]
    if verdict is None and any(c.kind in ("percent", "majority") for c in found.claims):
        return Judgement(None, (key,))
    if verdict is None:
        if check.majority and not flip and not found.claims:
            return Judgement(True, (key,))
        return None
    return Judgement(
        verdict != flip if not check.ranks else verdict,
        (key,),
        tuple(readings[:1]) if not check.ranks and not check.true else (),
    )


def _rank_claim(found: Interpretation, ranks: set[int]) -> bool | None:
    if not ranks:
        return None
    if 0 in ranks:
        return False
    asked = next((int(c.value) for c in found.claims if c.kind == "rank"), None)
    if asked is None and found.cues & {"hoogste"}:
        asked = 1
    return asked is None or asked in ranks


def _order_claim(found: Interpretation, order: tuple[str, str]) -> bool | None:
    """Whether the concept named first is the one that is more."""
    if found.main is None:
        return None
    places = {
        concept: next(
            (i for i, item in enumerate(found.main.items) if concept in item.meanings), None
        )
        for concept in order
    }
    first, second = places[order[0]], places[order[1]]
    if first is None or second is None:
        return None
    if "gelijk" in found.cues:
        return False
    right = first < second
    return right if found.cues & {"meer", "hoogste"} else not right
