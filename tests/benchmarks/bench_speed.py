"""What a question costs: ``make bench``. In brackets: how many times the fastest of its group."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rapidfuzz import fuzz, process

from bot.cli import _answer_lines
from bot.engine import Engine
from bot.evaluate.questions import load_questions, question_files, questions_folder
from bot.paths import default_intents
from tests.benchmarks.generated import generate

TIMES = 100
QUESTIONS = [
    question.turns[0]
    for question in load_questions(question_files(questions_folder(default_intents())))
    if len(question.turns) == 1
][::10]
LONG = ("Ik las in de krant dat agressie bij gemeenten toeneemt. Klopt dat eigenlijk wel? " * 60)[
    :4000
]

Benchmark = Any


@pytest.fixture(scope="module")
def real() -> Engine:
    return Engine.load()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine.load(*generate(tmp_path_factory.mktemp("large"), TIMES))


def ask_all(engine: Engine) -> None:
    for question in QUESTIONS:
        engine.ask(question)


def patterns_of(engine: Engine) -> list[str]:
    language = engine.language
    patterns = [
        *language.topic_patterns,
        *language.ask_back_patterns,
        *language.intent_patterns,
        *language.answer_patterns,
    ]
    return [" ".join(sorted(pattern.concepts)) for pattern in patterns]


def extract_all(patterns: list[str]) -> None:
    for question in QUESTIONS:
        process.extractOne(question, patterns, scorer=fuzz.WRatio)


@pytest.mark.benchmark(group=f"{len(QUESTIONS)} questions")
def test_the_real_package(benchmark: Benchmark, real: Engine) -> None:
    benchmark(ask_all, real)


@pytest.mark.benchmark(group=f"{len(QUESTIONS)} questions")
def test_a_package_of_100_times(benchmark: Benchmark, large: Engine) -> None:
    assert len(large.language.topic_patterns) > 90 * len(Engine.load().language.topic_patterns)
    benchmark(ask_all, large)


@pytest.mark.benchmark(group=f"{len(QUESTIONS)} questions")
def test_raw_extract_one_over_the_same_patterns(benchmark: Benchmark, real: Engine) -> None:
    benchmark(extract_all, patterns_of(real))


@pytest.mark.benchmark(group=f"{len(QUESTIONS)} questions")
def test_raw_extract_one_over_100_times_the_patterns(benchmark: Benchmark, large: Engine) -> None:
    benchmark.pedantic(extract_all, (patterns_of(large),), rounds=1)


@pytest.mark.benchmark(group="one message")
def test_a_short_question(benchmark: Benchmark, real: Engine) -> None:
    assert benchmark(real.ask, "hvl agresie bij de waterschappen in 2018").facts


@pytest.mark.benchmark(group="one message")
def test_a_message_of_4000_characters(benchmark: Benchmark, real: Engine) -> None:
    benchmark(real.ask, LONG)


@pytest.mark.benchmark(group="1000 messages through ask --jsonl, after start-up")
def test_jsonl(benchmark: Benchmark, real: Engine) -> None:
    messages = (QUESTIONS * (1000 // len(QUESTIONS) + 1))[:1000]
    lines = [json.dumps({"id": n, "text": text}).encode() for n, text in enumerate(messages)]
    benchmark(lambda: sum(map(len, _answer_lines(real, lines))))


@pytest.mark.benchmark(group="start-up")
def test_a_process_that_answers_one_question(benchmark: Benchmark) -> None:
    command = [sys.executable, "-m", "bot", "ask", "hoeveel agressie"]
    folder = Path(__file__).parents[2]
    benchmark(lambda: subprocess.run(command, cwd=folder, check=True, capture_output=True))
