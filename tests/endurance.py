"""What the bot bears: kills, faults, mutated updates and long runs, and what it comes to.

The suite calls these with small numbers. For the figures in docs/operations.md:
``python -m tests.endurance kills|replicas|faults|updates|soak 2>log``.
"""

from __future__ import annotations

import asyncio
import copy
import json
import os
import random
import re
import signal
import socket
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.botapi import FaultKind, World, serving
from tests.botapi.people import Voice
from tests.redis_server import redis_server

QUESTION = "hoeveel agressie was er bij provincies in 2024?"
SHARE = "47%"
SECRET = "geheim-voor-de-test"
PATIENCE = 300.0
"""Seconds; for machines that do much else."""
PAGE_KIB = os.sysconf("SC_PAGE_SIZE") / 1024
Figures = dict[str, float]


@asynccontextmanager
async def world_for_bots() -> AsyncIterator[World]:
    """A test server; what still runs of the bots that were started does not outlive it."""
    async with serving(patience=PATIENCE) as world:
        try:
            yield world
        finally:
            for process in _started:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            _started.clear()


_started: list[Process] = []


async def until(world: World, happens: Callable[[], bool]) -> None:
    """Wait for something that bots do; not for one that ended by itself."""

    def ended() -> list[int]:
        return [p.returncode for p in _started if p.returncode not in (None, 0, -signal.SIGKILL)]

    found = await world.until(lambda: happens() or bool(ended()), PATIENCE)
    assert not ended(), f"a bot ended with status {ended()}; its log is on standard error"
    assert found, f"not within {PATIENCE} s; calls so far: {world.counts}"


async def settled(world: World) -> None:
    """Wait until every update is confirmed."""
    await until(world, lambda: not world.pending and not world.in_flight)


async def start(world: World, store: str, **more: str) -> Process:
    """A bot in a process of its own."""
    environment = {
        **os.environ,
        "TELEGRAM_BOT_TOKEN": world.token,
        "TELEGRAM_BASE_URL": world.url,
        "MONITORBOT_STORE": store,
        **more,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"), env=environment, stdout=DEVNULL
    )
    _started.append(process)
    asyncio.ensure_future(process.wait()).add_done_callback(lambda _: world.changed())
    return process


async def stop(process: Process) -> None:
    """Ask a bot to stop, and see it end well."""
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def start_replica(world: World, store: str, port: int) -> Awaitable[Process]:
    """A bot in webhook mode."""
    return start(
        world,
        store,
        MONITORBOT_WEBHOOK_URL=f"http://127.0.0.1:{port}/telegram",
        MONITORBOT_WEBHOOK_SECRET=SECRET,
        MONITORBOT_LISTEN=f"127.0.0.1:{port}",
    )


async def fetch(port: int, path: str) -> httpx.Response | None:
    """What a bot says on its own port; None where it does not listen."""
    async with httpx.AsyncClient(trust_env=False) as client:
        try:
            return await client.get(f"http://127.0.0.1:{port}{path}", timeout=30)
        except httpx.TransportError:
            return None


async def ready(port: int) -> None:
    """Wait until a bot takes updates."""
    for _ in range(1200):
        got = await fetch(port, "/readyz")
        if got is not None and got.status_code == 200:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the bot does not get ready")


async def ask_often(world: World, people: int, each: int) -> list[Voice]:
    """The same question from many people, in turn; those people."""
    voices = [world.private(f"P{number}") for number in range(people)]
    for _ in range(each):
        for voice in voices:
            await voice.says(QUESTION)
    return voices


async def sent(world: World, count: int) -> None:
    """Wait for so many messages of the bot."""
    await until(world, lambda: world.counts["sendMessage", "accepted"] >= count)


def losses(world: World) -> Figures:
    """How many questions were lost, and how many replies were too many."""
    replies = [update.replies for update in world.outcomes()]
    return {
        "questions": len(replies),
        "lost": replies.count(0),
        "twice": sum(replies) - len(replies) + replies.count(0),
    }


