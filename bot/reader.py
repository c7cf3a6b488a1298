"""Reads a message: finds the concepts, slots and numbers in its words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.cues import FILLER
from bot.language import NUMBER, Language, Phrase
from bot.spelling import Speller
from bot.text import THOUSAND, Word, number_words, sentences_of

_GAP_WORDS = 13
"""How many words may stand inside a phrase with a gap ("nam … af")."""
_MOST_DIGITS = 15
"""A longer number is none that a question is about."""
_YEARS = range(1900, 2101)
"""Whole numbers in it are years, whatever stands around them."""
_CACHED = 20_000
_SHORTEST_PART = 3
_SHORTEST_HEAD = 5
"""Letters of the parts of a compound."""
_EMOJI = 100
"""How many characters of a message without words are looked at for an emoji."""


@dataclass(frozen=True, slots=True)
class Item:
    """A stretch of words that means something, or one word that does not."""

    words: tuple[str, ...]
    meanings: frozenset[str]
    """Concepts, and slots such as ``tier:…``; empty for a word that is not known."""
    number: float | None = None
    is_name: bool = False
    """An unknown word that is probably a name."""

    @property
    def is_unknown(self) -> bool:
        """Whether it means nothing to the bot."""
        return not self.meanings and self.number is None

    @property
    def is_year(self) -> bool:
        """Whether it is a number that can only be a year; "2.000" is none."""
        whole = len(self.words) == 1 and "," not in self.words[0]
        return whole and self.number is not None and self.number in _YEARS

    @property
    def is_filler(self) -> bool:
        """Whether it says nothing about the question."""
        return self.meanings == _ONLY_FILLER

    @property
    def is_group(self) -> bool:
        """Whether it names people: a tier or a function."""
        return self.value_of("tier") is not None or self.value_of("function") is not None

    def value_of(self, slot: str) -> str | None:
        """The value it gives a slot: "gemeenten" where it means ``tier:gemeenten``."""
        for meaning in self.meanings:
            kind, colon, value = meaning.partition(":")
            if colon and kind == slot:
                return value
        return None


def meanings_of(items: Iterable[Item]) -> frozenset[str]:
    """All meanings of the items."""
    return frozenset(meaning for item in items for meaning in item.meanings)


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
        return meanings_of(self.items)


class Reader:
    """Reads messages with one language. Holds no state but a cache of repaired words."""

    def __init__(self, language: Language) -> None:
        self._phrases = language.phrases
        self._by_second: dict[str, dict[str, list[Phrase]]] = {}
        """The phrases that were needed so far, by their first word and then their second."""
        self._gapped_phrases: dict[str, list[Phrase]] = {}
        self._emoji = language.emoji
        self._everyday = language.everyday
        self._elsewhere = language.elsewhere
        self._shared = language.shared_concepts
        self._single = language.of_one_word
        self._of_word = lru_cache(_CACHED)(self._of_word_uncached)
        self._speller = Speller(language)
        self._subjects = frozenset(n for s in language.subjects.values() for n in s.concepts)

    def read(self, message: str) -> list[Sentence]:
        """The sentences of a message, labelled. Never raises on any text."""
        sentences = sentences_of(message)
        if not sentences:
            meant = (self._emoji[c] for c in message[:_EMOJI] if c in self._emoji)
            sentences = sentences_of(" ".join(meant))
        return [self._label(sentence) for sentence in sentences]

    def again(self, sentence: Sentence) -> Sentence:
        """A sentence that was read in another language, as it is in this one."""
        capitals = set()
        place = 0
        for item in sentence.items:
            if item.is_name:
                capitals.add(place)
            place += len(item.words)
        return replace(sentence, items=tuple(self._items(list(sentence.words), capitals)))

    def _label(self, words: list[Word]) -> Sentence:
        texts: list[str] = []
        capitals: set[int] = set()
        repaired: list[tuple[str, str]] = []
        for word in self._joined(words):
            right = self._speller.right(word.text)
            if right != (word.text,):
                repaired.append((word.text, " ".join(right)))
            elif word.capital:
                capitals.add(len(texts))
            if right == _THOUSAND and word.text.isalpha() and texts and texts[-1][0].isdigit():
                count = _number(texts[-1]) or 0
                if count < THOUSAND:  # "8 duizend"
                    texts.pop()
                    right = (str(int(count * THOUSAND)),)
            texts.extend(right)
        typed = tuple(word.text for word in words)
        return Sentence(tuple(self._items(texts, capitals)), typed, tuple(repaired))

    def _joined(self, words: list[Word]) -> list[Word]:
        """The words, with compounds that were typed apart as one word."""
        joined: list[Word] = []
        for word in words:
            before = joined[-1].text if joined else ""
            whole = self._speller.joined(before, word.text) if before else None
            if whole and self._longest([before, word.text], 0)[1] == 1:
                joined[-1] = replace(joined[-1], text=whole)
            else:
                joined.append(word)
        return joined

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
            meanings = self._of_word(text) if number is None else frozenset()
            items.append(Item((text,), meanings, number, index in capitals))
        return items

    def _of_word_uncached(self, word: str) -> frozenset[str]:
        """What a word says that is in no phrase: nothing, if it is an everyday word.

        A compound is what its last part is: "afstudeeronderzoek" is talk, "kleinkinderen" are
        of another world.
        """
        if word in self._everyday:
            return _ONLY_FILLER
        for start in range(_SHORTEST_PART, len(word) - _SHORTEST_HEAD + 1):
            head = word[start:]
            if head in self._everyday:
                return _ONLY_FILLER
            if (meanings := self._single.get(head)) and len(head) > _SHORTEST_HEAD:
                if meanings <= self._elsewhere:
                    return meanings
                if meanings <= self._shared | _ONLY_FILLER:
                    return _ONLY_FILLER
        return frozenset()

    def _starting(self, texts: list[str], position: int) -> Sequence[Phrase]:
        """The phrases without a gap that can stand at a place, by their first two words."""
        first = texts[position]
        if first not in self._by_second:
            by_second: dict[str, list[Phrase]] = defaultdict(list)
            for phrase in self._phrases.get(first, ()):
                if not phrase.rest:
                    by_second[phrase.words[1] if len(phrase.words) > 1 else ""].append(phrase)
            self._by_second[first] = by_second
        by_second = self._by_second[first]
        if not by_second:
            return ()
        second = texts[position + 1] if position + 1 < len(texts) else ""
        several = [p for key in {second, NUMBER, ""} for p in by_second.get(key, ())]
        several.sort(key=lambda phrase: -len(phrase.words))
        return several

    def _longest(self, texts: list[str], position: int) -> tuple[Item | None, int]:
        for phrase in self._starting(texts, position):
            length = len(phrase.words)
            if not _same(texts[position : position + length], phrase.words):
                continue
            if length > 1 and self._cuts_longer(texts, position, length):
                continue
            words = tuple(texts[position : position + length])
            # "Een" is an article in "wat is een", and a number in "een op de vijf".
            counts = length == 1 or any(":" in meaning for meaning in phrase.meanings)
            numbers = (_number(word) for word in words if counts or word[0].isdigit())
            number = next((n for n in numbers if n is not None), None)
            return Item(words, phrase.meanings, number), length
        first = texts[position]
        if _number(first) is not None:
            for phrase in self._phrases.get(NUMBER, ()):
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
            and _same(texts[start : start + len(phrase.words)], phrase.words)
            for start in range(position + 1, position + length)
            for phrase in self._starting(texts, start)
        )

    def _with_gap(self, first: str) -> Sequence[Phrase]:
        if first not in self._gapped_phrases:
            phrases = self._phrases.get(first, ())
            self._gapped_phrases[first] = [phrase for phrase in phrases if phrase.rest]
        return self._gapped_phrases[first]

    def _gapped(self, texts: list[str], taken: list[Item | None]) -> None:
        for position, text in enumerate(texts):
            for phrase in self._with_gap(text):
                end = self._gap_end(texts, position, phrase)
                if end is None:
                    continue
                start = position + len(phrase.words)
                spans = [*range(position, start), *range(end, end + len(phrase.rest))]
                olds = [taken[i] for i in spans]
                if any(o is not None and len(o.words) > 1 for o in olds):
                    continue
                head = Item(phrase.words, phrase.meanings)
                tail = Item(phrase.rest, frozenset({FILLER}))
                for index in range(position, start):
                    taken[index] = head
                for index in range(end, end + len(phrase.rest)):
                    old = taken[index]
                    # "meldt … extern" names the subject with both parts; "nam … af" is one word.
                    kept = old is not None and phrase.meanings <= self._subjects
                    if not kept or old is None or old.meanings == {FILLER}:
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
        return float(text.replace(",", ".")) if len(text) <= _MOST_DIGITS else None
    return number_words().get(text)


_THOUSAND = (str(THOUSAND),)
_ONLY_FILLER = frozenset({FILLER})
