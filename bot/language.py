"""The language: loads ``intents/`` (words, patterns, replies) and compiles it for matching.

The YAML files are written by people who speak Dutch, not Python. Every file has a schema; a fault is a
:class:`LanguageError` that names file and line.

Templates use the notation of Home Assistant's intents, parsed by ``hassil``: ``(a|b)`` either,
``[a]`` optional, ``<a>`` a concept, ``{a}`` a slot.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from hassil.parse_expression import ParseExpressionError, parse_sentence
from hassil.parser import ParseError
from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    RuleReference,
    TextChunk,
)
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.data import Publication
from bot.text import plain, words_of

NUMBER = "0"
"""Stands for any number in a phrase."""
GAP = "..."
"""In a phrase: other words may stand here."""


class LanguageError(Exception):
    """A file in ``intents/`` cannot be used; the message names file, line and the cure."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Spelling(_File):
    """``spelling.yaml``"""

    spelling: dict[str, str]
    emoji: dict[str, str]
    fillers: str


class Concepts(_File):
    """``concepts.yaml``"""

    concepts: dict[str, str]


class RelativeYear(_File):
    """One way to name a year without its number."""

    say: str
    meting: int | None = None
    eerste: bool = False
    vanaf_context: int | None = None
    jaren_context: int | None = None
    jaren: int | None = None
    jaren_vast: int | None = None
    periode: int | None = None
    periode_vast: int | None = None
    laatste_metingen: bool = False
    ongemeten: bool = False


class Years(_File):
    """``years.yaml``"""

    relative: list[RelativeYear]
    before_short_year: str
    between: str


class Fraction(_File):
    """A share in words."""

    say: str
    percent: float
    tolerance: float


class Factor(_File):
    """So many times as much, in words."""

    say: str
    times: float


class Numbers(_File):
    """``numbers.yaml``"""

    ordinals: dict[str, int]
    fractions: list[Fraction]
    factors: list[Factor]
    ratio_tolerance: float
    at_least_more: str
    less: str
    almost: str
    about: str
    majority: str
    minority: str


Handler = Literal[
    "value",
    "trend",
    "difference",
    "compare",
    "extreme",
    "claim",
    "why",
    "forecast",
    "opinion",
    "advice",
    "significance",
    "figure",
    "chart",
    "about",
    "social",
]


class IntentSpec(_File):
    """One kind of question."""

    handler: Handler
    patterns: str
    allows: str = ""


class Intents(_File):
    """``intents.yaml``"""

    yes_no_starts: str
    follow_up_starts: str
    tail_questions: str
    speaker_before: str
    speaker_after: str
    anaphora: str
    time_anaphora: str
    people_anaphora: str
    weights: dict[str, int]
    always_allowed: str
    intents: dict[str, IntentSpec]


class IndicatorPatterns(_File):
    """Which concepts ask for which indicator, or for several at once."""

    patterns: str
    indicators: list[str] = Field(default_factory=list)
    background: bool = False


class AskBack(_File):
    """Concepts that are not enough on their own, and the indicators that may be meant."""

    patterns: str
    options: list[str]


class Check(_File):
    """How a claim about an indicator that is given in words can be settled."""

    true: str = ""
    false: str = ""
    ranks: dict[str, int] = Field(default_factory=dict)
    """Concept: its place in the list of reasons, 0 for none."""
    about: str = ""
    """The indicator whose share a list of reasons explains."""
    majority: bool | None = None
    """Whether the source says that most do."""
    more: tuple[str, str] | None = None
    """The first of these concepts is more than the second."""


class Detail(_File):
    """Concepts that ask for a part of an indicator that the source does not print."""

    of: str
    unless: str = ""


class Subjects(_File):
    """``subjects.yaml`` of a publication."""

    concepts: dict[str, str]
    tiers: dict[str, str]
    functions: dict[str, str] = Field(default_factory=dict)
    indicators: dict[str, IndicatorPatterns]
    ask_back: list[AskBack] = Field(default_factory=list)
    light: str = ""
    negating: str = ""
    checks: dict[str, Check] = Field(default_factory=dict)
    details: dict[str, Detail] = Field(default_factory=dict)
    completing: str = ""
    good: list[str] = Field(default_factory=list)
    """Indicators of which more is better."""
    elsewhere: str = ""


class AboutReply(_File):
    """A question about the source, and its answer."""

    name: str
    patterns: str
    reply: str
    figure: str | None = None
    partial: bool = False
    """True where the source does not hold what is asked."""


class About(_File):
    """``about.yaml`` of a publication."""

    about: list[AboutReply]


