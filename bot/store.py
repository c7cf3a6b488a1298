"""What the bot remembers between two updates: small values that expire, and handled updates.

No message text of users, no names: slots of the last question, ids of Telegram, file ids of charts
and questions that the bot itself offered. One interface; SQLite for one process, Redis for several.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Protocol, TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import BusyLoadingError, RedisError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

log = logging.getLogger(__name__)
T = TypeVar("T")

HANDLED_KEPT = 24 * 3600.0
"""How long a handled update is recognised, in seconds: as long as Telegram redelivers it."""
LEASE = 6
"""Seconds after which another replica may take over an update of one that died."""
_RETRIES = 12
_PURGE_EVERY = 600.0
_UNRECORDED_KEPT = 10_000


class StoreError(Exception):
    """The store cannot be read or written now."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A value under a key, until it expires."""

    key: str
    value: str
    ttl: float
    """Seconds to live."""
    chat: int | None = None
    """The chat it is about: :meth:`Store.forget` drops it with that chat."""


class State(Enum):
    """What is known of an update."""

    OURS = "ours"
    """To be handled now, by the caller alone."""
    BUSY = "busy"
    """Another replica has it in hand."""
    DONE = "done"
    """Its reply was accepted."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to handle an update, or why not."""

    state: State
    tries: int = 1
    """How many times handling it has begun, this one included."""


class Store(Protocol):
    """State that outlives the process. Every method may raise :class:`StoreError`."""

    async def get(self, key: str) -> str | None:
        """The value, or None where there is none or it expired."""

    async def put(self, *entries: Entry) -> None:
        """Keep values, all or none."""

    async def forget(self, chat: int) -> None:
        """Drop every value about a chat."""

    async def claim(self, update_id: int) -> Claim:
        """Begin to handle an update, unless it was handled or is in another replica's hands."""

    async def done(self, update_id: int, *entries: Entry) -> None:
        """Record that an update's reply was accepted, together with what it left to remember."""

    async def close(self) -> None:
        """Let go of files and connections."""


class SqliteStore:
    """State in one SQLite file, for one process.

    Calls take some 20 microseconds and run on the event loop: a thread would cost more. Commits do
    not wait for the disk: that survives the death of the process, which is what can happen to it
    (after a power cut the last second may be handled again, and is not lost).
    """

    def __init__(self, path: Path | str, busy_seconds: float = 0.2) -> None:
        try:
            if path != ":memory:":
                Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._db = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
            self._db.executescript(
                """
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = NORMAL;
                CREATE TABLE IF NOT EXISTS entry (
                    key TEXT PRIMARY KEY, value TEXT NOT NULL, chat INTEGER, expires REAL NOT NULL
                ) WITHOUT ROWID;
                CREATE INDEX IF NOT EXISTS entry_chat ON entry (chat);
                CREATE TABLE IF NOT EXISTS handled (
                    id INTEGER PRIMARY KEY, tries INTEGER NOT NULL, done INTEGER NOT NULL,
                    expires REAL NOT NULL
                );
                """
            )
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{path}: {error}") from None
        self._purged = 0.0

    async def get(self, key: str) -> str | None:
        """See :class:`Store`."""
        row = self._execute(
            "SELECT value FROM entry WHERE key = ? AND expires > ?", (key, time.time())
        )
        return row[0] if row else None

    async def put(self, *entries: Entry) -> None:
        """See :class:`Store`."""
        self._write(None, entries)

    async def forget(self, chat: int) -> None:
        """See :class:`Store`."""
        self._execute("DELETE FROM entry WHERE chat = ?", (chat,))

    async def claim(self, update_id: int) -> Claim:
        """See :class:`Store`; never BUSY, for there is one process."""
        row = self._execute(
            "INSERT INTO handled VALUES (?, 1, 0, ?) "
            "ON CONFLICT (id) DO UPDATE SET tries = tries + 1 RETURNING done, tries",
            (update_id, time.time() + HANDLED_KEPT),
        )
        done, tries = row or (0, 1)
        return Claim(State.DONE if done else State.OURS, tries)

    async def done(self, update_id: int, *entries: Entry) -> None:
        """See :class:`Store`."""
        self._write(update_id, entries)

    async def close(self) -> None:
        """See :class:`Store`."""
        self._db.close()

    def _execute(self, statement: str, values: tuple[object, ...]) -> tuple[Any, ...] | None:
        try:
            rows = self._db.execute(statement, values).fetchall()
        except (sqlite3.Error, OverflowError) as error:
            raise StoreError(str(error)) from error
        return rows[0] if rows else None

    def _write(self, update_id: int | None, entries: tuple[Entry, ...]) -> None:
        now = time.time()
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.executemany(
                    "INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?)",
                    [(e.key, e.value, e.chat, now + e.ttl) for e in entries],
                )
                if update_id is not None:
                    self._db.execute(
                        "INSERT OR REPLACE INTO handled VALUES (?, 1, 1, ?)",
                        (update_id, now + HANDLED_KEPT),
                    )
                if abs(now - self._purged) > _PURGE_EVERY:
                    self._db.execute("DELETE FROM entry WHERE expires <= ?", (now,))
                    self._db.execute("DELETE FROM handled WHERE expires <= ?", (now,))
                    self._purged = now
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except (sqlite3.Error, OverflowError) as error:
            raise StoreError(str(error)) from error


