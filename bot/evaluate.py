"""Puts labelled questions to the bot and judges the answers: correct, missed or wrong.

A *missed* answer fails safely: the bot asked back, hedged or refused where an answer was due.
A *wrong* one said something false, or answered another question than the one asked.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

from bot import interpret
from bot.answer import Answer, Status
from bot.conversation import Conversation
from bot.data import Fact, Publication
from bot.engine import Engine
from bot.language import LanguageError, read_yaml

ACCEPTED = "accepted.json"
PATTERN_STEPS = (-20.0, -10.0, -5.0, 0.0, 5.0, 10.0, 20.0)
COVERAGE_STEPS = (-0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2)
WORST = 15
"""How many of the worst false accepts and refusals are listed."""
_PERCENTAGE = re.compile(r"(\d+(?:[.,]\d+)?)\s?(?:%|procent\b|procentpunt)")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_BROAD = {"trend", "highest", "multi", "compare-tiers", "compare-years", "verdict", "false-premise"}
"""Tags of questions to which a good answer may state many facts."""


class Verdict(StrEnum):
    """How good an answer is, the worst first."""

    WRONG = "wrong"
    MISSED = "missed"
    CORRECT = "correct"


_ORDER = list(Verdict)


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


@dataclass(frozen=True, slots=True)
class Judged:
    """A question, its answer, and what is wrong with that."""

    question: Question
    answer: Answer
    verdict: Verdict
    why: str


# Reading the questions ------------------------------------------------------------------------


def load_questions(files: Iterable[Path]) -> list[Question]:
    """The questions in some files (``.yaml`` or ``.jsonl``), each name once.

    Raises:
        LanguageError: a file is missing or malformed, or repeats a question.
    """
    questions: dict[str, Question] = {}
    for path in files:
        for question in _read_lines(path) if path.suffix == ".jsonl" else _read_list(path):
            if question.name in questions:
                raise LanguageError(f"{path}: '{question.name}' is there twice; leave one out")
            questions[question.name] = question
    return list(questions.values())


def questions_folder(intents: Path) -> Path:
    """Where the labelled questions of a folder of intents are, in a checkout."""
    return intents.parent / "tests" / "questions"


def question_files(folder: Path) -> list[Path]:
    """The files with labelled questions in a folder."""
    return sorted(folder.glob("*.yaml"))


def _read_list(path: Path) -> list[Question]:
    return read_yaml(path, _Questions).root


def _read_lines(path: Path) -> Iterator[Question]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise LanguageError(f"{path}: not found") from None
    except (OSError, UnicodeDecodeError) as error:
        raise LanguageError(f"{path}: cannot be read: {error}") from None
    for number, line in enumerate(lines, start=1):
        try:
            item = _Line.model_validate_json(line)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"])) or "the line"
            raise LanguageError(f"{path}:{number}: {where}: {first['msg']}") from None
        yield Question(turns=item.turns, tags=item.tags, **item.expect.model_dump())


# Judging --------------------------------------------------------------------------------------


def answer(engine: Engine, question: Question) -> Answer:
    """The bot's answer to the last turn of a question."""
    conversation = Conversation()
    for turn in question.turns[:-1]:
        conversation = engine.ask(turn, conversation).conversation
    return engine.ask(question.turns[-1], conversation)


def judge_all(engine: Engine, questions: Iterable[Question]) -> list[Judged]:
    """Ask and judge every question."""
    return [judge(engine.publications, q, answer(engine, q)) for q in questions]


def judge(publications: Sequence[Publication], question: Question, given: Answer) -> Judged:
    """Judge one answer."""
    verdict, why = _judge(publications, question, given)
    return Judged(question, given, verdict, why)


