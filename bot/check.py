"""Checks data and language files beyond what loading them does, and says where and how to mend."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.answer import Status
from bot.charts.words import load_words
from bot.chat import load_texts as load_terminal_texts
from bot.conversation import Conversation
from bot.data import DataError, Publication, load_publication
from bot.engine import Engine
from bot.evaluate import Question, load_questions, question_files, questions_folder
from bot.guide.texts import NAME as GUIDE
from bot.guide.texts import load_guide
from bot.interpretation import Interpretation, Outcome
from bot.language import Language, LanguageError, Pattern, expand, split_phrases
from bot.question.cues import Cue, Given
from bot.telegram.texts import TextsError, load_texts
from bot.text import words_of

_REFERENCE = re.compile(r"<([a-z_0-9]+)>|(\{[a-z_]+\})")
_PLACEHOLDERS = ("year", "value", "members", "tier", "reasons")
"""What a sentence in ``indicators.csv`` may leave open."""
_PHRASES = ("concepts", "tiers", "functions", "elsewhere")
"""The parts of the files that hold phrases."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something to mend, and where."""

    path: Path
    line: int
    serious: bool
    message: str

    def __str__(self) -> str:
        kind = "error" if self.serious else "warning"
        return f"{_short(self.path)}:{self.line}: {kind}: {self.message}"


def check(data: Path, intents: Path) -> int:
    """Print every finding: 1 where there are errors, 0 where there are warnings at most."""
    findings = sorted(find(data, intents))
    for finding in findings:
        print(finding)
    errors = sum(finding.serious for finding in findings)
    print(f"{errors} errors, {len(findings) - errors} warnings")
    return 1 if errors else 0


def find(data: Path, intents: Path) -> list[Finding]:
    """Every finding in the data and language files.

    A file that cannot be loaded is one finding: what leans on it cannot be checked then.
    """
    loaders: list[Callable[[], object]] = [
        *(
            lambda folder=path.parent: load_publication(folder)
            for path in sorted(data.glob("*/datapackage.json"))
        ),
        lambda: load_words(intents / "common" / "charts.yaml"),
        lambda: load_terminal_texts(intents),
        lambda: load_texts(intents),
    ]
    faults = [fault for load in loaders if (fault := _fault(load))]
    engines: list[Engine] = []
    if fault := _fault(lambda: engines.append(Engine.load(data, intents))):
        faults.append(fault)
    if not engines:
        return list(dict.fromkeys(faults))
    return [*faults, *_Checker(engines[0], data, intents).findings()]


def _fault(load: Callable[[], object]) -> Finding | None:
    try:
        load()
    except (DataError, LanguageError, TextsError) as error:
        match = re.match(r"(.+?)(?::(\d+)|: row (\d+)[^:]*)?: (.*)", str(error), re.DOTALL)
        if match is None:
            return Finding(Path(), 1, True, str(error))
        line = int(match[2] or match[3] or 1)
        return Finding(Path(match[1]), line, True, match[4] if match[2] else str(error))
    return None


