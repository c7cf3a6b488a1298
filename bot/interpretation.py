"""The reading of one message, as data: what is asked about what, and the evidence for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from bot.cues import Given
from bot.data import Publication
from bot.language import Pattern
from bot.reader import Sentence
from bot.schema import Comparison, Handler

ClaimKind = Literal["percent", "majority", "number", "points", "gap", "factor", "rank"]
"""``number`` and ``gap`` (a difference) are in the unit of an indicator that is not in %."""
OF_A_VALUE: tuple[ClaimKind, ...] = ("percent", "majority", "number")
"""Claims of what a number is."""
OF_A_DIFFERENCE: tuple[ClaimKind, ...] = ("points", "gap", "factor")
"""Claims of how far two numbers lie apart."""


class Outcome(StrEnum):
    """What the bot can do with a message."""

    UNDERSTOOD = "understood"
    ASK_BACK = "ask_back"
    """The subject has several readings: ``options`` holds the indicators."""
    NO_SUBJECT = "no_subject"
    """A follow-up without anything to follow."""
    ELSEWHERE = "elsewhere"
    FOREIGN = "foreign"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Claim:
    """A number in the question."""

    value: float
    kind: ClaimKind
    tolerance: float = 0.0
    """How far a printed number may lie from it, in its own unit (of a factor: as a share)."""
    comparison: Comparison | Literal["is", "not"] = "is"


@dataclass(frozen=True, slots=True)
class Scored:
    """A pattern and how well it fits (0 to 100)."""

    pattern: Pattern
    score: float


@dataclass(frozen=True, slots=True)
class Interpretation:
    """The reading of one message, with the evidence for it."""

    outcome: Outcome
    publication: Publication
    intent: str = ""
    handler: Handler = "value"
    """How the intent is answered."""
    cues: frozenset[str] = frozenset()
    """Concepts that are not part of the subject."""
    indicators: tuple[str, ...] = ()
    concepts: frozenset[str] = frozenset()
    """All concepts of the message (of the earlier question, where that is followed)."""
    tiers: tuple[str, ...] = ()
    function: bool = False
    breakdown: bool = False
    years: tuple[int, ...] = ()
    current: bool = False
    """A year after the latest measurement was asked for, in words."""
    period: bool = False
    claims: tuple[Claim, ...] = ()
    figure: str | None = None
    options: tuple[str, ...] = ()
    follow_up: bool = False
    language: str = ""
    coverage: float = 1.0
    score: float = 100.0
    candidates: tuple[Scored, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    main: Sentence | None = None

    @property
    def confidence(self) -> float:
        """0 to 1: how much of the message was understood, times how well its kind fits."""
        return max(0.0, min(1.0, self.coverage * self.score / 100))

    @property
    def tiers_meant(self) -> list[str]:
        """The tiers asked for; the usual one where none is named."""
        return list(self.tiers) or [self.publication.default_tier]

    @property
    def years_meant(self) -> list[int]:
        """The years asked for; the latest measurement where none is named."""
        return list(self.years) or [self.measured[-1]]

    @property
    def measured(self) -> tuple[int, ...]:
        """The years in which what is asked for was measured."""
        if not self.indicators:
            return self.publication.years
        return self.publication.measured(self.indicators[0])

    @property
    def given(self) -> frozenset[Given]:
        """What is given beside concepts, in the terms of patterns."""
        there = {
            Given.INDICATOR: bool(self.indicators),
            Given.TIER: len(self.tiers) == 1,
            Given.TIERS: len(self.tiers) > 1,
            Given.YEAR: len(self.years) == 1,
            Given.YEARS: len(self.years) > 1,
            Given.PERIOD: self.period,
            Given.NUMBER: bool(self.claims),
            Given.FIGURE: self.figure is not None,
            Given.BREAKDOWN: self.breakdown,
            Given.FUNCTION: self.function,
        }
        return frozenset(mark for mark, given in there.items() if given)

    def claimed(self, *kinds: ClaimKind) -> list[Claim]:
        """The claims of some kinds."""
        return [claim for claim in self.claims if claim.kind in kinds]