async def kills(people: int = 40, each: int = 25, times: int = 5) -> Figures:
    """SIGKILL at random moments under load, and a start after each."""
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        store = f"sqlite:///{folder}/state.sqlite"
        async with world_for_bots() as world:
            await ask_often(world, people, each)
            step = people * each // (times + 1)
            for number in range(times):
                process = await start(world, store)
                await sent(world, number * step + chance.randrange(step // 2, step))
                process.kill()
                await process.wait()
            process = await start(world, store)
            await settled(world)
            await stop(process)
            return losses(world)


async def replicas(people: int = 40, each: int = 25, times: int = 5) -> Figures:
    """Two webhook replicas on one Redis, one of them killed each time; Redis restarted too.

    Ends with a rolling restart, after which a follow-up is understood by whoever gets it.
    """
    with tempfile.TemporaryDirectory() as folder:
        ports = [free_port(), free_port()]
        async with redis_server(Path(folder)) as redis, world_for_bots() as world:
            world.balance = [f"http://127.0.0.1:{port}" for port in ports]
            running = [await start_replica(world, redis.address, port) for port in ports]
            for port in ports:
                await ready(port)
            voices = await ask_often(world, people, each)
            step = people * each // (times + 2)
            for number in range(times):
                await sent(world, (number + 1) * step)
                which = number % 2
                running[which].kill()
                await running[which].wait()
                running[which] = await start_replica(world, redis.address, ports[which])
                await ready(ports[which])
            await redis.stop()
            await redis.start()
            for which, port in enumerate(ports):
                await stop(running[which])
                running[which] = await start_replica(world, redis.address, port)
                await ready(port)
            await settled(world)
            figures = losses(world)
            for voice in voices:
                await voice.says("en in 2022?")
            await settled(world)
            for process in running:
                await stop(process)
            figures["follow-ups understood"] = sum(
                "59%" in voice.unheard()[-1].text for voice in voices
            )
            return figures


async def faults(people: int = 100, each: int = 20) -> Figures:
    """Three in ten calls fail, in five ways; afterwards every reply is there, in order."""
    kinds = (FaultKind.FLOOD, FaultKind.INTERNAL, FaultKind.BAD_GATEWAY, FaultKind.HTML)
    async with world_for_bots() as world:
        world.faults.rate(0.3, [*kinds, FaultKind.DROP], seconds=1)
        await ask_often(world, people, each)
        began = time.monotonic()
        process = await start(world, "sqlite:///:memory:")
        await settled(world)
        seconds = time.monotonic() - began
        world.faults.clear()
        await stop(process)
        return {**losses(world), "seconds": seconds}


async def soak(questions: int = 50_000) -> Figures:
    """A long run: what it does to memory, and whether the counters are right."""
    texts = labelled_questions()
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        async with world_for_bots() as world:
            process = await start(
                world,
                f"sqlite:///{folder}/state.sqlite",
                MONITORBOT_HEALTH_LISTEN=f"127.0.0.1:{port}",
            )
            await ready(port)
            people = [world.private(f"P{number}") for number in range(500)]
            sizes = []
            began = time.monotonic()
            for number in range(questions):
                await people[number % len(people)].says(texts[number % len(texts)])
                if number % 5000 == 4999:
                    await settled(world)
                    sizes.append(resident(process.pid))
            await settled(world)
            seconds = time.monotonic() - began
            sizes.append(resident(process.pid))
            got = await fetch(port, "/metrics")
            assert got is not None
            handled = total(got.text, "monitorbot_updates_total")
            answers = total(got.text, "monitorbot_answers_total")
            await stop(process)
            replies = [update.replies for update in world.outcomes()]
            return {
                **losses(world),
                "handled in /metrics": handled,
                "answers in /metrics": answers,
                "replies seen by the server": sum(replies),
                "MiB after the first 5,000": sizes[0],
                "MiB at the end": sizes[-1],
                "questions a second": questions / seconds,
            }


async def updates(number: int = 10_000, seed: int = 1) -> Figures:
    """Real updates with random damage; then a real question."""
    chance = random.Random(seed)
    async with world_for_bots() as world:
        process = await start(world, "sqlite:///:memory:")
        await until(world, lambda: world.counts["getUpdates", "accepted"] > 0)
        anna = world.private("Anna")
        real = await real_updates(world)
        for _ in range(number):
            world.emit_raw(damaged(real, chance))
        await anna.says(QUESTION)
        await settled(world)
        assert SHARE in anna.unheard()[-1].text
        await stop(process)
        return {"updates": number, "refused by the server": len(world.refused)}


async def real_updates(world: World) -> list[Any]:
    """One of every kind that the bot asks for, as the server made them."""
    anna = world.private("Bea")
    asked = await anna.says(QUESTION)
    answer = await anna.hears()
    await anna.presses(answer.buttons[0])
    await anna.hears()
    await anna.edits(asked, "en in 2022?")
    await anna.hears()
    await anna.sends_sticker()
    await anna.asks_inline("agressie")
    group = world.group("Groep", "Cor", basic=True)
    cor = group.member("Cor")
    await cor.adds_bot()
    await cor.says("@monitor_test_bot figuur 3")
    await group.migrates()
    await settled(world)
    return [json.loads(update.body) for update in world.outcomes()]


ODD: list[Any] = [
    None,
    True,
    -1,
    0,
    10**30,
    1.5,
    "",
    "x" * 5000,
    "\0",
    "<b>&",
    "\u202e",
    "٣",
    "1e5",
]
ODD += ["/figuur", "@monitor_test_bot", "/vraag@monitor_test_bot", [], {}, [[]], {"id": {}}]


def damaged(real: list[Any], chance: random.Random) -> Any:
    """A copy of one of these updates in which something was lost, changed, or put elsewhere."""
    update = copy.deepcopy(chance.choice(real))
    for _ in range(chance.randint(1, 4)):
        inside = chance.choice(list(containers(update)))
        key = chance.choice(list(inside) if isinstance(inside, dict) else range(len(inside)))
        what = chance.randrange(4)
        if what == 0:
            del inside[key]
        elif what == 1:
            inside[key] = chance.choice(ODD)
        elif what == 2:
            inside[key] = [inside[key]]
        else:
            other = chance.choice(list(containers(chance.choice(real))))
            inside[key] = copy.deepcopy(other)
        if not any(True for _ in containers(update)):
            break
    return update


def containers(value: Any) -> Iterator[Any]:
    """Every object and list in it that holds anything."""
    if isinstance(value, dict | list) and value:
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from containers(inner)


def labelled_questions() -> list[str]:
    """All questions of tests/questions/, each as a question of its own; no commands."""
    return [
        turn
        for path in sorted((Path(__file__).parent / "questions").glob("*.yaml"))
        for asked in yaml.safe_load(path.read_text(encoding="utf-8"))
        for turn in asked["turns"]
        if not turn.startswith("/")
    ]


def resident(pid: int) -> float:
    """Memory of a process, in MiB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_KIB / 1024


def total(metrics: str, name: str) -> float:
    """The sum of a counter over its labels."""
    lines = re.findall(rf"^{name}(?:{{.*}})? (\S+)$", metrics, re.MULTILINE)
    return sum(map(float, lines))


MEASURES: dict[str, Callable[[], Coroutine[Any, Any, Figures]]] = {
    measure.__name__: measure for measure in (kills, replicas, faults, updates, soak)
}

if __name__ == "__main__":
    for name, figure in asyncio.run(MEASURES[sys.argv[1]]()).items():
        print(f"{name}: {figure:g}")
