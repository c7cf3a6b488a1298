"""Groups, supergroups and forum topics: silent unless spoken to, and nobody mixed up."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.telegram.flood import IN_GROUPS
from tests.botapi import Group, World, serving
from tests.talking import monitorbot, texts

pytestmark = pytest.mark.anyio

QUESTION = "hoeveel agressie was er bij provincies in 2024?"
NAME = "monitor_test_bot"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with serving(patience=10.0) as served, monitorbot(served):
        yield served


@pytest.fixture
def group(world: World) -> Group:
    return world.group("Vrijdagborrel", "Anna", "Bob")


@pytest.mark.parametrize(
    "text",
    [
        QUESTION,
        "/figuur@other_bot 3",
        f"/vraag@other_bot @{NAME} {QUESTION}",
        "/ban 3",
        "zie /figuur 3",
        f"mail naar jan@{NAME}.nl",
        f"@{NAME}_2 {QUESTION}",
        "",
    ],
)
async def test_silent_unless_spoken_to(group: Group, text: str) -> None:
    anna = group.member("Anna")
    await (anna.says(text) if text else anna.sends_sticker())
    await group.hears_nothing()


@pytest.mark.parametrize(
    "text",
    [
        f"/vraag {QUESTION}",
        f"/vraag@{NAME} {QUESTION}",
        f"/VRAAG@{NAME.upper()} {QUESTION}",
        f"@{NAME} {QUESTION}",
        f"zeg @{NAME}, {QUESTION}",
        f"{QUESTION} @{NAME.upper()}",
        f"hoeveel agressie was er @{NAME} bij provincies in 2024?",
    ],
)
async def test_answers_when_spoken_to_in_reply(group: Group, text: str) -> None:
    anna = group.member("Anna")
    sent = await anna.says(text)
    reply = await group.hears()
    assert "47%" in reply.text
    assert reply.replies_to == sent.id


async def test_a_mention_in_a_caption_counts(group: Group) -> None:
    anna = group.member("Anna")
    await anna.sends_photo(f"@{NAME} {QUESTION}")
    assert "47%" in (await anna.hears()).text


async def test_a_mention_answers_the_question_it_replies_to(group: Group) -> None:
    anna, bob = group.member("Anna"), group.member("Bob")
    asked = await anna.says(QUESTION)
    await bob.says(f"@{NAME}", reply_to=asked)
    assert "47%" in (await bob.hears()).text
    await bob.says("/vraag", reply_to=asked)
    assert "47%" in (await bob.hears()).text


async def test_a_bare_mention_says_how_to_ask(group: Group) -> None:
    anna = group.member("Anna")
    await anna.says(f"@{NAME}")
    assert "/vraag" in (await anna.hears()).text


async def test_a_reply_to_the_bot_continues_from_that_message(group: Group) -> None:
    anna, bob = group.member("Anna"), group.member("Bob")
    await anna.says(f"/vraag {QUESTION}")
    first = await anna.hears()
    await anna.says("/vraag hoeveel provinciale ambtsdragers kregen verbale agressie in 2022?")
    await anna.hears()
    await bob.says("en in 2022?", reply_to=first)
    assert "59%" in (await bob.hears()).text


async def test_two_people_never_share_context(group: Group) -> None:
    anna, bob = group.member("Anna"), group.member("Bob")
    await anna.says(f"/vraag {QUESTION}")
    await anna.hears()
    await bob.says("/vraag hoeveel agressie bij waterschappen in 2024?")
    assert "23%" in (await bob.hears()).text
    await anna.says("/vraag en in 2022?")
    await bob.says("/vraag en in 2022?")
    assert "59%" in (await anna.hears()).text
    assert "30%" in (await bob.hears()).text


async def test_answers_stay_in_their_topic(world: World) -> None:
    forum = world.group("Forum", "Anna", topics=["Cijfers", "Borrel"])
    anna = forum.member("Anna", topic="Cijfers")
    await anna.says(f"/vraag {QUESTION}")
    reply = await anna.hears()
    assert reply.topic == forum.topic("Cijfers").thread_id
    await anna.presses("Toon figuur")
    photo = await forum.hears()
    assert photo.is_photo
    assert photo.topic == reply.topic
    elsewhere = forum.member("Anna", topic="Borrel")
    await elsewhere.says("/vraag en in 2022?")
    assert "59%" not in (await elsewhere.hears()).text
    world.assert_none_refused()


async def test_talk_in_a_topic_is_no_reply_to_the_bot(world: World) -> None:
    forum = world.group("Forum", "Anna", topics=["Cijfers"])
    await forum.member("Anna", topic="Cijfers").says(QUESTION)
    await forum.hears_nothing()


async def test_other_bots_are_never_answered(group: Group) -> None:
    other = group.bot("Ander")
    await other.says(f"/vraag@{NAME} {QUESTION}")
    await other.says(f"@{NAME} {QUESTION}")
    await group.hears_nothing()


async def test_anonymous_admins_and_channels_are_answered(world: World, group: Group) -> None:
    await group.anonymous_admin().says(f"/vraag {QUESTION}")
    assert "47%" in (await group.hears()).text
    channel = world.channel("Nieuws")
    await group.as_channel(channel).says(f"/vraag {QUESTION}")
    assert "47%" in (await group.hears()).text


async def test_channel_posts_are_met_with_silence(world: World, group: Group) -> None:
    channel = world.channel("Nieuws")
    await channel.posts(f"/vraag@{NAME} {QUESTION}")
    await group.as_channel(channel, forwarded=True).sends(
        {"text": f"/vraag@{NAME} {QUESTION}", "is_automatic_forward": True}
    )
    await channel.hears_nothing()
    await group.hears_nothing()


async def test_one_introduction_when_added(group: Group) -> None:
    anna = group.member("Anna")
    await anna.adds_bot()
    hello = await group.hears()
    assert "/vraag" in hello.text
    await anna.changes_bot("administrator")
    await group.hears_nothing()


async def test_being_removed_is_quiet(world: World, group: Group) -> None:
    anna = group.member("Anna")
    await anna.says(f"/vraag {QUESTION}")
    await anna.hears()
    await anna.removes_bot()
    await group.hears_nothing()
    world.assert_none_refused()


async def test_moves_to_a_supergroup_are_followed(world: World) -> None:
    basic = world.group("Oud", "Anna", basic=True)
    anna = basic.member("Anna")
    await anna.says(f"/vraag {QUESTION}")
    await anna.hears()
    moved = await basic.migrates()
    await moved.hears_nothing()
    same = moved.member("Anna")
    await same.says("/vraag en in 2022?")
    assert "59%" in (await same.hears()).text


async def test_a_reply_to_a_group_that_moved_meanwhile(world: World) -> None:
    basic = world.group("Oud", "Anna", basic=True)
    anna = basic.member("Anna")
    world.faults.next("drop", "sendMessage")
    await anna.says(f"/vraag {QUESTION}")
    moved = await basic.migrates()
    assert "47%" in (await moved.hears()).text


async def test_without_the_right_to_send_photos_the_chart_comes_in_words(group: Group) -> None:
    group.deny("photos")
    anna = group.member("Anna")
    await anna.says("/figuur 3")
    reply = await anna.hears()
    assert not reply.is_photo
    assert texts().no_photo_rights in reply.text
    assert "47%" in reply.text


async def test_without_the_right_to_send_files_it_says_so(group: Group) -> None:
    group.deny("documents")
    anna = group.member("Anna")
    await anna.says("/data 3")
    assert (await anna.hears()).text == texts().no_document_rights


async def test_without_the_right_to_write_nothing_is_lost_for_others(world: World) -> None:
    mute = world.group("Stil", "Anna")
    mute.deny("text")
    await mute.member("Anna").says(f"/vraag {QUESTION}")
    await mute.hears_nothing()
    bob = world.private("Bob")
    await bob.says(QUESTION)
    assert "47%" in (await bob.hears()).text


async def test_a_flood_gets_one_notice_and_holds_up_nobody(group: Group) -> None:
    anna, bob = group.member("Anna"), group.member("Bob")
    await anna.says(f"/vraag {QUESTION}")
    await anna.hears()
    for _ in range(IN_GROUPS + 15):
        await anna.says(f"/vraag {QUESTION}")
    await bob.says(f"/vraag {QUESTION}")
    assert "47%" in (await bob.hears()).text
    await group.world.settled()
    heard = [reply.text for reply in group.unheard() if "47%" not in reply.text]
    assert heard == [texts().flood.format(seconds=30)]


async def test_buttons_work_for_everyone(group: Group) -> None:
    anna, bob = group.member("Anna"), group.member("Bob")
    await anna.says(f"/vraag {QUESTION}")
    answer = await anna.hears()
    await bob.presses("Toon figuur")
    photo = await group.hears()
    assert photo.is_photo
    assert photo.replies_to == answer.id


async def test_an_edited_question_edits_the_reply(group: Group) -> None:
    anna = group.member("Anna")
    sent = await anna.says(f"/vraag {QUESTION}")
    first = await anna.hears()
    await anna.edits(sent, "/vraag hoeveel agressie bij waterschappen in 2024?")
    second = await group.hears()
    assert second.edited
    assert second.id == first.id


async def test_a_mention_added_by_an_edit_is_answered(group: Group) -> None:
    anna = group.member("Anna")
    sent = await anna.says(QUESTION)
    await group.hears_nothing()
    await anna.edits(sent, f"@{NAME} {QUESTION}")
    assert "47%" in (await anna.hears()).text


async def test_help_in_a_group_is_short_and_names_vraag(group: Group) -> None:
    anna = group.member("Anna")
    await anna.says(f"/help@{NAME}")
    assert "/vraag" in (await anna.hears()).text
    await anna.says(f"/onzin@{NAME}")
    assert "/help" in (await anna.hears()).text


async def test_a_closed_topic_is_left_alone(world: World) -> None:
    forum = world.group("Forum", "Anna", topics=["Dicht"])
    forum.topic("Dicht").closed = True
    await forum.member("Anna", topic="Dicht").says(f"/vraag {QUESTION}")
    await forum.hears_nothing()
