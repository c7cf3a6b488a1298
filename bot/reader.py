"""Reads a message: rights its spelling and finds the concepts, slots and numbers in it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache


from rapidfuzz import process
from rapidfuzz.distance import OSA, LCSseq

from bot.language import NUMBER, Language, Phrase
from bot.text import Word, digits, number_words, sentences_of

_GAP_WORDS = 9
"""How many words may stand inside a phrase with a gap ("nam … af")."""
_MAX_WORD = 40
"""Longer words are not Dutch, and cost time."""


_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
"""A letter held for effect: "hoiii"."""


@dataclass(frozen=True, slots=True)
class Item:
    """A stretch of words that means something, or one word that does not."""

    words: tuple[str, ...]
    meanings: frozenset[str]
    """Concepts, and slots such as ``tier:…``; empty for a word that is not known."""
    number: float | None = None
    name: bool = False
    """An unknown word that is probably a name."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, in order."""

    items: tuple[Item, ...]
    typed: tuple[str, ...] = ()
    repaired: tuple[tuple[str, str], ...] = ()
    """What was typed, and how it was read, where that differs."""

    @property
    def words(self) -> tuple[str, ...]:
        """The words as they were read, in order."""
        return tuple(word for item in self.items for word in item.words)

    @property
    def meanings(self) -> frozenset[str]:
        """All meanings in the sentence."""
        return frozenset(m for item in self.items for m in item.meanings)


