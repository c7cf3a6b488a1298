"""What the bot says to an interpreted question: chooses how to answer, and finishes the answer.

The handlers are in :mod:`bot.replies`, one module for each kind of question.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.answer import Answer, ChartRequest, Status
from bot.conversation import Asked, Conversation
from bot.cues import ASKING, CHANGE, EXTREME, LEVEL, Cue, Given
from bot.data import Publication
from bot.interpretation import Claim, Interpretation, Outcome
from bot.language import Language
from bot.question.follow_up import OPEN_QUESTION
from bot.replies import beyond, comparisons, extremes, figures, talk, trends, values
from bot.replies.claim import claim
from bot.replies.draft import Draft
from bot.replies.wording import Wording
from bot.schema import Handler

Answering = Callable[[Interpretation, Wording], Draft]

_BY_OUTCOME: Mapping[Outcome, Answering] = {
    Outcome.ASK_BACK: talk.ask_back,
    Outcome.NO_SUBJECT: talk.no_subject,
    Outcome.ELSEWHERE: talk.elsewhere,
    Outcome.FOREIGN: talk.foreign,
    Outcome.EMPTY: talk.empty,
}
_BY_HANDLER: Mapping[Handler, Answering] = {
    "value": values.value,
    "trend": trends.trend,
    "difference": comparisons.compare,
    "compare": comparisons.compare,
    "extreme": extremes.extreme,
    "claim": claim,
    "why": beyond.why,
    "forecast": beyond.forecast,
    "opinion": beyond.refuse,
    "advice": beyond.refuse,
    "significance": beyond.significance,
    "figure": figures.figure,
    "chart": figures.chart,
    "about": talk.about,
    "social": talk.social,
}
_COMPARING = frozenset({"trend", "compare", "difference", "extreme"})
"""Kinds of questions that can be meant as a claim."""
_ASKED = ASKING - {Cue.IS_TRUE, Cue.DIFFERENCE, Cue.PERCENTAGE} | {Given.EITHER_OR}
_SAID = LEVEL | {Cue.UP, Cue.DOWN, Cue.FACTOR, Cue.IS_TRUE, Given.YES_NO}


class Replier:
    """Answers interpreted questions. Holds no state."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._wording = Wording(language)
        self._several = len(language.subjects) > 1
        self._naming = frozenset(c for p in language.topic_patterns for c in p.concepts)

    def reply(self, found: Interpretation, question: str, before: Conversation) -> Answer:
        """The answer to an interpreted question."""
        draft = self._draft(found)
        publication = found.publication
        figure = draft.figure or next((fact.figure for fact in draft.facts if fact.figure), None)
        understood = found.intent and found.outcome is Outcome.UNDERSTOOD
        intent = found.intent if understood else found.outcome.value
        return Answer(
            question=question,
            status=draft.status,
            intent=intent.rpartition("/")[2],
            text=" ".join([*draft.before, *draft.body]),
            source=self._source(draft, publication),
            facts=tuple(draft.facts),
            verdict=draft.verdict,
            figure=figure,
            show_figure=draft.show or (Cue.SHOW in found.cues and figure is not None),
            chart=_chart(draft, found, figure),
            choices=draft.choices,
            confidence=found.confidence,
            conversation=self._remember(draft, found, before),
        )

    def _draft(self, found: Interpretation) -> Draft:
        if found.outcome in _BY_OUTCOME:
            return _BY_OUTCOME[found.outcome](found, self._wording)
        found = self._explained_share(found)
        if _asks_which_most(found):
            cues = found.cues | {Cue.HIGHEST}
            return extremes.extreme(replace(found, cues=cues, claims=()), self._wording)
        if _asks_which_has(found):
            return extremes.which_has(found, self._wording)
        if _says_never(found):
            found = replace(found, claims=(Claim(0, "percent"),), cues=found.cues - {Cue.NOT})
            return claim(found, self._wording)
        if (found.handler in _COMPARING and _claims(found)) or self._says_a_reason(found):
            draft = claim(found, self._wording)
            if draft.verdict is not None:
                return draft
        return _BY_HANDLER[found.handler](found, self._wording)

    def _says_a_reason(self, found: Interpretation) -> bool:
        """Whether a reason is said to be the main one: "het hoort erbij, is dat de eerste?"."""
        checks = self._language.subjects[found.publication.name].checks
        named = {concept for i in found.indicators if i in checks for concept in checks[i].ranks}
        asked = found.cues & (ASKING - {Cue.IS_TRUE})
        return Cue.HIGHEST in found.cues and bool(named & found.concepts) and not asked

    def _explained_share(self, found: Interpretation) -> Interpretation:
        """A number with a list of reasons is about the share that the reasons explain."""
        checks = self._language.subjects[found.publication.name].checks
        shares = [
            checks[i].explains for i in found.indicators if i in checks and checks[i].explains
        ]
        if not shares or not found.claimed("percent", "points", "factor"):
            return found
        return replace(found, indicators=(*shares, *found.indicators))

    def _source(self, draft: Draft, publication: Publication) -> str:
        """Where the facts stand."""
        places = {(fact.figure, fact.page) for fact in draft.facts}
        if draft.figure and not places:
            places = {(draft.figure, publication.figures[draft.figure].page)}
        if not places:
            return ""
        say, join = self._wording.say, self._wording.join
        figures = sorted({figure for figure, _ in places if figure})
        pages = sorted({page for _, page in places})
        where = [say("source_page", page=join(map(str, pages)))]
        if figures:
            name = "source_figure" if len(figures) == 1 else "source_figures"
            where.insert(0, say(name, figure=figures[0], figures=join(figures)))
        if self._several:
            where.insert(0, publication.title)
        return say("source", where=", ".join(where))

    def _remember(self, draft: Draft, found: Interpretation, before: Conversation) -> Conversation:
        """What the next question of the conversation may leave out."""
        if not draft.keep:
            return before
        cues = tuple(sorted(found.cues | found.given))
        if draft.status is Status.CLARIFY and before.indicators and not draft.choices:
            return before
        if draft.status is Status.CLARIFY:
            return Conversation(
                publication=found.publication.name,
                concepts=tuple(sorted(found.concepts)),
                tiers=found.tiers,
                years=found.years,
                intent=OPEN_QUESTION,
                options=tuple(choice.question for choice in draft.choices),
                cues=cues,
            )
        if draft.status is Status.NOT_COVERED:
            return before  # Talk between two questions does not end the conversation.
        stated = tuple(dict.fromkeys(fact.year for fact in draft.facts))
        indicators = found.indicators or _shown(found)
        asked = Asked(indicators, found.tiers, found.years)
        return Conversation(
            publication=found.publication.name,
            indicators=indicators,
            concepts=tuple(sorted(self._naming & found.concepts)),
            tiers=found.tiers,
            years=found.years or (stated if found.current else ()),
            intent=found.handler,
            cues=cues,
            figure=draft.figure or "",
            stated=stated,
            earlier=before.last if before.last != asked else before.earlier,
            claims=tuple((c.value, c.kind, c.tolerance, c.comparison) for c in found.claims),
        )


