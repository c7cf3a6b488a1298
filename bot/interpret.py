"""What a message asks: which kind of question (intent), about what (slots), and how sure that is.

:meth:`Interpreter.interpret` is the path of a question. Each step is a module of
:mod:`bot.question`; what stands here is their order, and the decision whether to answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from bot.conversation import Conversation
from bot.cues import ASKING, EXTREME, FILLER, LEVEL, PICTURE, SHARE, SOCIAL, Cue, Given
from bot.data import Publication
from bot.interpretation import Interpretation, Outcome
from bot.language import Language, Pattern
from bot.question.choices import Choices
from bot.question.coverage import Coverage
from bot.question.follow_up import FollowUps
from bot.question.foreign import ForeignWords
from bot.question.match import Matcher
from bot.question.publications import choose_publication
from bot.question.sentences import Sentences
from bot.question.signs import Signs
from bot.question.slots import SlotFinder, Slots
from bot.question.topics import Topics
from bot.reader import Item, Reader, Sentence, meanings_of

ACCEPT_PATTERN = 60.0
"""A pattern that fits less well (0 to 100) is no reading of the message."""
ACCEPT_COVERAGE = 0.56
"""The share of a message's content words that must be understood before a fact is stated."""
ACCEPT_FIGURE = 0.4
"""The same where a figure is asked for by its number."""
ACCEPT_SOCIAL = 0.3
"""The same for small talk, where nothing can be said wrong."""
_KNOWN = 0.99
"""A question without a subject is asked back about only where no word is unknown."""
_STRICT = 2.0
"""How much heavier unknown words weigh where the subject rests on one word."""
_SHORT_QUESTION = 4
"""A follow-up of so few words that is not understood is asked back, not refused."""
_BARE = 2
"""So many words are no sentence yet."""
_WHOLE = 100
"""A larger number that is no year, in a message without a subject, is from a sum of one's own."""
_OPTIONS = 1_000
"""How many offered questions are remembered with their reading."""


