"""What a chart says, before anything is drawn: texts, points, and what is emphasised.

A :class:`Chart` holds everything that reaches the reader, and nothing else; it is compared and
hashed by content, so it is also the key under which a drawing is remembered.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import Literal

from bot.answer import ChartRequest
from bot.charts.words import Words, load_words
from bot.data import BOUNDS, Fact, Figure, Precision, Publication, Reading

Form = Literal["lines", "stacked", "grouped", "words", "number", "card", "reasons"]

DRAWN: tuple[Form, ...] = ("lines", "stacked", "grouped")
"""The forms in which marks on a scale carry the numbers."""

DESCRIPTION_LIMIT = 700
"""Characters; leaves room for an answer in a Telegram caption (1024)."""


@dataclass(frozen=True, slots=True)
class Point:
    """One printed fact in a chart."""

    year: int
    value: float | None
    """None where the source gives words only."""
    unit: str
    precision: Precision
    label: str
    """The value as drawn beside its mark: "47%"."""
    text: str
    """The value in a sentence: "ongeveer 30%"."""
    words: str
    """The value as the source words it, or empty."""
    emphasised: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One series: an indicator in a tier, with its printed points in order of year."""

    indicator: str
    tier: str
    label: str
    name: str
    """What it measures, as a noun phrase."""
    points: tuple[Point, ...]
    emphasised: bool
    remark: str
    """What the source concludes about it, in words; empty where it concludes nothing."""

    @property
    def key(self) -> str:
        """Names the series on the marks that draw it."""
        return f"{self.indicator}/{self.tier}"

    def at(self, year: int) -> Point | None:
        """The point of a year, or None where the source does not print it."""
        return next((point for point in self.points if point.year == year), None)


