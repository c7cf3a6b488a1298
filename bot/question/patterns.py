"""Finds the patterns that fit a message without looking at all the others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from bot.language import Pattern


class PatternIndex:
    """Patterns in order of preference, each kept under the rarest of its concepts."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        counts = Counter(concept for pattern in patterns for concept in pattern.concepts)
        self._by_rarest: dict[str, list[tuple[int, Pattern]]] = defaultdict(list)
        for number, pattern in enumerate(patterns):
            rarest = min(pattern.concepts, key=lambda concept: (counts[concept], concept))
            self._by_rarest[rarest].append((number, pattern))

    def fitting(self, present: AbstractSet[str]) -> list[Pattern]:
        """The patterns of which every concept is there, the preferred first."""
        found = [
            entry
            for concept in present
            for entry in self._by_rarest.get(concept, ())
            if entry[1].concepts <= present
        ]
        return [pattern for _, pattern in sorted(found, key=lambda entry: entry[0])]


def longest_first(patterns: Iterable[Pattern]) -> list[Pattern]:
    """Patterns of many concepts, which say most, before those of few; else by their names."""
    return sorted(patterns, key=lambda pattern: (-len(pattern.concepts), sorted(pattern.concepts)))
