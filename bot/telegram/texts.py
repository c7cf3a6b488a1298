"""Everything the bot says in Telegram besides answers, from ``intents/common/telegram.yaml``."""

from __future__ import annotations

from pathlib import Path
from string import Formatter
from typing import Annotated

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from telegram.constants import BotDescriptionLimit

FILE = Path("common") / "telegram.yaml"


class TextsError(Exception):
    """The file cannot be used; the message names file, key and cure."""


def _uses(*allowed: str) -> AfterValidator:
    """The text may hold these placeholders and no other."""

    def check(text: str) -> str:
        try:
            used = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        except ValueError as error:
            raise ValueError(f"{error}; write {{{{ and }}}} for literal braces") from None
        if unknown := used - set(allowed):
            raise ValueError(f"unknown {{{unknown.pop()}}}; this text may use {list(allowed)}")
        return text

    return AfterValidator(check)


Plain = Annotated[str, Field(min_length=1), _uses()]
"""A text without placeholders."""
About = Annotated[str, Field(min_length=1), _uses("title", "name", "example")]
OfFigure = Annotated[str, Field(min_length=1), _uses("figure")]
Command = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,32}$")]
Menu = dict[Command, Annotated[str, Field(min_length=1, max_length=256)]]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InlineTexts(_Model):
    """What inline mode says."""

    nothing: Plain
    nothing_hint: Plain
    nothing_text: Plain
    open_bot: Plain
    figure_title: Annotated[str, _uses("figure", "title")]
    open_figure: OfFigure


class Commands(_Model):
    """The command menus per kind of chat: command and what Telegram shows beside it."""

    private: Menu
    groups: Menu


class Texts(_Model):
    """The texts; those with markup are Telegram's HTML."""

    start: About
    examples: list[Plain] = Field(min_length=1, max_length=6)
    help: About
    help_group: About
    introduction: About
    privacy: Annotated[str, _uses("unanswered")]
    unanswered_off: Plain
    unanswered_on: Plain
    forgotten: Plain
    source_question: Plain
    figure_question: OfFigure
    text_only: About
    ask_me: About
    unknown_command: Plain
    asked: Annotated[str, _uses("question")]
    flood: Annotated[str, _uses("seconds")]
    apology: Plain
    stale_button: Annotated[Plain, Field(max_length=200)]
    no_photo_rights: Plain
    no_document_rights: Plain
    no_chart: Plain
    chart_button: OfFigure
    card_button: Plain
    previous: Plain
    next: Plain
    this_figure: OfFigure
    figure_position: Annotated[str, _uses("position", "total")]
    data_caption: OfFigure
    data_which: Annotated[str, _uses("figure", "figures")]
    data_none: OfFigure
    inline: InlineTexts
    description: Annotated[str, _uses("title", "series")]
    short_description: Annotated[
        str,
        Field(max_length=BotDescriptionLimit.MAX_SHORT_DESCRIPTION_LENGTH),
        _uses("title", "series"),
    ]
    commands: Commands


def load_texts(intents: Path) -> Texts:
    """Read and check the texts under the folder of intents.

    Raises:
        TextsError: the file is missing or malformed.
    """
    path = intents / FILE
    try:
        return Texts.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise TextsError(f"{path}: not found; the Telegram bot needs this file") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise TextsError(f"{path}: not valid YAML in UTF-8: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise TextsError(f"{path}: {key}: {first['msg']}") from None
