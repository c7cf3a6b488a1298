"""What judged answers add up to, in words and tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from bot.answer import Status
from bot.evaluate.judge import ORDER, Judged, Verdict

_WORST = 15
"""How many of the worst false accepts and refusals are listed."""


def report(results: Sequence[Judged]) -> Iterator[str]:
    """The report, line by line: by tag and intent, confusions, failures, the total."""
    yield from _table("tag", ((tag, j) for j in results for tag in j.question.tags))
    yield ""
    yield from _table("intent", ((j.answer.intent or "–", j) for j in results))
    yield ""
    yield from _confusions(results)
    yield from _worst(results)
    failures = [judged for judged in results if judged.verdict is not Verdict.CORRECT]
    if failures:
        yield "\nFailures"
    for judged in sorted(failures, key=lambda j: ORDER.index(j.verdict)):
        yield f"- {judged.verdict}: {judged.why} | {judged.question.name[:200]}"
        yield f"    {judged.answer.status}: {judged.answer.full_text[:200]}"
    yield ""
    yield _summary(results)


def _summary(results: Sequence[Judged]) -> str:
    counts = Counter(judged.verdict for judged in results)
    parts = [f"{v} {counts[v]} ({share_of(counts[v], len(results))})" for v in reversed(ORDER)]
    return f"{len(results)} questions: {', '.join(parts)}"


def share_of(part: int, whole: int) -> str:
    """A share in per cent; a dash where there is nothing to share."""
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
            f"{name:28}{count.total():6}{share_of(count[Verdict.CORRECT], count.total()):>10}"
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
    for (due, taken), count in subjects.most_common(_WORST):
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
        for judged in sorted(found, key=lambda j: -j.answer.confidence)[:_WORST]:
            yield f"{judged.answer.confidence:6.2f}  {judged.question.name[:160]}"
