"""Rights the spelling of single words: chat spelling, typing errors, compounds, missing spaces."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA, LCSseq

from bot.cues import FILLER
from bot.language import Language
from bot.text import digits, number_words

_CACHED = 20_000
_LONGEST = 40
"""Longer words are not Dutch, and cost time."""
_LONG = 10
"""A word of so many letters can be a compound."""
_SHORTEST_REPAIRED = 4
_SHORTEST_PART = 3
_VERY_COMMON = 500
"""A word this common is as likely to be meant as one that says what a question is about."""
_SHORTEST_JOINED = 6
"""Letters of a compound that may be typed as two words."""
_START = 2
_SURE_START = 8
"""A shorter word is repaired to one with another first letter only where it lacks that letter."""
_END = 3
"""A misspelt word keeps its first two or its last three letters."""
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
"""A letter held for effect: "hoiii"."""


_Index = dict[tuple[str, int], list[str]]


class Speller:
    """Finds the known word or words that a word is meant to be. Holds no state but a cache."""

    def __init__(self, language: Language) -> None:
        self._spelling = language.spelling
        self._vocabulary = language.vocabulary
        self._common = language.common_words
        self._linking = language.linking_letters
        self._language = language
        self._singles = frozenset(language.of_one_word)
        self._content = frozenset(
            word for word, meanings in language.of_one_word.items() if meanings != {FILLER}
        )
        self.right = lru_cache(_CACHED)(self._right)

    @cached_property
    def _candidates(self) -> tuple[_Index, _Index]:
        """The words that a misspelt word can be meant to be, by their start and by their end.

        Built at the first misspelt word, so that a question without one is answered sooner.
        """
        by_start: _Index = defaultdict(list)
        by_end: _Index = defaultdict(list)
        # An unknown word is no sign of another world.
        for word in sorted((self._vocabulary - self._of_elsewhere()) | self._language.everyday):
            if len(word) >= _SHORTEST_REPAIRED and word.isalpha():
                by_start[word[:_START], len(word)].append(word)
                by_end[word[-_END:], len(word)].append(word)
        return by_start, by_end

    @cached_property
    def _run_together(self) -> dict[str, tuple[str, ...]]:
        """Phrases of several words by how they look without their spaces: "laatzien"."""
        return {
            "".join(phrase.words): phrase.words
            for phrase in self._language.all_phrases
            if len(phrase.words) > 1 and not phrase.rest and phrase.meanings != {FILLER}
        }

    def _of_elsewhere(self) -> set[str]:
        """The words that say only that a message is about another world."""
        elsewhere: set[str] = set()
        others: set[str] = set()
        for phrase in self._language.all_phrases:
            apart = phrase.meanings <= self._language.elsewhere
            (elsewhere if apart else others).update(phrase.words, phrase.rest)
        return elsewhere - others

    def joined(self, first: str, second: str) -> str | None:
        """Two words as the compound that they are parts of: "bestuurs lagen"; else None."""
        word = first + second
        known = first in self._vocabulary and second in self._vocabulary
        parts = not known and len(word) >= _SHORTEST_JOINED and word in self._content
        return word if parts else None

    def _right(self, word: str) -> tuple[str, ...]:
        """The words that a word is read as; the word itself where nothing better is known."""
        if word in self._spelling:
            return self._spelling[word]
        drawn_out = word not in self._vocabulary and word not in self._common
        if drawn_out and word not in number_words():  # "gecreeerd" is written so.
            word = _DRAWN_OUT.sub(r"\1", word)
            if word in self._spelling:
                return self._spelling[word]
        if not word.isalpha() or len(word) > _LONGEST:
            return (word,)
        if word in number_words():
            return (digits(word),)
        if word in self._vocabulary:
            return (word,)
        known = word in self._common
        parts = self._run_together.get(word) or self._split(word, allow_fillers=not known)
        if parts or known:
            return parts or (word,)
        near = self._nearest(word, 1)
        if near or self._is_compound(word):
            return near or (word,)
        return self._nearest(word) or self._split_misspelt(word) or (word,)

    def _split(self, word: str, *, allow_fillers: bool) -> tuple[str, ...] | None:
        """A compound or two words without their space, where all parts are known."""
        allowed = self._singles if allow_fillers else self._content
        for cut in range(len(word) - _SHORTEST_PART, _SHORTEST_PART - 1, -1):
            first, second = word[:cut], word[cut:]
            linked = first[-1] in self._linking and cut > _SHORTEST_PART + 1
            for left in (first, first[:-1]) if linked else (first,):
                telling = left in self._content or second in self._content
                if left in allowed and second in allowed and telling:
                    return left, second
        return None

    def _is_compound(self, word: str) -> bool:
        """Whether a word is made of two common Dutch words: unknown to us, but not misspelt."""
        return len(word) >= _LONG and any(
            word[:cut] in self._common and word[cut:] in self._common
            for cut in range(4, len(word) - 3)
        )

    def _split_misspelt(self, word: str) -> tuple[str, ...] | None:
        """A compound with a typing error in one of its parts."""
        if len(word) < _LONG:
            return None
        for cut in range(len(word) - 4, 3, -1):
            first, second = word[:cut], word[cut:]
            if first in self._content and (right := self._nearest(second)):
                return (first, *right)
            if second in self._content and len(second) > 4 and (left := self._nearest(first)):
                return (*left, second)
        return None

    def _nearest(self, word: str, most: int = 3) -> tuple[str, ...] | None:
        """The known word at most so many edits away; None where none is near enough."""
        length = len(word)
        if length < _SHORTEST_REPAIRED:
            return None
        allowed = min(most, 1 if length < 7 else 2 if length < 12 else 3)
        dropped = min(most, max(allowed, 2))
        by_start, by_end = self._candidates
        near = {
            candidate
            for size in range(length - dropped, length + dropped + 1)
            for candidate in (
                *by_start.get((word[:_START], size), ()),
                *by_end.get((word[-_END:], size), ()),
            )
        }
        found = process.extract(word, near, scorer=OSA.distance, score_cutoff=dropped, limit=None)
        # Two letters left out are likelier than two letters wrong.
        found = [f for f in found if f[1] <= allowed or LCSseq.similarity(word, f[0]) == length]
        if not found:
            return None
        best = min(found, key=lambda f: (f[1], *_mistake(f[0], word), *self._unlikely(f[0], word)))[
            0
        ]
        if length < _SURE_START and best[0] != word[0] and best[1:] != word:
            return None
        return (best,)

    def _unlikely(self, candidate: str, word: str) -> tuple[bool, bool, int, int, str]:
        """Orders equally near words: one that means something, starts alike, is common."""
        rank = self._common.get(candidate, len(self._common))
        tells = candidate in self._content or rank < _VERY_COMMON
        return not tells, candidate[0] != word[0], rank, -len(candidate), candidate


def _mistake(candidate: str, word: str) -> tuple[bool, bool]:
    """Orders mistakes: a letter left out is likeliest on a phone, then two that changed places."""
    return LCSseq.similarity(word, candidate) < len(word), sorted(candidate) != sorted(word)
