"""Puts a reply before the reader: as text, photo or file, as a new message or by an edit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from html import escape
from typing import Literal, TypeVar

from telegram import (
    InputMediaDocument,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated

from bot.answer import ChartRequest
from bot.store import Entry, Store
from bot.telegram.outbox import Outbox
from bot.telegram.pictures import Pictures
from bot.telegram.render import CAPTION_LIMIT, TEXT_LIMIT, Document, Reply, fit
from bot.telegram.texts import Texts

log = logging.getLogger(__name__)

T = TypeVar("T")
Kind = Literal["text", "photo", "document"]
_ACTION_EVERY = 4.5
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reply goes."""

    chat: int
    thread: int | None = None
    reply_to: int | None = None

    @property
    def reply_parameters(self) -> ReplyParameters | None:
        """The message replied to; the reply is sent as well where that was deleted."""
        if self.reply_to is None:
            return None
        return ReplyParameters(self.reply_to, allow_sending_without_reply=True)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of the bot as it now stands in a chat."""

    chat: int
    message_id: int
    kind: Kind
    keep: tuple[Entry, ...] = ()


class DrawingError(Exception):
    """A chart could not be drawn."""


class Courier:
    """Sends and edits messages, with the ways out that Telegram makes necessary."""

    def __init__(self, outbox: Outbox, pictures: Pictures, store: Store, texts: Texts) -> None:
        self._outbox = outbox
        self._bot = outbox.bot
        self._pictures = pictures
        self._store = store
        self._texts = texts

    async def send(self, place: Place, reply: Reply) -> Sent:
        """Send a reply as a new message.

        Raises:
            BadRequest, Forbidden: Telegram refuses it for good.
        """
        if reply.keep:
            await self._store.put(*reply.keep)
        try:
            if reply.document:
                return await self._send_document(place, reply, reply.document)
            if reply.chart:
                return await self._send_photo(place, reply, reply.chart)
            return await self._send_text(place, reply)
        except ChatMigrated as moved:
            # Messages and topics did not move along under the same ids.
            return await self.send(Place(moved.new_chat_id), reply)

    async def edit(self, place: Place, earlier: Sent, reply: Reply) -> Sent:
        """Turn an earlier message into this reply; a new message only where an edit cannot do it.

        Raises:
            BadRequest, Forbidden: Telegram refuses it for good.
        """
        if reply.keep:
            await self._store.put(*reply.keep)
        if earlier.kind == "text" and reply.chart and not reply.document:
            # A text cannot become a photo: it keeps to words, which hold the answer.
            reply = replace(reply, chart=None)
        try:
            if reply.document and earlier.kind != "text":
                return await self._edit_document(earlier, reply, reply.document)
            if reply.chart and earlier.kind != "text":
                return await self._edit_photo(place, earlier, reply, reply.chart)
            if not reply.document and earlier.kind == "text":
                return await self._edit_text(earlier, reply)
        except BadRequest as error:
            if _says(error, "not modified"):
                return earlier
            if not _says(error, "message to edit not found", "message can't be edited"):
                raise
        await self._outbox.attempt(
            lambda: self._bot.delete_message(earlier.chat, earlier.message_id)
        )
        return await self.send(place, reply)

    async def _send_text(self, place: Place, reply: Reply) -> Sent:
        message_id = await self._outbox.call(
            lambda: self._bot.send_text(
                place.chat,
                fit(reply.html, TEXT_LIMIT),
                thread=place.thread,
                reply_to=place.reply_to,
                keyboard=reply.keyboard_json,
            )
        )
        return Sent(place.chat, message_id, "text")

    async def _send_photo(self, place: Place, reply: Reply, chart: ChartRequest) -> Sent:
        def make(photo: str | bytes) -> Callable[[], Awaitable[Message]]:
            return lambda: self._bot.send_photo(
                place.chat,
                photo,
                caption=fit(reply.html, CAPTION_LIMIT),
                parse_mode=ParseMode.HTML,
                message_thread_id=place.thread,
                reply_parameters=place.reply_parameters,
                reply_markup=reply.keyboard,
            )

        try:
            message = await self._with_picture(place, chart, make)
        except BadRequest as error:
            if not _says(error, "rights to send photos", "rights to send media", "SEND_PHOTOS"):
                raise
            return await self._send_text(
                place, self._in_words(reply, chart, self._texts.no_photo_rights)
            )
        except DrawingError:
            return await self._send_text(place, self._in_words(reply, chart, self._texts.no_chart))
        return self._sent_photo(place.chat, message.message_id, message, chart)

    async def _send_document(self, place: Place, reply: Reply, document: Document) -> Sent:
        try:
            message = await self._outbox.call(
                lambda: self._bot.send_document(
                    place.chat,
                    document.content,
                    filename=document.name,
                    caption=fit(reply.html, CAPTION_LIMIT),
                    parse_mode=ParseMode.HTML,
                    message_thread_id=place.thread,
                    reply_parameters=place.reply_parameters,
                )
            )
        except BadRequest as error:
            if not _says(error, "rights to send documents", "rights to send media"):
                raise
            return await self._send_text(place, Reply(escape(self._texts.no_document_rights)))
        return Sent(place.chat, message.message_id, "document")

    async def _edit_text(self, earlier: Sent, reply: Reply) -> Sent:
        await self._outbox.call(
            lambda: self._bot.edit_message_text(
                fit(reply.html, TEXT_LIMIT),
                earlier.chat,
                earlier.message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=reply.keyboard,
                link_preview_options=_NO_PREVIEW,
            )
        )
        return replace(earlier, keep=())

    async def _edit_document(self, earlier: Sent, reply: Reply, document: Document) -> Sent:
        media = InputMediaDocument(
            document.content,
            caption=fit(reply.html, CAPTION_LIMIT),
            parse_mode=ParseMode.HTML,
            filename=document.name,
        )
        await self._outbox.call(
            lambda: self._bot.edit_message_media(media, earlier.chat, earlier.message_id)
        )
        return Sent(earlier.chat, earlier.message_id, "document")

    async def _edit_photo(
        self, place: Place, earlier: Sent, reply: Reply, chart: ChartRequest
    ) -> Sent:
        def make(photo: str | bytes) -> Callable[[], Awaitable[Message | bool]]:
            media = InputMediaPhoto(
                photo, caption=fit(reply.html, CAPTION_LIMIT), parse_mode=ParseMode.HTML
            )
            return lambda: self._bot.edit_message_media(
                media, earlier.chat, earlier.message_id, reply_markup=reply.keyboard
            )

        message = await self._with_picture(place, chart, make)
        return self._sent_photo(earlier.chat, earlier.message_id, message, chart)

    async def _with_picture(
        self,
        place: Place,
        chart: ChartRequest,
        make: Callable[[str | bytes], Callable[[], Awaitable[T]]],
    ) -> T:
        file_id = await self._pictures.file_id(chart)
        if file_id:
            try:
                return await self._outbox.call(make(file_id))
            except BadRequest as error:
                if not _says(error, "wrong file identifier", "wrong remote file", "file_id"):
                    raise
                log.info("Telegram no longer knows a picture; it is sent anew")
        async with self._busy(place):
            try:
                picture = await self._pictures.draw(chart)
            except Exception as error:
                log.exception("chart of figure %s could not be drawn", chart.figure)
                raise DrawingError from error
            return await self._outbox.call(make(picture))

    @asynccontextmanager
    async def _busy(self, place: Place) -> AsyncIterator[None]:
        """Show "sending a photo" as long as it takes."""

        async def show() -> None:
            while True:
                await self._outbox.attempt(
                    lambda: self._bot.send_chat_action(
                        place.chat, ChatAction.UPLOAD_PHOTO, message_thread_id=place.thread
                    )
                )
                await asyncio.sleep(_ACTION_EVERY)

        task = asyncio.ensure_future(show())
        try:
            yield
        finally:
            task.cancel()

    def _in_words(self, reply: Reply, chart: ChartRequest, why: str) -> Reply:
        words = escape(self._pictures.description(chart), quote=False)
        return replace(reply, chart=None, html=f"{reply.html}\n\n{escape(why)}\n{words}")

    def _sent_photo(
        self, chat: int, message_id: int, message: Message | bool, chart: ChartRequest
    ) -> Sent:
        keep: tuple[Entry, ...] = ()
        if isinstance(message, Message) and message.photo:
            keep = (self._pictures.remember(chart, message.photo[-1].file_id),)
        return Sent(chat, message_id, "photo", keep)


def _says(error: BadRequest, *phrases: str) -> bool:
    """Whether Telegram gives one of these reasons: it has no codes for them."""
    message = error.message.casefold()
    return any(phrase.casefold() in message for phrase in phrases)
