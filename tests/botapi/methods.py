"""The Bot API methods: what each accepts, what it changes in the world, how it refuses."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.botapi import params as p
from tests.botapi.errors import bad_request, forbidden
from tests.botapi.markup import JSON, Formatted, formatted, is_link, utf16_length
from tests.botapi.world import (
    Chat,
    Event,
    Message,
    Query,
    StoredFile,
    Webhook,
    World,
    dumps,
    written,
)

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_CALLBACK_DATA = 64
MAX_PHOTO_BYTES = 10 * 1024 * 1024
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
SCOPES_WITH_CHAT = frozenset({"chat", "chat_administrators", "chat_member"})

P = TypeVar("P", bound=p.Params)


@dataclass(frozen=True, slots=True)
class Method:
    """A method by its proper name, its parameters, and what it does."""

    name: str
    params: type[p.Params]
    run: Callable[[World, Any], Any]


METHODS: dict[str, Method] = {}
"""By lower-case name: Telegram takes method names in any case."""


def method(
    name: str, params: type[P]
) -> Callable[[Callable[[World, P], Any]], Callable[[World, P], Any]]:
    """Registers the function below as a Bot API method."""

    def register(run: Callable[[World, P], Any]) -> Callable[[World, P], Any]:
        METHODS[name.lower()] = Method(name, params, run)
        return run

    return register


# -- content ----------------------------------------------------------------------------------


def _entities(entities: Sequence[p.Entity] | None) -> list[JSON] | None:
    if entities is None:
        return None
    return [entity.model_dump(exclude_none=True) for entity in entities]


def _text(text: str, parse_mode: str | None, entities: Sequence[p.Entity] | None) -> Formatted:
    result = formatted(text, parse_mode, _entities(entities))
    if not result.text:
        raise bad_request("message text is empty")
    if utf16_length(result.text) > MAX_TEXT:
        raise bad_request("message is too long")
    return result


def _caption(text: str, parse_mode: str | None, entities: Sequence[p.Entity] | None) -> JSON:
    result = formatted(text, parse_mode, _entities(entities))
    if utf16_length(result.text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    fields: JSON = {}
    if result.text:
        fields["caption"] = result.text
    if result.entities:
        fields["caption_entities"] = result.entities
    return fields


def check_markup(markup: p.ReplyMarkup | None) -> JSON | None:
    """The markup as JSON, or None where there is none; Refused where Telegram would."""
    if markup is None:
        return None
    kinds = [markup.inline_keyboard, markup.keyboard, markup.remove_keyboard, markup.force_reply]
    if sum(kind is not None for kind in kinds) != 1:
        raise bad_request("object expected as reply markup")
    rows = markup.inline_keyboard
    if rows is None:
        if markup.keyboard is not None and not all(markup.keyboard):
            raise bad_request("can't parse keyboard: rows must be non-empty")
        return markup.model_dump(exclude_none=True)
    if not rows:
        return None
    if sum(map(len, rows)) > 100 or any(len(row) > 8 for row in rows):
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    if not all(rows):
        raise bad_request("can't parse inline keyboard: rows must be non-empty")
    return {"inline_keyboard": [[_button(button) for button in row] for row in rows]}


def _button(button: p.InlineKeyboardButton) -> JSON:
    value = button.model_dump(exclude_none=True)
    jobs = value.keys() - {"text", "icon_custom_emoji_id", "style"}
    if not button.text.strip():
        raise bad_request("can't parse inline keyboard button: text must be non-empty")
    if not jobs:
        raise bad_request("text buttons are unallowed in the inline keyboard")
    if len(jobs) > 1:
        raise bad_request("can't parse inline keyboard button: exactly one action is allowed")
    if button.callback_data is not None and not (
        1 <= len(button.callback_data.encode()) <= MAX_CALLBACK_DATA
    ):
        raise bad_request("BUTTON_DATA_INVALID")
    if button.url is not None:
        if not is_link(button.url):
            raise bad_request(
                f"inline keyboard button URL '{button.url}' is invalid: Wrong HTTP URL"
            )
        _check_start_link(button.url)
    for query in (button.switch_inline_query, button.switch_inline_query_current_chat):
        if query is not None and utf16_length(query) > 256:
            raise bad_request("BUTTON_INVALID")
    return value


def _check_start_link(url: str) -> None:
    """Deep links only carry what people's apps will pass on: A-Z, a-z, 0-9, _ and -, up to 64."""
    link = re.match(r"https://t\.me/\w+\?start(?:group)?=(.*)", url)
    if link and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", link[1]):
        raise bad_request("START_PARAM_INVALID")


