"""From an answer to text and buttons: within Telegram's limits, whatever the answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer import Answer, ChartRequest, Choice, Status
from bot.files import LanguageError
from bot.telegram import render
from bot.telegram.logs import RedactingFormatter
from bot.telegram.texts import load_texts
from tests.botapi.markup import parse_html
from tests.talking import engine, texts

names = st.text(st.characters(categories=["Ll", "Nd"], include_characters="_-"), min_size=1)
charts = st.builds(
    ChartRequest,
    names,
    names,
    st.lists(names, max_size=4).map(tuple),
    st.lists(names, max_size=3).map(tuple),
    st.lists(st.integers(1900, 2200), max_size=6).map(tuple),
)


@given(charts | st.builds(ChartRequest, names, st.just(""), st.tuples(names)))
def test_a_chart_comes_out_of_a_button_as_it_went_in(chart: ChartRequest) -> None:
    assert render.unpack_chart(render.pack_chart(chart)) == chart


@given(st.sampled_from("qcb"), st.text(min_size=1))
def test_callback_data_fits_and_nothing_is_lost(code: str, payload: str) -> None:
    data, entry = render.pack(code, payload)
    assert len(data.encode()) <= 64
    if entry is None:
        assert data[2:] == payload
    else:
        assert entry.value == payload
        assert entry.key == render.button_key(data[2:])


@given(st.text(), st.text(), st.text(min_size=1))
def test_answers_are_plain_text_to_telegram(text: str, source: str, asked: str) -> None:
    answer = Answer("vraag", Status.ANSWERED, "value", text, source)
    shown, entities = parse_html(render.answer_reply(answer, texts(), asked).html)
    assert text.strip() in shown
    assert {entity["type"] for entity in entities} <= {"italic"}


def test_the_order_of_buttons() -> None:
    answer = Answer(
        "vraag",
        Status.CLARIFY,
        "figure",
        "Welke?",
        chart=ChartRequest("p", "3"),
        choices=(Choice("Eén", "figuur 1"), Choice("Twee", "figuur 2")),
        suggestions=("a", "b", "c"),
    )
    reply = render.answer_reply(answer, texts())
    labels = [button.text for row in reply.rows for button in row]
    assert labels == ["Toon figuur 3", "Eén", "Twee"]


@pytest.mark.parametrize("limit", [render.TEXT_LIMIT, render.CAPTION_LIMIT])
def test_long_texts_are_cut_at_a_line_with_the_markup_whole(limit: int) -> None:
    html = "\n".join(f"<i>regel {number} 🙂</i>" for number in range(1000))
    cut = render.fit(html, limit)
    shown, entities = parse_html(cut)
    assert limit / 2 < len(cut) <= limit
    assert shown.endswith("…")
    assert len(entities) == shown.count("regel")
    assert render.fit("kort", limit) == "kort"


def test_a_long_sentence_is_cut_between_words() -> None:
    words = "R&amp;D 🙂 " * 600
    cut = render.fit(f"{words}\n<i>Bron: figuur 3.</i>", render.CAPTION_LIMIT)
    shown, _ = parse_html(cut)
    assert render.CAPTION_LIMIT / 2 < len(cut) <= render.CAPTION_LIMIT
    assert set(shown.split()) == {"R&D", "🙂", "…"}


def test_every_answer_to_an_example_fits_under_a_picture() -> None:
    for figure in engine().publications[0].figures:
        answer = engine().ask(texts().figure_question.format(figure=figure))
        assert len(answer.full_text) < render.CAPTION_LIMIT - 50


def test_unknown_placeholders_and_keys_are_named(tmp_path: Path) -> None:
    path = tmp_path / "common" / "telegram.yaml"
    path.parent.mkdir()
    original = (Path(__file__).parent.parent / "intents/common/telegram.yaml").read_text()
    path.write_text(original.replace("{example}", "{exmaple}"))
    with pytest.raises(LanguageError, match=r"help_group: .*\{exmaple\}"):
        load_texts(tmp_path)
    path.write_text(original.replace("forgotten:", "forgoten:"))
    with pytest.raises(LanguageError, match="forgotten: is missing"):
        load_texts(tmp_path)
    path.unlink()
    with pytest.raises(LanguageError, match="not found"):
        load_texts(tmp_path)


def test_tokens_are_redacted_everywhere() -> None:
    formatter = RedactingFormatter(("123:korte-token",), as_json=True)
    foreign = "7000000001:AAtestTOKENtestTOKENtestTOKENtest00"
    redacted = formatter.redact(f"http://x/bot123:korte-token/getMe and {foreign}/x")
    assert redacted == "http://x/bot<secret>/getMe and <token>/x"
