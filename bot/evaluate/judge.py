"""Judges answers to labelled questions: correct, missed or wrong."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.answer import Answer, Status
from bot.conversation import Conversation
from bot.data import BOUNDS, PERCENT, Fact, Publication
from bot.engine import Engine
from bot.evaluate.questions import Question

_DIGITS = r"\d{1,3}(?:\.\d{3})+(?!\d)(?:,\d+)?|\d+(?:[.,]\d+)?"
"""A number in Dutch, with or without thousands dots: 1.390, 11,4."""
_NUMBER = re.compile(_DIGITS)
_PERCENTAGE = re.compile(rf"({_DIGITS})\s?(?:%|procent\b|procentpunt)")
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_DECIMALS = 6
"""More than a source prints; arithmetic on decimals is not exact."""
_BROAD = {"trend", "highest", "multi", "compare-tiers", "compare-years", "verdict", "false-premise"}
"""Tags of questions to which a good answer may state many facts."""


class Verdict(StrEnum):
    """How good an answer is, the worst first."""

    WRONG = "wrong"
    MISSED = "missed"
    CORRECT = "correct"


ORDER = list(Verdict)
"""Verdicts, the worst first."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A question, its answer, and what is wrong with that."""

    question: Question
    answer: Answer
    verdict: Verdict
    why: str


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
    """Numbers with a unit in the text that no stated fact explains, nor arithmetic on the facts."""
    values: dict[str, set[float]] = defaultdict(set)
    for fact in given.facts:
        if fact.value is not None:
            values[fact.unit].add(fact.value)
    shares = values[PERCENT]
    explained = {50.0, 100.0} | {100 - v for v in shares}
    for alike in values.values():
        explained |= alike | {abs(a - b) for a in alike for b in alike}
    # The user's own number may be quoted beside the right one, or where it is denied.
    denies = given.verdict is False or given.status is not Status.ANSWERED
    if denies or (complete and given.verdict is not True):
        explained |= set(_numbers(_NUMBER, question.turns[-1]))
    said = set(_numbers(_PERCENTAGE, given.full_text))
    for unit in values.keys() - {PERCENT, ""}:
        with_unit = re.compile(rf"({_DIGITS})\s{re.escape(unit)}\b")
        said |= set(_numbers(with_unit, given.full_text))
    return said - {round(v, _DECIMALS) for v in explained}


def _numbers(pattern: re.Pattern[str], text: str) -> Iterator[float]:
    for match in pattern.finditer(text):
        found = match[1] if pattern.groups else match[0]
        if _THOUSANDS.fullmatch(found):
            found = found.replace(".", "")
        yield float(found.replace(",", "."))


def _says(text: str, fact: Fact, *, complement: bool) -> bool:
    """Whether the text holds the fact's number, or its words."""
    if fact.number is None:
        return True
    if fact.words and fact.words.lower() in text.lower():
        return True
    rest: float = 100 - fact.number if fact.unit == PERCENT else fact.number
    number = rest if complement else fact.number
    wanted = {number} if fact.precision == "exact" else {number, fact.number, rest}
    return bool(wanted & set(_numbers(_NUMBER, text))) or fact.precision in BOUNDS
