"""The language: loads ``intents/`` (words, patterns, replies) and compiles it for matching.

The YAML files are written by people who speak Dutch, not Python. Every file has a model in
:mod:`bot.schema`; a fault is a :class:`LanguageError` that names file and line.

Templates use the notation of Home Assistant's intents: ``(a|b)`` either, ``[a]`` optional,
``<a>`` a concept, ``{a}`` a slot.
"""

from __future__ import annotations

import re
from collections import ChainMap, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot.charts.words import Words, load_words
from bot.cues import FILLER, Cue, Given
from bot.data import Publication
from bot.files import (
    Fault,
    LanguageError,
    line_in,
    lines_of,
    read_text,
    read_yaml,
    text_line_in,
)
from bot.paths import common_folder
from bot.schema import (
    ALL,
    About,
    AboutReply,
    Concepts,
    Foreigns,
    Intents,
    Numbers,
    Replies,
    Spelling,
    Subjects,
    Years,
)
from bot.text import words_of

NUMBER = "0"
"""Stands for any number in a phrase."""
ABOUT = "about:"
"""Starts the target of a pattern that belongs to an answer in a publication's ``about.yaml``."""
OWN = "own"
"""With a publication's name: the words with this meaning are its own for a shared concept."""
CALLED = "called"
"""With a publication's name: the words name that source."""
APART = "__"
"""Between the name of a concept and a number, where an earlier publication has one of that name."""
GAP = "..."
"""In a phrase: other words may stand here."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that together mean something; ``rest`` may follow at a distance."""

    words: tuple[str, ...]
    rest: tuple[str, ...]
    meanings: frozenset[str]
    talk: bool = False
    """Says nothing to those for whom it has none of these meanings."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Concepts that belong together, in any order."""

    target: str
    concepts: frozenset[str]
    source: str
    """The template it was expanded from, for explanations."""