class Interpreter:
    """Interprets messages in one language about some publications. Holds no state but caches."""

    def __init__(self, language: Language, publications: Sequence[Publication]) -> None:
        self.publications = tuple(publications)
        self.reader = Reader(language)
        self.matcher = Matcher(language)
        self.topics = {p.name: Topics(p, language) for p in self.publications}
        self._newest_first = list(reversed(self.topics.values()))
        signs = Signs(language.intents)
        self._signs = signs
        self._coverage = Coverage(language)
        self._foreign = ForeignWords(language.foreign)
        self._sentences = Sentences(signs, self._coverage)
        self._slots = SlotFinder(language, signs)
        self._follow_ups = FollowUps(signs, self._coverage)
        self._choices = Choices(language.intents)
        self._read_option = lru_cache(_OPTIONS)(self._read_option_uncached)

    # The path -----------------------------------------------------------------------------

    def interpret(self, message: str, before: Conversation) -> Interpretation:
        """The reading of a message. Never raises on any text."""
        sentences = self.reader.read(message)
        nothing = Interpretation(Outcome.EMPTY, self.publications[-1], sentences=tuple(sentences))
        if not sentences:
            return nothing
        if language := self._foreign.language_of(sentences):
            return replace(nothing, outcome=Outcome.FOREIGN, language=language)
        goes_on = self._signs.goes_on(sentences[-1])
        topics = choose_publication(
            self._newest_first, sentences, before, self._slots, goes_on=goes_on
        )
        sentences = [topics.as_read(sentence) for sentence in sentences]
        sentences[0] = self._signs.without_greeting(sentences[0])
        sentences = [self._signs.without_speaker(sentence) for sentence in sentences]
        before = topics.holds_of(before)
        items, main = self._sentences.that_matter(sentences, topics)
        goes_on = self._signs.goes_on(main)
        subject, named = self._subject(items, topics, before, goes_on=goes_on)
        asked = topics.indicators(subject)
        slots = self._slots.find(items, topics.publication, before, asked, named)
        if len(sentences) > len(items) == 1 and not before.figure:
            slots.figure = None  # A bare number is a figure only where it is all that is said.
        found = replace(
            _with_slots(slots, topics.publication),
            cues=self._cues(items, named, asked, slots, sentences, main),
            indicators=asked,
            concepts=meanings_of(items),
            sentences=tuple(sentences),
            main=main,
        )
        found = replace(
            _asked_not_claimed(_in_its_subject(found)),
            coverage=self._covered(found, items, subject, named),
        )
        if self._is_elsewhere(items) or topics.refuses(found.concepts | {*before.concepts}):
            return self._elsewhere(found)
        found = self._follow_ups.complete(found, items, before)
        if not self._is_about_source(found):
            found = self._follow_ups.headline(found, items, topics)
        found = _with_direction(found, topics)
        return self._decide(self.matcher.match(found), items)

    def choose(self, message: str, before: Conversation) -> Interpretation:
        """Like :meth:`interpret`, where the message may answer the bot's own question."""
        found = self.interpret(message, before)
        if not before.options:
            return found
        options = [self._read_option(option) for option in before.options]
        picked = self._choices.pick(found, options)
        if picked is None:
            return found
        chosen = options[picked]
        return replace(
            chosen,
            years=found.years or before.years or chosen.years,
            tiers=found.tiers or before.tiers or chosen.tiers,
            cues=chosen.cues | (frozenset(before.cues) & {Cue.SHOW, Cue.CHART}),
            follow_up=True,
        )

    def _read_option_uncached(self, option: str) -> Interpretation:
        return self.interpret(option, Conversation())

    # Its steps ----------------------------------------------------------------------------

    def _subject(
        self,
        items: Sequence[Item],
        topics: Topics,
        before: Conversation,
        *,
        goes_on: bool,
    ) -> tuple[list[Pattern], set[int]]:
        """The patterns that name the subject, and the items that do."""
        subject, named = topics.find(items)
        counts = any(Cue.COUNT in item.meanings for item in items)
        points_back = counts and any(map(self._signs.is_anaphora, items))
        if (goes_on or points_back) and before.indicators and topics.only_light(subject):
            subject, named = [], set()
        if goes_on and (another := topics.of_its_kind(items, before)):
            return another
        if topics.completes(subject, items, before):
            return topics.find(items, frozenset(before.concepts))
        return self._by_clause(items, topics) or (subject, named)

    @staticmethod
    def _by_clause(items: Sequence[Item], topics: Topics) -> tuple[list[Pattern], set[int]] | None:
        """The subjects of a message that asks "how much" several times, each in its own clause.

        None where a clause names no subject of its own.
        """
        starts = [i for i, item in enumerate(items) if Cue.HOW_MUCH in item.meanings]
        if len(starts) < 2:
            return None
        whole = meanings_of(items)
        subject: list[Pattern] = []
        named: set[int] = set()
        for start, end in pairwise([0, *starts[1:], len(items)]):
            patterns, indexes = topics.find(items[start:end])
            if not patterns or all(map(topics.is_background, patterns)):
                patterns, indexes = topics.find(items[start:end], whole)
            if not indexes or all(map(topics.is_background, patterns)):
                return None
            subject += [p for p in patterns if p not in subject]
            named |= {start + index for index in indexes}
        return subject, named

    def _cues(
        self,
        items: Sequence[Item],
        named: set[int],
        indicators: Sequence[str],
        slots: Slots,
        sentences: Sequence[Sentence],
        main: Sentence,
    ) -> frozenset[str]:
        """The concepts that tell what is asked about the subject, and other marks for patterns."""
        cues = {
            meaning
            for index, item in enumerate(items)
            if index not in named
            for meaning in item.meanings
            if ":" not in meaning and meaning not in (FILLER, Cue.BREAKDOWN)
            if meaning not in EXTREME or index not in slots.used  # "de meeste politici"
        }
        if not cues & EXTREME and not slots.claims and _follows(items, Cue.WHEN, SHARE):
            cues.discard(Cue.WHEN)  # "welk deel vindt dat … wanneer zich iets voordoet"
        if slots.claims and not cues & EXTREME and self._signs.asks_yes_or_no(main):
            cues.discard(Cue.WHEN)  # "Vindt een meerderheid dat … wanneer zich iets voordoet?"
        if slots.claims and slots.figure is None and self._is_only_placed(items):
            cues -= PICTURE  # "In de grafiek zie ik een piek van 46 procent."
        if cues & _WHICH and not cues & PICTURE:
            cues.discard(Cue.SHOW)  # "Welke laag laat de grootste toename zien?"
        if Cue.AVERAGE in cues:
            cues.discard(Cue.TREND)  # "het gemiddelde over alle metingen"
        # "positiever" and "welke vorm het meest" name the subject and compare as well.
        cues |= {m for i in named for m in items[i].meanings if m in _ALSO_SUBJECT}
        if slots.years and any({Cue.WHEN} < i.meanings & ({Cue.WHEN} | EXTREME) for i in items):
            cues.discard(Cue.WHEN)  # "2022 was toch het ergste jaar?" names the year.
        # "Nergens last van" names a subject and denies it.
        cues |= {Cue.NOT for i in named if {Cue.NOT} < items[i].meanings}
        if len(slots.tiers) > 1 and _is_above_a_tier(items):
            cues |= {Cue.MORE, Cue.COMPARE}
        compares = bool(cues & (LEVEL | EXTREME | _BETTER)) or len(slots.claims) > 1
        subjects = named if len(indicators) > 1 else set()  # "gejat of gesloopt" can be one.
        which = self._signs.asks_which(items, subjects) and compares
        later = sentences[sentences.index(main) + 1 :]
        agreed = any(self._signs.is_tail(s) for s in later) or (
            not cues & (ASKING - _SAID_TOO) and self._signs.asserts(main.items)
        )
        asked = any(
            self._signs.points_back(s) and self._signs.asks_yes_or_no(s) for s in (main, *later)
        )
        either = self._signs.asks_either(main.items)
        if either and len(slots.tiers) == 1 and not slots.years and not named:
            cues = cues - {Cue.CHANGED} | {Cue.COMPARE}  # "beter of slechter dan gemeenten"
        if cues >= _BOTH_WAYS and len(slots.tiers) < 2 and len(slots.years) < 2 and named:
            cues = cues - LEVEL | {Cue.CHANGED}  # "vaker, minder vaak of even vaak als eerder"
            either = True
        which = which or either
        given = {
            Given.EITHER_OR: which,
            Given.YES_NO: not which and (asked or self._signs.asks_yes_or_no(main)),
            Cue.IS_TRUE: agreed or self._signs.asks_for_agreement(main),
        }
        compared = cues & (EXTREME | {Cue.MORE, Cue.LESS}) and not slots.breakdown
        if Cue.WHO_OR_WHERE in cues and compared:
            cues.add(Cue.WHICH_TIER)
        return frozenset(cues | {name for name, there in given.items() if there})

    def _is_only_placed(self, items: Sequence[Item]) -> bool:
        """Whether a picture is where something is seen, and not what is asked for."""
        pictured = [index for index, item in enumerate(items) if item.meanings & PICTURE]
        return all(self._signs.is_placed(items, index) for index in pictured)

    def _covered(
        self,
        found: Interpretation,
        items: Sequence[Item],
        subject: Sequence[Pattern],
        named: set[int],
    ) -> float:
        """How much of the message is understood: of all of it, where the subject is one word."""
        topics = self.topics[found.publication.name]
        one_word = len(subject) == 1 and len(subject[0].concepts) == 1
        anchored = (
            found.tiers
            or found.years
            or found.claims
            or found.concepts & (topics.people | _ANCHORS)
        )
        if not one_word or anchored:
            return self._coverage.of(items, named, topics.light)
        everything = [item for sentence in found.sentences for item in sentence.items]
        return self._coverage.of(everything, (), topics.light, _STRICT)

    def _is_about_source(self, found: Interpretation) -> bool:
        if found.indicators:
            return False
        matched = self.matcher.match(found)
        return matched.handler == "about" and _fits(matched)

    def _is_elsewhere(self, items: Sequence[Item]) -> bool:
        return any(
            Given.ELSEWHERE in item.meanings and not self._signs.is_who_says(items, index)
            for index, item in enumerate(items)
        )

    def _elsewhere(self, found: Interpretation) -> Interpretation:
        """A message with a word of another world: only what is said about the source holds."""
        matched = self.matcher.match(found)
        courteous = matched.handler == "social" and found.cues & {Cue.THANKS, Cue.GOODBYE}
        answered = matched.handler == "about" or (courteous and not found.indicators)
        if answered and _fits(matched):
            return matched
        return replace(matched, outcome=Outcome.ELSEWHERE)

    # The decision -------------------------------------------------------------------------

    def _decide(self, found: Interpretation, items: Sequence[Item]) -> Interpretation:
        fits = _fits(found)
        if fits and found.handler == "about":
            return found
        social = fits and found.handler == "social" and not found.indicators
        if social and found.coverage >= ACCEPT_SOCIAL:
            return found
        if found.figure is not None and found.handler == "figure":
            known = found.coverage >= ACCEPT_FIGURE
            return found if known else replace(found, outcome=Outcome.ELSEWHERE)
        if not found.indicators:
            return self._without_subject(found, items, fits=fits)
        if found.handler == "social":
            found = self.matcher.match(replace(found, cues=found.cues - SOCIAL, intent=""))
            fits = _fits(found)
        if found.coverage < ACCEPT_COVERAGE:
            return replace(found, outcome=Outcome.ELSEWHERE)
        if not fits and found.follow_up and not self._names_subject(found, items):
            return replace(found, outcome=Outcome.ELSEWHERE)
        return found if fits else replace(found, intent="value", handler="value")

    def _names_subject(self, found: Interpretation, items: Sequence[Item]) -> bool:
        """Whether a message that goes on with another names a subject itself."""
        return bool(self.topics[found.publication.name].find(items)[0])

    def _without_subject(
        self, found: Interpretation, items: Sequence[Item], *, fits: bool
    ) -> Interpretation:
        """What to do with a question that names no subject, and has none to go on with."""
        if fits and found.handler in _ABOUT_FIGURES:
            leans = found.main is not None and (
                self._signs.points_back(found.main) or len(found.main.typed) <= _SHORT_QUESTION
            )
            ask = found.handler in ("why", "significance") and found.coverage >= _KNOWN
            return replace(
                found, outcome=Outcome.NO_SUBJECT if ask and leans else Outcome.ELSEWHERE
            )
        meanings = meanings_of(items)
        options = self.topics[found.publication.name].options(meanings)
        if options and found.coverage >= ACCEPT_COVERAGE:
            return replace(found, outcome=Outcome.ASK_BACK, options=options)
        goes_on = found.main is not None and self._signs.goes_on(found.main)
        length = len(found.main.typed) if found.main else 0
        if (found.breakdown or found.function) and not goes_on and length > _BARE:
            return replace(found, outcome=Outcome.ELSEWHERE)
        if any(Given.ELSEWHERE in sentence.meanings for sentence in found.sentences):
            return replace(found, outcome=Outcome.ELSEWHERE)
        kind = found.cues - SOCIAL - {Given.YES_NO, Cue.WHO_OR_WHERE}
        asks = found.tiers or found.years or found.current or kind
        sum_of_own = any((item.number or 0) > _WHOLE and not item.is_year for item in items)
        understood = asks and not sum_of_own and not any(item.is_unknown for item in items)
        if found.cues & SHARE and not found.claims and not all(map(self._coverage.is_talk, items)):
            understood = False  # "Hoeveel leden heeft het waterschap?"
        short = goes_on and length <= _SHORT_QUESTION
        return replace(
            found, outcome=Outcome.NO_SUBJECT if understood or short else Outcome.ELSEWHERE
        )


