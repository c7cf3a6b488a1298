"""What a follow-up takes over from the last question, and what a question without subject means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from bot.conversation import Asked, Conversation
from bot.cues import (
    ASKING,
    CHANGE,
    COMPARISON,
    COURTESY,
    EXTREME,
    FILLER,
    KIND,
    LEVEL,
    PICTURE,
    SHARE,
    SOCIAL,
    Cue,
    Given,
)
from bot.data import PERCENT
from bot.interpretation import OF_A_DIFFERENCE, OF_A_VALUE, Claim, Interpretation
from bot.question.coverage import Coverage
from bot.question.signs import Signs
from bot.question.topics import Topics
from bot.reader import Item, Sentence
from bot.text import words_of

T = TypeVar("T")

OPEN_QUESTION = "no_subject"
"""The intent of a conversation in which the bot asked what the subject is."""
_PICTURED = ("figure", "chart")
_SHORT_FOLLOW_UP = 6
"""A follow-up that names its own subject is not longer than this; else it is a new question."""
_VERY_SHORT = 3
_SEVERAL = 2
_UNKNOWN = 2
_UNKNOWN_MARKED = 3
"""A follow-up holds fewer unknown words than this; more where its first word marks it as one."""
_OTHER_KINDS = frozenset(
    {
        Cue.WHY,
        Cue.NOT,
        Cue.SOURCE,
        Cue.SHOW,
        Cue.CHART,
        Cue.ADVICE,
        Cue.OPINION,
        Cue.FORECAST,
        Cue.WHEN,
    }
)
"""Kinds of questions that need no figures, so that no subject may be filled in."""
_ASKS_ON = ASKING | CHANGE | PICTURE | EXTREME | {Cue.SHOW, Cue.COUNT}
"""Beside thanks, these still ask something."""
_MODIFIERS = frozenset({Cue.EVER, Cue.EVERY_TIME, Cue.DENIED, Cue.WORSE, Cue.BETTER})
"""Belongs to a claim, and goes with it where it is asked about again."""
_SPREAD = frozenset({Cue.ALL_TIERS, Cue.WHICH_TIER, Given.TIERS, Given.YEARS})
"""Asks for several tiers or years side by side."""


class FollowUps:
    """Completes interpretations from the conversation."""

    def __init__(self, signs: Signs, coverage: Coverage) -> None:
        self._signs = signs
        self._coverage = coverage

    def complete(
        self, found: Interpretation, items: Sequence[Item], before: Conversation
    ) -> Interpretation:
        """The interpretation, with what it leaves out taken from the conversation."""
        if found.figure is not None or found.main is None or Cue.NEW_SUBJECT in found.concepts:
            return found
        main = found.main
        marked = self._signs.goes_on(main)
        content = [item for item in items if not item.is_filler]
        that_year = not found.years and self._signs.means_that_year(items)
        if that_year:
            before = replace(before, years=before.years or before.stated)
        if that_year and Cue.SINCE in found.cues and before.years:
            years = (before.years[0], found.measured[-1])
            found = replace(found, years=years, period=True)
        if that_year and found.cues & EXTREME and Cue.SINCE not in found.cues:
            found = replace(found, years=before.years)
        if before.intent == OPEN_QUESTION and not before.options and not found.cues & KIND:
            found = replace(found, cues=found.cues | frozenset(before.cues) & KIND)
        if not found.indicators:
            return self._without_subject(found, items, before, marked=marked)
        part = before.indicators and set(before.indicators) < set(found.indicators)
        if part and _is_alone(main, found) and self._signs.points_back(main):
            found = replace(found, indicators=before.indicators)  # "Die vermoedens": of the one.
        if self._compares_with(found, before):
            both = (*before.indicators, *found.indicators)
            return replace(
                found,
                indicators=both,
                years=before.years,
                tiers=before.tiers,
                concepts=found.concepts | frozenset(before.concepts),
                follow_up=True,
            )
        asks = bool(found.cues & ASKING)
        if marked and asks and len(content) > _SHORT_FOLLOW_UP:
            return found
        alike = not set(found.indicators).isdisjoint(
            _siblings(found, before) | set(before.indicators)
        )
        short = len(content) <= _VERY_SHORT and not asks and alike
        if before.indicators and (marked or short):
            return _beside(_inherit(found, before, keep_kind=not asks), items, before)
        if before.intent == OPEN_QUESTION and not (found.tiers and found.years):
            return replace(
                found, tiers=found.tiers or before.tiers, years=found.years or before.years
            )
        of_them = before.indicators and not found.tiers and self._signs.means_that_group(items)
        return _inherit(found, before, keep_kind=False) if of_them or that_year else found

    def _compares_with(self, found: Interpretation, before: Conversation) -> bool:
        """Whether a message sets what the last question was about beside its own subject."""
        new = len(before.indicators) == 1 and not set(before.indicators) & set(found.indicators)
        sides = found.cues & (LEVEL | {Cue.COMPARE}) and not (found.years or found.tiers)
        if not new or not sides or found.main is None:
            return False
        # "Kwam extern melden vaker voor?" – of what has one year, only than the other.
        one_year = not any(map(found.publication.has_change, found.indicators))
        short = len(found.main.words) <= _SHORT_FOLLOW_UP
        beside = short and (one_year or Cue.COMPARE in found.cues)
        return beside or self._signs.is_about_that(found.main)

    def _without_subject(
        self,
        found: Interpretation,
        items: Sequence[Item],
        before: Conversation,
        *,
        marked: bool,
    ) -> Interpretation:
        content = [item for item in items if not item.is_filler]
        if not before.indicators or not _leans(found, content, marked=marked):
            return found
        if _in_other_units(found, items, before):
            return found  # "Hoe lang reizen ze?" – "en hoeveel euro kost dat?"
        if both := _last_two(found, before):
            return replace(
                found,
                **both._asdict(),
                concepts=found.concepts | frozenset(before.concepts),
                follow_up=True,
            )
        return _beside(_inherit(found, before, keep_kind=True), items, before)

    def headline(
        self, found: Interpretation, items: Sequence[Item], topics: Topics
    ) -> Interpretation:
        """A whole question about a tier that names no subject is about the headline indicator."""
        if found.indicators or found.figure is not None or found.main is None or found.follow_up:
            return found
        asks = found.cues & {Cue.IS_TRUE, Cue.HOW_MUCH}
        if Cue.HOW in found.cues and not found.years:
            asks = frozenset()  # "En hoe zit het bij gemeenten?" – but with what?
        if self._signs.goes_on(found.main) and not asks:
            return found
        if found.breakdown or found.function:
            return found
        if found.cues & (SOCIAL - COURTESY) or not self._all_general(found, items, topics):
            return found
        operation = found.cues & (ASKING | (KIND - _OTHER_KINDS))
        spread = (found.cues | found.given) & _SPREAD
        pictured = found.tiers and found.cues & (PICTURE | {Cue.SHOW})
        whole = (
            pictured
            or (found.tiers and (operation or found.claims))
            or (spread and (operation - spread or len(spread) > 1))
        )
        return replace(found, indicators=(found.publication.headline,)) if whole else found

    def _all_general(self, found: Interpretation, items: Sequence[Item], topics: Topics) -> bool:
        """Whether a message holds nothing that could name another subject."""
        telling = (item.meanings for item in items if not item.is_group)
        if any(said & topics.concepts and Cue.WHY not in said for said in telling):
            return False
        plain = found.cues & SHARE and not (found.claims or found.cues & (KIND | PICTURE | _SPREAD))
        if plain and not all(map(self._coverage.is_talk, items)):
            return False  # "Hoeveel leden heeft het waterschap?"
        odd = self._coverage.odd(items)
        checked = Cue.IS_TRUE in found.cues and found.claims
        return len(odd) <= 1 and bool(checked or not any(map(self._coverage.is_rare, odd)))


def _is_alone(main: Sentence, found: Interpretation) -> bool:
    """Whether no other sentence of a message says anything but a greeting."""
    others = [sentence for sentence in found.sentences if sentence is not main]
    return all(sentence.meanings <= COURTESY | {FILLER} for sentence in others)


def _in_other_units(found: Interpretation, items: Sequence[Item], before: Conversation) -> bool:
    """Whether a message names a unit in which the last subject is not measured, but another is."""
    units_of = found.publication.units_of
    other = units_of(found.publication.indicators) - units_of(before.indicators) - {PERCENT}
    named = {word for item in items for word in item.words if not item.is_name}
    return any(set(words_of(unit)[:1]) <= named for unit in other)


def _leans(found: Interpretation, content: Sequence[Item], *, marked: bool) -> bool:
    """Whether a message without a subject asks something about the last one."""
    unknown = sum(item.is_unknown for item in content)
    if unknown >= (_UNKNOWN_MARKED if marked else _UNKNOWN):
        return False
    slots = found.tiers or found.years or found.breakdown or found.current or found.claims
    checks = slots and found.cues & KIND
    named = found.tiers or found.years or found.current or found.claims
    if unknown and not marked and not checks and (len(content) > _VERY_SHORT or not named):
        return False
    if found.cues == {Cue.NOT} and not slots and not marked:
        return False
    social = found.cues & (SOCIAL - {Cue.GREETING})
    if social and not slots and not found.cues & (_ASKS_ON - {Cue.IS_TRUE}):
        return False
    return bool(slots or found.cues - SOCIAL or (marked and not social))


def _last_two(found: Interpretation, before: Conversation) -> Asked | None:
    """What the last two questions were about, where a message compares the two: "verschil?".

    None where they differ in more than their subject, tier or year.
    """
    publication = found.publication
    if not publication.indicators.keys() >= {*before.earlier.indicators, *before.indicators}:
        return None  # One of the two was about another publication.
    together = found.cues & (COMPARISON | EXTREME | {Cue.BOTH, Cue.ADD_UP})
    sides = together or found.claimed(*OF_A_DIFFERENCE)
    if not sides or len(found.years) > 1 or found.cues & {Cue.SINCE, Cue.TREND, Cue.WHEN}:
        return None
    against = found.cues & {Cue.DIFFERENCE, Cue.COMPARE}
    if against and found.years and found.years != before.years:
        return None  # "En het verschil met 2022?"
    if found.claimed(*OF_A_VALUE) and Cue.BOTH not in found.cues:
        return None  # "Minder dan honderd dus?" is about the last one.
    first, second = (
        Asked(
            asked.indicators,
            asked.tiers or (publication.default_tier,),
            found.years or asked.years or publication.years[-1:],
        )
        for asked in (before.earlier, before.last)
    )
    differing = [a for a, b in zip(first, second, strict=True) if a != b]
    if len(differing) != 1 or any(len(each) != 1 for each in (*first, *second)):
        return None
    in_years = first.years != second.years
    if Cue.WHICH_TIER in found.cues and first.tiers == second.tiers:
        return None
    if found.cues & (CHANGE - LEVEL) and not in_years:
        return None
    if found.tiers and found.tiers not in (first.tiers, second.tiers):
        return None
    turned = Cue.COMPARE in found.cues  # "dan bij provincies": the other side is named
    named_first = found.tiers == (second if turned else first).tiers
    if (found.tiers and named_first) or in_years:
        first, second = second, first
    return Asked(
        tuple(dict.fromkeys(second.indicators + first.indicators)),
        tuple(dict.fromkeys(second.tiers + first.tiers)),
        tuple(dict.fromkeys(second.years + first.years)),
    )


def _siblings(found: Interpretation, before: Conversation) -> set[str]:
    """The indicators of the groups that the last question was about."""
    publication = found.publication
    return {name for indicator in before.indicators for name in publication.siblings(indicator)}


def _inherit(found: Interpretation, before: Conversation, *, keep_kind: bool) -> Interpretation:
    """The interpretation with the slots, and where asked the kind, of the last question."""
    own = bool(found.indicators)
    cues = found.cues
    same = not (own or found.tiers or found.claims)
    if same and cues & KIND == {Cue.IS_TRUE}:  # "Klopt dat?": the claim before it.
        cues |= _kind_before(found, before) | (frozenset(before.cues) & _MODIFIERS)
    elif keep_kind and not cues & KIND and not found.claims:
        cues |= _kept_kind(found, before)
    if found.claims and not (own or found.tiers or found.years) and before.intent == "value":
        cues |= frozenset(before.cues) & {Cue.NOT}  # "… geen aangifte?" – "Dus 96%?"
    years = _years(found, before)
    tiers = _tiers(found, before)
    return replace(
        found,
        indicators=found.indicators or _indicators(found, before),
        concepts=found.concepts if own else found.concepts | frozenset(before.concepts),
        years=years,
        tiers=tiers,
        cues=cues,
        function=found.function or (not found.tiers and Given.FUNCTION in before.cues),
        breakdown=found.breakdown or (not found.tiers and Given.BREAKDOWN in before.cues),
        claims=found.claims or _claims(found, before),
        follow_up=True,
    )


def _beside(found: Interpretation, items: Sequence[Item], before: Conversation) -> Interpretation:
    """The interpretation, with what "doe 2014 er ook bij" adds beside what was asked before."""
    also = next((i for i, item in enumerate(items) if Cue.ALSO in item.meanings), None)
    if also is None:
        return found
    for item in reversed(items[:also]):
        if item.is_group:
            tiers = before.tiers or (found.publication.default_tier,)
            return replace(found, tiers=tuple(dict.fromkeys(tiers + found.tiers)))
        if item.is_year:
            years = before.years or before.stated
            return replace(found, years=tuple(sorted({*years, *found.years})))
    return found


def _indicators(found: Interpretation, before: Conversation) -> tuple[str, ...]:
    """What the last question was about; of a figure, only what several tiers have, if asked so."""
    if before.intent in _PICTURED and len(found.tiers) > 1:
        tiers_of = found.publication.tiers_of
        several = tuple(name for name in before.indicators if len(tiers_of(name)) > 1)
        return several or (found.publication.headline,)
    return before.indicators


def _kind_before(found: Interpretation, before: Conversation) -> frozenset[str]:
    """The concepts that told the kind of the last question."""
    kind = frozenset(before.cues) & KIND
    if any(found.publication.indicators[name].kind == "reasons" for name in before.indicators):
        kind -= EXTREME  # "De belangrijkste reden?" – "Staat … er ook bij?"
    return kind


def _kept_kind(found: Interpretation, before: Conversation) -> frozenset[str]:
    """The concepts that told the kind of the last question, as far as they still hold."""
    own = bool(found.indicators)
    if any(found.publication.indicators[name].kind == "reasons" for name in found.indicators):
        return frozenset()
    again = before.intent == "claim" and Cue.SINCE in found.cues  # "Ook sinds 2022?"
    dated = found.years and not own and before.intent in ("trend", "claim") and not again
    if found.cues & ASKING or dated:
        return frozenset()
    if own and before.claims:
        return frozenset()  # "79% was tevreden, toch?" – "En over …?" claims no number of its own.
    kept = _kind_before(found, before)
    if before.intent == "claim":
        kept |= frozenset(before.cues) & {Given.YES_NO}
    if own and not any(map(found.publication.has_change, found.indicators)):
        kept -= CHANGE | LEVEL | {Cue.TREND, Cue.SINCE, Given.PERIOD}
    if found.tiers and not own:
        kept -= {Cue.ALL_TIERS}
        if before.figure and Cue.ALL_TIERS in found.cues:
            kept |= {Cue.SHOW}  # "Figuur 1 graag" – "en die per bestuurslaag?"
        if before.intent != "extreme":
            kept -= {Cue.WHICH_TIER}
    return kept


def _years(found: Interpretation, before: Conversation) -> tuple[int, ...]:
    said = found.cues & KIND
    if not found.years and not found.current:
        return () if _spans(found, before) else before.years
    if said & COMPARISON and not found.indicators and len(before.tiers) < _SEVERAL:
        if len(found.years) != 1:
            return found.years
        named = before.years or (before.stated if before.intent == "extreme" else ())
        if Cue.COMPARE in found.cues and Cue.COMPARE in before.cues and len(before.years) == 1:
            named = tuple(y for y in before.stated if y not in before.years) or named
        earlier = named or found.publication.years[-1:]
        base = [year for year in earlier if year not in found.years]
        return _in_order(found, (max(base),) if base else (), found.years)
    compared = before.intent in ("difference", "compare") and len(before.years) > 1
    if compared and len(found.years) == 1 and not said:
        return (before.years[0], *found.years)
    return found.years


def _spans(found: Interpretation, before: Conversation) -> bool:
    """Whether a follow-up asks about all years, so that the year of the last one is let go."""
    if found.cues & EXTREME and Cue.IS_TRUE in found.cues and before.years:
        return False  # "Dat is toch het hoogste van alle metingen?"
    if found.breakdown and Cue.WHEN not in found.cues:
        return False  # "Zijn dat vooral vrouwen?"
    if found.cues & {Cue.TREND, Cue.SINCE, Cue.CHANGED, Cue.WHEN}:
        return True
    return bool(
        found.cues & EXTREME
        and len(found.indicators or before.indicators) == 1
        and not found.cues & {Cue.WHICH_TIER, Cue.WHICH_KIND}
        and before.intent not in ("compare", "extreme")
    )


def _tiers(found: Interpretation, before: Conversation) -> tuple[str, ...]:
    if found.indicators and not found.tiers and before.intent in _PICTURED:
        printed = {t for name in found.indicators for t in found.publication.tiers_of(name)}
        return tuple(tier for tier in before.tiers if tier in printed)
    said = found.cues & (LEVEL | {Cue.COMPARE, Cue.DIFFERENCE})
    times = found.claimed("factor") and not found.cues & (CHANGE | {Cue.SINCE, Cue.TREND})
    if times and len(before.years) == 1:
        said |= {Cue.FACTOR}  # "Gemeenten hadden dat jaar het dubbele."
    if not said or found.indicators or found.years or len(found.tiers) != 1:
        return found.tiers or before.tiers
    base = before.tiers[:1] or (found.publication.default_tier,)
    return tuple(dict.fromkeys(_in_order(found, base, found.tiers)))


def _in_order(found: Interpretation, base: tuple[T, ...], named: tuple[T, ...]) -> tuple[T, ...]:
    """What is compared, the claim's own side first.

    "Was dat in 2022 meer?" is about 2022; "is dat meer dan in 2020?" is not about 2020.
    """
    against = Cue.COMPARE in found.cues or not (found.cues & LEVEL or found.claimed("factor"))
    return (*base, *named) if against else (*named, *base)


def _claims(found: Interpretation, before: Conversation) -> tuple[Claim, ...]:
    """The claim that "klopt dat echt?" goes back to."""
    if Cue.IS_TRUE not in found.cues or found.indicators:
        return ()
    return tuple(Claim(v, k, t, c) for v, k, t, c in before.claims)  # type: ignore[arg-type]
