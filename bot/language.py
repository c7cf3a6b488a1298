"""The language: loads ``intents/`` (words, patterns, replies) and compiles it for matching.

The YAML files are written by people who speak Dutch, not Python. Every file has a model in
:mod:`bot.schema`; a fault is a :class:`LanguageError` that names file and line.

Templates use the notation of Home Assistant's intents, parsed by ``hassil``: ``(a|b)`` either,
``[a]`` optional, ``<a>`` a concept, ``{a}`` a slot.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TypeVar

import yaml
from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    RuleReference,
    TextChunk,
)
from hassil.parse_expression import ParseExpressionError, parse_sentence
from hassil.parser import ParseError
from pydantic import BaseModel, ValidationError

from bot.data import Publication
from bot.question.cues import FILLER, Cue, Given
from bot.schema import (
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
GAP = "..."
"""In a phrase: other words may stand here."""


class LanguageError(Exception):
    """A file in ``intents/`` cannot be used; the message names file, line and the cure."""


Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that together mean something; ``rest`` may follow at a distance."""

    words: tuple[str, ...]
    rest: tuple[str, ...]
    meanings: frozenset[str]


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
    foreign: Foreigns
    replies: Replies
    topic_patterns: list[Pattern]
    """Concepts that ask for indicators; the target is a key of ``Subjects.indicators``."""
    ask_back_patterns: list[Pattern]
    intent_patterns: list[Pattern]

    common: frozenset[str]
    """The concepts that every publication shares."""

    @cached_property
    def meanings(self) -> frozenset[str]:
        """Everything that words can mean."""
        return frozenset(
            m for phrases in self.phrases.values() for p in phrases for m in p.meanings
        )

    @property
    def elsewhere(self) -> frozenset[str]:
        """What words mean that belong to another world than a publication's, by publication."""
        return frozenset(f"{Given.ELSEWHERE}:{name}" for name in self.subjects)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every single word that is known to mean something."""
        words = {word for phrases in self.phrases.values() for p in phrases for word in p.words}
        words.update(word for phrases in self.phrases.values() for p in phrases for word in p.rest)
        return frozenset(words)


def split_phrases(text: str) -> Iterator[tuple[str, int]]:
    """The comma- or line-separated phrases of a text block, each with its line in the block."""
    for number, line in enumerate(text.splitlines()):
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
    if not any(c in template for c in "([{<"):
        return [template]
    return [" ".join(text.split()) for text in _sample(parse_sentence(template).expression)]


def _sample(expression: Expression) -> list[str]:
    # hassil's own sampler fills in lists and rules; here they stay as they are.
    if isinstance(expression, TextChunk):
        return [expression.original_text]
    if isinstance(expression, ListReference):
        return ["{" + expression.list_name + "}"]
    if isinstance(expression, RuleReference):
        return ["<" + expression.rule_name + ">"]
    if not isinstance(expression, Group):
        raise ValueError(f"{expression} is no part of the notation")
    parts = [_sample(item) for item in expression.items]
    if isinstance(expression, Alternative):
        return [text for part in parts for text in part]
    return ["".join(texts) for texts in product(*parts)]


def word_phrases(text: str) -> frozenset[tuple[str, ...]]:
    """The phrases of a text block as the words of a message."""
    return frozenset(words_of(phrase) for phrase, _ in split_phrases(text))


def load_language(folder: Path, publications: Iterable[Publication]) -> Language:
    """Load and compile the language of some publications.

    Raises:
        LanguageError: a file is missing or malformed, or names what does not exist.
    """
    loader = _Loader(folder)
    loader.add_common()
    for publication in publications:
        loader.add_publication(publication.name)
    return loader.language()


class _Loader:
    """Reads the files one by one into what a :class:`Language` holds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._common = folder / "common"
        self._spelling = read_yaml(self._common / "spelling.yaml", Spelling)
        self._concepts = read_yaml(self._common / "concepts.yaml", Concepts)
        self._years = read_yaml(self._common / "years.yaml", Years)
        self._numbers = read_yaml(self._common / "numbers.yaml", Numbers)
        self._intents = read_yaml(self._common / "intents.yaml", Intents)
        self._book = _Phrasebook()
        self._subjects: dict[str, Subjects] = {}
        self._about: dict[str, dict[str, AboutReply]] = {}
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
        if missing := [cue for cue in Cue if cue not in self._concepts.concepts]:
            message = f"'{missing[0]}' is missing, a concept that the program asks for by name"
            raise _error(path, message, -1, "concepts")
        path = common / "years.yaml"
        for index, relative in enumerate(self._years.relative):
            phrases = relative.say.replace("{n}", NUMBER)
            book.add(f"relative:{index}", phrases, path, "relative", str(index))
        path = common / "numbers.yaml"
        for index, fraction in enumerate(self._numbers.fractions):
            book.add(f"fraction:{index}", fraction.say, path, "fractions", str(index))
        for index, factor in enumerate(self._numbers.factors):
            book.add(f"factor:{index}", factor.say, path, "factors", str(index))
        for kind in ("at_least_more", "less", "almost", "about", "majority", "minority"):
            book.add(f"number:{kind}", getattr(self._numbers, kind), path, kind)

    def add_publication(self, name: str) -> None:
        """What one publication adds."""
        book = self._book
        path = self._folder / name / "subjects.yaml"
        subjects = self._subjects[name] = read_yaml(path, Subjects)
        for concept, text in subjects.concepts.items():
            book.add(concept, text, path, "concepts", concept)
        for tier, text in subjects.tiers.items():
            book.add(f"tier:{tier}", text, path, "tiers", tier)
        for tier, text in subjects.functions.items():
            book.add(f"function:{tier}", text, path, "functions", tier)
        book.add(f"{Given.ELSEWHERE}:{name}", subjects.elsewhere, path, "elsewhere")
        for topic, spec in subjects.indicators.items():
            where = (path, "indicators", topic, "patterns")
            self._topics += _patterns(f"{name}/{topic}", spec.patterns, *where)
        for index, option in enumerate(subjects.ask_back):
            where = (path, "ask_back", str(index), "patterns")
            self._ask_back += _patterns(f"{name}/{index}", option.patterns, *where)
        path = path.with_name("about.yaml")
        entries = read_yaml(path, About).about
        self._about[name] = {entry.name: entry for entry in entries}
        for index, entry in enumerate(entries):
            target = f"about:{name}/{entry.name}"
            where = (path, "about", str(index), "patterns")
            self._answers += _patterns(target, entry.patterns, *where)

    def language(self) -> Language:
        """All that was added, compiled."""
        path = self._common / "intents.yaml"
        kinds = [
            pattern
            for name, intent in self._intents.intents.items()
            for pattern in _patterns(name, intent.patterns, path, "intents", name, "patterns")
        ]
        return Language(
            spelling={key: words_of(value) for key, value in self._spelling.spelling.items()},
            linking_letters=words_of(self._spelling.linking_letters),
            emoji=self._spelling.emoji,
            phrases=self._book.compiled(),
            common_words=_common_words(self._common / "dutch.txt"),
            everyday=frozenset(_common_words(self._common / "everyday.txt")),
            common=frozenset(self._concepts.concepts),
            years=self._years,
            numbers=self._numbers,
            intents=self._intents,
            subjects=self._subjects,
            about=self._about,
            foreign=read_yaml(self._common / "foreign.yaml", Foreigns),
            replies=read_yaml(self._common / "replies.yaml", Replies),
            topic_patterns=self._topics,
            ask_back_patterns=self._ask_back,
            intent_patterns=[*self._answers, *kinds],
        )


