"""Numbers that a question claims: "47%", "een op de vijf", "bijna verdubbeld", "12 punten"."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from bot.cues import EXTREME, Cue
from bot.interpretation import Claim, ClaimKind
from bot.language import Language, references, word_phrases
from bot.reader import Item
from bot.schema import Comparison

_CENTURIES = (20, 2000)
_HALF = 50.0
_FEW = 15.0
"""Below this percentage "hardly anybody" does something."""
_LEAST_SHARE = 10
"""A bare number from this to 100 can be a share."""
_ROUNDED = 0.5
"""A claim with decimals may differ from the printed number by its rounding."""
_FACTOR_TOLERANCE = 0.15
_NUMBER_FACTOR_TOLERANCE = 0.25
"""Of a factor: the share of it by which the real one may differ."""
_LARGE = 100
"""A larger number that is no year is a count, whatever stands around it."""
_NEAR = 5
"""Within so many stretches "more" follows the number of "500 bezoekers minder"."""
_AROUND = 6
"""So many years before and after the measurements, a number is a year sooner than a count."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a bare number can be a number of."""

    units: frozenset[tuple[str, ...]]
    """The words that the source writes behind the numbers."""
    subject: AbstractSet[int]
    """The items that name what the question is about."""
    years: tuple[int, ...]
    """The measurements."""
    asked: bool
    """The question asks how much, so that it claims nothing."""


