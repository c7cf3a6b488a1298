"""The parameters of every method that the server knows, and the objects inside them.

Every value may come as text (form fields) or as JSON, as Telegram allows. Keys that are not in
the Bot API are refused: Telegram ignores them, but a test wants to hear about a misspelt one.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr

from tests.botapi.markup import JSON

T = TypeVar("T")


def _decoded(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError("can't parse JSON object") from None
    return value


def _number_or_name(value: Any) -> Any:
    if isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    return value


Nested = Annotated[T, BeforeValidator(_decoded)]
ChatId = Annotated[int | str, BeforeValidator(_number_or_name)]


class Strict(BaseModel):
    """An object of the Bot API; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid")


class LinkPreviewOptions(Strict):
    is_disabled: bool | None = None
    url: str | None = None
    prefer_small_media: bool | None = None
    prefer_large_media: bool | None = None
    show_above_text: bool | None = None


class Entity(Strict):
    type: str
    offset: int
    length: int
    url: str | None = None
    user: JSON | None = None
    language: str | None = None
    custom_emoji_id: str | None = None
    unix_time: int | None = None
    date_time_format: str | None = None


class ReplyParameters(Strict):
    message_id: int
    chat_id: ChatId | None = None
    allow_sending_without_reply: bool = False
    quote: str | None = None
    quote_parse_mode: str | None = None
    quote_entities: list[Entity] | None = None
    quote_position: int | None = None
    checklist_task_id: int | None = None
    poll_option_id: str | None = None


class InlineKeyboardButton(Strict):
    text: str
    url: str | None = None
    callback_data: str | None = None
    web_app: JSON | None = None
    login_url: JSON | None = None
    switch_inline_query: str | None = None
    switch_inline_query_current_chat: str | None = None
    switch_inline_query_chosen_chat: JSON | None = None
    copy_text: JSON | None = None
    callback_game: JSON | None = None
    pay: bool | None = None
    icon_custom_emoji_id: str | None = None
    style: Literal["danger", "success", "primary"] | None = None


class ReplyMarkup(Strict):
    """The four kinds of reply markup in one; methods.check_markup tells them apart."""

    inline_keyboard: list[list[InlineKeyboardButton]] | None = None
    keyboard: list[list[JSON | str]] | None = None
    is_persistent: bool | None = None
    resize_keyboard: bool | None = None
    one_time_keyboard: bool | None = None
    input_field_placeholder: str | None = None
    selective: bool | None = None
    remove_keyboard: bool | None = None
    force_reply: bool | None = None


class InputMedia(Strict):
    type: Literal["photo", "document", "animation", "audio", "video"]
    media: str
    thumbnail: str | None = None
    caption: str | None = None
    parse_mode: str | None = None
    caption_entities: list[Entity] | None = None
    show_caption_above_media: bool | None = None
    has_spoiler: bool | None = None
    disable_content_type_detection: bool | None = None


class InputMessageContent(Strict):
    message_text: str | None = None
    parse_mode: str | None = None
    entities: list[Entity] | None = None
    link_preview_options: LinkPreviewOptions | None = None


class InlineQueryResult(Strict):
    """An article or a photo (sent by address or by file_id)."""

    type: Literal["article", "photo"]
    id: str
    title: str | None = None
    description: str | None = None
    url: str | None = None
    thumbnail_url: str | None = None
    thumbnail_width: int | None = None
    thumbnail_height: int | None = None
    input_message_content: InputMessageContent | None = None
    reply_markup: ReplyMarkup | None = None
    photo_url: str | None = None
    photo_width: int | None = None
    photo_height: int | None = None
    photo_file_id: str | None = None
    caption: str | None = None
    parse_mode: str | None = None
    caption_entities: list[Entity] | None = None
    show_caption_above_media: bool | None = None


class InlineQueryResultsButton(Strict):
    text: str
    web_app: JSON | None = None
    start_parameter: str | None = None


class BotCommand(Strict):
    command: str
    description: str


class BotCommandScope(Strict):
    type: Literal[
        "default",
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
        "chat",
        "chat_administrators",
        "chat_member",
    ] = "default"
    chat_id: ChatId | None = None
    user_id: int | None = None


