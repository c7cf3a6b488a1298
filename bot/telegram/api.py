"""The Bot API client: python-telegram-bot's, with two calls that leave objects unmade."""

from __future__ import annotations

from typing import Any

from telegram import Bot
from telegram.constants import ParseMode, PollingLimit

UPDATES = ["message", "edited_message", "callback_query", "inline_query", "my_chat_member"]
"""The kinds of updates the bot asks for."""
MOST_UPDATES = int(PollingLimit.MAX_LIMIT)
_NO_PREVIEW = '{"is_disabled":true}'


class ApiBot(Bot):
    """A bot that can leave objects unmade where they are in the way."""

    async def raw_updates(self, offset: int | None, wait: int) -> list[Any]:
        """``getUpdates``, unparsed, so that a malformed update takes no other along.

        Args:
            offset: confirms every update below it.
            wait: seconds for which Telegram may wait for an update.
        """
        values = {
            "offset": offset,
            "timeout": wait,
            "limit": MOST_UPDATES,
            "allowed_updates": UPDATES,
        }
        found = await self._post("getUpdates", _given(values), read_timeout=wait + 10)
        return found if isinstance(found, list) else []

    async def send_text(
        self,
        chat: int,
        html: str,
        *,
        thread: int | None = None,
        reply_to: int | None = None,
        keyboard: str | None = None,
    ) -> int:
        """``sendMessage``; the new message's id.

        Most of what the bot does. Making a Message of what Telegram returns, only to read its id,
        would be a sixth of the work for an answer.

        Args:
            chat: where to send it.
            html: the text in Telegram's HTML.
            thread: the forum topic.
            reply_to: the message replied to; sent as well where that was deleted.
            keyboard: inline buttons as JSON.
        """
        values = {
            "chat_id": chat,
            "text": html,
            "parse_mode": ParseMode.HTML,
            "message_thread_id": thread,
            "reply_parameters": reply_to
            and f'{{"message_id":{reply_to},"allow_sending_without_reply":true}}',
            "reply_markup": keyboard,
            "link_preview_options": _NO_PREVIEW,
        }
        message = await self._post("sendMessage", _given(values))
        return int(message["message_id"]) if isinstance(message, dict) else 0


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
