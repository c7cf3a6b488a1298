"""What a message is about: which concepts ask for which indicator of which publication."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from bot.conversation import Conversation
from bot.cues import FILLER, SHARE, Given
from bot.data import Publication
from bot.language import ABOUT, CALLED, OWN, Language, Pattern, Phrase, references
from bot.question.patterns import PatternIndex, longest_first
from bot.reader import Item, Reader, Sentence, meanings_of
from bot.schema import IndicatorPatterns

_SHORT_MESSAGE = 10
"""A message of more stretches that say something completes no earlier question."""

_EVERYDAY = 0.5
_COMPLETED_BY = {1, 2}
"""By so many completing concepts each, two subjects that are named in one breath differ."""


class Topics:
    """The subjects of one publication."""

    def __init__(self, publication: Publication, language: Language) -> None:
        self.publication = publication
        subjects = language.subjects[publication.name]
        others = (s.meanings for n, s in language.subjects.items() if n != publication.name)
        unowned = language.meanings.difference(*others)
        owners = {f"{mark}:{name}" for name in language.subjects for mark in (OWN, FILLER)}
        self._known = (
            language.shared_concepts | subjects.meanings | unowned - language.elsewhere - owners
        )
        self.called = f"{CALLED}:{publication.name}"
        """What the names of the publication mean."""
        self._elsewhere = f"{Given.ELSEWHERE}:{publication.name}"
        self.own = f"{OWN}:{publication.name}"
        """What the publication's own words for shared concepts mean as well."""
        self._everyday = language.everyday | language.fillers
        alone = len(language.subjects) == 1
        self._reader = (
            None if alone else Reader(replace(language, phrases=self._own_phrases(language)))
        )
        self._indicators = subjects.indicators
        self._completing = references(subjects.completing)
        self._options = subjects.ask_back
        self._refused = [(references(r.of), references(r.unless)) for r in subjects.refuse]
        self.light = references(subjects.light)
        """Concepts that go with many subjects, and name none on their own."""
        self.theme = references(subjects.theme)
        self.people = references(subjects.people)
        self.concepts = frozenset(subjects.concepts) - self.people
        checks = subjects.checks.values()
        self.checkable = frozenset().union(
            *(references(c.true + c.false) | set(c.ranks) for c in checks)
        )
        """Concepts that a claim can be about where the source gives words: reasons, ways."""
        self.good = frozenset(subjects.good)
        prefix = f"{publication.name}/"
        own = [p for p in language.topic_patterns if p.target.startswith(prefix)]
        self._patterns = PatternIndex(
            sorted(own, key=lambda p: (-len(p.concepts), self.is_background(p)))
        )
        about = f"{ABOUT}{prefix}"
        self._answers = PatternIndex(
            [p for p in language.answer_patterns if p.target.startswith(about)]
        )
        self._ask_back = PatternIndex(
            longest_first(p for p in language.ask_back_patterns if p.target.startswith(prefix))
        )

    def _spec(self, pattern: Pattern) -> IndicatorPatterns:
        return self._indicators[name_of(pattern)]

    def is_background(self, pattern: Pattern) -> bool:
        """Whether a pattern counts only where nothing more precise is asked."""
        return self._spec(pattern).background

    def as_read(self, sentence: Sentence) -> Sentence:
        """A sentence as it is where there are no other publications."""
        if sentence.meanings <= self._known:
            return sentence
        if self._reader is not None:
            sentence = self._reader.again(sentence)
        items = (
            replace(item, meanings=item.meanings | {Given.ELSEWHERE})
            if self._elsewhere in item.meanings
            else item
            for item in sentence.items
        )
        return replace(sentence, items=tuple(items))

    def _own_phrases(self, language: Language) -> dict[str, list[Phrase]]:
        """The phrases of a language, without what they mean to other publications only."""
        owners = {f"{OWN}:{name}" for name in language.subjects}
        own: dict[str, list[Phrase]] = {}
        for first, phrases in language.phrases.items():
            for phrase in phrases:
                meanings = phrase.meanings & (self._known | {self._elsewhere})
                if f"{FILLER}:{self.publication.name}" in phrase.meanings and not meanings:
                    meanings = frozenset({FILLER})
                if owners & phrase.meanings and self.own not in phrase.meanings:
                    meanings -= language.shared_concepts  # Another one's words for it.
                if phrase.talk and not meanings:
                    meanings = frozenset({FILLER})
                if meanings:
                    own.setdefault(first, []).append(replace(phrase, meanings=meanings))
        return own

    def holds_of(self, before: Conversation) -> Conversation:
        """What of a conversation still holds where a question is about this publication."""
        if before.publication in ("", self.publication.name):
            return before
        tiers = tuple(tier for tier in before.tiers if tier in self.publication.tiers)
        indicators = tuple(i for i in before.indicators if i in self.publication.indicators)
        if not indicators:
            return Conversation(tiers=tiers, years=before.years, intent=before.intent)
        return replace(before, indicators=indicators, tiers=tiers, figure="", options=())

    def find(
        self, items: Sequence[Item], extra: AbstractSet[str] = frozenset()
    ) -> tuple[list[Pattern], set[int]]:
        """The patterns that explain the subject best, and which items they use.

        ``extra`` are concepts from elsewhere that may complete a pattern.
        """
        where: dict[str, list[int]] = defaultdict(list)
        for index, item in enumerate(items):
            for meaning in item.meanings:
                where[meaning].append(index)
        chosen: list[Pattern] = []
        consumed: set[int] = set()
        for pattern in self._patterns.fitting(where.keys() | extra):
            used = {index for concept in pattern.concepts for index in where.get(concept, ())}
            new = used - consumed
            telling = pattern.concepts - self.light
            if any(self._beside(pattern, other) for other in chosen):
                telling = pattern.concepts & self._completing
            if not any(items[i].meanings & telling for i in new) and (chosen or not new):
                continue
            consumed |= self._explained(items, pattern, where)
            if all(pattern.target != other.target for other in chosen):
                chosen.append(pattern)
        precise = [p for p in chosen if not self.is_background(p)] or chosen[:1]
        shared = frozenset.intersection(*(p.concepts for p in precise)) if precise else frozenset()
        first = {
            id(p): min(
                (i for c in p.concepts - shared or p.concepts for i in where.get(c, ())), default=0
            )
            for p in precise
        }
        return sorted(precise, key=lambda p: first[id(p)]), consumed

    def _beside(self, pattern: Pattern, other: Pattern) -> bool:
        """Whether two patterns differ in what completes them only: "intern en extern gemeld"."""
        beside = self.light - self._completing
        one, two = pattern.concepts - beside, other.concepts - beside
        apart = {len(one - two), len(two - one)}
        return apart <= _COMPLETED_BY and one ^ two <= self._completing

    def _explained(
        self, items: Sequence[Item], pattern: Pattern, where: Mapping[str, Sequence[int]]
    ) -> set[int]:
        """The items that a pattern uses up: not those that name something else as well.

        "Interne melding en externe melding": each names its own, though both are meldingen.
        """
        explained: set[int] = set()
        for concept in pattern.concepts:
            places = where.get(concept, ())
            whole = [i for i in places if items[i].meanings & self.concepts <= pattern.concepts]
            if not whole and concept in self.light - self._completing:
                continue  # "Praten erover": the incident goes with the talking.
            others = {i for c in pattern.concepts - {concept} for i in where.get(c, ())}
            explained.update(whole or _nearest(items, pattern, places, others - {*places}))
        return explained

    def indicators(self, patterns: Iterable[Pattern]) -> tuple[str, ...]:
        """The indicators that patterns ask for, in order."""
        names: dict[str, None] = {}
        for pattern in patterns:
            names |= dict.fromkeys(self._spec(pattern).indicators or [name_of(pattern)])
        return tuple(names)

    def options(self, meanings: AbstractSet[str]) -> tuple[str, ...]:
        """The indicators to offer where concepts name none of them; none where that is no help."""
        asked = self._ask_back.fitting(meanings)
        return tuple(self._options[int(name_of(asked[0]))].options) if asked else ()

    def weight(self, item: Item) -> float:
        """How much an item tells about which publication is meant: everyday words half."""
        return _EVERYDAY if self.is_everyday(item) else 1.0

    def is_everyday(self, item: Item) -> bool:
        """Whether an item is of words that are said about anything."""
        return self._everyday.issuperset(item.words)

    def is_the_theme(self, patterns: Sequence[Pattern]) -> bool:
        """Whether the subject is what all of the publication is about ("agressie meemaken")."""
        return bool(patterns) and all(p.concepts <= self.light | self.theme for p in patterns)

    def answers(self, meanings: AbstractSet[str]) -> bool:
        """Whether the publication has an answer of its own to a question about itself."""
        return bool(self._answers.fitting(meanings))

    def refuses(self, meanings: AbstractSet[str]) -> bool:
        """Whether concepts together mean something that the publication is not about."""
        return any(of <= meanings and not unless & meanings for of, unless in self._refused)

    def only_light(self, patterns: Sequence[Pattern]) -> bool:
        """Whether the subject is named by words that go with anything ("er last van")."""
        return bool(patterns) and all(p.concepts <= self.light - self.theme for p in patterns)

    def of_its_kind(
        self, items: Sequence[Item], before: Conversation
    ) -> tuple[list[Pattern], set[int]] | None:
        """What goes on with a subject of some kind: another of it ("en voor geen aangifte?").

        Of one kind are the subjects that the bot offers when it asks back.
        """
        own = meanings_of(items)
        kind = {
            name
            for option in self._options
            if not set(before.indicators).isdisjoint(option.options)
            for name in option.options
        }
        if not kind or own & SHARE:
            return None
        for pattern in self._patterns.fitting(own | set(before.concepts)):
            names = self.indicators([pattern])
            new = kind.issuperset(names) and names != before.indicators
            if new and pattern.concepts - own and pattern.concepts & own - self.light:
                return [pattern], {i for i, x in enumerate(items) if x.meanings & pattern.concepts}
        return None

    def completes(
        self, patterns: Sequence[Pattern], items: Sequence[Item], before: Conversation
    ) -> bool:
        """Whether the words name a subject only together with those of the last question."""
        if patterns and not all(self.is_background(p) for p in patterns):
            return False
        if not before.concepts or before.options:
            return False
        if sum(not item.is_filler for item in items) > _SHORT_MESSAGE:
            return False
        own = meanings_of(items) & self._completing
        if not own:
            return False
        together, _ = self.find(items, frozenset(before.concepts))
        names = self.indicators(together)
        return any(p.concepts & own for p in together) and set(names) != set(before.indicators)


def _nearest(
    items: Sequence[Item], pattern: Pattern, places: Sequence[int], others: AbstractSet[int]
) -> list[int]:
    """Those of the places that share most with a pattern, and stand nearest to its other items."""

    def fit(index: int) -> tuple[int, int]:
        distance = min((abs(index - other) for other in others), default=0)
        return len(items[index].meanings & pattern.concepts), -distance

    best = max(map(fit, places), default=(0, 0))
    return [index for index in places if fit(index) == best]


def name_of(pattern: Pattern) -> str:
    """The key of a pattern's target, without its publication."""
    return pattern.target.partition("/")[2]
