"""Patterns that stand in each other's way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from bot.check.project import Finding, Project, short
from bot.interpretation import Interpretation, Outcome
from bot.language import ABOUT, Pattern


def check_patterns(project: Project) -> Iterator[Finding]:
    """All findings about patterns."""
    yield from _collisions(project)
    yield from _losers(project)


def _groups(project: Project) -> list[list[Pattern]]:
    """Patterns that compete with each other."""
    groups: dict[str, list[Pattern]] = defaultdict(list)
    for pattern in project.language.topic_patterns:
        groups[pattern.target.partition("/")[0]].append(pattern)
    for pattern in project.language.ask_back_patterns:
        groups["? " + pattern.target.partition("/")[0]].append(pattern)
    # An answer of a publication competes with the kinds of questions, not with another's answers.
    kinds = project.language.intent_patterns
    answers: dict[str, list[Pattern]] = defaultdict(lambda: list(kinds))
    for pattern in project.language.answer_patterns:
        answers[pattern.target.partition("/")[0]].append(pattern)
    return [*groups.values(), *(answers.values() or [kinds])]


def _collisions(project: Project) -> Iterator[Finding]:
    """Patterns that ask for the same concepts and lead to different things."""
    for group in _groups(project):
        first: dict[frozenset[str], Pattern] = {}
        for pattern in group:
            other = first.setdefault(pattern.concepts, pattern)
            if other.target != pattern.target and not _overrides(project, pattern, other):
                path, line = project.place(other)
                yield Finding(
                    *project.place(pattern),
                    True,
                    f"{name_of(pattern)} and {name_of(other)} ({short(path)}:{line}) both ask for "
                    f"{_spelled(pattern)}; keep one, or add what tells them apart",
                )


def _overrides(project: Project, pattern: Pattern, other: Pattern) -> bool:
    """Whether a publication answers for itself what the bot would tell about any ("over wie")."""
    intents = project.language.intents.intents
    general = other.target in intents and intents[other.target].handler == "about"
    return pattern.target.startswith(ABOUT) and general


def _losers(project: Project) -> Iterator[Finding]:
    """Patterns of intents that do not even win on a message of just their own concepts.

    A pattern of an indicator always wins there: the one that explains most words does.
    """
    targets: dict[frozenset[str], set[str]] = defaultdict(set)
    patterns = [*project.language.answer_patterns, *project.language.intent_patterns]
    for pattern in patterns:
        targets[pattern.concepts].add(pattern.target)
    for pattern in patterns:
        winner = _winner(project, pattern)
        # Where several have just these concepts, that has been said already.
        if winner.target != pattern.target and len(targets[pattern.concepts]) == 1:
            message = (
                f"{name_of(pattern)} can never win with {_spelled(pattern)}: {name_of(winner)} "
                "does; leave it out, or give it a concept of its own"
            )
            yield Finding(*project.place(pattern), False, message)


def _winner(project: Project, pattern: Pattern) -> Pattern:
    name = pattern.target.removeprefix(ABOUT).rpartition("/")[0]
    found = Interpretation(
        Outcome.UNDERSTOOD,
        project.engine.publication(name) if name else project.engine.publications[-1],
        cues=pattern.concepts - {"{indicator}"},
        concepts=pattern.concepts,
        indicators=("any",) if "{indicator}" in pattern.concepts else (),
    )
    return project.engine.interpreter.matcher.match(found).candidates[0].pattern


def name_of(pattern: Pattern) -> str:
    """What a pattern asks for, as its file names it."""
    return f"'{pattern.target.rpartition('/')[2]}'"


def _spelled(pattern: Pattern) -> str:
    return " ".join(c if c.startswith("{") else f"<{c}>" for c in sorted(pattern.concepts))
