"""The bot, served over real HTTP against a test server, for tests that read like transcripts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

from bot.engine import Engine
from bot.paths import default_intents
from bot.settings import Settings
from bot.store import SqliteStore, Store
from bot.telegram.service import serve
from bot.telegram.texts import Texts, load_texts
from tests.botapi import World


@lru_cache
def engine() -> Engine:
    """The real engine on the real factsheet."""
    return Engine.load()


@lru_cache
def texts() -> Texts:
    """What the bot says besides answers."""
    return load_texts(default_intents())


@asynccontextmanager
async def monitorbot(
    world: World, *, store: Store | None = None, with_engine: Any = None, **settings: Any
) -> AsyncIterator[None]:
    """The bot at work; afterwards it has finished what was in hand, and failed nowhere."""
    stop = asyncio.Event()
    serving = asyncio.ensure_future(
        serve(
            world.token,
            with_engine or engine(),
            Settings(_env_file=None, base_url=world.url, **settings),
            texts(),
            store or SqliteStore(":memory:"),
            stop,
        )
    )
    try:
        yield
    finally:
        stop.set()
        await serving
