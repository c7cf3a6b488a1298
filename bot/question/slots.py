"""What a message fills in: groups of people, years, claimed numbers, a figure."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from bot.conversation import Conversation
from bot.cues import CHOICES, EXTREME, LEVEL, PICTURE, Cue
from bot.data import PERCENT, Publication
from bot.interpretation import Claim
from bot.language import OWN, Language, references
from bot.question.claimed import ClaimFinder, Counted
from bot.question.signs import Signs
from bot.question.years import YearFinder
from bot.reader import Item
from bot.text import words_of

_SHORT_FOLLOW_UP = 6
"""A bare number in a message of at most so many stretches can be a figure."""
_HIGHEST_FIGURE = 99
_ALSO_FIGURES = range(3, 13)
"""After a figure, a number in it names one too, also where there is none: "en nummer 11?"."""
_NAMED_IN = 2
"""A figure's number is written in at most so many words ("de vierde")."""
_BESIDE = 2
"""A breakdown by tier has both words so close together ("uitgesplitst naar bestuurslaag")."""
_NAMES_NUMBERS = frozenset({Cue.IS_TRUE, Cue.WHEN})
"""In a message with one of these, a bare number can be a percentage."""
_LEAST_SHARE = 10
"""A bare number from this to 100 can be a percentage ("gemeenten 47, klopt dat?")."""


@dataclass(slots=True)
class Slots:
    """What is found so far, and which items are used for it."""

    tiers: list[str] = field(default_factory=list)
    function: bool = False
    breakdown: bool = False
    years: list[int] = field(default_factory=list)
    current: bool = False
    period: bool = False
    claims: list[Claim] = field(default_factory=list)
    figure: str | None = None
    used: set[int] = field(default_factory=set)

    def add_tier(self, tier: str) -> None:
        """Note a tier, once."""
        if tier not in self.tiers:
            self.tiers.append(tier)


