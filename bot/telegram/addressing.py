"""Who speaks, and whether they speak to the bot: the manners of the bot, without any transport."""

from __future__ import annotations

import re
from dataclasses import dataclass

from telegram import Message, User
from telegram.constants import ChatType

_COMMAND = re.compile(r"/(?P<name>[A-Za-z0-9_]{1,64})(?:@(?P<bot>[A-Za-z0-9_]+))?(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Address:
    """What a message that speaks to the bot wants from it."""

    command: str | None
    """A command without slash, in lower case; None where it is a plain question."""
    text: str
    """The question, or what follows the command; without the mention of the bot."""


def speaker(message: Message, me: User) -> int | None:
    """The id of who speaks; None for those whom the bot never answers.

    Never answered: other bots (two bots could go on forever), what this bot itself put there
    through inline mode, and a channel's posts that Telegram copies into its discussion group.
    Anonymous admins and people who speak as a channel do count: Telegram sends them with a bot's
    ``from``, or with none, and says in ``sender_chat`` who they are.
    """
    if message.via_bot and message.via_bot.id == me.id:
        return None
    if message.is_automatic_forward or message.chat.type == ChatType.CHANNEL:
        return None
    if message.sender_chat:
        return message.sender_chat.id
    if message.from_user is None:
        return message.chat.id
    return None if message.from_user.is_bot else message.from_user.id


def address(message: Message, me: User) -> Address | None:
    """What the message wants from the bot; None where it does not speak to it.

    In a private chat everything does. Elsewhere: a command that is not another bot's, an @mention
    anywhere in text or caption, or a reply to one of the bot's own messages.
    """
    text = (message.text or message.caption or "").strip()
    private = message.chat.type == ChatType.PRIVATE
    mentioned, bare = _without_mention(text, message, me)
    if command := _COMMAND.match(text):
        other = command["bot"] and command["bot"].casefold() != (me.username or "").casefold()
        if other:
            return None
        arguments = bare[command.end() :].strip()
        return Address(command["name"].lower(), arguments or _quoted(message))
    if private:
        return Address(None, bare)
    if mentioned:
        return Address(None, bare or _quoted(message))
    replied = message.reply_to_message
    if replied and replied.from_user and replied.from_user.id == me.id and text:
        return Address(None, text)
    return None


def _without_mention(text: str, message: Message, me: User) -> tuple[bool, str]:
    mention = re.compile(rf"(?<![\w@/])@{re.escape(me.username or '')}(?!\w)", re.IGNORECASE)
    bare, count = mention.subn(" ", text)
    for entity, words in (
        *message.parse_entities(["text_mention"]).items(),
        *message.parse_caption_entities(["text_mention"]).items(),
    ):
        if entity.user and entity.user.id == me.id:
            bare, count = bare.replace(words, " ", 1), count + 1
    return (True, bare.strip(" ,:\n")) if count else (False, text)


def _quoted(message: Message) -> str:
    """The question that a message without words of its own points at: the one it replies to."""
    replied = message.reply_to_message
    if message.quote and message.quote.is_manual:
        return message.quote.text
    if replied is None or (replied.from_user and replied.from_user.is_bot):
        return ""
    return (replied.text or replied.caption or "").strip()