class RedisStore:
    """State in Redis, shared by several replicas of the bot.

    A claim is a lease that its replica renews as long as it lives: when a replica is killed,
    another one may take its updates over after :data:`LEASE` seconds.
    """

    def __init__(self, address: str, prefix: str = "monitorbot:") -> None:
        retry = Retry(ExponentialBackoff(cap=0.5, base=0.02), _RETRIES)
        self._redis = Redis.from_url(
            address,
            decode_responses=True,
            retry=retry,
            retry_on_error=[RedisConnectionError, RedisTimeoutError, BusyLoadingError],
            socket_timeout=2.0,
            socket_connect_timeout=2.0,
        )
        self._prefix = prefix
        self._owner = secrets.token_hex(8)
        self._leases: set[int] = set()
        self._renewing: asyncio.Task[None] | None = None

    async def get(self, key: str) -> str | None:
        """See :class:`Store`."""
        with _redis_errors():
            value = await self._redis.get(self._key("entry", key))
            return None if value is None else str(value)

    async def put(self, *entries: Entry) -> None:
        """See :class:`Store`."""
        with _redis_errors():
            async with self._redis.pipeline(transaction=True) as pipeline:
                self._add(pipeline, entries)
                await pipeline.execute()

    async def forget(self, chat: int) -> None:
        """See :class:`Store`."""
        with _redis_errors():
            index = self._key("chat", chat)
            keys = await self._redis.smembers(index)
            await self._redis.delete(index, *keys)

    async def claim(self, update_id: int) -> Claim:
        """See :class:`Store`."""
        with _redis_errors():
            if await self._redis.exists(self._key("done", update_id)):
                return Claim(State.DONE)
            lease = self._key("lease", update_id)
            ours = await self._redis.set(lease, self._owner, nx=True, ex=LEASE)
            # Where the reply to an earlier, equal call was lost, the lease is ours all the same.
            if not ours and await self._redis.get(lease) != self._owner:
                return Claim(State.BUSY)
            self._leases.add(update_id)
            if self._renewing is None:
                self._renewing = asyncio.ensure_future(self._renew())
            # Between the two looks another replica may have finished it and let go of its lease.
            if await self._redis.exists(self._key("done", update_id)):
                await self._let_go(update_id)
                return Claim(State.DONE)
            tries = self._key("tries", update_id)
            count = await self._redis.incr(tries)
            await self._redis.expire(tries, int(HANDLED_KEPT))
            return Claim(State.OURS, count)

    async def done(self, update_id: int, *entries: Entry) -> None:
        """See :class:`Store`."""
        with _redis_errors():
            async with self._redis.pipeline(transaction=True) as pipeline:
                self._add(pipeline, entries)
                pipeline.set(self._key("done", update_id), "", ex=int(HANDLED_KEPT))
                pipeline.delete(self._key("tries", update_id))
                await pipeline.execute()
            await self._let_go(update_id)

    async def close(self) -> None:
        """See :class:`Store`. What is not done may be taken over by another replica at once."""
        if self._renewing:
            self._renewing.cancel()
        with _redis_errors():
            for update_id in list(self._leases):
                await self._let_go(update_id)
            await self._redis.aclose()

    async def _let_go(self, update_id: int) -> None:
        self._leases.discard(update_id)
        await self._redis.delete(self._key("lease", update_id))

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(LEASE / 4)
            try:
                async with self._redis.pipeline(transaction=False) as pipeline:
                    for update_id in self._leases:
                        pipeline.set(self._key("lease", update_id), self._owner, ex=LEASE)
                    await pipeline.execute()
            except RedisError as error:
                log.warning("leases not renewed: %s", error)

    def _add(self, pipeline: Any, entries: tuple[Entry, ...]) -> None:
        for entry in entries:
            key = self._key("entry", entry.key)
            pipeline.set(key, entry.value, px=max(1, int(entry.ttl * 1000)))
            if entry.chat is not None:
                index = self._key("chat", entry.chat)
                pipeline.sadd(index, key)
                pipeline.expire(index, int(HANDLED_KEPT))

    def _key(self, kind: str, name: object) -> str:
        return f"{self._prefix}{kind}:{name}"


