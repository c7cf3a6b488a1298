"""Which of several publications a message is about."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation import Conversation
from bot.question.slots import SlotFinder
from bot.question.topics import Topics
from bot.reader import Sentence


def choose_publication(
    newest_first: Sequence[Topics],
    sentences: Sequence[Sentence],
    before: Conversation,
    slots: SlotFinder,
) -> Topics:
    """The publication whose subjects explain most of a message.

    Between equals: without a subject the one talked about, then one that has the tiers and years
    asked for, then the newest.
    """
    if len(newest_first) == 1:
        return newest_first[0]
    return max(newest_first, key=lambda topics: _fit(topics, sentences, before, slots))


def _fit(
    topics: Topics, sentences: Sequence[Sentence], before: Conversation, slots: SlotFinder
) -> tuple[int, bool, bool, int]:
    """How well a message fits a publication, the weightiest first."""
    publication = topics.publication
    items = [item for sentence in sentences for item in topics.as_read(sentence).items]
    patterns, named = topics.find(items)
    options = topics.options(frozenset(m for item in items for m in item.meanings))
    talked_about = not named and before.publication == publication.name
    asked = slots.find(items, publication, topics.holds_of(before))
    held = sum(
        publication.fact(indicator, tier, year) is not None
        for indicator in topics.indicators(patterns) or [publication.headline]
        for tier in asked.tiers or [publication.default_tier]
        for year in asked.years or [publication.years[-1]]
    )
    return len(named), bool(options), talked_about, held
