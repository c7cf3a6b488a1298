"""Indicators and patterns without a labelled question."""

from __future__ import annotations

from collections.abc import Iterator

from bot.check.patterns import name_of
from bot.check.project import Finding, Project
from bot.conversation import Conversation
from bot.evaluate.questions import Question, load_questions
from bot.files import FileError


def check_questions(project: Project) -> Iterator[Finding]:
    """Indicators and patterns that no labelled question needs."""
    if not project.questions:
        return
    try:
        questions = load_questions(project.questions)
    except FileError as error:
        yield from map(Finding.of, error.faults)
        return
    asked = {fact[0] for question in questions for fact in question.facts}
    for publication in project.engine.publications:
        table = project.tables[publication.name] / "indicators.csv"
        for row, name in enumerate(publication.indicators, start=2):
            if name not in asked:
                message = f"no labelled question asks for '{name}'; add one to tests/questions"
                yield Finding(table, row, False, message)
    needed = _needed(project, questions)
    patterns = [*project.language.answer_patterns, *project.language.intent_patterns]
    lines = {(p.target, p.source): p for p in patterns}
    for key, pattern in lines.items():
        if key not in needed:
            message = f"no labelled question needs this pattern of {name_of(pattern)}; add one"
            yield Finding(*project.place(pattern), False, message)


def _needed(project: Project, questions: list[Question]) -> set[tuple[str, str]]:
    """The lines with patterns that win for some question."""
    needed = set()
    for question in questions:
        before = Conversation()
        for turn in question.turns:
            found = project.engine.interpret(turn, before)
            if found.candidates:
                best = found.candidates[0].pattern
                needed.add((best.target, best.source))
            before = project.engine.ask(turn, before).conversation
    return needed
