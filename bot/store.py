"""What the bot remembers between two updates: small values that expire, and handled updates.

No message text of users, no names: slots of the last question, ids of Telegram, file ids of charts
and questions that the bot itself offered. One interface; SQLite for one process.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Awaitable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Protocol, TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")

HANDLED_KEPT = 24 * 3600.0
"""How long a handled update is recognised, in seconds: as long as Telegram redelivers it."""
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
        await self._try(self._store.done(update_id, *entries), None)
        if self._failing:
            self._unrecorded[update_id] = None
            if len(self._unrecorded) > _UNRECORDED_KEPT:
                self._unrecorded.popitem(last=False)

    async def close(self) -> None:
        """See :class:`Store`."""
        await self._try(self._store.close(), None)

    async def _try(self, work: Awaitable[T], instead: T) -> T:
        try:
            result = await work
        except StoreError as error:
            if not self._failing:
                log.error("the store fails; answering goes on without it: %s", error)
            self._failing = True
            return instead
        if self._failing:
            log.warning("the store works again")
        self._failing = False
        return result


def open_store(address: str) -> Store:
    """The store at ``sqlite:///PATH``.

    Raises:
        StoreError: it cannot be opened.
    """
    return SqliteStore(address.removeprefix("sqlite:///"))