_ALSO_SUBJECT = EXTREME | LEVEL
"""Tells what is asked even where it is part of the subject."""
_ABOUT_FIGURES = frozenset({"why", "opinion", "advice", "forecast", "significance"})
"""Handlers that say something about figures: without a subject there is nothing to say."""
_SAID_TOO = frozenset({Cue.TREND, Cue.PERCENTAGE, Cue.DIFFERENCE})
"""Asks something, but stands in statements as well ("het hoogste van alle jaren")."""
_WHICH = frozenset({Cue.WHICH_TIER, Cue.WHICH_KIND, Cue.WHEN})
_BOTH_WAYS = frozenset({Cue.MORE, Cue.LESS})
_BETTER = frozenset({Cue.BETTER, Cue.WORSE})
_ANCHORS = frozenset({Cue.HOW_MUCH, Cue.PERCENTAGE, Cue.STUDY}) | PICTURE
"""Says that a question is about figures, so that one word may be its whole subject."""


def _fits(found: Interpretation) -> bool:
    """Whether the best pattern is a reading of the message."""
    return bool(found.intent) and found.score >= ACCEPT_PATTERN


def _with_slots(slots: Slots, publication: Publication) -> Interpretation:
    return Interpretation(
        Outcome.UNDERSTOOD,
        publication,
        tiers=tuple(slots.tiers),
        function=slots.function,
        breakdown=slots.breakdown,
        years=tuple(slots.years),
        current=slots.current,
        period=slots.period,
        claims=tuple(slots.claims),
        figure=slots.figure,
    )