@dataclass
class Reader:
    """Reads messages with one language. Holds no state but a cache of repaired words."""

    language: Language
    _by_start: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _by_end: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for word in sorted(self.language.vocabulary):
            if len(word) >= 4 and word.isalpha():
                self._by_start[word[:2]].append(word)
                self._by_end[word[-3:]].append(word)
        singles = [
            phrase
            for phrases in self.language.phrases.values()
            for phrase in phrases
            if len(phrase.words) == 1 and not phrase.rest
        ]
        self._singles = frozenset(p.words[0] for p in singles)
        self._content = frozenset(p.words[0] for p in singles if p.meanings != {"filler"})
        self._subjects = frozenset(n for s in self.language.subjects.values() for n in s.concepts)
        self._repair = lru_cache(maxsize=20_000)(self._repair_uncached)

    def read(self, message: str) -> list[Sentence]:
        """The sentences of a message, labelled. Never raises on any text."""
        sentences = sentences_of(message)
        if not sentences:
            emoji = self.language.emoji
            sentences = sentences_of(" ".join(emoji[c] for c in message[:100] if c in emoji))
        return [self._label(sentence) for sentence in sentences]

    def _label(self, words: list[Word]) -> Sentence:
        texts: list[str] = []
        capitals: set[int] = set()
        repaired: list[tuple[str, str]] = []
        for word in words:
            right = self._repair(word.text)
            if right != (word.text,):
                repaired.append((word.text, " ".join(right)))
            elif word.capital:
                capitals.add(len(texts))
            texts.extend(right)
        typed = tuple(word.text for word in words)
        return Sentence(tuple(self._items(texts, capitals)), typed, tuple(repaired))

    # Spelling -----------------------------------------------------------------------------

    def _repair_uncached(self, word: str) -> tuple[str, ...]:
        language = self.language
        if word in language.spelling:
            return language.spelling[word]
        if (
            _DRAWN_OUT.search(word)
            and word not in language.vocabulary
            and word not in number_words()
        ):
            word = _DRAWN_OUT.sub(r"\1", word)
            if word in language.spelling:
                return language.spelling[word]
        if not word.isalpha() or len(word) > _MAX_WORD:
            return (word,)
        if word in number_words():
            return (digits(word),)
        if word in language.vocabulary:
            return (word,)
        known = word in language.common_words
        parts = self._split(word, allow_fillers=not known)
        if parts:
            return parts
        if known:
            return (word,)
        near = self._nearest(word, 1)
        if near or self._is_compound(word):
            return near or (word,)
        return self._nearest(word) or self._split_misspelt(word) or (word,)

    def _split(self, word: str, *, allow_fillers: bool) -> tuple[str, ...] | None:
        """A compound or two words without their space, where all parts are known."""
        allowed = self._singles if allow_fillers else self._content
        best: tuple[str, ...] | None = None
        for cut in range(len(word) - 3, 2, -1):
            first, second = word[:cut], word[cut:]
            for left in (first, *([first[:-1]] if first[-1] in "se" and cut > 4 else [])):
                if left in allowed and second in allowed and not best:
                    if left in self._content or second in self._content:
                        best = (left, second)
        return best

    def _is_compound(self, word: str) -> bool:
        """Whether a word is made of two common Dutch words: unknown to us, but not misspelt."""
        common = self.language.common_words
        return len(word) >= 10 and any(
            word[:cut] in common and word[cut:] in common and min(cut, len(word) - cut) >= 4
            for cut in range(4, len(word) - 3)
        )

    def _split_misspelt(self, word: str) -> tuple[str, ...] | None:
        if len(word) < 10:
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
        if length < 4:
            return None
        allowed = min(most, 1 if length < 7 else 2 if length < 12 else 3)
        dropped = min(most, max(allowed, 2))
        near = [
            w
            for w in {*self._by_start.get(word[:2], ()), *self._by_end.get(word[-3:], ())}
            if abs(len(w) - length) <= dropped
        ]
        found = process.extract(word, sorted(near), scorer=OSA.distance, score_cutoff=dropped)
        # Two letters left out are likelier than two letters wrong.
        found = [f for f in found if f[1] <= allowed or (LCSseq.similarity(word, f[0]) == length)]
        if not found:
            return None
        # Among equally near words: one that means something, starts alike, has a letter more.
        best = min(
            found,
            key=lambda f: (f[1], f[0] not in self._content, f[0][0] != word[0], -len(f[0]), f[0]),
        )
        if length < 6 and best[0][0] != word[0] and best[0][1:] != word:
            return None
        return (best[0],)

    # Meaning ------------------------------------------------------------------------------

    def _items(self, texts: list[str], capitals: set[int]) -> list[Item]:
        taken: list[Item | None] = [None] * len(texts)
        position = 0
        while position < len(texts):
            item, length = self._longest(texts, position)
            if item is not None:
                for index in range(position, position + length):
                    taken[index] = item
            position += length
        self._gapped(texts, taken)
        items: list[Item] = []
        for index, text in enumerate(texts):
            item = taken[index]
            if item is not None:
                if not items or items[-1] is not item:
                    items.append(item)
                continue
            number = _number(text)
            items.append(Item((text,), frozenset(), number, index in capitals))
        return items

    def _longest(self, texts: list[str], position: int) -> tuple[Item | None, int]:
        for phrase in self.language.phrases.get(texts[position], ()):
            length = len(phrase.words)
            if phrase.rest or not _same(texts[position : position + length], phrase.words):
                continue
            if length > 1 and self._cuts_longer(texts, position, length):
                continue
            numbers = (_number(text) for text in texts[position : position + length])
            number = next((n for n in numbers if n is not None), None)
            words = tuple(texts[position : position + length])
            return Item(words, phrase.meanings, number), length
        first = texts[position]
        if _number(first) is not None:
            for phrase in self.language.phrases.get(NUMBER, ()):
                length = len(phrase.words)
                if not phrase.rest and _same(texts[position : position + length], phrase.words):
                    words = tuple(texts[position : position + length])
                    return Item(words, phrase.meanings, _number(first)), length
        return None, 1

    def _cuts_longer(self, texts: list[str], position: int, length: int) -> bool:
        """Whether a longer phrase starts inside this one: "hoeveel minder" in "minder ernstige"."""
        return any(
            len(phrase.words) >= length
            and start + len(phrase.words) > position + length
            and not phrase.rest
            and _same(texts[start : start + len(phrase.words)], phrase.words)
            for start in range(position + 1, position + length)
            for phrase in self.language.phrases.get(texts[start], ())
        )

    def _gapped(self, texts: list[str], taken: list[Item | None]) -> None:
        for position, text in enumerate(texts):
            for phrase in self.language.phrases.get(text, ()):
                if not phrase.rest:
                    continue
                end = self._gap_end(texts, position, phrase)
                if end is None:
                    continue
                start = position + len(phrase.words)
                spans = [*range(position, start), *range(end, end + len(phrase.rest))]
                olds = [taken[i] for i in spans]
                if any(o is not None and len(o.words) > 1 for o in olds):
                    continue
                head = Item(phrase.words, phrase.meanings)
                tail = Item(phrase.rest, frozenset({"filler"}))
                for index in range(position, start):
                    taken[index] = head
                for index in range(end, end + len(phrase.rest)):
                    old = taken[index]
                    # "meldt … extern" names the subject with both parts; "nam … af" is one word.
                    kept = old is not None and phrase.meanings <= self._subjects
                    if not kept or old is None or old.meanings == {"filler"}:
                        taken[index] = tail
                break

    @staticmethod
    def _gap_end(texts: list[str], position: int, phrase: Phrase) -> int | None:
        length = len(phrase.words)
        if tuple(texts[position : position + length]) != phrase.words:
            return None
        start = position + length
        for end in range(start, min(start + _GAP_WORDS, len(texts) - len(phrase.rest) + 1)):
            if tuple(texts[end : end + len(phrase.rest)]) == phrase.rest:
                return end
        return None


def _same(texts: list[str], words: tuple[str, ...]) -> bool:
    if NUMBER not in words:
        return tuple(texts) == words
    if len(texts) != len(words):
        return False
    return all(
        t == w or (w == NUMBER and _number(t) is not None)
        for t, w in zip(texts, words, strict=True)
    )


def _number(text: str) -> float | None:
    if text[0].isdigit():
        return float(text.replace(",", "."))
    return number_words().get(text)
