"""What the bot does with each update, in one order; the reply goes out through the courier."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from html import escape
from pathlib import Path

from telegram import CallbackQuery, ChatMemberUpdated, InlineQuery, Message, Update, User
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import BadRequest

from bot import export
from bot.answer import Answer, ChartRequest, Status
from bot.conversation import Conversation
from bot.engine import Engine
from bot.store import Entry, Store
from bot.telegram import inline, render
from bot.telegram.addressing import address, speaker
from bot.telegram.courier import Courier, Kind, Place, Sent
from bot.telegram.flood import QUIET, Flood, Verdict
from bot.telegram.memory import Asker, Memory
from bot.telegram.outbox import Outbox
from bot.telegram.pictures import Pictures
from bot.telegram.render import Document, Reply
from bot.telegram.texts import Texts

log = logging.getLogger(__name__)

_PRESENT = {ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR}
_ANSWERS_KEPT = 1024
_JOINED = re.compile(r"(?P<command>[a-z]+)_?(?P<argument>[0-9]+[a-z]?)")
_FIGURE_LINK = "figuur-"


@dataclass(slots=True)
class Outcome:
    """What became of an update; for the log, the counters and the store."""

    kind: str = "ignored"
    answer: Answer | None = None
    keep: list[Entry] = field(default_factory=list)
    """To be remembered once the reply was accepted."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A message or a pressed button that gets an answer: who, where, and what went before."""

    asker: Asker
    place: Place
    private: bool
    context: Conversation
    earlier: Sent | None = None
    """The reply that an edited question changes."""
    question_id: int | None = None