def _follows(items: Sequence[Item], later: str, earlier: AbstractSet[str]) -> bool:
    """Whether one concept is said first after one of others."""
    said = [item.meanings & {later, *earlier} for item in items]
    said = [meanings for meanings in said if meanings]
    return len(said) > 1 and later not in said[0] and later in said[-1]


def _is_above_a_tier(items: Sequence[Item]) -> bool:
    """Whether one tier is set above another: "komen gemeenten boven de provincies uit"."""
    tiers = [index for index, item in enumerate(items) if item.value_of("tier") is not None]
    above = [index for index in tiers[1:] if items[index - 1].value_of("number") == "more"]
    return bool(above)


def _in_its_subject(found: Interpretation) -> Interpretation:
    """The interpretation, with words read as its subject has them."""
    cues = found.cues
    listed = any(found.publication.indicators[i].kind == "reasons" for i in found.indicators)
    if listed and not (Cue.WHY in cues and found.claims):
        cues -= {Cue.WHY, Cue.REASON}  # The reasons are the subject; no cause is asked for.
    if Cue.PER_YEAR in cues:
        shares = any(map(found.publication.is_share, found.indicators))
        counted = Cue.HOW_MUCH in cues and found.indicators and not shares
        cues = cues - {Cue.PER_YEAR} | (frozenset() if counted else {Cue.TREND})
    if Cue.ALL_TIERS in cues and (listed or len(found.indicators) > 2):
        cues -= {Cue.ALL_TIERS}  # "Noem ze alle drie": the reasons, the forms.
        found = replace(found, tiers=())
    return replace(found, cues=cues)


