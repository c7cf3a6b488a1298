"""Yes-or-no questions: holds a claim against the facts and the source's own conclusions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise, product
from operator import ge, gt, le, lt

from bot.cues import CHANGE, COMPARISON, EXTREME, LEVEL, Cue
from bot.data import BOUNDS, PERCENT, Fact
from bot.interpretation import OF_A_DIFFERENCE, OF_A_VALUE, Claim, Interpretation
from bot.language import Language
from bot.replies.claims_in_words import judge_tiers, judge_words
from bot.replies.judgement import Judgement, agrees, is_negated, judgement, sign_between

_ALMOST = 5.0
"""Points below a number within which it is "almost" that number."""
_ABOUT = 3.0
"""Points around a number within which it is "about" that number."""
_ROUGHLY = 0.1
"""The same of a count, as a share of it."""
_ROUND_FROM = 20
"""A whole number from this on may be said of one with decimals: "58 miljoen" of 58,2."""
_EXACT = 0.01
_ROUNDED = 0.51
"""Numbers this close may be the same before rounding."""
_APPROXIMATE = 1.0
"""How far the real value may lie from one that the source gives roughly."""
_ALMOST_FACTOR = 0.85
_ORDERS: dict[str, Callable[[float, float], bool]] = {
    "more": gt,
    "at_least": ge,
    "less": lt,
    "at_most": le,
}
_PAIR = 2
_Test = tuple[bool | None, tuple[Fact, ...]]
"""Whether a claim about all years holds of one, and the facts that tell."""
_CHRONOLOGICAL = CHANGE | {Cue.FACTOR, Cue.SINCE}
"""Compares the later year with the earlier one, in whatever order a question names them."""


def judge(found: Interpretation, language: Language) -> Judgement | None:
    """Settle the claim in a question; None where it claims nothing that can be tested."""
    publication = found.publication
    if found.current:
        return Judgement(None, missing=True)
    if publication.indicators[found.indicators[0]].kind != "share":
        return judge_words(found, language)
    if (ranked := _judge_rank(found) or _judge_extreme(found)) is not None:
        return ranked
    if (over_years := _judge_over_years(found, language)) is not None:
        return over_years
    if (each := _judge_each(found, language)) is not None:
        return each
    if (changes := _judge_changes(found)) is not None:
        return changes
    found = _between_last_two(found)
    facts = _facts(found)
    if facts is None:
        return judge_tiers(found) or Judgement(None, missing=True)
    compared = _compared(found)
    negated = is_negated(found, language)
    shares = found.claimed(*OF_A_VALUE)
    if not shares:
        return _judge_comparison(found, *compared) if compared else None
    if len(shares) == len(facts):
        fits = [holds(c, f, negated=negated) for c, f in zip(shares, facts, strict=True)]
        change = _judge_comparison(found, *compared) if compared and len(facts) > 1 else None
        if change is not None and change.verdict is False and _all(fits):
            return change  # The numbers are right, and what is concluded from them is not.
        return Judgement(_all(fits), tuple(facts), complement=negated)
    if len(facts) == 1 and {c.comparison for c in shares} == {"at_least", "at_most"}:
        fits = [holds(claim, facts[0], negated=negated) for claim in shares]
        return Judgement(_all(fits), tuple(facts), complement=negated)  # "tussen 40 en 50%"
    if len(shares) > 1 and len(facts) > 1 and not compared:
        right = all(any(holds(c, f, negated=negated) for f in facts) for c in shares)
        return Judgement(right, tuple(facts), complement=negated)
    same_claim = len(shares) == 1 and len({f.tier for f in facts}) > 1 and not found.cues & CHANGE
    if compared and not same_claim:
        return _judge_both(found, shares, *compared, negated=negated)
    numbers = [fact for fact in facts if fact.value is not None]
    bounds = all(claim.comparison not in ("is", "almost", "about") for claim in shares)
    tested = shares if bounds and len(numbers) == 1 else shares[:1]
    fits = [holds(share, fact, negated=negated) for share, fact in product(tested, numbers)]
    return Judgement(_all(fits), tuple(facts), complement=negated)


def _between_last_two(found: Interpretation) -> Interpretation:
    """The claim, with the last two years where it is of two numbers and names no year."""
    shares = found.claimed("percent")
    printed = found.publication.years_of(found.indicators[0], found.tiers_meant[0])
    two = len(shares) == _PAIR and len(found.indicators) == len(found.tiers_meant) == 1
    ranged = any(claim.comparison != "is" for claim in shares)
    if not two or ranged or found.years or len(printed) < _PAIR:
        return found
    return replace(found, years=printed[-2:])


def _all(fits: Sequence[bool | None]) -> bool | None:
    """Whether all hold; None where that cannot be told of one."""
    return False if False in fits else None if None in fits else True


def _facts(found: Interpretation) -> list[Fact] | None:
    """The facts that a claim names; None where the source lacks one of the first indicator."""
    publication = found.publication
    keys = list(product(found.indicators, found.tiers_meant, found.years_meant))
    facts = [publication.fact(*key) for key in keys]
    first = found.indicators[0]
    if any(f is None for key, f in zip(keys, facts, strict=True) if key[0] == first):
        return None
    return [fact for fact in facts if fact is not None]


# Shares ---------------------------------------------------------------------------------------


def holds(claim: Claim, fact: Fact, *, negated: bool) -> bool | None:
    """Whether a fact is what a claim says of it; None where the source leaves it open."""
    if (fact.unit == PERCENT) == (claim.kind == "number"):
        return None
    value = fact.value or 0.0
    rough = fact.precision == "approximate"
    if fact.unit != PERCENT and negated:
        # How many did not, a count does not tell; "geen 500" denies the number only.
        if claim.comparison != "not":
            return None
        negated = False
    if negated:
        value = 100 - value
    if fact.precision in BOUNDS:
        # More than three quarters do: less than a quarter do not.
        return _holds_of_bound(claim, value, above=(fact.precision == "above") != negated)
    if fact.unit != PERCENT:
        return _count_holds(claim, value)
    slack = max(claim.tolerance, _APPROXIMATE if rough else 0.0)
    if order := _ORDERS.get(claim.comparison):
        return order(value, claim.value)
    match claim.comparison:
        case "almost":
            below = claim.value + (slack if rough else _EXACT)
            return claim.value - _ALMOST <= value < below
        case "about":
            return abs(value - claim.value) <= max(slack, _ABOUT)
    return abs(value - claim.value) <= max(slack, _EXACT)


def _count_holds(claim: Claim, value: float) -> bool:
    """Whether a count is what a claim says; "almost" and "about" allow a share of the claim."""
    if order := _ORDERS.get(claim.comparison):
        return order(value, claim.value)
    match claim.comparison:
        case "not":
            return abs(value - claim.value) > _EXACT / 2
        case "almost":
            return claim.value * (1 - _ROUGHLY) <= value < claim.value
        case "about":
            return abs(value - claim.value) <= claim.value * _ROUGHLY
    rounded = claim.value >= _ROUND_FROM and not claim.value % 1
    return abs(value - claim.value) <= (0.5 if rounded and value % 1 else _EXACT / 2)


def _holds_of_bound(claim: Claim, bound: float, *, above: bool) -> bool | None:
    """The same of a value that is only known to be above, or else below, a bound."""
    if (claim.value > bound) if above else (claim.value < bound):
        return None
    match claim.comparison:
        case "more" | "at_least":
            return above
        case "less" | "at_most":
            return not above
        case "almost" if claim.value == bound:
            return not above
        case "about" if claim.value == bound:
            return None
        case "not":
            return True
    return False


# Comparisons ----------------------------------------------------------------------------------


def _compared(found: Interpretation) -> tuple[Fact, list[Fact]] | None:
    """The later or first fact, and those it is compared with; None where nothing is."""
    if not found.cues & COMPARISON and not found.claimed(*OF_A_DIFFERENCE):
        return None
    publication = found.publication
    first, tiers, years = found.indicators[0], found.tiers_meant, found.years_meant
    keys: list[tuple[str, str, int]]
    if len(found.indicators) > 1:
        keys = [(indicator, tiers[0], years[0]) for indicator in found.indicators[:2]]
    elif len(tiers) == len(years) == _PAIR and not found.period:
        keys = [(first, tier, year) for tier, year in zip(tiers, years, strict=True)]
    elif len(tiers) > 1:
        keys = [(first, tier, years[0]) for tier in tiers]
    elif len(years) > 1:
        if found.period or found.cues & _CHRONOLOGICAL or found.claimed("factor"):
            years = sorted(years, reverse=True)
        keys = [(first, tiers[0], year) for year in years]
    elif found.years or found.cues & (_CHRONOLOGICAL - {Cue.SINCE}) or _stayed(found):
        keys = [(first, tiers[0], year) for year in _two_years(found)]
    elif found.cues & LEVEL and found.tiers and tiers[0] != publication.default_tier:
        keys = [(first, tier, years[0]) for tier in (tiers[0], publication.default_tier)]
    else:
        return None
    facts = publication.facts_of(keys)
    alike = len({fact.unit for fact in facts}) == 1
    return (facts[0], facts[1:]) if len(facts) > 1 and alike else None


def _stayed(found: Interpretation) -> bool:
    """Whether a claim is that nothing changed: "gelijk gebleven"."""
    return {Cue.EQUAL, Cue.TREND} <= found.cues


def _two_years(found: Interpretation) -> list[int]:
    """The years that a claim about one year, or none, compares: the later first where it can."""
    publication = found.publication
    year, latest = found.years_meant[0], found.measured[-1]
    if found.years and year != latest:
        return [latest, year]
    printed = publication.years_of(found.indicators[0], found.tiers_meant[0])
    earlier = [y for y in printed if y < year]
    if not earlier:
        return [year]
    since = found.cues & {Cue.SINCE, Cue.TREND} or found.period or not found.years
    return [year, earlier[0] if since else earlier[-1]]


def _judge_comparison(
    found: Interpretation, first: Fact, others: Sequence[Fact]
) -> Judgement | None:
    """A claim that one is more, less or as much, by so many points, or so many times."""
    publication = found.publication
    points = next(iter(found.claimed("points", "gap")), None)
    factor = next(iter(found.claimed("factor")), None)
    if len(found.indicators) > 1 and not (points or factor or found.cues & LEVEL):
        return None
    readings = [r for other in others if (r := publication.reading(first, other)) is not None]
    verdicts = []
    for other in others:
        verdict = agrees(found, sign_between(publication, first, other))
        if points is not None and Cue.DIFFERENCE in found.cues:
            verdict = None  # "Is het verschil groter dan 5 punten?" does not say who has more.
        if points is not None and verdict is not False:
            if (points.kind == "points") != (first.unit == PERCENT):
                return Judgement(None, (other, first))
            verdict = _is_gap(points, first, other)
        if factor is not None and verdict is not False:
            doubled = any(reading.outcome == "doubled" for reading in readings)
            verdict = _is_factor(factor, first, other, doubled=doubled)
        if verdict is None:
            return None
        verdicts.append(verdict)
    return judgement(found, all(verdicts), [*others, first], readings)


def _judge_over_years(found: Interpretation, language: Language) -> Judgement | None:
    """A claim about every measurement ("altijd", "elk jaar"), or about one at least ("ooit")."""
    shares = found.claimed("percent", "majority")
    quantified = found.cues & {Cue.EVERY_TIME, Cue.EVER}
    if not quantified or (found.claims and not shares) or found.cues & EXTREME:
        return None
    publication, indicator = found.publication, found.indicators[0]
    first = min(found.years) if found.years else found.measured[0]
    last = max(found.years) if len(found.years) > 1 else found.measured[-1]
    series = [
        {
            fact.year: fact
            for fact in publication.facts_of(
                (indicator, tier, year)
                for year in publication.years_of(indicator, tier)
                if first <= year <= last
            )
        }
        for tier in found.tiers_meant
    ]
    facts = [fact for of_tier in series for fact in of_tier.values()]
    if shares and Cue.EVER not in found.cues and is_negated(found, language):
        return Judgement(None, tuple(facts))  # Is it the share that is denied, or "always"?
    if shares and not shares[0].value and len(facts) > 1:  # "Nooit iemand": the share, each time
        return Judgement(all(holds(shares[0], fact, negated=False) for fact in facts), tuple(facts))
    tests: list[list[_Test]]
    if shares:
        tests = [
            [(holds(shares[0], fact, negated=False), (fact,)) for fact in each.values()]
            for each in series
        ]
    elif len(series) == _PAIR and found.cues & LEVEL:
        one, other = series
        pairs = [(one[year], other[year]) for year in one if year in other]
        tests = [[(agrees(found, sign_between(publication, *pair)), pair) for pair in pairs]]
    else:
        tests = [
            [
                (agrees(found, sign_between(publication, new, old)), (old, new))
                for old, new in pairwise(each.values())
            ]
            for each in series
        ]
    if len(facts) < _PAIR or any(fits is None for each in tests for fits, _ in each):
        return None
    ever = Cue.EVER in found.cues
    right = all((any if ever else all)(fits for fits, _ in each) for each in tests)
    # One year that is otherwise denies "always", and one that is so is enough for "ever".
    telling = {ever} if right == ever else {True, False}
    told = [fact for each in tests for fits, facts in each if fits in telling for fact in facts]
    return judgement(found, right, list(dict.fromkeys(told)))


def _judge_each(found: Interpretation, language: Language) -> Judgement | None:
    """A claim that several subjects, or tiers, each rose or fell."""
    several = len(found.indicators) > 1 or len(found.tiers) > 1
    if not several or not found.cues & CHANGE or found.cues & (LEVEL | EXTREME) or found.claims:
        return None
    each = [
        judge(replace(found, indicators=(indicator,), tiers=(tier,), cues=cues), language)
        for (indicator, tier), cues in _directions(found)
    ]
    judged = [one for one in each if one is not None and one.verdict is not None]
    if len(judged) < len(each):
        return None
    facts = tuple(dict.fromkeys(fact for one in judged for fact in one.facts))
    readings = tuple(reading for one in judged for reading in one.readings)
    return Judgement(all(one.verdict for one in judged), facts, readings)


def _directions(found: Interpretation) -> list[tuple[tuple[str, str], frozenset[str]]]:
    """Each subject with the cues of what is claimed of it: "bij A gestegen, en bij B gedaald"."""
    subjects = list(product(found.indicators, found.tiers_meant))
    items = found.main.items if found.main else ()
    said = [cue for item in items for cue in item.meanings & {Cue.UP, Cue.DOWN}]
    if len(said) != len(subjects) or len(set(said)) == 1:
        return [(subject, found.cues) for subject in subjects]
    rest = found.cues - {Cue.UP, Cue.DOWN}
    return [(subject, rest | {cue}) for subject, cue in zip(subjects, said, strict=True)]


def _judge_changes(found: Interpretation) -> Judgement | None:
    """A claim that one tier rose or fell as much as, or more or less than, another."""
    sides = (len(found.tiers), len(found.years))
    if sides != (2, 2) or not (found.cues & CHANGE and found.cues & LEVEL) or found.claims:
        return None
    first, last = sorted(found.years)
    keys = product(found.indicators[:1], found.tiers, (first, last))
    facts = found.publication.facts_of(keys)
    if len(facts) < sum(sides):
        return None
    one, other = ((facts[i + 1].value or 0) - (facts[i].value or 0) for i in (0, 2))
    directions = found.cues & {Cue.UP, Cue.DOWN}
    if directions == {Cue.DOWN}:
        one, other = -one, -other
    elif directions != {Cue.UP}:
        one, other = abs(one), abs(other)
    if directions and min(one, other) <= 0:
        return Judgement(None, tuple(facts))  # One of the two did not go that way.
    verdict = agrees(found, (one > other) - (one < other), level_only=True)
    return None if verdict is None else judgement(found, verdict, facts)


def _is_gap(points: Claim, first: Fact, other: Fact) -> bool:
    """Whether two facts lie so many points apart."""
    gap = abs((first.value or 0) - (other.value or 0))
    if points.kind == "gap":
        return _count_holds(points, gap)
    if order := _ORDERS.get(points.comparison):
        return order(gap, points.value)
    return abs(gap - points.value) < _ROUNDED


def _is_factor(factor: Claim, first: Fact, other: Fact, *, doubled: bool) -> bool:
    """Whether one fact is so many times the other; ``doubled``: the source says that it is two."""
    if not first.value or not other.value:
        return False
    times = first.value / other.value
    if order := _ORDERS.get(factor.comparison):
        return order(times, factor.value)
    if doubled and factor.value == 2 and factor.comparison in ("is", "about"):
        return times >= factor.value * _ALMOST_FACTOR
    if factor.comparison == "almost":
        near = factor.value * _ALMOST_FACTOR <= times < factor.value
        return near or (doubled and factor.value == 2)
    return abs(times - factor.value) <= factor.tolerance * factor.value / 2


def _judge_both(
    found: Interpretation,
    shares: Sequence[Claim],
    first: Fact,
    others: Sequence[Fact],
    *,
    negated: bool,
) -> Judgement | None:
    """A claim about a change that names numbers as well ("van 59 naar 47 procent gedaald")."""
    facts = [*others, first]
    if len(shares) == len(facts):
        claimed = sorted(claim.value for claim in shares)
        values = sorted(fact.value or 0 for fact in facts)
        right = all(abs(a - b) < _ROUNDED for a, b in zip(claimed, values, strict=True))
    elif found.claimed("factor"):  # "Een kwart in 2014, en tien jaar later het dubbele"
        right = any(holds(shares[0], fact, negated=negated) for fact in facts)
    else:
        right = bool(holds(shares[0], first, negated=negated))
    direction = _judge_comparison(found, first, others)
    if direction is None:
        return Judgement(right, tuple(facts))
    return Judgement(right and direction.verdict is True, direction.facts, direction.readings)


# Ranks and extremes ---------------------------------------------------------------------------


def _judge_rank(found: Interpretation) -> Judgement | None:
    """A claim about the place of one of several forms ("staat op de tweede plaats")."""
    rank = next((int(claim.value) for claim in found.claimed("rank")), None)
    indicator = found.indicators[0]
    tier, year = found.tiers_meant[0], found.years_meant[0]
    names = found.publication.siblings(indicator)
    facts = found.publication.facts_of((name, tier, year) for name in names)
    facts.sort(key=lambda fact: -(fact.value or 0))
    if rank is None or not 1 <= rank <= len(facts):
        return None
    claimed = found.publication.fact(indicator, tier, year)
    right = facts[rank - 1]
    stated = dict.fromkeys(fact for fact in (claimed, right) if fact is not None)
    return Judgement(claimed == right, tuple(stated))


def _judge_extreme(found: Interpretation) -> Judgement | None:
    """A claim that a year, tier or form is the highest or lowest."""
    if not found.cues & EXTREME or found.claimed(*OF_A_VALUE):
        return None
    if len(found.indicators) > 1:
        return None
    tier, year = found.tiers_meant[0], found.years_meant[0]
    if len(found.tiers) > 1 and len(found.years) == 1:
        all_tiers = set(found.tiers) >= set(found.publication.tiers_of(found.indicators[0]))
        if all_tiers:  # "Was het in 2022 bij alle drie het hoogst?": each among its own years
            return _judge_each_tier(found)
    claimed = found.publication.fact(found.indicators[0], tier, year)
    pool = _pool(found, tier, year)
    if claimed is None or len(pool) < 2:
        return None
    highest = Cue.HIGHEST in found.cues
    best = (max if highest else min)(fact.value or 0 for fact in pool)
    winners = [fact for fact in pool if fact.value == best]
    if claimed in winners:
        compared = _compared(found) if len(found.years) == _PAIR and found.cues & CHANGE else None
        if compared:  # "In 2022 het hoogst, en daarna gedaald?"
            return _judge_comparison(replace(found, cues=found.cues - EXTREME), *compared)
        return judgement(found, True, winners)
    return judgement(found, False, [claimed, *winners])


def _judge_each_tier(found: Interpretation) -> Judgement | None:
    """A claim that a year is the highest or lowest of every tier."""
    each = [
        _judge_extreme(replace(found, tiers=(tier,), cues=found.cues | {Cue.TREND}))
        for tier in found.tiers
    ]
    judged = [one for one in each if one is not None]
    if len(judged) < len(each):
        return None
    facts = tuple(dict.fromkeys(fact for one in judged for fact in one.facts))
    return judgement(found, all(one.verdict for one in judged), facts)


def _pool(found: Interpretation, tier: str, year: int) -> list[Fact]:
    """The facts among which a claim says that one is the highest or lowest."""
    publication = found.publication
    indicator = found.indicators[0]
    tiers = publication.tiers_of(indicator)
    years = publication.years_of(indicator, tier)
    siblings = publication.siblings(indicator)
    among_tiers = not found.years or Cue.WHICH_TIER in found.cues or len(found.tiers) > 1
    keys: list[tuple[str, str, int]]
    if (
        found.tiers
        and among_tiers
        and len(tiers) > 1
        and len(found.years) <= 1
        and Cue.WHEN not in found.cues
    ):
        keys = [(indicator, each, year) for each in tiers]
    elif found.cues & {Cue.TREND, Cue.EVERY_TIME} or (
        found.years and not (siblings and len(years) < len(publication.years))
    ):
        keys = [(indicator, tier, each) for each in years]
    elif siblings:
        keys = [(each, tier, year) for each in siblings]
    else:
        keys = [(indicator, tier, each) for each in years]
    return publication.facts_of(keys)