class SlotFinder:
    """Finds slots in the items of a message."""

    def __init__(self, language: Language, signs: Signs) -> None:
        self._ordinals = language.numbers.ordinals
        self._article = language.numbers.article
        self._people = {n: references(s.people) for n, s in language.subjects.items()}
        self._signs = signs
        self._claims = ClaimFinder(language)
        self._years = YearFinder(language.years)

    def find(
        self,
        items: Sequence[Item],
        publication: Publication,
        before: Conversation,
        indicators: Sequence[str],
        named: AbstractSet[int],
    ) -> Slots:
        """The slots of a message about a publication; ``before`` gives relative years a start.

        ``indicators`` are what it asks for, ``named`` the items that say so. A number is one thing
        only: a figure, a claim or a year, in that order.
        """
        slots = Slots()
        self._find_figure(items, publication, slots)
        shown = before.figure or any(Cue.SHOW in item.meanings for item in items)
        said = sum(Cue.GREETING not in item.meanings for item in items)
        if slots.figure is None and shown and said <= _SHORT_FOLLOW_UP:
            self._find_bare_figure(items, publication, slots, before.figure)
        if len(items) == 1 and not (before.indicators or before.options):
            number = self._figure_number(items[0])
            if any(str(number) in (name, name[:-1]) for name in publication.figures):
                slots.figure = str(number)  # "Welke figuren zijn er?" – "8"
                slots.used.add(0)
        checks = any(i.meanings & _NAMES_NUMBERS for i in items) or self._signs.asserts(items)
        counted = _counted(items, publication, before, indicators, named, checks=checks)
        claims = self._claims.find(items, slots.used, counted)
        asked = before.years or (before.stated if len(before.stated) == 1 else ())
        subject = next(iter(indicators or before.indicators), publication.headline)
        found = self._years.find(items, publication.measured(subject), asked, slots.used)
        slots.years, slots.current, slots.period = found.years, found.current, found.period
        asked_back = before.indicators and len(items) <= _SHORT_FOLLOW_UP
        if checks or asked_back:
            claims |= self._bare_numbers(items, slots.used, counted)
        slots.claims = [claims[index] for index in sorted(claims)]
        self._find_groups(items, publication, slots)
        return slots

    def _find_groups(self, items: Sequence[Item], publication: Publication, slots: Slots) -> None:
        for index, item in enumerate(items):
            tier = item.value_of("tier")
            function = item.value_of("function")
            if tier is not None:
                slots.add_tier(tier)
            if function is not None and tier is None and not self._signs.speaks(items, index):
                slots.function = True
                slots.add_tier(function)
            if tier is not None and _is_named(items, index):
                slots.breakdown = True
            if Cue.BREAKDOWN in item.meanings and self._breaks_down(items, index, publication):
                slots.breakdown = True
            if Cue.ALL_TIERS in item.meanings:
                for each in publication.compared_tiers:
                    slots.add_tier(each)

    def _breaks_down(self, items: Sequence[Item], index: int, publication: Publication) -> bool:
        """Whether a word for a breakdown is meant as one."""
        item = items[index]
        # "Grote steden" can be a group here, and "ouder dan" compare what is measured; unless
        # this publication itself calls it a breakdown ("welke gemeente").
        other = EXTREME | LEVEL | self._people[publication.name]
        means_more = item.value_of("tier") is not None or item.meanings & other
        if means_more and f"{OWN}:{publication.name}" not in item.meanings:
            return False
        near = items[max(0, index - _BESIDE) : index + _BESIDE + 1]
        by_tier = any(Cue.ALL_TIERS in other.meanings for other in near)
        return not by_tier and not self._signs.speaks(items, index)

    def _find_figure(self, items: Sequence[Item], publication: Publication, slots: Slots) -> None:
        """A number with its letter, or near a word for a figure."""
        word = next((i for i, item in enumerate(items) if item.meanings & PICTURE), None)
        for index, item in enumerate(items):
            number = self._figure_number(item)
            if number is None:
                continue
            following = items[index + 1] if index + 1 < len(items) else None
            letter = following.words[0] if following else ""
            if len(letter) == 1 and f"{number}{letter}" in publication.figures:
                slots.figure = f"{number}{letter}"
                slots.used |= {index, index + 1}
                return
            if word is None or number > _HIGHEST_FIGURE or index - word not in (-1, 1, 2):
                continue
            if following is None or Cue.PERCENTAGE not in following.meanings:
                slots.figure = str(number)
                slots.used.add(index)
                return

    def _figure_number(self, item: Item) -> int | None:
        if item.words[0] == self._article or item.value_of("relative") is not None:
            return None
        number = item.number if item.number is not None else self._ordinals.get(item.words[-1])
        return int(number) if number is not None and number == int(number) else None

    def _find_bare_figure(
        self, items: Sequence[Item], publication: Publication, slots: Slots, before_figure: str
    ) -> None:
        """A number alone, after a figure: the figure of that number ("nee, 3")."""
        for index, item in enumerate(items):
            number = self._figure_number(item)
            if not before_figure and (number or 0) <= len(CHOICES):
                continue  # "Laat de tweede zien" picks one of what was offered.
            name = str(number) if number is not None else item.words[0]
            named = name in publication.figures or (before_figure and number in _ALSO_FIGURES)
            if named and len(item.words) <= _NAMED_IN:
                slots.figure = name
                slots.used.add(index)

    def _bare_numbers(
        self, items: Sequence[Item], used: set[int], counted: Counted | None
    ) -> dict[int, Claim]:
        return {
            index: Claim(item.number, "percent" if counted is None else "number")
            for index, item in enumerate(items)
            if index not in used
            and not item.meanings
            and item.words[0][0].isdigit()
            and item.number is not None
            and (
                _LEAST_SHARE <= item.number <= 100
                or (counted is not None and not item.is_year)
                # "Fysiek was toch 8?": so small a number only where it is what is asserted.
                or (counted is None and self._signs.asserts(items[index - 1 : index]))
            )
        }


def _is_named(items: Sequence[Item], index: int) -> bool:
    """Whether the name of one of a tier stands behind it: "hoogheemraadschap van Rijnland"."""
    behind = items[index + 1 : index + 1 + _BESIDE]
    name = next((item for item in behind if not item.is_filler), None)
    return name is not None and name.is_name


def _counted(
    items: Sequence[Item],
    publication: Publication,
    before: Conversation,
    indicators: Sequence[str],
    named: AbstractSet[int],
    *,
    checks: bool,
) -> Counted | None:
    """What bare numbers in a message count; None where they are percentages."""
    units = publication.units_of(indicators or before.indicators or (publication.headline,))
    if not units or PERCENT in units:
        return None
    return Counted(
        units=frozenset(words_of(unit)[:1] for unit in units),
        subject=named | {index for index, item in enumerate(items) if item.is_group},
        years=publication.years,
        asked=not checks and any(Cue.HOW_MUCH in item.meanings for item in items),
    )
