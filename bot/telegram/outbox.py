"""Calls to Telegram that are made until they are accepted.

Telegram's faults (too many requests, 5xx, HTML instead of JSON, dropped connections, no network)
delay a call and lose none; what Telegram refuses for good is raised.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from typing import TypeVar

from aiolimiter import AsyncLimiter
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.telegram.api import ApiBot
from bot.telegram.metrics import Metrics

log = logging.getLogger(__name__)

# How python-telegram-bot is told to give waiting times as timedelta, and not to warn about that.
os.environ.setdefault("PTB_TIMEDELTA", "true")

T = TypeVar("T")

IN_FLIGHT = 16
"""Calls at the same time, most of which hang: then enough are left for the rest."""
FRESH = 2
"""Calls begun less than ``_FRESH_SECONDS`` ago. As many replies may come twice when the process is
killed while Telegram is quick, so few; two in 30 ms are 66 a second, twice what Telegram takes
from one bot."""
_FRESH_SECONDS = 0.03
FLOODED = 10
"""Calls that wait because of "too many requests", each of another chat, from which on it is taken
for the bot's own limit and no longer the chats'."""
PACE = 25
"""Calls a second while that lasts; Telegram takes about 30."""
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0


class Outbox:
    """Makes calls, a bounded number at the same time, each until it is accepted or refused."""

    def __init__(self, bot: ApiBot, metrics: Metrics) -> None:
        self.bot = bot
        self._metrics = metrics
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._fresh = asyncio.Semaphore(FRESH)
        self._flooded = 0
        self._pace = AsyncLimiter(PACE / 5, 0.2)

    async def call(
        self, make: Callable[[], Awaitable[T]], *, final: tuple[type[TelegramError], ...] = ()
    ) -> T:
        """Make a call until Telegram accepts it; waiting holds no slot.

        Raises:
            BadRequest, Forbidden, ChatMigrated: Telegram refuses it for good; also what ``final``
                names.
        """
        pause = _FIRST_PAUSE
        while True:
            try:
                return await self._once(make)
            except (BadRequest, Forbidden, ChatMigrated):
                raise
            except RetryAfter as error:
                wait = seconds_to_wait(error)
                self._metrics.telegram_faults.labels("retry_after").inc()
                log.warning("Telegram asks to wait %g s", wait)
                self._flooded += 1
                try:
                    await asyncio.sleep(wait)
                finally:
                    self._flooded -= 1
            except (TelegramError, OSError) as error:
                if isinstance(error, final):
                    raise
                wait = pause * random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries, no secret
                pause = min(pause * 2, _LONGEST_PAUSE)
                self._metrics.telegram_faults.labels(fault_name(error)).inc()
                log.warning("call to Telegram failed, again in %.1f s: %s", wait, error)
                await asyncio.sleep(wait)

    async def attempt(self, make: Callable[[], Awaitable[object]]) -> None:
        """Make a call once, for what is not worth a second try."""
        try:
            await self._once(make)
        except (TelegramError, OSError) as error:
            log.debug("skipped a call that failed: %s", error)

    async def _once(self, make: Callable[[], Awaitable[T]]) -> T:
        async with self._slots:
            if self._flooded >= FLOODED:
                await self._pace.acquire()
            await self._fresh.acquire()
            # Frees the fresh place once: after some time, or at the end of a quick call.
            place = ExitStack()
            place.callback(self._fresh.release)
            aged = asyncio.get_running_loop().call_later(_FRESH_SECONDS, place.close)
            try:
                return await make()
            finally:
                aged.cancel()
                place.close()


def fault_name(error: Exception) -> str:
    """The kind of a fault, for metrics."""
    if isinstance(error, Conflict):
        return "conflict"
    if isinstance(error, InvalidToken):
        return "token"
    return "network"


def seconds_to_wait(error: RetryAfter) -> float:
    """What Telegram asks for with "too many requests"."""
    value = error.retry_after
    return value.total_seconds() if hasattr(value, "total_seconds") else float(value)
