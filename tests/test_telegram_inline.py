"""Inline mode: the same answer, to be sent in any chat."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.botapi import Voice, World, serving
from tests.talking import engine, monitorbot, texts

pytestmark = pytest.mark.anyio

QUESTION = "hoeveel agressie was er bij provincies in 2024?"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with serving(patience=10.0) as served, monitorbot(served):
        yield served
        served.assert_none_refused()


@pytest.fixture
def anna(world: World) -> Voice:
    return world.private("Anna")


async def test_an_answer_is_an_article_to_send(anna: Voice) -> None:
    found = await anna.asks_inline(QUESTION)
    assert found.results[0]["type"] == "article"
    assert "47%" in found.results[0]["sends"]["text"]
    assert "figuur 3" in found.results[0]["sends"]["text"]


async def test_results_are_cacheable_and_personal_to_nobody(anna: Voice) -> None:
    found = await anna.asks_inline(QUESTION)
    assert found.json["cache_time"] > 0
    assert found.json["is_personal"] is False
    again = await anna.asks_inline(QUESTION)
    assert [r["id"] for r in again.results] == [r["id"] for r in found.results]


async def test_a_figure_is_a_link_until_telegram_has_its_picture(anna: Voice) -> None:
    found = await anna.asks_inline("figuur 3")
    assert [result["type"] for result in found.results] == ["article", "article"]
    await anna.picks(found, 0)
    await anna.follows("Bekijk figuur 3", to=anna)
    assert (await anna.hears()).is_photo
    found = await anna.asks_inline("figuur 3")
    assert found.results[0]["type"] == "photo"
    assert "iguur 3" in found.results[0]["sends"]["caption"]


async def test_an_empty_query_offers_questions_and_all_figures(anna: Voice) -> None:
    found = await anna.asks_inline("")
    titles = found.titles
    assert [title for title in titles if title in engine().examples]
    assert sum(title.startswith("Figuur ") for title in titles) == 10


async def test_nothing_found_says_so_and_leads_to_the_bot(anna: Voice) -> None:
    found = await anna.asks_inline("wat eten we vanavond")
    assert found.titles == [texts().inline.nothing]
    assert found.button
    await anna.starts(found.button["start_parameter"])
    assert (await anna.hears()).buttons == list(engine().examples)


async def test_two_readings_are_two_results(anna: Voice) -> None:
    found = await anna.asks_inline("figuur 8")
    assert len(found.results) == 2
    assert all("8" in title for title in found.titles)


@pytest.mark.parametrize("query", ["<b>", "a" * 256, "\u202e\u0000", "🙂"])
async def test_odd_queries_are_answered(anna: Voice, query: str) -> None:
    assert (await anna.asks_inline(query)).results