class Handlers:
    """Everything that the bot does in answer to an update."""

    def __init__(
        self,
        engine: Engine,
        texts: Texts,
        me: User,
        outbox: Outbox,
        store: Store,
        pictures: Pictures,
        unanswered: Path | None = None,
    ) -> None:
        self._engine = engine
        self._texts = texts
        self._me = me
        self._outbox = outbox
        self._bot = outbox.bot
        self._store = store
        self._pictures = pictures
        self._courier = Courier(outbox, pictures, store, texts)
        self._memory = Memory(store)
        self._flood = Flood()
        self._unanswered = unanswered
        self._figures = [
            ChartRequest(publication.name, figure)
            for publication in engine.publications
            for figure in publication.figures
        ]
        # The same question in the same conversation has the same answer, and many people ask it.
        self._reply = lru_cache(maxsize=_ANSWERS_KEPT)(self._ask)
        samples = {name: escape(text, quote=False) for name, text in engine.samples.items()}
        self._about = samples | {"name": me.username or ""}
        self._commands: dict[str, Callable[[_Asked, str], Awaitable[Outcome]]] = {
            "vraag": self._ask_or_prompt,
            "figuur": self._figure,
            "figuren": self._figures_list,
            "data": self._data,
            "bron": self._source,
            "start": self._start,
            "help": self._help,
            "privacy": self._privacy,
            "vergeet": self._forget,
        }

    async def handle(self, update: Update, late: bool = False) -> Outcome:
        """Do what an update asks, in this order; first match wins.

        Args:
            update: what happened.
            late: it waited at Telegram while the bot was away, so that many at once are no flood.
        """
        # Kinds that are no messages come first: they have their own rules for who is answered.
        if update.inline_query:
            return await self._inline(update.inline_query)
        if update.callback_query:
            return await self._pressed(update.callback_query, late)
        if update.my_chat_member:
            return await self._membership(update.my_chat_member)
        message = update.message or update.edited_message
        if message is None:
            return Outcome()
        # A group that becomes a supergroup says so in a message without text.
        if message.migrate_to_chat_id:
            moved = self._memory.of_move(message.chat.id, message.migrate_to_chat_id)
            return Outcome("moved", keep=moved)
        # Bots and the like are never answered, whatever they say: before anything looks at it.
        person = speaker(message, self._me)
        if person is None:
            return Outcome()
        # In private chats the bot owes an answer to a sticker; in groups it owes silence.
        private = message.chat.type == ChatType.PRIVATE
        wanted = address(message, self._me)
        if wanted is None:
            return Outcome()
        if private and not (message.text or message.caption):
            return await self._not_text(message) if update.message else Outcome()
        # Only what speaks to the bot counts as flood: a lively group is none.
        asked = await self._asked(message, person, edited=update.edited_message is not None)
        if not late and not await self._patience(asked):
            return Outcome("flood")
        # Commands before questions: a command's name is no part of a question.
        if wanted.command is None:
            return await self._ask_or_prompt(asked, wanted.text)
        if command := self._commands.get(wanted.command):
            return await command(asked, wanted.text)
        # /figuur3 and /figuur_3 are what people type, and what Telegram makes a link of.
        joined = _JOINED.fullmatch(wanted.command)
        if joined and (command := self._commands.get(joined["command"])):
            return await command(asked, joined["argument"])
        # In a group an unknown command without the bot's name is probably another bot's.
        if private or "@" in (message.text or message.caption or "").split()[0]:
            return await self._say(asked, Reply(self._texts.unknown_command), "command")
        return Outcome()

    async def apologise(self, update: Update) -> None:
        """Tell who asked that this update went wrong; once, and without trying hard."""
        message = update.effective_message
        if isinstance(message, Message) and not update.edited_message:
            private = message.chat.type == ChatType.PRIVATE
            if private or address(message, self._me) or update.callback_query:
                await self._courier.send(_place(message), Reply(self._texts.apology))

    # Questions

    async def _ask_or_prompt(self, asked: _Asked, text: str) -> Outcome:
        if not text:
            return await self._say(
                asked, Reply(self._texts.ask_me.format_map(self._about)), "prompt"
            )
        answer, reply = self._reply(text, asked.context)
        if answer.status is Status.NOT_COVERED:
            self._log_unanswered(text)
        return await self._answer(asked, answer, reply)

    def _ask(self, text: str, context: Conversation) -> tuple[Answer, Reply]:
        answer = self._engine.ask(text, context)
        return answer, render.answer_reply(answer, self._texts)

    async def _answer(self, asked: _Asked, answer: Answer, reply: Reply | None = None) -> Outcome:
        if asked.earlier and asked.earlier.kind == "photo" and answer.chart:
            # An edited question about a photo: a photo cannot become a text, but the other photo.
            reply = render.answer_reply(replace(answer, show_figure=True), self._texts)
        reply = reply or render.answer_reply(answer, self._texts)
        outcome = await self._say(asked, reply, "question")
        outcome.answer = answer
        return outcome

    async def _say(self, asked: _Asked, reply: Reply, kind: str) -> Outcome:
        if asked.earlier:
            sent = await self._courier.edit(asked.place, asked.earlier, reply)
        else:
            sent = await self._courier.send(asked.place, reply)
        keep = list(sent.keep)
        if reply.conversation is not None:
            keep += self._memory.of_answer(asked.asker, sent, reply.conversation)
        if asked.question_id is not None:
            keep += self._memory.of_question(asked.question_id, sent, asked.context)
        return Outcome(kind, keep=keep)

    async def _asked(self, message: Message, person: int, edited: bool) -> _Asked:
        asker = Asker(message.chat.id, _topic(message) or 0, person)
        context = earlier = None
        if edited:
            earlier = await self._memory.reply_to(asker.chat, message.message_id)
            context = await self._memory.before_question(asker.chat, message.message_id)
        replied = message.reply_to_message
        if (
            context is None
            and replied
            and replied.from_user
            and replied.from_user.id == self._me.id
        ):
            context = await self._memory.behind_message(asker.chat, replied.message_id)
        return _Asked(
            asker,
            _place(message),
            message.chat.type == ChatType.PRIVATE,
            context or await self._memory.context(asker),
            earlier,
            message.message_id,
        )

    async def _patience(self, asked: _Asked) -> bool:
        verdict = await self._flood.judge(asked.asker.chat, asked.asker.person, asked.private)
        if verdict is Verdict.NOTICE:
            text = self._texts.flood.format(seconds=int(QUIET))
            await self._courier.send(asked.place, Reply(text))
        return verdict is Verdict.ANSWER

    async def _not_text(self, message: Message) -> Outcome:
        if not message.effective_attachment:
            return Outcome()  # A service message: nobody said anything.
        keep: list[Entry] | None = []
        if message.media_group_id:
            keep = await self._memory.first_of_album(message.chat.id, message.media_group_id)
            if keep is None:
                return Outcome()
        text = self._texts.text_only.format_map(self._about)
        await self._courier.send(_place(message), Reply(text))
        return Outcome("not_text", keep=keep or [])

    def _log_unanswered(self, text: str) -> None:
        if self._unanswered is None:
            return
        try:
            with self._unanswered.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
        except OSError as error:
            log.error("MONITORBOT_UNANSWERED_LOG: cannot be written: %s", error.strerror)

    # Commands

    async def _start(self, asked: _Asked, payload: str) -> Outcome:
        if payload.startswith(_FIGURE_LINK):
            return await self._figure(asked, payload.removeprefix(_FIGURE_LINK))
        if payload and payload != inline.OPEN_LINK:
            return await self._ask_or_prompt(asked, inline.question_of_link(payload))
        if not asked.private:
            return await self._help(asked, "")
        text = self._texts.start.format_map(self._about)
        return await self._say(
            asked, render.questions_reply(text, self._engine.examples), "command"
        )

    async def _help(self, asked: _Asked, _: str) -> Outcome:
        text = self._texts.help if asked.private else self._texts.help_group
        return await self._say(asked, Reply(text.format_map(self._about)), "command")

    async def _figure(self, asked: _Asked, figure: str) -> Outcome:
        if not figure:
            return await self._figures_list(asked, "")
        question = self._texts.figure_question.format(figure=figure)
        return await self._answer(asked, self._engine.ask(question, asked.context))

    async def _figures_list(self, asked: _Asked, _: str) -> Outcome:
        return await self._say(asked, self._browse(self._figures[0]), "command")

    def _browse(self, figure: ChartRequest) -> Reply:
        answer = self._engine.ask(self._texts.figure_question.format(figure=figure.figure))
        return render.figure_reply(answer, figure, self._figures, self._texts)

    async def _data(self, asked: _Asked, figure: str) -> Outcome:
        wanted = figure.casefold().removeprefix("figuur").strip()
        fmt: export.TableFormat = "xlsx" if wanted.endswith("xlsx") else "csv"
        wanted = wanted.removesuffix(fmt).strip()
        for chart in self._figures:
            if chart.figure == wanted:
                return await self._say(asked, self._table(chart, fmt), "command")
        figures = ", ".join(chart.figure for chart in self._figures)
        text = self._texts.data_which.format(figure=self._figures[0].figure, figures=figures)
        return await self._say(asked, Reply(text), "command")

    def _table(self, chart: ChartRequest, fmt: export.TableFormat) -> Reply:
        publication = self._engine.publication(chart.publication)
        words = self._engine.language.charts
        if not export.rows(publication, chart.figure, words):
            return Reply(self._texts.data_none.format(figure=chart.figure))
        document = Document(
            export.filename(publication, chart.figure, fmt, words),
            export.export(publication, chart.figure, fmt, words),
        )
        return Reply(self._texts.data_caption.format(figure=chart.figure), document=document)

    async def _source(self, asked: _Asked, _: str) -> Outcome:
        return await self._answer(asked, self._engine.ask(self._texts.source_question))

    async def _privacy(self, asked: _Asked, _: str) -> Outcome:
        on = self._unanswered is not None
        unanswered = self._texts.unanswered_on if on else self._texts.unanswered_off
        text = self._texts.privacy.format(unanswered=unanswered)
        return await self._say(asked, Reply(text), "command")

    async def _forget(self, asked: _Asked, _: str) -> Outcome:
        await self._memory.forget(asked.asker.chat)
        bare = replace(asked, earlier=None, question_id=None)
        return await self._say(bare, Reply(self._texts.forgotten), "command")

    # Buttons

    async def _pressed(self, query: CallbackQuery, late: bool) -> Outcome:
        message = query.message
        code, payload = await self._unpack(query.data or "")
        if message is None or payload is None or query.from_user.is_bot:
            await self._hear(query, self._texts.stale_button)
            return Outcome("stale_button")
        topic = _topic(message) if isinstance(message, Message) else None
        private = message.chat.type == ChatType.PRIVATE
        asker = Asker(message.chat.id, topic or 0, query.from_user.id)
        place = Place(message.chat.id, topic, None if private else message.message_id)
        context = await self._memory.behind_message(asker.chat, message.message_id)
        asked = _Asked(asker, place, private, context or await self._memory.context(asker))
        if not late and not await self._patience(asked):
            await self._hear(query)
            return Outcome("flood")
        await self._hear(query)
        if code == render.ASK:
            answer = self._engine.ask(payload, asked.context)
            reply = render.answer_reply(answer, self._texts, payload)
            return await self._answer(asked, answer, reply)
        chart = render.unpack_chart(payload)
        if chart is None or not self._pictures.exists(chart):
            return await self._say(asked, Reply(self._texts.stale_button), "stale_button")
        if code == render.BROWSE:
            is_photo = isinstance(message, Message) and message.photo
            kind: Kind = "photo" if is_photo else "text"
            earlier = Sent(message.chat.id, message.message_id, kind)
            return await self._say(replace(asked, earlier=earlier), self._browse(chart), "button")
        # The caption is the answer that the button hangs under; a very old one is gone.
        text = message.text if isinstance(message, Message) else None
        caption = escape(text or self._pictures.description(chart), quote=False)
        reply = Reply(caption, chart=chart, conversation=context)
        return await self._say(asked, reply, "button")

    async def _unpack(self, data: str) -> tuple[str, str | None]:
        code, mark, rest = data[:1], data[1:2], data[2:]
        if code not in (render.ASK, render.CHART, render.BROWSE) or not rest:
            return code, None
        return code, rest if mark == ":" else await self._store.get(render.button_key(rest))

    async def _hear(self, query: CallbackQuery, text: str | None = None) -> None:
        """Stop the button's spinner. Too late for that (after a long outage) is no harm."""
        try:
            await self._outbox.call(lambda: query.answer(text, show_alert=bool(text)))
        except BadRequest as error:
            log.debug("button press was too old to confirm: %s", error)

    # The rest

    async def _inline(self, query: InlineQuery) -> Outcome:
        found = await inline.results(
            query.query,
            self._engine,
            self._texts,
            self._me.username or "",
            self._figures,
            self._pictures.file_id,
        )
        try:
            await self._outbox.call(
                lambda: query.answer(
                    found.results,
                    cache_time=inline.CACHED,
                    is_personal=False,
                    button=found.button,
                )
            )
        except BadRequest as error:
            log.debug("inline query was too old to answer: %s", error)
        return Outcome("inline", found.answer)

    async def _membership(self, change: ChatMemberUpdated) -> Outcome:
        chat = change.chat
        was, now = change.old_chat_member.status, change.new_chat_member.status
        if now in (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED):
            await self._memory.forget(chat.id)
            return Outcome("removed")
        added = now in _PRESENT and was not in {*_PRESENT, ChatMemberStatus.RESTRICTED}
        if not added or chat.type not in (ChatType.GROUP, ChatType.SUPERGROUP):
            return Outcome("membership")
        if await self._memory.introduced(chat.id):
            return Outcome("membership")
        text = self._texts.introduction.format_map(self._about)
        await self._courier.send(Place(chat.id), Reply(text))
        return Outcome("introduced", keep=self._memory.of_introduction(chat.id))


def _topic(message: Message) -> int | None:
    """The forum topic; replies outside forums have a thread id too, which is none."""
    return message.message_thread_id if message.is_topic_message else None


def _place(message: Message) -> Place:
    private = message.chat.type == ChatType.PRIVATE
    return Place(message.chat.id, _topic(message), None if private else message.message_id)