def _judge(
    publications: Sequence[Publication], question: Question, given: Answer
) -> tuple[Verdict, str]:
    stated = {fact.key: fact for fact in given.facts}
    for fact in given.facts:
        printed = [p.fact(*fact.key) for p in publications]
        if not any(known and known.value == fact.value for known in printed):
            return Verdict.WRONG, f"a fact that is not printed: {fact.key} {fact.value}"
    missing = [key for key in question.facts if key not in stated]
    if invented := _invented(question, given, complete=bool(question.facts) and not missing):
        return Verdict.WRONG, f"a number from nowhere: {sorted(invented)}"
    if given.status not in question.status:
        return _judge_status(question, given, missing)
    if given.status not in (Status.ANSWERED, Status.PARTIAL):
        return (Verdict.CORRECT, "") if given.text.strip() else (Verdict.MISSED, "no text")
    if question.verdict is not None and given.verdict != question.verdict:
        worst = Verdict.MISSED if given.verdict is None else Verdict.WRONG
        return worst, f"verdict {given.verdict}, due {question.verdict}"
    if missing:
        worst = Verdict.WRONG if stated else Verdict.MISSED
        return worst, f"facts missing: {missing}"
    if question.figure:
        return _judge_figure(question, given)
    if _says_too_much(question, given):
        return Verdict.MISSED, f"says too much: {len(stated)} facts for {len(question.facts)}"
    for key in question.facts:
        if not _says(given.full_text, stated[key], complement="complement" in question.tags):
            return Verdict.MISSED, f"the text lacks {key}"
    return Verdict.CORRECT, ""


def _judge_status(
    question: Question, given: Answer, missing: Sequence[object]
) -> tuple[Verdict, str]:
    why = f"said {given.status}, due {' or '.join(question.status)}"
    refuse = set(question.status) <= {Status.NOT_COVERED, Status.SOCIAL}
    harmful = given.status is Status.ANSWERED or (
        given.status is Status.PARTIAL and bool(given.facts) and (bool(missing) or refuse)
    )
    return Verdict.WRONG if harmful else Verdict.MISSED, why


def _judge_figure(question: Question, given: Answer) -> tuple[Verdict, str]:
    if given.figure not in (question.figure or ()):
        worst = Verdict.WRONG if given.figure else Verdict.MISSED
        return worst, f"figure {given.figure}, due {' or '.join(question.figure or ())}"
    if question.show_figure and not given.show_figure:
        return Verdict.MISSED, "the figure is not shown"
    return Verdict.CORRECT, ""


def _says_too_much(question: Question, given: Answer) -> bool:
    due = len(question.facts)
    room = 2 if given.status is Status.ANSWERED else 4
    if _BROAD & set(question.tags):
        room = 6
    return bool(due) and len(given.facts) > max(2 * due, due + room)


def _invented(question: Question, given: Answer, *, complete: bool) -> set[float]:
    """Percentages in the text that no stated fact explains, nor arithmetic on the facts."""
    values = {fact.value for fact in given.facts if fact.value is not None}
    explained = {50.0, 100.0} | values | {100 - v for v in values}
    explained |= {abs(a - b) for a in values for b in values}
    # The user's own number may be quoted beside the right one, or where it is denied.
    denies = given.verdict is False or given.status is not Status.ANSWERED
    if denies or (complete and given.verdict is not True):
        explained |= set(_numbers(_NUMBER, question.turns[-1]))
    return set(_numbers(_PERCENTAGE, given.full_text)) - explained


def _numbers(pattern: re.Pattern[str], text: str) -> Iterator[float]:
    for match in pattern.finditer(text):
        found = match[1] if pattern.groups else match[0]
        yield float(found.replace(",", "."))


def _says(text: str, fact: Fact, *, complement: bool) -> bool:
    """Whether the text holds the fact's number, or its words."""
    if fact.number is None:
        return True
    if fact.words and fact.words.lower() in text.lower():
        return True
    number: float = 100 - fact.number if complement else fact.number
    wanted = {number} if fact.precision == "exact" else {number, fact.number, 100 - fact.number}
    return bool(wanted & set(_numbers(_NUMBER, text))) or fact.precision == "bound"


