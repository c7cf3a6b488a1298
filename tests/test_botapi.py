"""The test server is as strict as Telegram: what it accepts, how it refuses, what it delivers."""

from __future__ import annotations

import asyncio
import html
import io
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputFile, InputMediaPhoto, Update
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    ContextTypes,
    MessageHandler,
    filters,
)
from telegram.helpers import escape_markdown

from tests.botapi import FaultKind, Server, ServerThread, World, serving
from tests.botapi.errors import Refused
from tests.botapi.markup import parse_html, parse_markdown_v2, utf16_length

pytestmark = pytest.mark.anyio
JSON = dict[str, Any]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with serving(patience=2.0) as served:
        yield served


class Caller:
    """A bot of which only the HTTP side is there."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.http = httpx.AsyncClient(trust_env=False, timeout=5)

    def url(self, method: str) -> str:
        return f"{self.world.url}/bot{self.world.token}/{method}"

    async def __call__(self, method: str, **params: Any) -> JSON:
        response = await self.http.post(self.url(method), json=params)
        answer: JSON = response.json()
        assert answer["ok"] == (response.status_code == 200)
        assert response.status_code == answer.get("error_code", 200)
        return answer

    async def does(self, method: str, **params: Any) -> Any:
        """The result of a call that is accepted."""
        answer = await self(method, **params)
        assert answer["ok"], answer
        return answer["result"]

    async def fails(self, method: str, **params: Any) -> str:
        """The code and description of a call that is refused."""
        answer = await self(method, **params)
        assert not answer["ok"], answer
        return f"{answer['error_code']} {answer['description']}"

    async def with_file(
        self, method: str, field: str, data: bytes, name: str, **params: Any
    ) -> JSON:
        response = await self.http.post(self.url(method), data=params, files={field: (name, data)})
        answer: JSON = response.json()
        return answer

    async def updates(self, **params: Any) -> list[JSON]:
        result: list[JSON] = await self.does("getUpdates", **params)
        return result


@pytest.fixture
async def bot(world: World) -> AsyncIterator[Caller]:
    caller = Caller(world)
    yield caller
    await caller.http.aclose()


def picture(width: int = 60, height: int = 40) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (width, height)).save(data, "PNG")
    return data.getvalue()


def button(**fields: Any) -> JSON:
    return {"inline_keyboard": [[{"text": "Knop", **fields}]]}


def parse_error(reason: str) -> str:
    return f"400 Bad Request: can't parse entities: {reason}"


# -- requests ---------------------------------------------------------------------------------


async def test_get_me_tells_the_modes(world: World, bot: Caller) -> None:
    world.privacy, world.inline = True, False
    me = await bot.does("getMe")
    assert me["username"] == "monitor_test_bot"
    assert (me["can_read_all_group_messages"], me["supports_inline_queries"]) == (False, False)


@pytest.mark.parametrize(
    ("path", "status", "description"),
    [
        ("/bot7000000001:wrong/getMe", 401, "Unauthorized"),
        ("/bot123/getMe", 404, "Not Found"),
        ("/nothing", 404, "Not Found"),
        ("/control/stats", 404, "Not Found"),
        ("/botTOKEN/getMoney", 404, "Not Found: method not found"),
    ],
)
async def test_wrong_addresses(
    world: World, bot: Caller, path: str, status: int, description: str
) -> None:
    response = await bot.http.post(world.url + path.replace("TOKEN", world.token))
    assert response.status_code == status
    assert response.json() == {"ok": False, "error_code": status, "description": description}


async def test_every_form_of_request_is_read(world: World, bot: Caller) -> None:
    anna = world.private("Anna")
    await anna.says("hoi")
    markup = json.dumps(button(callback_data="a"))
    url, fields = bot.url("sendmessage"), {"chat_id": str(anna.id), "text": "é", "x": ""}
    del fields["x"]
    fields["reply_markup"] = markup
    responses = [
        await bot.http.get(url, params=fields),
        await bot.http.post(url, data=fields),
        await bot.http.post(url, json=fields),
        await bot.http.post(url, json={**fields, "reply_markup": button(callback_data="a")}),
        await bot.http.post(url, data=fields, files={"unused": ("a.txt", b"a")}),
    ]
    assert [r.json().get("result", r.json()).get("text") for r in responses] == ["é"] * 5
    for _ in responses:
        assert (await anna.hears()).buttons == ["Knop"]


async def test_unknown_parameters_and_malformed_bodies_are_refused(
    world: World, bot: Caller
) -> None:
    assert "unknown parameter 'quote'" in await bot.fails("sendMessage", chat_id=1, quote=True)
    assert await bot.fails("sendMessage", text="a") == "400 Bad Request: chat_id is empty"
    response = await bot.http.post(bot.url("getMe"), content=b"{", headers={
        "Content-Type": "application/json"
    })  # fmt: skip
    assert response.status_code == 400
    response = await bot.http.post(bot.url("getMe"), content=b"x", headers={
        "Content-Type": "text/plain"
    })  # fmt: skip
    assert response.status_code == 400
    assert len(world.refused) == 4
    with pytest.raises(AssertionError, match="4 calls refused"):
        world.assert_none_refused()


# -- text -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown", "entities"),
    [
        ("<b>a</b> &lt;b&gt; &amp;", "a <b> &", [("bold", "a")]),
        ("😀 <i>é<b>x</b></i>", "😀 éx", [("italic", "éx"), ("bold", "x")]),
        ('<a href="https://a.nl/?a=1&amp;b=2">hier</a>', "hier", [("text_link", "hier")]),
        ('<a href="javascript:x">hier</a>', "hier", []),
        ("<pre>1 &gt; 0</pre>", "1 > 0", [("pre", "1 > 0")]),
        ('<span class="tg-spoiler">x</span>', "x", [("spoiler", "x")]),
        ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", "x")]),
        ("a & b &nbsp; 3 > 2", "a & b &nbsp; 3 > 2", []),
        ("  <b> a</b>\n\n", "a", [("bold", "a")]),
        ("<B>a</b >", "a", [("bold", "a")]),
    ],
)
async def test_html(
    world: World, bot: Caller, text: str, shown: str, entities: list[tuple[str, str]]
) -> None:
    anna = world.private("Anna")
    await anna.says("hoi")
    await bot.does("sendMessage", chat_id=anna.id, text=text, parse_mode="HTML")
    reply = await anna.hears()
    assert (reply.text, reply.entities) == (shown, entities)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("é<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("é</b>", "Unexpected end tag at byte offset 2"),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("a <3> b", 'Unsupported start tag "3" at byte offset 2'),
        ("<p>a</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("<br/>", 'Unsupported start tag "br/" at byte offset 0'),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b><i>a</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a href= ", 'Unclosed start tag "a" at byte offset 0'),
        ("<a href=x/y>", "Unexpected end of name token at byte offset 8"),
        ("<i =x>", 'Empty attribute name in the tag "i" at byte offset 0'),
    ],
)
async def test_html_that_cannot_be_parsed(
    world: World, bot: Caller, text: str, reason: str
) -> None:
    anna = world.private("Anna")
    await anna.says("hoi")
    call = {"chat_id": anna.id, "text": text, "parse_mode": "HTML"}
    assert await bot.fails("sendMessage", **call) == parse_error(reason)
    assert not anna.unheard()


@pytest.mark.parametrize(
    ("text", "shown", "entities"),
    [
        ("*a* _b_ ~c~ ||d||", "a b c d",
         [("bold", "a"), ("italic", "b"), ("strikethrough", "c"), ("spoiler", "d")]),
        ("*a _b __c__ b_ a*", "a b c b a",
         [("bold", "a b c b a"), ("italic", "b c b"), ("underline", "c")]),
        (r"1\.5 \(a\) `a.b-c`", "1.5 (a) a.b-c", [("code", "a.b-c")]),
        (r"[hier](https://a.nl/x\)y)", "hier", [("text_link", "hier")]),
        ("```py\na-b\n```", "a-b", [("pre", "a-b")]),
        (">a\n>b\nc", "a\nb\nc", [("blockquote", "a\nb")]),
    ],
)  # fmt: skip
async def test_markdown_v2(
    world: World, bot: Caller, text: str, shown: str, entities: list[tuple[str, str]]
) -> None:
    anna = world.private("Anna")
    await anna.says("hoi")
    await bot.does("sendMessage", chat_id=anna.id, text=text, parse_mode="MarkdownV2")
    reply = await anna.hears()
    assert (reply.text, reply.entities) == (shown, entities)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.5", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("a-b", "Character '-' is reserved and must be escaped with the preceding '\\'"),
        ("é *a", "Can't find end of Bold entity at byte offset 3"),
        ("*_a*_", "Can't find end of Italic entity at byte offset 4"),
        ("`a", "Can't find end of Code entity at byte offset 0"),
        ("[a](b", "Can't find end of a URL at byte offset 3"),
    ],
)
async def test_markdown_v2_that_cannot_be_parsed(
    world: World, bot: Caller, text: str, reason: str
) -> None:
    anna = world.private("Anna")
    await anna.says("hoi")
    call = {"chat_id": anna.id, "text": text, "parse_mode": "MarkdownV2"}
    assert await bot.fails("sendMessage", **call) == parse_error(reason)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_escaped_text_comes_out_as_it_was(text: str) -> None:
    assert parse_html(html.escape(text)) == (text, [])
    assert parse_markdown_v2(escape_markdown(text, version=2)) == (text, [])


@given(st.text(st.sampled_from("<>/abi &;=\"'\n*_[]()`~|!\\.")))
def test_any_markup_is_read_or_refused(text: str) -> None:
    for parse in (parse_html, parse_markdown_v2):
        try:
            shown, entities = parse(text)
        except Refused:
            continue
        size = utf16_length(shown)
        assert all(0 <= e["offset"] < e["offset"] + e["length"] <= size for e in entities)


async def test_length_counts_utf16_after_parsing(world: World, bot: Caller) -> None:
    anna = world.private("Anna")
    await anna.says("hoi")
    call = {"chat_id": anna.id, "parse_mode": "HTML"}
    await bot.does("sendMessage", **call, text="<b>" + "a" * 4096 + "</b>")
    await bot.does("sendMessage", **call, text="😀" * 2048)
    too_long = "400 Bad Request: message is too long"
    assert await bot.fails("sendMessage", **call, text="a" * 4097) == too_long
    assert await bot.fails("sendMessage", **call, text="😀" * 2048 + "a") == too_long
    for empty in ("", " \n", "<b></b>"):
        assert await bot.fails("sendMessage", **call, text=empty) == (
            "400 Bad Request: message text is empty"
        )


async def test_own_entities_must_fit(world: World, bot: Caller) -> None:
    anna = world.private("Anna")
    await anna.says("hoi")
    call = {"chat_id": anna.id, "text": "😀 dik"}
    await bot.does("sendMessage", **call, entities=[{"type": "bold", "offset": 3, "length": 3}])
    assert (await anna.hears()).entities == [("bold", "dik")]
    beyond = [{"type": "bold", "offset": 3, "length": 4}]
    assert "can't parse entities" in await bot.fails("sendMessage", **call, entities=beyond)
    assert await bot.fails("sendMessage", **call, parse_mode="BBCode") == (
        "400 Bad Request: unsupported parse_mode"
    )


# -- buttons ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        (button(callback_data="é" * 32 + "a"), "BUTTON_DATA_INVALID"),
        (button(callback_data=""), "BUTTON_DATA_INVALID"),
        (button(), "text buttons are unallowed in the inline keyboard"),
        (button(text=" ", callback_data="a"), "text must be non-empty"),
        (button(callback_data="a", url="https://a.nl"), "exactly one action is allowed"),
        (button(url="a.nl"), "inline keyboard button URL 'a.nl' is invalid: Wrong HTTP URL"),
        (button(url="https://t.me/b?start=wat%20is"), "START_PARAM_INVALID"),
        (button(url="https://t.me/b?start=" + "a" * 65), "START_PARAM_INVALID"),
        (button(callback_data="a", colour="red"), "reply_markup"),
        ({"inline_keyboard": [[]]}, "rows must be non-empty"),
        ({"inline_keyboard": [[{"text": "a", "callback_data": "a"}]] * 101}, "TOO_LONG"),
        ({"inline_keyboard": [[{"text": "a", "callback_data": "a"}] * 9]}, "TOO_LONG"),
        ({}, "object expected as reply markup"),
        ("[", "can't parse JSON object"),
    ],
)
async def test_bad_buttons(world: World, bot: Caller, markup: Any, reason: str) -> None:
    anna = world.private("Anna")
    await anna.says("hoi")
    answer = await bot.fails("sendMessage", chat_id=anna.id, text="a", reply_markup=markup)
    assert answer.startswith("400 Bad Request: ")
    assert reason in answer


async def test_good_buttons(world: World, bot: Caller) -> None:
    anna = world.private("Anna")
    await anna.says("hoi")
    rows = [
        [{"text": "a", "callback_data": "é" * 32}],
        [{"text": "b", "url": "https://t.me/monitor_test_bot?start=figuur-3"}],
        [{"text": "c", "switch_inline_query_current_chat": ""}],
    ]
    await bot.does("sendMessage", chat_id=anna.id, text="a", reply_markup={"inline_keyboard": rows})
    assert (await anna.hears()).buttons == ["a", "b", "c"]
    sent = await anna.follows("b", to=anna)
    assert sent.json["text"] == "/start figuur-3"


# -- files ------------------------------------------------------------------------------------


async def test_photos_decode_or_are_refused(world: World, bot: Caller) -> None:
    anna = world.private("Anna")
    await anna.says("hoi")
    good = await bot.with_file("sendPhoto", "photo", picture(), "a.png", chat_id=anna.id)
    file_id = good["result"]["photo"][-1]["file_id"]
    attached = await bot.with_file(
        "sendPhoto", "plaatje", picture(), "a.png", chat_id=anna.id, photo="attach://plaatje"
    )
    assert attached["ok"], attached
    reply = await anna.hears()
    assert reply.is_photo
    assert reply.picture.size == (60, 40)
    again = await bot.does("sendPhoto", chat_id=anna.id, photo=file_id, caption="a" * 1024)
    assert again["photo"][-1]["file_id"] == file_id
    for data, reason in [
        (b"", "file must be non-empty"),
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (picture(200, 200)[:-30], "IMAGE_PROCESS_FAILED"),
        (picture(3000, 100), "PHOTO_INVALID_DIMENSIONS"),
    ]:
        answer = await bot.with_file("sendPhoto", "photo", data, "a.png", chat_id=anna.id)
        assert answer["description"] == f"Bad Request: {reason}"
    for params, reason in [
        ({}, "there is no photo in the request"),
        ({"photo": "AgACnope"}, "wrong file identifier/HTTP URL specified"),
        ({"photo": "attach://nope"}, "attached file 'attach://nope' is not in the request"),
        ({"photo": file_id, "caption": "a" * 1025}, "message caption is too long"),
    ]:
        call: JSON = {"chat_id": anna.id, **params}
        assert await bot.fails("sendPhoto", **call) == f"400 Bad Request: {reason}"
    assert await bot.fails("sendDocument", chat_id=anna.id, document=file_id) == (
        "400 Bad Request: can't use file of type Photo as Document"
    )


async def test_documents(world: World, bot: Caller) -> None:
    anna = world.private("Anna")
    await anna.says("hoi")
    send = {"chat_id": anna.id}
    good = await bot.with_file("sendDocument", "document", "één,2\n".encode(), "f.csv", **send)
    assert good["result"]["document"]["file_name"] == "f.csv"
    reply = await anna.hears()
    assert reply.upload is not None
    assert reply.upload.data.decode() == "één,2\n"
    bad = await bot.with_file("sendDocument", "document", b"\xff\xfe", "f.csv", **send)
    assert bad["error_code"] == 400
    bad = await bot.with_file("sendDocument", "document", b"x", "f.png", **send)
    assert bad["description"] == "Bad Request: IMAGE_PROCESS_FAILED"


# -- edits ------------------------------------------------------------------------------------


async def test_edits(world: World, bot: Caller) -> None:
    anna = world.private("Anna")
    asked = await anna.says("hoi")
    sent = await bot.does("sendMessage", chat_id=anna.id, text="<b>a</b>", parse_mode="HTML")
    this = {"chat_id": anna.id, "message_id": sent["message_id"]}
    unchanged = await bot.fails("editMessageText", **this, text="<b>a</b>", parse_mode="HTML")
    assert unchanged.startswith("400 Bad Request: message is not modified: ")
    await bot.does("editMessageText", **this, text="a")
    await bot.does("editMessageReplyMarkup", **this, reply_markup=button(callback_data="a"))
    same = await bot.fails(
        "editMessageText", **this, text="a", reply_markup=button(callback_data="a")
    )
    assert "message is not modified" in same
    heard = [await anna.hears() for _ in range(3)]
    assert [(reply.edited, reply.id) for reply in heard] == [
        (False, sent["message_id"]), (True, sent["message_id"]), (True, sent["message_id"])
    ]  # fmt: skip
    assert heard[2].buttons == ["Knop"]
    assert await bot.fails("editMessageText", chat_id=anna.id, message_id=99999, text="a") == (
        "400 Bad Request: message to edit not found"
    )
    assert await bot.fails("editMessageText", chat_id=anna.id, message_id=asked.id, text="a") == (
        "400 Bad Request: message can't be edited"
    )
    assert await bot.fails("editMessageCaption", **this, caption="b") == (
        "400 Bad Request: there is no caption in the message to edit"
    )


async def test_editing_media(world: World, bot: Caller) -> None:
    anna = world.private("Anna")
    await anna.says("hoi")
    sent = await bot.does("sendMessage", chat_id=anna.id, text="a")
    this = {"chat_id": anna.id, "message_id": sent["message_id"]}
    media = {"type": "photo", "media": "attach://p", "caption": "een"}
    edited = await bot.with_file(
        "editMessageMedia", "p", picture(), "p.png", **this, media=json.dumps(media)
    )
    assert edited["result"]["caption"] == "een"
    assert "text" not in edited["result"]
    assert await bot.fails("editMessageText", **this, text="b") == (
        "400 Bad Request: there is no text in the message to edit"
    )
    await bot.does("editMessageCaption", **this, caption="twee")
    assert "not modified" in await bot.fails("editMessageCaption", **this, caption="twee")
    await bot.does("deleteMessage", **this)
    heard = [await anna.hears() for _ in range(4)]
    assert [(reply.text, reply.is_photo) for reply in heard[:3]] == [
        ("a", False), ("een", True), ("twee", True)
    ]  # fmt: skip
    assert heard[3].deleted


# -- where the bot may speak ------------------------------------------------------------------


async def test_private_chats(world: World, bot: Caller) -> None:
    anna = world.private("Anna")
    send = {"chat_id": anna.id, "text": "a"}
    assert await bot.fails("sendMessage", **send) == "400 Bad Request: chat not found"
    await anna.starts("figuur-3")
    await bot.does("sendMessage", **send)
    await anna.blocks()
    blocked = "403 Forbidden: bot was blocked by the user"
    assert await bot.fails("sendMessage", **send) == blocked
    assert await bot.fails("sendChatAction", chat_id=anna.id, action="typing") == blocked
    await anna.unblocks()
    await bot.does("sendMessage", **send)
    anna.chat.deactivated = True
    assert await bot.fails("sendMessage", **send) == "403 Forbidden: user is deactivated"
    kinds = [next(key for key in u if key != "update_id") for u in await bot.updates()]
    assert kinds == ["message", "my_chat_member", "my_chat_member"]


async def test_rights_in_groups(world: World, bot: Caller) -> None:
    group = world.group("Team", "Anna")
    send = {"chat_id": group.chat.id, "text": "a"}
    await bot.does("sendMessage", **send)
    group.deny("photos")
    answer = await bot.with_file("sendPhoto", "photo", picture(), "a.png", chat_id=group.chat.id)
    assert answer["description"] == "Bad Request: not enough rights to send photos to the chat"
    await bot.does("sendMessage", **send)
    group.deny("text")
    assert await bot.fails("sendMessage", **send) == (
        "400 Bad Request: not enough rights to send text messages to the chat"
    )
    group.chat.denied.clear()
    group.chat.slow_mode = 30
    answer = await bot("sendMessage", **send)
    assert answer["error_code"] == 429
    assert 29 <= answer["parameters"]["retry_after"] <= 30
    group.chat.slow_mode = 0
    await bot.does("leaveChat", chat_id=group.chat.id)
    assert await bot.fails("sendMessage", **send) == (
        "403 Forbidden: bot is not a member of the supergroup chat"
    )
    await group.member("Anna").changes_bot("member")
    await group.member("Anna").removes_bot()
    assert await bot.fails("sendMessage", **send) == (
        "403 Forbidden: bot was kicked from the supergroup chat"
    )


async def test_migration(world: World, bot: Caller) -> None:
    old = world.group("Team", "Anna", basic=True)
    new = await old.migrates()
    answer = await bot("sendMessage", chat_id=old.chat.id, text="a")
    assert answer["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    assert answer["parameters"] == {"migrate_to_chat_id": new.chat.id}
    await bot.does("sendMessage", chat_id=new.chat.id, text="a")
    messages = [update["message"] for update in await bot.updates()]
    assert messages[0]["migrate_to_chat_id"] == new.chat.id
    assert messages[1]["migrate_from_chat_id"] == old.chat.id


async def test_topics(world: World, bot: Caller) -> None:
    group = world.group("Team", "Anna", topics=["Cijfers", "Rest"])
    anna = group.member("Anna", topic="Cijfers")
    asked = await anna.says("hoi")
    topic, rest = group.topic("Cijfers"), group.topic("Rest")
    send = {"chat_id": group.chat.id, "text": "a"}
    reply = {"reply_parameters": {"message_id": asked.id}}
    await bot.does("sendMessage", **send, **reply, message_thread_id=topic.thread_id)
    assert (await anna.hears()).topic == topic.thread_id
    await bot.does("sendMessage", **send, **reply)
    assert (await anna.hears()).topic == topic.thread_id
    not_found = "400 Bad Request: message thread not found"
    assert await bot.fails("sendMessage", **send, message_thread_id=1) == not_found
    assert await bot.fails("sendMessage", **send, message_thread_id=777) == not_found
    assert "not found" in await bot.fails(
        "sendMessage", **send, **reply, message_thread_id=rest.thread_id
    )
    rest.closed = True
    assert await bot.fails("sendMessage", **send, message_thread_id=rest.thread_id) == (
        "400 Bad Request: TOPIC_CLOSED"
    )


async def test_a_thread_of_replies_is_no_topic(world: World, bot: Caller) -> None:
    """In ordinary supergroups a reply has a message_thread_id that must not be sent back."""
    group = world.group("Team", "Anna", "Bram")
    first = await group.member("Anna").says("hoi")
    second = await group.member("Bram").says("ja?", reply_to=first)
    thread = second.json["message_thread_id"]
    assert thread == first.id
    assert await bot.fails(
        "sendMessage", chat_id=group.chat.id, text="a", message_thread_id=thread
    ) == "400 Bad Request: message thread not found"  # fmt: skip


async def test_replies(world: World, bot: Caller) -> None:
    group = world.group("Team", "Anna", "Bram")
    anna, bram = group.member("Anna"), group.member("Bram")
    asked = await anna.says("/vraag agressie")
    send = {"chat_id": group.chat.id, "text": "a"}
    unknown = {"message_id": 999}
    assert await bot.fails("sendMessage", **send, reply_parameters=unknown) == (
        "400 Bad Request: message to be replied not found"
    )
    lenient = {**unknown, "allow_sending_without_reply": True}
    await bot.does("sendMessage", **send, reply_parameters=lenient)
    await bot.does("sendMessage", **send, reply_to_message_id=asked.id)
    assert not bram.unheard()
    assert (await group.member("Anna").hears()).replies_to == asked.id
    assert (await group.hears()).replies_to is None


async def test_chats_and_members(world: World, bot: Caller) -> None:
    group = world.group("Team", "Anna")
    anna = group.member("Anna")
    assert (await bot.does("getChat", chat_id=group.chat.id))["title"] == "Team"
    member = await bot.does("getChatMember", chat_id=group.chat.id, user_id=anna.id)
    assert member["user"]["first_name"] == "Anna"
    me = await bot.does("getChatMember", chat_id=group.chat.id, user_id=world.user["id"])
    assert me["status"] == "member"
    assert "not found" in await bot.fails("getChatMember", chat_id=group.chat.id, user_id=5)
    assert "not found" in await bot.fails("getChat", chat_id="@nobody")


# -- queries ----------------------------------------------------------------------------------


async def test_button_presses(world: World, bot: Caller) -> None:
    anna = world.private("Anna")
    await anna.says("hoi")
    await bot.does("sendMessage", chat_id=anna.id, text="a", reply_markup=button(callback_data="x"))
    press = await anna.presses("Knop")
    query = (await bot.updates(offset=-1))[0]["callback_query"]
    assert query["data"] == "x"
    assert query["message"]["text"] == "a"
    await bot.does("answerCallbackQuery", callback_query_id=query["id"], text="hoi")
    assert (await press.answered())["text"] == "hoi"
    too_old = (
        "400 Bad Request: query is too old and response timeout expired or query ID is invalid"
    )
    assert await bot.fails("answerCallbackQuery", callback_query_id=query["id"]) == too_old
    assert await bot.fails("answerCallbackQuery", callback_query_id="1") == too_old
    second = await anna.presses("Knop")
    world.expire_queries()
    assert await bot.fails("answerCallbackQuery", callback_query_id=second.query.id) == too_old
    with pytest.raises(AssertionError, match="no button"):
        await anna.presses("Andere knop")


def article(number: str = "1", **fields: Any) -> JSON:
    content = {"message_text": "<b>a</b>", "parse_mode": "HTML"}
    return {
        "type": "article", "id": number, "title": "T", "input_message_content": content, **fields
    }  # fmt: skip


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"results": [article(str(n)) for n in range(51)]}, "RESULTS_TOO_MUCH"),
        ({"results": [article(), article()]}, "RESULT_ID_DUPLICATE"),
        ({"results": [article("é" * 33)]}, "RESULT_ID_INVALID"),
        ({"results": [article("")]}, "RESULT_ID_INVALID"),
        ({"results": [article(title="")]}, "title must be non-empty"),
        ({"results": [article(input_message_content=None)]}, "message content is not specified"),
        (
            {"results": [article(input_message_content={"message_text": "a" * 4097})]},
            "message is too long",
        ),
        ({"results": [article(reply_markup=button())]}, "text buttons are unallowed"),
        ({"results": [article(size=3)]}, "unknown parameter 'results.0.size'"),
        ({"results": [], "button": {"text": "b", "start_parameter": "a b"}}, "START_PARAM"),
        ({"results": [], "button": {"text": "b", "start_parameter": "a" * 65}}, "START_PARAM"),
        ({"results": [], "button": {"text": "b"}}, "can't parse inline query results button"),
        ({"results": [{"type": "photo", "id": "1", "photo_file_id": "x"}]}, "wrong file id"),
        ({"results": [], "next_offset": "a" * 65}, "NEXT_OFFSET_INVALID"),
    ],
)
async def test_bad_inline_answers(world: World, bot: Caller, params: JSON, reason: str) -> None:
    asked = asyncio.create_task(world.private("Anna").asks_inline("x"))
    query = (await bot.updates(timeout=5))[0]["inline_query"]
    answer = await bot.fails("answerInlineQuery", inline_query_id=query["id"], **params)
    assert answer.startswith("400 Bad Request: ")
    assert reason in answer
    asked.cancel()


async def test_inline_answers(world: World, bot: Caller) -> None:
    anna = world.private("Anna")
    asked = asyncio.create_task(anna.asks_inline("agressie"))
    query = (await bot.updates(timeout=5))[0]["inline_query"]
    assert (query["query"], query["from"]["first_name"]) == ("agressie", "Anna")
    await bot.does(
        "answerInlineQuery",
        inline_query_id=query["id"],
        results=[article(str(n)) for n in range(50)],
        button={"text": "Naar de bot", "start_parameter": "figuur-3"},
    )
    answer = await asked
    assert answer.titles == ["T"] * 50
    assert answer.button == {"text": "Naar de bot", "start_parameter": "figuur-3"}
    sent = await anna.picks(answer)
    assert sent.json["text"] == "a"
    assert sent.json["via_bot"]["username"] == "monitor_test_bot"


# -- the bot's own texts ----------------------------------------------------------------------


async def test_commands_are_kept_per_scope_and_language(world: World, bot: Caller) -> None:
    commands = [{"command": "figuur", "description": "Toon een figuur"}]
    scope = {"type": "all_group_chats"}
    await bot.does("setMyCommands", commands=commands, scope=scope, language_code="nl")
    assert await bot.does("getMyCommands", scope=scope, language_code="nl") == commands
    assert await bot.does("getMyCommands", scope=scope) == []
    assert await bot.does("getMyCommands") == []
    await bot.does("deleteMyCommands", scope=scope, language_code="nl")
    assert await bot.does("getMyCommands", scope=scope, language_code="nl") == []


@pytest.mark.parametrize(
    ("command", "description", "reason"),
    [
        ("Figuur", "x", "BOT_COMMAND_INVALID"),
        ("/figuur", "x", "BOT_COMMAND_INVALID"),
        ("a" * 33, "x", "BOT_COMMAND_INVALID"),
        ("", "x", "BOT_COMMAND_INVALID"),
        ("figuur", "", "BOT_COMMAND_DESCRIPTION_INVALID"),
        ("figuur", "x" * 257, "BOT_COMMAND_DESCRIPTION_INVALID"),
    ],
)
async def test_bad_commands(bot: Caller, command: str, description: str, reason: str) -> None:
    commands = [{"command": command, "description": description}]
    assert await bot.fails("setMyCommands", commands=commands) == f"400 Bad Request: {reason}"


async def test_descriptions(bot: Caller) -> None:
    for kind, limit in [("description", 512), ("short_description", 120), ("name", 64)]:
        name = kind.title().replace("_", "")
        await bot.does(f"setMy{name}", **{kind: "a" * limit})
        assert await bot.does(f"getMy{name}", language_code="nl") == {kind: "a" * limit}
        assert "TOO_LONG" in await bot.fails(f"setMy{name}", **{kind: "a" * (limit + 1)})


# -- updates ----------------------------------------------------------------------------------


async def test_updates_are_confirmed_by_offset_only(world: World, bot: Caller) -> None:
    anna = world.private("Anna")
    for number in range(150):
        await anna.says(f"vraag {number}")
    first = await bot.updates()
    assert len(first) == 100
    assert await bot.updates() == first
    assert len(await bot.updates(limit=7)) == 7
    assert "can't parse parameter 'limit'" in await bot.fails("getUpdates", limit=101)
    rest = await bot.updates(offset=first[-1]["update_id"] + 1)
    assert [u["message"]["text"] for u in rest] == [f"vraag {n}" for n in range(100, 150)]
    with pytest.raises(AssertionError, match="50 updates unconfirmed"):
        await world.settled(0.01)
    assert await bot.updates(offset=rest[-1]["update_id"] + 1) == []
    await world.settled()
    assert {update.deliveries for update in world.outcomes()[:7]} == {3}
    assert world.outcomes()[-1].deliveries == 1


async def test_long_polling_waits(world: World, bot: Caller) -> None:
    polling = asyncio.create_task(bot.updates(timeout=5))
    await asyncio.sleep(0.05)
    assert not polling.done()
    await world.private("Anna").says("hoi")
    assert [u["message"]["text"] for u in await polling] == ["hoi"]


async def test_a_second_poller_ends_the_first(world: World, bot: Caller) -> None:
    first = asyncio.create_task(bot.fails("getUpdates", timeout=5))
    await asyncio.sleep(0.05)
    assert await bot.updates() == []
    assert await first == (
        "409 Conflict: terminated by other getUpdates request; "
        "make sure that only one bot instance is running"
    )


async def test_a_poller_that_died_is_no_conflict(world: World, bot: Caller) -> None:
    async with httpx.AsyncClient(trust_env=False) as dying:
        poll = asyncio.create_task(dying.get(bot.url("getUpdates"), params={"timeout": 5}))
        await asyncio.sleep(0.05)
        poll.cancel()
    await asyncio.sleep(0.05)
    await world.private("Anna").says("hoi")
    assert len(await bot.updates()) == 1
    world.assert_none_refused()
    assert world.outcomes()[0].deliveries == 1


async def test_allowed_updates(world: World, bot: Caller) -> None:
    anna = world.private("Anna")
    await bot.updates(allowed_updates=["edited_message"])
    sent = await anna.says("hoi")
    await anna.edits(sent, "hallo")
    assert [u["edited_message"]["text"] for u in await bot.updates()] == ["hallo"]
    await bot.updates(allowed_updates=[])
    await anna.says("hoi")
    assert len(await bot.updates()) == 2


async def test_messages_that_people_send(world: World, bot: Caller) -> None:
    group = world.group("Team", "Anna")
    anna = group.member("Anna")
    await anna.says("😀 zeg @monitor_test_bot, /help en /figuur@monitor_test_bot 3 a@b.nl")
    await anna.sends_photo("kijk @monitor_test_bot")
    await anna.sends_sticker()
    await group.anonymous_admin().says("/bron")
    await group.bot("Ander").says("hoi")
    channel = world.channel("Nieuws")
    await channel.posts("bericht")
    await group.as_channel(channel).says("namens het kanaal")
    updates = await bot.updates()
    text, photo, sticker, admin, other = (u["message"] for u in updates[:5])
    assert [
        (e["type"], e["offset"], e["length"]) for e in text["entities"]
    ] == [
        ("mention", 7, 17), ("bot_command", 26, 5), ("bot_command", 35, 24), ("email", 62, 6)
    ]  # fmt: skip
    assert photo["caption_entities"][0]["type"] == "mention"
    assert "sticker" in sticker
    assert admin["sender_chat"]["id"] == group.chat.id
    assert admin["from"]["username"] == "GroupAnonymousBot"
    assert other["from"]["is_bot"] is True
    assert "from" not in updates[5]["channel_post"]
    assert updates[6]["message"]["sender_chat"]["id"] == channel.chat.id


async def test_privacy_mode(world: World, bot: Caller) -> None:
    world.privacy = True
    group = world.group("Team", "Anna")
    anna = group.member("Anna")
    await anna.says("zomaar iets")
    await anna.says("wat zegt @monitor_test_bot?")
    await anna.says("/figuur@other_bot 3")
    await anna.says("/figuur@Monitor_Test_Bot 3")
    await anna.says("/vraag agressie")
    await bot.does("sendMessage", chat_id=group.chat.id, text="antwoord")
    await anna.says("en in 2022?", reply_to=await group.hears())
    texts = [update["message"]["text"] for update in await bot.updates()]
    assert texts == ["/figuur@Monitor_Test_Bot 3", "/vraag agressie", "en in 2022?"]


async def test_joining_and_leaving(world: World, bot: Caller) -> None:
    group = world.group("Team", "Anna", basic=True)
    await group.member("Anna").adds_bot()
    await group.member("Anna").removes_bot()
    updates = await bot.updates()
    changes = [u["my_chat_member"]["new_chat_member"]["status"] for u in (updates[0], updates[2])]
    assert changes == ["member", "kicked"]
    assert updates[1]["message"]["new_chat_members"][0]["id"] == world.user["id"]
    assert updates[3]["message"]["left_chat_member"]["id"] == world.user["id"]


async def test_replies_are_counted_per_update(world: World, bot: Caller) -> None:
    anna, bram = world.private("Anna"), world.private("Bram")
    for person, text in [(anna, "een"), (bram, "twee"), (anna, "drie")]:
        await person.says(text)
    updates = await bot.updates()
    for chat in (anna.id, anna.id, anna.id):
        await bot.does("sendMessage", chat_id=chat, text="a")
    assert [update.replies for update in world.outcomes()] == [1, 0, 2]
    await bot.updates(offset=updates[-1]["update_id"] + 1)
    await bot.does("sendMessage", chat_id=bram.id, text="na de bevestiging")
    await bot.does("sendMessage", chat_id=bram.id, text="nog eens")
    assert [update.replies for update in world.outcomes()] == [1, 2, 2]
    await bot.does("sendMessage", chat_id=world.group("Team").chat.id, text="ongevraagd")
    assert world.unattributed == 1


async def test_an_update_can_come_again(world: World, bot: Caller) -> None:
    update = world.emit_raw({"message": {"rare": "inhoud"}})
    assert (await bot.updates())[0]["message"] == {"rare": "inhoud"}
    await bot.updates(offset=update.id + 1)
    await world.settled()
    world.emit_raw({"message": {}}, update_id=update.id)
    assert [u["update_id"] for u in await bot.updates()] == [update.id]


async def test_silence_is_asserted(world: World, bot: Caller) -> None:
    anna = world.private("Anna")
    await anna.says("hoi")
    update = (await bot.updates())[0]
    await bot.updates(offset=update["update_id"] + 1)
    await anna.hears_nothing()
    await bot.does("sendMessage", chat_id=anna.id, text="toch iets")
    with pytest.raises(AssertionError, match="toch iets"):
        await anna.hears_nothing()
    await anna.hears()
    with pytest.raises(AssertionError, match="nothing heard"):
        await anna.hears(seconds=0.01)


# -- faults -----------------------------------------------------------------------------------


async def test_scripted_faults(world: World, bot: Caller) -> None:
    anna = world.private("Anna")
    await anna.says("hoi")
    send = {"chat_id": anna.id, "text": "a"}
    faults = world.faults
    faults.next("flood", "sendMessage", seconds=3)
    faults.next("internal", "sendMessage")
    await bot.does("getMe")
    answer = await bot("sendMessage", **send)
    assert (answer["error_code"], answer["parameters"]) == (429, {"retry_after": 3})
    assert (await bot("sendMessage", **send))["error_code"] == 500
    for kind, status in [("bad_gateway", 502), ("html", 200)]:
        faults.next(kind)
        response = await bot.http.post(bot.url("sendMessage"), json=send)
        assert response.status_code == status
        assert response.text.startswith("<html>")
    assert not anna.unheard()
    for kind, came in [("drop", 0), ("hang", 0), ("drop_after", 1), ("hang_after", 2)]:
        faults.next(kind, seconds=0.01)
        with pytest.raises(httpx.TransportError):
            await bot("sendMessage", **send)
        assert len(anna.unheard()) == came
    await bot.does("sendMessage", **send)
    assert faults.count == 8
    world.assert_none_refused()
    assert world.counts["sendMessage", "fault"] == 6


async def test_random_faults_are_seeded(world: World, bot: Caller) -> None:
    async def outcomes() -> list[bool]:
        world.faults.rate(0.3, [FaultKind.INTERNAL], methods=["getMe"], seed=7)
        return [(await bot("getMe"))["ok"] for _ in range(50)]

    first = await outcomes()
    assert first == await outcomes()
    assert 5 < first.count(False) < 25
    assert (await bot("getMyCommands"))["ok"]
    world.faults.clear()
    assert all([(await bot("getMe"))["ok"] for _ in range(20)])


async def test_the_server_can_go_away_and_come_back() -> None:
    world = World()
    server = Server(world)
    await server.start()
    bot = Caller(world)
    poll = asyncio.create_task(bot.updates(timeout=30))
    await asyncio.sleep(0.05)
    await server.stop()
    await asyncio.gather(poll, return_exceptions=True)
    with pytest.raises(httpx.ConnectError):
        await bot("getMe")
    await server.start()
    await world.private("Anna").says("hoi")
    assert len(await bot.updates()) == 1
    await bot.http.aclose()
    await server.stop()


# -- webhooks ---------------------------------------------------------------------------------


class Receiver:
    """A bot in webhook mode: notes what is posted, answers as told."""

    def __init__(self) -> None:
        self.url = ""
        self.posted: list[tuple[str | None, JSON]] = []
        self.statuses: list[int] = []
        self.answer: JSON | None = None
        self.busy: list[int] = [0]
        self._now = 0

    async def __call__(self, request: web.BaseRequest) -> web.Response:
        self._now += 1
        self.busy.append(self._now)
        body = json.loads(await request.read())
        await asyncio.sleep(0.005)
        self._now -= 1
        self.posted.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), body))
        status = self.statuses.pop(0) if self.statuses else 200
        answer, self.answer = self.answer, None
        return web.json_response(answer or {}, status=status)

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for _, update in self.posted]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    runner = web.ServerRunner(web.Server(receiver, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


async def test_webhook(world: World, bot: Caller, receiver: Receiver) -> None:
    world.retry_seconds = 0.001
    anna = world.private("Anna")
    await anna.says("nul")
    receiver.statuses = [200, 500, 404]
    await bot.does("setWebhook", url=receiver.url, secret_token="s3cret_-")
    for text in ("een", "twee", "drie"):
        await anna.says(text)
    await world.settled()
    assert {secret for secret, _ in receiver.posted} == {"s3cret_-"}
    assert receiver.texts == ["nul", "een", "een", "een", "twee", "drie"]
    info = await bot.does("getWebhookInfo")
    assert (info["url"], info["pending_update_count"]) == (receiver.url, 0)
    assert info["last_error_message"] == "Wrong response from the webhook: 404"
    assert await bot.fails("getUpdates") == (
        "409 Conflict: can't use getUpdates method while webhook is active; "
        "use deleteWebhook to delete the webhook first"
    )
    await bot.does("deleteWebhook")
    await anna.says("vier")
    assert [u["message"]["text"] for u in await bot.updates()] == ["vier"]


async def test_webhook_connections_and_order(world: World, bot: Caller, receiver: Receiver) -> None:
    people = [world.private(f"P{number}") for number in range(6)]
    await bot.does("setWebhook", url=receiver.url, max_connections=3)
    for number in range(4):
        for person in people:
            await person.says(f"{person.id} {number}")
    await world.settled()
    assert max(receiver.busy) == 3
    for person in people:
        mine = [text for text in receiver.texts if text.startswith(str(person.id))]
        assert mine == [f"{person.id} {number}" for number in range(4)]


async def test_webhook_answer_may_hold_a_call(
    world: World, bot: Caller, receiver: Receiver
) -> None:
    anna = world.private("Anna")
    await bot.does("setWebhook", url=receiver.url)
    receiver.answer = {"method": "sendMessage", "chat_id": anna.id, "text": "meteen"}
    await anna.says("hoi")
    assert (await anna.hears()).text == "meteen"


async def test_webhook_behind_a_balancer(world: World, bot: Caller, receiver: Receiver) -> None:
    world.retry_seconds = 0.001
    dead = "http://127.0.0.1:9"
    world.balance = [dead, receiver.url.removesuffix("/hook")]
    await bot.does("setWebhook", url="https://bot.example/hook")
    await world.private("Anna").says("hoi")
    await world.settled()
    assert receiver.texts == ["hoi"]


@pytest.mark.parametrize(
    "params",
    [
        {"url": "http://bot.example/hook"},
        {"url": "https://bot.example:8080/hook"},
        {"url": "https://bot.example/", "secret_token": "met spatie"},
        {"url": "https://bot.example/", "max_connections": 101},
    ],
)
async def test_bad_webhooks(bot: Caller, params: JSON) -> None:
    assert (await bot.fails("setWebhook", **params)).startswith("400 Bad Request: ")


# -- a real client ----------------------------------------------------------------------------


async def _says_it_back(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Plaatje", callback_data="p")]])
    await update.message.reply_html(
        f"<b>{update.message.text}</b>", reply_markup=keyboard, do_quote=True
    )


async def _shows(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    query, chat = update.callback_query, update.effective_chat
    assert query is not None
    assert chat is not None
    await query.answer("komt eraan")
    await chat.send_photo(picture(), caption="plaatje")
    await chat.send_document(InputFile("a,b\n", "cijfers.csv"))
    await query.edit_message_media(InputMediaPhoto(picture(), caption="nu een plaatje"))


async def test_python_telegram_bot_gets_along(world: World) -> None:
    application: Application[Any, Any, Any, Any, Any, Any] = (
        ApplicationBuilder().token(world.token).base_url(world.url + "/bot").build()
    )
    application.add_handler(MessageHandler(filters.TEXT, _says_it_back))
    application.add_handler(CallbackQueryHandler(_shows))
    anna = world.private("Anna")
    async with application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling()
        asked = await anna.says("agressie")
        reply = await anna.hears()
        assert (reply.text, reply.entities) == ("agressie", [("bold", "agressie")])
        assert reply.replies_to == asked.id
        press = await anna.presses("Plaatje")
        assert (await press.answered())["text"] == "komt eraan"
        photo, document, edit = [await anna.hears() for _ in range(3)]
        assert (photo.is_photo, photo.text) == (True, "plaatje")
        assert document.upload is not None
        assert document.upload.name == "cijfers.csv"
        assert (edit.edited, edit.is_photo, edit.id) == (True, True, reply.id)
        await anna.hears_nothing()
        await application.updater.stop()
        await application.stop()
    world.assert_none_refused()


# -- other ways to run it ---------------------------------------------------------------------


def test_in_a_thread() -> None:
    with ServerThread() as server:
        anna = server.world.private("Anna")
        server.run(anna.says("hoi"))
        token = server.world.token
        url = f"{server.world.url}/bot{token}/sendMessage"
        response = httpx.post(url, data={"chat_id": anna.id, "text": "dag"}, trust_env=False)
        assert response.json()["ok"]
        assert server.run(anna.hears()).text == "dag"


async def test_as_a_process() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.botapi", "--port", "0", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        started = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
        async with httpx.AsyncClient(trust_env=False, base_url=started["url"]) as http:
            load = {"texts": ["a", "b"], "chats": 3, "per_chat": 2}
            assert (await http.post("/control/load", json=load)).json() == {"queued": 6}
            api = f"/bot{started['token']}"
            updates = (await http.get(f"{api}/getUpdates")).json()["result"]
            for update in updates:
                chat = update["message"]["chat"]["id"]
                await http.post(f"{api}/sendMessage", data={"chat_id": chat, "text": "x"})
            offset = updates[-1]["update_id"] + 1
            await http.post(f"{api}/getUpdates", data={"offset": offset})
            stats = (await http.post("/control/settled", json={"seconds": 2})).json()
            assert stats["updates_by_replies"] == {"1": 6}
            assert stats["calls"]["sendMessage accepted"] == 6
            assert (await http.post("/control/faults", json={"share": 1})).json() == {}
            bad = await http.post("/control/load", json={"nope": 1})
            assert bad.status_code == 400
    finally:
        process.terminate()
        assert await process.wait() == 0