def _says_never(found: Interpretation) -> bool:
    """Whether it is said that something never happens, which is a claim of 0%."""
    said = {Cue.EVER, Cue.NOT} <= found.cues and found.handler in ("value", "claim")
    compared = found.cues & (ASKING - {Cue.IS_TRUE} | LEVEL | CHANGE | EXTREME)
    shares = all(found.publication.is_share(name) for name in found.indicators)
    return said and shares and not compared and not found.claims and bool(found.indicators)


def _asks_which_most(found: Interpretation) -> bool:
    """Whether it is asked which form most people have: "welke vorm melden de meeste mensen?"."""
    majority = found.claims and len(found.claims) == len(found.claimed("majority"))
    said = found.cues & {Cue.IS_TRUE, Given.YES_NO}
    return bool(majority and Cue.WHICH_KIND in found.concepts and not said)


def _asks_which_has(found: Interpretation) -> bool:
    """Whether the tier or the form of a number is asked for: "welke laag zat op 23%?"."""
    several = len(found.indicators) > 1 and len(found.claims) == 1
    which = (several or found.cues & {Cue.WHICH_TIER, Cue.WHICH_KIND}) and not found.cues & EXTREME
    shares = all(found.publication.indicators[name].kind == "share" for name in found.indicators)
    said = found.cues & {Cue.IS_TRUE, Given.YES_NO}
    return bool(which and found.indicators and shares and found.claimed("percent") and not said)


def _claims(found: Interpretation) -> bool:
    """Whether a comparison is said rather than asked: "minder dan in 2020, toch"."""
    numbers = {Cue.HOW_MUCH, Cue.EXACT_NUMBER, Cue.WHY}
    if Given.YES_NO in found.cues and not found.cues & numbers:
        return True
    if found.cues & EXTREME and found.cues & CHANGE and Cue.IS_TRUE not in found.cues:
        return False  # "Welke is het sterkst gedaald?"
    apart = found.handler == "difference" and not found.claims
    asked = (apart or found.cues & _ASKED) and Cue.IS_TRUE not in found.cues
    return bool(found.cues & _SAID) and not asked


def _chart(draft: Draft, found: Interpretation, figure: str | None) -> ChartRequest | None:
    """The chart that goes with an answer, with what the question was about."""
    if not draft.chart or not (figure or draft.facts):
        return None
    whole = draft.show and not found.indicators
    stated = [] if whole else draft.facts
    return ChartRequest(
        found.publication.name,
        figure or "",
        tuple(dict.fromkeys(fact.indicator for fact in stated)),
        tuple(dict.fromkeys(fact.tier for fact in stated)),
        tuple(dict.fromkeys(fact.year for fact in stated)),
    )


def _shown(found: Interpretation) -> tuple[str, ...]:
    """The indicators of the figure that was asked for."""
    series = found.publication.figure_series(found.figure or "")
    return tuple(dict.fromkeys(each.indicator for each in series))
