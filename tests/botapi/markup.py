"""Formatted text as Telegram reads it: HTML, MarkdownV2, and what it finds in plain text by itself.

Offsets and lengths of entities are UTF-16 code units; offsets in error messages are bytes of the
UTF-8 text that was sent. Both are Telegram's own choices.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from tests.botapi.errors import bad_request

JSON = dict[str, Any]

HTML_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
HTML_ENTITY = re.compile(r"&(?:#[0-9]{1,8}|#x[0-9a-fA-F]{1,8}|lt|gt|amp|quot);?")
ATTRIBUTE_NAME = re.compile(r"\s*([^\s=>]*)\s*")
TAG_NAME = re.compile(r"[^\s>]*")
CLOSING_TAG = re.compile(r"</(?P<name>[^\s>]*)\s*")
NAME_TOKEN = re.compile(r"[A-Za-z0-9.-]*")
MARKDOWN_RESERVED = set("_*[]()~`>#+-=|{}.!")
MARKDOWN_NAMES = {
    "*": "Bold",
    "_": "Italic",
    "__": "Underline",
    "~": "Strikethrough",
    "||": "Spoiler",
    "[": "TextUrl",
    "![": "CustomEmoji",
    "`": "Code",
    "```": "Pre",
}
DETECTED = re.compile(
    r"(?P<url>https?://[^\s<>\"]+)"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.]+)"
    r"|(?<![\w/@])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)(?!\w)"
    r"|(?<![\w@])(?P<mention>@[A-Za-z0-9_]{3,32})(?!\w)"
    r"|(?<!\w)(?P<hashtag>#\w*[^\W\d]\w*)"
)


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text with its entities (Telegram's MessageEntity objects)."""

    text: str
    entities: list[JSON]


def utf16_length(text: str) -> int:
    """The length of a text in UTF-16 code units, as Telegram counts."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def utf16_slice(text: str, offset: int, length: int) -> str:
    """The part of a text that an entity covers."""
    encoded = text.encode("utf-16-le")
    return encoded[offset * 2 : (offset + length) * 2].decode("utf-16-le")


def detect_entities(text: str) -> list[JSON]:
    """What Telegram marks by itself in plain text: commands, mentions, links, hashtags."""
    return [
        {
            "type": match.lastgroup,
            "offset": utf16_length(text[: match.start()]),
            "length": utf16_length(match.group()),
        }
        for match in DETECTED.finditer(text)
    ]


def formatted(text: str, parse_mode: str | None, entities: list[JSON] | None) -> Formatted:
    """A text as it will be shown, trimmed at both ends.

    Raises Refused where the markup cannot be parsed, the mode is unknown, or an entity lies
    outside the text.
    """
    mode = (parse_mode or "").lower()
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise bad_request("strings must be encoded in UTF-8")
    if mode == "html":
        text, found = parse_html(text)
    elif mode == "markdownv2":
        text, found = parse_markdown_v2(text)
    elif mode in {"", "none"}:
        found = entities or []
        size = utf16_length(text)
        for entity in found:
            if not 0 <= entity["offset"] < entity["offset"] + entity["length"] <= size:
                raise bad_request("can't parse entities: entity lies outside the text")
    else:
        raise bad_request("unsupported parse_mode")
    return _trimmed(text, found)


def _trimmed(text: str, entities: list[JSON]) -> Formatted:
    stripped = text.strip()
    if stripped == text:
        return Formatted(text, entities)
    lead = utf16_length(text[: len(text) - len(text.lstrip())])
    size = utf16_length(stripped)
    kept = []
    for entity in entities:
        start = max(entity["offset"] - lead, 0)
        end = min(entity["offset"] + entity["length"] - lead, size)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return Formatted(stripped, kept)


def _unparseable(reason: str) -> NoReturn:
    raise bad_request(f"can't parse entities: {reason}")


def _decode_html(text: str) -> str:
    """Telegram's four named references and the numbered ones; any other & stays as it is."""

    def character(match: re.Match[str]) -> str:
        reference = match.group()
        return html.unescape(reference if reference.endswith(";") else reference + ";")

    return HTML_ENTITY.sub(character, text)


@dataclass(slots=True)
class _Open:
    """A tag or mark that waits for its end."""

    name: str
    entity: JSON
    begin: int
    source: int