def _photo_fields(file: StoredFile) -> JSON:
    width, height = file.upload.size or (0, 0)
    sizes = []
    for index, longest in enumerate((320, 800, 1280)):
        scale = min(1.0, longest / max(width, height, 1))
        sizes.append(
            {
                "file_id": file.file_id,
                "file_unique_id": f"{file.unique_id}{index}",
                "width": max(1, round(width * scale)),
                "height": max(1, round(height * scale)),
                "file_size": len(file.upload.data),
            }
        )
        if scale == 1.0:
            break
    return {"photo": sizes}


def _document_fields(file: StoredFile) -> JSON:
    return {
        "document": {
            "file_id": file.file_id,
            "file_unique_id": file.unique_id,
            "file_name": file.upload.name,
            "mime_type": file.upload.content_type,
            "file_size": len(file.upload.data),
        }
    }


def _file(world: World, call: p.Params, value: str | None, kind: str) -> StoredFile:
    """The photo or document that a parameter names: a file that came along, or a file_id."""
    upload = None
    if value is None:
        upload = call._uploads.get(kind)
        if upload is None:
            raise bad_request(f"there is no {kind} in the request")
    elif value.startswith("attach://"):
        upload = call._uploads.get(value.removeprefix("attach://"))
        if upload is None:
            raise bad_request(f"attached file {value!r} is not in the request")
    if upload is None:
        assert value is not None
        known = world.files.get(value)
        if known is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        if known.kind != kind:
            names = (known.kind.capitalize(), kind.capitalize())
            raise bad_request("can't use file of type {} as {}".format(*names))
        return known
    if not upload.data:
        raise bad_request("file must be non-empty")
    if kind == "photo":
        _check_photo(upload)
    elif re.search(r"\.(png|jpe?g|gif|webp)$", upload.name, re.IGNORECASE) and not upload.picture:
        raise bad_request("IMAGE_PROCESS_FAILED")
    elif upload.name.lower().endswith((".csv", ".txt", ".json")):
        try:
            upload.data.decode()
        except UnicodeDecodeError:
            raise bad_request("document is named as text and is not UTF-8") from None
    return world.store(upload, kind)


def _check_photo(upload: p.Upload) -> None:
    if len(upload.data) > MAX_PHOTO_BYTES:
        raise bad_request("file is too big")
    if upload.size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = upload.size
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")


# -- sending ----------------------------------------------------------------------------------


def _replied(chat: Chat, call: p.Sending) -> Message | None:
    """The message that this one replies to, in the same chat."""
    reply = call.reply_parameters
    if reply is None:
        if call.reply_to_message_id is None:
            return None
        reply = p.ReplyParameters(
            message_id=call.reply_to_message_id,
            allow_sending_without_reply=call.allow_sending_without_reply,
        )
    if reply.chat_id is not None and reply.chat_id != chat.id:
        raise bad_request("message to be replied not found")
    message = chat.messages.get(reply.message_id)
    if message is None:
        if reply.allow_sending_without_reply:
            return None
        raise bad_request("message to be replied not found")
    if reply.quote is not None and reply.quote not in written(message.json):
        raise bad_request("QUOTE_TEXT_INVALID")
    return message


def _thread(chat: Chat, thread: int | None, replied: Message | None) -> int | None:
    """The topic that a message goes to; None for the general one or where there are none."""
    if thread is None:
        return replied.json.get("message_thread_id") if replied and chat.forum else None
    if not chat.forum or thread not in chat.topics:
        raise bad_request("message thread not found")
    if chat.topics[thread].closed and chat.bot_status != "administrator":
        raise bad_request("TOPIC_CLOSED")
    if replied is not None and replied.json.get("message_thread_id") != thread:
        raise bad_request("message to be replied not found")
    return thread


def _send(
    world: World, call: p.Sending, right: str, content: JSON, file: StoredFile | None = None
) -> JSON:
    chat = world.reachable(call.chat_id, right)
    markup = check_markup(call.reply_markup)
    if chat.type == "channel" and chat.bot_status != "administrator":
        raise forbidden("bot is not a member of the channel chat")
    replied = _replied(chat, call)
    thread = _thread(chat, call.message_thread_id, replied)
    fields = {**world.reply_fields(chat, replied, thread), **content}
    if markup is not None and "inline_keyboard" in markup:
        fields["reply_markup"] = markup
    if chat.type == "channel":
        fields["sender_chat"] = chat.json
    else:
        fields["from"] = world.user
    message = world.post(chat, fields, from_bot=True)
    message.file = file
    message.rendered = dumps([content, fields.get("reply_markup")])
    chat.last_sent = time.monotonic()
    chat.events.append(Event("new", message, dict(message.json)))
    world.credit(chat, replied.id if replied is not None else None)
    return message.json


