"""Questions to go on with: each is one that the bot answers."""

from __future__ import annotations

from bot.answer import Answer, Status
from bot.data import Publication
from bot.interpret import Interpretation
from bot.language import Language

COUNT = 2
"""How many questions an answer suggests."""


def examples(publication: Publication) -> list[str]:
    """Questions of different kinds about a publication, the most general first."""
    indicators = list(publication.indicators.values())
    kinds: dict[str, list[str]] = {}
    for indicator in indicators:
        kinds.setdefault(indicator.kind, []).append(indicator.question)
    first = [questions[0] for questions in kinds.values()]
    rest = [i.question for i in indicators if i.question not in first]
    return [*first, *rest]


def follow_ups(found: Interpretation, answer: Answer, language: Language) -> tuple[str, ...]:
    """Up to two questions that go on from an answer."""
    publication = found.publication
    templates = language.replies.suggestions
    if answer.status is Status.CLARIFY and answer.choices:
        return tuple(choice.question for choice in answer.choices)[:COUNT]
    if not answer.facts:
        return tuple(examples(publication)[:COUNT])
    fact = answer.facts[-1]
    spec = publication.indicators[fact.indicator]
    ideas: list[str] = []
    tier = publication.tiers[fact.tier].name
    if len(publication.years_of(fact.indicator, fact.tier)) == len(publication.years):
        if found.handler != "trend":
            ideas.append(templates["trend"].format(name=spec.short, tier=tier))
        if found.handler != "extreme":
            ideas.append(templates["highest"].format(name=spec.short, tier=tier))
    if len(publication.tiers_of(fact.indicator)) > 1 and len({f.tier for f in answer.facts}) == 1:
        ideas.insert(0, templates["tiers"].format(name=spec.short, year=fact.year))
    stated = {f.indicator for f in answer.facts}
    position = list(publication.indicators).index(fact.indicator)
    order = list(publication.indicators.values())
    nearby = [*order[position + 1 :], *order[:position]]
    same = [i.question for i in nearby if i.group and i.group == spec.group and i.id not in stated]
    other = [i.question for i in nearby if i.id not in stated]
    ideas += [*same, *other]
    return tuple(dict.fromkeys(idea for idea in ideas if idea != answer.question))[:COUNT]