@dataclass(frozen=True, slots=True)
class Ranking:
    """A ranked list of reasons under a heading (empty where the title is heading enough)."""

    heading: str
    items: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: all that the reader sees of it."""

    form: Form
    title: str
    subtitle: str
    lines: tuple[Line, ...]
    years: tuple[int, ...]
    asked_years: tuple[int, ...]
    """Empty where the question was not about certain years of the chart."""
    rankings: tuple[Ranking, ...]
    known: tuple[str, ...]
    """What the source says in words, one sentence each."""
    unknown: str
    """What the source does not print; empty where it prints everything."""
    notes: tuple[str, ...]
    source: str
    words: Words
    """The Dutch for what is not in the data."""

    @property
    def emphasises(self) -> bool:
        """Whether some marks are asked about and others are not."""
        return bool(self.asked_years) or not all(line.emphasised for line in self.lines)

    def describe(self) -> str:
        """The text alternative, in Dutch: all numbers of the chart, within the limit."""
        opening = [_sentence(self.title), *([_sentence(self.subtitle)] if self.subtitle else [])]
        body = [
            _sentence(": ".join(filter(None, (ranking.heading, _ranked(ranking)))))
            for ranking in self.rankings
        ]
        if self.form in DRAWN or not self.known:
            asked_first = sorted(self.lines, key=lambda line: not line.emphasised)
            body += [text for line in asked_first if (text := _in_words(line, self.words))]
        body += self.known
        ending = [self.unknown] if self.unknown else []
        ending.append(_sentence(self.source))
        full = " ".join([*opening, *body, *ending])
        if len(full) <= DESCRIPTION_LIMIT:
            return full
        # Too long for a caption: what was measured gives way first, the source never.
        room = DESCRIPTION_LIMIT - len(" ".join(ending)) - 1
        start = textwrap.shorten(" ".join([opening[0], *body]), room, placeholder=" …")
        return " ".join([start, *ending])


def compose(publication: Publication, request: ChartRequest, words: Words | None = None) -> Chart:
    """What the chart of a request says, in the shipped words where none are given.

    A request without a figure is about indicators that the source prints in running text only:
    lists of reasons, or single numbers.

    Raises:
        KeyError: the publication has no such figure or indicator.
    """
    words = words or load_words()
    if request.figure:
        return _figure(publication, publication.figures[request.figure], request, words)
    if not request.indicators:
        raise KeyError("a request without a figure must name indicators")
    kinds = {publication.indicators[name].kind for name in request.indicators}
    if kinds == {"reasons"}:
        return _reasons(publication, request, words)
    return _subject(publication, request, words)


def facts_of(publication: Publication, indicator: str, tier: str) -> list[Fact]:
    """What the source prints of an indicator in a tier, in order of year."""
    facts = (fact for fact in publication.facts if (fact.indicator, fact.tier) == (indicator, tier))
    return sorted(facts, key=lambda fact: fact.year)


def _figure(publication: Publication, figure: Figure, request: ChartRequest, words: Words) -> Chart:
    series = publication.figure_series(figure.id)
    drawn = figure.form in DRAWN
    facts = {
        (s.indicator, s.tier): [
            fact
            for fact in facts_of(publication, s.indicator, s.tier)
            if fact.value is not None or not drawn
        ]
        for s in series
    }
    printed = {fact.year for row in facts.values() for fact in row}
    # A year between them in which these indicators were measured in any tier keeps its place:
    # a gap is shown as a gap.
    indicators = {s.indicator for s in series}
    measured = {fact.year for fact in publication.facts if fact.indicator in indicators}
    years = tuple(year for year in sorted(measured) if min(printed) <= year <= max(printed))
    asked_indicators = indicators & set(request.indicators)
    tiers = set(request.tiers) & {s.tier for s in series}
    asked_years = tuple(year for year in years if year in request.years)
    if asked_years == years:
        asked_years = ()
    asked = [
        s
        for s in series
        if (not asked_indicators or s.indicator in asked_indicators)
        and (not tiers or s.tier in tiers)
    ] or series
    lines = tuple(
        _line(
            publication,
            facts[s.indicator, s.tier],
            words,
            label=s.label,
            emphasised=s in asked,
            asked_years=asked_years,
        )
        for s in series
        if facts[s.indicator, s.tier]
    )
    title = figure.finding
    if drawn and (request.indicators or request.tiers or request.years):
        title = _asked_title(publication, lines, asked_years, words) or title
    # Points may come from another figure, which prints them for the same series.
    figures = [figure.id]
    if drawn:
        figures += [fact.figure for row in facts.values() for fact in row if fact.figure]
    return Chart(
        words=words,
        form=figure.form,
        title=title,
        subtitle=figure.measured,
        lines=lines,
        years=years,
        asked_years=asked_years,
        rankings=(),
        known=_sentences(figure.known),
        unknown=figure.unknown,
        notes=_notes(figure.form, lines, figure.measured, words),
        source=_source(publication, words, figures, [figure.page]),
    )


def _line(
    publication: Publication,
    facts: list[Fact],
    words: Words,
    *,
    label: str,
    emphasised: bool = True,
    asked_years: tuple[int, ...] = (),
) -> Line:
    indicator, tier, latest = facts[-1].key
    decimals = publication.decimals(indicator)
    remarks = [
        reading.text
        for reading in publication.readings
        if (reading.indicator, reading.tier, reading.year) == (indicator, tier, latest)
    ]
    return Line(
        indicator=indicator,
        tier=tier,
        label=label,
        name=capital(publication.indicators[indicator].name),
        points=tuple(
            Point(
                year=fact.year,
                value=fact.number,
                unit=fact.unit,
                precision=fact.precision,
                label=words.value(fact, decimals, short=True),
                text=words.value(fact, decimals),
                words=fact.words,
                emphasised=emphasised and (not asked_years or fact.year in asked_years),
            )
            for fact in facts
        ),
        emphasised=emphasised,
        remark=capital("; ".join(dict.fromkeys(remarks))),
    )


def _asked_title(
    publication: Publication, lines: tuple[Line, ...], asked_years: tuple[int, ...], words: Words
) -> str:
    """A title about the one series that was asked about; empty where there were several."""
    asked = [line for line in lines if line.emphasised]
    if len(asked) != 1:
        return ""
    line = asked[0]
    points = [point for point in line.points if point.emphasised and point.value is not None]
    common = {
        "name": capital(publication.indicators[line.indicator].short),
        "tier": publication.tiers[line.tier].name,
    }
    if len(points) == 1:
        return words.titles.value.format(**common, year=points[0].year, value=points[0].text)
    if not points:
        return ""
    before, after = points[0], points[-1]
    reading = _reading(publication, line, after.year, before.year)
    if reading and (len(points) == 2 or not asked_years):
        return words.titles.reading.format(**common, year=after.year, reading=reading.text)
    if len(points) == 2:
        return words.titles.change.format(
            **common,
            year=after.year,
            value=after.text,
            other_year=before.year,
            other_value=before.text,
        )
    if len(lines) == 1 or asked_years:
        return ""
    return words.titles.trend.format(**common, first=before.year, last=after.year)


def _reading(publication: Publication, line: Line, year: int, other_year: int) -> Reading | None:
    return next(
        (
            reading
            for reading in publication.readings
            if (reading.indicator, reading.tier, reading.year, reading.other_year)
            == (line.indicator, line.tier, year, other_year)
        ),
        None,
    )


def _reasons(publication: Publication, request: ChartRequest, words: Words) -> Chart:
    names = list(dict.fromkeys(request.indicators))
    lists = {name: publication.reasons_of(name) for name in names}
    headings = [words.titles.reasons.format(name=publication.indicators[n].name) for n in names]
    rows = [reason for reasons in lists.values() for reason in reasons]
    one = len(names) == 1
    if not one:
        headings = [capital(publication.indicators[name].name) for name in names]
    members = publication.tiers[rows[0].tier].members
    return Chart(
        words=words,
        form="reasons",
        title=headings[0] if one else words.titles.several_reasons,
        subtitle=capital(f"{members} ({rows[0].year})"),
        lines=(),
        years=(),
        asked_years=(),
        rankings=tuple(
            Ranking("" if one else heading, tuple((r.rank, capital(r.text)) for r in reasons))
            for heading, reasons in zip(headings, lists.values(), strict=True)
        ),
        known=(),
        unknown=_unprinted(publication, names, words),
        notes=(),
        source=_source(publication, words, [], [reason.page for reason in rows]),
    )


def _subject(publication: Publication, request: ChartRequest, words: Words) -> Chart:
    """Numbers (or words) that are in no figure, each for the asked or else the latest year."""
    names = list(dict.fromkeys(request.indicators))
    facts = [_latest(publication, name, request) for name in names]
    indicators = [publication.indicators[name] for name in names]
    lines = tuple(
        _line(publication, [fact], words, label=capital(indicator.short))
        for fact, indicator in zip(facts, indicators, strict=True)
    )
    tier, year = publication.tiers[facts[0].tier], facts[0].year
    form: Form = "words"
    if facts[0].value is None:
        form = "card"
    elif len(facts) == 1 and facts[0].precision == "exact":
        form = "number"
    subject = words.join([indicator.short for indicator in indicators])
    return Chart(
        words=words,
        form=form,
        title=words.titles.subject.format(name=capital(subject), tier=tier.name, year=year),
        subtitle=capital(f"{tier.members} ({year})"),
        lines=lines,
        years=(year,),
        asked_years=(),
        rankings=(),
        known=tuple(
            _sentence(
                indicator.statement.format(
                    year=year,
                    members=tier.members,
                    tier=tier.name,
                    value=_wording(line.points[-1], words),
                    reasons="",
                )
            )
            for line, indicator in zip(lines, indicators, strict=True)
        ),
        unknown=_unprinted(publication, names, words),
        notes=_notes(form, lines, "", words),
        source=_source(
            publication,
            words,
            [fact.figure for fact in facts if fact.figure],
            [fact.page for fact in facts],
        ),
    )


def _latest(publication: Publication, indicator: str, request: ChartRequest) -> Fact:
    tiers = publication.tiers_of(indicator)
    tier = next((t for t in (*request.tiers, publication.default_tier) if t in tiers), tiers[0])
    facts = facts_of(publication, indicator, tier)
    return next((fact for fact in facts if fact.year in request.years), facts[-1])


def _unprinted(publication: Publication, names: list[str], words: Words) -> str:
    parts = dict.fromkeys(publication.indicators[name].unprinted for name in names)
    named = [part for part in parts if part]
    return words.unprinted.format(parts=words.join(named)) if named else ""


def _notes(form: Form, lines: tuple[Line, ...], measured: str, words: Words) -> tuple[str, ...]:
    points = [point for line in lines for point in line.points if point.value is not None]
    precisions = {point.precision for point in points}
    # Labels beside marks leave out any unit but %.
    notes = [
        words.notes.unit.format(unit=unit)
        for unit in sorted({point.unit for point in points})
        if form in DRAWN and unit != "%" and unit not in measured.lower()
    ]
    if "approximate" in precisions and form != "card":
        notes.append(words.notes.approximate)
    if form == "words":
        notes += [getattr(words.notes, each) for each in sorted(BOUNDS & precisions)]
    if form == "number" and points and points[0].unit == "%":
        notes.append(words.notes.waffle)
    return tuple(notes)


def _source(publication: Publication, words: Words, figures: list[str], pages: list[int]) -> str:
    numbers = list(dict.fromkeys(figures))
    place = [words.figure.format(figure=words.join(numbers))] if numbers else []
    place.append(words.page.format(page=words.join([str(p) for p in sorted(set(pages))])))
    return words.source.format(source=publication.source, place=", ".join(place))


def _in_words(line: Line, words: Words) -> str:
    points = [
        words.description.point.format(value=_wording(point, words), year=point.year)
        for point in line.points
        if point.value is not None
    ]
    if not points:
        return ""
    return words.description.series.format(name=line.label, points=", ".join(points))


def _wording(point: Point, words: Words) -> str:
    """A value in a sentence, as the source words it where it gives no number."""
    if point.words and point.precision != "exact":
        return words.in_words.format(words=point.words, value=point.text)
    return point.text


def _ranked(ranking: Ranking) -> str:
    return "; ".join(f"{rank}. {text}" for rank, text in ranking.items)


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"(?<=[.!?]) +(?=[A-ZÀ-Ý‘“])", text) if part)


def _sentence(text: str) -> str:
    return text if text[-1:] in ".!?" else f"{text}."


def capital(text: str) -> str:
    """The text with a capital; Dutch writes "Eén" for "één"."""
    return ("E" if text.startswith("één") else text[:1].upper()) + text[1:]
