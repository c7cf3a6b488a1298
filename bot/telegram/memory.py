"""What the bot remembers of a chat, in terms of the store: never what anyone wrote.

Under ``context`` and ``message``: the slots of the last question of a person in a topic, and those
behind one message of the bot. Under ``reply``: which message answers which question.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.conversation import Conversation
from bot.store import Entry, Store
from bot.telegram.courier import Sent

CONTEXT_KEPT = 30 * 60.0
"""Seconds for which a follow-up may leave out what was said."""
REPLY_KEPT = 24 * 3600.0
"""Seconds for which an edited question changes the earlier reply."""


@dataclass(frozen=True, slots=True)
class Asker:
    """One conversation: a person in a topic of a chat. Two of them never share context."""

    chat: int
    topic: int
    person: int

    @property
    def key(self) -> str:
        """The store's key of this conversation's context."""
        return f"context:{self.chat}:{self.topic}:{self.person}"


class Memory:
    """Reads and writes what is kept on chats."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def context(self, asker: Asker) -> Conversation:
        """Where the conversation stands."""
        text = await self._store.get(asker.key)
        if text is None and (former := await self._store.get(f"moved:{asker.chat}")):
            text = await self._store.get(Asker(int(former), asker.topic, asker.person).key)
        return Conversation.load(text) if text else Conversation()

    async def behind_message(self, chat: int, message_id: int) -> Conversation | None:
        """Where the conversation stood after one message of the bot."""
        text = await self._store.get(f"message:{chat}:{message_id}")
        return Conversation.load(text) if text else None

    async def before_question(self, chat: int, question_id: int) -> Conversation | None:
        """Where the conversation stood before one question, for when that is edited."""
        text = await self._store.get(f"before:{chat}:{question_id}")
        return Conversation.load(text) if text else None

    async def reply_to(self, chat: int, question_id: int) -> Sent | None:
        """The bot's message that answered a question."""
        text = await self._store.get(f"reply:{chat}:{question_id}")
        if text is None:
            return None
        message_id, kind = json.loads(text)
        return Sent(chat, message_id, kind)

    def of_answer(self, asker: Asker, sent: Sent, after: Conversation) -> list[Entry]:
        """What to keep after an answer."""
        dump = after.dump()
        return [
            Entry(asker.key, dump, CONTEXT_KEPT, asker.chat),
            Entry(f"message:{sent.chat}:{sent.message_id}", dump, CONTEXT_KEPT, sent.chat),
        ]

    def of_question(self, question_id: int, sent: Sent, before: Conversation) -> list[Entry]:
        """What to keep of a question, so that its edit can change the reply."""
        chat = sent.chat
        reply = json.dumps([sent.message_id, sent.kind])
        return [
            Entry(f"reply:{chat}:{question_id}", reply, REPLY_KEPT, chat),
            Entry(f"before:{chat}:{question_id}", before.dump(), CONTEXT_KEPT, chat),
        ]

    def of_move(self, old: int, new: int) -> list[Entry]:
        """What to keep when a group becomes a supergroup under another id."""
        return [
            Entry(f"moved:{new}", str(old), CONTEXT_KEPT, new),
            Entry(f"introduced:{new}", "", REPLY_KEPT, new),
        ]

    async def introduced(self, chat: int) -> bool:
        """Whether the bot lately introduced itself there."""
        return await self._store.get(f"introduced:{chat}") is not None

    def of_introduction(self, chat: int) -> list[Entry]:
        """What to keep after an introduction."""
        return [Entry(f"introduced:{chat}", "", CONTEXT_KEPT, chat)]

    async def first_of_album(self, chat: int, album: str) -> list[Entry] | None:
        """What to keep of an album of pictures; None where it was seen before."""
        key = f"album:{chat}:{album}"
        if await self._store.get(key) is not None:
            return None
        return [Entry(key, "", CONTEXT_KEPT, chat)]

    async def forget(self, chat: int) -> None:
        """Drop what is kept on a chat."""
        await self._store.forget(chat)
