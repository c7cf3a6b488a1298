"""Questions to go on with: each is one that the bot answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, islice

from rapidfuzz import fuzz, process

from bot.answer import Answer
from bot.data import Publication
from bot.interpretation import Interpretation
from bot.language import Language
from bot.text import plain

_ALIKE = 55.0
"""A question less like a message (0 to 100) is not offered for its likeness."""
COUNT = 2
"""How many questions an answer suggests."""


def examples(publication: Publication) -> list[str]:
    """Questions of different kinds about a publication, the most general first."""
    kinds: dict[str, str] = {}
    for indicator in publication.indicators.values():
        kinds.setdefault(indicator.kind, indicator.question)
    first = list(kinds.values())
    return [
        *first,
        *(i.question for i in publication.indicators.values() if i.question not in first),
    ]


def near_examples(found: Interpretation) -> tuple[str, ...]:
    """The questions about a publication that are most like a message, best first."""
    words = " ".join(word for sentence in found.sentences for word in sentence.words)
    questions = examples(found.publication)
    ranked = process.extract(
        words,
        [plain(question) for question in questions],
        scorer=fuzz.token_set_ratio,
        score_cutoff=_ALIKE,
        limit=COUNT,
    )
    near = [questions[place] for _, _, place in ranked]
    return tuple(dict.fromkeys([*near, *questions]))[:COUNT]


def two_examples(publication: Publication) -> tuple[str, str]:
    """Two questions about a publication (the same twice where it holds one indicator only)."""
    questions = examples(publication)
    return questions[0], questions[1 % len(questions)]


def follow_ups(found: Interpretation, answer: Answer, language: Language) -> tuple[str, ...]:
    """Up to two questions that go on from an answer."""
    publication = found.publication
    templates = language.replies.suggestions
    if not answer.facts:
        return near_examples(found)
    ideas = chain(_other_views(found, answer, templates), _other_subjects(publication, answer))
    fresh = dict.fromkeys(idea for idea in ideas if idea != answer.question)
    return tuple(islice(fresh, COUNT))


def _other_views(
    found: Interpretation, answer: Answer, templates: Mapping[str, str]
) -> Iterator[str]:
    """Other questions about the indicator that was stated last."""
    publication = found.publication
    fact = answer.facts[-1]
    name = publication.indicators[fact.indicator].short
    tier = publication.tiers[fact.tier].name
    one_tier = len({stated.tier for stated in answer.facts}) == 1
    if one_tier and len(publication.tiers_of(fact.indicator)) > 1:
        yield templates["tiers"].format(name=name, year=fact.year)
    if len(publication.years_of(fact.indicator, fact.tier)) == len(publication.years):
        if found.handler != "trend":
            yield templates["trend"].format(name=name, tier=tier)
        if found.handler != "extreme":
            yield templates["highest"].format(name=name, tier=tier)


def _other_subjects(publication: Publication, answer: Answer) -> Iterator[str]:
    """Questions about the indicators next to the one that was stated last, its own group first."""
    stated = {fact.indicator for fact in answer.facts}
    names = list(publication.indicators)
    place = names.index(answer.facts[-1].indicator)
    siblings = publication.siblings(names[place])
    nearby = [name for name in (*names[place + 1 :], *names[:place]) if name not in stated]
    same = [name for name in nearby if name in siblings]
    for name in (*same, *nearby):
        yield publication.indicators[name].question
