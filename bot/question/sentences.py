"""Which sentences of a message matter: the one that asks, and what others add to it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.cues import (
    AFTERTHOUGHTS,
    ASKING,
    COMPARISON,
    EXTREME,
    FILLER,
    PICTURE,
    SHARE,
    Cue,
    Given,
)
from bot.language import Pattern
from bot.question.coverage import Coverage
from bot.question.signs import Signs
from bot.question.topics import Topics
from bot.reader import Item, Sentence

_FIGURE_RANK = 6.0
"""A sentence that names a figure by number asks, whatever stands beside it."""
# How likely a sentence is the one that asks. One that names a subject outranks any that does not:
# what another asks about "it" is added to that subject, and not the other way round.
_SUBJECT, _BACKGROUND = 2.0, 1.5
"""It names a subject; or one that is as often told as asked."""
_ASKING_ABOUT = 2.0
"""It asks, and names a subject."""
_ASKING = 0.5
"""It asks, and names none."""
_ASKING_ELSEWHERE = 0.6
"""It asks about another world: more than asking alone, so that it is refused."""
_SLOT, _SLOT_OF_FOLLOW_UP = 0.3, 0.7
"""It names a year or a tier; the same where it begins as a follow-up does ("en bij gemeenten?")."""
_CLAIMING = 0.2
"""It names another number."""
_HIGHEST_FIGURE = 99
_NEAR_FIGURE = 3
"""The number of a figure stands at most so many stretches from the word for it."""
_FEW_WORDS = 4
"""A sentence of so few words adds to another, whatever form it has ("melden bedoel ik")."""
_BARE = 2
"""So many words are no sentence yet."""
_OPEN = ASKING - {Cue.IS_TRUE, Cue.TREND, Cue.DIFFERENCE, Cue.PERCENTAGE} | EXTREME
"""Asks for something that a sentence before need not ask as well."""
_ASKS_ON = ASKING | PICTURE | COMPARISON | EXTREME | {Cue.SHOW}
"""Asks something, though it may name no subject."""
_OTHER_PEOPLE = frozenset({Cue.BREAKDOWN, Given.ELSEWHERE})
"""Other people than the source is about, or a part of them."""
_MODEST = SHARE | {FILLER, Cue.ALL_TIERS, Cue.HOW, Cue.IN_PERCENT}
"""Concepts, beside the theme, that give a sentence no question of its own."""


def _is_mark(item: Item) -> bool:
    """Whether an item can be the number of a figure, or its letter."""
    return (item.number is not None and not item.is_year) or len(item.words[0]) == 1


@dataclass(frozen=True, slots=True)
class _Read:
    """A sentence, and the subjects it names."""

    sentence: Sentence
    patterns: list[Pattern]

    @property
    def targets(self) -> set[str]:
        return {pattern.target for pattern in self.patterns}

    @property
    def all_known(self) -> bool:
        return not any(item.is_unknown for item in self.sentence.items)


class Sentences:
    """Chooses among the sentences of a message."""

    def __init__(self, signs: Signs, coverage: Coverage) -> None:
        self._signs = signs
        self._coverage = coverage

    def that_matter(self, sentences: list[Sentence], topics: Topics) -> tuple[list[Item], Sentence]:
        """The items to interpret, and the sentence that asks."""
        if len(sentences) == 1:
            return list(sentences[0].items), sentences[0]
        read = [_Read(s, topics.find(s.items)[0]) for s in sentences]
        asked = any(r.patterns and not r.sentence.meanings & PICTURE for r in read)
        ranks = [self._rank(r, topics, asked=asked) for r in read]
        best = max(range(len(read)), key=lambda i: (ranks[i], i))
        items: list[Item] = []
        for index, other in enumerate(read):
            if index == best or self._belongs(other, read[best], topics):
                prelude = index < best and self._is_open(read[best])
                items += self._told(other, topics) if prelude else other.sentence.items
            elif index < best:
                items += self._pointed_at(other.sentence, read[best].sentence, topics)
                if read[best].patterns and self._is_bare(read[best].sentence):
                    items += [i for i in other.sentence.items if Given.ELSEWHERE in i.meanings]
            else:
                items += self._added(other, read[best].sentence)
        return items, read[best].sentence

    def _rank(self, read: _Read, topics: Topics, *, asked: bool) -> float:
        """How likely a sentence is the one that asks; ``asked``: one asks about a subject."""
        meanings = read.sentence.meanings
        if self._names_figure(read.sentence, asked=asked):
            return _FIGURE_RANK
        if not read.patterns:
            slots = any(m.startswith(("tier:", "relative:")) for m in meanings) or any(
                item.is_year for item in read.sentence.items
            )
            claims = any(m.startswith(("number:", "fraction:", "factor:")) for m in meanings)
            elsewhere = Given.ELSEWHERE in meanings and bool(meanings & ASKING)
            return (
                _ASKING * bool(meanings & _ASKS_ON)
                + (_SLOT_OF_FOLLOW_UP if self._signs.goes_on(read.sentence) else _SLOT) * slots
                + _CLAIMING * claims
                + _ASKING_ELSEWHERE * elsewhere
            )
        precise = not all(topics.is_background(p) for p in read.patterns)
        asks = bool(meanings & ASKING) or self._signs.asks_yes_or_no(read.sentence)
        understood = self._coverage.of(read.sentence.items, (), topics.light)
        subject = _SUBJECT if precise else _BACKGROUND
        return subject + (_ASKING_ABOUT if asks else 0.0) + understood

    def _names_figure(self, sentence: Sentence, *, asked: bool) -> bool:
        """Whether a sentence is about a figure by its number, and not only placed in it."""
        items = sentence.items
        pictured = [i for i, item in enumerate(items) if item.meanings & PICTURE]
        if not pictured:
            return False
        near = items[max(0, pictured[0] - _NEAR_FIGURE) : pictured[0] + _NEAR_FIGURE + 1]
        numbers = (item.number for item in near if item.number is not None)
        if not any(number <= _HIGHEST_FIGURE for number in numbers):
            return False
        placed = asked and self._signs.is_placed(items, pictured[0])
        return not placed or Cue.SHOW in sentence.meanings

    def _belongs(self, other: _Read, main: _Read, topics: Topics) -> bool:
        """Whether a sentence says more about what the main one asks."""
        if not other.all_known:
            return False
        concepts = {m for m in other.sentence.meanings if ":" not in m}
        if concepts <= _MODEST | topics.theme:
            return True  # "In 2018. Procent."
        bare = not self._is_whole(main) and self._is_bare(main.sentence)
        return bare or (bool(main.targets) and main.targets == other.targets)

    def _is_open(self, main: _Read) -> bool:
        """Whether a question asks for something that a sentence before it need not ask as well."""
        return self._is_whole(main) or bool(main.sentence.meanings & _OPEN)

    def _is_whole(self, main: _Read) -> bool:
        """Whether a yes-or-no question names all that it is about."""
        # "Houden ze er iets aan over?" is short, and a whole question.
        long = len(main.sentence.typed) > _FEW_WORDS
        return long and bool(main.patterns) and self._signs.asks_yes_or_no(main.sentence)

    @staticmethod
    def _told(prelude: _Read, topics: Topics) -> list[Item]:
        """What a sentence before the question tells of its subject, people, years and numbers."""
        return [
            item
            for item in prelude.sentence.items
            if item.is_group or item.number is not None or item.meanings & topics.concepts
        ]

    @staticmethod
    def _is_bare(sentence: Sentence) -> bool:
        return sum(not item.is_filler for item in sentence.items) <= _BARE

    def _pointed_at(self, earlier: Sentence, main: Sentence, topics: Topics) -> list[Item]:
        """What of an earlier sentence the main one points back to: its people, or its time."""
        if self._signs.points_back_to_place(main):
            other = [item for item in earlier.items if item.meanings & _OTHER_PEOPLE]
            if other:
                return other
        if self._signs.points_back(main):
            own = topics.find(main.items)[0]
            wanted = frozenset() if topics.is_the_theme(own) else topics.checkable
            if not own or topics.only_light(own):  # "Hoeveel maken dat mee?"
                wanted = topics.concepts - topics.light
            said = [item for item in earlier.items if item.meanings & wanted]
            if said:
                return said
        pointed: list[Item] = []
        if Cue.SHOW in main.meanings:  # "Ik heb figuur 8b nodig. Kunt u die laten zien?"
            pointed += [i for i in earlier.items if i.meanings & PICTURE or _is_mark(i)]
        if self._signs.points_back_to_people(main) and not any(i.is_group for i in main.items):
            pointed += [item for item in earlier.items if item.is_group]
        if self._signs.points_back_to_time(main):
            pointed += [
                item
                for item in earlier.items
                if item.number is not None or item.value_of("relative") is not None
            ]
        return pointed

    def _added(self, later: _Read, main: Sentence) -> list[Item]:
        """What a later sentence adds to the main one."""
        asks = later.sentence.meanings & (_ASKS_ON | {Cue.REASON}) or self._signs.asks_yes_or_no(
            later.sentence
        )
        asks_on = asks and later.all_known and not later.patterns
        spread = {Cue.ALL_TIERS, Cue.PERCENTAGE} <= later.sentence.meanings
        if asks_on and (spread or self._signs.points_back(later.sentence)):
            return list(later.sentence.items)  # "Is dat meer geworden sinds 2022?"
        wanted = AFTERTHOUGHTS - ({Cue.OPINION, Cue.ADVICE} if main.meanings & ASKING else set())
        wanted |= {Cue.BREAKDOWN} if later.sentence.meanings & ASKING else set()
        checks = Cue.IS_TRUE in later.sentence.meanings and not later.patterns
        return [  # "… Klopt dat voor 2024?"
            item
            for item in later.sentence.items
            if item.meanings & wanted or (checks and item.is_year)
        ]
