"""The store: values that expire, updates that are claimed once, and failures that are survived."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.store import (
    HANDLED_KEPT,
    Claim,
    Entry,
    RedisStore,
    SqliteStore,
    State,
    Store,
    StoreError,
    TolerantStore,
    open_store,
)
from tests.redis_server import redis_server

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["sqlite", "redis"])
async def address(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new folder' / 'state.sqlite'}"
        return
    async with redis_server(tmp_path) as running:
        yield running.address


@pytest.fixture
async def store(address: str) -> AsyncIterator[Store]:
    opened = open_store(address)
    yield opened
    await opened.close()


async def test_values_are_kept_and_replaced(store: Store) -> None:
    assert await store.get("a") is None
    await store.put(Entry("a", "één", 60), Entry("b", "2", 60))
    await store.put(Entry("a", "1", 60))
    assert (await store.get("a"), await store.get("b")) == ("1", "2")


async def test_values_expire(store: Store) -> None:
    await store.put(Entry("gone", "1", 0.05), Entry("kept", "1", 60))
    await asyncio.sleep(0.1)
    assert await store.get("gone") is None
    assert await store.get("kept") == "1"


async def test_forget_drops_one_chat(store: Store) -> None:
    await store.put(Entry("a", "1", 60, -100), Entry("b", "1", 60, 7), Entry("c", "1", 60))
    await store.forget(-100)
    assert [await store.get(key) for key in "abc"] == [None, "1", "1"]


async def test_an_update_is_claimed_until_it_is_done(store: Store) -> None:
    assert (await store.claim(5)).state is State.OURS
    await store.done(5, Entry("left", "behind", 60))
    assert (await store.claim(5)).state is State.DONE
    assert await store.get("left") == "behind"
    assert (await store.claim(6)).state is State.OURS


async def test_state_outlives_the_process_and_counts_tries(address: str) -> None:
    for tries in (1, 2, 3):
        store = open_store(address)
        assert await store.claim(5) == Claim(State.OURS, tries)
        await store.close()


async def test_two_replicas_never_have_the_same_update(tmp_path: Path) -> None:
    async with redis_server(tmp_path) as running:
        one, two = open_store(running.address), open_store(running.address)
        states = [(await store.claim(5)).state for store in (one, two)]
        assert states == [State.OURS, State.BUSY]
        await one.done(5, Entry("a", "1", 60))
        assert (await two.claim(5)).state is State.DONE
        assert await two.get("a") == "1"
        await one.close()
        await two.close()


async def test_a_dead_replicas_updates_can_be_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.LEASE", 1)
    async with redis_server(tmp_path) as running:
        dead, alive = RedisStore(running.address), RedisStore(running.address)
        await dead.claim(5)
        await asyncio.sleep(1.5)
        assert (await alive.claim(5)).state is State.BUSY  # Renewed, for it lives.
        assert dead._renewing
        dead._renewing.cancel()
        await asyncio.sleep(1.2)
        assert await alive.claim(5) == Claim(State.OURS, 2)
        await dead.close()
        await alive.close()


async def test_a_restart_of_redis_is_waited_for(tmp_path: Path) -> None:
    async with redis_server(tmp_path) as running:
        store = open_store(running.address)
        await store.put(Entry("a", "1", 60))
        await running.stop()
        reading = asyncio.ensure_future(store.get("a"))
        await asyncio.sleep(0.3)
        await running.start()
        assert await reading == "1"
        await store.close()


async def test_redis_away_is_a_store_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store._RETRIES", 1)
    store = open_store("redis://127.0.0.1:1")
    with pytest.raises(StoreError, match="Redis"):
        await store.get("a")
    await store.close()


async def test_handled_updates_are_dropped_after_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqliteStore(tmp_path / "state")
    await store.done(5, Entry("a", "1", 60))
    later = time.time() + HANDLED_KEPT + 1
    monkeypatch.setattr(time, "time", lambda: later)
    await store.done(6)
    with sqlite3.connect(tmp_path / "state") as db:
        assert db.execute("SELECT id FROM handled").fetchall() == [(6,)]
        assert db.execute("SELECT key FROM entry").fetchall() == []
    db.close()
    await store.close()


async def test_a_clock_that_jumps_back_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqliteStore(tmp_path / "state")
    await store.done(5, Entry("a", "1", 60))
    earlier = time.time() - 90_000
    monkeypatch.setattr(time, "time", lambda: earlier)
    await store.done(6)
    assert (await store.claim(5)).state is State.DONE
    assert await store.get("a") == "1"
    await store.close()


async def test_a_failed_write_leaves_nothing_half(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "state")
    bad: Any = Entry("b", None, 60)  # type: ignore[arg-type]
    with pytest.raises(StoreError):
        await store.done(5, Entry("a", "1", 60), bad)
    assert await store.get("a") is None
    assert (await store.claim(5)).state is State.OURS
    await store.close()


async def test_a_locked_file_is_a_store_error(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "state", busy_seconds=0.01)
    other = sqlite3.connect(tmp_path / "state", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="locked"):
        await store.put(Entry("a", "1", 60))
    other.execute("COMMIT")
    other.close()
    await store.put(Entry("a", "1", 60))
    assert await store.get("a") == "1"
    await store.close()


async def test_ids_beyond_sqlite_are_a_store_error() -> None:
    store = SqliteStore(":memory:")
    with pytest.raises(StoreError):
        await store.claim(10**30)
    await store.close()


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file"):
        open_store(f"sqlite:///{tmp_path / 'file' / 'state.sqlite'}")
    (tmp_path / "text").write_text("this is no database, and long enough to be seen as none" * 20)
    with pytest.raises(StoreError, match="not a database"):
        open_store(f"sqlite:///{tmp_path / 'text'}")


async def test_a_failing_store_remembers_what_is_done_in_memory(
    caplog: pytest.LogCaptureFixture,
) -> None:
    inner = SqliteStore(":memory:")
    store = TolerantStore(inner)
    await inner.close()
    assert await store.get("a") is None
    assert await store.claim(5) == Claim(State.OURS)
    await store.done(5)
    assert await store.claim(5) == Claim(State.DONE)
    with pytest.raises(StoreError):
        await store.forget(1)
    assert len(caplog.records) == 1