class _Checker:
    """Checks what loads: that patterns, concepts, data and test questions fit together."""

    def __init__(self, engine: Engine, data: Path, intents: Path) -> None:
        self._engine = engine
        self._language: Language = engine.language
        self._data = data
        self._common = intents / "common"
        self._folders = {p.name: intents / p.name for p in engine.publications}
        self._tables = {
            load_publication(path.parent).name: path.parent
            for path in data.glob("*/datapackage.json")
        }
        self._questions = question_files(questions_folder(intents))
        self._files: dict[Path, dict[tuple[str, ...], _Text]] = {}
        self._concepts = self._defined()

    def findings(self) -> list[Finding]:
        """All findings, in no order."""
        found = list(self._unfit())
        # What names things that do not exist cannot be asked about.
        if not any(finding.serious for finding in found):
            found += self._guide()
        return found

    def _unfit(self) -> Iterator[Finding]:
        yield from self._brackets()
        yield from self._references()
        yield from self._collisions()
        yield from self._losers()
        yield from self._dead_phrases()
        for publication in self._engine.publications:
            yield from self._names(publication)
            yield from self._sentences(publication)
        yield from self._untested()

    # Where things stand -------------------------------------------------------------------

    def _texts(self, path: Path) -> dict[tuple[str, ...], _Text]:
        if path not in self._files:
            self._files[path] = dict(_scalars(path))
        return self._files[path]

    def _place(self, pattern: Pattern) -> tuple[Path, int]:
        """File and line of a pattern."""
        name = pattern.target.removeprefix("about:")
        publication, _, target = name.rpartition("/")
        if not publication:
            path, block = self._common / "intents.yaml", ("intents", target, "patterns")
        elif pattern.target.startswith("about:"):
            entries = list(self._language.about[publication])
            path = self._folders[publication] / "about.yaml"
            block = ("about", str(entries.index(target)), "patterns")
        else:
            path = self._folders[publication] / "subjects.yaml"
            group = "ask_back" if target.isdigit() else "indicators"
            block = (group, target, "patterns")
        text = self._texts(path).get(block)
        return path, text.line_of(pattern.source) if text else 1

    def _defined(self) -> dict[str, tuple[Path, int]]:
        """Every concept, and where it is explained."""
        paths = [
            self._common / "concepts.yaml",
            *(folder / "subjects.yaml" for folder in self._folders.values()),
        ]
        return {
            keys[1]: (path, text.line)
            for path in paths
            for keys, text in self._texts(path).items()
            if len(keys) == 2 and keys[0] == "concepts"
        }

    # Concepts -----------------------------------------------------------------------------

    def _brackets(self) -> Iterator[Finding]:
        """Templates with a bracket that is not closed: the rest of the line would go unread."""
        for path in self._templates():
            for keys, text in self._texts(path).items():
                for number, line in enumerate(text.value.splitlines()):
                    if keys[-1] != "reply" and not _balanced(line):
                        message = f"a bracket is missing in '{line.strip()}'"
                        yield Finding(path, text.first + number, True, message)

    def _patterns(self) -> list[Path]:
        """The files that name concepts."""
        names = ("subjects.yaml", "about.yaml")
        own = [folder / name for folder in self._folders.values() for name in names]
        return [self._common / "intents.yaml", *own]

    def _templates(self) -> list[Path]:
        """The files in whose texts brackets mean something."""
        names = ("concepts", "numbers", "spelling", "years")
        return [*(self._common / f"{name}.yaml" for name in names), *self._patterns()]

    def _references(self) -> Iterator[Finding]:
        """Concepts that are named and do not exist, and concepts that nothing asks for."""
        in_code = _named_in_code()
        used = set(in_code)
        for path in self._patterns():
            for keys, text in self._texts(path).items():
                if keys[0] == "concepts" or keys[-1] == "reply":
                    continue
                for number, line in enumerate(text.value.splitlines()):
                    where = (path, text.first + number)
                    named = [a or b for a, b in _REFERENCE.findall(line)]
                    used.update(named)
                    for name in named:
                        if name not in self._concepts and name not in in_code:
                            yield Finding(*where, True, self._unknown(name))
        for concept in self._keys_that_name_concepts():
            used.add(concept)
        for name, place in self._concepts.items():
            if name not in used:
                yield Finding(*place, False, f"<{name}> is used nowhere; use it or leave it out")

    def _unknown(self, name: str) -> str:
        if name.startswith("{"):
            return f"there is no slot {name}; the slots are listed at the top of intents.yaml"
        return f"there is no concept <{name}>; add it to the concepts, or mend its name"

    def _keys_that_name_concepts(self) -> Iterator[str]:
        yield from self._language.intents.weights
        for subjects in self._language.subjects.values():
            for rule in subjects.checks.values():
                yield from rule.ranks
                yield from rule.more or ()

    def _dead_phrases(self) -> Iterator[Finding]:
        """Phrases with a word that is always read as another one."""
        paths = {path for path, _ in self._concepts.values()}
        for path in paths:
            for keys, text in self._texts(path).items():
                if keys[0] not in _PHRASES:
                    continue
                for template, number in split_phrases(text.value):
                    if typed := self._never_typed(template):
                        right = " ".join(self._language.spelling[typed])
                        message = (
                            f"'{template}' is never found: '{typed}' is read as '{right}' "
                            "(spelling.yaml); write that"
                        )
                        yield Finding(path, text.first + number, False, message)

    def _never_typed(self, template: str) -> str | None:
        spelling = self._language.spelling
        words = (word for wording in expand(template) for word in words_of(wording))
        return next((word for word in words if spelling.get(word, (word,)) != (word,)), None)

    # Patterns -----------------------------------------------------------------------------

    def _groups(self) -> list[list[Pattern]]:
        """Patterns that compete with each other."""
        groups: dict[str, list[Pattern]] = defaultdict(list)
        for pattern in self._language.topic_patterns:
            groups[pattern.target.partition("/")[0]].append(pattern)
        for pattern in self._language.ask_back_patterns:
            groups["? " + pattern.target.partition("/")[0]].append(pattern)
        return [*groups.values(), self._language.intent_patterns]

    def _collisions(self) -> Iterator[Finding]:
        """Patterns that ask for the same concepts and lead to different things."""
        for group in self._groups():
            first: dict[frozenset[str], Pattern] = {}
            for pattern in group:
                other = first.setdefault(pattern.concepts, pattern)
                if other.target != pattern.target:
                    path, line = self._place(other)
                    yield Finding(
                        *self._place(pattern),
                        True,
                        f"{_name(pattern)} and {_name(other)} ({_short(path)}:{line}) both ask for "
                        f"{_spelled(pattern)}; keep one, or add what tells them apart",
                    )

    def _losers(self) -> Iterator[Finding]:
        """Patterns of intents that do not even win on a message of just their own concepts.

        A pattern of an indicator always wins there: the one that explains most words does.
        """
        targets: dict[frozenset[str], set[str]] = defaultdict(set)
        for pattern in self._language.intent_patterns:
            targets[pattern.concepts].add(pattern.target)
        for pattern in self._language.intent_patterns:
            winner = self._winner(pattern)
            # Where several have just these concepts, that has been said already.
            if winner.target != pattern.target and len(targets[pattern.concepts]) == 1:
                message = (
                    f"{_name(pattern)} can never win with {_spelled(pattern)}: {_name(winner)} "
                    "does; leave it out, or give it a concept of its own"
                )
                yield Finding(*self._place(pattern), False, message)

    def _winner(self, pattern: Pattern) -> Pattern:
        name = pattern.target.removeprefix("about:").rpartition("/")[0]
        found = Interpretation(
            Outcome.UNDERSTOOD,
            self._engine.publication(name) if name else self._engine.publications[-1],
            cues=pattern.concepts - {"{indicator}"},
            concepts=pattern.concepts,
            indicators=("any",) if "{indicator}" in pattern.concepts else (),
        )
        return self._engine.interpreter.matcher.match(found).candidates[0].pattern

    # Data ---------------------------------------------------------------------------------

    def _names(self, publication: Publication) -> Iterator[Finding]:
        """What language and data call indicators, tiers and figures, in both directions."""
        path = self._folders[publication.name] / "subjects.yaml"
        subjects = self._language.subjects[publication.name]
        texts = self._texts(path)

        def at(*keys: str) -> tuple[Path, int]:
            return path, texts[keys].line

        named: list[tuple[tuple[str, ...], str]] = []
        for name, topic in subjects.indicators.items():
            named += [(("indicators", name), i) for i in topic.indicators or [name]]
        for number, option in enumerate(subjects.ask_back):
            named += [(("ask_back", str(number)), name) for name in option.options]
        named += [(("checks", name), name) for name in subjects.checks]
        named += [(("details", name), name) for name in subjects.details]
        named += [(("good",), name) for name in subjects.good]
        for keys, name in named:
            if name not in publication.indicators:
                yield Finding(*at(*keys), True, f"'{name}' is no indicator in indicators.csv")
        asked = {name for keys, name in named if keys[0] == "indicators"}
        for row, name in enumerate(publication.indicators, start=2):
            if name not in asked:
                table = self._tables[publication.name] / "indicators.csv"
                message = f"nothing in {_short(path)} asks for '{name}'; add it to indicators"
                yield Finding(table, row, True, message)
        for group, names in (("tiers", subjects.tiers), ("functions", subjects.functions)):
            for name in names:
                if name not in publication.tiers:
                    yield Finding(*at(group, name), True, f"'{name}' is no tier in tiers.csv")
        for row, name in enumerate(publication.tiers, start=2):
            if name not in subjects.tiers:
                table = self._tables[publication.name] / "tiers.csv"
                message = f"nothing in {_short(path)} names '{name}'; add it to tiers"
                yield Finding(table, row, True, message)
        about = self._folders[publication.name] / "about.yaml"
        for number, entry in enumerate(self._language.about[publication.name].values()):
            if entry.figure is not None and entry.figure not in publication.figures:
                line = self._texts(about)["about", str(number), "figure"].line
                yield Finding(about, line, True, f"'{entry.figure}' is no figure in figures.csv")

    def _sentences(self, publication: Publication) -> Iterator[Finding]:
        """Sentences with an unknown placeholder, and example questions without an answer."""
        table = self._tables[publication.name] / "indicators.csv"
        for row, spec in enumerate(publication.indicators.values(), start=2):
            for column in ("statement", "complement", "note"):
                try:
                    getattr(spec, column).format(**dict.fromkeys(_PLACEHOLDERS, ""))
                except (KeyError, IndexError, ValueError) as error:
                    message = f"{column} holds the unknown placeholder {error}; there are "
                    yield Finding(table, row, True, message + ", ".join(_PLACEHOLDERS))
            answer = self._engine.ask(spec.question)
            if answer.status is not Status.ANSWERED or spec.id not in {
                fact.indicator for fact in answer.facts
            }:
                message = (
                    f"'{spec.question}' is not answered with '{spec.id}' (the bot says: "
                    f"{answer.status}); mend the question, or the patterns of that indicator"
                )
                yield Finding(table, row, True, message)

    # Test questions -----------------------------------------------------------------------

    def _untested(self) -> Iterator[Finding]:
        """Indicators and patterns that no labelled question needs."""
        if not self._questions:
            return
        questions: list[Question] = []
        if fault := _fault(lambda: questions.extend(load_questions(self._questions))):
            yield fault
            return
        asked = {fact[0] for question in questions for fact in question.facts}
        for publication in self._engine.publications:
            table = self._tables[publication.name] / "indicators.csv"
            for row, name in enumerate(publication.indicators, start=2):
                if name not in asked:
                    message = f"no labelled question asks for '{name}'; add one to tests/questions"
                    yield Finding(table, row, False, message)
        needed = self._needed(questions)
        lines = {(p.target, p.source): p for p in self._language.intent_patterns}
        for key, pattern in lines.items():
            if key not in needed:
                message = f"no labelled question needs this pattern of {_name(pattern)}; add one"
                yield Finding(*self._place(pattern), False, message)

    def _guide(self) -> Iterator[Finding]:
        """Examples in the guide for users that are not answered as the guide says."""
        publications = self._engine.publications
        if fault := _fault(lambda: load_guide(self._common.parent, publications)):
            yield fault
            return
        guide = load_guide(self._common.parent, publications)
        for name, examples in guide.examples.items():
            path = self._folders[name] / GUIDE
            for kind in examples.examples:
                due = guide.kinds[kind].status
                for number, turns in enumerate(examples.of(kind)):
                    before = Conversation()
                    for turn in turns:
                        answer = self._engine.ask(turn, before)
                        before = answer.conversation
                    if answer.status not in due:
                        line = self._texts(path)["examples", kind, str(number)].line
                        message = (
                            f"'{turns[-1]}' is an example of {kind}, to be {' or '.join(due)} (the "
                            f"bot says: {answer.status}); mend the question, or its kind"
                        )
                        yield Finding(path, line, True, message)

    def _needed(self, questions: list[Question]) -> set[tuple[str, str]]:
        """The lines with patterns that win for some question."""
        needed = set()
        for question in questions:
            before = Conversation()
            for turn in question.turns:
                found = self._engine.interpret(turn, before)
                if found.candidates:
                    best = found.candidates[0].pattern
                    needed.add((best.target, best.source))
                before = self._engine.ask(turn, before).conversation
        return needed


