"""From updates to handled updates: each once, in order per chat, none lost.

An update is finished when its reply was accepted by Telegram and that was recorded, or when there
is nothing (more) to say to it. Only then may it be confirmed.
"""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections import deque
from dataclasses import dataclass
from typing import Any

from telegram import Bot, Update
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.answer import Answer
from bot.store import State, Store
from bot.telegram.handlers import Handlers, Outcome
from bot.telegram.metrics import Metrics

log = logging.getLogger(__name__)

TRIES = 3
"""Times that an update which makes the code fail is tried."""
DEATHS = 20
"""Times that handling an update may begin and the process die, before it is set aside untried.
Many, for all that were in hand at such a moment count, also those that did no harm."""
_BUSY_PAUSE = 0.25
_GONE = (
    "chat not found",
    "user not found",
    "bot was kicked",
    "not a member",
    "deactivated",
    "have no rights to send",
    "not enough rights",
    "chat_write_forbidden",
    "topic_closed",
    "topic_deleted",
    "message thread not found",
    "chat_restricted",
    "need administrator rights",
)


class Delivery:
    """Takes updates in, hands each to the handlers, and says when it is finished."""

    def __init__(self, bot: Bot, handlers: Handlers, store: Store, metrics: Metrics) -> None:
        self._bot = bot
        self._handlers = handlers
        self._store = store
        self._metrics = metrics
        self._chats: dict[object, deque[_Job]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._finished: dict[int, asyncio.Future[None]] = {}

    def submit(self, raw: Any, late: bool = False) -> asyncio.Future[None]:
        """Take in one update as Telegram sent it; the future is done when it is finished.

        An update that is in hand already is not taken in again.
        """
        update_id = raw.get("update_id") if isinstance(raw, dict) else None
        if not isinstance(update_id, int):
            log.error("set aside something that is no update")
            nothing: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            nothing.set_result(None)
            return nothing
        if update_id in self._finished:
            return self._finished[update_id]
        finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._finished[update_id] = finished
        update, chat = self._parse(raw, update_id)
        job = _Job(update_id, update, chat, late, time.perf_counter())
        waiting = self._chats.setdefault(job.chat, deque())
        waiting.append(job)
        if len(waiting) == 1:
            task = asyncio.ensure_future(self._serve(job.chat, waiting))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return finished

    @property
    def pending(self) -> int:
        """How many updates are in hand or waiting."""
        return len(self._finished)

    async def drain(self, seconds: float) -> None:
        """Finish what was taken in, for at most so long; what is left is not confirmed."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)
        for finished in self._finished.values():
            finished.cancel()

    def _parse(self, raw: dict[str, Any], update_id: int) -> tuple[Update | None, object]:
        """The update, and in which queue it waits: None where it cannot be read."""
        # One update at a time: a malformed one must not take its neighbours along.
        try:
            update = Update.de_json(raw, self._bot)
            chat, user = update.effective_chat, update.effective_user
            # Ids come unchecked, and what is no number would stop more than this update.
            for found in (chat, user):
                if found and not isinstance(found.id, int):
                    raise TypeError("an id that is no number")
            # Order is kept per chat; inline queries have none, and wait for nobody else's.
            return update, chat.id if chat else ("person", user.id if user else 0)
        except Exception as error:
            log.error(
                "set aside an update that cannot be read: %s",
                type(error).__name__,
                extra={"update_id": update_id},
            )
            self._metrics.errors.labels("unreadable").inc()
            return None, None

    async def _serve(self, chat: object, waiting: deque[_Job]) -> None:
        """Handle one chat's updates, one after another, as long as there are any."""
        while waiting:
            job = waiting[0]
            try:
                await self._finish(job)
            except Exception as error:
                # Nothing that goes wrong with one update may stop those behind it.
                self._metrics.errors.labels("unfinished").inc()
                log.error(
                    "update not recorded: %s",
                    _without_values(error),
                    extra={"update_id": job.update_id},
                )
            waiting.popleft()
            self._finished.pop(job.update_id).set_result(None)
        del self._chats[chat]

    async def _finish(self, job: _Job) -> None:
        claim = await self._store.claim(job.update_id)
        while claim.state is State.BUSY:
            await asyncio.sleep(_BUSY_PAUSE)
            claim = await self._store.claim(job.update_id)
        if claim.state is State.DONE:
            self._metrics.duplicates.inc()
            return
        outcome = await self._handle(job, claim.tries)
        await self._store.done(job.update_id, *outcome.keep)
        seconds = time.perf_counter() - job.received
        self._count(outcome.kind, outcome.answer, seconds)
        log.info(
            "handled",
            extra={
                "update_id": job.update_id,
                "kind": outcome.kind,
                "status": outcome.answer.status.value if outcome.answer else None,
                "intent": outcome.answer.intent if outcome.answer else None,
                "ms": round(seconds * 1000, 1),
            },
        )

    async def _handle(self, job: _Job, begun: int) -> Outcome:
        """Handle one update; after a bounded number of failures it is set aside."""
        if job.update is None:
            return Outcome("unreadable")
        for attempt in range(1, TRIES + 1 if begun <= DEATHS else 1):
            try:
                return await self._handlers.handle(job.update, job.late)
            except Forbidden as error:
                log.info("dropped: %s", error, extra={"update_id": job.update_id})
                return Outcome("dropped")
            except BadRequest as error:
                if any(phrase in error.message.casefold() for phrase in _GONE):
                    log.info("dropped: %s", error, extra={"update_id": job.update_id})
                    return Outcome("dropped")
                log.error("Telegram refuses a reply: %s", error, extra={"update_id": job.update_id})
                break  # The same reply would be refused again.
            except Exception as error:
                log.error(
                    "update failed, try %d of %d: %s",
                    attempt,
                    TRIES,
                    _without_values(error),
                    extra={"update_id": job.update_id},
                )
        self._metrics.errors.labels("set_aside").inc()
        log.error("update set aside", extra={"update_id": job.update_id})
        try:
            await self._handlers.apologise(job.update)
        except (TelegramError, ChatMigrated) as error:
            log.info("no apology: %s", error, extra={"update_id": job.update_id})
        except Exception as error:
            log.error(
                "apology failed: %s",
                _without_values(error),
                extra={"update_id": job.update_id},
            )
        return Outcome("set_aside")

    def _count(self, kind: str, answer: Answer | None, seconds: float) -> None:
        self._metrics.updates.labels(kind).inc()
        self._metrics.latency.observe(seconds)
        if answer:
            self._metrics.answers.labels(answer.status.value, answer.intent).inc()


def _without_values(error: Exception) -> str:
    """Where an error came from. Its message is left out: it may quote what somebody wrote."""
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}".rstrip()


@dataclass(frozen=True, slots=True)
class _Job:
    """One update on its way."""

    update_id: int
    update: Update | None
    chat: object
    late: bool
    received: float
