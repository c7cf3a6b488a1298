"""What kind of question a message is: its concepts compared with the patterns of the intents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from rapidfuzz import fuzz

from bot.cues import Given
from bot.interpretation import Interpretation, Scored
from bot.language import ABOUT, Language, Pattern, references
from bot.question.patterns import PatternIndex

_KEPT = 5
"""How many of the best patterns an interpretation carries as evidence."""
_CACHED = 10_000
_FIRST_SYMBOL = 0x10000


class Matcher:
    """Scores patterns with rapidfuzz. Holds no state but a cache of scores.

    rapidfuzz compares strings: a message is spelled in concepts as a word is in letters, one
    symbol a concept, repeated by its weight, in a fixed order.
    """

    def __init__(self, language: Language) -> None:
        intents = language.intents
        self._specs = intents.intents
        self._weights = intents.weights
        always = references(intents.always_allowed)
        for subjects in language.subjects.values():
            always |= references(subjects.theme + subjects.people + subjects.neutral)
        self._always = always
        self._telling = {
            name: frozenset(subjects.concepts) - references(subjects.light)
            for name, subjects in language.subjects.items()
        }
        self._allowed = {n: references(s.allows) | always for n, s in intents.intents.items()}
        self._kinds: dict[str, list[Pattern]] = defaultdict(list)
        for pattern in language.intent_patterns:
            for concept in pattern.concepts - {Given.INDICATOR} or pattern.concepts:
                self._kinds[concept].append(pattern)
        self._answers = PatternIndex(language.answer_patterns)
        self._symbols: dict[str, str] = {}
        for concept in sorted(language.meanings | set(Given)):
            self._symbols[concept] = chr(_FIRST_SYMBOL + len(self._symbols))
        self._spell = lru_cache(_CACHED)(self._spell_uncached)
        self._scored = lru_cache(_CACHED)(self._scored_uncached)

    def match(self, found: Interpretation) -> Interpretation:
        """The interpretation with the intent whose pattern fits best, and the best patterns."""
        present = found.cues | found.given
        prefix = f"{ABOUT}{found.publication.name}/"
        # "Wat is een forens per maand kwijt?" does not ask what a forens is.
        told = present | (found.concepts & self._telling[found.publication.name])
        answers = [
            Scored(p, self._score(p, p.concepts | (told - self._always - {Given.INDICATOR})))
            for p in self._answers.fitting(present | found.concepts)
            if p.target.startswith(prefix)
        ]
        scored = self._best([*answers, *self._scored(present)])
        if not scored:
            return found
        intent = scored[0].pattern.target
        spec = self._specs.get(intent)
        return replace(
            found,
            intent=intent,
            handler=spec.handler if spec else "about",
            score=scored[0].score,
            candidates=scored,
        )

    def _scored_uncached(self, present: frozenset[str]) -> tuple[Scored, ...]:
        """The kinds of questions that share a concept with a message, the best first."""
        touching = {id(p): p for concept in sorted(present) for p in self._kinds.get(concept, ())}
        scored = []
        for pattern in touching.values():
            if Given.INDICATOR in pattern.concepts and Given.INDICATOR not in present:
                continue
            extra = present - self._allowed[pattern.target]
            scored.append(Scored(pattern, self._score(pattern, present & pattern.concepts | extra)))
        return self._best(scored)

    def _best(self, scored: Iterable[Scored]) -> tuple[Scored, ...]:
        # Between equals, the pattern that asks for more says more.
        ranked = sorted(scored, key=lambda s: (-s.score, -len(self._spell(s.pattern.concepts))))
        return tuple(ranked[:_KEPT])

    def _score(self, pattern: Pattern, said: frozenset[str]) -> float:
        return fuzz.ratio(self._spell(said), self._spell(pattern.concepts))

    def _spell_uncached(self, concepts: frozenset[str]) -> str:
        return "".join(
            self._symbols[concept] * self._weights.get(concept.strip("{}"), 1)
            for concept in sorted(concepts)
        )
