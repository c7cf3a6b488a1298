"""Labelled questions: what people ask, and what a right answer holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

from bot.answer import Status
from bot.files import LanguageError, faults_of, read_text, read_yaml


class Expected(BaseModel):
    """What a right answer holds: the minimum, for the last of the turns."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: list[Status] = Field(min_length=1)
    facts: list[tuple[str, str, int]] = Field(default_factory=list)
    """Indicator, tier and year."""
    figure: list[str] | None = None
    """The figures that may be shown, for a question that asks for one."""
    show_figure: bool = False
    verdict: bool | None = None


class Question(Expected):
    """A labelled question, as ``tests/questions/README.md`` explains."""

    turns: list[str] = Field(min_length=1)
    tags: list[str] = Field(default_factory=list)

    @property
    def name(self) -> str:
        """What tells this question from all others."""
        return " / ".join(self.turns)


class _Questions(RootModel[list[Question]]):
    pass


class _Line(BaseModel):
    """A question as a line of JSON, with the label in a block of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    turns: list[str] = Field(min_length=1)
    expect: Expected
    tags: list[str] = Field(default_factory=list)


def load_questions(files: Iterable[Path]) -> list[Question]:
    """The questions in some files (``.yaml`` or ``.jsonl``), each name once.

    Raises:
        LanguageError: a file is missing or malformed, or repeats a question.
    """
    questions: dict[str, Question] = {}
    for path in files:
        for question in _read_lines(path) if path.suffix == ".jsonl" else _read_list(path):
            if question.name in questions:
                message = f"'{question.name}' is there twice; leave one out"
                raise LanguageError.at(path, 0, message)
            questions[question.name] = question
    return list(questions.values())


def questions_folder(intents: Path) -> Path:
    """Where the labelled questions of a folder of intents are, in a checkout."""
    return intents.parent / "tests" / "questions"


def question_files(folder: Path) -> list[Path]:
    """The files with labelled questions in a folder."""
    return sorted(folder.glob("*.yaml"))


def default_files(folder: Path) -> list[Path]:
    """The files with labelled questions in a folder, of which there must be some.

    Raises:
        LanguageError: there are none.
    """
    files = question_files(folder)
    if not files:
        message = "holds no questions; name files, or run it in a checkout"
        raise LanguageError.at(folder, 0, message)
    return files


def _read_list(path: Path) -> list[Question]:
    return read_yaml(path, _Questions).root


def _read_lines(path: Path) -> Iterator[Question]:
    lines = read_text(path, LanguageError).splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            item = _Line.model_validate_json(line)
        except ValidationError as error:
            faults = [replace(f, line=number) for f in faults_of(error, path, _Line, None)]
            raise LanguageError(faults) from None
        yield Question(turns=item.turns, tags=item.tags, **item.expect.model_dump())
