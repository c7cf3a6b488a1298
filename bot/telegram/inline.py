"""Inline mode: ``@bot vraag`` in any chat. Results depend on the question only, on nobody."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from html import escape

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResult,
    InlineQueryResultArticle,
    InlineQueryResultCachedPhoto,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
)
from telegram.constants import InlineQueryLimit, ParseMode
from telegram.helpers import create_deep_linked_url

from bot.answer import Answer, ChartRequest, Status
from bot.engine import Engine
from bot.telegram.render import CAPTION_LIMIT, TEXT_LIMIT, answer_reply, fit
from bot.telegram.texts import Texts

CACHED = 300
"""Seconds for which Telegram may give the same results to anyone."""
OPEN_LINK = "vragen"
"""The deep link that only opens a chat with the bot."""

FileId = Callable[[ChartRequest], Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class Found:
    """The results of one inline query."""

    results: list[InlineQueryResult]
    button: InlineQueryResultsButton | None = None
    answer: Answer | None = None


async def results(
    query: str,
    engine: Engine,
    texts: Texts,
    username: str,
    figures: list[ChartRequest],
    file_id: FileId,
) -> Found:
    """The results for what was typed after the bot's name."""
    if not query.strip():
        asked = [engine.ask(question) for question in engine.examples]
        found = [_article(answer, texts, answer.question) for answer in asked]
        for figure in figures:
            answer = engine.ask(texts.figure_question.format(figure=figure.figure))
            found.append(await _figure(figure, answer, engine, texts, username, file_id))
        return Found(_distinct(found))
    answer = engine.ask(query)
    if answer.status is Status.NOT_COVERED:
        nothing = InlineQueryResultArticle(
            id="nothing",
            title=texts.inline.nothing,
            description=texts.inline.nothing_hint,
            input_message_content=_text(escape(texts.inline.nothing_text)),
        )
        label = texts.inline.open_bot
        return Found([nothing], InlineQueryResultsButton(label, start_parameter=OPEN_LINK), answer)
    if answer.choices:
        readings = [(choice.label, engine.ask(choice.question)) for choice in answer.choices]
        return Found(
            _distinct(_article(reading, texts, label) for label, reading in readings),
            answer=answer,
        )
    found = [_article(answer, texts, answer.text)]
    if answer.chart and answer.chart.figure:
        found.append(await _figure(answer.chart, answer, engine, texts, username, file_id))
    return Found(_distinct(found[::-1] if answer.show_figure else found), answer=answer)


def question_of_link(payload: str) -> str:
    """The question in the payload of a deep link."""
    return re.sub(r"[-_]+", " ", payload).strip()


def _article(answer: Answer, texts: Texts, title: str) -> InlineQueryResult:
    html = answer_reply(answer, texts).html
    return InlineQueryResultArticle(
        id=_id("a", html),
        title=title,
        description=answer.full_text,
        input_message_content=_text(html),
    )


async def _figure(
    chart: ChartRequest,
    answer: Answer,
    engine: Engine,
    texts: Texts,
    username: str,
    file_id: FileId,
) -> InlineQueryResult:
    figure = engine.publication(chart.publication).figures[chart.figure]
    title = texts.inline.figure_title.format(figure=figure.id, title=figure.title)
    html = answer_reply(answer, texts).html
    # The figure without emphasis will do where the one with it was never sent.
    known = await file_id(chart) or await file_id(ChartRequest(chart.publication, chart.figure))
    if known:
        return InlineQueryResultCachedPhoto(
            id=_id("p", known),
            photo_file_id=known,
            title=title,
            description=answer.full_text,
            caption=fit(html, CAPTION_LIMIT),
            parse_mode=ParseMode.HTML,
        )
    link = create_deep_linked_url(username, f"figuur-{figure.id}")
    label = texts.inline.open_figure.format(figure=figure.id)
    return InlineQueryResultArticle(
        id=_id("f", f"{figure.id}{html}"),
        title=title,
        description=answer.full_text,
        input_message_content=_text(html),
        reply_markup=InlineKeyboardMarkup.from_button(InlineKeyboardButton(label, url=link)),
    )


def _text(html: str) -> InputTextMessageContent:
    return InputTextMessageContent(
        fit(html, TEXT_LIMIT),
        parse_mode=ParseMode.HTML,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )


def _id(kind: str, content: str) -> str:
    return kind + hashlib.sha256(content.encode()).hexdigest()[:24]


def _distinct(found: Iterable[InlineQueryResult]) -> list[InlineQueryResult]:
    """Telegram refuses two results with one id, and more than it shows."""
    return list({result.id: result for result in found}.values())[: InlineQueryLimit.RESULTS]
