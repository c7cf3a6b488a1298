"""Why a question is answered as it is: the evidence of one interpretation, in readable text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot import interpret
from bot.answer import Answer
from bot.conversation import Conversation
from bot.engine import Engine
from bot.interpretation import Interpretation, Outcome
from bot.reader import Item

_MEANS = {
    Outcome.UNDERSTOOD: "understood",
    Outcome.ASK_BACK: "the subject has several readings, so the bot asks back",
    Outcome.NO_SUBJECT: "a subject is missing and nothing came before, so the bot asks back",
    Outcome.ELSEWHERE: "not about the publication, so the bot refuses",
    Outcome.FOREIGN: "not Dutch, so the bot refuses",
    Outcome.EMPTY: "no words, so there is nothing to answer",
}


def explain(engine: Engine, turns: Sequence[str]) -> str:
    """How the last of some turns of one conversation is read, and what decided the answer."""
    before = Conversation()
    for turn in turns[:-1]:
        before = engine.ask(turn, before).conversation
    found = engine.interpret(turns[-1], before)
    answer = engine.ask(turns[-1], before)
    rows = [
        ("Question", [turns[-1]]),
        ("Repaired", [f"{old} → {new}" for s in found.sentences for old, new in s.repaired]),
        ("Read as", [" ".join(map(_item, s.items)) + _weight(found, s) for s in found.sentences]),
        ("Slots", list(_slots(found))),
        ("Earlier", [before.dump()] if len(turns) > 1 else []),
        ("Coverage", [_coverage(found)]),
        ("Patterns", list(_patterns(found))),
        ("Decision", list(_decision(found))),
        ("Answer", list(_answer(answer))),
    ]
    return "\n".join(
        f"{name if number == 0 else '':10}{line}"
        for name, lines in rows
        for number, line in enumerate(lines or ["–"])
    )


def _item(item: Item) -> str:
    words = " ".join(item.words)
    if item.meanings:
        return f"[{words}: {', '.join(sorted(item.meanings))}]"
    if item.number is not None:
        return f"[{words}: number]"
    return f"[{words}: name?]" if item.is_name else f"[{words}: ?]"


def _weight(found: Interpretation, sentence: object) -> str:
    several = len(found.sentences) > 1
    return "   ← this sentence asks" if several and sentence is found.main else ""


def _slots(found: Interpretation) -> Iterable[str]:
    slots: dict[str, object] = {
        "indicators": found.indicators,
        "tiers": found.tiers,
        "years": found.years,
        "figure": found.figure,
        "numbers claimed": [f"{c.comparison} {c.value:g} ({c.kind})" for c in found.claims],
        "cues": sorted(found.cues),
        "choices": found.options,
        "language": found.language,
    }
    for name, value in slots.items():
        if value:
            text = value if isinstance(value, str) else ", ".join(map(str, value))  # type: ignore[call-overload]
            yield f"{name}: {text}"
    flags = {
        "a year after the latest measurement": found.current,
        "a period": found.period,
        "one function": found.function,
        "a breakdown": found.breakdown,
        "taken over from the earlier question": found.follow_up,
    }
    named = [name for name, there in flags.items() if there]
    if named:
        yield f"also: {', '.join(named)}"


def _coverage(found: Interpretation) -> str:
    unknown = [
        " ".join(item.words)
        for sentence in found.sentences
        for item in sentence.items
        if not item.meanings and item.number is None
    ]
    text = f"{found.coverage:.2f} of the content words understood"
    return f"{text}; not: {', '.join(unknown)}" if unknown else text


def _patterns(found: Interpretation) -> Iterable[str]:
    for scored in found.candidates:
        concepts = " ".join(sorted(scored.pattern.concepts))
        yield f"{scored.score:5.1f}  {scored.pattern.target:14} {concepts}"


def _decision(found: Interpretation) -> Iterable[str]:
    yield f"{found.outcome}: {_MEANS[found.outcome]}"
    if found.intent:
        yield f"intent {found.intent}, handled as {found.handler}"
        yield f"confidence {found.confidence:.2f}"
    best = found.candidates[0] if found.candidates else None
    if best:
        yield _compare("best pattern", best.score, interpret.ACCEPT_PATTERN)
        if best.pattern.target != found.intent:
            yield f"… so it is read as {found.intent}, not as {best.pattern.target}"
    yield _compare("coverage", found.coverage, interpret.ACCEPT_COVERAGE)
    if found.outcome is Outcome.ELSEWHERE:
        yield _refusal(found)


def _compare(what: str, value: float, threshold: float) -> str:
    enough = "enough" if value >= threshold else "too little"
    return f"{what} {value:.4g} against {threshold:g}: {enough}"


def _refusal(found: Interpretation) -> str:
    if "elsewhere" in found.concepts:
        words = [
            " ".join(item.words)
            for sentence in found.sentences
            for item in sentence.items
            if "elsewhere" in item.meanings
        ]
        return f"refused for a word of another subject: {', '.join(words)}"
    if not found.indicators:
        return "refused for want of a subject: no pattern of an indicator fits"
    return "refused for what is not understood beside the subject"


def _answer(answer: Answer) -> Iterable[str]:
    yield f"{answer.status}" + ("" if answer.verdict is None else f", verdict {answer.verdict}")
    yield answer.full_text
