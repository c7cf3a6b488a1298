"""Webhook mode: 200 only after the reply, the secret, limits, health, metrics, replicas."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.telegram.outbox import IN_FLIGHT
from bot.telegram.web import MAX_BODY, SECRET_HEADER
from tests import endurance
from tests.botapi import FaultKind, World, serving
from tests.endurance import SECRET, free_port
from tests.talking import monitorbot

pytestmark = pytest.mark.anyio

QUESTION = "hoeveel agressie was er bij provincies in 2024?"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with serving(patience=20.0) as served:
        yield served


@pytest.fixture
async def address(world: World) -> AsyncIterator[str]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    async with monitorbot(
        world,
        webhook_url=f"{address}/telegram",
        webhook_secret=SECRET,
        listen=f"127.0.0.1:{port}",
    ):
        await world.until(lambda: world.webhook is not None, 5)
        yield address


@pytest.fixture
async def web(address: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
        yield client


async def test_a_question_is_answered_and_then_confirmed(world: World, address: str) -> None:
    anna = world.private("Anna")
    world.faults.next(FaultKind.FLOOD, "sendMessage", seconds=1)
    await anna.says(QUESTION)
    assert await world.until(lambda: world.faults.count == 1, 5)
    await asyncio.sleep(0.2)
    assert len(world.pending) == 1
    assert "47%" in (await anna.hears()).text
    await world.settled()
    assert world.counts["getUpdates", "accepted"] == 0


async def test_without_the_right_secret_nothing_happens(
    world: World, web: httpx.AsyncClient
) -> None:
    update = {"update_id": 1, "message": {"text": QUESTION}}
    for headers in ({}, {SECRET_HEADER: "fout"}, {SECRET_HEADER: ""}):
        assert (await web.post("/telegram", json=update, headers=headers)).status_code == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"x" * (MAX_BODY + 1), 413),
        (b"geen json", 400),
        (b"[]", 200),
        (b'{"update_id": 9}', 200),
        (b'{"update_id": 9, "message": 3}', 200),
    ],
)
async def test_odd_bodies(web: httpx.AsyncClient, body: bytes, status: int) -> None:
    got = await web.post("/telegram", content=body, headers={SECRET_HEADER: SECRET})
    assert got.status_code == status


async def test_health_and_metrics(world: World, web: httpx.AsyncClient) -> None:
    anna = world.private("Anna")
    await anna.says(QUESTION)
    await anna.says("hoe laat is het")
    await anna.hears()
    await anna.hears()
    await world.settled()
    assert (await web.get("/healthz")).text == "ok"
    assert (await web.get("/readyz")).text == "ok"
    counts = (await web.get("/metrics")).text
    assert 'monitorbot_updates_total{kind="question"} 2.0' in counts
    assert 'status="answered"} 1.0' in counts
    assert 'status="not_covered"} 1.0' in counts
    assert "monitorbot_update_seconds_count 2.0" in counts


async def test_health_in_polling_mode(world: World) -> None:
    listen = f"127.0.0.1:{free_port()}"
    async with (
        monitorbot(world, health_listen=listen),
        httpx.AsyncClient(base_url=f"http://{listen}", trust_env=False) as web,
    ):
        await world.until(lambda: world.counts["setMyShortDescription", "accepted"] > 0, 5)
        assert (await web.get("/readyz")).status_code == 200
        assert (await web.post("/telegram")).status_code == 404


async def test_two_replicas_killed_and_restarted_lose_nothing() -> None:
    figures = await endurance.replicas(people=20, each=10, times=1)
    assert figures["lost"] == 0
    assert figures["twice"] <= IN_FLIGHT
    assert figures["follow-ups understood"] == 20


async def test_a_port_in_use_is_one_line(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"),
            env={
                **os.environ,
                "TELEGRAM_BOT_TOKEN": world.token,
                "TELEGRAM_BASE_URL": world.url,
                "MONITORBOT_STORE": "sqlite:///:memory:",
                "MONITORBOT_WEBHOOK_URL": f"http://{listen}/telegram",
                "MONITORBOT_WEBHOOK_SECRET": SECRET,
                "MONITORBOT_LISTEN": listen,
            },
            stderr=PIPE,
        )
        _, stderr = await process.communicate()
    assert process.returncode == 2
    lines = [line for line in stderr.decode().splitlines() if line.startswith("MONITORBOT")]
    assert lines
    assert lines[0].startswith("MONITORBOT_LISTEN: cannot listen on")
    assert b"Traceback" not in stderr
    assert json.dumps(SECRET) not in stderr.decode()