@dataclass
class Language:
    """Everything that is known about words, compiled for reading messages."""

    spelling: Mapping[str, tuple[str, ...]]
    linking_letters: tuple[str, ...]
    emoji: Mapping[str, str]
    phrases: Mapping[str, list[Phrase]]
    """Phrases by their first word, the longest first."""
    common_words: Mapping[str, int]
    """Common Dutch words and their rank, most frequent first."""
    everyday: frozenset[str]
    """Words that can stand in a question about anything, and name no subject."""
    years: Years
    numbers: Numbers
    intents: Intents
    subjects: Mapping[str, Subjects]
    """By publication."""
    about: Mapping[str, Mapping[str, AboutReply]]
    """By publication, then by name."""
    examples: Mapping[str, Sequence[str]]
    """Questions that show what can be asked, by publication; may be empty."""
    foreign: Foreigns
    replies: Replies
    charts: Words
    topic_patterns: list[Pattern]
    """Concepts that ask for indicators; the target is a key of ``Subjects.indicators``."""
    ask_back_patterns: list[Pattern]
    intent_patterns: list[Pattern]
    answer_patterns: list[Pattern]
    """What asks for an answer in a publication's ``about.yaml``."""

    shared_concepts: frozenset[str]
    """The concepts that every publication shares."""
    fillers: frozenset[str]
    """Single words that say nothing, whatever they mean to some publication."""

    @cached_property
    def all_phrases(self) -> tuple[Phrase, ...]:
        """Every phrase, whatever word it starts with."""
        return tuple(phrase for phrases in self.phrases.values() for phrase in phrases)

    @cached_property
    def of_one_word(self) -> dict[str, frozenset[str]]:
        """What the single words mean that are a phrase of their own."""
        single = (p for p in self.all_phrases if len(p.words) == 1 and not p.rest)
        return {phrase.words[0]: phrase.meanings for phrase in single}

    @cached_property
    def meanings(self) -> frozenset[str]:
        """Everything that words can mean."""
        return frozenset(meaning for phrase in self.all_phrases for meaning in phrase.meanings)

    @property
    def elsewhere(self) -> frozenset[str]:
        """What words mean that belong to another world than a publication's, by publication."""
        return frozenset(f"{Given.ELSEWHERE}:{name}" for name in self.subjects)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every single word that is known to mean something."""
        return frozenset(word for p in self.all_phrases for word in (*p.words, *p.rest))


def split_phrases(text: str) -> Iterator[tuple[str, int]]:
    """The comma- or line-separated phrases of a text block, each with its line in the block."""
    for number, line in enumerate(text.splitlines()):
        if not any(c in line for c in "([{<"):
            yield from ((phrase, number) for part in line.split(",") if (phrase := part.strip()))
            continue
        depth, start = 0, 0
        for position, character in enumerate(line + ","):
            if character in "([{<":
                depth += 1
            elif character in ")]}>":
                depth -= 1
            elif character == "," and depth == 0:
                phrase = line[start:position].strip()
                start = position + 1
                if phrase:
                    yield phrase, number


def expand(template: str) -> list[str]:
    """Every wording a template stands for; concepts and slots stay as ``<a>`` and ``{a}``."""
    if not any(c in template for c in "(["):
        return [template]
    return [" ".join(text.split()) for text in _wordings(iter(_PART.findall(template)))]


def _wordings(parts: Iterator[str]) -> list[str]:
    """What the parts stand for, up to the bracket that closes them."""
    before: list[str] = []
    texts = [""]
    for part in parts:
        if part in ")]":
            break
        if part == "|":
            before, texts = before + texts, [""]
            continue
        choices = _wordings(parts) if part in "([" else [part]
        if part == "[":
            choices.append("")
        texts = [text + choice for text in texts for choice in choices]
    return before + texts


def word_phrases(text: str) -> frozenset[tuple[str, ...]]:
    """The phrases of a text block as the words of a message."""
    return frozenset(words_of(phrase) for phrase, _ in split_phrases(text))


def load_language(folder: Path, publications: Iterable[Publication]) -> Language:
    """Load and compile the language of some publications.

    Raises:
        LanguageError: a file is missing or malformed, or names what does not exist.
    """
    publications = list(publications)
    loader = _Loader(folder, several=len(publications) > 1)
    loader.add_common()
    for publication in publications:
        loader.add_publication(publication.name)
    language = loader.language()
    if loader.faults:
        raise LanguageError(loader.faults)
    return language


class _Loader:
    """Reads the files one by one into what a :class:`Language` holds."""

    def __init__(self, folder: Path, *, several: bool) -> None:
        self._folder = folder
        self._several = several
        self._common = common_folder(folder)
        self.faults: list[Fault] = []
        self._spelling = read_yaml(self._common / "spelling.yaml", Spelling)
        self._concepts = read_yaml(self._common / "concepts.yaml", Concepts)
        self._years = read_yaml(self._common / "years.yaml", Years)
        self._numbers = read_yaml(self._common / "numbers.yaml", Numbers)
        self._intents = read_yaml(self._common / "intents.yaml", Intents)
        self._book = _Phrasebook(self.faults)
        self._subjects: dict[str, Subjects] = {}
        self._about: dict[str, dict[str, AboutReply]] = {}
        self._examples: dict[str, list[str]] = {}
        self._topics: list[Pattern] = []
        self._ask_back: list[Pattern] = []
        self._answers: list[Pattern] = []

    def add_common(self) -> None:
        """What every publication shares."""
        book, common = self._book, self._common
        book.add(FILLER, self._spelling.fillers, common / "spelling.yaml", "fillers")
        path = common / "concepts.yaml"
        for name, text in self._concepts.concepts.items():
            book.add(name, text, path, "concepts", name)
        for cue in Cue:
            if cue not in self._concepts.concepts:
                message = f"'{cue}' is missing, a concept that the program asks for by name"
                self.faults.append(_fault(path, message, "concepts"))
        path = common / "years.yaml"
        for index, relative in enumerate(self._years.relative):
            phrases = relative.say.replace("{n}", NUMBER)
            book.add(f"relative:{index}", phrases, path, "relative", str(index))
        path = common / "numbers.yaml"
        for index, fraction in enumerate(self._numbers.fractions):
            book.add(f"fraction:{index}", fraction.say, path, "fractions", str(index))
        for index, factor in enumerate(self._numbers.factors):
            book.add(f"factor:{index}", factor.say, path, "factors", str(index))
        for comparison, phrases in self._numbers.comparisons.items():
            book.add(f"number:{comparison}", phrases, path, "comparisons", comparison)
        book.add("number:majority", self._numbers.majority, path, "majority")
        book.add("number:minority", self._numbers.minority, path, "minority")
        book.add("number:few", self._numbers.few, path, "few")
        book.is_common()

    def add_publication(self, name: str) -> None:
        """What one publication adds."""
        book = self._book
        path = self._folder / name / "subjects.yaml"
        subjects = read_yaml(path, Subjects)
        shared = self._concepts.concepts
        others = {concept for other in self._subjects.values() for concept in other.concepts}
        renamed = {c: f"{c}{APART}{len(self._subjects)}" for c in subjects.concepts if c in others}
        for concept, text in subjects.concepts.items():
            if concept in shared:
                message = f"'{concept}' is a concept that all share; add words to it under shared"
                self.faults.append(_fault(path, message, "concepts", concept))
            book.add(renamed.get(concept, concept), text, path, "concepts", concept)
        subjects = self._subjects[name] = subjects.renamed(renamed) if renamed else subjects
        for concept, text in subjects.shared.items():
            if concept not in shared:
                message = f"there is no shared concept '{concept}'; put your own under concepts"
                self.faults.append(_fault(path, message, "shared", concept))
            book.add(concept, text, path, "shared", concept)
            if self._several:
                book.add(f"{OWN}:{name}", text, path, "shared", concept)
        filler = f"{FILLER}:{name}" if self._several else FILLER
        book.add(filler, subjects.fillers, path, "fillers")
        book.add(f"{CALLED}:{name}", subjects.called, path, "called")
        everyone = next(i for i, f in enumerate(self._numbers.fractions) if f.percent == ALL)
        book.add(f"fraction:{everyone}", subjects.numbers.everyone, path, "numbers", "everyone")
        book.add("number:majority", subjects.numbers.majority, path, "numbers", "majority")
        for tier, text in subjects.tiers.items():
            book.add(f"tier:{tier}", text, path, "tiers", tier)
        for tier, text in subjects.functions.items():
            book.add(f"function:{tier}", text, path, "functions", tier)
        book.add(f"{Given.ELSEWHERE}:{name}", subjects.elsewhere, path, "elsewhere")
        for topic, spec in subjects.indicators.items():
            where = (path, "indicators", topic, "patterns")
            self._topics += self._patterns(f"{name}/{topic}", spec.patterns, *where)
        for index, option in enumerate(subjects.ask_back):
            where = (path, "ask_back", str(index), "patterns")
            self._ask_back += self._patterns(f"{name}/{index}", option.patterns, *where)
        path = path.with_name("about.yaml")
        about = read_yaml(path, About)
        about = about.renamed(renamed) if renamed else about
        self._about[name] = {entry.name: entry for entry in about.about}
        self._examples[name] = about.examples
        for index, entry in enumerate(about.about):
            target = f"{ABOUT}{name}/{entry.name}"
            where = (path, "about", str(index), "patterns")
            self._answers += self._patterns(target, entry.patterns, *where)

    def language(self) -> Language:
        """All that was added, compiled."""
        path = self._common / "intents.yaml"
        kinds = [
            pattern
            for name, intent in self._intents.intents.items()
            for pattern in self._patterns(name, intent.patterns, path, "intents", name, "patterns")
        ]
        return Language(
            spelling={typed: words_of(meant) for typed, meant in self._typed().items()},
            linking_letters=words_of(self._spelling.linking_letters),
            emoji=self._spelling.emoji,
            phrases=self._book.compiled(),
            common_words=_common_words(self._common / "dutch.txt"),
            everyday=frozenset(_common_words(self._common / "everyday.txt")),
            shared_concepts=frozenset(self._concepts.concepts),
            fillers=frozenset(w[0] for w in word_phrases(self._spelling.fillers) if len(w) == 1),
            years=self._years,
            numbers=self._numbers,
            intents=self._intents,
            subjects=self._subjects,
            about=self._about,
            examples=self._examples,
            foreign=read_yaml(self._common / "foreign.yaml", Foreigns),
            replies=read_yaml(self._common / "replies.yaml", Replies),
            charts=load_words(self._common),
            topic_patterns=self._topics,
            ask_back_patterns=self._ask_back,
            intent_patterns=kinds,
            answer_patterns=self._answers,
        )

    def _patterns(self, target: str, text: str, path: Path, *keys: str) -> list[Pattern]:
        found: dict[frozenset[str], Pattern] = {}
        for number, line in enumerate(map(str.strip, text.splitlines())):
            for wording in expand(line) if line else []:
                concepts = references(wording)
                if _REFERENCE.sub("", wording).strip() or not concepts:
                    message = f"'{line}' may hold <concepts> only, at least one"
                    self.faults.append(_fault_in_text(path, message, number, *keys))
                    break
                found.setdefault(concepts, Pattern(target, concepts, line))
        return list(found.values())

    def _typed(self) -> dict[str, str]:
        """What people type, and what they mean by it; what all share goes before."""
        own = [subjects.spelling for subjects in self._subjects.values()]
        return dict(ChainMap(self._spelling.spelling, *own))


class _Phrasebook:
    """Collects phrases and what they mean; one phrase may have several meanings."""

    def __init__(self, faults: list[Fault]) -> None:
        self._faults = faults
        self._meanings: dict[tuple[tuple[str, ...], tuple[str, ...]], set[str]] = defaultdict(set)
        self._common: frozenset[tuple[tuple[str, ...], tuple[str, ...]]] = frozenset()

    def is_common(self) -> None:
        """What was added so far is everybody's; what comes after it belongs to a publication."""
        self._common = frozenset(self._meanings)

    def add(self, meaning: str, text: str, path: Path, *keys: str) -> None:
        for template, line in split_phrases(text):
            for wording in expand(template):
                first, _, rest = wording.partition(GAP)
                words = words_of(first)
                if not words or "<" in wording:
                    what = "<concepts> stand in patterns only" if words else "it holds no word"
                    message = f"'{template}': {what}"
                    self._faults.append(_fault_in_text(path, message, line, *keys))
                    break
                self._meanings[words, words_of(rest)].add(meaning)

    def compiled(self) -> dict[str, list[Phrase]]:
        by_first: dict[str, list[Phrase]] = defaultdict(list)
        for (words, rest), meanings in self._meanings.items():
            talk = FILLER in meanings
            if len(meanings) > 1:
                if (words, rest) in self._common:
                    meanings -= {m for m in meanings if m.startswith(f"{OWN}:")}
                meanings.discard(FILLER)
            by_first[words[0]].append(Phrase(words, rest, frozenset(meanings), talk))
        for phrases in by_first.values():
            phrases.sort(key=lambda p: (-len(p.words) - len(p.rest), p.words, p.rest))
        return dict(by_first)


def references(text: str) -> frozenset[str]:
    """The concepts and slots a text names, slots in braces."""
    return frozenset(a or "{" + b + "}" for a, b in _REFERENCE.findall(text))


def _common_words(path: Path) -> dict[str, int]:
    lines = read_text(path, LanguageError).splitlines()
    words = [line for line in lines if not line.startswith("#")]
    return {word: rank for rank, word in enumerate(words)}


def _fault(path: Path, message: str, *keys: str) -> Fault:
    return Fault(path, line_in(lines_of(path), keys), message)


def _fault_in_text(path: Path, message: str, line: int, *keys: str) -> Fault:
    return Fault(path, text_line_in(lines_of(path), keys) + line, message)


_PART = re.compile(r"[()\[\]|]|[^()\[\]|]+")
_REFERENCE = re.compile(r"<([a-z_0-9]+)>|\{([a-z_]+)\}")