class ClaimFinder:
    """Finds claimed numbers."""

    def __init__(self, language: Language) -> None:
        numbers, years = language.numbers, language.years
        subjects = language.subjects.values()
        self._people = references(", ".join(s.people for s in subjects))
        self._neutral = references(", ".join(s.neutral for s in subjects)) - self._people
        self._either = word_phrases(language.intents.either_or)
        self._numbers = numbers
        self._before_year = word_phrases(years.before_short_year)
        self._between = word_phrases(years.between)
        self._ranked = word_phrases(numbers.rank_nouns)
        self._out_of = sorted(word_phrases(numbers.out_of), key=len, reverse=True)
        self._of_each = word_phrases(numbers.of_each)
        self._points = word_phrases(numbers.points)
        self._most = word_phrases(numbers.most_before_people)
        self._by = word_phrases(numbers.by)
        self._to = word_phrases(numbers.to)
        self._percent = word_phrases(numbers.percent)
        self._units = word_phrases(years.units)

    def find(
        self, items: Sequence[Item], used: set[int], counted: Counted | None = None
    ) -> dict[int, Claim]:
        """The claims in the items that are not used yet, by their place.

        Adds the items they take to ``used``. ``counted`` says what a bare number can be a number
        of, where the question is about something else than percentages.
        """
        claims: dict[int, Claim] = {}
        index = 0
        while index < len(items):
            if self._is_whole(items, index):
                used.add(index)
            claim, length = self._at(items, index, counted) if index not in used else (None, 1)
            if claim is not None:
                comparison = self._comparison(items, index) or claim.comparison
                claims[index] = replace(claim, comparison=comparison)
                used.update(range(index, index + length))
            elif majority := self._majority(items, index):
                claims[index] = majority
                used.add(index)
            index += length
        if counted is not None and any(claim.kind == "number" for claim in claims.values()):
            claims |= self._more_counts(items, used, counted)
        for index in list(claims):
            claims |= self._range(items, index, claims[index])
        return claims

    def _more_counts(
        self, items: Sequence[Item], used: set[int], counted: Counted
    ) -> dict[int, Claim]:
        """Bare numbers beside a count: "grote 1.390 bezoekers en kleine 92"."""
        more: dict[int, Claim] = {}
        for index, item in enumerate(items):
            before = items[index - 1] if index else item
            placed = before.words[-1:] in self._before_year or before.number in _CENTURIES
            if index in used or item.meanings or item.is_year or placed or counted.asked:
                continue
            if item.number is not None and item.words[0][0].isdigit():
                more[index] = Claim(item.number, "number")
                used.add(index)
        return more

    def _range(self, items: Sequence[Item], index: int, claim: Claim) -> dict[int, Claim]:
        """A claim as the end of a range, with its start: "tussen de 40 en 50 procent"."""
        first = index - 2
        if claim.kind not in ("number", "percent") or first < 1:
            return {}
        start = items[first].number
        before = items[max(0, first - 2) : first]
        between = any(item.words[-1:] in self._between for item in before)
        if not between or start is None or not items[index - 1].is_filler or start > claim.value:
            return {}
        return {
            first: Claim(start, claim.kind, comparison="at_least"),
            index: Claim(claim.value, claim.kind, comparison="at_most"),
        }

    def _at(
        self, items: Sequence[Item], index: int, counted: Counted | None
    ) -> tuple[Claim | None, int]:
        """The claim that starts at an item, and how many items it takes."""
        item = items[index]
        following = items[index + 1] if index + 1 < len(items) else None
        factor = item.value_of("factor")
        if factor is not None:
            times = self._numbers.factors[int(factor)].times
            return Claim(times, "factor", _FACTOR_TOLERANCE), 1
        rank = self._numbers.ordinals.get(item.words[-1])
        if rank and following is not None and following.words[:1] in self._ranked:
            return Claim(rank, "rank"), 1
        before = items[index - 1].words[-1:] if index else ()
        if before in self._ranked and item.number is not None and 1 < item.number < _LEAST_SHARE:
            return Claim(item.number, "rank"), 1  # "op plek 2"
        fraction = item.value_of("fraction")
        if fraction is not None:
            spec = self._numbers.fractions[int(fraction)]
            return Claim(spec.percent, "percent", spec.tolerance), 1
        if item.number is None or len(item.words) > 1:
            return None, 1
        if index and items[index - 1].number in _CENTURIES:
            return None, 1  # "twintig tweeëntwintig procent": a year in two words
        found = self._number(item.number, items, index, following, counted)
        if found[0] is None and counted is not None:
            return self._count(item.number, items, index, counted)
        return found

    def _count(
        self, number: float, items: Sequence[Item], index: int, counted: Counted
    ) -> tuple[Claim | None, int]:
        """A bare number as a claim about what is counted."""
        following = items[index + 1 : index + 2]
        has_unit = bool(following) and following[0].words[:1] in counted.units
        if not self._is_count(number, items, index, counted, has_unit=has_unit):
            return None, 1
        length = 1 + has_unit
        by = index > 0 and items[index - 1].words[-1:] in self._by
        apart = by or self._is_apart(items, index + length, counted)
        denied = index > 0 and Cue.NOT in items[index - 1].meanings
        kind: ClaimKind = "gap" if apart else "number"
        return Claim(number, kind, comparison="not" if denied else "is"), length

    def _is_count(
        self, number: float, items: Sequence[Item], index: int, counted: Counted, *, has_unit: bool
    ) -> bool:
        """Whether a bare number is meant as a count, and not as a year or something else."""
        item, before = items[index], items[index - 1] if index else None
        if not item.words[0][0].isdigit():
            return False  # "een" is seldom a number
        compared = self._comparison(items, index) is not None
        named = has_unit or (
            before is not None
            and (Cue.COUNT in before.meanings or before.words[-1] == self._numbers.article)
        )
        placed = before is not None and before.words[-1:] in self._before_year
        if item.is_year:
            near = counted.years[0] - _AROUND <= number <= counted.years[-1] + _AROUND
            return (named and not placed) or (compared and not near)
        if named or compared:
            return True
        if number > _LARGE or number % 1:
            return not counted.asked
        return index + 1 in counted.subject and not counted.asked and not placed

    def _number(
        self,
        number: float,
        items: Sequence[Item],
        index: int,
        following: Item | None,
        counted: Counted | None,
    ) -> tuple[Claim | None, int]:
        """What a number claims, by the words behind it."""
        if number > _LARGE:
            return None, 1
        if whole := self._whole_before(number, items, index):
            return Claim(100 * number / whole, "percent", self._numbers.ratio_tolerance), 1
        for phrase in self._out_of:
            end = index + 1 + len(phrase)
            words = tuple(word for item in items[index + 1 : end] for word in item.words)
            if words == phrase and end < len(items) and (whole := items[end].number):
                if any(item.meanings & EXTREME for item in items[end + 1 : end + 2]):
                    return None, 1  # "een van de drie belangrijkste"
                share = 100 * number / whole
                return Claim(share, "percent", self._numbers.ratio_tolerance), len(phrase) + 2
        if following is None:
            return self._compared(number, items, index) if counted is None else (None, 1)
        if counted is not None and following.words[:1] in counted.units:
            return None, 1
        if following.words[:1] in self._points:
            return Claim(number, "points"), 2
        if following.words[:1] in self._percent:
            by = index > 0 and items[index - 1].words[-1:] in self._by
            return Claim(number, "points" if by else "percent", _ROUNDED if number % 1 else 0), 2
        if Cue.FACTOR in following.meanings and following.value_of("factor") is None:
            return Claim(number, "factor", _NUMBER_FACTOR_TOLERANCE), 2
        if counted is None and self._is_choice(items, index):
            return Claim(number, "percent"), 1
        if self._shares_unit(items, index):
            return Claim(number, "percent", _ROUNDED if number % 1 else 0), 1
        if counted is None and following.is_filler and following.words[:1] not in self._units:
            return self._compared(number, items, index)
        return None, 1

    def _whole_before(self, number: float, items: Sequence[Item], index: int) -> float | None:
        """What a number is a part of: the hundred in "van elke honderd doen 96 dat niet"."""
        for place in range(max(1, index - _NEAR), index):
            whole = items[place].number
            if whole and whole > number and self._is_whole(items, place):
                return whole
        return None

    def _is_whole(self, items: Sequence[Item], index: int) -> bool:
        """Whether a number is what a later one is a part of."""
        words = tuple(word for item in items[max(0, index - 2) : index] for word in item.words)
        return items[index].number is not None and words[-2:] in self._of_each

    def _is_choice(self, items: Sequence[Item], index: int) -> bool:
        """Whether a number is one of two to choose from: "nou 47 of 49"."""
        for either, other in ((index + 1, index + 2), (index - 1, index - 2)):
            if min(either, other) >= 0 and max(either, other) < len(items):
                near, number = items[either], items[other].number
                if near.words in self._either and number is not None:
                    return all(_LEAST_SHARE <= n <= 100 for n in (number, items[index].number or 0))
        return False

    def _shares_unit(self, items: Sequence[Item], index: int) -> bool:
        """Whether the unit of a number stands behind the next one: "van 5 naar 8 procent"."""
        behind = items[index + 1 : index + 4]
        return (
            len(behind) == 3
            and behind[0].words in self._to
            and behind[1].number is not None
            and behind[2].words[:1] in self._percent
        )

    def _compared(
        self, number: float, items: Sequence[Item], index: int
    ) -> tuple[Claim | None, int]:
        """A bare number after "meer dan" and the like claims a share."""
        if number < _LEAST_SHARE or not self._comparison(items, index):
            return None, 1
        return Claim(number, "percent"), 1

    @staticmethod
    def _is_apart(items: Sequence[Item], index: int, counted: Counted) -> bool:
        """Whether "more" or "less" follows a count, after at most what is counted."""
        for place, item in enumerate(items[index : index + _NEAR], start=index):
            if item.meanings & {Cue.MORE, Cue.LESS}:
                return True
            if place not in counted.subject and not item.is_filler:
                return False
        return False

    def _names_people(self, item: Item) -> bool:
        return item.is_group or bool(item.meanings & self._people)

    def _majority(self, items: Sequence[Item], index: int) -> Claim | None:
        item = items[index]
        following = items[index + 1 : index + 3]
        people = any(map(self._names_people, following[:1]))
        if following and following[0].meanings & self._neutral:
            people |= any(map(self._names_people, following))  # "de meeste getroffen politici"
        most = people and item.words[-1:] in self._most  # "de meeste provinciale politici"
        if most or "number:majority" in item.meanings:
            return Claim(_HALF, "majority", comparison="more")
        if "number:few" in item.meanings:
            return Claim(_FEW, "majority", comparison="less")
        if "number:minority" in item.meanings:
            return Claim(_HALF, "majority", comparison="less")
        return None

    def _comparison(self, items: Sequence[Item], index: int) -> Comparison | None:
        """What the one or two items before a number make of it ("bijna", "meer dan")."""
        for before in reversed(items[max(0, index - 2) : index]):
            if before.words == (self._numbers.article,):
                continue  # "Hoger dan een 7".
            if before.number is not None:
                return None
            kind = before.value_of("number")
            for comparison in self._numbers.comparisons:
                if comparison == kind:
                    return comparison
        return None
