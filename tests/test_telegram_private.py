"""Private chats: questions, charts, buttons, commands, edits."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot import charts
from bot.charts import draw
from bot.store import SqliteStore
from tests.botapi import Reply, Voice, World, serving
from tests.talking import engine, monitorbot, texts

pytestmark = pytest.mark.anyio

QUESTION = "Hoeveel agressie was er bij provincies in 2024?"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with serving(patience=10.0) as served:
        yield served
        served.assert_none_refused()


@pytest.fixture
async def anna(world: World) -> AsyncIterator[Voice]:
    async with monitorbot(world):
        yield world.private("Anna")


async def test_a_question_gets_number_source_and_a_chart_button(anna: Voice) -> None:
    await anna.says(QUESTION)
    reply = await anna.hears()
    assert "47%" in reply.text
    assert "2024" in reply.text
    assert "provincies" in reply.text
    assert ("italic", reply.text.splitlines()[-1]) in reply.entities
    assert "figuur 3" in reply.text.splitlines()[-1]
    assert reply.buttons[0] == "Toon figuur 3"
    assert len(reply.buttons) <= 3


async def test_the_chart_button_sends_a_photo_with_the_same_answer(anna: Voice) -> None:
    await anna.says(QUESTION)
    answer = await anna.hears()
    press = await anna.presses("Toon figuur 3")
    photo = await anna.hears()
    assert photo.is_photo
    assert photo.picture.width > 600
    assert photo.text == answer.text
    assert (await press.answered())["text"] is None
    assert ("upload_photo", None) in anna.chat.actions


async def test_a_chart_is_uploaded_once(world: World, anna: Voice) -> None:
    for _ in range(2):
        await anna.says("figuur 3")
        assert (await anna.hears()).is_photo
    first, second = world.accepted("sendPhoto")
    assert first.params.get("photo") not in world.files
    assert second.params["photo"] in world.files


async def test_nobody_waits_for_another_ones_chart(
    world: World, anna: Voice, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_draw = threading.Event()

    def slow(*arguments: Any) -> bytes:
        assert may_draw.wait(10)
        return draw(*arguments)

    monkeypatch.setattr(charts, "draw", slow)
    bob = world.private("Bob")
    await anna.says("figuur 3")
    await bob.says(QUESTION)
    assert "47%" in (await bob.hears()).text
    assert not anna.unheard()
    may_draw.set()
    assert (await anna.hears()).is_photo
    assert ("upload_photo", None) in anna.chat.actions


async def test_two_who_want_the_same_chart_share_the_drawing(
    world: World, anna: Voice, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def count(*arguments: Any) -> bytes:
        drawn.append(arguments)
        return draw(*arguments)

    monkeypatch.setattr(charts, "draw", count)
    people = [world.private(f"P{number}") for number in range(5)]
    for person in people:
        await person.says("figuur 2")
    for person in people:
        assert (await person.hears()).is_photo
    assert len(drawn) == 1


async def test_a_chart_that_cannot_be_drawn_comes_in_words(
    anna: Voice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> bytes:
        raise MemoryError

    monkeypatch.setattr(charts, "draw", fail)
    await anna.says("figuur 3")
    reply = await anna.hears()
    assert not reply.is_photo
    assert texts().no_chart in reply.text
    assert "47%" in reply.text


async def test_a_photo_that_telegram_lost_is_sent_anew(world: World) -> None:
    async with monitorbot(world):
        anna = world.private("Anna")
        await anna.says("figuur 3")
        await anna.hears()
        world.files.clear()
        await anna.says("figuur 3")
        assert (await anna.hears()).is_photo
    assert [call.method for call in world.refused] == ["sendPhoto"]
    world.log.clear()


async def test_an_answer_without_a_figure_has_a_picture_too(anna: Voice) -> None:
    await anna.says("wat zijn de redenen om geen aangifte te doen?")
    answer = await anna.hears()
    assert answer.buttons[0] == texts().card_button
    await anna.presses(texts().card_button)
    photo = await anna.hears()
    assert photo.is_photo
    assert photo.text == answer.text


async def test_a_suggestion_is_answered_like_the_question_it_shows(anna: Voice) -> None:
    await anna.says(QUESTION)
    answer = await anna.hears()
    suggestion = answer.buttons[1]
    await anna.presses(suggestion)
    reply = await anna.hears()
    assert reply.text.startswith(f"Vraag: {suggestion}\n")
    assert len(reply.text) > len(f"Vraag: {suggestion}\n")


async def test_clarify_offers_buttons_that_finish_the_question(anna: Voice) -> None:
    await anna.says("figuur 8")
    asked = await anna.hears()
    assert [button for button in asked.buttons if "8a" in button]
    await anna.presses(next(button for button in asked.buttons if "8b" in button))
    photo = await anna.hears()
    assert photo.is_photo
    assert "8b" in photo.text


async def test_clarify_takes_a_typed_answer(anna: Voice) -> None:
    await anna.says("figuur 8")
    await anna.hears()
    await anna.says("8a")
    reply = await anna.hears()
    assert reply.is_photo
    assert "8a" in reply.text


async def test_follow_ups_take_what_they_leave_out(anna: Voice) -> None:
    await anna.says(QUESTION)
    older = await anna.hears()
    await anna.says("en in 2022?")
    assert "59%" in (await anna.hears()).text
    await anna.says("en bij waterschappen?")
    reply = await anna.hears()
    assert "30%" in reply.text
    await anna.says("en bij gemeenten?", reply_to=older)
    assert "47%" in (await anna.hears()).text


async def test_start_offers_questions_that_the_bot_answers(anna: Voice) -> None:
    await anna.starts()
    welcome = await anna.hears()
    assert welcome.text.count("\n") == 1
    assert welcome.buttons == list(engine().examples)
    assert len(welcome.buttons) == 4
    statuses = set()
    for question in welcome.buttons:
        await anna.presses(question, on=welcome)
        reply = await anna.hears()
        statuses.add(reply.is_photo)
        assert any(sign in reply.text for sign in ("%", "figuur"))
    assert statuses == {True, False}


@pytest.mark.parametrize("figure", ["3", "8a"])
async def test_deep_link_to_a_figure(anna: Voice, figure: str) -> None:
    await anna.starts(f"figuur-{figure}")
    photo = await anna.hears()
    assert photo.is_photo
    assert f"iguur {figure}" in photo.text


async def test_deep_link_with_a_question(anna: Voice) -> None:
    await anna.starts("hoeveel-agressie-in-2024")
    assert "47%" in (await anna.hears()).text


async def test_figures_are_browsed_in_one_message(anna: Voice) -> None:
    await anna.says("/figuren")
    first = await anna.hears()
    assert first.is_photo
    assert first.text.startswith("Figuur 1 van 10")
    assert first.buttons == ["Volgende →", "[1]", "2", "3", "4", "5", "6", "7", "8a", "8b", "9"]
    await anna.presses("Volgende")
    second = await anna.hears()
    assert second.edited
    assert second.id == first.id
    assert second.text.startswith("Figuur 2 van 10")
    await anna.presses("9")
    last = await anna.hears()
    assert last.text.startswith("Figuur 10 van 10")
    assert last.buttons[0] == "← Vorige"
    assert "Volgende →" not in last.buttons


async def test_pressing_the_figure_that_is_shown_changes_nothing(world: World) -> None:
    async with monitorbot(world):
        anna = world.private("Anna")
        await anna.says("/figuren")
        await anna.hears()
        press = await anna.presses("[1]")
        await press.answered()
        await anna.hears_nothing()
    world.log.clear()  # Telegram says "message is not modified".


async def test_data_sends_the_numbers_as_csv(anna: Voice) -> None:
    await anna.says("/data 3")
    reply = await anna.hears()
    assert reply.upload
    assert reply.upload.name == "provincies-2024-figuur-3.csv"
    rows = list(csv.reader(io.StringIO(reply.upload.data.decode())))
    assert len(rows) == 19  # A heading, and three tiers in six years.


async def test_data_as_a_workbook(anna: Voice) -> None:
    await anna.says("/data 8a xlsx")
    reply = await anna.hears()
    assert reply.upload
    assert reply.upload.name == "provincies-2024-figuur-8a.xlsx"
    assert reply.upload.data.startswith(b"PK")


@pytest.mark.parametrize("text", ["/data", "/data 12"])
async def test_data_without_a_figure_lists_them(anna: Voice, text: str) -> None:
    await anna.says(text)
    assert "1, 2, 3, 4, 5, 6, 7, 8a, 8b, 9" in (await anna.hears()).text


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("/help", "/figuren"),
        ("/bron", "Monitor Integriteit en Veiligheid"),
        ("/privacy", "30 minuten"),
        ("/figuur 3", "iguur 3"),
        ("/figuur3", "iguur 3"),
        ("/FIGUUR_8a", "iguur 8a"),
        ("/vraag hoeveel agressie in 2024", "47%"),
        ("/vraag", "Bijvoorbeeld"),
        ("/watdanook", "/help"),
    ],
)
async def test_commands(anna: Voice, command: str, says: str) -> None:
    await anna.says(command)
    assert says in (await anna.hears()).text


async def test_forget_drops_the_context(anna: Voice) -> None:
    await anna.says(QUESTION)
    await anna.hears()
    await anna.says("/vergeet")
    assert (await anna.hears()).text == texts().forgotten
    await anna.says("en in 2022?")
    assert "59%" not in (await anna.hears()).text


async def test_an_edited_question_changes_the_earlier_reply(anna: Voice) -> None:
    sent = await anna.says(QUESTION)
    first = await anna.hears()
    await anna.edits(sent, "Hoeveel agressie was er bij provincies in 2022?")
    second = await anna.hears()
    assert second.edited
    assert second.id == first.id


async def test_an_edited_question_about_a_photo_changes_the_photo(anna: Voice) -> None:
    sent = await anna.says("figuur 2")
    first = await anna.hears()
    await anna.edits(sent, "figuur 3")
    second = await anna.hears()
    assert second.edited
    assert second.id == first.id
    assert "iguur 3" in second.text


async def test_a_photo_gives_way_to_an_answer_without_chart(anna: Voice) -> None:
    sent = await anna.says("figuur 2")
    first = await anna.hears()
    await anna.edits(sent, "hoe laat is het")
    assert (await anna.hears()).deleted
    reply = await anna.hears()
    assert not reply.is_photo
    assert reply.id != first.id


async def test_an_edit_that_changes_nothing_in_the_answer(world: World) -> None:
    async with monitorbot(world):
        anna = world.private("Anna")
        sent = await anna.says(QUESTION)
        await anna.hears()
        await anna.edits(sent, f"{QUESTION} ")
        await anna.hears_nothing()
    world.log.clear()  # Telegram says "message is not modified".


async def test_stickers_and_voice_get_one_line(anna: Voice) -> None:
    for sends in (anna.sends_sticker, anna.sends_voice):
        await sends()
        reply = await anna.hears()
        assert "tekst" in reply.text
        assert "\n" not in reply.text


async def test_a_caption_is_a_question(anna: Voice) -> None:
    await anna.sends_photo(QUESTION)
    assert "47%" in (await anna.hears()).text


async def test_an_album_gets_one_line(anna: Voice) -> None:
    photo = {"photo": [{"file_id": "A", "file_unique_id": "B", "width": 9, "height": 6}]}
    await anna.sends({**photo, "media_group_id": "42"})
    await anna.sends({**photo, "media_group_id": "42"})
    assert "tekst" in (await anna.hears()).text
    await anna.hears_nothing()


async def test_service_messages_are_met_with_silence(anna: Voice) -> None:
    await anna.sends({"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}})
    await anna.hears_nothing()


async def test_what_a_user_types_never_becomes_markup(anna: Voice) -> None:
    for text in ("<b>agressie", "</i><a href='http://x'>x</a>", "&amp; & <", "agressie </b> 2024"):
        await anna.says(text)
        await anna.hears()


async def test_another_bots_command_is_not_ours(anna: Voice) -> None:
    await anna.says("/figuur@other_bot 3")
    await anna.hears_nothing()


async def test_our_own_inline_result_is_no_question(world: World, anna: Voice) -> None:
    found = await anna.asks_inline(QUESTION)
    await anna.picks(found)
    await anna.hears_nothing()


async def test_buttons_survive_a_restart(world: World, tmp_path: Path) -> None:
    anna = world.private("Anna")
    buttons: list[str] = []
    async with monitorbot(world, store=SqliteStore(tmp_path / "state.sqlite")):
        await anna.says(QUESTION)
        buttons = (await anna.hears()).buttons
    async with monitorbot(world, store=SqliteStore(tmp_path / "state.sqlite")):
        for button in buttons:
            await anna.presses(button)
            reply = await anna.hears()
            assert reply.text
            assert reply.text != texts().stale_button


@pytest.mark.parametrize(
    "data",
    [
        "",
        "q",
        "q:",
        "q#nooit-bewaard",
        "c:x|y",
        "c:provincies-2024||weg",
        "c:provincies-2024|99",
        "z:1",
        "b:|",
    ],
)
async def test_an_unknown_button_says_so(anna: Voice, data: str) -> None:
    await anna.says(QUESTION)
    reply: Reply = await anna.hears()
    press = await anna.calls_back(reply.message, data)
    answered = await press.answered()
    await anna.world.settled()
    said = [reply.text for reply in anna.unheard()]
    assert texts().stale_button in (answered["text"], *said)


async def test_a_button_on_a_message_of_long_ago(anna: Voice) -> None:
    await anna.says(QUESTION)
    reply = await anna.hears()
    data = reply.keyboard[0][0]["callback_data"]
    await anna.calls_back(reply.message, data, inaccessible=True)
    photo = await anna.hears()
    assert photo.is_photo
    assert "47%" in photo.text


async def test_blocking_the_bot_is_quiet(world: World, anna: Voice) -> None:
    await anna.says(QUESTION)
    await anna.hears()
    await anna.blocks()
    await anna.hears_nothing()
