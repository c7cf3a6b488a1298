"""Long polling that confirms an update only after it is finished.

``getUpdates`` confirms everything below its offset. So the offset is the first update that is not
finished; those from there on come again with each call, and are recognised. That costs nothing as
long as few are unfinished, so the next call is made when most of what came is done, and at growing
intervals while something takes long (a chart, a chat that Telegram told us to leave alone).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from functools import partial
from typing import Any

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.telegram.api import MOST_UPDATES, ApiBot
from bot.telegram.delivery import Delivery
from bot.telegram.metrics import Metrics
from bot.telegram.outbox import fault_name, seconds_to_wait

log = logging.getLogger(__name__)

_LONG = 30
_FEW = 10
"""Unfinished updates with which the next call is worth its repetition."""
_FIRST_PAUSE = 0.02
_LONGEST_PAUSE = 1.0
_FIRST_FAULT_PAUSE = 0.1
_LONGEST_FAULT_PAUSE = 5.0
_CONFLICT_PAUSE = 3.0
_IDS_RESTART = 24 * 3600.0


class Poller:
    """Fetches updates and hands them to the delivery until it is told to stop."""

    def __init__(self, bot: ApiBot, delivery: Delivery, metrics: Metrics) -> None:
        self._bot = bot
        self._delivery = delivery
        self._metrics = metrics
        self._unfinished: set[int] = set()
        self._highest: int | None = None
        self._received = time.monotonic()
        self._progress = 0
        self._few_left = asyncio.Event()
        self._pause = _FIRST_PAUSE

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until ``stop`` is set; the caller drains and confirms.

        Raises:
            InvalidToken: Telegram does not (any longer) know the token.
        """
        stopping = asyncio.ensure_future(stop.wait())
        late = True
        fault_pause = _FIRST_FAULT_PAUSE
        while not stop.is_set():
            timeout = 0 if self._unfinished else _LONG
            call = asyncio.ensure_future(self._bot.raw_updates(self._offset(), timeout))
            await asyncio.wait({call, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not call.done():
                call.cancel()
                break
            try:
                found = call.result()
            except InvalidToken:
                stopping.cancel()
                raise
            except (TelegramError, OSError) as error:
                late = True
                wait = self._report(error, fault_pause)
                fault_pause = min(fault_pause * 2, _LONGEST_FAULT_PAUSE)
                await asyncio.wait({stopping}, timeout=wait)
                continue
            fault_pause = _FIRST_FAULT_PAUSE
            self._take(found, late)
            late = late and len(found) == MOST_UPDATES
            await self._until_worth_a_call(stopping)
        stopping.cancel()

    async def confirm(self) -> None:
        """Confirm what is finished, before the process ends."""
        if self._highest is None:
            return
        try:
            await self._bot.raw_updates(self._offset(), 0)
        except (TelegramError, OSError) as error:
            log.warning("last updates not confirmed; they will be recognised: %s", error)

    def _offset(self) -> int | None:
        """The first unfinished update, or the next one."""
        if self._unfinished:
            return min(self._unfinished)
        if self._highest is None or time.monotonic() - self._received > _IDS_RESTART:
            # After a week without updates Telegram numbers from a new, perhaps lower, start.
            return None
        return self._highest + 1

    def _take(self, found: Iterable[Any], late: bool) -> None:
        for raw in found:
            update_id = raw.get("update_id") if isinstance(raw, dict) else None
            if not isinstance(update_id, int) or update_id in self._unfinished:
                continue
            self._received = time.monotonic()
            self._pause = _FIRST_PAUSE
            self._unfinished.add(update_id)
            self._highest = max(update_id, self._highest or update_id)
            finished = self._delivery.submit(raw, late)
            finished.add_done_callback(partial(self._finish, update_id))

    def _finish(self, update_id: int, _: object) -> None:
        self._unfinished.discard(update_id)
        self._progress += 1
        if len(self._unfinished) <= _FEW:
            self._few_left.set()

    async def _until_worth_a_call(self, stopping: asyncio.Future[Any]) -> None:
        """Wait until few are unfinished, or nothing was finished for a while."""
        while self._unfinished and not stopping.done():
            before = self._progress
            self._few_left.clear()
            few = asyncio.ensure_future(self._few_left.wait())
            await asyncio.wait(
                {few, stopping}, timeout=self._pause, return_when=asyncio.FIRST_COMPLETED
            )
            if few.done():
                self._pause = _FIRST_PAUSE
                return
            few.cancel()
            if self._progress == before:
                self._pause = min(self._pause * 2, _LONGEST_PAUSE)
                return
            self._pause = _FIRST_PAUSE

    def _report(self, error: Exception, pause: float) -> float:
        """Say what is wrong with getUpdates; the seconds to wait."""
        self._metrics.telegram_faults.labels(fault_name(error)).inc()
        if isinstance(error, RetryAfter):
            log.warning("Telegram asks to wait before polling again: %s", error)
            return seconds_to_wait(error)
        if isinstance(error, Conflict):
            log.error(
                "another program polls with this bot's token (409 Conflict): stop it, or give "
                "this one its own bot; trying again in %.0f s",
                max(pause, _CONFLICT_PAUSE),
            )
            return max(pause, _CONFLICT_PAUSE)
        log.warning("Telegram cannot be reached, again in %.1f s: %s", pause, error)
        return pause
