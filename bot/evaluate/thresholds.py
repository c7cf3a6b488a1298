"""What other thresholds would give on the labelled questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot import interpret
from bot.engine import Engine
from bot.evaluate.judge import Verdict, judge_all
from bot.evaluate.questions import default_files, load_questions
from bot.evaluate.report import share_of

_PATTERN_STEPS = (-20.0, -10.0, -5.0, 0.0, 5.0, 10.0, 20.0)
_COVERAGE_STEPS = (-0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2)


def thresholds(engine: Engine, folder: Path, files: Sequence[Path]) -> int:
    """Print what the questions would give with each threshold varied around its value.

    Raises:
        LanguageError: a file with questions is missing or malformed.
    """
    questions = load_questions(files or default_files(folder))
    for name, steps in (("ACCEPT_PATTERN", _PATTERN_STEPS), ("ACCEPT_COVERAGE", _COVERAGE_STEPS)):
        chosen: float = getattr(interpret, name)
        print(f"{name:18}{'correct':>9}{'missed':>8}{'wrong':>7}")
        for step in steps:
            with _set(name, chosen + step):
                counts = Counter(judged.verdict for judged in judge_all(engine, questions))
            print(
                f"{chosen + step:<18.4g}{share_of(counts[Verdict.CORRECT], len(questions)):>9}"
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
