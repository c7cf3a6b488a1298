"""Answers without facts: about the source, small talk, questions back, and refusals."""

from __future__ import annotations

from bot.answer import Choice, Status
from bot.interpretation import Interpretation
from bot.language import ABOUT
from bot.replies.draft import Draft, asking, plain
from bot.replies.wording import Wording
from bot.suggest import near_examples, two_examples

_FIGURES = "about_figures"
"""The intent that asks which figures there are."""


def about(found: Interpretation, wording: Wording) -> Draft:
    """What the source is, or what it means by something."""
    publication = found.publication
    if found.intent.startswith(ABOUT):
        answers = wording.language.about[publication.name]
        entry = answers[found.intent.rpartition("/")[2]]
        status = Status.PARTIAL if entry.partial else Status.ANSWERED
        draft = plain(status, entry.reply, keep=False)
        draft.figure, draft.chart = entry.figure, entry.figure is not None
        return draft
    if found.intent == _FIGURES and not publication.figures:
        return plain(Status.ANSWERED, wording.say("no_figures"), keep=False)
    figures = (
        wording.say("about_figure_item", figure=figure.id, title=figure.title)
        for figure in publication.figures.values()
    )
    text = wording.say(
        found.intent,
        title=publication.source,
        years=wording.join(map(str, publication.years)),
        latest=publication.years[-1],
        list="; ".join(figures),
        members=publication.tiers[publication.default_tier].members,
    )
    return plain(Status.ANSWERED, text, keep=False)


def social(found: Interpretation, wording: Wording) -> Draft:
    """Small talk."""
    publication = found.publication
    first, second = two_examples(publication)
    figure = next(iter(publication.figures), "")
    see = wording.say("see_figure", figure=figure) if figure else ""
    text = wording.say(found.intent, first=first, second=second, title=publication.title, see=see)
    return plain(Status.SOCIAL, text, keep=False)


def ask_back(found: Interpretation, wording: Wording) -> Draft:
    """Which of several subjects is meant."""
    indicators = [found.publication.indicators[name] for name in found.options]
    choices = tuple(Choice(indicator.short, indicator.question) for indicator in indicators)
    listed = wording.join((choice.label for choice in choices), "or")
    return asking(wording.say("which_topic", list=listed), choices)


def no_subject(found: Interpretation, wording: Wording) -> Draft:
    """What the question is about."""
    return asking(wording.say("no_subject", example=found.publication.examples[0]))


def elsewhere(found: Interpretation, wording: Wording) -> Draft:
    """That the publication is not about this; with questions that are close to it, if any."""
    first, second = (near_examples(found) * 2)[:2]
    return plain(Status.NOT_COVERED, wording.say("elsewhere", first=first, second=second))


def empty(found: Interpretation, wording: Wording) -> Draft:
    """That there is no question."""
    first, second = two_examples(found.publication)
    text = wording.say("empty", first=first, second=second)
    return plain(Status.NOT_COVERED, text, keep=False)


def foreign(found: Interpretation, wording: Wording) -> Draft:
    """That the bot speaks Dutch, in Dutch and where it can in the other language."""
    reply = wording.language.foreign.languages[found.language].reply
    draft = plain(Status.NOT_COVERED, wording.say("foreign"), keep=False)
    if reply:
        draft.body.append(reply)
    return draft
