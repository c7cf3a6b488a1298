"""Whether language and data name the same things, and the data's own sentences hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.answer import Status
from bot.check.project import Finding, Project, short
from bot.cues import Cue
from bot.data import Publication
from bot.files import line_in, lines_of
from bot.tables import PACKAGE

_PLACEHOLDERS = ("year", "value", "members", "tier", "reasons")
"""What a sentence in ``indicators.csv`` may leave open."""


def check_facts(project: Project) -> Iterator[Finding]:
    """All findings about what is in the data."""
    for publication in project.engine.publications:
        yield from _names(project, publication)
        yield from _values(project, publication)
        yield from _sentences(project, publication)
        yield from _group_word(project, publication)
        yield from _examples(project, publication)


def _names(project: Project, publication: Publication) -> Iterator[Finding]:
    """What language and data call indicators, tiers and figures, in both directions."""
    path = project.folders[publication.name] / "subjects.yaml"
    subjects = project.language.subjects[publication.name]
    texts = project.texts(path)

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
            table = project.tables[publication.name] / "indicators.csv"
            message = f"nothing in {short(path)} asks for '{name}'; add it to indicators"
            yield Finding(table, row, True, message)
    for group, names in (("tiers", subjects.tiers), ("functions", subjects.functions)):
        for name in names:
            if name not in publication.tiers:
                yield Finding(*at(group, name), True, f"'{name}' is no tier in tiers.csv")
    for row, name in enumerate(publication.tiers, start=2):
        if name not in subjects.tiers:
            table = project.tables[publication.name] / "tiers.csv"
            message = f"nothing in {short(path)} names '{name}'; add it to tiers"
            yield Finding(table, row, True, message)
    about = project.folders[publication.name] / "about.yaml"
    for number, entry in enumerate(project.language.about[publication.name].values()):
        if entry.figure is not None and entry.figure not in publication.figures:
            line = project.texts(about)["about", str(number), "figure"].line
            yield Finding(about, line, True, f"'{entry.figure}' is no figure in figures.csv")


def _values(project: Project, publication: Publication) -> Iterator[Finding]:
    """Facts that a sentence about a number has nothing to say of."""
    table = project.tables[publication.name] / "observations.csv"
    for row, fact in enumerate(publication.facts, start=2):
        shared = publication.indicators[fact.indicator].kind == "share"
        if shared and fact.value is None and not fact.words:
            message = "there is neither a value nor words; fill in the words of the source"
            yield Finding(table, row, True, message)


def _sentences(project: Project, publication: Publication) -> Iterator[Finding]:
    """Sentences with an unknown placeholder, and example questions without an answer."""
    table = project.tables[publication.name] / "indicators.csv"
    for row, spec in enumerate(publication.indicators.values(), start=2):
        for column in ("statement", "complement", "note"):
            try:
                getattr(spec, column).format(**dict.fromkeys(_PLACEHOLDERS, ""))
            except (KeyError, IndexError, ValueError) as error:
                message = f"{column} holds the unknown placeholder {error}; there are "
                yield Finding(table, row, True, message + ", ".join(_PLACEHOLDERS))
        answer = project.engine.ask(spec.question)
        if answer.status is not Status.ANSWERED or spec.id not in {
            fact.indicator for fact in answer.facts
        }:
            message = (
                f"'{spec.question}' is not answered with '{spec.id}' (the bot says: "
                f"{answer.status}); mend the question, or the patterns of that indicator"
            )
            if publication.default_tier not in publication.tiers_of(spec.id):
                message += f". '{publication.default_tier}' has no number of it: name another group"
            yield Finding(table, row, True, message)


def _group_word(project: Project, publication: Publication) -> Iterator[Finding]:
    """A word for the groups that is not understood where the bot itself uses it."""
    word = publication.tier_word
    compared = (i for i in publication.indicators if len(publication.tiers_of(i)) > 1)
    indicator = next(compared, None)
    if not word or indicator is None:
        return
    spec = publication.indicators[indicator]
    template = project.language.replies.suggestions["per_tier"]
    year = publication.years_of(indicator, publication.tiers_of(indicator)[0])[-1]
    question = template.format(name=spec.short, word=word, year=year)
    if len({fact.tier for fact in project.engine.ask(question).facts}) < 2:
        path = project.tables[publication.name] / PACKAGE
        message = (
            f"'{question}' is not understood; add 'per {word}' to {Cue.ALL_TIERS}, under shared in "
            "subjects.yaml"
        )
        yield Finding(path, line_in(lines_of(path), ["monitorbot", "tier_word"]), True, message)


def _examples(project: Project, publication: Publication) -> Iterator[Finding]:
    """Questions that show what can be asked, and have no answer."""
    path = project.folders[publication.name] / "about.yaml"
    for number, question in enumerate(project.language.examples[publication.name]):
        answer = project.engine.ask(question)
        if answer.status is not Status.ANSWERED:
            line = project.texts(path)["examples", str(number)].line
            message = f"'{question}' is not answered (the bot says: {answer.status}); mend it"
            yield Finding(path, line, True, message)
