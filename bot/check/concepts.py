"""Concepts that are named and do not exist, or exist in vain; phrases that are never found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bot.check.project import PHRASES, Finding, Project
from bot.cues import Cue, Given
from bot.language import APART, expand, split_phrases
from bot.text import words_of

_REFERENCE = re.compile(r"<([a-z_0-9]+)>|(\{[a-z_]+\})")
_IN_CODE = frozenset([*Cue, *Given])
"""Concepts and slots that the code asks for by name; they need no pattern."""


def check_concepts(project: Project) -> Iterator[Finding]:
    """All findings about concepts and their phrases."""
    yield from _references(project)
    yield from _dead_phrases(project)
    yield from _hidden_groups(project)


def _references(project: Project) -> Iterator[Finding]:
    """Concepts that are named and do not exist, and concepts that nothing asks for."""
    used = set(_IN_CODE)
    for path in project.pattern_files():
        for keys, text in project.texts(path).items():
            if keys[0] in PHRASES or keys[-1] == "reply":
                continue
            for number, line in enumerate(text.value.splitlines()):
                where = (path, text.first + number)
                named = [a or b for a, b in _REFERENCE.findall(line)]
                used.update(named)
                for name in named:
                    if name not in project.concepts and name not in _IN_CODE:
                        yield Finding(*where, True, _unknown(name))
    for path, keys, concept in _keys_that_name_concepts(project):
        used.add(concept)
        if concept not in project.concepts and concept not in _IN_CODE:
            yield Finding(path, project.texts(path)[keys].line, True, _unknown(concept))
    for name, place in project.concepts.items():
        if name not in used:
            yield Finding(*place, False, f"<{name}> is used nowhere; use it or leave it out")


def _unknown(name: str) -> str:
    if name.startswith("{"):
        return f"there is no slot {name}; the slots are listed at the top of intents.yaml"
    return f"there is no concept <{name}>; add it to the concepts, or mend its name"


def _keys_that_name_concepts(project: Project) -> Iterator[tuple[Path, tuple[str, ...], str]]:
    """Concepts that are named without brackets: the file, the keys, and the concept."""
    path = project.common / "intents.yaml"
    for name in project.language.intents.weights:
        # Slots stand there without their braces.
        yield path, ("weights", name), name if "{" + name + "}" not in _IN_CODE else f"{{{name}}}"
    for publication, subjects in project.language.subjects.items():
        path = project.folders[publication] / "subjects.yaml"
        for indicator, rule in subjects.checks.items():
            for name in rule.ranks:
                concept = name.partition(APART)[0]
                yield path, ("checks", indicator, "ranks", concept), concept
            for number, name in enumerate(rule.more or ()):
                yield path, ("checks", indicator, "more", str(number)), name.partition(APART)[0]


def _dead_phrases(project: Project) -> Iterator[Finding]:
    """Phrases with a word that is always read as another one."""
    paths = {path for path, _ in project.concepts.values()}
    for path in paths:
        for keys, text in project.texts(path).items():
            if keys[0] not in PHRASES:
                continue
            for template, number in split_phrases(text.value):
                if typed := _never_typed(project, template):
                    right = " ".join(project.language.spelling[typed])
                    message = (
                        f"'{template}' is never found: '{typed}' is read as '{right}' "
                        "(spelling.yaml); write that"
                    )
                    yield Finding(path, text.first + number, False, message)


def _hidden_groups(project: Project) -> Iterator[Finding]:
    """Phrases for "all" and "most" that hold the name of a group, which is then not read."""
    for folder in project.folders.values():
        path = folder / "subjects.yaml"
        texts = project.texts(path)
        groups = {
            words_of(wording)
            for keys, text in texts.items()
            if keys[0] == "tiers"
            for template, _ in split_phrases(text.value)
            for wording in expand(template)
        }
        for keys, text in texts.items():
            if keys[0] != "numbers":
                continue
            for template, number in split_phrases(text.value):
                phrases = {words_of(wording)[-1:] for wording in expand(template)}
                if phrases & groups:
                    message = f"'{template}' names a group, which is then not read; leave it out"
                    yield Finding(path, text.first + number, False, message)


def _never_typed(project: Project, template: str) -> str | None:
    spelling = project.language.spelling
    words = (word for wording in expand(template) for word in words_of(wording))
    return next((word for word in words if spelling.get(word, (word,)) != (word,)), None)