def parse_html(source: str) -> tuple[str, list[JSON]]:
    """The text and entities of Telegram's HTML; Refused with its wording where it is not that."""
    parts: list[str] = []
    size = 0
    entities: list[JSON] = []
    stack: list[_Open] = []
    position = 0
    while True:
        tag_at = source.find("<", position)
        piece = _decode_html(source[position:] if tag_at < 0 else source[position:tag_at])
        if piece:
            parts.append(piece)
            size += utf16_length(piece)
        if tag_at < 0:
            break
        at = len(source[:tag_at].encode())
        if source.startswith("</", tag_at):
            position = _close_html(source, tag_at, at, stack, entities, size)
        else:
            position = _open_html(source, tag_at, at, stack, size)
    if stack:
        _unparseable(f'Can\'t find end tag corresponding to start tag "{stack[-1].name}"')
    entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return "".join(parts), entities


def _open_html(source: str, tag_at: int, at: int, stack: list[_Open], size: int) -> int:
    name_match = TAG_NAME.match(source, tag_at + 1)
    assert name_match is not None
    if name_match.end() == len(source):
        _unparseable(f"Unclosed start tag at byte offset {at}")
    name = name_match.group().lower()
    if name not in HTML_TAGS:
        _unparseable(f'Unsupported start tag "{name}" at byte offset {at}')
    attributes, position = _attributes(source, name_match.end(), name, at)
    entity: JSON = {"type": HTML_TAGS[name], "offset": size}
    if name == "span" and attributes.get("class") != "tg-spoiler":
        _unparseable(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
    if name == "a":
        entity["url"] = attributes.get("href", "")
    if name == "tg-emoji":
        entity["custom_emoji_id"] = attributes.get("emoji-id", "")
        if not entity["custom_emoji_id"].isdigit():
            _unparseable("Invalid custom emoji identifier specified")
    if name == "blockquote" and "expandable" in attributes:
        entity["type"] = "expandable_blockquote"
    stack.append(_Open(name, entity, size, position + 1))
    return position + 1


def _attributes(source: str, position: int, tag: str, at: int) -> tuple[dict[str, str], int]:
    """The attributes of a start tag, and the position of the ``>`` that ends it."""
    attributes: dict[str, str] = {}
    while True:
        match = ATTRIBUTE_NAME.match(source, position)
        assert match is not None
        position = match.end()
        if not match[1] and source.startswith(">", position):
            return attributes, position
        if not match[1] and position < len(source):
            _unparseable(f'Empty attribute name in the tag "{tag}" at byte offset {at}')
        value = ""
        if source.startswith("=", position):
            position = len(source) - len(source[position + 1 :].lstrip())
            quote = source[position : position + 1]
            if quote in {"'", '"'} and quote:
                end = source.find(quote, position + 1)
                if end < 0 or end + 1 == len(source):
                    _unparseable(f"Unclosed start tag at byte offset {at}")
                value, position = _decode_html(source[position + 1 : end]), end + 1
            elif quote:
                token = NAME_TOKEN.match(source, position)
                assert token is not None
                if not re.match(r"[\s>]", source[token.end() :]):
                    where = len(source[:position].encode())
                    _unparseable(f"Unexpected end of name token at byte offset {where}")
                value, position = token.group().lower(), token.end()
        if position >= len(source):
            _unparseable(f'Unclosed start tag "{tag}" at byte offset {at}')
        attributes[match[1].lower()] = value


def _close_html(
    source: str, tag_at: int, at: int, stack: list[_Open], entities: list[JSON], size: int
) -> int:
    if not stack:
        _unparseable(f"Unexpected end tag at byte offset {at}")
    match = CLOSING_TAG.match(source, tag_at)
    assert match is not None
    if not source.startswith(">", match.end()):
        _unparseable(f"Unclosed end tag at byte offset {at}")
    opened = stack.pop()
    name = match["name"].lower()
    if name and name != opened.name:
        _unparseable(
            f'Unmatched end tag at byte offset {at}, expected "</{opened.name}>", found "</{name}>"'
        )
    entity = {**opened.entity, "length": size - opened.begin}
    if opened.name == "a" and not entity["url"]:
        entity["url"] = source[opened.source : tag_at]
    if entity["length"] and (opened.name != "a" or is_link(entity["url"])):
        entities.append(entity)
    return match.end() + 1


def is_link(url: str) -> bool:
    """True for an address that Telegram makes a link of; any other is dropped or refused."""
    return re.fullmatch(r"(https?|tg|ton|tonsite)://[^\s/?#]+(?:[/?#]\S*)?", url) is not None


def parse_markdown_v2(source: str) -> tuple[str, list[JSON]]:
    """The text and entities of MarkdownV2; Refused with Telegram's wording where it is not that."""
    parts: list[str] = []
    size = 0
    entities: list[JSON] = []
    stack: list[_Open] = []
    position = 0

    def at(index: int) -> int:
        return len(source[:index].encode())

    def add(piece: str) -> None:
        nonlocal size
        parts.append(piece)
        size += utf16_length(piece)

    line_start = True
    quote: JSON | None = None
    while position < len(source):
        character = source[position]
        inside = stack[-1].name if stack else ""
        verbatim = inside in {"`", "```"}
        if character == "\\" and position + 1 < len(source) and 0 < ord(source[position + 1]) < 127:
            add(source[position + 1])
            position += 2
            line_start = False
            continue
        if character == "\n":
            if quote is not None and not source.startswith(">", position + 1):
                if size > quote["offset"]:
                    entities.append({**quote, "length": size - quote["offset"]})
                quote = None
            add(character)
            position += 1
            line_start = True
            continue
        if line_start and character == ">" and not verbatim:
            quote = quote or {"type": "blockquote", "offset": size}
            position += 1
            line_start = False
            continue
        line_start = False
        if character not in MARKDOWN_RESERVED or (verbatim and character != "`"):
            add(character)
            position += 1
            continue
        mark = next(
            (m for m in ("```", "||", "__", "![") if source.startswith(m, position)), character
        )
        if inside == "`":
            mark = "`"
        if inside == "```" and mark != "```":
            add(character)
            position += 1
            continue
        if (inside and mark == inside) or (inside in {"[", "!["} and character == "]"):
            opened = stack.pop()
            position += 1 if inside in {"[", "!["} else len(mark)
            entity = {**opened.entity, "length": size - opened.begin}
            if inside in {"[", "!["}:
                position, entity = _markdown_link(source, position, entity, "".join(parts), at)
            if entity["length"] and (
                entity["type"] != "text_link" or is_link(entity.get("url", ""))
            ):
                entities.append(entity)
            continue
        if mark not in MARKDOWN_NAMES:
            _unparseable(
                f"Character '{character}' is reserved and must be escaped with the preceding '\\'"
            )
        kind = {
            "*": "bold",
            "_": "italic",
            "__": "underline",
            "~": "strikethrough",
            "||": "spoiler",
            "[": "text_link",
            "![": "custom_emoji",
            "`": "code",
            "```": "pre",
        }[mark]
        begin = position
        position += len(mark)
        opened_entity: JSON = {"type": kind, "offset": size}
        if mark == "```":
            language = re.compile(r"([A-Za-z0-9_+-]+)\n").match(source, position)
            if language:
                opened_entity["language"] = language[1]
                position = language.end()
            elif source.startswith("\n", position):
                position += 1
        stack.append(_Open(mark, opened_entity, size, begin))
    if stack:
        _unparseable(
            f"Can't find end of {MARKDOWN_NAMES[stack[-1].name]} entity "
            f"at byte offset {at(stack[-1].source)}"
        )
    if quote is not None and size > quote["offset"]:
        entities.append({**quote, "length": size - quote["offset"]})
    entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return "".join(parts), entities


def _markdown_link(
    source: str, position: int, entity: JSON, text: str, at: Any
) -> tuple[int, JSON]:
    """Reads ``(address)`` after ``[text]``; without one the text itself is the address."""
    if not source.startswith("(", position):
        return position, {**entity, "url": utf16_slice(text, entity["offset"], entity["length"])}
    match = re.compile(r"\((?P<url>(?:\\.|[^\\)])*)\)").match(source, position)
    if match is None:
        _unparseable(f"Can't find end of a URL at byte offset {at(position)}")
    url = re.sub(r"\\(.)", r"\1", match["url"])
    if entity["type"] == "custom_emoji":
        emoji = re.fullmatch(r"tg://emoji\?id=(\d+)", url)
        if emoji is None:
            _unparseable("Custom emoji URL must have scheme tg")
        return match.end(), {**entity, "custom_emoji_id": emoji[1]}
    return match.end(), {**entity, "url": url}
