"""Checks data and language files beyond what loading them does, and says where and how to mend."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from bot.chat import load_texts as load_terminal_texts
from bot.check.concepts import check_concepts
from bot.check.facts import check_facts
from bot.check.guide import check_guide
from bot.check.patterns import check_patterns
from bot.check.project import Finding, Project
from bot.check.questions import check_questions
from bot.engine import Engine
from bot.files import Fault, FileError
from bot.tables import PACKAGE, load_publication
from bot.telegram.texts import load_texts


def check(data: Path, intents: Path) -> int:
    """Print every finding: 1 where there are errors, 0 where there are warnings at most."""
    findings = find(data, intents)
    for finding in findings:
        print(finding)
    errors = sum(finding.serious for finding in findings)
    print(f"{errors} errors, {len(findings) - errors} warnings")
    return 1 if errors else 0


def find(data: Path, intents: Path) -> list[Finding]:
    """Every finding in the data and language files, file by file.

    Files that cannot be loaded come first, in the order in which they are filled in: what leans on
    them cannot be checked then.
    """
    loaders: list[Callable[[], object]] = [
        *(
            lambda folder=path.parent: load_publication(folder)
            for path in sorted(data.glob(f"*/{PACKAGE}"))
        ),
        lambda: load_terminal_texts(intents),
        lambda: load_texts(intents),
    ]
    findings = [Finding.of(fault) for load in loaders for fault in _faults(load)]
    engines: list[Engine] = []
    for fault in _faults(lambda: engines.append(Engine.load(data, intents))):
        findings.append(Finding.of(fault))
    if engines:
        project = Project(engines[0], data, intents)
        for part in (check_concepts, check_patterns, check_facts, check_questions):
            findings += part(project)
        # What names things that do not exist cannot be asked about.
        if not any(finding.serious for finding in findings):
            findings += check_guide(project)
    return _by_file(dict.fromkeys(findings))


def _faults(load: Callable[[], object]) -> Sequence[Fault]:
    try:
        load()
    except FileError as error:
        return error.faults
    return ()


def _by_file(findings: Iterable[Finding]) -> list[Finding]:
    """Findings from top to bottom, those in one file together, files in their order."""
    files: dict[Path, list[Finding]] = {}
    for finding in findings:
        files.setdefault(finding.path, []).append(finding)
    return [f for found in files.values() for f in sorted(found, key=lambda f: f.line)]
