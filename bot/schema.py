"""The YAML files of ``intents/``: one model a file. Unknown keys are faults.

Texts hold phrases, separated by commas or new lines, or patterns, one a line (see
:mod:`bot.language`); ``<a>`` names a concept.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Spelling(_File):
    """``spelling.yaml``"""

    spelling: dict[str, str]
    emoji: dict[str, str]
    linking_letters: str
    """May stand between the parts of a compound."""
    fillers: str


class Concepts(_File):
    """``concepts.yaml``"""

    concepts: dict[str, str]


class RelativeYear(_File):
    """One way to name a year without its number."""

    say: str
    kind: Literal["measurement", "year", "first", "last_measurements", "unmeasured"]
    step: int = 0
    """How many measurements or years on (below 0: back); years times the number in the words."""
    after: Literal["latest", "context"] = "latest"
    """Where to count from: the latest measurement, or the year that was talked about."""
    period: bool = False
    """The year starts a period."""


class Years(_File):
    """``years.yaml``"""

    relative: list[RelativeYear]
    before_short_year: str
    """Two digits behind one of these words are a year."""
    units: str
    """Two digits before one of these words are none."""
    before_year: str
    """May stand between "the last measurement" and its year."""
    until: str
    """Between the two years of a period."""
    between: str
    """Before two years, says that those are meant, and not the period."""


class Fraction(_File):
    """A share in words."""

    say: str
    percent: float
    tolerance: float


class Factor(_File):
    """So many times as much, in words."""

    say: str
    times: float


class Numbers(_File):
    """``numbers.yaml``"""

    ordinals: dict[str, int]
    article: str
    """Also the number one, but seldom meant so."""
    rank_nouns: str
    """An ordinal before one of these is a place in a list."""
    out_of: str
    """Between two numbers that are a share: "zes op de tien"."""
    points: str
    """A number before one of these is a difference between percentages."""
    percent: str
    """A number before one of these is a percentage."""
    by: str
    """Before a percentage, says that it is a difference."""
    fractions: list[Fraction]
    factors: list[Factor]
    ratio_tolerance: float
    at_least_more: str
    less: str
    almost: str
    about: str
    majority: str
    most: str
    minority: str


Handler = Literal[
    "value",
    "trend",
    "difference",
    "compare",
    "extreme",
    "claim",
    "why",
    "forecast",
    "opinion",
    "advice",
    "significance",
    "figure",
    "chart",
    "about",
    "social",
]


class IntentSpec(_File):
    """One kind of question."""

    handler: Handler
    patterns: str
    allows: str = ""


class Intents(_File):
    """``intents.yaml``"""

    yes_no_starts: str
    follow_up_starts: str
    leading_words: str
    tail_questions: str
    asserting: str
    speaker_before: str
    speaker_after: str
    according_to: str
    either_or: str
    prepositions: str
    anaphora: str
    that_anaphora: str
    time_anaphora: str
    people_anaphora: str
    place_anaphora: str
    year_anaphora: str
    group_anaphora: str
    last_choice: str
    weights: dict[str, int]
    always_allowed: str
    intents: dict[str, IntentSpec]


class IndicatorPatterns(_File):
    """Which concepts ask for which indicator, or for several at once."""

    patterns: str
    indicators: list[str] = Field(default_factory=list)
    background: bool = False


class AskBack(_File):
    """Concepts that are not enough on their own, and the indicators that may be meant."""

    patterns: str
    options: list[str]


class Check(_File):
    """How a claim about an indicator that is given in words can be settled."""

    true: str = ""
    false: str = ""
    ranks: dict[str, int] = Field(default_factory=dict)
    """Concept: its place in the list of reasons, 0 for none."""
    about: str = ""
    """The indicator whose share a list of reasons explains."""
    majority: bool | None = None
    """Whether the source says that most do."""
    more: tuple[str, str] | None = None
    """The first of these concepts is more than the second."""


class Detail(_File):
    """Concepts that ask for a part of an indicator that the source does not print."""

    of: str
    unless: str = ""
    say: str = ""
    """What is not printed, in Dutch; else what the indicator says of itself."""


class Subjects(_File):
    """``subjects.yaml`` of a publication."""

    concepts: dict[str, str]
    tiers: dict[str, str]
    functions: dict[str, str] = Field(default_factory=dict)
    indicators: dict[str, IndicatorPatterns]
    ask_back: list[AskBack] = Field(default_factory=list)
    theme: str = ""
    """The concept for what the whole publication is about."""
    people: str = ""
    """The concept for those whom it is about."""
    neutral: str = ""
    """Concepts that, beside the theme and the people, never change what is asked."""
    light: str = ""
    """Concepts that go with many subjects, and name none on their own."""
    negating: str = ""
    """Concepts that ask for the share of which the indicator does not hold."""
    checks: dict[str, Check] = Field(default_factory=dict)
    details: dict[str, Detail] = Field(default_factory=dict)
    completing: str = ""
    """Concepts that name another subject together with those of the last question."""
    refuse: list[Detail] = Field(default_factory=list)
    """Concepts that together, unless with others, mean what the publication is not about."""
    good: list[str] = Field(default_factory=list)
    """Indicators of which more is better."""
    elsewhere: str = ""
    """Words of another world: a question that holds one is refused."""

    @property
    def meanings(self) -> frozenset[str]:
        """What words mean to this publication."""
        return frozenset(
            [
                *self.concepts,
                *(f"tier:{name}" for name in self.tiers),
                *(f"function:{name}" for name in self.functions),
            ]
        )


class AboutReply(_File):
    """A question about the source, and its answer."""

    name: str
    patterns: str
    reply: str
    figure: str | None = None
    partial: bool = False
    """True where the source does not hold what is asked."""


class About(_File):
    """``about.yaml`` of a publication."""

    about: list[AboutReply]


class Foreign(_File):
    """A language that is recognised, to say that the bot speaks Dutch."""

    words: str
    reply: str = ""


class Foreigns(_File):
    """``foreign.yaml``"""

    dutch: str
    languages: dict[str, Foreign]


class Replies(_File):
    """``replies.yaml``: what the bot says, by name; ``{slots}`` are filled in."""

    say: dict[str, str]
    suggestions: dict[str, str]
