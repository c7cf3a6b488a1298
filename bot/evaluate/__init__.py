"""Puts labelled questions to the bot and judges the answers: correct, missed or wrong.

A *missed* answer fails safely: the bot asked back, hedged or refused where an answer was due.
A *wrong* one said something false, or answered another question than the one asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.engine import Engine
from bot.evaluate.judge import ORDER, Judged, Verdict, judge_all
from bot.evaluate.questions import default_files, load_questions
from bot.evaluate.report import report
from bot.files import LanguageError

ACCEPTED = "accepted.json"


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
    results = judge_all(engine, load_questions(files or default_files(folder)))
    print("\n".join(report(results)))
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
        message = f"malformed ({error}); make it anew with --accept"
        raise LanguageError.at(path, 1, message) from None


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
        better = ORDER.index(judged.verdict) > ORDER.index(before)
        (gained if better else lost).append(judged)
    return gained, lost


def _dump(results: Iterable[Judged]) -> str:
    # One line a question, sorted, so that a change shows as a small difference.
    verdicts = {judged.question.name: str(judged.verdict) for judged in results}
    return json.dumps(verdicts, ensure_ascii=False, indent=0, sort_keys=True) + "\n"
