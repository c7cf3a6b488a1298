"""Years and periods in a message: "2022", "'24", "de vorige meting", "sinds tien jaar"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.cues import Cue
from bot.language import word_phrases
from bot.reader import Item
from bot.schema import RelativeYear, Years

_MILLENNIUM = 2000
_SPLIT_CENTURY = 20
"""The first word of a year in two words, beside the millennium: "twintig zestien"."""
_SPLIT_TAILS = range(10, 41)
_SHORT = 4
"""In a message of at most so many stretches that goes on, two digits are a year."""
_EARLIER = 4
_LATER = 6
"""So many years around the measurements, two digits can still be a year."""


@dataclass(slots=True)
class FoundYears:
    """The years of a message, in the order in which it names them."""

    years: list[int] = field(default_factory=list)
    current: bool = False
    """A year after the latest measurement is meant, whatever it is today."""
    period: bool = False
    """The years are the ends of a period."""

    def add(self, year: int) -> None:
        """Note a year, once."""
        if year not in self.years:
            self.years.append(year)


class YearFinder:
    """Finds years; what is relative counts from the latest measurement or the last question."""

    def __init__(self, years: Years) -> None:
        self._relative = years.relative
        self._before_short = word_phrases(years.before_short_year)
        self._never_before = word_phrases(years.units)
        self._before_year = word_phrases(years.before_year)
        self._until = word_phrases(years.until)
        self._between = word_phrases(years.between)
        self._except_before = word_phrases(years.except_before)
        self._except_after = word_phrases(years.except_after)

    def find(
        self,
        items: Sequence[Item],
        measured: tuple[int, ...],
        asked: tuple[int, ...],
        used: set[int],
    ) -> FoundYears:
        """The years in the items that are not used yet; adds those they take to ``used``.

        ``measured`` are the years with figures; ``asked`` those of the last question.
        """
        found = FoundYears()
        context = asked[-1] if asked else measured[-1]
        follow_up = bool(asked) and len(items) <= _SHORT
        for index, item in enumerate(items):
            if index in used:
                continue
            relative = item.value_of("relative")
            if relative is None:
                year = self._written(items, index, measured, used, follow_up=follow_up)
            elif self._year_follows(items, index):
                year = None  # "de vorige meting, in 2022": the number is what counts
            else:
                spec = self._relative[int(relative)]
                last = found.years[-1] if found.years else context
                year = _named(spec, int(item.number or 1), measured, last, found)
            if year is not None:
                used.add(index)
                if self._is_excepted(items, index):
                    continue
                found.add(year)
                found.period |= self._opens_period(items, index)
        if found.period and len(found.years) == 1 and found.years[0] < measured[-1]:
            found.years.append(measured[-1])
        return found

    def _written(
        self,
        items: Sequence[Item],
        index: int,
        measured: tuple[int, ...],
        used: set[int],
        *,
        follow_up: bool,
    ) -> int | None:
        """The year that a number is."""
        item = items[index]
        if item.number is None or len(item.words) > 1 or "," in item.words[0]:
            return None
        value = int(item.number)
        following = items[index + 1] if index + 1 < len(items) else None
        if following is not None and following.number is not None and index + 1 not in used:
            tail = int(following.number)
            listed = any(i.number is not None for i in items[index + 2 : index + 4])
            if (value == _MILLENNIUM and 0 < tail < 100) or (
                value == _SPLIT_CENTURY and tail in _SPLIT_TAILS and not listed
            ):
                used.add(index + 1)
                return _MILLENNIUM + tail
        if item.is_year:
            return value
        full = measured[-1] // 100 * 100 + value
        if value < 10 or not measured[0] - _EARLIER <= full <= measured[-1] + _LATER:
            return None
        if following is not None and following.words[:1] in self._never_before:
            return None
        introduced = index > 0 and items[index - 1].words[-1:] in self._before_short
        introduced |= follow_up  # "en 23?"
        return full if full in measured or introduced else None

    def _year_follows(self, items: Sequence[Item], index: int) -> bool:
        """Whether the year itself stands behind a relative word, with at most one word between."""
        near = items[index + 1 : index + 3]
        number = next((i for i in near if i.number is not None and len(i.words) == 1), None)
        between = near[:1]
        return (
            number is not None
            and number.is_year
            and all(i.number is not None or i.words[:1] in self._before_year for i in between)
        )

    def _is_excepted(self, items: Sequence[Item], index: int) -> bool:
        """Whether a year is left out: "behalve 2020", "2020 buiten beschouwing gelaten"."""
        before = tuple(word for item in items[:index] for word in item.words)
        after = tuple(word for item in items[index + 1 :] for word in item.words)
        return any(before[-len(phrase) :] == phrase for phrase in self._except_before) or any(
            after[: len(phrase)] == phrase for phrase in self._except_after
        )

    def _opens_period(self, items: Sequence[Item], index: int) -> bool:
        """Whether a year is the first of a period: "sinds 2014", "2014 tot 2020"."""
        if any(Cue.SINCE in item.meanings for item in items[max(0, index - 2) : index]):
            return True
        following = items[index + 1 : index + 2]
        if not following or following[0].words[:1] not in self._until:
            return False
        between = index > 0 and items[index - 1].words[-1:] in self._between
        return not between and any(i.number is not None for i in items[index + 1 : index + 5])


def _named(
    spec: RelativeYear, count: int, measured: tuple[int, ...], context: int, found: FoundYears
) -> int | None:
    """The year that words such as "de vorige meting" mean; ``count`` is the number in them."""
    found.period |= spec.period
    match spec.kind:
        case "last_measurements":
            for year in measured[-max(1, count) :]:
                found.add(year)
            return None
        case "unmeasured":
            found.current = True
            return None
        case "first":
            return measured[0]
        case "measurement":
            start = context if spec.after == "context" else measured[-1]
            return _measurement(measured, start, spec.step * count)
    return (context if spec.after == "context" else measured[-1]) + spec.step * count


def _measurement(measured: tuple[int, ...], start: int, step: int) -> int:
    """The measurement so many after the one nearest to a year; before the first, a likely year."""
    place = min(range(len(measured)), key=lambda i: abs(measured[i] - start))
    if 0 <= place + step < len(measured):
        return measured[place + step]
    interval = measured[-1] - measured[-2] if len(measured) > 1 else 1
    return measured[place] + step * interval
