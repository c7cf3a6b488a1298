"""Other words for a question: each was put in its place, and got the same answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.answer import Answer, Status
from bot.data import Indicator, Publication
from bot.engine import Engine
from bot.language import GAP, Language, expand, references, split_phrases
from bot.reader import Item
from bot.text import words_of

COUNT = 6
_LONGEST = 2
"""Words in a wording that is shown; longer ones are rarely what people type."""
_SHORTEST = 3
"""Letters of a word in a wording of several."""
_STEM = 4
"""Letters by which two words count as forms of one."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Words in a question, and others that may stand there."""

    words: str
    others: tuple[str, ...]


def wordings(engine: Engine, publication: Publication, indicator: Indicator) -> list[Wording]:
    """Other words for what the example question of an indicator names, the most usual first."""
    question = indicator.question
    found = engine.interpret(question)
    items = [item for sentence in found.sentences for item in sentence.items]
    asked = engine.ask(question)
    concepts = engine.language.subjects[publication.name].concepts
    chosen: list[Wording] = []
    for place, named in _named(engine.language, publication, items, indicator.id).items():
        others: list[str] = []
        stems = _stems(items[place].words)
        for phrase in _usual(engine.language, "\n".join(concepts[name] for name in named)):
            words = words_of(phrase)
            if words == items[place].words or _stems(words) & stems:
                continue
            text = " ".join(
                word
                for number, item in enumerate(items)
                for word in (words if number == place else item.words)
            )
            if _same(engine.ask(text), asked):
                others.append(phrase)
                stems |= _stems(words)
            if len(others) == COUNT:
                break
        if others:
            chosen.append(Wording(_as_typed(question, items[place].words), tuple(others)))
    return chosen


def usual_words(language: Language, text: str, count: int = COUNT) -> tuple[str, ...]:
    """The most usual of the words in a text block, one of each stem."""
    chosen: list[str] = []
    stems: set[str] = set()
    for phrase in _usual(language, text):
        words = words_of(phrase)
        if not _stems(words) & stems:
            chosen.append(phrase)
            stems |= _stems(words)
    return tuple(chosen[:count])


def _named(
    language: Language, publication: Publication, items: list[Item], indicator: str
) -> dict[int, list[str]]:
    """The items of a question that name its subject, each with the concepts that do."""
    subjects = language.subjects[publication.name]
    targets = {
        f"{publication.name}/{name}"
        for name, topic in subjects.indicators.items()
        if indicator in (topic.indicators or [name])
    }
    needed = {c for p in language.topic_patterns if p.target in targets for c in p.concepts}
    needed -= references(f"{subjects.neutral} {subjects.people}") | language.shared_concepts
    # Where a concept is said twice ("welke manier … geuit"), the longer one says it best.
    best: dict[str, int] = {}
    for place, item in enumerate(items):
        for concept in item.meanings & needed:
            if concept not in best or len(item.words) >= len(items[best[concept]].words):
                best[concept] = place
    theme = references(subjects.theme)
    named: dict[int, list[str]] = {}
    for concept, place in sorted(best.items(), key=lambda one: (one[1], one[0])):
        if concept not in theme or set(best) <= theme:
            named.setdefault(place, []).append(concept)
    return named


def _usual(language: Language, text: str) -> Iterator[str]:
    """The short phrases of a text block: single words first, and the most common ones first."""
    ranked = []
    for template, _ in split_phrases(text):
        for phrase in expand(template):
            words = words_of(phrase)
            ranks = [language.common_words.get(word) for word in words]
            if GAP in phrase or len(words) > _LONGEST or None in ranks:
                continue
            # "bij ws" is there to tell two letters apart, not because people say so.
            if len(words) > 1 and min(map(len, words)) < _SHORTEST:
                continue
            ranked.append((len(words), max(rank or 0 for rank in ranks), phrase))
    return iter(dict.fromkeys(phrase for _, _, phrase in sorted(ranked)))


def _same(answer: Answer, other: Answer) -> bool:
    keys = [sorted(fact.key for fact in one.facts) for one in (answer, other)]
    return answer.status is Status.ANSWERED and keys[0] == keys[1]


def _stems(words: tuple[str, ...]) -> set[str]:
    """What the words have in common with their other forms; short words have too many."""
    return {word.removeprefix("ge")[:_STEM] for word in words if len(word) >= _STEM}


def _as_typed(question: str, words: tuple[str, ...]) -> str:
    """The words as they stand in the question, with accents and hyphens."""
    typed = [word.strip("?!.,:;") for word in question.split()]
    for start in range(len(typed)):
        for end in range(start + 1, len(typed) + 1):
            found = " ".join(typed[start:end])
            if words_of(found) == words:
                return found if start else found[:1].lower() + found[1:]
    return " ".join(words)
