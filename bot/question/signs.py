"""Words whose place in a sentence tells something: the lists of ``common/intents.yaml``."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import lru_cache

from bot.cues import Cue
from bot.language import word_phrases
from bot.reader import Item, Sentence
from bot.schema import Intents

Phrases = frozenset[tuple[str, ...]]

_NEAR_CHOICE = 3
"""The two things to choose from stand at most so many stretches from the "or"."""
_NEAR_VERB = 3
"""What a speaker says of himself stands at most so many words behind him."""
_NEAR = 2
"""A word that tells who speaks stands at most so many words before the speaker."""


class Signs:
    """Reads the form of sentences."""

    def __init__(self, intents: Intents) -> None:
        self._yes_no = word_phrases(intents.yes_no_starts)
        self._follow_up = word_phrases(intents.follow_up_starts)
        self._leading = word_phrases(intents.leading_words)
        self._tails = word_phrases(intents.tail_questions)
        self._asserting = word_phrases(intents.asserting)
        self._speaker_before = word_phrases(intents.speaker_before)
        self._speaker_after = word_phrases(intents.speaker_after)
        self._according_to = word_phrases(intents.according_to)
        self._prepositions = word_phrases(intents.prepositions)
        self._either_or = word_phrases(intents.either_or)
        self._anaphora = word_phrases(intents.anaphora)
        self._that = word_phrases(intents.that_anaphora)
        self._people = word_phrases(intents.people_anaphora)
        self._place = word_phrases(intents.place_anaphora)
        self._time = word_phrases(intents.time_anaphora)
        self._year = word_phrases(intents.year_anaphora)
        self._group = word_phrases(intents.group_anaphora)

    def without_greeting(self, sentence: Sentence) -> Sentence:
        """A sentence without the greeting before its question, where there is a question."""
        rest = list(sentence.items)
        while rest and (Cue.GREETING in rest[0].meanings or self._addresses(rest[0])):
            rest = rest[1:]
        greeted = any(
            Cue.GREETING in item.meanings for item in sentence.items[: -len(rest) or None]
        )
        asks = any(not item.is_filler for item in rest)
        return replace(sentence, items=tuple(rest)) if greeted and asks else sentence

    def without_speaker(self, sentence: Sentence) -> Sentence:
        """A sentence without the name of who says it: "Samira: en vrouwen dan?"."""
        named = self._names_speaker(sentence)
        return replace(sentence, items=sentence.items[1:]) if named else sentence

    def _names_speaker(self, sentence: Sentence) -> bool:
        """Whether the first word tells who speaks, in a group."""
        rest = replace(sentence, items=sentence.items[1:])
        named = len(sentence.items) > _NEAR_CHOICE and sentence.items[0].is_unknown
        return named and self._starts(rest, self._follow_up)

    def _addresses(self, item: Item) -> bool:
        """Whether a word leads in, and is no sign of going on ("bot", "vraagje"; not "en")."""
        ahead = item.words in self._leading and item.words not in self._follow_up
        return ahead and Cue.AGREED not in item.meanings

    def asks_yes_or_no(self, sentence: Sentence) -> bool:
        """Whether a sentence starts as a yes-or-no question does."""
        return self._starts(sentence, self._yes_no)

    def goes_on(self, sentence: Sentence) -> bool:
        """Whether a sentence starts as one that goes on with the last subject."""
        return self._starts(sentence, self._follow_up) or self._names_speaker(sentence)

    def _starts(self, sentence: Sentence, starts: Phrases) -> bool:
        words = sentence.words
        while words and words[:1] in self._leading and words[:1] not in starts:
            words = words[1:]
        return any(words[:length] in starts for length in _lengths(starts))

    def asks_for_agreement(self, sentence: Sentence) -> bool:
        """Whether a statement ends in a question such as "toch?"."""
        return 0 < self._tail(sentence.words) < len(sentence.words) - 2

    def is_tail(self, sentence: Sentence) -> bool:
        """Whether a sentence only asks for agreement with the one before ("Toch, bot?")."""
        words = self._without_address(sentence.words)
        return bool(words) and self._tail(words) == len(words)

    def asserts(self, items: Sequence[Item]) -> bool:
        """Whether a statement asks to be confirmed ("het was toch 59")."""
        return any(item.words in self._asserting for item in items)

    def _tail(self, words: tuple[str, ...]) -> int:
        """How many words at the end ask for agreement."""
        words = self._without_address(words)
        ends = [words[-length:] for length in _lengths(self._tails)]
        return max((len(end) for end in ends if end in self._tails), default=0)

    def _without_address(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """The words without whom they speak to at the end ("toch, bot")."""
        while words and words[-1:] in self._leading and words[-1:] not in self._tails:
            words = words[:-1]
        return words

    def speaks(self, items: Sequence[Item], index: int) -> bool:
        """Whether a person is who asks or tells, not whom the question is about."""
        before = _words(items[max(0, index - _NEAR) : index])[-_NEAR:]
        if before[-1:] in self._speaker_before or before[:1] in self._according_to:
            return True
        return self.tells(items, index)

    def is_who_says(self, items: Sequence[Item], index: int) -> bool:
        """Whether a stretch is who says something: "volgens een Kamerlid", "een agent zegt"."""
        before = _words(items[max(0, index - _NEAR) : index])[-_NEAR:]
        return before[:1] in self._according_to or self.tells(items, index)

    def tells(self, items: Sequence[Item], index: int) -> bool:
        """Whether what stands behind an item says that it speaks ("een Kamerlid beweert")."""
        after = _words(items[index + 1 : index + 1 + _NEAR_VERB])
        return _holds(after[:_NEAR_VERB], self._speaker_after)

    def is_placed(self, items: Sequence[Item], index: int) -> bool:
        """Whether a stretch stands behind a preposition ("in figuur 1", "in de grafiek")."""
        before = items[max(0, index - _NEAR) : index]
        return any(
            item.words[-1:] in self._prepositions and all(i.is_filler for i in before[place + 1 :])
            for place, item in enumerate(before)
        )

    def asks_either(self, items: Sequence[Item]) -> bool:
        """Whether two directions are offered to choose from: "gestegen of gedaald"."""
        return any(
            Cue.CHANGED in item.meanings and any((word,) in self._either_or for word in item.words)
            for item in items
        )

    def asks_which(self, items: Sequence[Item], named: AbstractSet[int]) -> bool:
        """Whether two groups, years or subjects (``named`` items) are offered to choose from."""
        return any(
            item.words in self._either_or
            and _kind_near(items[:index][::-1], named, index - 1, -1)
            & _kind_near(items[index + 1 :], named, index + 1, 1)
            for index, item in enumerate(items)
        )

    def points_back(self, sentence: Sentence) -> bool:
        """Whether a sentence is about what the one before it says ("is dat meer?")."""
        return _holds(sentence.words, self._anaphora)

    def is_anaphora(self, item: Item) -> bool:
        """Whether a stretch points back to what was said before ("dat", "daarvan")."""
        return item.words in self._anaphora

    def is_about_that(self, sentence: Sentence) -> bool:
        """Whether the subject of a sentence is what was just said ("is dat meer dan …")."""
        words = sentence.words
        while words and words[:1] in self._leading:
            words = words[1:]
        return words[:1] in self._that or (words[:1] in self._yes_no and words[1:2] in self._that)

    def points_back_to_time(self, sentence: Sentence) -> bool:
        """Whether a sentence is about the year or period of an earlier one."""
        return _holds(sentence.words, self._time)

    def points_back_to_place(self, sentence: Sentence) -> bool:
        """Whether a sentence is about the place of an earlier one."""
        return _holds(sentence.words, self._place)

    def points_back_to_people(self, sentence: Sentence) -> bool:
        """Whether a sentence is about the people of an earlier one."""
        return _holds(sentence.words, self._people)

    def means_that_year(self, items: Sequence[Item]) -> bool:
        """Whether a message takes the year of the last question."""
        return _holds(_words(items), self._year)

    def means_that_group(self, items: Sequence[Item]) -> bool:
        """Whether a message takes the people of the last question."""
        return _holds(_words(items), self._group)


def _kind_near(items: Sequence[Item], named: AbstractSet[int], start: int, step: int) -> set[str]:
    """What kinds of things the first items are, up to the first that is any."""
    for offset, item in enumerate(items[:_NEAR_CHOICE]):
        kinds = {
            "group" if item.is_group else "",
            "year" if item.is_year else "",
            "number" if item.number is not None and not item.is_year else "",
            "subject" if start + step * offset in named else "",
        } - {""}
        if kinds:
            return kinds
    return set()


def _words(items: Sequence[Item]) -> tuple[str, ...]:
    return tuple(word for item in items for word in item.words)


def _holds(words: tuple[str, ...], phrases: Phrases) -> bool:
    return any(
        words[start : start + length] in phrases
        for start in range(len(words))
        for length in _lengths(phrases)
    )


@lru_cache
def _lengths(phrases: Phrases) -> tuple[int, ...]:
    """How many words the phrases have, each number once."""
    return tuple(sorted({len(phrase) for phrase in phrases}))
