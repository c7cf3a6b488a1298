"""The YAML files of ``intents/``: one model a file. Unknown keys are faults.

Texts hold phrases, separated by commas or new lines, or patterns, one a line (see
:mod:`bot.language`); ``<a>`` names a concept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from bot.files import LineError

ALL = 100
"""Per cent."""
_CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}
_BRACKET = re.compile(r"[()\[\]{}<>]")
_REFERENCE = re.compile(r"<([a-z_0-9]+)>")


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _closed(text: str) -> str:
    """The text, where each bracket in a line of it is closed."""
    for number, line in enumerate(text.splitlines()):
        still_open: list[str] = []
        for bracket in _BRACKET.findall(line):
            if bracket in _CLOSING:
                still_open.append(_CLOSING[bracket])
            elif not still_open or still_open.pop() != bracket:
                still_open = [bracket]
                break
        if still_open:
            message = f"a bracket is missing in '{line.strip()}', beside {still_open[-1]}"
            raise LineError(message, number)
    return text


Words = Annotated[str, AfterValidator(_closed)]
"""Phrases or patterns; may be empty."""
Needed = Annotated[str, Field(min_length=1), AfterValidator(_closed)]
"""Phrases or patterns that may not be empty."""


def uses(*allowed: str) -> AfterValidator:
    """The text may hold these ``{placeholders}`` and no other."""

    def check(text: str) -> str:
        try:
            used = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        except ValueError as error:
            raise ValueError(f"{error}; write {{{{ and }}}} for literal braces") from None
        if unknown := sorted(used - set(allowed)):
            there_are = ", ".join(f"{{{name}}}" for name in allowed) or "none"
            raise ValueError(f"{{{unknown[0]}}} is no placeholder of this text; it has {there_are}")
        return text

    return AfterValidator(check)


class Spelling(_File):
    """``spelling.yaml``"""

    spelling: dict[str, str]
    emoji: dict[str, str]
    linking_letters: str
    """May stand between the parts of a compound."""
    fillers: Words


class Concepts(_File):
    """``concepts.yaml``"""

    concepts: dict[str, Needed]


class RelativeYear(_File):
    """One way to name a year without its number."""

    say: Needed
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
    before_short_year: Words
    """Two digits behind one of these words are a year."""
    units: Words
    """Two digits before one of these words are none."""
    before_year: Words
    """May stand between "the last measurement" and its year."""
    until: Words
    """Between the two years of a period."""
    except_before: Words
    """Before a year, leaves it out."""
    except_after: Words
    """Behind a year, leaves it out."""
    between: Words
    """Before two years, says that those are meant, and not the period."""


class Fraction(_File):
    """A share in words."""

    say: Needed
    percent: float
    tolerance: float


class Factor(_File):
    """So many times as much, in words."""

    say: Needed
    times: float


Comparison = Literal["more", "at_least", "less", "at_most", "almost", "about"]


class Numbers(_File):
    """``numbers.yaml``"""

    ordinals: dict[str, int]
    article: str
    """Also the number one, but seldom meant so."""
    rank_nouns: Words
    """An ordinal before one of these is a place in a list."""
    out_of: Words
    """Between two numbers that are a share: "zes op de tien"."""
    of_each: Words
    """Before the whole of a share that comes first: "van elke honderd … vier"."""
    points: Words
    """A number before one of these is a difference between percentages."""
    percent: Words
    """A number before one of these is a percentage."""
    by: Words
    """Before a percentage, says that it is a difference."""
    to: Words
    """Between two numbers, the second of which has the unit of both."""
    fractions: list[Fraction]
    factors: list[Factor]
    ratio_tolerance: float
    comparisons: dict[Comparison, Needed]
    """Before a number, what is claimed of it."""
    majority: Words
    most_before_people: Words
    minority: Words
    few: Words
    """Hardly any: a claim of a small share."""

    @field_validator("fractions")
    @classmethod
    def _holds_all(cls, fractions: list[Fraction]) -> list[Fraction]:
        if not any(fraction.percent == ALL for fraction in fractions):
            raise ValueError(f"one of these must be {ALL} percent")
        return fractions


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
    patterns: Needed
    allows: Words = ""


class Intents(_File):
    """``intents.yaml``"""

    yes_no_starts: Words
    follow_up_starts: Words
    leading_words: Words
    tail_questions: Words
    asserting: Words
    speaker_before: Words
    speaker_after: Words
    according_to: Words
    either_or: Words
    prepositions: Words
    anaphora: Words
    that_anaphora: Words
    time_anaphora: Words
    people_anaphora: Words
    place_anaphora: Words
    year_anaphora: Words
    group_anaphora: Words
    last_choice: Words
    weights: dict[str, int]
    always_allowed: Words
    intents: dict[str, IntentSpec]


class IndicatorPatterns(_File):
    """Which concepts ask for which indicator, or for several at once."""

    patterns: Needed
    indicators: list[str] = Field(default_factory=list)
    background: bool = False


class AskBack(_File):
    """Concepts that are not enough on their own, and the indicators that may be meant."""

    patterns: Needed
    options: list[str]


class Check(_File):
    """How a claim about an indicator that is given in words can be settled."""

    true: Words = ""
    false: Words = ""
    ranks: dict[str, int] = Field(default_factory=dict)
    """Concept: its place in the list of reasons, 0 for none."""
    explains: str = ""
    """The indicator whose share a list of reasons explains."""
    majority: bool | None = None
    """Whether the source says that most do."""
    more: tuple[str, str] | None = None
    """The first of these concepts is more than the second."""


class Together(_File):
    """Concepts that mean something of their own when they stand together."""

    of: Words
    unless: Words = ""


class Detail(Together):
    """Concepts that ask for a part of an indicator that the source does not print."""

    say: str = ""
    """What is not printed, in Dutch; else what the indicator says of itself."""


class PeopleNumbers(_File):
    """Numbers in words that name the people of a source: "de meeste politici"."""

    everyone: Words = ""
    """All of them: a claim of 100%."""
    majority: Words = ""


class Subjects(_File):
    """``subjects.yaml`` of a publication, in the order in which it is filled in."""

    concepts: dict[str, Needed]
    shared: dict[str, Needed] = Field(default_factory=dict)
    """Words that this source adds to concepts of ``common/concepts.yaml``."""
    spelling: dict[str, str] = Field(default_factory=dict)
    """What people type for words of this source, as in ``common/spelling.yaml``."""
    fillers: Words = ""
    """Words that say nothing, next to those of ``common/spelling.yaml``."""
    called: Words = ""
    """What people call the source: a question that says so is about no other."""
    numbers: PeopleNumbers = PeopleNumbers()
    """Next to those of ``common/numbers.yaml``."""
    tiers: dict[str, Needed]
    functions: dict[str, Needed] = Field(default_factory=dict)
    indicators: dict[str, IndicatorPatterns]
    ask_back: list[AskBack] = Field(default_factory=list)
    theme: Words = ""
    """The concept for what the whole publication is about."""
    people: Words = ""
    """The concept for those whom it is about."""
    neutral: Words = ""
    """Concepts that, beside the theme and the people, never change what is asked."""
    light: Words = ""
    """Concepts that go with many subjects, and name none on their own."""
    completing: Words = ""
    """Concepts that name another subject together with those of the last question."""
    negating: Words = ""
    """Concepts that ask for the share of which the indicator does not hold."""
    checks: dict[str, Check] = Field(default_factory=dict)
    details: dict[str, Detail] = Field(default_factory=dict)
    refuse: list[Together] = Field(default_factory=list)
    """Concepts that together, unless with others, mean what the publication is not about."""
    good: list[str] = Field(default_factory=list)
    """Indicators of which more is better."""
    elsewhere: Words = ""
    """Words of another world: a question that holds one is refused."""

    def renamed(self, names: Mapping[str, str]) -> Subjects:
        """The same with other names for some concepts."""
        content = _with_references(self.model_dump(), names)
        content["concepts"] = {names.get(c, c): text for c, text in content["concepts"].items()}
        for check in content["checks"].values():
            check["ranks"] = {names.get(c, c): rank for c, rank in check["ranks"].items()}
            check["more"] = check["more"] and [names.get(c, c) for c in check["more"]]
        return Subjects.model_validate(content)

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


def _with_references(content: Any, names: Mapping[str, str]) -> Any:
    """What a file holds, with other names for some concepts wherever ``<concepts>`` are named."""
    if isinstance(content, str):
        return _REFERENCE.sub(lambda found: f"<{names.get(found[1], found[1])}>", content)
    if isinstance(content, dict):
        return {key: _with_references(value, names) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_with_references(each, names) for each in content]
    return content


class AboutReply(_File):
    """A question about the source, and its answer."""

    name: str
    patterns: Needed
    reply: str
    figure: str | None = None
    partial: bool = False
    """True where the source does not hold what is asked."""


class About(_File):
    """``about.yaml`` of a publication."""

    examples: list[str] = Field(default_factory=list, max_length=6)
    """Questions that show what can be asked: the buttons under /start."""
    about: list[AboutReply]

    def renamed(self, names: Mapping[str, str]) -> About:
        """The same with other names for some concepts."""
        return About.model_validate(_with_references(self.model_dump(), names))


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