@method("sendMessage", p.SendMessage)
def send_message(world: World, call: p.SendMessage) -> JSON:
    text = _text(call.text, call.parse_mode, call.entities)
    content: JSON = {"text": text.text}
    if text.entities:
        content["entities"] = text.entities
    if call.link_preview_options is not None:
        content["link_preview_options"] = call.link_preview_options.model_dump(exclude_none=True)
    return _send(world, call, "text", content)


@method("sendPhoto", p.SendPhoto)
def send_photo(world: World, call: p.SendPhoto) -> JSON:
    caption = _caption(call.caption, call.parse_mode, call.caption_entities)
    world.reachable(call.chat_id, "photos")
    file = _file(world, call, call.photo, "photo")
    return _send(world, call, "photos", {**_photo_fields(file), **caption}, file)


@method("sendDocument", p.SendDocument)
def send_document(world: World, call: p.SendDocument) -> JSON:
    caption = _caption(call.caption, call.parse_mode, call.caption_entities)
    world.reachable(call.chat_id, "documents")
    file = _file(world, call, call.document, "document")
    return _send(world, call, "documents", {**_document_fields(file), **caption}, file)


@method("sendChatAction", p.SendChatAction)
def send_chat_action(world: World, call: p.SendChatAction) -> bool:
    chat = world.reachable(call.chat_id, None)
    if call.action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    thread = _thread(chat, call.message_thread_id, None)
    chat.actions.append((call.action, thread))
    world.changed()
    return True


# -- editing ----------------------------------------------------------------------------------


def _own_message(world: World, call: p.Editing) -> Message:
    if call.inline_message_id is not None:
        raise bad_request("MESSAGE_ID_INVALID")
    if call.chat_id is None:
        raise bad_request("chat_id is empty")
    if call.message_id is None:
        raise bad_request("message identifier is not specified")
    message = world.reachable(call.chat_id, None).messages.get(call.message_id)
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot:
        raise bad_request("message can't be edited")
    return message


CONTENT = (
    "text",
    "entities",
    "link_preview_options",
    "photo",
    "document",
    "caption",
    "caption_entities",
)


def _content(message: Message) -> JSON:
    return {key: message.json[key] for key in CONTENT if key in message.json}


def _edit(
    world: World, message: Message, call: p.Editing, content: JSON, file: StoredFile | None
) -> JSON:
    markup = check_markup(call.reply_markup)
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    rendered = dumps([content, markup])
    if rendered == message.rendered:
        raise bad_request(NOT_MODIFIED)
    kept = {
        key: value
        for key, value in message.json.items()
        if key not in CONTENT and key != "reply_markup"
    }
    message.json = {**kept, **content, "edit_date": int(time.time())}
    if markup is not None:
        message.json["reply_markup"] = markup
    message.rendered = rendered
    message.file = file
    message.chat.events.append(Event("edit", message, dict(message.json)))
    world.credit_edit(message.chat)
    return message.json


@method("editMessageText", p.EditMessageText)
def edit_message_text(world: World, call: p.EditMessageText) -> JSON:
    text = _text(call.text, call.parse_mode, call.entities)
    message = _own_message(world, call)
    if "text" not in message.json:
        raise bad_request("there is no text in the message to edit")
    content: JSON = {"text": text.text}
    if text.entities:
        content["entities"] = text.entities
    if call.link_preview_options is not None:
        content["link_preview_options"] = call.link_preview_options.model_dump(exclude_none=True)
    return _edit(world, message, call, content, None)


@method("editMessageCaption", p.EditMessageCaption)
def edit_message_caption(world: World, call: p.EditMessageCaption) -> JSON:
    caption = _caption(call.caption, call.parse_mode, call.caption_entities)
    message = _own_message(world, call)
    if "text" in message.json:
        raise bad_request("there is no caption in the message to edit")
    media: JSON = {key: message.json[key] for key in ("photo", "document") if key in message.json}
    return _edit(world, message, call, {**media, **caption}, message.file)


