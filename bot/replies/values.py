"""Answers to "hoeveel procent …?", and what such a question asks beyond the source."""

from __future__ import annotations

from dataclasses import replace

from bot.cues import CHANGE, NUMBER, Cue, Given
from bot.data import PERCENT, Indicator
from bot.interpretation import Interpretation
from bot.language import references
from bot.replies.draft import Draft
from bot.replies.judgement import is_negated, of_the_others
from bot.replies.lookup import Lookup
from bot.replies.wording import Wording


def value(found: Interpretation, wording: Wording) -> Draft:
    """The facts asked for, or their complements."""
    draft = Draft()
    publication = found.publication
    found = of_the_others(found, wording.language)
    say_limits(draft, found, wording)
    lookup = Lookup(draft, found, wording)
    facts = lookup.facts(found.indicators, found.tiers_meant, found.years_meant)
    draft.state(facts)
    negated = Cue.REMAINDER in found.cues or is_negated(found, wording.language)
    if negated and any(fact.unit not in ("", PERCENT) for fact in facts):
        draft.partly(wording.say("only_counted"))
        draft.body += wording.statements(publication, facts)
    elif negated and all(fact.value is not None for fact in facts):
        draft.body += [s for fact in facts for s in wording.complement(publication, fact)]
    else:
        draft.body += wording.statements(publication, facts)
    return draft


def plain_value(found: Interpretation, wording: Wording) -> Draft:
    """The facts a question is about, whatever it asks of them but a count of people."""
    return value(replace(found, cues=found.cues & {Cue.COUNT}), wording)


def asks_count(found: Interpretation) -> bool:
    """Whether people are to be counted where the source gives shares of them only."""
    shares = any(found.publication.is_share(name) for name in found.indicators)
    return Cue.COUNT in found.cues and shares


def say_limits(draft: Draft, found: Interpretation, wording: Wording) -> None:
    """Say what the question asks beyond what the source holds."""
    if found.function:
        draft.partly(wording.say("function"))
    elif found.breakdown:
        draft.partly(wording.say("breakdown"))
    if Cue.AVERAGE in found.cues and all(map(found.publication.is_share, found.indicators)):
        draft.partly(wording.say("no_average"))
    if Cue.ADD_UP in found.cues and len(found.indicators) > 1:
        draft.partly(wording.say("no_adding"))
    if asks_count(found):
        draft.partly(wording.say("count"))
    for indicator in found.indicators:
        spec = found.publication.indicators[indicator]
        if asks_share_of_count(found, indicator) or _asks_unprinted_number(found, spec):
            draft.partly(wording.say("no_percentage"))
        elif spec.kind == "words" and any(claim.value > 1 for claim in found.claimed("rank")):
            draft.partly(wording.say("no_order"))
        elif _asks_further_reason(found, spec):
            draft.partly(wording.say("no_more_reasons"))
        elif unprinted := _asked_detail(found, spec, wording):
            draft.partly(wording.say("no_details", unprinted=unprinted))


def asks_share_of_count(found: Interpretation, indicator: str) -> bool:
    """Whether a percentage is asked for where the source gives a number of something."""
    counted = found.publication.units_of([indicator]) - {PERCENT}
    return bool(counted) and Cue.IN_PERCENT in found.cues and not found.claims


def _asks_unprinted_number(found: Interpretation, spec: Indicator) -> bool:
    if spec.kind == "share":
        return bool(spec.unprinted) and Cue.EXACT_NUMBER in found.cues
    if spec.kind == "reasons":
        return bool(found.cues & (NUMBER - {Cue.HOW_MUCH}))
    numbers = NUMBER - ({Cue.HOW_MUCH} if Cue.HOW in found.cues else set())
    return bool(found.cues & numbers) and not found.cues & CHANGE


def _asks_further_reason(found: Interpretation, spec: Indicator) -> bool:
    known = len(found.publication.reasons_of(spec.id))
    return spec.kind == "reasons" and any(claim.value > known for claim in found.claimed("rank"))


def asks_detail(found: Interpretation, wording: Wording) -> bool:
    """Whether a number is named of a part of an indicator that the source does not print."""
    details = wording.language.subjects[found.publication.name].details
    named = [details[name] for name in found.indicators if name in details and details[name].say]
    return any(references(detail.of) & found.concepts for detail in named)


def _asked_detail(found: Interpretation, spec: Indicator, wording: Wording) -> str:
    """The part of an indicator that is asked for and not printed; empty where none is."""
    detail = wording.language.subjects[found.publication.name].details.get(spec.id)
    if detail is None or Cue.HIGHEST in found.cues:
        return ""
    asked = (
        references(detail.of) & found.concepts and not references(detail.unless) & found.concepts
    )
    # "Heeft het gevolgen voor hun werkplezier?" is answered without a number of its own.
    numbered = found.cues & NUMBER or found.claims or Given.YES_NO not in found.cues
    wanted = bool(asked) and (bool(numbered) or spec.kind == "words")
    return (detail.say or spec.unprinted) if wanted else ""
