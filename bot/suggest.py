"""Questions to go on with: each is one that the bot answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice

from rapidfuzz import fuzz, process

from bot.answer import Answer
from bot.data import Publication
from bot.interpretation import Interpretation
from bot.language import Language
from bot.replies.wording import Wording
from bot.text import plain

_ALIKE = 55.0
"""A question less like a message (0 to 100) is not offered for its likeness."""
_plain = lru_cache(10_000)(plain)
COUNT = 2
"""How many questions an answer suggests."""


def near_examples(found: Interpretation) -> tuple[str, ...]:
    """The questions about a publication that are most like a message, best first."""
    words = " ".join(word for sentence in found.sentences for word in sentence.words)
    questions = found.publication.examples
    ranked = process.extract(
        words,
        questions,
        processor=_plain,
        scorer=fuzz.token_set_ratio,
        score_cutoff=_ALIKE,
        limit=COUNT,
    )
    near = [question for question, _, _ in ranked]
    return tuple(dict.fromkeys([*near, *questions[:COUNT]]))[:COUNT]


def two_examples(publication: Publication) -> tuple[str, str]:
    """Two questions about a publication (the same twice where it holds one indicator only)."""
    questions = publication.examples
    return questions[0], questions[1 % len(questions)]


def follow_ups(found: Interpretation, answer: Answer, language: Language) -> tuple[str, ...]:
    """Up to two questions that go on from an answer."""
    publication = found.publication
    if not answer.facts:
        return near_examples(found)
    wording = Wording(language)
    ideas = chain(_other_views(found, answer, wording), _other_subjects(publication, answer))
    chosen: list[str] = []
    for idea in ideas:
        if idea != answer.question and idea not in chosen:
            chosen.append(idea)
        if len(chosen) == COUNT:
            break
    return tuple(chosen)


def _other_views(found: Interpretation, answer: Answer, wording: Wording) -> Iterator[str]:
    """Other questions about the indicator that was stated last."""
    publication = found.publication
    templates = wording.language.replies.suggestions
    fact = answer.facts[-1]
    name = publication.indicators[fact.indicator].short
    tier = publication.tiers[fact.tier].name
    one_tier = len({stated.tier for stated in answer.facts}) == 1
    compared = [publication.tiers[tier].name for tier in publication.tiers_of(fact.indicator)]
    if one_tier and len(compared) > 1:
        word, tiers = publication.tier_word, wording.join(compared)
        template = templates["per_tier" if word else "tiers"]
        yield template.format(name=name, word=word, tiers=tiers, year=fact.year)
    if len(publication.years_of(fact.indicator, fact.tier)) == len(
        publication.measured(fact.indicator)
    ):
        if found.handler != "trend":
            yield templates["trend"].format(name=name, tier=tier)
        if found.handler != "extreme":
            yield templates["highest"].format(name=name, tier=tier)


def _other_subjects(publication: Publication, answer: Answer) -> Iterator[str]:
    """Questions about the indicators next to the one that was stated last, its own group first."""
    stated = {fact.indicator for fact in answer.facts}
    last = answer.facts[-1].indicator
    siblings = publication.siblings(last) or [last]
    for name in chain(_after(siblings, last), _after(list(publication.indicators), last)):
        if name not in stated:
            yield publication.indicators[name].question


def _after(names: Sequence[str], name: str) -> Iterator[str]:
    """The others, from the one after a name round to the one before it."""
    place = names.index(name)
    return chain(islice(names, place + 1, None), islice(names, place))
