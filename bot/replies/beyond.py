"""Answers to what the source does not say: causes, forecasts, opinions, advice, significance."""

from __future__ import annotations

from dataclasses import replace

from bot.answer import Status
from bot.cues import CHANGE, EXTREME, LEVEL, Cue
from bot.interpretation import OF_A_DIFFERENCE, Interpretation
from bot.replies.comparisons import compare
from bot.replies.draft import Draft, plain
from bot.replies.talk import no_subject
from bot.replies.values import plain_value, value
from bot.replies.wording import Wording

_DIRECTED = CHANGE | LEVEL | {Cue.DIFFERENCE}


def why(found: Interpretation, wording: Wording) -> Draft:
    """No cause; where the question presumes a number or a change, what is true of that."""
    numbers = found.claimed("percent", "number", *OF_A_DIFFERENCE)
    if not found.indicators or not (numbers or found.cues & (_DIRECTED | EXTREME)):
        return refuse(found, wording)
    without = replace(found, cues=found.cues - {Cue.WHY, Cue.REASON})
    return _with_what_is_known(without, "no_cause", wording)


def significance(found: Interpretation, wording: Wording) -> Draft:
    """No test; what the source does conclude about the difference."""
    if not found.indicators:
        return no_subject(found, wording)
    if len(found.years) != 1:
        cues = found.cues - {Cue.SIGNIFICANT} | {Cue.DIFFERENCE}
        found = replace(found, cues=cues)
    return _with_what_is_known(found, "no_test", wording)


def _with_what_is_known(found: Interpretation, first: str, wording: Wording) -> Draft:
    """The facts a question is about, after a sentence that says what the source does not say."""
    if found.cues & _DIRECTED:
        cues = found.cues - {Cue.HOW_MUCH, Cue.DIFFERENCE}
        draft = compare(replace(found, cues=cues), wording)
    else:
        draft = plain_value(found, wording)
    draft.status = Status.PARTIAL
    draft.before.insert(0, wording.say(first))
    return draft


def forecast(found: Interpretation, wording: Wording) -> Draft:
    """No forecast; for a year to come, the latest facts."""
    latest = found.publication.years[-1]
    if not found.indicators or all(year <= latest for year in found.years):
        return refuse(found, wording)
    draft = value(replace(found, cues=frozenset()), wording)
    draft.before.insert(0, wording.say("no_forecast"))
    return draft


def refuse(found: Interpretation, wording: Wording) -> Draft:
    """That the bot has figures only, and a question it can answer."""
    first = found.publication.examples[0]
    return plain(Status.NOT_COVERED, wording.say(found.handler, first=first))