def _asked_not_claimed(found: Interpretation) -> Interpretation:
    """The interpretation, with "de meeste" as what is asked: "in welk jaar kregen de meeste …"."""
    majority = found.claimed("majority")
    if not majority or not found.cues & {Cue.WHEN, Cue.WHICH_TIER, Cue.WHICH_KIND}:
        return found
    more = majority[0].comparison == "more"
    cues = found.cues | {Cue.HIGHEST if more else Cue.LOWEST}
    return replace(found, cues=cues, claims=())


def _with_direction(found: Interpretation, topics: Topics) -> Interpretation:
    """The interpretation, with "beter" read as more or less, and no change as equal."""
    cues = found.cues
    rhetorical = {Given.YES_NO, Cue.NOT} <= cues and Cue.IS_TRUE not in cues
    said = cues & {Cue.EQUAL, Cue.MORE, Cue.LESS} or found.claims
    if rhetorical and said and found.follow_up:
        cues -= {Cue.NOT}  # "Was dat niet evenveel?" says that it was.
    if {Cue.CHANGED, Cue.NOT} <= cues:
        cues = cues - {Cue.CHANGED, Cue.NOT} | {Cue.EQUAL}
    if cues & _BETTER:
        more_is_good = not topics.good.isdisjoint(found.indicators)
        more = more_is_good == (Cue.BETTER in cues)
        if found.period or cues & {Cue.SINCE, Cue.TREND, Cue.CHANGED}:
            cues = cues - {Cue.CHANGED} | {Cue.UP if more else Cue.DOWN}
        else:
            cues |= {Cue.MORE if more else Cue.LESS}
    return replace(found, cues=cues)
