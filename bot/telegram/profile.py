"""How the bot presents itself in Telegram: command menus, descriptions, and a report at start."""

from __future__ import annotations

import logging
from functools import partial

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    User,
)
from telegram.constants import BotDescriptionLimit

from bot.engine import Engine
from bot.telegram.outbox import Outbox
from bot.telegram.texts import Menu, Texts

log = logging.getLogger(__name__)


async def publish_profile(outbox: Outbox, texts: Texts, engine: Engine) -> None:
    """Register commands and descriptions; only those that differ, for Telegram limits changes."""
    bot = outbox.bot
    menus: list[tuple[BotCommandScope, Menu]] = [
        (BotCommandScopeAllPrivateChats(), texts.commands.private),
        (BotCommandScopeAllGroupChats(), texts.commands.groups),
    ]
    for scope, menu in menus:
        wanted = tuple(BotCommand(n, text.format_map(engine.samples)) for n, text in menu.items())
        if await outbox.call(partial(bot.get_my_commands, scope)) != wanted:
            await outbox.call(partial(bot.set_my_commands, wanted, scope))
            log.info("command menu registered for %s", scope.type)
    description = texts.description.format_map(engine.samples)
    description = description[: BotDescriptionLimit.MAX_DESCRIPTION_LENGTH]
    if (await outbox.call(bot.get_my_description)).description != description:
        await outbox.call(partial(bot.set_my_description, description))
        log.info("description registered")
    short = texts.short_description.format_map(engine.samples)
    short = short[: BotDescriptionLimit.MAX_SHORT_DESCRIPTION_LENGTH]
    if (await outbox.call(bot.get_my_short_description)).short_description != short:
        await outbox.call(partial(bot.set_my_short_description, short))
        log.info("short description registered")


def report(me: User) -> list[tuple[str, bool]]:
    """Who the bot is and what to mend in BotFather: lines, each with whether all is well."""
    lines = [(f"this is @{me.username} (id {me.id})", True)]
    if me.can_read_all_group_messages:
        mend = (
            "privacy mode is OFF: Telegram sends the bot every message of its groups. Better on: "
            f"in BotFather /setprivacy, choose @{me.username}, Enable; then remove the bot from "
            "each group and add it again"
        )
        lines.append((mend, False))
    else:
        lines.append(("privacy mode is on, as it should be", True))
    if me.supports_inline_queries:
        lines.append(("inline mode is on, as it should be", True))
    else:
        mend = (
            f"inline mode is OFF: @{me.username} in other chats does nothing. Turn it on: in "
            f"BotFather /setinline, choose @{me.username}, and give a placeholder text"
        )
        lines.append((mend, False))
    if me.can_join_groups is False:
        mend = (
            "the bot cannot be added to groups. Allow it: in BotFather /setjoingroups, choose "
            f"@{me.username}, Enable"
        )
        lines.append((mend, False))
    return lines
