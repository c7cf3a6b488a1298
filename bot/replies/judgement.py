"""The outcome of a claim, and how what a question says compares with what the source says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.cues import CHANGE, COMPARISON, Cue
from bot.data import PERCENT, Fact, Publication, Reading
from bot.data import Outcome as ReadingOutcome
from bot.interpretation import Interpretation
from bot.language import Language, references

MORE, EQUAL, LESS = 1, 0, -1
DIFFERENT = 2
"""More or less: the source does not say which."""
_SIGNS: dict[ReadingOutcome, int] = {
    "more": MORE,
    "doubled": MORE,
    "less": LESS,
    "equal": EQUAL,
    "different": DIFFERENT,
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict (None: the source cannot settle it), and what it rests on."""

    verdict: bool | None
    facts: tuple[Fact, ...] = ()
    readings: tuple[Reading, ...] = ()
    complement: bool = False
    """The claim is about those of whom the indicator does not hold."""
    missing: bool = False
    """A fact that the claim is about is not in the source."""


def judgement(
    found: Interpretation,
    verdict: bool,
    facts: Sequence[Fact],
    readings: Sequence[Reading] = (),
) -> Judgement:
    """A verdict on a claim, turned round where the question says "niet"."""
    unique = tuple(dict.fromkeys(facts))
    return Judgement(verdict != (Cue.NOT in found.cues), unique, tuple(readings))


def is_negated(found: Interpretation, language: Language) -> bool:
    """Whether a question is about those of whom its indicator does not hold."""
    return Cue.NOT in found.cues or not negating(found, language).isdisjoint(found.concepts)


def of_the_others(found: Interpretation, language: Language) -> Interpretation:
    """A question about those who did not, as one about those who did the other thing.

    Only where the source counts the two parts of one whole; else the question as it is.
    """
    publication = found.publication
    denied = any(claim.comparison == "not" for claim in found.claims)
    if len(found.indicators) != 1 or denied or not is_negated(found, language):
        return found
    indicator = found.indicators[0]
    others = [name for name in publication.siblings(indicator) if name != indicator]
    counted = publication.units_of([indicator]) - {PERCENT}
    if len(others) != 1 or not counted or found.cues & COMPARISON:
        return found
    return replace(
        found,
        indicators=tuple(others),
        cues=found.cues - {Cue.NOT, Cue.REMAINDER},
        concepts=found.concepts - negating(found, language),
    )


def negating(found: Interpretation, language: Language) -> frozenset[str]:
    """The concepts with which people ask for those of whom an indicator does not hold."""
    return references(language.subjects[found.publication.name].negating)


def sign_of(reading: Reading) -> int:
    """What a reading says of its own side against the other: MORE, EQUAL, LESS or DIFFERENT."""
    return _SIGNS[reading.outcome]


def turned(sign: int) -> int:
    """A sign, seen from the other side."""
    return -sign if sign in (MORE, LESS) else sign


def sign_between(publication: Publication, first: Fact, other: Fact) -> int:
    """How one fact compares with another: what the source concludes goes before the numbers."""
    if reading := publication.reading(first, other):
        return sign_of(reading)
    if back := publication.reading(other, first):
        return turned(sign_of(back))
    gap = (first.value or 0) - (other.value or 0)
    return MORE if gap > 0 else LESS if gap < 0 else EQUAL


def agrees(found: Interpretation, sign: int, *, level_only: bool = False) -> bool | None:
    """Whether a question says that same sign; None where it says none, or several.

    ``level_only``: rising or falling is not what is compared.
    """
    cues = found.cues - CHANGE if level_only else found.cues
    more, less = cues & {Cue.UP, Cue.MORE}, cues & {Cue.DOWN, Cue.LESS}
    if Cue.EQUAL in cues and not cues & {Cue.MORE, Cue.LESS}:
        return sign == EQUAL
    if more and not less:
        return sign == MORE
    if less and not more:
        return sign == LESS
    if cues & {Cue.CHANGED, Cue.DIFFERENCE}:
        return sign != EQUAL
    return None
