"""Answers to yes-or-no questions: the verdict, and the facts it rests on."""

from __future__ import annotations

from dataclasses import replace

from bot.answer import Status
from bot.cues import CHANGE, COMPARISON, EXTREME, LEVEL, NUMBER, SHARE, Cue, Given
from bot.interpretation import OF_A_VALUE, Interpretation
from bot.replies.claims import judge
from bot.replies.comparisons import say_difference
from bot.replies.draft import Draft
from bot.replies.extremes import extreme
from bot.replies.judgement import Judgement, of_the_others
from bot.replies.lookup import Lookup
from bot.replies.values import asks_count, asks_detail, plain_value, value
from bot.replies.wording import Wording

_PAIR = 2


def claim(found: Interpretation, wording: Wording) -> Draft:
    """Whether a claim is true; where that cannot be told, what is known."""
    counts = asks_count(found) and not found.cues & (CHANGE | LEVEL)
    numbers = Given.EITHER_OR in found.cues and len(found.claims) > 1  # "47% of 49%?"
    if found.function or found.breakdown or counts or numbers:
        return plain_value(found, wording)
    ordered = len(found.indicators) > 1 or found.cues & {Cue.WHICH_TIER, Cue.WHEN}
    ranked = found.claimed("rank") and ordered
    if ranked and not found.cues & {Cue.IS_TRUE, Given.YES_NO}:
        return extreme(found, wording)
    if _asks_unprinted_share(found) or asks_detail(found, wording):
        return value(found, wording)
    if Cue.WHICH_TIER in found.cues and not found.tiers and found.claimed(*OF_A_VALUE):
        return plain_value(replace(found, tiers=found.publication.compared_tiers), wording)
    if found.claimed("number"):
        found = of_the_others(found, wording.language)
    if Cue.DENIED in found.cues:  # Neither yes nor no would be plain.
        cues = found.cues - {Cue.DENIED, Cue.NOT, Cue.IS_TRUE}
        return value(replace(found, cues=cues, claims=()), wording)
    judged = judge(found, wording.language)
    if judged is None:
        return _open(found, wording)
    draft = Draft()
    if judged.missing:
        lookup = Lookup(draft, found, wording)
        facts = lookup.facts(found.indicators, found.tiers_meant, found.years_meant)
        draft.state(facts)
        draft.body += wording.statements(found.publication, facts)
        return draft
    draft.verdict = judged.verdict
    if judged.verdict is None:
        draft.partly(wording.say("claim_unknown"))
    else:
        draft.before.append(wording.say("claim_true" if judged.verdict else "claim_false"))
    _say_grounds(draft, found, judged, wording)
    return draft


def _asks_unprinted_share(found: Interpretation) -> bool:
    """Whether a number is asked for of which the source gives words only."""
    kinds = {found.publication.indicators[name].kind for name in found.indicators}
    return (
        kinds == {"words"}
        and bool(found.cues & NUMBER)
        and (not found.claims or Cue.EXACT_NUMBER in found.cues)
        and not found.cues & (CHANGE | LEVEL | {Cue.DIFFERENCE})
    )


def _say_grounds(draft: Draft, found: Interpretation, judged: Judgement, wording: Wording) -> None:
    """The facts and conclusions that a verdict rests on."""
    publication, facts = found.publication, list(dict.fromkeys(judged.facts))
    draft.state(facts)
    if judged.complement and len(facts) == 1:
        draft.body += wording.complement(publication, facts[0])
    else:
        draft.body += wording.statements(publication, facts)
    exact = [fact for fact in facts if fact.precision == "exact"]
    alike = len({fact.indicator for fact in exact}) == 1
    if len(facts) == len(exact) == _PAIR and alike:
        factor = bool(found.claimed("factor"))
        say_difference(draft, publication, wording, exact, factor=factor)
    for reading in judged.readings:
        draft.add(wording.reading(reading))


def _open(found: Interpretation, wording: Wording) -> Draft:
    """The facts beside a claim that cannot be tested."""
    publication = found.publication
    draft = value(replace(found, cues=found.cues - SHARE - {Cue.NOT}), wording)
    one_year = all(
        len(publication.years_of(indicator, tier)) == 1
        and publication.indicators[indicator].kind == "share"
        for indicator in found.indicators
        for tier in publication.tiers_of(indicator)[:1]
    )
    if one_year and found.cues & (CHANGE | {Cue.TREND}):
        draft.partly(wording.say("one_point"))
    asks = found.cues & SHARE or not (found.claims or found.cues & (COMPARISON | EXTREME))
    if draft.status is Status.ANSWERED and Cue.IS_TRUE in found.cues and not asks:
        draft.partly(wording.say("claim_open"))
    return draft
