"""What the bot says to an interpreted question: looks up the facts and puts them into sentences.

Every number in a sentence comes from a :class:`~bot.data.Fact`, or is arithmetic on facts that the
sentence itself calls a calculation. The wording is in ``intents/common/replies.yaml`` and, for
subjects, in the publication's ``indicators.csv``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from bot.answer import Answer, ChartRequest, Choice, Status
from bot.claims import judge
from bot.conversation import Conversation
from bot.data import Fact, Indicator, Publication, Reading
from bot.interpret import Interpretation, Outcome
from bot.language import Language, references

Key = tuple[str, str, int]
_COMPARING = frozenset({"trend", "compare", "difference", "extreme"})


@dataclass
class Draft:
    """An answer in the making."""

    status: Status = Status.ANSWERED
    before: list[str] = field(default_factory=list)
    """What is said first: that it is not exactly what was asked, or yes or no."""
    body: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    verdict: bool | None = None
    figure: str | None = None
    show: bool = False
    chart: bool = True
    choices: tuple[Choice, ...] = ()
    keep: bool = True
    """Whether the conversation goes on from here."""
    options: tuple[str, ...] = ()

    def partly(self, sentence: str) -> None:
        """Say that the answer is not exactly what was asked."""
        self.status = Status.PARTIAL
        if sentence not in self.before:
            self.before.append(sentence)

    def state(self, facts: Iterable[Fact]) -> None:
        """Note facts that the body states."""
        self.facts += [fact for fact in facts if fact not in self.facts]


class Replier:
    """Answers interpreted questions. Holds no state."""

    def __init__(self, language: Language, examples: Callable[[Publication], list[str]]) -> None:
        self._say = language.replies.say
        self._language = language
        self._examples = examples
        self._topic_concepts = frozenset(c for p in language.topic_patterns for c in p.concepts)
        self._handlers: dict[str, Callable[[Interpretation], Draft]] = {
            "value": self._value,
            "trend": self._trend,
            "difference": self._compare,
            "compare": self._compare,
            "extreme": self._extreme,
            "claim": self._claim,
            "why": self._why,
            "forecast": self._forecast,
            "opinion": self._refuse,
            "advice": self._refuse,
            "significance": self._significance,
            "figure": self._figure,
            "chart": self._chart,
            "about": self._about,
            "social": self._social,
        }

    def reply(self, found: Interpretation, question: str, before: Conversation) -> Answer:
        """The answer to an interpreted question."""
        draft = self._draft(found)
        return self._finish(draft, found, question, before)

    def _draft(self, found: Interpretation) -> Draft:
        outcomes: dict[Outcome, Callable[[Interpretation], Draft]] = {
            Outcome.ASK_BACK: self._ask_back,
            Outcome.NO_SUBJECT: self._no_subject,
            Outcome.ELSEWHERE: self._elsewhere,
            Outcome.FOREIGN: self._foreign,
            Outcome.EMPTY: self._empty,
        }
        if found.outcome in outcomes:
            return outcomes[found.outcome](found)
        found = self._explained_share(found)
        if found.handler in _COMPARING and self._claims(found):
            draft = self._claim(found)
            if draft.verdict is not None:
                return draft
        return self._handlers[found.handler](found)

    def _explained_share(self, found: Interpretation) -> Interpretation:
        """A number with a list of reasons is about the share that the reasons explain."""
        checks = self._language.subjects[found.publication.name].checks
        shares = [checks[i].about for i in found.indicators if i in checks and checks[i].about]
        numbers = any(c.kind in ("percent", "points", "factor") for c in found.claims)
        if not (shares and numbers):
            return found
        return replace(found, indicators=(*shares, *found.indicators))

    @staticmethod
    def _claims(found: Interpretation) -> bool:
        """Whether a comparison is said rather than asked: "minder dan in 2020, toch"."""
        if "ja_nee" in found.cues and not found.cues & {"hoeveel", "waarom", "precies_getal"}:
            return True
        asked = found.cues & {
            "hoeveel",
            "percentage",
            "precies_getal",
            "wanneer",
            "welke_laag",
            "welke_vorm",
            "waarom",
            "trend",
            "vergelijk_vraag",
        }
        said = found.cues & {
            "omhoog",
            "omlaag",
            "meer",
            "minder",
            "gelijk",
            "klopt",
            "ja_nee",
            "factor",
        }
        return bool(said) and (not asked or "klopt" in found.cues)

    # Values -------------------------------------------------------------------------------

    def _value(self, found: Interpretation) -> Draft:
        draft = Draft()
        self._limits(draft, found)
        facts = self._look_up(
            draft, found, found.indicators, self._tiers(found), self._years(found)
        )
        negating = references(self._language.subjects[found.publication.name].negating)
        complement = bool(found.cues & {"niet", "rest"} or negating & found.concepts)
        if complement and all(f.value is not None for f in facts):
            self._say_complement(draft, found, facts)
        else:
            self._say_facts(draft, found, facts)
        return draft

    def _limits(self, draft: Draft, found: Interpretation) -> None:
        """What the question asks beyond what the source holds."""
        if found.function:
            draft.partly(self._say["function"])
        elif found.breakdown:
            draft.partly(self._say["breakdown"])
        if "optellen" in found.cues and len(found.indicators) > 1:
            draft.partly(self._say["no_adding"])
        if "aantal" in found.cues:
            draft.partly(self._say["count"])
        publication = found.publication
        wants_number = found.cues & {"hoeveel", "percentage", "precies_getal"}
        details = self._language.subjects[publication.name].details
        for indicator in found.indicators:
            spec = publication.indicators[indicator]
            detail = details.get(indicator)
            asked_detail = (
                detail is not None
                and bool(references(detail.of) & found.concepts)
                and not references(detail.unless) & found.concepts
            )
            fuzzy = spec.kind != "share" and wants_number and not self._asks_words(found, spec)
            if fuzzy or (spec.kind == "share" and spec.unprinted and "precies_getal" in found.cues):
                draft.partly(self._say["no_percentage"])
            elif asked_detail and (wants_number or spec.kind == "words") and spec.unprinted:
                draft.partly(self._say["no_details"].format(unprinted=spec.unprinted))

    @staticmethod
    def _asks_words(found: Interpretation, spec: Indicator) -> bool:
        if spec.kind == "reasons":
            return not found.cues & {"percentage", "precies_getal"}
        return bool(found.cues & {"omhoog", "omlaag", "veranderd"})

    def _tiers(self, found: Interpretation) -> list[str]:
        return list(found.tiers) or [found.publication.default_tier]

    def _years(self, found: Interpretation) -> list[int]:
        return list(found.years) or [found.publication.years[-1]]

    def _look_up(
        self,
        draft: Draft,
        found: Interpretation,
        indicators: Sequence[str],
        tiers: Sequence[str],
        years: Sequence[int],
    ) -> list[Fact]:
        """The facts asked for; where one is missing, says so and gives the nearest."""
        publication = found.publication
        facts: list[Fact] = []
        if found.current:
            draft.partly(
                self._say["unmeasured_current"].format(
                    years=self._join(map(str, publication.years)), latest=publication.years[-1]
                )
            )
        for indicator in indicators:
            available = publication.tiers_of(indicator)
            wanted = [tier for tier in tiers if tier in available]
            for tier in tiers:
                if tier not in available:
                    self._say_tier_missing(draft, publication, indicator, tier, available)
            for tier in wanted or available[:1]:
                for year in years:
                    facts += self._at(draft, publication, indicator, tier, year)
        return list(dict.fromkeys(facts))

    def _say_tier_missing(
        self,
        draft: Draft,
        publication: Publication,
        indicator: str,
        tier: str,
        available: list[str],
    ) -> None:
        draft.partly(
            self._say["tier_missing"].format(
                name=publication.indicators[indicator].short,
                tier=publication.tiers[tier].name,
                other=self._join(publication.tiers[t].name for t in available),
            )
        )

    def _at(
        self, draft: Draft, publication: Publication, indicator: str, tier: str, year: int
    ) -> list[Fact]:
        fact = publication.fact(indicator, tier, year)
        if fact is not None:
            return [fact]
        printed = publication.years_of(indicator, tier)
        earlier = [y for y in printed if y < year]
        later = [y for y in printed if y > year]
        if year in publication.years:
            names = {
                "name": publication.indicators[indicator].short,
                "tier": publication.tiers[tier].name,
                "year": year,
            }
            draft.partly(self._say["not_printed"].format(**names))
            distance = min(abs(y - year) for y in printed)
            near = [y for y in printed if abs(y - year) == distance]
        else:
            draft.partly(self._say["unmeasured"].format(year=year))
            near = [*earlier[-1:], *later[:1]]
            if len(draft.before) == 1 and len(near) > 1:
                draft.before[0] += " " + self._say["nearest"]
        found = [publication.fact(indicator, tier, y) for y in near]
        return [f for f in found if f is not None]

    # Sentences for facts ------------------------------------------------------------------

    def _say_facts(self, draft: Draft, found: Interpretation, facts: list[Fact]) -> None:
        publication = found.publication
        draft.state(facts)
        for group in self._groups(facts):
            if len(group) == 1 or group[0].value is None:
                draft.body += [self._statement(publication, fact) for fact in group]
            else:
                draft.body.append(self._listed(publication, group))

    def _groups(self, facts: list[Fact]) -> list[list[Fact]]:
        """Facts that go into one sentence: they differ in year, in tier, or in indicator only."""
        years: dict[tuple[str, str], list[Fact]] = {}
        for fact in facts:
            years.setdefault((fact.indicator, fact.tier), []).append(fact)
        rows = list(years.values())
        if all(len(row) == 1 for row in rows) and len(rows) > 1:
            singles = [row[0] for row in rows]
            same_year = len({f.year for f in singles}) == 1 and all(
                f.value is not None for f in singles
            )
            if same_year and len({f.indicator for f in singles}) == 1:
                return [singles]
        return rows

    def _listed(self, publication: Publication, facts: list[Fact]) -> str:
        first = facts[0]
        short = publication.indicators[first.indicator].short
        if len({f.tier for f in facts}) > 1:
            items = [
                self._say["tier_item"].format(
                    value=self.value(f), tier=publication.tiers[f.tier].name
                )
                for f in facts
            ]
            return self._say["tiers"].format(
                Name=_capital(short),
                year=first.year,
                measure=publication.measure,
                list=self._join(items),
            )
        items = [self._say["year_item"].format(value=self.value(f), year=f.year) for f in facts]
        return self._say["years"].format(
            Name=_capital(short),
            tier=publication.tiers[first.tier].name,
            measure=publication.measure,
            list=self._join(items),
        )

    def _statement(
        self, publication: Publication, fact: Fact, template: str = "", value: str = ""
    ) -> str:
        spec = publication.indicators[fact.indicator]
        tier = publication.tiers[fact.tier]
        reasons = [
            self._say["reason_item"].format(rank=r.rank, text=r.text)
            for r in publication.reasons_of(fact.indicator)
        ]
        text = (template or spec.statement).format(
            year=fact.year,
            value=value or self.value(fact),
            members=tier.members,
            tier=tier.name,
            reasons="; ".join(reasons),
        )
        return f"{text}. {spec.note}".strip() if not template else f"{text}."

    def _say_complement(self, draft: Draft, found: Interpretation, facts: list[Fact]) -> None:
        draft.state(facts)
        for fact in facts:
            spec = found.publication.indicators[fact.indicator]
            if not spec.complement or fact.value is None:
                draft.body.append(self._statement(found.publication, fact))
                continue
            if fact.precision == "bound":
                rest = self._say["more_than_half"]
            else:
                rest = self._number(100 - fact.value, fact.unit)
                if fact.precision == "approximate":
                    rest = f"ongeveer {rest}"
            draft.body.append(self._statement(found.publication, fact, spec.complement, rest))
            draft.body.append(self._say["calculated"].format(value=self.value(fact)))

    def value(self, fact: Fact) -> str:
        """A fact's value in a sentence: "47%", "drie op de tien (ongeveer 30%)"."""
        if fact.value is None:
            return ""
        if fact.precision == "bound":
            return fact.words
        number = self._number(fact.value, fact.unit)
        if fact.precision == "approximate":
            return self._say["approximate"].format(words=fact.words, number=number)
        return number

    def _number(self, value: float, unit: str) -> str:
        number = dutch_number(value)
        if unit == "%":
            return self._say["percent"].format(number=number)
        return self._say["unit"].format(number=number, unit=unit)

    def _join(self, parts: Iterable[str]) -> str:
        items = list(parts)
        if len(items) < 2:
            return "".join(items)
        return ", ".join(items[:-1]) + self._say["and"] + items[-1]

    # Change and difference ----------------------------------------------------------------

    def _trend(self, found: Interpretation) -> Draft:
        draft = Draft()
        if found.function or found.breakdown:
            self._limits(draft, found)
        publication = found.publication
        indicators = found.indicators
        if any(publication.indicators[i].kind != "share" for i in indicators):
            self._limits(draft, found)
            years = [y for y in found.years if y == publication.years[-1]] or [
                publication.years[-1]
            ]
            facts = self._look_up(draft, found, indicators, self._tiers(found), years)
            self._say_facts(draft, found, facts)
            return draft
        tiers = self._tiers(found)
        for indicator in indicators:
            available = publication.tiers_of(indicator)
            for tier in tiers:
                if tier not in available:
                    self._say_tier_missing(draft, publication, indicator, tier, available)
            for tier in [t for t in tiers if t in available] or available[:1]:
                self._say_trend(draft, found, indicator, tier, len(tiers) * len(indicators))
        return draft

    def _span(self, found: Interpretation) -> tuple[int, int]:
        years = found.publication.years
        if not found.years:
            return years[0], years[-1]
        if len(found.years) == 1:
            year = found.years[0]
            return (year, years[-1]) if year < years[-1] else (years[max(0, len(years) - 2)], year)
        return min(found.years), max(found.years)

    def _say_trend(
        self, draft: Draft, found: Interpretation, indicator: str, tier: str, series: int
    ) -> None:
        publication = found.publication
        printed = publication.years_of(indicator, tier)
        first, last = self._span(found)
        change_only = (
            not found.years
            and found.cues & {"omhoog", "omlaag", "gelijk", "veranderd"}
            and not found.cues & {"trend", "sinds"}
        )
        names = {
            "name": publication.indicators[indicator].short,
            "tier": publication.tiers[tier].name,
        }
        for year in (first, last):
            if year not in publication.years:
                draft.partly(self._say["unmeasured"].format(year=year))
        if found.current:
            draft.partly(
                self._say["unmeasured_current"].format(
                    years=self._join(map(str, publication.years)), latest=publication.years[-1]
                )
            )
        inside = [y for y in printed if first <= y <= last]
        near_first = (
            first
            if first in printed
            else next((y for y in reversed(printed) if y <= first), printed[0])
        )
        near_last = (
            last if last in printed else next((y for y in printed if y >= last), printed[-1])
        )
        inside = sorted({*inside, near_first, near_last})
        if len(printed) == 1:
            draft.partly(self._say["one_point"])
        elif (first in publication.years and first not in printed and not change_only) or (
            last in publication.years and last not in printed
        ):
            draft.partly(self._say["not_printed_trend"].format(**names))
        points = inside if series < 3 and len(inside) <= 8 else [inside[0], inside[-1]]
        facts = [f for y in points if (f := publication.fact(indicator, tier, y)) is not None]
        self._say_facts(draft, found, facts)
        if len(facts) > 1:
            self._say_reading(draft, publication, facts[-1], facts[0])

    def _reading(self, publication: Publication, new: Fact, old: Fact) -> Reading | None:
        for reading in publication.readings:
            if (reading.indicator, reading.tier, reading.year) != new.key:
                continue
            if new.tier == old.tier and reading.other_year == old.year:
                return reading
            if new.tier != old.tier and new.year == old.year and reading.other_tier == old.tier:
                return reading
        return None

    def _say_reading(self, draft: Draft, publication: Publication, new: Fact, old: Fact) -> None:
        reading = self._reading(publication, new, old)
        if reading is not None:
            draft.readings.append(reading)
            sentence = self._say["reading"].format(text=reading.text)
            if sentence not in draft.body:
                draft.body.append(sentence)

    def _compare(self, found: Interpretation) -> Draft:
        draft = Draft()
        publication = found.publication
        self._limits(draft, replace(found, cues=found.cues - {"hoeveel"}))
        indicators, tiers, years = self._dimensions(found)
        if any(publication.indicators[i].kind != "share" for i in indicators):
            facts = self._look_up(
                draft, found, indicators, tiers[:1] if not found.tiers else tiers, years
            )
            if found.cues & {"hoeveel", "percentage", "verschil", "factor"} and not draft.before:
                draft.partly(self._say["no_percentage"])
            if (
                draft.before
                and set(tiers) > {publication.default_tier}
                and self._tier_reading(publication, indicators, tiers)
            ):
                draft = Draft()
            draft.facts = []
            self._say_facts(draft, found, facts)
            return draft
        facts = self._look_up(draft, found, indicators, tiers, years)
        tier_reading = self._tier_reading(publication, indicators, tiers)
        if (
            tier_reading is not None
            and draft.before
            and not found.cues & {"verschil", "factor", "hoeveel", "percentage"}
        ):
            draft = Draft()
        self._say_facts(draft, found, facts)
        if tier_reading is not None and len(facts) == 1:
            draft.body.append(self._say["reading"].format(text=tier_reading.text))
            draft.readings.append(tier_reading)
            return draft
        exact = [f for f in facts if f.precision == "exact" and f.value is not None]
        if len(exact) == 2:
            self._say_difference(draft, publication, exact, factor="factor" in found.cues)
        elif len(exact) > 2:
            for other in exact[1:]:
                self._say_reading(draft, publication, exact[0], other)
        return draft

    @staticmethod
    def _tier_reading(
        publication: Publication, indicators: Sequence[str], tiers: Sequence[str]
    ) -> Reading | None:
        return next(
            (
                r
                for r in publication.readings
                if r.indicator in indicators
                and r.other_tier in tiers
                and len(publication.tiers_of(r.indicator)) == 1
            ),
            None,
        )

    def _dimensions(self, found: Interpretation) -> tuple[list[str], list[str], list[int]]:
        """What is compared with what."""
        publication = found.publication
        indicators = list(found.indicators)
        tiers = self._tiers(found)
        years = self._years(found)
        latest = publication.years[-1]
        if found.period and len(found.years) == 2:
            return indicators, tiers, sorted(years)
        if len(indicators) > 1 or len(tiers) > 1 or len(years) > 1:
            return indicators, tiers, sorted(years)
        if found.cues & {"alle_lagen", "welke_laag"}:
            return indicators, list(publication.tiers), years
        if found.years:
            other = latest if years[0] != latest else publication.years[-2]
            return indicators, tiers, sorted({years[0], other})
        if (
            found.tiers
            and tiers[0] != publication.default_tier
            and found.cues & {"vergelijk", "verschil", "meer", "minder", "gelijk"}
        ):
            return indicators, [publication.default_tier, *tiers], years
        if found.cues & {"omhoog", "omlaag", "veranderd", "verschil", "meer", "minder", "gelijk"}:
            return indicators, tiers, [publication.years[-2], latest]
        if "vergelijk" in found.cues and len(publication.tiers_of(indicators[0])) > 1:
            return indicators, list(publication.tiers), years
        return indicators, tiers, years

    def _say_difference(
        self, draft: Draft, publication: Publication, facts: list[Fact], *, factor: bool
    ) -> None:
        old, new = facts
        if old.value is None or new.value is None or old.unit != new.unit:
            return
        gap = abs(new.value - old.value)
        reading = self._reading(publication, new, old) or self._reading(publication, old, new)
        if factor and min(old.value, new.value) > 0:
            times = max(old.value, new.value) / min(old.value, new.value)
            draft.body.append(self._say["factor"].format(factor=dutch_number(round(times, 1))))
        if gap:
            key = "points" if new.unit == "%" else "points_unit"
            points = self._say[key].format(number=dutch_number(gap), unit=new.unit)
            draft.body.append(self._say["difference"].format(points=points))
        elif reading is None:
            draft.body.append(self._say["no_difference"])
        if reading is not None:
            draft.readings.append(reading)
            draft.body.append(self._say["reading"].format(text=reading.text))
        else:
            draft.body.append(self._say["no_conclusion"])

    def _extreme(self, found: Interpretation) -> Draft:
        draft = Draft()
        publication = found.publication
        if found.function or found.breakdown:
            return self._value(found)
        highest = "laagste" not in found.cues and not (
            "minder" in found.cues and "hoogste" not in found.cues
        )
        dimension = self._extreme_dimension(found)
        single = all(
            len(publication.years_of(i, t)) == 1
            for i in found.indicators
            for t in publication.tiers_of(i)
        )
        if dimension == "years" and single and "wanneer" not in found.cues:
            return self._value(found)
        if any(publication.indicators[i].kind != "share" for i in found.indicators):
            return self._value(found)
        if dimension == "indicators":
            facts = self._look_up(
                draft, found, found.indicators, self._tiers(found)[:1], self._years(found)
            )
        elif dimension == "tiers":
            tiers = list(found.tiers) if len(found.tiers) > 1 else list(publication.tiers)
            if len(publication.tiers_of(found.indicators[0])) == 1:
                tier = publication.tiers_of(found.indicators[0])[0]
                draft.partly(self._say["one_tier"].format(tier=publication.tiers[tier].name))
                tiers = [tier]
            facts = self._look_up(draft, found, found.indicators[:1], tiers, self._years(found)[:1])
        else:
            facts = self._series(draft, found)
        known = [f for f in facts if f.value is not None]
        if len(known) < 2:
            self._say_facts(draft, found, facts)
            return draft
        best = (max if highest else min)(f.value or 0 for f in known)
        winners = [f for f in known if f.value == best]
        draft.state(winners)
        key = ("highest" if highest else "lowest") + {
            "indicators": "_topic",
            "tiers": "_tier",
            "years": "_year",
        }[dimension]
        first = winners[0]
        draft.body.append(
            _capital(publication.indicators[first.indicator].name)
            + ": "
            + _uncapital(
                self._say[key].format(
                    tier=self._join(dict.fromkeys(publication.tiers[f.tier].name for f in winners)),
                    year=self._join(dict.fromkeys(str(f.year) for f in winners)),
                    name=self._join(
                        dict.fromkeys(publication.indicators[f.indicator].short for f in winners)
                    ),
                    value=self.value(first),
                )
            )
            if dimension != "indicators"
            else self._say[key].format(
                tier=publication.tiers[first.tier].name,
                year=first.year,
                name=self._join(
                    dict.fromkeys(publication.indicators[f.indicator].short for f in winners)
                ),
                value=self.value(first),
            )
        )
        if dimension != "years":
            others = [f for f in known if f not in winners]
            self._say_facts(draft, found, others)
        return draft

    @staticmethod
    def _extreme_dimension(found: Interpretation) -> str:
        if len(found.indicators) > 1 or "welke_vorm" in found.cues:
            return "indicators"
        if "wanneer" in found.cues:
            return "years"
        if found.cues & {"welke_laag", "alle_lagen"} or len(found.tiers) > 1:
            return "tiers"
        if len(found.years) == 1 and not found.tiers and not found.period:
            return "tiers"
        return "years"

    def _series(self, draft: Draft, found: Interpretation) -> list[Fact]:
        publication = found.publication
        indicator = found.indicators[0]
        available = publication.tiers_of(indicator)
        tier = self._tiers(found)[0]
        if tier not in available:
            self._say_tier_missing(draft, publication, indicator, tier, available)
            tier = available[0]
        printed = publication.years_of(indicator, tier)
        if len(found.years) > 1:
            low, high = min(found.years), max(found.years)
            wanted = (
                [y for y in printed if low <= y <= high]
                if found.period
                else [y for y in printed if y in found.years]
            )
            printed = tuple(wanted) or printed
        if len(printed) == 1:
            draft.partly(self._say["one_point"])
        elif set(printed) < set(publication.years) and len(found.years) < 2:
            draft.partly(
                self._say["not_printed_trend"].format(
                    name=publication.indicators[indicator].short, tier=publication.tiers[tier].name
                )
            )
            facts = [publication.fact(indicator, tier, y) for y in printed]
            return [f for f in facts if f is not None]
        facts = [publication.fact(indicator, tier, y) for y in printed]
        return [f for f in facts if f is not None]

    # Claims -------------------------------------------------------------------------------

    def _claim(self, found: Interpretation) -> Draft:
        publication = found.publication
        if found.function or found.breakdown:
            draft = self._value(replace(found, cues=found.cues & {"aantal"}))
            draft.verdict = None
            return draft
        judged = judge(found, self._language, publication)
        if judged is None:
            draft = self._value(replace(found, cues=found.cues - {"hoeveel", "percentage", "niet"}))
            directed = found.cues & {"omhoog", "omlaag", "veranderd", "trend"}
            if directed and all(
                len(publication.years_of(i, t)) == 1 and publication.indicators[i].kind == "share"
                for i in found.indicators
                for t in publication.tiers_of(i)[:1]
            ):
                draft.partly(self._say["one_point"])
            asked = found.cues & {"hoeveel", "percentage"}
            if draft.status is Status.ANSWERED and found.cues & {"klopt"} and not asked:
                draft.partly(self._say["claim_open"])
            return draft
        draft = Draft()
        if judged.missing:
            facts = self._look_up(
                draft,
                found,
                found.indicators,
                self._tiers(found),
                list(judged.years) or self._years(found),
            )
            self._say_facts(draft, found, facts)
            return draft
        draft.verdict = judged.verdict
        if judged.verdict is None:
            draft.partly(self._say["claim_unknown"])
        else:
            draft.before.append(self._say["claim_true" if judged.verdict else "claim_false"])
        facts = [f for key in judged.keys if (f := publication.fact(*key)) is not None]
        self._say_facts(draft, found, facts)
        if judged.complement and len(facts) == 1:
            draft.body.clear()
            self._say_complement(draft, found, facts)
        if len(facts) == 2:
            exact = [f for f in facts if f.precision == "exact"]
            if len(exact) == 2 and exact[0].indicator == exact[1].indicator:
                self._say_difference(
                    draft, publication, exact, factor=any(c.kind == "factor" for c in found.claims)
                )
        for reading in judged.readings:
            sentence = self._say["reading"].format(text=reading.text)
            if sentence not in draft.body:
                draft.body.append(sentence)
        return draft

    # Beyond the source --------------------------------------------------------------------

    def _why(self, found: Interpretation) -> Draft:
        directed = found.cues & {
            "omhoog",
            "omlaag",
            "meer",
            "minder",
            "gelijk",
            "veranderd",
            "verschil",
            "hoogste",
            "laagste",
        }
        numbers = [c for c in found.claims if c.kind not in ("majority", "rank")]
        if not found.indicators or not (numbers or directed):
            return self._refuse(found)
        cues = found.cues - {"waarom", "reden"}
        return self._with_what_is_known(found, cues, "no_cause")

    def _with_what_is_known(self, found: Interpretation, cues: frozenset[str], key: str) -> Draft:
        directed = cues & {"omhoog", "omlaag", "meer", "minder", "gelijk", "veranderd", "verschil"}
        if directed:
            draft = self._compare(replace(found, cues=cues - {"hoeveel", "verschil"}))
        else:
            draft = self._value(replace(found, cues=cues & {"aantal"}))
        draft.verdict = None
        draft.status = Status.PARTIAL
        draft.before.insert(0, self._say[key])
        return draft

    def _forecast(self, found: Interpretation) -> Draft:
        if found.indicators and any(y > found.publication.years[-1] for y in found.years):
            draft = self._value(replace(found, cues=frozenset()))
            draft.before.insert(0, self._say["no_forecast"])
            return draft
        return self._refuse(found)

    def _refuse(self, found: Interpretation) -> Draft:
        key = {"advice": "advice", "forecast": "forecast", "opinion": "opinion"}.get(
            found.handler, "why"
        )
        first = self._examples(found.publication)[0]
        return Draft(Status.NOT_COVERED, body=[self._say[key].format(first=first)], chart=False)

    def _significance(self, found: Interpretation) -> Draft:
        if not found.indicators:
            return self._no_subject(found)
        return self._with_what_is_known(
            found,
            found.cues - {"significant"} | {"verschil"} if len(found.years) != 1 else found.cues,
            "no_test",
        )

    # Figures ------------------------------------------------------------------------------

    def _figure(self, found: Interpretation) -> Draft:
        publication = found.publication
        wanted = found.figure or ""
        same = [
            f.id for f in publication.figures.values() if str(f.number) == wanted and f.id != wanted
        ]
        if wanted not in publication.figures and same:
            text = self._say["which_figure"].format(number=wanted)
            choices = tuple(self._figure_choice(publication, name) for name in same)
            return Draft(
                Status.CLARIFY,
                body=[text],
                choices=choices,
                chart=False,
                options=tuple(c.question for c in choices),
            )
        if wanted not in publication.figures:
            text = self._say["no_figure"].format(
                figure=wanted, list=self._join(publication.figures)
            )
            return Draft(Status.NOT_COVERED, body=[text], chart=False)
        return self._shown(found, wanted)

    def _figure_choice(self, publication: Publication, name: str) -> Choice:
        title = publication.figures[name].title
        label = self._say["which_figure_option"].format(figure=name, title=title)
        return Choice(label, self._language.replies.suggestions["figure"].format(figure=name))

    def _shown(self, found: Interpretation, name: str) -> Draft:
        publication = found.publication
        figure = publication.figures[name]
        printed = figure.printed in ("all", "some", "text")
        draft = Draft(Status.ANSWERED if printed else Status.PARTIAL, figure=name, show=True)
        title = self._say["figure"].format(figure=name, title=figure.title)
        draft.body.append(
            title
            if printed
            else self._say["figure_unprinted"].format(
                figure=name, title=figure.title, unknown=figure.unknown
            )
        )
        facts = []
        for series in publication.figure_series(name):
            years = publication.years_of(series.indicator, series.tier)
            fact = publication.fact(series.indicator, series.tier, years[-1]) if years else None
            facts += [fact] if fact else []
        if len(facts) > 1 and all(f.value is not None for f in facts):
            items = [
                f"{s.label.lower()} {self.value(f)}"
                for s, f in zip(publication.figure_series(name), facts, strict=False)
            ]
            draft.body.append(
                self._say["years"].format(
                    Name=str(facts[0].year),
                    tier=publication.tiers[publication.default_tier].name,
                    measure=publication.measure,
                    list=self._join(items),
                )
                if False
                else f"{facts[0].year}: {self._join(items)}."
            )
            draft.state(facts)
        else:
            self._say_facts(draft, found, facts)
        return draft

    def _chart(self, found: Interpretation) -> Draft:
        publication = found.publication
        if not found.indicators:
            listed = self._join(publication.figures)
            return Draft(
                Status.CLARIFY, body=[self._say["which_chart"].format(list=listed)], chart=False
            )
        names = [
            f.figure
            for i in found.indicators
            for f in publication.facts
            if f.indicator == i and f.figure is not None
        ]
        if not names:
            draft = self._value(replace(found, cues=found.cues & {"aantal"}))
            draft.show = True
            return draft
        name = (
            max(dict.fromkeys(names), key=names.count)
            if len(set(found.indicators)) > 1
            else names[0]
        )
        draft = self._shown(found, name)
        if found.years or found.tiers:
            inner = self._value(
                replace(
                    found,
                    cues=frozenset(),
                    years=tuple(y for y in found.years if y in publication.years),
                )
            )
            draft.body = [draft.body[0], *inner.body]
            draft.facts = inner.facts
        return draft

    # About the source, small talk, asking back ----------------------------------------------

    def _about(self, found: Interpretation) -> Draft:
        publication = found.publication
        if found.intent.startswith("about:"):
            entry = self._language.about[publication.name][found.intent.rpartition("/")[2]]
            return Draft(
                Status.PARTIAL if entry.partial else Status.ANSWERED,
                body=[entry.reply],
                figure=entry.figure, chart=bool(entry.figure), keep=False
            )
        figures = [
            self._say["about_figure_item"].format(figure=f.id, title=f.title)
            for f in publication.figures.values()
        ]
        text = self._say[found.intent].format(
            title=publication.source,
            years=self._join(map(str, publication.years)),
            latest=publication.years[-1],
            list="; ".join(figures),
            members=publication.tiers[publication.default_tier].members,
        )
        return Draft(body=[text], chart=False, keep=False)

    def _social(self, found: Interpretation) -> Draft:
        first, second, *_ = self._examples(found.publication)
        text = self._say[found.intent].format(
            first=first,
            second=second,
            title=found.publication.title,
            figure=next(iter(found.publication.figures)),
        )
        return Draft(Status.SOCIAL, body=[text], chart=False, keep=False)

    def _ask_back(self, found: Interpretation) -> Draft:
        publication = found.publication
        choices = tuple(
            Choice(publication.indicators[name].short, self._question(publication, name))
            for name in found.options
        )
        return Draft(
            Status.CLARIFY,
            body=[self._say["which_topic"]],
            choices=choices,
            chart=False,
            options=tuple(c.question for c in choices),
        )

    def _question(self, publication: Publication, indicator: str) -> str:
        return publication.indicators[indicator].question

    def _no_subject(self, found: Interpretation) -> Draft:
        example = self._examples(found.publication)[0]
        return Draft(
            Status.CLARIFY, body=[self._say["no_subject"].format(example=example)], chart=False
        )

    def _elsewhere(self, found: Interpretation) -> Draft:
        first, second, *_ = self._examples(found.publication)
        text = self._say["elsewhere"].format(first=first, second=second)
        return Draft(Status.NOT_COVERED, body=[text], chart=False)

    def _empty(self, found: Interpretation) -> Draft:
        first, second, *_ = self._examples(found.publication)
        return Draft(
            Status.NOT_COVERED,
            body=[self._say["empty"].format(first=first, second=second)],
            chart=False,
            keep=False,
        )

    def _foreign(self, found: Interpretation) -> Draft:
        reply = self._language.foreign.languages[found.language].reply
        body = [self._say["foreign"], *([reply] if reply else [])]
        return Draft(Status.NOT_COVERED, body=body, chart=False, keep=False)

    # Finish -------------------------------------------------------------------------------

    def _finish(
        self, draft: Draft, found: Interpretation, question: str, before: Conversation
    ) -> Answer:
        publication = found.publication
        figure = draft.figure or next((f.figure for f in draft.facts if f.figure), None)
        chart = None
        if draft.chart and (figure or draft.facts):
            stated = draft.facts if not draft.show or found.indicators else []
            chart = ChartRequest(
                publication.name,
                figure or "",
                tuple(dict.fromkeys(f.indicator for f in stated)),
                tuple(dict.fromkeys(f.tier for f in stated)),
                tuple(dict.fromkeys(f.year for f in stated)),
            )
        intent = found.intent or found.outcome.value
        if found.outcome is not Outcome.UNDERSTOOD:
            intent = found.outcome.value
        return Answer(
            question=question,
            status=draft.status,
            intent=intent.rpartition("/")[2],
            text=" ".join([*draft.before, *draft.body]),
            source=self._source(draft, publication),
            facts=tuple(draft.facts),
            verdict=draft.verdict,
            figure=figure,
            show_figure=draft.show or "toon" in found.cues and figure is not None,
            chart=chart,
            choices=draft.choices,
            confidence=found.confidence,
            conversation=self._remember(draft, found, before),
        )

    def _source(self, draft: Draft, publication: Publication) -> str:
        places = dict.fromkeys((f.figure, f.page) for f in draft.facts)
        if draft.figure and not places:
            places = {(draft.figure, publication.figures[draft.figure].page): None}
        if not places:
            return ""
        figures = sorted({figure for figure, _ in places if figure})
        pages = sorted({page for _, page in places})
        where = []
        if figures:
            key = "source_figure" if len(figures) == 1 else "source_figures"
            where.append(self._say[key].format(figure=figures[0], figures=self._join(figures)))
        where.append(self._say["source_page"].format(page=self._join(map(str, pages))))
        return self._say["source"].format(where=", ".join(where))

    def _remember(self, draft: Draft, found: Interpretation, before: Conversation) -> Conversation:
        if not draft.keep:
            return before
        if draft.status is Status.CLARIFY:
            return Conversation(
                publication=found.publication.name,
                concepts=tuple(sorted(found.concepts)),
                tiers=found.tiers,
                years=found.years,
                intent="no_subject",
                options=draft.options,
                cues=tuple(sorted(found.cues)),
            )
        if draft.status is Status.NOT_COVERED:
            understood = found.indicators and found.outcome is Outcome.UNDERSTOOD
            return before if understood or not before.indicators else replace(before, stale=True)
        indicators = found.indicators
        if not indicators and found.figure:
            indicators = tuple(
                dict.fromkeys(s.indicator for s in found.publication.figure_series(found.figure))
            )
        concepts = self._topic_concepts & found.concepts
        return Conversation(
            publication=found.publication.name,
            indicators=indicators,
            concepts=tuple(sorted(concepts)),
            tiers=found.tiers,
            years=found.years or tuple(dict.fromkeys(f.year for f in draft.facts if found.current)),
            intent=found.handler,
            cues=tuple(sorted(found.cues)),
            figure=draft.figure or "",
            claims=tuple((c.value, c.kind, c.tolerance, c.comparison) for c in found.claims),
        )


def dutch_number(value: float) -> str:
    """A number as it is written in Dutch: 1.250 and 3,5."""
    text = f"{value:,.1f}" if value != int(value) else f"{int(value):,}"
    return text.replace(",", "_").replace(".", ",").replace("_", ".")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _uncapital(text: str) -> str:
    return text[:1].lower() + text[1:]