@contextmanager
def _redis_errors() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise StoreError(f"Redis: {error}") from error


class TolerantStore:
    """A store that lets the bot go on answering while it cannot be used (locked, full disk, down).

    Then nothing is remembered: a follow-up is asked what it is about, and an update may be
    answered twice if the process dies before it is confirmed. The first failure and the recovery
    are logged.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._failing = False
        self._unrecorded: OrderedDict[int, None] = OrderedDict()

    async def get(self, key: str) -> str | None:
        """See :class:`Store`; None where the store fails."""
        return await self._try(self._store.get(key), None)

    async def put(self, *entries: Entry) -> None:
        """See :class:`Store`; forgotten where the store fails."""
        await self._try(self._store.put(*entries), None)

    async def forget(self, chat: int) -> None:
        """See :class:`Store`.

        Raises:
            StoreError: here a failure is no detail: somebody asked to be forgotten.
        """
        await self._store.forget(chat)

    async def claim(self, update_id: int) -> Claim:
        """See :class:`Store`; the caller's where the store fails."""
        if update_id in self._unrecorded:
            return Claim(State.DONE)
        return await self._try(self._store.claim(update_id), Claim(State.OURS))

    async def done(self, update_id: int, *entries: Entry) -> None:
        """See :class:`Store`; remembered in memory where the store fails."""
        try:
            await self._store.done(update_id, *entries)
        except StoreError as error:
            self._failed(error)
            self._unrecorded[update_id] = None
            if len(self._unrecorded) > _UNRECORDED_KEPT:
                self._unrecorded.popitem(last=False)
        else:
            # Only this shows recovery: a full disk can be read, and takes a small write at times.
            if self._failing:
                log.warning("the store works again")
            self._failing = False

    async def close(self) -> None:
        """See :class:`Store`."""
        await self._try(self._store.close(), None)

    async def _try(self, work: Awaitable[T], instead: T) -> T:
        try:
            return await work
        except StoreError as error:
            self._failed(error)
            return instead

    def _failed(self, error: StoreError) -> None:
        if not self._failing:
            log.error("the store fails; answering goes on without it: %s", error)
        self._failing = True


def open_store(address: str) -> Store:
    """The store at ``sqlite:///PATH`` or ``redis://…``; the latter connects at first use.

    Raises:
        StoreError: it cannot be opened.
    """
    if address.startswith("redis"):
        return RedisStore(address)
    return SqliteStore(address.removeprefix("sqlite:///"))
