"""No question is lost: faults, kills, redelivery, poison, order; all over real HTTP."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.answer import Answer, Status
from bot.conversation import Conversation
from bot.engine import Engine
from bot.store import SqliteStore, StoreError
from bot.telegram.delivery import DEATHS, TRIES
from bot.telegram.outbox import IN_FLIGHT
from tests import endurance
from tests.botapi import FaultKind, World, serving
from tests.talking import engine, monitorbot, texts

pytestmark = pytest.mark.anyio

QUESTION = "hoeveel agressie was er bij provincies in 2024?"
YEARS = (2014, 2016, 2018, 2020, 2022, 2024)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with serving(patience=20.0) as served:
        yield served


def sent_at_least(world: World, count: int) -> bool:
    return world.counts["sendMessage", "accepted"] >= count


class Echo(Engine):
    """Answers with the question."""

    def __init__(self) -> None:
        self.publications = engine().publications
        self.language = engine().language

    def ask(self, text: str, conversation: Conversation | None = None) -> Answer:
        return Answer(text, Status.ANSWERED, "echo", text)


class Failing(Echo):
    """Fails on some questions."""

    asked = 0

    def ask(self, text: str, conversation: Conversation | None = None) -> Answer:
        if "gif" in text:
            self.asked += 1
            raise ZeroDivisionError(f"poison: {text}")
        return super().ask(text, conversation)


def replies_by_update(world: World) -> list[int]:
    return [update.replies for update in world.outcomes()]


@pytest.mark.parametrize("kind", [kind for kind in FaultKind if "hang" not in kind])
async def test_a_fault_delays_a_reply_and_loses_none(world: World, kind: FaultKind) -> None:
    async with monitorbot(world):
        anna = world.private("Anna")
        world.faults.next(kind, "sendMessage", times=2)
        await anna.says(QUESTION)
        assert "47%" in (await anna.hears()).text
        await world.settled()


async def test_another_chat_does_not_wait_for_the_one_in_trouble(world: World) -> None:
    async with monitorbot(world):
        anna, bob = world.private("Anna"), world.private("Bob")
        world.faults.next(FaultKind.FLOOD, "sendMessage", seconds=2)
        await anna.says(QUESTION)
        assert await world.until(lambda: world.faults.count == 1, 5)
        await bob.says(QUESTION)
        assert "47%" in (await bob.hears()).text
        assert not anna.unheard()
        assert "47%" in (await anna.hears()).text


async def test_order_per_chat_and_no_loss_with_a_third_of_all_calls_failing(world: World) -> None:
    kinds = [FaultKind.INTERNAL, FaultKind.BAD_GATEWAY, FaultKind.HTML, FaultKind.DROP]
    world.faults.rate(0.3, kinds)
    async with monitorbot(world, with_engine=Echo()):
        people = [world.private(f"P{number}") for number in range(25)]
        for number in range(6):
            for person in people:
                await person.says(f"vraag {number}")
        await world.settled(60)
        world.faults.clear()
    assert replies_by_update(world) == [1] * 150
    for person in people:
        assert [reply.text for reply in person.unheard()] == [f"vraag {n}" for n in range(6)]


async def test_updates_are_confirmed_only_after_their_reply(world: World) -> None:
    async with monitorbot(world):
        anna = world.private("Anna")
        world.faults.next(FaultKind.FLOOD, "sendMessage", seconds=1)
        await anna.says(QUESTION)
        assert await world.until(lambda: world.faults.count == 1, 5)
        await asyncio.sleep(0.3)
        assert len(world.pending) == 1
        await anna.hears()
        await world.settled()


async def test_a_redelivered_update_is_not_answered_again(world: World, tmp_path: Path) -> None:
    anna = world.private("Anna")
    await anna.says(QUESTION)
    (update,) = world.pending.values()
    async with monitorbot(world, store=SqliteStore(tmp_path / "s")):
        await anna.hears()
        await world.settled()
    world.emit_raw(json.loads(update.body), update.id)
    async with monitorbot(world, store=SqliteStore(tmp_path / "s")):
        await world.settled()
    assert not anna.unheard()


async def test_a_poison_update_is_set_aside_with_an_apology(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    failing = Failing()
    async with monitorbot(world, with_engine=failing):
        anna = world.private("Anna")
        await anna.says("gif Geheimpje")
        await anna.says("wat nu")
        assert (await anna.hears()).text == texts().apology
        assert (await anna.hears()).text == "wat nu"
        await world.settled()
    assert failing.asked == TRIES
    update = world.outcomes()[0]
    aside = [r for r in caplog.records if getattr(r, "update_id", None) == update.id]
    assert aside
    assert "Geheimpje" not in caplog.text


async def test_an_update_that_keeps_killing_the_process_is_set_aside(
    world: World, tmp_path: Path
) -> None:
    anna = world.private("Anna")
    await anna.says("gif")
    (update,) = world.pending.values()
    store = SqliteStore(tmp_path / "state.sqlite")
    for _ in range(DEATHS):
        await store.claim(update.id)
    failing = Failing()
    async with monitorbot(world, with_engine=failing, store=store):
        assert (await anna.hears()).text == texts().apology
        await world.settled()
    assert failing.asked == 0


async def test_unanswered_questions_are_kept_only_when_asked_to(
    world: World, tmp_path: Path
) -> None:
    path = tmp_path / "unanswered.jsonl"
    async with monitorbot(world, unanswered_log=path):
        anna = world.private("Anna")
        await anna.says("hoe laat is het")
        await anna.says(QUESTION)
        await anna.says("/privacy")
        await world.settled()
        privacy = anna.unheard()[-1]
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"text": "hoe laat is het"}
    ]
    assert texts().unanswered_on in privacy.text


async def test_a_log_of_questions_that_cannot_be_written_costs_no_answer(
    world: World, tmp_path: Path
) -> None:
    async with monitorbot(world, unanswered_log=tmp_path):
        anna = world.private("Anna")
        await anna.says("hoe laat is het")
        assert (await anna.hears()).text != texts().apology


async def test_a_refused_reply_is_no_endless_story(world: World) -> None:
    async with monitorbot(world):
        anna = world.private("Anna")
        world.faults.next(FaultKind.HTML, "sendMessage")
        await anna.says(QUESTION)
        anna.chat.deactivated = True
        await world.settled()


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        ("get", StoreError("database or disk is full")),
        ("put", StoreError("database or disk is full")),
        ("claim", StoreError("database or disk is full")),
        ("done", StoreError("database or disk is full")),
        ("done", ZeroDivisionError("what nobody thought of")),
    ],
)
async def test_a_broken_store_loses_no_answer(world: World, broken: str, error: Exception) -> None:
    store = SqliteStore(":memory:")

    async def fails(*_: Any) -> Any:
        raise error

    setattr(store, broken, fails)
    async with monitorbot(world, store=store):
        anna = world.private("Anna")
        for _ in range(2):
            await anna.says(QUESTION)
            assert "47%" in (await anna.hears()).text
        await world.settled()


async def test_a_full_disk_and_a_locked_file_lose_no_answer(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = SqliteStore(tmp_path / "state", busy_seconds=0.01)
    (pages,) = store._db.execute("PRAGMA page_count").fetchone()
    anna = world.private("Anna")

    async def asks(times: int) -> None:
        for _ in range(times):
            await anna.says(QUESTION)
            assert "47%" in (await anna.hears()).text

    async with monitorbot(world, store=store):
        store._db.execute(f"PRAGMA max_page_count = {pages}")
        await asks(30)
        assert "answering goes on without it: database or disk is full" in caplog.text
        store._db.execute("PRAGMA max_page_count = 1000000")
        await asks(1)
        other = sqlite3.connect(tmp_path / "state", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        await asks(3)
        assert "answering goes on without it: database is locked" in caplog.text
        other.execute("COMMIT")
        other.close()
        await asks(1)
        await world.settled()
    assert caplog.text.count("the store works again") == 2


async def test_clock_jumps_lose_no_answer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time
    async with monitorbot(world):
        anna = world.private("Anna")
        for jump in (0, 90_000, -90_000, 10 * 365 * 86_400, 0):
            monkeypatch.setattr(time, "time", lambda jump=jump: now() + jump)
            await anna.says(QUESTION)
            assert "47%" in (await anna.hears()).text
            await anna.says("en in 2022?")
            assert "59%" in (await anna.hears()).text
        await world.settled()


async def test_a_second_poller_is_a_clear_message(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async with monitorbot(world):
        await world.until(lambda: world.counts["getUpdates", "accepted"] > 0, 2)
        async with monitorbot(world):
            await world.until(lambda: "409" in caplog.text, 5)
    assert "another program polls with this bot's token" in caplog.text


async def test_the_token_is_nowhere_in_the_logs(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    world.faults.rate(0.5, [kind for kind in FaultKind if "hang" not in kind and kind != "flood"])
    async with monitorbot(world):
        anna = world.private("Annabel")
        for _ in range(5):
            await anna.says(f"geheimwoord {QUESTION}")
        await world.settled(30)
        world.faults.clear()
    assert world.token not in caplog.text
    assert "geheimwoord" not in caplog.text
    assert "Annabel" not in caplog.text


async def test_the_store_holds_no_text_and_no_names(world: World, tmp_path: Path) -> None:
    async with monitorbot(world, store=SqliteStore(tmp_path / "state.sqlite")):
        anna = world.private("Annabel", username="annabel_42")
        for text in (QUESTION, "geheimwoord", "en in 2022?", "figuur 8"):
            await anna.says(text)
            await anna.hears()
        await world.settled()
    kept = (tmp_path / "state.sqlite").read_bytes()
    for word in (b"geheimwoord", b"Annabel", b"annabel_42", b"agressie was"):
        assert word not in kept


async def test_killed_under_load_nothing_is_lost() -> None:
    figures = await endurance.kills(people=20, each=15, times=2)
    assert figures["lost"] == 0
    assert figures["twice"] <= 2 * IN_FLIGHT


async def test_damaged_updates_stop_nothing() -> None:
    await endurance.updates(500)


async def test_metrics_count_what_the_server_saw() -> None:
    figures = await endurance.soak(200)
    assert figures["lost"] == figures["twice"] == 0
    for seen_by in ("handled in /metrics", "answers in /metrics", "replies seen by the server"):
        assert figures[seen_by] == 200


async def test_a_day_of_backlog_is_no_flood(world: World) -> None:
    people = [world.private(f"P{number}") for number in range(6)]
    group = world.group("Groep", "Cor")
    people.append(group.member("Cor"))
    day_ago = int(time.time()) - 24 * 3600
    for number in range(40):
        for person in people:
            text = f"/vraag vraag {number}"
            command = {"type": "bot_command", "offset": 0, "length": len("/vraag")}
            said = {"text": text, "date": day_ago + number * 2100, "entities": [command]}
            await person.sends(said)
    async with monitorbot(world, with_engine=Echo()):
        await world.settled(60)
    for person in people:
        assert [reply.text for reply in person.unheard()] == [f"vraag {n}" for n in range(40)]


async def test_sigterm_finishes_what_is_in_hand(world: World, tmp_path: Path) -> None:
    anna = world.private("Anna")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        env={
            **os.environ,
            "TELEGRAM_BOT_TOKEN": world.token,
            "TELEGRAM_BASE_URL": world.url,
            "MONITORBOT_STORE": f"sqlite:///{tmp_path / 'state.sqlite'}",
        },
        stderr=asyncio.subprocess.PIPE,
    )
    await anna.says(QUESTION)
    await anna.hears()
    world.faults.next(FaultKind.FLOOD, "sendMessage", seconds=1)
    await anna.says(QUESTION)
    await world.until(lambda: world.faults.count == 1, 5)
    process.send_signal(signal.SIGTERM)
    _, stderr = await process.communicate()
    assert process.returncode == 0
    assert "47%" in (await anna.hears()).text
    assert not world.pending
    assert re.search(rb"update_id=\d+ kind=question", stderr)
    assert world.token.encode() not in stderr


FIELDS = ["message", "chat", "from", "text", "id", "type", "date", "entities", "data", "query"]
FIELDS += ["message_id", "callback_query", "inline_query", "my_chat_member", "reply_to_message"]
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
)
anything = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(FIELDS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


async def test_no_update_can_stop_the_bot(world: World) -> None:
    drawn: list[Any] = []

    @settings(max_examples=150, database=None, suppress_health_check=list(HealthCheck))
    @given(
        st.dictionaries(
            st.sampled_from(
                [
                    "message",
                    "edited_message",
                    "callback_query",
                    "inline_query",
                    "my_chat_member",
                    "poll",
                ]
            ),
            anything,
            min_size=1,
            max_size=2,
        )
    )
    def draw(update: Any) -> None:
        drawn.append(update)

    draw()
    real = {
        "message_id": 5,
        "date": 1,
        "chat": {"id": 77, "type": "private"},
        "from": {"id": 77, "is_bot": False, "first_name": "x"},
        "text": QUESTION,
    }
    odd: Any
    for key in real:
        for odd in (None, [], {}, -1, 10**30, "x", {"id": "x"}):
            drawn.append({"message": {**real, key: odd}})
    async with monitorbot(world):
        for update in drawn:
            world.emit_raw(update)
        anna = world.private("Anna")
        await anna.says(QUESTION)
        assert "47%" in (await anna.hears(30)).text
        await world.settled(30)
