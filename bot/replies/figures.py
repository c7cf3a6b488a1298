"""Answers to "figuur 3" and "laat een grafiek zien van …"."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from bot.answer import Choice, Status
from bot.cues import Cue
from bot.data import Publication
from bot.interpretation import Interpretation
from bot.replies.draft import Draft, asking, plain
from bot.replies.trends import trend
from bot.replies.values import plain_value, value
from bot.replies.wording import Wording

_PRINTED = ("all", "some", "text")
"""Figures of which the source prints numbers."""


def figure(found: Interpretation, wording: Wording) -> Draft:
    """A figure by its number; where several have it, the choice."""
    publication = found.publication
    wanted = found.figure or ""
    if wanted in publication.figures:
        return _shown(found, wanted, wording)
    same = [f.id for f in publication.figures.values() if str(f.number) == wanted]
    if same:
        choices = tuple(_choice(publication, name, wording) for name in same)
        listed = wording.join(
            wording.say("which_figure_item", figure=name, title=publication.figures[name].title)
            for name in same
        )
        return asking(wording.say("which_figure", number=wanted, list=listed), choices)
    if not publication.figures:
        return plain(Status.NOT_COVERED, wording.say("no_figures"))
    listed = wording.join(publication.figures)
    return plain(Status.NOT_COVERED, wording.say("no_figure", figure=wanted, list=listed))


def _choice(publication: Publication, name: str, wording: Wording) -> Choice:
    title = publication.figures[name].title
    label = wording.say("which_figure_option", figure=name, title=title)
    question = wording.language.replies.suggestions["figure"].format(figure=name)
    return Choice(label, question)


def chart(found: Interpretation, wording: Wording) -> Draft:
    """The figure that shows a subject."""
    publication = found.publication
    if not publication.figures and not found.indicators:
        return plain(Status.NOT_COVERED, wording.say("no_figures"))
    if not found.indicators:
        listed = wording.join(publication.figures)
        return asking(wording.say("which_chart", list=listed))
    figures = [f for i in dict.fromkeys(found.indicators) for f in publication.figures_of(i)]
    if not figures:
        draft = plain_value(found, wording)
        draft.show = True
        return draft
    several = len(set(found.indicators)) > 1
    name = Counter(figures).most_common(1)[0][0] if several else figures[0]
    draft = _shown(found, name, wording)
    if found.cues & {Cue.TREND, Cue.EVERY_TIME} and len(found.years) != 1:
        inner = trend(replace(found, cues=found.cues - {Cue.SHOW, Cue.CHART}), wording)
        if all(publication.indicators[i].kind == "share" for i in found.indicators):
            draft.body = [draft.body[0], *inner.before, *inner.body]
            draft.facts = inner.facts
    elif found.years or found.tiers:
        measured = tuple(year for year in found.years if year in publication.years)
        inner = value(replace(found, cues=frozenset(), years=measured), wording)
        draft.body = [draft.body[0], *inner.before, *inner.body]
        if inner.status is Status.PARTIAL:
            draft.status = Status.PARTIAL
        draft.facts = inner.facts
    return draft


def _shown(found: Interpretation, name: str, wording: Wording) -> Draft:
    """A figure with its title, and the latest fact of each of its series."""
    publication = found.publication
    spec = publication.figures[name]
    printed = spec.printed in _PRINTED
    draft = Draft(Status.ANSWERED if printed else Status.PARTIAL, figure=name, show=True)
    kind = "figure" if printed else "figure_unprinted"
    draft.body.append(wording.say(kind, figure=name, title=spec.title, unknown=spec.unknown))
    latest = [
        (series, fact)
        for series in publication.figure_series(name)
        if (years := publication.years_of(series.indicator, series.tier))
        and (fact := publication.fact(series.indicator, series.tier, years[-1]))
    ]
    facts = [fact for _, fact in latest]
    draft.state(facts)
    if len(facts) > 1 and all(fact.value is not None for fact in facts):
        items = (
            wording.say(
                "figure_item",
                label=_in_sentence(series.label, publication),
                value=wording.value(publication, fact),
            )
            for series, fact in latest
        )
        year = facts[0].year
        draft.body.append(wording.say("figure_latest", year=year, list=wording.join(items)))
    else:
        draft.body += wording.statements(publication, facts)
    return draft


def _in_sentence(label: str, publication: Publication) -> str:
    """A label of a legend within a sentence: only names keep their capital ("Nederland")."""
    named = any(label in tier.name for tier in publication.tiers.values())
    return label if named else label.lower()
