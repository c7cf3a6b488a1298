"""Everything that is checked, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.engine import Engine
from bot.evaluate.questions import question_files, questions_folder
from bot.files import Fault, first_line, lines_of
from bot.language import ABOUT, Language, Pattern
from bot.paths import common_folder
from bot.tables import PACKAGE, load_publication

PHRASES = ("concepts", "shared", "fillers", "numbers", "tiers", "functions", "elsewhere")
"""The parts of the files that hold phrases."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend, and where."""

    path: Path
    line: int
    serious: bool
    message: str

    @classmethod
    def of(cls, fault: Fault) -> Finding:
        """What keeps a file from being loaded."""
        return cls(fault.path, fault.line or 1, True, fault.message)

    def __str__(self) -> str:
        kind = "error" if self.serious else "warning"
        return f"{short(self.path)}:{self.line}: {kind}: {self.message}"


class Project:
    """What loads: data, language and labelled questions."""

    def __init__(self, engine: Engine, data: Path, intents: Path) -> None:
        self.engine = engine
        self.language: Language = engine.language
        self.intents = intents
        self.common = common_folder(intents)
        self.folders = {p.name: intents / p.name for p in engine.publications}
        """The language of each publication."""
        self.tables = {
            load_publication(path.parent).name: path.parent for path in data.glob(f"*/{PACKAGE}")
        }
        """The data of each publication."""
        self.questions = question_files(questions_folder(intents))
        self._files: dict[Path, dict[tuple[str, ...], Text]] = {}
        self.concepts = self._defined()
        """Every concept, and where it is explained."""

    def pattern_files(self) -> list[Path]:
        """The files that name concepts."""
        names = ("subjects.yaml", "about.yaml")
        own = [folder / name for folder in self.folders.values() for name in names]
        return [self.common / "intents.yaml", *own]

    def texts(self, path: Path) -> dict[tuple[str, ...], Text]:
        """The texts in a file, by their keys."""
        if path not in self._files:
            self._files[path] = dict(_scalars(path))
        return self._files[path]

    def place(self, pattern: Pattern) -> tuple[Path, int]:
        """File and line of a pattern."""
        name = pattern.target.removeprefix(ABOUT)
        publication, _, target = name.rpartition("/")
        if not publication:
            path, block = self.common / "intents.yaml", ("intents", target, "patterns")
        elif pattern.target.startswith(ABOUT):
            entries = list(self.language.about[publication])
            path = self.folders[publication] / "about.yaml"
            block = ("about", str(entries.index(target)), "patterns")
        else:
            path = self.folders[publication] / "subjects.yaml"
            group = "ask_back" if target.isdigit() else "indicators"
            block = (group, target, "patterns")
        text = self.texts(path).get(block)
        return path, text.line_of(pattern.source) if text else 1

    def _defined(self) -> dict[str, tuple[Path, int]]:
        """Every concept, and where it is explained."""
        paths = [
            self.common / "concepts.yaml",
            *(folder / "subjects.yaml" for folder in self.folders.values()),
        ]
        return {
            keys[1]: (path, text.line)
            for path in paths
            for keys, text in self.texts(path).items()
            if len(keys) == 2 and keys[0] == "concepts"
        }


@dataclass(frozen=True, slots=True)
class Text:
    """A text in a YAML file."""

    value: str
    line: int
    """Where its key stands."""
    first: int
    """Where the text itself starts."""

    def line_of(self, source: str) -> int:
        """The line of a line in the text."""
        for number, line in enumerate(self.value.splitlines()):
            if line.strip() == source:
                return self.first + number
        return self.first


def _scalars(path: Path) -> Iterator[tuple[tuple[str, ...], Text]]:
    """Every text in a YAML file by its keys, with the lines where key and text start."""
    root = lines_of(path)
    if root is not None:
        yield from _inside(root, (), 1)


def _inside(
    node: yaml.Node, keys: tuple[str, ...], line: int
) -> Iterator[tuple[tuple[str, ...], Text]]:
    if keys and not isinstance(node, yaml.ScalarNode):
        yield keys, Text("", line, line)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _inside(value, (*keys, str(key.value)), key.start_mark.line + 1)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _inside(value, (*keys, str(number)), value.start_mark.line + 1)
    elif isinstance(node, yaml.ScalarNode):
        yield keys, Text(node.value, line, first_line(node))


def short(path: Path) -> Path:
    """The path as someone in this folder would write it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
