"""Which of the readings that the bot offered a message picks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.cues import CHOICES, FILLER, Cue
from bot.interpretation import Interpretation
from bot.language import word_phrases
from bot.schema import Intents

_LONG = 12
"""A message of more words than this picks nothing."""
_SHORT = 6
_VERY_SHORT = 3


class Choices:
    """Matches answers to the bot's own question."""

    def __init__(self, intents: Intents) -> None:
        self._last = word_phrases(intents.last_choice)

    def pick(self, found: Interpretation, options: Sequence[Interpretation]) -> int | None:
        """The index of the reading that is picked; None where it is none of them."""
        items = (item for sentence in found.sentences for item in sentence.items)
        words = [w for item in items if Cue.GREETING not in item.meanings for w in item.words]
        if len(words) > _LONG:
            return None
        named = self._by_place(found, words, len(options))
        if named is not None:
            return named
        if found.figure is not None:
            return None
        figures = [option.figure or "" for option in options]
        if all(figures):
            lettered = [i for i, figure in enumerate(figures) if figure[-1] in words]
            if lettered and len(words) <= _VERY_SHORT:
                return lettered[0]
            if (shown := _by_what_it_shows(found, figures)) is not None:
                return shown
        by_concepts = _by_concepts(found, options)
        return by_concepts if by_concepts is not None else _by_indicators(found, options)

    def _by_place(self, found: Interpretation, words: Sequence[str], count: int) -> int | None:
        if len(words) <= _SHORT:
            for index, concept in enumerate(CHOICES[:count]):
                if concept in found.concepts:
                    return index
        last = len(words) <= _VERY_SHORT and any((word,) in self._last for word in words)
        return count - 1 if last else None


def _by_what_it_shows(found: Interpretation, figures: Sequence[str]) -> int | None:
    """The figure that shows the subject of a message."""
    for index, figure in enumerate(figures):
        shown = {series.indicator for series in found.publication.figure_series(figure)}
        if not shown.isdisjoint(found.indicators):
            return index
    return None


def _by_concepts(found: Interpretation, options: Sequence[Interpretation]) -> int | None:
    """The one that shares most with the message, of what the others do not hold."""
    common = frozenset.intersection(*(option.concepts for option in options))
    own = found.concepts - common - {FILLER}
    scores = [len(option.concepts & own) for option in options]
    best = max(scores)
    return scores.index(best) if best and Counter(scores)[best] == 1 else None


def _by_indicators(found: Interpretation, options: Sequence[Interpretation]) -> int | None:
    """The one that asks the same."""
    same = [i for i, option in enumerate(options) if option.indicators == found.indicators]
    return same[0] if found.indicators and len(same) == 1 else None
