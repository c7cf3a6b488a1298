"""Starting: who the bot is, what to mend, menus and descriptions, and what makes it refuse."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from anyio import run_process

from tests.botapi import FaultKind, World, serving
from tests.talking import engine, monitorbot, texts

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with serving(privacy=True, patience=10.0) as served:
        yield served


async def until_registered(world: World) -> None:
    await world.until(lambda: world.counts["getMyShortDescription", "accepted"] > 0, 5)
    await world.until(lambda: world.in_flight == 0, 5)


async def test_menus_and_descriptions_are_registered_once(world: World) -> None:
    async with monitorbot(world):
        await world.until(lambda: world.counts["setMyShortDescription", "accepted"] > 0, 5)
    async with monitorbot(world):
        await until_registered(world)
    assert world.counts["setMyCommands", "accepted"] == 2
    assert world.counts["setMyDescription", "accepted"] == 1
    assert world.counts["setMyShortDescription", "accepted"] == 1
    world.assert_none_refused()
    menus = {
        json.loads(scope.split("|")[0])["type"] if "|" in scope else scope: commands
        for scope, commands in world.commands.items()
    }
    assert len(menus) == 2
    every = [c["command"] for commands in world.commands.values() for c in commands]
    assert set(every) == {*texts().commands.private, *texts().commands.groups}


async def test_every_command_in_the_menus_is_answered(world: World) -> None:
    async with monitorbot(world):
        anna = world.private("Anna")
        for command in {**texts().commands.private, **texts().commands.groups}:
            await anna.says(f"/{command}")
            assert (await anna.hears()).text != texts().unknown_command


async def test_all_well_is_said(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bot")
    async with monitorbot(world):
        await until_registered(world)
    assert "@monitor_test_bot" in caplog.text
    assert "privacy mode is on, as it should be" in caplog.text
    assert "inline mode is on, as it should be" in caplog.text


async def test_what_is_wrong_comes_with_the_cure(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(privacy=False, inline=False) as world, monitorbot(world):
        await until_registered(world)
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert any("privacy mode is OFF" in line and "/setprivacy" in line for line in warnings)
    assert any("inline mode is OFF" in line and "/setinline" in line for line in warnings)


async def test_telegram_away_at_start_is_waited_for(world: World) -> None:
    world.faults.next(FaultKind.BAD_GATEWAY, "getMe", times=2)
    async with monitorbot(world):
        anna = world.private("Anna")
        await anna.says("figuur 3")
        assert (await anna.hears()).is_photo


async def test_a_webhook_left_behind_is_removed(world: World) -> None:
    async with monitorbot(world):
        await until_registered(world)
    assert world.counts["deleteWebhook", "accepted"] == 1


def environment(world: World, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "TELEGRAM_BOT_TOKEN": world.token,
        "TELEGRAM_BASE_URL": world.url,
        "MONITORBOT_STORE": "sqlite:///:memory:",
        **more,
    }


RUN = (
    "import sys; from bot.telegram import run; from bot.engine import Engine; "
    "from bot.settings import load_settings; sys.exit(run(Engine.load(), load_settings()))"
)


async def run(env: dict[str, str]) -> Any:
    return await run_process([sys.executable, "-c", RUN], env=env, check=False)


async def test_a_token_that_telegram_does_not_know(world: World) -> None:
    done = await run(environment(world, TELEGRAM_BOT_TOKEN="7000000001:verkeerd"))
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 2
    assert lines[-1].startswith("TELEGRAM_BOT_TOKEN: Telegram does not know this token")
    assert not [line for line in lines if "verkeerd" in line or "Traceback" in line]


async def test_a_store_that_cannot_be_opened(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = f"sqlite:///{tmp_path / 'file' / 'x'}"
    done = await run(environment(world, MONITORBOT_STORE=store))
    assert done.returncode == 2
    assert done.stderr.decode().startswith("MONITORBOT_STORE: ")
    assert done.stderr.count(b"\n") == 1


def test_examples_are_four_different_kinds() -> None:
    answers = [engine().ask(example) for example in engine().examples]
    assert len(answers) == 4
    assert len({answer.intent for answer in answers}) == 4
    assert all(answer.status == "answered" for answer in answers)