@method("editMessageMedia", p.EditMessageMedia)
def edit_message_media(world: World, call: p.EditMessageMedia) -> JSON:
    media = call.media
    caption = _caption(media.caption or "", media.parse_mode, media.caption_entities)
    message = _own_message(world, call)
    if media.type not in {"photo", "document"}:
        raise bad_request(f"this server knows no media of type {media.type}")
    world.reachable(message.chat.id, "photos" if media.type == "photo" else "documents")
    file = _file(world, call, media.media, media.type)
    fields = _photo_fields(file) if media.type == "photo" else _document_fields(file)
    return _edit(world, message, call, {**fields, **caption}, file)


@method("editMessageReplyMarkup", p.EditMessageReplyMarkup)
def edit_message_reply_markup(world: World, call: p.EditMessageReplyMarkup) -> JSON:
    message = _own_message(world, call)
    return _edit(world, message, call, _content(message), message.file)


@method("deleteMessage", p.DeleteMessage)
def delete_message(world: World, call: p.DeleteMessage) -> bool:
    chat = world.reachable(call.chat_id, None)
    message = chat.messages.get(call.message_id)
    if message is None:
        raise bad_request("message to delete not found")
    if not message.from_bot and chat.type != "private" and chat.bot_status != "administrator":
        raise bad_request("message can't be deleted")
    del chat.messages[call.message_id]
    chat.events.append(Event("delete", message, dict(message.json)))
    return True


# -- queries ----------------------------------------------------------------------------------


def _open_query(world: World, number: str, kind: str) -> Query:
    query = world.queries.get(number)
    if query is None or query.kind != kind or query.answer is not None:
        raise bad_request(TOO_OLD)
    if time.monotonic() - query.born > world.query_lifetime:
        raise bad_request(TOO_OLD)
    return query