class _Phrasebook:
    """Collects phrases and what they mean; one phrase may have several meanings."""

    def __init__(self) -> None:
        self._meanings: dict[tuple[tuple[str, ...], tuple[str, ...]], set[str]] = defaultdict(set)

    def add(self, meaning: str, text: str, path: Path, *keys: str) -> None:
        for template, line in split_phrases(text):
            for wording in _expanded(template, path, line, *keys):
                first, _, rest = wording.partition(GAP)
                words = words_of(first)
                if not words:
                    raise _error(path, f"'{template}' holds no word", line, *keys)
                self._meanings[words, words_of(rest)].add(meaning)

    def compiled(self) -> dict[str, list[Phrase]]:
        by_first: dict[str, list[Phrase]] = defaultdict(list)
        for (words, rest), meanings in self._meanings.items():
            if len(meanings) > 1:
                meanings.discard(FILLER)
            by_first[words[0]].append(Phrase(words, rest, frozenset(meanings)))
        for phrases in by_first.values():
            phrases.sort(key=lambda p: (-len(p.words) - len(p.rest), p.words, p.rest))
        return dict(by_first)


def _patterns(target: str, text: str, path: Path, *keys: str) -> list[Pattern]:
    found: dict[frozenset[str], Pattern] = {}
    for number, line in enumerate(text.splitlines()):
        for wording in _expanded(line.strip(), path, number, *keys) if line.strip() else []:
            names = _REFERENCE.findall(wording)
            if _REFERENCE.sub("", wording).strip():
                raise _error(path, f"'{line.strip()}' may hold <concepts> only", number, *keys)
            concepts = frozenset(a or "{" + b + "}" for a, b in names)
            found.setdefault(concepts, Pattern(target, concepts, line.strip()))
    return list(found.values())


