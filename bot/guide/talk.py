"""Chats as they would go on a phone: what people type, and the bot's real replies to it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from bot.answer import ChartRequest
from bot.conversation import Conversation
from bot.engine import Engine
from bot.guide.texts import Chat, GuideTexts
from bot.telegram.render import answer_reply
from bot.telegram.texts import Texts

ASK = "/vraag "
"""What makes the bot listen in a group."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a message, in one style."""

    text: str
    style: str = ""
    """``b`` bold, ``i`` italic, or plain."""


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message on the screen."""

    who: str
    lines: tuple[Line, ...]
    mine: bool = False
    bot: bool = False
    quoted: tuple[str, str] | None = None
    """Who and what this message answers, where the phone shows that."""
    buttons: tuple[tuple[str, ...], ...] = ()
    chart: ChartRequest | None = None

    @property
    def text(self) -> str:
        """All it says."""
        return " ".join(line.text for line in self.lines)


def bubbles(engine: Engine, telegram: Texts, guide: GuideTexts, chat: Chat) -> list[Bubble]:
    """The messages of a chat, in order."""
    shown: list[Bubble] = []
    contexts: dict[str, Conversation] = defaultdict(Conversation)
    for message in chat.messages:
        who = message.by or guide.you
        mine = message.by == chat.me
        last = next((bubble for bubble in reversed(shown) if bubble.bot), None)
        quoted = (last.who, last.text) if message.reply and last else None
        shown.append(Bubble(who, (Line(message.text),), mine=mine, quoted=quoted))
        # In a group the bot hears a command and an answer to its own message, as in real life.
        if chat.title and not (message.text.startswith(ASK) or message.reply):
            continue
        # An answer to the bot's message goes on from that message, whoever sends it.
        before = contexts["" if message.reply else who]
        answer = engine.ask(message.text.removeprefix(ASK), before)
        contexts[who] = contexts[""] = answer.conversation
        reply = answer_reply(answer, telegram)
        shown.append(
            Bubble(
                guide.bot,
                tuple(map(_line, reply.html.split("\n"))),
                bot=True,
                quoted=(who, message.text) if chat.title else None,
                buttons=tuple(tuple(button.text for button in row) for row in reply.rows),
                chart=reply.chart,
            )
        )
    return shown


def transcript(guide: GuideTexts, chat: list[Bubble]) -> Iterator[str]:
    """A chat in words, one line a message."""
    for bubble in chat:
        parts = [bubble.text]
        if bubble.chart:
            parts.insert(0, guide.picture.format(figure=bubble.chart.figure))
        if bubble.buttons:
            labels = "; ".join(label for row in bubble.buttons for label in row)
            parts.append(guide.buttons.format(buttons=labels))
        yield guide.transcript.format(who=bubble.who, text=" ".join(parts))


def _line(html: str) -> Line:
    # A line is in one style as a whole: see bot.telegram.render.fit.
    match = re.fullmatch(r"<([bi])>(.*)</\1>", html)
    return Line(unescape(match[2]), match[1]) if match else Line(unescape(html))