# Reporting ------------------------------------------------------------------------------------


def evaluate(engine: Engine, folder: Path, files: Sequence[Path], *, accept: bool = False) -> int:
    """Judge questions and print the report: 1 where an accepted question changed for the worse.

    Args:
        engine: who is asked.
        folder: where the labelled questions are, and the accepted result.
        files: other questions, which are not compared with that.
        accept: keep this result to compare with.

    Raises:
        LanguageError: a file with questions is missing or malformed.
    """
    results = judge_all(engine, load_questions(files or _default_files(folder)))
    print("\n".join(_report(results)))
    if files:
        return 0
    path = folder / ACCEPTED
    before = load_accepted(path)
    gained, lost = compare(before, results)
    new = [judged for judged in results if judged.question.name not in before]
    for name, changed in (("new", new), ("gained", gained), ("lost", lost)):
        print(f"\nAgainst the accepted result, {name}: {len(changed)}")
        for judged in changed:
            print(f"  {judged.question.name[:140]}\n    {judged.verdict} {judged.why}")
    if accept:
        path.write_text(_dump(results), encoding="utf-8")
        print(f"\nAccepted: {path}")
        return 0
    return 1 if lost else 0


def _default_files(folder: Path) -> list[Path]:
    files = question_files(folder)
    if not files:
        raise LanguageError(f"{folder}: holds no questions; name files, or run it in a checkout")
    return files


def load_accepted(path: Path) -> dict[str, Verdict]:
    """The accepted result: question and verdict; empty where nothing was accepted yet.

    Raises:
        LanguageError: the file is malformed.
    """
    if not path.exists():
        return {}
    try:
        accepted = json.loads(path.read_text(encoding="utf-8"))
        return {name: Verdict(verdict) for name, verdict in accepted.items()}
    except (ValueError, AttributeError) as error:
        raise LanguageError(f"{path}: malformed ({error}); make it anew with --accept") from None


def compare(
    accepted: dict[str, Verdict], results: Iterable[Judged]
) -> tuple[list[Judged], list[Judged]]:
    """The questions that are better than the accepted result, and those that are worse."""
    gained: list[Judged] = []
    lost: list[Judged] = []
    for judged in results:
        before = accepted.get(judged.question.name)
        if before is None or before is judged.verdict:
            continue
        better = _ORDER.index(judged.verdict) > _ORDER.index(before)
        (gained if better else lost).append(judged)
    return gained, lost


def _dump(results: Iterable[Judged]) -> str:
    # One line a question, sorted, so that a change shows as a small difference.
    verdicts = {judged.question.name: str(judged.verdict) for judged in results}
    return json.dumps(verdicts, ensure_ascii=False, indent=0, sort_keys=True) + "\n"


def _report(results: Sequence[Judged]) -> Iterator[str]:
    yield from _table("tag", ((tag, j) for j in results for tag in j.question.tags))
    yield ""
    yield from _table("intent", ((j.answer.intent or "–", j) for j in results))
    yield ""
    yield from _confusions(results)
    yield from _worst(results)
    failures = [judged for judged in results if judged.verdict is not Verdict.CORRECT]
    if failures:
        yield "\nFailures"
    for judged in sorted(failures, key=lambda j: _ORDER.index(j.verdict)):
        yield f"- {judged.verdict}: {judged.why} | {judged.question.name[:200]}"
        yield f"    {judged.answer.status}: {judged.answer.full_text[:200]}"
    yield ""
    yield _summary(results)


def _summary(results: Sequence[Judged]) -> str:
    counts = Counter(judged.verdict for judged in results)
    parts = [f"{v} {counts[v]} ({_share(counts[v], len(results))})" for v in reversed(_ORDER)]
    return f"{len(results)} questions: {', '.join(parts)}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "–"