def references(text: str) -> frozenset[str]:
    """The concepts and slots a text names, slots in braces."""
    return frozenset(a or "{" + b + "}" for a, b in _REFERENCE.findall(text))


def _expanded(template: str, path: Path, line: int, *keys: str) -> list[str]:
    try:
        return expand(template)
    except (ParseError, ParseExpressionError, ValueError, IndexError) as error:
        raise _error(path, f"'{template}' is not a valid template ({error})", line, *keys) from None


def _common_words(path: Path) -> dict[str, int]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise LanguageError(f"{path}: not found") from None
    words = [line for line in lines if not line.startswith("#")]
    return {word: rank for rank, word in enumerate(words)}


def read_yaml(path: Path, model: type[Model]) -> Model:
    """Read a YAML file into its model.

    Raises:
        LanguageError: it is missing or malformed; names file and line.
    """
    try:
        text = path.read_text(encoding="utf-8")
        return model.model_validate(yaml.load(text, Loader=yaml.CSafeLoader))
    except FileNotFoundError:
        raise LanguageError(f"{path}: not found") from None
    except UnicodeDecodeError as error:
        raise LanguageError(f"{path}: not UTF-8 text: {error}") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise LanguageError(f"{path}:{line}: not valid YAML: {error.problem}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        line = line_of(path, *map(str, first["loc"]))
        raise LanguageError(f"{path}:{line}: {where}: {first['msg']}") from None


def line_of(path: Path, *keys: str) -> int:
    """The line (from 1) where a key of a YAML file stands; the nearest parent where it does not."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    line = 1
    for key in keys:
        if isinstance(node, yaml.MappingNode):
            pair = next((p for p in node.value if p[0].value == key), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and key.isdigit() and int(key) < len(node.value):
            node = node.value[int(key)]
            line = node.start_mark.line + 1
    return line


def _error(path: Path, message: str, offset: int = 0, *keys: str) -> LanguageError:
    # The text of a block starts on the line after its key.
    return LanguageError(f"{path}:{line_of(path, *keys) + offset + 1}: {message}")


_REFERENCE = re.compile(r"<([a-z_0-9]+)>|\{([a-z_]+)\}")