@method("answerCallbackQuery", p.AnswerCallbackQuery)
def answer_callback_query(world: World, call: p.AnswerCallbackQuery) -> bool:
    if call.text is not None and utf16_length(call.text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    if call.url is not None:
        if not is_link(call.url):
            raise bad_request("URL_INVALID")
        _check_start_link(call.url)
    query = _open_query(world, call.callback_query_id, "callback")
    query.answer = {"text": call.text, "show_alert": call.show_alert, "url": call.url}
    return True


@method("answerInlineQuery", p.AnswerInlineQuery)
def answer_inline_query(world: World, call: p.AnswerInlineQuery) -> bool:
    if len(call.results) > 50:
        raise bad_request("RESULTS_TOO_MUCH")
    if len(call.next_offset.encode()) > 64:
        raise bad_request("NEXT_OFFSET_INVALID")
    ids = [result.id for result in call.results]
    if any(not 1 <= len(number.encode()) <= 64 for number in ids):
        raise bad_request("RESULT_ID_INVALID")
    if len(set(ids)) < len(ids):
        raise bad_request("RESULT_ID_DUPLICATE")
    results = [_inline_result(world, result) for result in call.results]
    button = call.button
    if button is not None:
        if not button.text or (button.start_parameter is None) == (button.web_app is None):
            raise bad_request("can't parse inline query results button")
        if button.start_parameter is not None and not re.fullmatch(
            r"[A-Za-z0-9_-]{1,64}", button.start_parameter
        ):
            raise bad_request("START_PARAM_INVALID")
    query = _open_query(world, call.inline_query_id, "inline")
    query.answer = {
        "results": results,
        "button": button.model_dump(exclude_none=True) if button is not None else None,
        "cache_time": call.cache_time,
        "is_personal": call.is_personal,
        "next_offset": call.next_offset,
    }
    if query.update is not None:
        query.update.replies += 1
    world.last_reply = time.monotonic()
    return True


def _inline_result(world: World, result: p.InlineQueryResult) -> JSON:
    """The result with what will be sent when somebody picks it, as fields of a message."""
    value = result.model_dump(exclude_none=True)
    sends: JSON = {}
    if result.type == "article":
        if not result.title:
            raise bad_request("can't parse inline query result: title must be non-empty")
        if result.input_message_content is None:
            raise bad_request("can't parse inline query result: message content is not specified")
    elif result.photo_file_id is not None:
        file = world.files.get(result.photo_file_id)
        if file is None or file.kind != "photo":
            raise bad_request("wrong file identifier/HTTP URL specified")
        sends = _photo_fields(file)
    elif result.photo_url is None or result.thumbnail_url is None:
        raise bad_request("can't parse inline query result: photo is not specified")
    for url in (result.url, result.thumbnail_url, result.photo_url):
        if url is not None and not is_link(url):
            raise bad_request("WEBDOCUMENT_URL_INVALID")
    if result.input_message_content is not None:
        content = result.input_message_content
        text = _text(content.message_text or "", content.parse_mode, content.entities)
        sends = {"text": text.text, **({"entities": text.entities} if text.entities else {})}
    else:
        sends |= _caption(result.caption or "", result.parse_mode, result.caption_entities)
    markup = check_markup(result.reply_markup)
    if markup is not None:
        if "inline_keyboard" not in markup:
            raise bad_request("inline keyboard expected")
        sends["reply_markup"] = markup
    return {**value, "sends": sends}


# -- the bot itself ---------------------------------------------------------------------------


@method("getMe", p.Empty)
def get_me(world: World, call: p.Empty) -> JSON:
    return {
        **world.user,
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy,
        "supports_inline_queries": world.inline,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def _scope_key(world: World, call: p.CommandScope) -> str:
    scope = call.scope
    if scope.type in SCOPES_WITH_CHAT:
        if scope.chat_id is None:
            raise bad_request("can't parse BotCommandScope: chat_id is required")
        world.chat(scope.chat_id)
    if scope.type == "chat_member" and scope.user_id is None:
        raise bad_request("can't parse BotCommandScope: user_id is required")
    _check_language(call.language_code)
    return dumps([scope.model_dump(exclude_none=True), call.language_code]).decode()


def _check_language(code: str) -> None:
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("LANG_CODE_INVALID")


@method("setMyCommands", p.SetMyCommands)
def set_my_commands(world: World, call: p.SetMyCommands) -> bool:
    if len(call.commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in call.commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command.command):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= utf16_length(command.description) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    names = [command.command for command in call.commands]
    if len(set(names)) < len(names):
        raise bad_request("BOT_COMMAND_INVALID")
    key = _scope_key(world, call)
    world.commands[key] = [command.model_dump() for command in call.commands]
    return True


@method("getMyCommands", p.CommandScope)
def get_my_commands(world: World, call: p.CommandScope) -> list[JSON]:
    return world.commands.get(_scope_key(world, call), [])


@method("deleteMyCommands", p.CommandScope)
def delete_my_commands(world: World, call: p.CommandScope) -> bool:
    world.commands.pop(_scope_key(world, call), None)
    return True


def _describe(world: World, kind: str, language: str, text: str, limit: int) -> bool:
    _check_language(language)
    if utf16_length(text) > limit:
        raise bad_request(f"BOT_{kind.upper()}_TOO_LONG")
    world.descriptions[kind, language] = text
    return True


def _described(world: World, kind: str, language: str, default: str = "") -> JSON:
    _check_language(language)
    found = world.descriptions.get((kind, language)) or world.descriptions.get((kind, ""))
    return {kind: found or default}


@method("setMyDescription", p.SetMyDescription)
def set_my_description(world: World, call: p.SetMyDescription) -> bool:
    return _describe(world, "description", call.language_code, call.description, 512)


@method("getMyDescription", p.Language)
def get_my_description(world: World, call: p.Language) -> JSON:
    return _described(world, "description", call.language_code)


@method("setMyShortDescription", p.SetMyShortDescription)
def set_my_short_description(world: World, call: p.SetMyShortDescription) -> bool:
    return _describe(world, "short_description", call.language_code, call.short_description, 120)


@method("getMyShortDescription", p.Language)
def get_my_short_description(world: World, call: p.Language) -> JSON:
    return _described(world, "short_description", call.language_code)


@method("setMyName", p.SetMyName)
def set_my_name(world: World, call: p.SetMyName) -> bool:
    return _describe(world, "name", call.language_code, call.name, 64)


@method("getMyName", p.Language)
def get_my_name(world: World, call: p.Language) -> JSON:
    return _described(world, "name", call.language_code, world.user["first_name"])


# -- chats ------------------------------------------------------------------------------------


@method("getChat", p.ChatOnly)
def get_chat(world: World, call: p.ChatOnly) -> JSON:
    chat = world.reachable(call.chat_id, None)
    return {
        **chat.json,
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
        "permissions": _permissions(chat),
    }


def _permissions(chat: Chat) -> JSON:
    return {
        "can_send_messages": "text" not in chat.denied,
        "can_send_photos": "photos" not in chat.denied,
        "can_send_documents": "documents" not in chat.denied,
    }


@method("getChatMember", p.GetChatMember)
def get_chat_member(world: World, call: p.GetChatMember) -> JSON:
    chat = world.reachable(call.chat_id, None)
    if call.user_id == world.user["id"]:
        return bot_member(world, chat, chat.bot_status)
    member = chat.members.get(call.user_id)
    if member is None:
        raise bad_request("member not found")
    return member


def bot_member(world: World, chat: Chat, status: str) -> JSON:
    """The bot's ChatMember object in a chat, with this status."""
    member: JSON = {"user": world.user, "status": status}
    if status == "kicked":
        member["until_date"] = 0
    if status == "restricted":
        rights = ["audios", "videos", "video_notes", "voice_notes", "polls", "other_messages"]
        member |= {f"can_send_{right}": False for right in rights}
        member |= {
            **_permissions(chat),
            "is_member": True,
            "until_date": 0,
            "can_add_web_page_previews": False,
            "can_react_to_messages": True,
            "can_edit_tag": False,
            "can_change_info": False,
            "can_invite_users": False,
            "can_pin_messages": False,
            "can_manage_topics": False,
        }
    if status == "administrator":
        rights = [
            "manage_chat",
            "delete_messages",
            "manage_video_chats",
            "restrict_members",
            "promote_members",
            "change_info",
            "invite_users",
            "post_stories",
            "edit_stories",
            "delete_stories",
        ]
        member |= {f"can_{right}": False for right in rights}
        member |= {"can_be_edited": False, "is_anonymous": False}
    return member


@method("leaveChat", p.ChatOnly)
def leave_chat(world: World, call: p.ChatOnly) -> bool:
    chat = world.reachable(call.chat_id, None)
    if chat.type == "private":
        raise bad_request("chat member status can't be changed in private chats")
    chat.bot_status = "left"
    return True


# -- webhooks ---------------------------------------------------------------------------------


@method("setWebhook", p.SetWebhook)
def set_webhook(world: World, call: p.SetWebhook) -> bool:
    _allow_updates(world, call.allowed_updates)
    if call.drop_pending_updates:
        world.confirm_before(max(world.pending, default=0) + 1)
    if not call.url:
        world.webhook = None
        world.changed()
        return True
    local = re.match(r"http://(127\.0\.0\.1|localhost)(:\d+)?(/|$)", call.url)
    if not local and not re.match(r"https://[^/:]+(:(443|80|88|8443))?(/|$)", call.url):
        reason = (
            "Webhook can be set up only on ports 80, 88, 443 or 8443"
            if call.url.startswith("https://")
            else "An HTTPS URL must be provided for webhook"
        )
        raise bad_request(f"bad webhook: {reason}")
    if call.secret_token is not None and not re.fullmatch(
        r"[A-Za-z0-9_-]{1,256}", call.secret_token
    ):
        raise bad_request("secret token contains unallowed characters")
    wanted = (call.url, call.secret_token, call.max_connections)
    now = world.webhook
    if now is None or (now.url, now.secret, now.max_connections) != wanted:
        world.webhook = Webhook(*wanted)
        world.changed()
    return True


def _allow_updates(world: World, kinds: list[str] | None) -> None:
    """Remembers which updates the bot wants; an empty list means the default again."""
    if kinds is not None:
        world.allowed_updates = frozenset(kinds) or None


@method("deleteWebhook", p.DeleteWebhook)
def delete_webhook(world: World, call: p.DeleteWebhook) -> bool:
    if call.drop_pending_updates:
        world.confirm_before(max(world.pending, default=0) + 1)
    world.webhook = None
    world.changed()
    return True


@method("getWebhookInfo", p.Empty)
def get_webhook_info(world: World, call: p.Empty) -> JSON:
    info: JSON = {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": len(world.pending),
    }
    if world.webhook is not None:
        info |= {"url": world.webhook.url, "max_connections": world.webhook.max_connections}
        if world.webhook.last_error is not None:
            info["last_error_date"] = world.webhook.last_error_date
            info["last_error_message"] = world.webhook.last_error
    if world.allowed_updates is not None:
        info["allowed_updates"] = sorted(world.allowed_updates)
    return info


@method("getUpdates", p.GetUpdates)
def get_updates(world: World, call: p.GetUpdates) -> None:
    """Takes in offset and allowed_updates; the server does the waiting and the handing out."""
    _allow_updates(world, call.allowed_updates)
    world.confirm_before(call.offset)
