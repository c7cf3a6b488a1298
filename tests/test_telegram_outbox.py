"""Telegram's limits: one chat's wait is its own, the bot's own limit slows everything down."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from telegram.error import RetryAfter

from bot.telegram.metrics import Metrics
from bot.telegram.outbox import FLOODED, FRESH, IN_FLIGHT, PACE, Outbox

pytestmark = pytest.mark.anyio


class Calls:
    """Calls to Telegram that take as long as the test wants."""

    def __init__(self) -> None:
        self.begun = 0
        self.accept = asyncio.Event()

    async def quick(self) -> None:
        self.begun += 1

    async def slow(self) -> None:
        self.begun += 1
        await self.accept.wait()

    async def refused(self) -> None:
        raise RetryAfter(timedelta(seconds=60))


@pytest.fixture
def outbox() -> Outbox:
    nobody: Any = None
    return Outbox(nobody, Metrics())


async def end(*tasks: asyncio.Future[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize(("waiting", "paced"), [(FLOODED - 1, False), (FLOODED, True)])
async def test_the_bots_own_limit_is_told_from_the_chats(
    outbox: Outbox, waiting: int, paced: bool
) -> None:
    calls = Calls()
    told = [asyncio.ensure_future(outbox.call(calls.refused)) for _ in range(waiting)]
    await asyncio.sleep(0.3)
    began = asyncio.get_running_loop().time()
    others = [asyncio.ensure_future(outbox.call(calls.quick)) for _ in range(100)]
    if paced:
        await asyncio.sleep(0.5)
        seconds = asyncio.get_running_loop().time() - began
        assert 0 < calls.begun <= PACE * seconds + PACE / 5 + 1
    else:
        await asyncio.gather(*others)
    await end(*told, *others)


async def test_few_calls_are_fresh_and_many_may_hang(outbox: Outbox) -> None:
    calls = Calls()
    tasks = [asyncio.ensure_future(outbox.call(calls.slow)) for _ in range(IN_FLIGHT + 5)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert calls.begun == FRESH
    await asyncio.sleep(1)
    assert calls.begun == IN_FLIGHT
    calls.accept.set()
    await asyncio.gather(*tasks)
    assert calls.begun == IN_FLIGHT + 5
