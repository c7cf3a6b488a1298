"""How much of a message is understood: what guards against answering another question."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.cues import COURTESY
from bot.language import Language, word_phrases
from bot.reader import Item

_COMMON_RANK = 1500
"""A word this common says little when it is not understood: half the weight of a rare one."""
_HALF = 0.5
_PLACED = 2.0
"""A word that is not known after a preposition names another place or group."""
_SHORT = 2
"""Words of so few letters do not count."""


class Coverage:
    """Weighs the words that are understood against those that are not."""

    def __init__(self, language: Language) -> None:
        self._common = language.common_words
        self._everyday = language.everyday.difference(language.of_one_word)
        self._prepositions = frozenset(
            word for phrase in word_phrases(language.intents.prepositions) for word in phrase
        )

    def of(
        self,
        items: Sequence[Item],
        consumed: Collection[int],
        light: frozenset[str],
        strictness: float = 1.0,
    ) -> float:
        """The share of the content words that is understood, 0 to 1.

        ``consumed`` are the items that name the subject; ``light`` concepts count half elsewhere,
        words that are not known count ``strictness`` times.
        """
        understood = unknown = 0.0
        for index, item in enumerate(items):
            if item.is_unknown:
                unknown += strictness * self._weight(items, index)
            elif not item.meanings:
                understood += _HALF
            elif not item.is_filler and not item.meanings & COURTESY:
                understood += 1.0 if index in consumed or item.meanings - light else _HALF
        return understood / (understood + unknown) if understood + unknown else 1.0

    def _weight(self, items: Sequence[Item], index: int) -> float:
        item = items[index]
        if len(item.words[0]) <= _SHORT:
            return 0.0
        before = [near for near in items[max(0, index - 2) : index] if near.number is None]
        if len(before) > 1 and not before[-1].is_filler:
            before = before[-1:]
        words = {near.words[-1] for near in before}
        placed = 1.0 if words.isdisjoint(self._prepositions) else _PLACED
        return placed * (1.0 if self.is_rare(item) and not item.is_name else _HALF)

    def is_rare(self, item: Item) -> bool:
        """Whether an item is no common Dutch word."""
        return self._common.get(item.words[0], _COMMON_RANK) >= _COMMON_RANK

    def is_talk(self, item: Item) -> bool:
        """Whether an item is no everyday word that may say something here."""
        return not item.is_filler or self._everyday.isdisjoint(item.words)

    def odd(self, items: Sequence[Item]) -> list[Item]:
        """The words that are not known and long enough to mean something."""
        return [item for item in items if item.is_unknown and len(item.words[0]) > _SHORT]
