"""What a message asks: which kind of question (intent), about what (slots), and how sure that is.

The order of :meth:`Interpreter.interpret` is the order of thinking: read the sentences, keep those that
matter, find the subject, the years and the numbers, fill in what a follow-up leaves out, compare what
is left with the patterns of the intents, and decide whether it is about the factsheet at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

from rapidfuzz import fuzz

from bot.conversation import Conversation
from bot.data import Publication
from bot.language import Language, Pattern, references, split_phrases
from bot.reader import Item, Reader, Sentence
from bot.text import words_of

ACCEPT_PATTERN = 60.0
"""A pattern that fits less well (0 to 100) is no reading of the message."""
ACCEPT_COVERAGE = 0.56
"""The share of a message's content words that must be understood before a fact is stated."""
_SHORT_FOLLOW_UP = 6
"""A follow-up that names its own subject is not longer than this; else it is a new question."""
_SHORT_QUESTION = 4
"""A follow-up of so few words that is not understood is asked back, not refused."""
_BARE = 2
"""So many words are no sentence yet."""
_SHORT_MESSAGE = 14
"""A message of more stretches than this completes no earlier question."""
ACCEPT_SOCIAL = 0.3
"""The same for small talk, where nothing can be said wrong."""
COMMON_RANK = 1500
"""A word this common says little when it is not understood: half the weight of a rare one."""

Comparison = Literal["is", "more", "less", "almost", "about"]


class Outcome(StrEnum):
    """What the bot can do with a message."""

    UNDERSTOOD = "understood"
    ASK_BACK = "ask_back"
    """The subject has several readings: ``options`` holds the indicators."""
    NO_SUBJECT = "no_subject"
    """A follow-up without anything to follow."""
    ELSEWHERE = "elsewhere"
    FOREIGN = "foreign"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Claim:
    """A number in the question."""

    value: float
    kind: Literal["percent", "majority", "points", "factor", "rank"]
    tolerance: float = 0.0
    comparison: Comparison = "is"


@dataclass(frozen=True, slots=True)
class Scored:
    """A pattern and how well it fits (0 to 100)."""

    pattern: Pattern
    score: float