def _table(heading: str, rows: Iterable[tuple[str, Judged]]) -> Iterator[str]:
    counts: dict[str, Counter[Verdict]] = defaultdict(Counter)
    for name, judged in rows:
        counts[name][judged.verdict] += 1
    yield f"{heading:28}{'all':>6}{'correct':>10}{'missed':>8}{'wrong':>7}"

    def share(name: str) -> float:
        return counts[name][Verdict.CORRECT] / counts[name].total()

    for name in sorted(counts, key=lambda n: (share(n), n)):
        count = counts[name]
        yield (
            f"{name:28}{count.total():6}{_share(count[Verdict.CORRECT], count.total()):>10}"
            f"{count[Verdict.MISSED]:8}{count[Verdict.WRONG]:7}"
        )


def _confusions(results: Sequence[Judged]) -> Iterator[str]:
    """Status due against status given, then which subject was taken for which."""
    yield f"{'due, given →':24}" + "".join(f"{status:>13}" for status in Status)
    by_due: dict[str, Counter[Status]] = defaultdict(Counter)
    for judged in results:
        by_due[" or ".join(judged.question.status)][judged.answer.status] += 1
    for due, given in sorted(by_due.items()):
        yield f"{due:24}" + "".join(f"{given[status] or '·':>13}" for status in Status)
    subjects: Counter[tuple[str, str]] = Counter()
    for judged in results:
        due_subjects = {key[0] for key in judged.question.facts}
        given_subjects = {fact.indicator for fact in judged.answer.facts}
        if judged.verdict is not Verdict.CORRECT and due_subjects != given_subjects:
            subjects[_names(due_subjects), _names(given_subjects)] += 1
    if subjects:
        yield "\nSubject due → given, in failures"
    for (due, taken), count in subjects.most_common(WORST):
        yield f"{count:4}  {due} → {taken}"


def _names(indicators: set[str]) -> str:
    return ", ".join(sorted(indicators)) or "none"


def _worst(results: Sequence[Judged]) -> Iterator[str]:
    stating = (Status.ANSWERED, Status.PARTIAL)
    failures = [judged for judged in results if judged.verdict is not Verdict.CORRECT]
    accepts = [j for j in failures if j.answer.facts and not set(stating) & set(j.question.status)]
    refusals = [
        j
        for j in failures
        if set(j.question.status) <= set(stating) and j.answer.status not in stating
    ]
    for heading, found in (("accepts", accepts), ("refusals", refusals)):
        yield f"\nFalse {heading}: {len(found)}, the most confident first"
        for judged in sorted(found, key=lambda j: -j.answer.confidence)[:WORST]:
            yield f"{judged.answer.confidence:6.2f}  {judged.question.name[:160]}"


# Thresholds -----------------------------------------------------------------------------------


def thresholds(engine: Engine, folder: Path, files: Sequence[Path]) -> int:
    """Print what the questions would give with each threshold varied around its value.

    Raises:
        LanguageError: a file with questions is missing or malformed.
    """
    questions = load_questions(files or _default_files(folder))
    for name, steps in (("ACCEPT_PATTERN", PATTERN_STEPS), ("ACCEPT_COVERAGE", COVERAGE_STEPS)):
        chosen: float = getattr(interpret, name)
        print(f"{name:18}{'correct':>9}{'missed':>8}{'wrong':>7}")
        for step in steps:
            with _set(name, chosen + step):
                counts = Counter(judged.verdict for judged in judge_all(engine, questions))
            print(
                f"{chosen + step:<18.4g}{_share(counts[Verdict.CORRECT], len(questions)):>9}"
                f"{counts[Verdict.MISSED]:8}{counts[Verdict.WRONG]:7}"
                f"{'   ← in use' if step == 0 else ''}"
            )
        print()
    return 0


@contextmanager
def _set(name: str, value: Any) -> Iterator[None]:
    before = getattr(interpret, name)
    setattr(interpret, name, value)
    try:
        yield
    finally:
        setattr(interpret, name, before)
