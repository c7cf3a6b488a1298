"""Everything the bot says in Telegram besides answers, from ``intents/common/telegram.yaml``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from telegram.constants import BotDescriptionLimit

from bot.files import read_yaml
from bot.paths import common_folder
from bot.schema import uses

Plain = Annotated[str, Field(min_length=1), uses()]
"""A text without placeholders."""
About = Annotated[
    str, Field(min_length=1), uses("title", "name", "example", "tier", "year", "figure")
]
OfFigure = Annotated[str, Field(min_length=1), uses("figure")]
Command = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,32}$")]
Menu = dict[Command, Annotated[str, Field(min_length=1, max_length=256), uses("figure")]]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InlineTexts(_Model):
    """What inline mode says."""

    nothing: Plain
    nothing_hint: Plain
    nothing_text: Plain
    open_bot: Plain
    figure_title: Annotated[str, uses("figure", "title")]
    open_figure: OfFigure


class Commands(_Model):
    """The command menus per kind of chat: command and what Telegram shows beside it."""

    private: Menu
    groups: Menu


class Texts(_Model):
    """The texts; those with markup are Telegram's HTML."""

    start: About
    help: About
    help_group: About
    introduction: About
    privacy: Annotated[str, uses("unanswered")]
    unanswered_off: Plain
    unanswered_on: Plain
    forgotten: Plain
    source_question: Plain
    figure_question: OfFigure
    text_only: About
    ask_me: About
    unknown_command: Plain
    asked: Annotated[str, uses("question")]
    flood: Annotated[str, uses("seconds")]
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
    figure_position: Annotated[str, uses("position", "total")]
    data_caption: OfFigure
    data_which: Annotated[str, uses("figure", "figures")]
    data_none: OfFigure
    inline: InlineTexts
    description: Annotated[str, uses("title", "series")]
    short_description: Annotated[
        str,
        Field(max_length=BotDescriptionLimit.MAX_SHORT_DESCRIPTION_LENGTH),
        uses("title", "series"),
    ]
    commands: Commands


def load_texts(intents: Path) -> Texts:
    """Read and check the texts that go with a folder of intents.

    Raises:
        LanguageError: the file is missing or malformed.
    """
    return read_yaml(common_folder(intents) / "telegram.yaml", Texts)