class Upload(BaseModel):
    """A file that came with a multipart request; ``size`` in pixels where it is a picture."""

    name: str
    data: bytes
    content_type: str = "application/octet-stream"
    picture: str | None = None
    size: tuple[int, int] | None = None


class Params(Strict):
    """What every method's parameters have in common: files that came along."""

    _uploads: dict[str, Upload] = PrivateAttr(default_factory=dict)


class Empty(Params):
    pass


class GetUpdates(Params):
    offset: int = 0
    limit: int = Field(default=100, ge=1, le=100)
    timeout: int = Field(default=0, ge=0)
    allowed_updates: Nested[list[str]] | None = None


class SetWebhook(Params):
    url: str = ""
    certificate: str | None = None
    ip_address: str | None = None
    max_connections: int = Field(default=40, ge=1, le=100)
    allowed_updates: Nested[list[str]] | None = None
    drop_pending_updates: bool = False
    secret_token: str | None = None


class DeleteWebhook(Params):
    drop_pending_updates: bool = False


class Sending(Params):
    """What all send… methods share."""

    chat_id: ChatId
    business_connection_id: str | None = None
    message_thread_id: int | None = None
    direct_messages_topic_id: int | None = None
    disable_notification: bool = False
    protect_content: bool = False
    allow_paid_broadcast: bool = False
    message_effect_id: str | None = None
    suggested_post_parameters: Nested[JSON] | None = None
    reply_parameters: Nested[ReplyParameters] | None = None
    reply_markup: Nested[ReplyMarkup] | None = None
    reply_to_message_id: int | None = None
    allow_sending_without_reply: bool = False


class SendMessage(Sending):
    text: str = ""
    parse_mode: str | None = None
    entities: Nested[list[Entity]] | None = None
    link_preview_options: Nested[LinkPreviewOptions] | None = None


class Captioned(Sending):
    caption: str = ""
    parse_mode: str | None = None
    caption_entities: Nested[list[Entity]] | None = None


class SendPhoto(Captioned):
    photo: str | None = None
    show_caption_above_media: bool = False
    has_spoiler: bool = False


class SendDocument(Captioned):
    document: str | None = None
    thumbnail: str | None = None
    disable_content_type_detection: bool = False


class SendChatAction(Params):
    chat_id: ChatId
    action: str
    business_connection_id: str | None = None
    message_thread_id: int | None = None


class Editing(Params):
    """What all edit… methods share: the message, by chat and id or by inline_message_id."""

    business_connection_id: str | None = None
    chat_id: ChatId | None = None
    message_id: int | None = None
    inline_message_id: str | None = None
    reply_markup: Nested[ReplyMarkup] | None = None


class EditMessageText(Editing):
    text: str = ""
    parse_mode: str | None = None
    entities: Nested[list[Entity]] | None = None
    link_preview_options: Nested[LinkPreviewOptions] | None = None


class EditMessageCaption(Editing):
    caption: str = ""
    parse_mode: str | None = None
    caption_entities: Nested[list[Entity]] | None = None
    show_caption_above_media: bool = False


class EditMessageMedia(Editing):
    media: Nested[InputMedia]


class EditMessageReplyMarkup(Editing):
    pass


class DeleteMessage(Params):
    chat_id: ChatId
    message_id: int


class AnswerCallbackQuery(Params):
    callback_query_id: str
    text: str | None = None
    show_alert: bool = False
    url: str | None = None
    cache_time: int = Field(default=0, ge=0)


class AnswerInlineQuery(Params):
    inline_query_id: str
    results: Nested[list[InlineQueryResult]]
    cache_time: int = Field(default=300, ge=0)
    is_personal: bool = False
    next_offset: str = ""
    button: Nested[InlineQueryResultsButton] | None = None


class CommandScope(Params):
    scope: Nested[BotCommandScope] = BotCommandScope()
    language_code: str = ""


class SetMyCommands(CommandScope):
    commands: Nested[list[BotCommand]]


class Language(Params):
    language_code: str = ""


class SetMyDescription(Language):
    description: str = ""


class SetMyShortDescription(Language):
    short_description: str = ""


class SetMyName(Language):
    name: str = ""


class ChatOnly(Params):
    chat_id: ChatId


class GetChatMember(Params):
    chat_id: ChatId
    user_id: int