class Foreign(_File):
    """A language that is recognised, to say that the bot speaks Dutch."""

    words: str
    reply: str = ""


class Foreigns(_File):
    """``foreign.yaml``"""

    dutch: str
    languages: dict[str, Foreign]


class Replies(_File):
    """``replies.yaml``: what the bot says, by name; ``{slots}`` are filled in."""

    say: dict[str, str]
    suggestions: dict[str, str]


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
    emoji: Mapping[str, str]
    phrases: Mapping[str, list[Phrase]]
    """Phrases by their first word, the longest first."""
    common_words: Mapping[str, int]
    """Common Dutch words and their rank, most frequent first."""
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
    assert isinstance(expression, Group)
    parts = [_sample(item) for item in expression.items]
    if isinstance(expression, Alternative):
        return [text for part in parts for text in part]
    return ["".join(texts) for texts in product(*parts)]


def load_language(folder: Path, publications: Iterable[Publication]) -> Language:
    """Load and compile the language of some publications.

    Raises:
        LanguageError: a file is missing or malformed, or names what does not exist.
    """
    common = folder / "common"
    spelling = read_yaml(common / "spelling.yaml", Spelling)
    concepts = read_yaml(common / "concepts.yaml", Concepts)
    years = read_yaml(common / "years.yaml", Years)
    numbers = read_yaml(common / "numbers.yaml", Numbers)
    intents = read_yaml(common / "intents.yaml", Intents)
    book = _Phrasebook()
    book.add("filler", spelling.fillers, common / "spelling.yaml", "fillers")
    for name, text in concepts.concepts.items():
        book.add(name, text, common / "concepts.yaml", "concepts", name)
    for index, relative in enumerate(years.relative):
        book.add(f"relative:{index}", relative.say.replace("{n}", NUMBER), common / "years.yaml")
    for index, fraction in enumerate(numbers.fractions):
        book.add(f"fraction:{index}", fraction.say, common / "numbers.yaml")
    for index, factor in enumerate(numbers.factors):
        book.add(f"factor:{index}", factor.say, common / "numbers.yaml")
    for kind in ("at_least_more", "less", "almost", "about", "majority", "minority"):
        book.add(f"number:{kind}", getattr(numbers, kind), common / "numbers.yaml", kind)
    subjects: dict[str, Subjects] = {}
    about: dict[str, dict[str, AboutReply]] = {}
    topics: list[Pattern] = []
    ask_back: list[Pattern] = []
    intent_patterns: list[Pattern] = []
    for publication in publications:
        path = folder / publication.name / "subjects.yaml"
        subject = subjects[publication.name] = read_yaml(path, Subjects)
        for name, text in subject.concepts.items():
            book.add(name, text, path, "concepts", name)
        for name, text in subject.tiers.items():
            book.add(f"tier:{name}", text, path, "tiers", name)
        for name, text in subject.functions.items():
            book.add(f"function:{name}", text, path, "functions", name)
        book.add("elsewhere", subject.elsewhere, path, "elsewhere")
        for name, topic in subject.indicators.items():
            where = (path, "indicators", name, "patterns")
            topics += _patterns(f"{publication.name}/{name}", topic.patterns, *where)
        for index, option in enumerate(subject.ask_back):
            ask_back += _patterns(f"{publication.name}/{index}", option.patterns, path, "ask_back")
        entries = read_yaml(folder / publication.name / "about.yaml", About).about
        about[publication.name] = {entry.name: entry for entry in entries}
        for entry in entries:
            target = f"about:{publication.name}/{entry.name}"
            intent_patterns += _patterns(target, entry.patterns, path.with_name("about.yaml"))
    for name, intent in intents.intents.items():
        where = (common / "intents.yaml", "intents", name, "patterns")
        intent_patterns += _patterns(name, intent.patterns, *where)
    return Language(
        spelling={key: words_of(value) for key, value in spelling.spelling.items()},
        emoji=spelling.emoji,
        phrases=book.compiled(),
        common_words=_common_words(common / "dutch.txt"),
        years=years,
        numbers=numbers,
        intents=intents,
        subjects=subjects,
        about=about,
        foreign=read_yaml(common / "foreign.yaml", Foreigns),
        replies=read_yaml(common / "replies.yaml", Replies),
        topic_patterns=topics,
        ask_back_patterns=ask_back,
        intent_patterns=intent_patterns,
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
                meanings.discard("filler")
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
    except (ParseError, ParseExpressionError, AssertionError, IndexError) as error:
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
        return model.model_validate(yaml.load(text, Loader=yaml.CSafeLoader))  # noqa: S506
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
