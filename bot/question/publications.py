"""Which of several publications a message is about."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation import Conversation
from bot.cues import Given
from bot.language import Pattern
from bot.question.slots import SlotFinder
from bot.question.topics import Topics
from bot.reader import Item, Sentence, meanings_of

_ELSEWHERE = 0.5
"""What is explained beside a word of another world counts half: another may explain that too."""
_UNKNOWN = 1.25
"""A word that says nothing here, where it does in another, outweighs one that is explained."""
_TALKED_ABOUT = 0.75
"""Going on with a publication tells more than one everyday word, and less than any other."""


def choose_publication(
    newest_first: Sequence[Topics],
    sentences: Sequence[Sentence],
    before: Conversation,
    slots: SlotFinder,
    *,
    goes_on: bool,
) -> Topics:
    """The publication whose subjects, groups and own words explain most of a message.

    A message that goes on with the conversation (``goes_on``), or holds no word that is not
    known, leans to the one talked about where that has what is asked. Between equals: one that
    has the tiers and years asked for, then the one talked about, then the newest.
    """
    said = {meaning for sentence in sentences for meaning in sentence.meanings}
    newest_first = _with_groups(newest_first, sentences)
    called = [topics for topics in newest_first if topics.called in said]
    if len(newest_first) == 1 or len(called) == 1:
        return (called or newest_first)[0]

    def fit(topics: Topics) -> tuple[float, int, bool]:
        read = [item for sentence in sentences for item in sentence.items]
        items = [item for sentence in sentences for item in topics.as_read(sentence).items]
        patterns, named = topics.find(items)
        told = [item for index, item in enumerate(items) if index in named or item.is_group]
        asks_back = topics.options(meanings_of(items))
        if not named and (asks_back or topics.completes(patterns, items, topics.holds_of(before))):
            told += [item for item in items if item.meanings & topics.concepts]
        told += [item for item in read if topics.own in item.meanings]
        explained = sum(map(topics.weight, told))
        explained += topics.answers(meanings_of(items))
        if any(Given.ELSEWHERE in item.meanings for item in items):
            explained *= _ELSEWHERE
        unknown = sum(item.is_unknown and not topics.is_everyday(item) for item in items)
        explained -= _UNKNOWN * unknown
        talked_about = before.publication == topics.publication.name
        held = _held(topics, patterns, items, before, slots)
        if talked_about and held and (goes_on or not any(item.is_unknown for item in items)):
            explained += _TALKED_ABOUT
        return explained, held, talked_about and (goes_on or not named)

    return max(newest_first, key=fit)


def _with_groups(newest_first: Sequence[Topics], sentences: Sequence[Sentence]) -> Sequence[Topics]:
    """The publications that have as a group what others call a part of one; all where none has.

    "Wethouders" may be a group in one, and belong to the gemeenten in another.
    """
    items = [item for sentence in sentences for item in sentence.items]
    parts = [item.meanings for item in items if item.value_of("function") is not None]
    having = [
        topics
        for topics in newest_first
        if parts and all(_tiers(topics) & meanings for meanings in parts)
    ]
    return having or newest_first


def _tiers(topics: Topics) -> set[str]:
    return {f"tier:{name}" for name in topics.publication.tiers}


def _held(
    topics: Topics,
    patterns: Sequence[Pattern],
    items: Sequence[Item],
    before: Conversation,
    slots: SlotFinder,
) -> int:
    """How many of the facts asked for a publication has, or whether it has the figure."""
    publication = topics.publication
    known = topics.holds_of(before)
    named = topics.indicators(patterns)
    asked = slots.find(items, publication, known, named, frozenset())
    if asked.figure is not None:  # Of "8a", another may have the 8.
        return publication.has_figure(asked.figure) * len(asked.figure)
    indicators = named or known.indicators
    if not before.indicators:
        indicators = indicators or (publication.headline,)
    return sum(
        publication.fact(indicator, tier, year) is not None
        for indicator in indicators
        for tier in asked.tiers or [publication.default_tier]
        for year in asked.years or [publication.years[-1]]
    )
