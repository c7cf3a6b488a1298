"""Recognises messages in another language than Dutch."""

from __future__ import annotations

from collections.abc import Iterable

from bot.reader import Sentence
from bot.schema import Foreigns
from bot.text import words_of

_LEAST_WORDS = 2
_LEAST_SHARE = 0.3
"""A message is in a language when it holds so many of its common words, and so large a share."""


class ForeignWords:
    """The commonest words of some languages."""

    def __init__(self, foreign: Foreigns) -> None:
        self._dutch = frozenset(words_of(foreign.dutch))
        self._words = {
            name: frozenset(words_of(entry.words)) for name, entry in foreign.languages.items()
        }
        self._own = {name: words - self._dutch for name, words in self._words.items()}

    def language_of(self, sentences: Iterable[Sentence]) -> str:
        """The name of the other language; empty for Dutch, and for what is not clear."""
        words = [word for sentence in sentences for word in sentence.typed if word.isalpha()]
        counts = {name: sum(word in own for word in words) for name, own in self._own.items()}
        best = max(counts, key=counts.__getitem__, default="")
        hits = counts.get(best, 0)
        # A word that both have, such as "percentage", tells nothing.
        dutch = sum(word in self._dutch - self._words.get(best, frozenset()) for word in words)
        enough = hits >= _LEAST_WORDS and hits > dutch and hits >= _LEAST_SHARE * len(words)
        return best if enough else ""