@dataclass(frozen=True, slots=True)
class Interpretation:
    """The reading of one message, with the evidence for it."""

    outcome: Outcome
    publication: Publication
    intent: str = ""
    handler: str = ""
    cues: frozenset[str] = frozenset()
    """Concepts that are not part of the subject."""
    indicators: tuple[str, ...] = ()
    topic: str = ""
    concepts: frozenset[str] = frozenset()
    """All concepts of the message (of the earlier question, where that is followed)."""
    tiers: tuple[str, ...] = ()
    function: bool = False
    breakdown: bool = False
    years: tuple[int, ...] = ()
    current: bool = False
    """A year after the latest measurement was asked for, in words."""
    period: bool = False
    claims: tuple[Claim, ...] = ()
    figure: str | None = None
    options: tuple[str, ...] = ()
    follow_up: bool = False
    language: str = ""
    coverage: float = 1.0
    score: float = 100.0
    candidates: tuple[Scored, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    main: Sentence | None = None

    @property
    def confidence(self) -> float:
        """0 to 1: how much of the message was understood, times how well its kind fits."""
        return max(0.0, min(1.0, self.coverage * self.score / 100))


@dataclass(slots=True)
class _Slots:
    """What is found in the items of a message, before it is put together."""

    tiers: list[str] = field(default_factory=list)
    function: bool = False
    breakdown: bool = False
    years: list[int] = field(default_factory=list)
    current: bool = False
    period: bool = False
    claims: list[Claim] = field(default_factory=list)
    figure: str | None = None


class Interpreter:
    """Interprets messages in one language about some publications. Holds no state."""

    def __init__(self, language: Language, publications: Sequence[Publication]) -> None:
        self.language = language
        self.publications = tuple(publications)
        self.reader = Reader(language)
        self._symbols: dict[str, str] = {}
        self._weights = language.intents.weights
        self._topics = _index(language.topic_patterns)
        self._ask_back = _index(language.ask_back_patterns)
        self._intents = _index(language.intent_patterns)
        intents = language.intents
        always = references(intents.always_allowed)
        self._allows = {n: references(s.allows) | always for n, s in intents.intents.items()}
        self._always = always
        self._pattern_text = {id(p): self._spell(p.concepts) for p in language.intent_patterns}
        self._tails = _phrase_set(intents.tail_questions)
        self._speaker_before = frozenset(w for p in _phrase_set(intents.speaker_before) for w in p)
        self._speaker_after = _phrase_set(intents.speaker_after)
        self._yes_no = _phrase_set(intents.yes_no_starts)
        self._follow = _phrase_set(intents.follow_up_starts)
        self._anaphora = _phrase_set(intents.anaphora)
        self._people_anaphora = _phrase_set(intents.people_anaphora)
        self._time_anaphora = _phrase_set(intents.time_anaphora)
        self._short_year = _phrase_set(language.years.before_short_year)
        self._light = frozenset(
            name for s in language.subjects.values() for name in references(s.light)
        )
        self._subject_concepts = frozenset(
            name for s in language.subjects.values() for name in s.concepts
        ) - {"ambtsdragers", "ervaren"}
        self._completing = frozenset(
            name for s in language.subjects.values() for name in references(s.completing)
        )
        foreign = language.foreign
        self._dutch = frozenset(words_of(foreign.dutch))
        self._foreign = {
            name: frozenset(words_of(entry.words)) for name, entry in foreign.languages.items()
        }

    # The path -----------------------------------------------------------------------------

    def interpret(self, message: str, conversation: Conversation) -> Interpretation:
        """The reading of a message. Never raises on any text."""
        sentences = self.reader.read(message)
        nothing = Interpretation(Outcome.EMPTY, self.publications[-1], sentences=tuple(sentences))
        if not sentences:
            return nothing
        if language := self._foreign_language(sentences):
            return replace(nothing, outcome=Outcome.FOREIGN, language=language)
        items, main = self._matter(sentences)
        publication = self.publications[-1]
        topics, consumed = self._find_topics(items)
        meanings = frozenset(m for item in items for m in item.meanings)
        slots = self._find_slots(items, publication, conversation)
        if self._only_light(topics) and self._elliptical(sentences, conversation):
            topics, consumed = [], set()
        if self._context_topic(topics, items, conversation):
            topics, consumed = self._find_topics(items, conversation.concepts)
        cues = self._cues(items, consumed, slots, main)
        indicators = self._indicators(topics, publication)
        if any(publication.indicators[i].kind == "reasons" for i in indicators):
            cues -= {"waarom", "reden"}
        if cues & {"beter", "slechter"}:
            good = bool(set(indicators) & set(self.language.subjects[publication.name].good))
            cues |= {"meer" if good == ("beter" in cues) else "minder"}
        if self._light_subject(topics) and not self._anchored(meanings, slots):
            everything = [item for sentence in sentences for item in sentence.items]
            coverage = self._coverage(everything, set(), strictness=2.0)
        else:
            coverage = self._coverage(items, consumed)
        found = Interpretation(
            Outcome.UNDERSTOOD,
            publication,
            cues=cues,
            concepts=meanings,
            indicators=indicators,
            topic=topics[0].target.partition("/")[2] if topics else "",
            tiers=tuple(slots.tiers),
            function=slots.function,
            breakdown=slots.breakdown,
            years=tuple(slots.years),
            current=slots.current,
            period=slots.period,
            claims=tuple(slots.claims),
            figure=slots.figure,
            coverage=coverage,
            sentences=tuple(sentences),
            main=main,
        )
        if any(
            "elsewhere" in i.meanings and not self._tells(items, n) for n, i in enumerate(items)
        ):
            found = self._match(found)
            if found.handler == "about" and found.score >= ACCEPT_PATTERN:
                return found
            return replace(found, outcome=Outcome.ELSEWHERE)
        found = self._follow_up(found, items, conversation)
        found = self._headline(found, items)
        return self._decide(self._match(found), items)

    def choose(self, message: str, conversation: Conversation) -> Interpretation:
        """Like :meth:`interpret`, where the message may answer the bot's own question."""
        found = self.interpret(message, conversation)
        if not conversation.options:
            return found
        option = self._option(found, conversation)
        if option is None:
            return found
        chosen = self.interpret(option, Conversation())
        return replace(
            chosen,
            years=found.years or conversation.years or chosen.years,
            tiers=found.tiers or conversation.tiers or chosen.tiers,
            cues=chosen.cues | (frozenset(conversation.cues) & {"toon", "grafiek"}),
            follow_up=True,
        )

    def _option(self, found: Interpretation, conversation: Conversation) -> str | None:
        """The offered question that the message picks; None where it picks none."""
        options = conversation.options
        words = [w for sentence in found.sentences for w in sentence.typed]
        if len(words) > 12:
            return None
        for index, concept in enumerate(("eerste_keuze", "tweede_keuze", "derde_keuze")):
            if concept in found.concepts and index < len(options) and len(words) <= 6:
                return options[index]
        if len(words) <= 3 and "laatste" in words:
            return options[-1]
        if found.figure is not None:
            return None
        readings = [self.interpret(option, Conversation()) for option in options]
        figures = [reading.figure for reading in readings]
        if all(figures):
            letter = [f for f in figures if f and len(words) <= 3 and f[-1] in words]
            if letter:
                return options[figures.index(letter[0])]
            for option, figure in zip(options, figures, strict=True):
                series = found.publication.figure_series(figure or "")
                if {s.indicator for s in series} & set(found.indicators):
                    return option
        scores = [
            len((reading.concepts & found.concepts) - self._common_concepts(readings) - {"filler"})
            for reading in readings
        ]
        best = max(scores)
        if best and scores.count(best) == 1:
            return options[scores.index(best)]
        if found.indicators:
            same = [
                o
                for o, r in zip(options, readings, strict=True)
                if r.indicators == found.indicators
            ]
            return same[0] if len(same) == 1 else None
        return None

    @staticmethod
    def _common_concepts(readings: list[Interpretation]) -> frozenset[str]:
        return frozenset.intersection(*(reading.concepts for reading in readings))

    # Which sentences matter ---------------------------------------------------------------

    def _matter(self, sentences: list[Sentence]) -> tuple[list[Item], Sentence]:
        """The items to interpret, and the sentence that asks."""
        if len(sentences) == 1:
            return list(sentences[0].items), sentences[0]
        ranked = [self._rank(sentence) for sentence in sentences]
        best = max(range(len(sentences)), key=lambda i: (ranked[i], i))
        main = sentences[best]
        items: list[Item] = []
        back = any(w in self._time_anaphora for w in _windows(main.words))
        people = not any(_is_group(i) for i in main.items) and any(
            w in self._people_anaphora for w in _windows(main.words)
        )
        bare = len([i for i in main.items if i.meanings != {"filler"}]) <= _BARE
        for index, sentence in enumerate(sentences):
            if index == best or self._slots_only(sentence) or self._repeats(main, sentence):
                items += sentence.items
            elif bare and self._known_only(sentence):
                items += sentence.items
            elif people and index < best:
                items += [i for i in sentence.items if _is_group(i)]
            elif back and index < best:
                items += [i for i in sentence.items if i.number is not None or _is_year(i)]
            elif index > best and self._goes_on(sentence):
                items += sentence.items
            elif index > best:
                wanted = _AFTERTHOUGHTS - ({"mening"} if main.meanings & _ASKING else set())
                items += [i for i in sentence.items if i.meanings & wanted]
        return items, main

    def _rank(self, sentence: Sentence) -> float:
        topics, _ = self._find_topics(list(sentence.items))
        meanings = sentence.meanings
        if not topics:
            slots = any(m.startswith(("tier:", "relative:")) for m in meanings)
            return 0.5 * bool(meanings & (_ASKING | {"figuur", "grafiek"})) + 0.3 * slots
        strong = 2.0 if any(not self._is_background(t) for t in topics) else 1.5
        asks = bool(meanings & _ASKING) or self._starts(sentence, self._yes_no)
        return strong + (2 if asks else 0) + self._coverage(list(sentence.items), set())

    @staticmethod
    def _known_only(sentence: Sentence) -> bool:
        return all(i.meanings or i.number is not None for i in sentence.items)

    def _repeats(self, main: Sentence, sentence: Sentence) -> bool:
        """Whether a sentence says more precisely what the main one is about."""
        if not self._known_only(sentence):
            return False
        subjects = [
            {t.target for t in self._find_topics(list(s.items))[0]} for s in (main, sentence)
        ]
        return bool(subjects[0]) and subjects[0] == subjects[1]

    def _goes_on(self, sentence: Sentence) -> bool:
        """Whether a later sentence asks about the one before ("Is dat meer geworden sinds 2022?")."""
        unknown = [i for i in sentence.items if not i.meanings and i.number is None]
        topics, _ = self._find_topics(list(sentence.items))
        return not unknown and not topics and any((w,) in self._anaphora for w in sentence.words)

    @staticmethod
    def _slots_only(sentence: Sentence) -> bool:
        """Whether a sentence only adds years, tiers or the wish for a number ("In 2018. Procent.")."""
        unknown = [i for i in sentence.items if not i.meanings and i.number is None]
        meanings = {m for m in sentence.meanings if ":" not in m}
        return not unknown and meanings <= {
            "filler",
            "percentage",
            "hoeveel",
            "agressie",
            "alle_lagen",
        }

    # Subject ------------------------------------------------------------------------------

    def _is_background(self, pattern: Pattern) -> bool:
        publication, _, name = pattern.target.partition("/")
        return self.language.subjects[publication].indicators[name].background

    def _find_topics(
        self, items: list[Item], extra: Iterable[str] = ()
    ) -> tuple[list[Pattern], set[int]]:
        """The patterns that explain the subject best, and which items they use."""
        where: dict[str, list[int]] = defaultdict(list)
        for index, item in enumerate(items):
            for meaning in item.meanings:
                where[meaning].append(index)
        extra = frozenset(extra)
        fitting = _fitting(self._topics, where.keys() | extra)
        fitting.sort(key=lambda p: (-len(p.concepts), self._is_background(p)))
        chosen: list[Pattern] = []
        consumed: set[int] = set()
        for pattern in fitting:
            used = {index for concept in pattern.concepts for index in where[concept]}
            new = used - consumed
            if not any(items[i].meanings & pattern.concepts - self._light for i in new):
                if not (new and not chosen):
                    continue
            consumed |= used
            if all(pattern.target != other.target for other in chosen):
                chosen.append(pattern)
        if any(not self._is_background(p) for p in chosen):
            chosen = [p for p in chosen if not self._is_background(p)]
        elif chosen:
            chosen = chosen[:1]
        order = {id(p): min((i for c in p.concepts for i in where[c]), default=0) for p in chosen}
        return sorted(chosen, key=lambda p: order[id(p)]), consumed

    def _indicators(self, topics: list[Pattern], publication: Publication) -> tuple[str, ...]:
        names: list[str] = []
        for pattern in topics:
            name = pattern.target.partition("/")[2]
            spec = self.language.subjects[publication.name].indicators[name]
            names += [i for i in spec.indicators or [name] if i not in names]
        return tuple(names)

    def _context_topic(
        self, topics: list[Pattern], items: list[Item], conversation: Conversation
    ) -> bool:
        """Whether the words name a subject only together with those of the last question."""
        if topics and not all(self._is_background(t) for t in topics):
            return False
        if not conversation.concepts or conversation.options or len(items) > _SHORT_MESSAGE:
            return False
        own = frozenset(m for item in items for m in item.meanings) & self._completing
        together, _ = self._find_topics(items, conversation.concepts)
        known = self._indicators(together, self.publications[-1])
        return (
            bool(own)
            and any(t.concepts & own for t in together)
            and set(known) != set(conversation.indicators)
        )

    def _only_light(self, topics: list[Pattern]) -> bool:
        """Whether the subject is named by words that go with anything ("er last van")."""
        return bool(topics) and all(t.concepts <= self._light - {"agressie"} for t in topics)

    def _elliptical(self, sentences: list[Sentence], conversation: Conversation) -> bool:
        """Whether a message can only be understood after the last one."""
        return bool(conversation.indicators) and self._starts(sentences[-1], self._follow)

    # Slots --------------------------------------------------------------------------------

    def _find_slots(
        self, items: list[Item], publication: Publication, conversation: Conversation
    ) -> _Slots:
        slots = _Slots()
        used: set[int] = set()
        self._find_figure(items, publication, slots, used)
        if slots.figure is None and conversation.figure and len(items) <= _SHORT_FOLLOW_UP:
            self._find_bare_figure(items, publication, slots, used)
        self._find_claims(items, slots, used)
        self._find_years(items, publication, conversation, slots, used)
        if any("klopt" in item.meanings for item in items) and not slots.claims:
            slots.claims += [
                Claim(item.number, "percent")
                for index, item in enumerate(items)
                if index not in used and item.number is not None and _is_share(item)
            ]
        for index, item in enumerate(items):
            for meaning in item.meanings:
                kind, _, value = meaning.partition(":")
                if kind == "tier" and value not in slots.tiers:
                    slots.tiers.append(value)
                elif kind == "function" and not self._speaks(items, index):
                    slots.function = True
                    if value not in slots.tiers:
                        slots.tiers.append(value)
                elif meaning == "uitsplitsing":
                    slots.breakdown = True
                elif meaning == "alle_lagen":
                    slots.tiers += [t for t in publication.tiers if t not in slots.tiers]
        return slots

    def _speaks(self, items: list[Item], index: int) -> bool:
        """Whether a function is who asks or tells, not whom the question is about."""
        before = [w for item in items[max(0, index - 2) : index] for w in item.words][-2:]
        if before and (before[-1] in self._speaker_before or before[0] in _ACCORDING):
            return True
        return self._tells(items, index)

    def _tells(self, items: list[Item], index: int) -> bool:
        """Whether what stands behind an item says that it speaks ("een Kamerlid beweert")."""
        after = tuple(w for item in items[index + 1 : index + 4] for w in item.words)
        return any(words in self._speaker_after for words in _windows(after[:3]))

    def _find_figure(
        self, items: list[Item], publication: Publication, slots: _Slots, used: set[int]
    ) -> None:
        ordinals = self.language.numbers.ordinals
        word_figure = next(
            (i for i, item in enumerate(items) if item.meanings & {"figuur", "grafiek"}), None
        )
        for index, item in enumerate(items):
            suffix = items[index + 1].words[0] if index + 1 < len(items) else ""
            number = item.number if item.number is not None else ordinals.get(item.words[-1])
            if item.words[0] == "een" or any(m.startswith("relative:") for m in item.meanings):
                continue
            if number is None or number != int(number):
                continue
            lettered = f"{int(number)}{suffix}"
            if suffix and lettered in publication.figures and len(suffix) == 1:
                slots.figure = lettered
                used |= {index, index + 1}
                return
            if word_figure is None or number > 99:
                continue
            near = 0 < index - word_figure <= 2 or 0 < word_figure - index <= 1
            follows = index + 1 < len(items) and items[index + 1].meanings & {"percentage"}
            if near and not follows:
                slots.figure = str(int(number))
                used.add(index)
                return

    @staticmethod
    def _find_bare_figure(
        items: list[Item], publication: Publication, slots: _Slots, used: set[int]
    ) -> None:
        """A number alone, after a figure: the figure of that number ("nee, 3")."""
        for index, item in enumerate(items):
            name = item.words[0]
            if len(item.words) == 1 and name.isdigit() and name in publication.figures:
                slots.figure = name
                used.add(index)

    def _find_claims(self, items: list[Item], slots: _Slots, used: set[int]) -> None:
        index = 0
        while index < len(items):
            item = items[index]
            claim, length = self._claim_at(items, index) if index not in used else (None, 1)
            if claim is not None:
                comparison = self._comparison(items, index)
                slots.claims.append(replace(claim, comparison=comparison or claim.comparison))
                used.update(range(index, index + length))
            elif "number:majority" in item.meanings:
                slots.claims.append(Claim(50, "majority", comparison="more"))
            elif "number:minority" in item.meanings:
                slots.claims.append(Claim(50, "majority", comparison="less"))
            index += max(length, 1)

    def _claim_at(self, items: list[Item], index: int) -> tuple[Claim | None, int]:
        item = items[index]
        factor = next((m for m in item.meanings if m.startswith("factor:")), None)
        if factor:
            times = self.language.numbers.factors[int(factor.partition(":")[2])].times
            return Claim(times, "factor", 0.15), 1
        rank = self.language.numbers.ordinals.get(item.words[-1])
        following_words = [w for it in items[index + 1 : index + 2] for w in it.words]
        if rank and following_words[:1] in (["plaats"], ["plek"], ["reden"], ["positie"]):
            return Claim(rank, "rank"), 1
        fraction = next((m for m in item.meanings if m.startswith("fraction:")), None)
        if fraction:
            spec = self.language.numbers.fractions[int(fraction.partition(":")[2])]
            return Claim(spec.percent, "percent", spec.tolerance), 1
        if item.number is None or len(item.words) > 1:
            return None, 1
        texts = [w for it in items[index + 1 : index + 4] for w in it.words]
        following = items[index + 1 : index + 3]
        if item.number > 100:
            return None, 1
        if (
            texts[:2] in (["op", "de"], ["van", "de"])
            and len(items) > index + 3
            and items[index + 3].number
        ):
            share = 100 * item.number / (items[index + 3].number or 1)
            return Claim(share, "percent", self.language.numbers.ratio_tolerance), 4
        if texts[:1] == ["op"] and len(items) > index + 2 and items[index + 2].number:
            share = 100 * item.number / (items[index + 2].number or 1)
            return Claim(share, "percent", self.language.numbers.ratio_tolerance), 3
        if (
            following
            and "procentpunt" in following[0].words
            or (
                following
                and following[0].words[0] in ("procentpunten", "punten", "punt", "puntjes")
            )
        ):
            return Claim(item.number, "points"), 2
        if following and following[0].words[0] == "procent":
            return Claim(item.number, "percent", 0.5 if item.number % 1 else 0), 2
        if following and "factor" in following[0].meanings:
            return Claim(item.number, "factor", 0.25), 2
        return None, 1

    def _comparison(self, items: list[Item], index: int) -> Comparison | None:
        names: dict[str, Comparison] = {
            "number:at_least_more": "more",
            "number:less": "less",
            "number:almost": "almost",
            "number:about": "about",
        }
        for back in (index - 1, index - 2):
            if back < 0 or items[back].number is not None:
                break
            for meaning, comparison in names.items():
                if meaning in items[back].meanings:
                    return comparison
        return None

    def _find_years(
        self,
        items: list[Item],
        publication: Publication,
        conversation: Conversation,
        slots: _Slots,
        used: set[int],
    ) -> None:
        measured = publication.years
        latest = measured[-1]
        asked = [y for y in conversation.years if y] or [latest]
        previous = ""
        for index, item in enumerate(items):
            word = item.words[-1]
            if index in used:
                previous = word
                continue
            year: int | None = None
            relative = next((m for m in item.meanings if m.startswith("relative:")), None)
            if relative and self._year_follows(items, index):
                pass  # "de vorige meting, in 2022": the number is what counts
            elif relative:
                year = self._relative(relative, item, measured, asked[-1], slots)
            elif item.number is not None and len(item.words) == 1:
                year = self._absolute(items, index, item, previous, measured, used)
            if year is not None:
                used.add(index)
                if year not in slots.years:
                    slots.years.append(year)
                if self._opens_period(items, index):
                    slots.period = True
            previous = word
        if slots.period and len(slots.years) == 1 and slots.years[0] < latest:
            slots.years.append(latest)

    def _absolute(
        self,
        items: list[Item],
        index: int,
        item: Item,
        previous: str,
        measured: tuple[int, ...],
        used: set[int],
    ) -> int | None:
        number = item.number
        if number is None or number != int(number):
            return None
        value = int(number)
        following = items[index + 1] if index + 1 < len(items) else None
        if value in (20, 2000) and following is not None and following.number is not None:
            tail = following.number
            if 0 < tail < 100 and (value == 2000 or 10 <= tail <= 40) and index + 1 not in used:
                used.add(index + 1)
                return 2000 + int(tail)
        if 1900 <= value <= 2100:
            return value
        century = measured[-1] // 100 * 100
        full = century + value
        if not measured[0] - 4 <= full <= measured[-1] + 6 or value < 10:
            return None
        if following is not None and following.words[0] in (
            "procent",
            "keer",
            "jaar",
            "jarigen",
            "op",
        ):
            return None
        return full if full in measured or (previous,) in self._short_year else None

    def _relative(
        self, meaning: str, item: Item, measured: tuple[int, ...], context: int, slots: _Slots
    ) -> int | None:
        spec = self.language.years.relative[int(meaning.partition(":")[2])]
        latest = measured[-1]
        count = int(item.number or 1)
        if spec.laatste_metingen:
            slots.years += [y for y in measured[-max(1, count) :] if y not in slots.years]
            return None
        if spec.ongemeten:
            slots.current = True
            return None
        if spec.meting is not None:
            return measured[max(-len(measured), spec.meting - 1)]
        if spec.eerste:
            return measured[0]
        if spec.vanaf_context is not None:
            place = min(range(len(measured)), key=lambda i: abs(measured[i] - context))
            wanted = place + spec.vanaf_context
            return (
                measured[wanted]
                if 0 <= wanted < len(measured)
                else measured[place] + 2 * spec.vanaf_context
            )
        if spec.jaren_context is not None:
            return context + spec.jaren_context * count
        if spec.jaren is not None:
            return latest + spec.jaren * count
        if spec.jaren_vast is not None:
            return latest + spec.jaren_vast
        slots.period = True
        return latest + (spec.periode_vast if spec.periode_vast is not None else -count)

    @staticmethod
    def _year_follows(items: list[Item], index: int) -> bool:
        """Whether the year itself stands behind a relative word, with at most one word between."""
        near = items[index + 1 : index + 3]
        numbers = [i for i in near if i.number is not None and len(i.words) == 1]
        return (
            bool(numbers)
            and 1900 <= (numbers[0].number or 0) <= 2100
            and all(i.number is not None or i.words[0] in ("in", "van", "uit") for i in near[:1])
        )

    def _opens_period(self, items: list[Item], index: int) -> bool:
        before = [w for item in items[max(0, index - 2) : index] for w in item.words]
        if (
            items[max(0, index - 1)].meanings & {"sinds"}
            or "sinds" in before[-2:]
            or "vanaf" in before[-2:]
        ):
            return True
        following = [w for item in items[index + 1 : index + 4] for w in item.words]
        number = any(item.number is not None for item in items[index + 1 : index + 5])
        return bool(
            number and following and following[0] in ("tot", "t") and before[-1:] != ["tussen"]
        )

    # Cues and coverage --------------------------------------------------------------------

    def _cues(
        self, items: list[Item], consumed: set[int], slots: _Slots, main: Sentence
    ) -> frozenset[str]:
        cues = {
            meaning
            for index, item in enumerate(items)
            if index not in consumed
            for meaning in item.meanings
            if ":" not in meaning and meaning not in ("filler", "uitsplitsing")
        }
        # "positiever" names the subject and compares as well.
        cues |= {m for i in consumed for m in items[i].meanings if m in ("meer", "minder")}
        flags = {
            "{tiers}": len(slots.tiers) > 1,
            "{tier}": len(slots.tiers) == 1,
            "{years}": len(slots.years) > 1,
            "{year}": len(slots.years) == 1,
            "{period}": slots.period,
            "{number}": bool(slots.claims),
            "{figure}": slots.figure is not None,
            "{breakdown}": slots.breakdown,
            "{function}": slots.function,
            "ja_nee": self._starts(main, self._yes_no),
            "klopt": any(
                main.words[-n:] in self._tails for n in (1, 2, 3) if len(main.words) > n + 2
            ),
        }
        if "wie_of_waar" in cues and cues & {"meer", "minder", "hoogste", "laagste"}:
            cues.add("welke_laag")
        return frozenset(cues | {name for name, there in flags.items() if there})

    @staticmethod
    def _starts(sentence: Sentence, starts: frozenset[tuple[str, ...]]) -> bool:
        words = list(sentence.words[:6])
        while words and words[0] in _LEADING and (words[0],) not in starts:
            words = words[1:]
        return any(tuple(words[:length]) in starts for length in (1, 2, 3))

    def _light_subject(self, topics: list[Pattern]) -> bool:
        """Whether the subject rests on one word that other subjects use as well."""
        return len(topics) == 1 and len(topics[0].concepts) == 1

    @staticmethod
    def _anchored(meanings: frozenset[str], slots: _Slots) -> bool:
        """Whether something else says that it is about politicians, or about figures."""
        return bool(
            slots.tiers
            or slots.years
            or slots.claims
            or meanings
            & {"ambtsdragers", "hoeveel", "percentage", "figuur", "grafiek", "onderzoek"}
        )

    def _coverage(self, items: list[Item], consumed: set[int], strictness: float = 1.0) -> float:
        """The share of the content words that is understood, 0 to 1."""
        understood = unknown = 0.0
        for index, item in enumerate(items):
            if not item.meanings:
                if item.number is not None:
                    understood += 0.5
                elif len(item.words[0]) > 2:
                    # "geweld op de amateurvelden": what follows a preposition is another place or group.
                    before = [w for i in items[max(0, index - 2) : index] for w in i.words]
                    placed = 2.0 if set(before) & _PREPOSITIONS else 1.0
                    rank = self.language.common_words.get(item.words[0], COMMON_RANK)
                    unknown += (
                        placed * strictness * (0.5 if rank < COMMON_RANK or item.name else 1.0)
                    )
            elif item.meanings != {"filler"}:
                understood += 1.0 if index in consumed or item.meanings - self._light else 0.5
        return understood / (understood + unknown) if understood + unknown else 1.0

    # Follow-ups ---------------------------------------------------------------------------

    def _follow_up(
        self, found: Interpretation, items: list[Item], conversation: Conversation
    ) -> Interpretation:
        if found.figure is not None or found.main is None:
            return found
        if "nieuw_onderwerp" in found.concepts:
            return found
        marked = self._starts(found.main, self._follow)
        content = [i for i in items if i.meanings != {"filler"}]
        asks = bool(found.cues & _ASKING)
        if not found.indicators:
            if not conversation.indicators or not self._leans(found, marked, content):
                return found
            back = any(s.meanings & _SOCIAL or "terug" in s.typed for s in found.sentences)
            if conversation.stale and not (found.tiers or back):
                return found
            return self._inherit(found, conversation, keep_kind=True)
        same_kind = bool(set(found.indicators) & set(self._siblings(found, conversation)))
        short = len(content) <= 3 and not asks and same_kind
        if marked and asks and len(content) > _SHORT_FOLLOW_UP:
            return found
        if conversation.indicators and (marked or short):
            return self._inherit(found, conversation, keep_kind=not asks)
        open_question = conversation.intent == "no_subject"
        if open_question and not found.tiers and not found.years:
            return replace(found, tiers=conversation.tiers, years=conversation.years)
        if open_question and not found.tiers:
            return replace(found, tiers=conversation.tiers)
        if open_question and not found.years:
            return replace(found, years=conversation.years)
        said = {" ".join(i.words) for i in items} | {w for i in items for w in i.words}
        if conversation.years and not found.years and said & {"toen", "destijds", "dat jaar"}:
            return self._inherit(found, conversation, keep_kind=False)
        if conversation.indicators and not found.tiers and said & _OF_THEM:
            return self._inherit(found, conversation, keep_kind=False)
        return found

    def _headline(self, found: Interpretation, items: list[Item]) -> Interpretation:
        """A whole question about a tier that names no subject is about the headline indicator."""
        if found.indicators or found.figure is not None or found.main is None or found.follow_up:
            return found
        if self._starts(found.main, self._follow) and not found.cues & {"klopt", "hoeveel"}:
            return found
        generic = found.concepts - self._subject_concepts
        known = [i for i in items if i.meanings <= generic]
        odd = [i for i in items if not i.meanings and i.number is None and len(i.words[0]) > 2]
        rare = [
            i for i in odd if self.language.common_words.get(i.words[0], COMMON_RANK) >= COMMON_RANK
        ]
        checked = "klopt" in found.cues and bool(found.claims)
        if (
            len(known) < len(items)
            or len(odd) > 1
            or (rare and not checked)
            or found.cues & _SOCIAL
        ):
            return found
        if (found.breakdown or found.function) and "ervaren" not in found.concepts:
            return found
        operation = found.cues & _ASKING | found.cues & _KIND - {
            "waarom",
            "niet",
            "bron",
            "toon",
            "grafiek",
            "advies",
            "mening",
            "voorspelling",
            "wanneer",
        }
        spread = found.cues & {"alle_lagen", "welke_laag", "{tiers}", "{years}"}
        whole = found.tiers and operation or len(spread) and (operation - spread or len(spread) > 1)
        if not whole:
            return found
        return replace(found, indicators=(found.publication.headline,))

    @staticmethod
    def _siblings(found: Interpretation, conversation: Conversation) -> list[str]:
        indicators = found.publication.indicators
        groups = {indicators[i].group for i in conversation.indicators if i in indicators} - {""}
        return [name for name, spec in indicators.items() if spec.group in groups]

    @staticmethod
    def _leans(found: Interpretation, marked: bool, content: list[Item]) -> bool:
        unknown = [i for i in content if not i.meanings and i.number is None]
        if len(unknown) >= (3 if marked else 2) or (unknown and not marked and len(content) > 3):
            return False
        social = found.cues & _SOCIAL
        slots = found.tiers or found.years or found.breakdown or found.current or found.claims
        return bool(slots or (found.cues - _SOCIAL) or (marked and not social))

    def _inherit(
        self, found: Interpretation, conversation: Conversation, *, keep_kind: bool
    ) -> Interpretation:
        own = bool(found.indicators)
        indicators = found.indicators or conversation.indicators
        years = found.years
        cues = found.cues
        kind_cues = found.cues & _KIND
        if keep_kind and not kind_cues and not found.claims:
            kept = frozenset() if found.cues & _ASKING else frozenset(conversation.cues) & _KIND
            if found.tiers and not own:
                kept -= {"{tiers}", "alle_lagen"} | (
                    {"welke_laag"} if conversation.intent != "extreme" else set()
                )
            if found.years and not own and conversation.intent in ("trend", "claim"):
                kept = frozenset()
            cues |= kept
        spans = cues & {"trend", "sinds", "veranderd", "wanneer"} or (
            kind_cues & {"hoogste", "laagste"}
            and len(indicators) == 1
            and not cues & {"welke_laag", "welke_vorm"}
            and conversation.intent not in ("compare", "extreme")
        )
        if not years and not found.current:
            years = () if spans and kind_cues else conversation.years
        elif (
            kind_cues
            & {
                "verschil",
                "vergelijk",
                "omhoog",
                "omlaag",
                "meer",
                "minder",
                "gelijk",
                "veranderd",
                "factor",
            }
            and not own
        ):
            base = [y for y in conversation.years if y not in years] or (
                [found.publication.years[-1]] if not conversation.years else []
            )
            if len(years) == 1:
                # "was dat in 2022 meer?" is about 2022; "is dat meer dan in 2020?" is not about 2020.
                against = "vergelijk" in found.cues or not kind_cues & {"meer", "minder", "gelijk"}
                years = (*base[:1], *years) if against else (*years, *base[:1])
        elif (
            conversation.intent in ("difference", "compare")
            and len(conversation.years) > 1
            and len(years) == 1
            and not kind_cues
        ):
            years = (conversation.years[0], *years)
        tiers = found.tiers or conversation.tiers
        if (
            kind_cues & {"vergelijk", "verschil", "meer", "minder", "gelijk"}
            and found.tiers
            and not own
            and len(found.tiers) == 1
            and not found.years
        ):
            base_tier = list(conversation.tiers[:1]) or [found.publication.default_tier]
            against = "vergelijk" in found.cues or not kind_cues & {"meer", "minder", "gelijk"}
            pair = [*base_tier, *found.tiers] if against else [*found.tiers, *base_tier]
            tiers = tuple(dict.fromkeys(pair))
        cues = cues - {"{years}", "{tiers}"}
        if len(years) > 1:
            cues |= {"{years}"}
        if len(tiers) > 1:
            cues |= {"{tiers}"}
        return replace(
            found,
            indicators=indicators,
            concepts=found.concepts if own else found.concepts | frozenset(conversation.concepts),
            years=tuple(years),
            tiers=tuple(tiers),
            cues=cues,
            function=found.function or (not found.tiers and "{function}" in conversation.cues),
            breakdown=found.breakdown or "{breakdown}" in conversation.cues and not found.tiers,
            claims=found.claims or self._claimed(found, conversation),
            follow_up=True,
        )

    @staticmethod
    def _claimed(found: Interpretation, conversation: Conversation) -> tuple[Claim, ...]:
        """The claim that "klopt dat echt?" goes back to."""
        if "klopt" not in found.cues or found.indicators:
            return ()
        return tuple(Claim(v, k, t, c) for v, k, t, c in conversation.claims)  # type: ignore[arg-type]

    # Kind of question ---------------------------------------------------------------------

    def _match(self, found: Interpretation) -> Interpretation:
        """The intent whose pattern fits best, with the five best patterns."""
        present = set(found.cues) | ({"{indicator}"} if found.indicators else set())
        about = present | found.concepts
        scored: list[Scored] = []
        for pattern in _touching(self._intents, about):
            canned = pattern.target.startswith("about:")
            if "{indicator}" in pattern.concepts and "{indicator}" not in present:
                continue
            if canned and not pattern.concepts <= about:
                continue
            allowed = self._always if canned else self._allows[pattern.target]
            said = ((about if canned else present) & pattern.concepts) | (
                present - allowed - ({"{indicator}"} if canned else set())
            )
            score = fuzz.ratio(self._spell(said), self._pattern_text[id(pattern)])
            scored.append(Scored(pattern, score))
        scored.sort(key=lambda s: (-s.score, -len(self._pattern_text[id(s.pattern)])))
        if not scored:
            return found
        best = scored[0]
        intent = best.pattern.target
        spec = self.language.intents.intents.get(intent)
        return replace(
            found,
            intent=intent,
            handler=spec.handler if spec else "about",
            score=best.score,
            candidates=tuple(scored[:5]),
        )

    def _spell(self, concepts: Iterable[str]) -> str:
        """Concepts as a string of symbols, one a concept, repeated by weight, in a fixed order.

        rapidfuzz compares strings: a sentence is spelled in concepts as a word is in letters.
        """
        text = []
        for concept in sorted(concepts):
            symbol = self._symbols.setdefault(concept, chr(0x10000 + len(self._symbols)))
            text.append(symbol * self._weights.get(concept.strip("{}"), 1))
        return "".join(text)

    # Decision -----------------------------------------------------------------------------

    def _decide(self, found: Interpretation, items: list[Item]) -> Interpretation:
        spec = self.language.intents.intents.get(found.intent)
        if found.intent and found.score >= ACCEPT_PATTERN and found.handler in ("social", "about"):
            if found.handler == "about" or found.coverage >= ACCEPT_SOCIAL and not found.indicators:
                return found
        if found.figure is not None and found.handler == "figure":
            return found if found.coverage >= 0.4 else replace(found, outcome=Outcome.ELSEWHERE)
        if not found.indicators:
            return self._without_subject(found, items)
        if found.coverage < ACCEPT_COVERAGE:
            return replace(found, outcome=Outcome.ELSEWHERE)
        if spec is None or found.score < ACCEPT_PATTERN:
            return replace(found, intent="value", handler="value")
        return found

    def _without_subject(self, found: Interpretation, items: list[Item]) -> Interpretation:
        if (
            found.handler in ("why", "opinion", "advice", "forecast", "significance")
            and found.score >= ACCEPT_PATTERN
        ):
            known = found.coverage >= 0.99
            if found.handler in ("why", "significance") and known:
                return replace(found, outcome=Outcome.NO_SUBJECT)
            return replace(found, outcome=Outcome.ELSEWHERE)
        asked = _fitting(self._ask_back, {m for item in items for m in item.meanings})
        if asked and found.coverage >= ACCEPT_COVERAGE:
            name, _, index = asked[0].target.partition("/")
            options = self.language.subjects[name].ask_back[int(index)].options
            return replace(found, outcome=Outcome.ASK_BACK, options=tuple(options))
        content = [i for i in items if i.meanings != {"filler"}]
        unknown = [i for i in content if not i.meanings and i.number is None]
        marked = found.main is not None and self._starts(found.main, self._follow)
        asks = found.main is not None and len(found.main.typed) > _BARE
        if (found.breakdown or found.function) and not marked and asks:
            return replace(found, outcome=Outcome.ELSEWHERE)
        slots = found.tiers or found.years or found.current or found.cues - {"ja_nee"} - _SOCIAL
        short = marked and found.main is not None and len(found.main.typed) <= _SHORT_QUESTION
        if (not unknown and slots) or short:
            return replace(found, outcome=Outcome.NO_SUBJECT)
        return replace(found, outcome=Outcome.ELSEWHERE)

    def _foreign_language(self, sentences: list[Sentence]) -> str:
        words = [w for sentence in sentences for w in sentence.typed if w.isalpha()]
        dutch = sum(w in self._dutch for w in words)
        best, hits = "", 0
        for name, known in self._foreign.items():
            count = sum(w in known and w not in self._dutch for w in words)
            if count > hits:
                best, hits = name, count
        return best if hits >= 2 and hits > dutch and hits >= 0.3 * len(words) else ""


_ASKING = frozenset(
    {
        "hoeveel",
        "percentage",
        "klopt",
        "wanneer",
        "welke_laag",
        "welke_vorm",
        "waarom",
        "verschil",
        "trend",
        "precies_getal",
    }
)
_KIND = frozenset(
    {
        "trend",
        "sinds",
        "verschil",
        "factor",
        "vergelijk",
        "hoogste",
        "laagste",
        "wanneer",
        "welke_laag",
        "welke_vorm",
        "omhoog",
        "omlaag",
        "veranderd",
        "gelijk",
        "meer",
        "minder",
        "waarom",
        "significant",
        "aantal",
        "klopt",
        "toon",
        "grafiek",
        "voorspelling",
        "mening",
        "advies",
        "bron",
        "{period}",
        "niet",
    }
)
_SOCIAL = frozenset(
    {
        "begroeting",
        "dank",
        "afscheid",
        "vermogen",
        "identiteit",
        "compliment",
        "belediging",
        "hulp",
        "hoe_gaat_het",
        "akkoord",
    }
)
_AFTERTHOUGHTS = frozenset(
    {
        "klopt",
        "toon",
        "grafiek",
        "hoeveel",
        "percentage",
        "significant",
        "precies_getal",
        "mening",
        "aantal",
    }
)
"""What a later sentence may add to the one that asks."""
_ACCORDING = frozenset({"aldus", "volgens"})
_PREPOSITIONS = frozenset({"op", "in", "van", "tegen", "bij", "onder", "uit", "aan", "door"})
_OF_THEM = frozenset({"daarvan", "hiervan", "hen", "die mensen", "deze mensen"})
_LEADING = frozenset(
    {
        "en",
        "maar",
        "dus",
        "of",
        "oke",
        "ok",
        "hoi",
        "hallo",
        "hey",
        "ja",
        "zeg",
        "nou",
        "he",
        "beste",
        "bot",
        "vraag",
        "vraagje",
    }
)


def _index(patterns: Iterable[Pattern]) -> dict[str, list[Pattern]]:
    index: dict[str, list[Pattern]] = defaultdict(list)
    for pattern in patterns:
        for concept in pattern.concepts:
            index[concept].append(pattern)
    return dict(index)


def _touching(index: dict[str, list[Pattern]], present: Iterable[str]) -> list[Pattern]:
    """Patterns that share a concept with the message, each once, in the order of the files."""
    found: dict[int, Pattern] = {}
    for concept in sorted(present):
        for pattern in index.get(concept, ()):
            found.setdefault(id(pattern), pattern)
    return list(found.values())


def _fitting(index: dict[str, list[Pattern]], present: Iterable[str]) -> list[Pattern]:
    """Patterns of which every concept is there, the most telling first."""
    counts: dict[int, int] = defaultdict(int)
    patterns: dict[int, Pattern] = {}
    for concept in sorted(present):
        for pattern in index.get(concept, ()):
            counts[id(pattern)] += 1
            patterns[id(pattern)] = pattern
    full = [p for key, p in patterns.items() if counts[key] == len(p.concepts)]
    return sorted(full, key=lambda p: -len(p.concepts))


def _phrase_set(text: str) -> frozenset[tuple[str, ...]]:
    return frozenset(words_of(phrase) for phrase, _ in split_phrases(text))


def _windows(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [words[i : i + n] for n in (1, 2, 3) for i in range(len(words) - n + 1)]


def _is_year(item: Item) -> bool:
    return any(m.startswith("relative:") for m in item.meanings)


def _is_group(item: Item) -> bool:
    return any(m.startswith(("tier:", "function:")) for m in item.meanings)


def _is_share(item: Item) -> bool:
    """A bare number that can be a percentage ("gemeenten 47, klopt dat?")."""
    return not item.meanings and item.words[0].isdigit() and 10 <= (item.number or 0) <= 100
