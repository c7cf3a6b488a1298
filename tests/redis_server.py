"""A Redis of the tests' own, on a free port; a clear skip where there is none."""

from __future__ import annotations

import asyncio
import shutil
import socket
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest


class RedisServer:
    """One redis-server process, which keeps its data over a restart."""

    def __init__(self, folder: Path, port: int) -> None:
        self.address = f"redis://127.0.0.1:{port}/0"
        self._folder = folder
        self._port = port
        self._process: Process | None = None

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = await asyncio.create_subprocess_exec(
            *("redis-server", "--port", str(self._port), "--bind", "127.0.0.1"),
            *("--dir", str(self._folder), "--appendonly", "yes", "--save", ""),
            stdout=DEVNULL,
        )
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            await writer.wait_closed()
            return
        raise AssertionError("redis-server does not answer")

    async def stop(self) -> None:
        """Stop it."""
        if self._process and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()


@asynccontextmanager
async def redis_server(folder: Path) -> AsyncIterator[RedisServer]:
    """A running Redis that keeps its data in the folder."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed (Debian: apt-get install redis-server)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = RedisServer(folder, port)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
