"""Which of several publications a message is about."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation import Conversation
from bot.language import Pattern
from bot.question.slots import SlotFinder
from bot.question.topics import Topics
from bot.reader import Item, Sentence


def choose_publication(
    newest_first: Sequence[Topics],
    sentences: Sequence[Sentence],
    before: Conversation,
    slots: SlotFinder,
    *,
    goes_on: bool,
) -> Topics:
    """The publication whose subjects explain most of a message.

    Between equals: one that has the tiers and years asked for, then for a message that goes on
    with the conversation (``goes_on``) the one talked about, then the newest.
    """
    if len(newest_first) == 1:
        return newest_first[0]

    def fit(topics: Topics) -> tuple[int, bool, int, bool]:
        items = [item for sentence in sentences for item in topics.as_read(sentence).items]
        patterns, named = topics.find(items)
        options = topics.options(frozenset(m for item in items for m in item.meanings))
        talked_about = before.publication == topics.publication.name
        held = _held(topics, patterns, items, before, slots)
        return len(named), bool(options), held, talked_about and (goes_on or not named)

    return max(newest_first, key=fit)


def _held(
    topics: Topics,
    patterns: Sequence[Pattern],
    items: Sequence[Item],
    before: Conversation,
    slots: SlotFinder,
) -> int:
    """How many of the facts asked for a publication has."""
    publication = topics.publication
    known = topics.holds_of(before)
    named = topics.indicators(patterns)
    asked = slots.find(items, publication, known, named, frozenset())
    indicators = named or known.indicators
    if not before.indicators:
        indicators = indicators or (publication.headline,)
    return sum(
        publication.fact(indicator, tier, year) is not None
        for indicator in indicators
        for tier in asked.tiers or [publication.default_tier]
        for year in asked.years or [publication.years[-1]]
    )
