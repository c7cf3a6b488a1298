"""From an answer to what Telegram shows: text, caption and buttons. Knows no transport."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import InlineKeyboardButtonLimit, MessageLimit

from bot.answer import Answer, ChartRequest
from bot.conversation import Conversation
from bot.store import Entry
from bot.telegram.texts import Texts

SUGGESTIONS = 2
"""Follow-up questions under an answer: more would push the answer off a phone's screen."""
FIGURES_A_ROW = 5
_BUTTON_KEPT = 365 * 24 * 3600.0

ASK = "q"
"""Code of a button that asks a question; its payload is the question."""
CHART = "c"
"""Code of a button that shows the chart of an answer; its payload is the chart."""
BROWSE = "b"
"""Code of a button that turns the message into another figure; its payload is the figure."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file to send."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Reply:
    """One message of the bot: HTML for Telegram, buttons, and what comes with it."""

    html: str
    rows: tuple[tuple[InlineKeyboardButton, ...], ...] = ()
    chart: ChartRequest | None = None
    """Drawn and sent as a photo, with the text as its caption."""
    document: Document | None = None
    keep: tuple[Entry, ...] = ()
    """What the buttons need to be remembered; before the message is sent."""
    conversation: Conversation | None = None
    """What a follow-up to this message may leave out."""

    @cached_property
    def keyboard_json(self) -> str | None:
        """The buttons as Telegram takes them."""
        return self.keyboard.to_json() if self.keyboard else None

    @property
    def keyboard(self) -> InlineKeyboardMarkup | None:
        """The buttons, if any."""
        return InlineKeyboardMarkup(self.rows) if self.rows else None


def answer_reply(answer: Answer, texts: Texts, asked: str = "") -> Reply:
    """An answer as a message.

    Args:
        answer: what to say.
        texts: the words on buttons.
        asked: the question, where the reader would not see it otherwise (a pressed button).
    """
    parts = [escape(answer.text, quote=False)]
    if asked:
        question = texts.asked.format(question=escape(asked, quote=False))
        parts.insert(0, f"<i>{question}</i>")
    if answer.source:
        parts.append(f"<i>{escape(answer.source, quote=False)}</i>")
    buttons: list[tuple[InlineKeyboardButton, Entry | None]] = []
    if answer.chart and not answer.show_figure:
        figure = answer.chart.figure
        label = texts.chart_button.format(figure=figure) if figure else texts.card_button
        buttons.append(_button(label, CHART, pack_chart(answer.chart)))
    for choice in answer.choices:
        buttons.append(_button(choice.label, ASK, choice.question))
    # A question back offers its readings, and nothing that leads away from them.
    for suggestion in () if answer.choices else answer.suggestions[:SUGGESTIONS]:
        buttons.append(_button(suggestion, ASK, suggestion))
    return Reply(
        html="\n".join(parts),
        rows=tuple((button,) for button, _ in buttons),
        chart=answer.chart if answer.show_figure else None,
        keep=_entries(buttons),
        conversation=answer.conversation,
    )


def questions_reply(html: str, questions: Iterable[str]) -> Reply:
    """A text with questions as buttons under it."""
    buttons = [_button(question, ASK, question) for question in questions]
    return Reply(html, tuple((button,) for button, _ in buttons), keep=_entries(buttons))


def figure_reply(
    answer: Answer, current: ChartRequest, figures: list[ChartRequest], texts: Texts
) -> Reply:
    """One figure of many, with buttons that turn the message into another one."""
    at = next(i for i, f in enumerate(figures) if f == current)
    numbers = [
        _button(
            texts.this_figure.format(figure=f.figure) if f == current else f.figure,
            BROWSE,
            pack_chart(f),
        )
        for f in figures
    ]
    turns = []
    if at > 0:
        turns.append(_button(texts.previous, BROWSE, pack_chart(figures[at - 1])))
    if at + 1 < len(figures):
        turns.append(_button(texts.next, BROWSE, pack_chart(figures[at + 1])))
    rows = [
        tuple(button for button, _ in numbers[start : start + FIGURES_A_ROW])
        for start in range(0, len(numbers), FIGURES_A_ROW)
    ]
    position = texts.figure_position.format(position=at + 1, total=len(figures))
    bare = answer_reply(replace(answer, choices=(), suggestions=(), chart=None), texts)
    return Reply(
        html=f"<b>{position}</b>\n{bare.html}",
        rows=(tuple(button for button, _ in turns), *rows),
        chart=current,
        keep=_entries([*numbers, *turns]),
        conversation=answer.conversation,
    )


def fit(html: str, limit: int) -> str:
    """The text, cut so that it stays within Telegram's limit, with the markup whole.

    No tag spans lines, and a line either is markup or has none: so whole lines go, and of the
    first that does not fit, what comes before a space stays.
    """
    if _length(html) <= limit:
        return html
    kept: list[str] = []
    left = limit - 2
    for line in html.split("\n"):
        if _length(line) > left:
            if "<" not in line:
                while line and _length(line) > left:
                    line = line.rpartition(" ")[0]
                kept.append(line)
            break
        kept.append(line)
        left -= _length(line) + 1
    return "\n".join(kept).rstrip() + " …"


def _length(text: str) -> int:
    # Telegram counts UTF-16 units after reading the markup; counting the markup too is on the
    # safe side.
    return len(text.encode("utf-16-le")) // 2


TEXT_LIMIT = int(MessageLimit.MAX_TEXT_LENGTH)
CAPTION_LIMIT = int(MessageLimit.CAPTION_LENGTH)


def pack_chart(chart: ChartRequest) -> str:
    """A chart as the payload of a button: names, so that it outlives a change of order."""
    lists = (",".join(chart.indicators), ",".join(chart.tiers), ",".join(map(str, chart.years)))
    return "|".join((chart.publication, chart.figure, *lists)).rstrip("|")


def unpack_chart(payload: str) -> ChartRequest | None:
    """The chart of a payload; None where it is none."""
    publication, figure, *lists = [*payload.split("|"), "", "", "", ""][:5]
    indicators, tiers, years = (tuple(filter(None, part.split(","))) for part in lists)
    if not (figure or indicators) or not all(year.isdecimal() for year in years):
        return None
    return ChartRequest(publication, figure, indicators, tiers, tuple(map(int, years)))


def pack(code: str, payload: str) -> tuple[str, Entry | None]:
    """A button's callback data, and what to remember where the payload does not fit in it."""
    data = f"{code}:{payload}"
    if len(data.encode()) <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA:
        return data, None
    digest = urlsafe_b64encode(hashlib.sha256(payload.encode()).digest()[:18]).decode()
    return f"{code}#{digest}", Entry(button_key(digest), payload, _BUTTON_KEPT)


def button_key(digest: str) -> str:
    """The store's key for a payload that did not fit."""
    return f"button:{digest}"


def _button(label: str, code: str, payload: str) -> tuple[InlineKeyboardButton, Entry | None]:
    data, entry = pack(code, payload)
    return InlineKeyboardButton(label, callback_data=data), entry


def _entries(buttons: Iterable[tuple[InlineKeyboardButton, Entry | None]]) -> tuple[Entry, ...]:
    return tuple(entry for _, entry in buttons if entry)