# Files ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Text:
    """A text in a YAML file."""

    value: str
    line: int
    """Where its key stands."""
    first: int
    """Where the text itself starts."""

    def line_of(self, source: str) -> int:
        for number, line in enumerate(self.value.splitlines()):
            if line.strip() == source:
                return self.first + number
        return self.first


def _scalars(path: Path) -> Iterator[tuple[tuple[str, ...], _Text]]:
    """Every text in a YAML file by its keys, with the lines where key and text start."""
    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    if root is not None:
        yield from _inside(root, (), 1)


def _inside(
    node: yaml.Node, keys: tuple[str, ...], line: int
) -> Iterator[tuple[tuple[str, ...], _Text]]:
    if keys and not isinstance(node, yaml.ScalarNode):
        yield keys, _Text("", line, line)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _inside(value, (*keys, str(key.value)), key.start_mark.line + 1)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _inside(value, (*keys, str(number)), value.start_mark.line + 1)
    elif isinstance(node, yaml.ScalarNode):
        # A block ("|") starts on the line after its mark.
        first = node.start_mark.line + (2 if node.style in ("|", ">") else 1)
        yield keys, _Text(node.value, line, first)


def _named_in_code() -> frozenset[str]:
    """Concepts and slots that the code asks for by name; they need no pattern."""
    return frozenset([*Cue, *Given])


def _balanced(line: str) -> bool:
    open_brackets: list[str] = []
    pairs = {"(": ")", "[": "]", "{": "}", "<": ">"}
    for character in line:
        if character in pairs:
            open_brackets.append(pairs[character])
        elif character in pairs.values() and (
            not open_brackets or open_brackets.pop() != character
        ):
            return False
    return not open_brackets


def _name(pattern: Pattern) -> str:
    return f"'{pattern.target.rpartition('/')[2]}'"


def _spelled(pattern: Pattern) -> str:
    return " ".join(c if c.startswith("{") else f"<{c}>" for c in sorted(pattern.concepts))


def _short(path: Path) -> Path:
    """The path as someone in this folder would write it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
