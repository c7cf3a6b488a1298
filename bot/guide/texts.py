"""The prose and the examples of the guide: ``guide.yaml``, a common one and one a publication."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.answer import Status
from bot.data import Publication
from bot.files import Fault, LanguageError, line_in, lines_of, read_yaml
from bot.paths import common_folder

NAME = "guide.yaml"
Text = Annotated[str, Field(min_length=1)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Kind(_File):
    """A kind of question, or of things that the bot does not know."""

    title: Text
    text: str = ""
    status: list[Status] = Field(default=[Status.ANSWERED], min_length=1)
    """How the bot answers the examples."""


class GuideTexts(_File):
    """``common/guide.yaml``; see the comments there."""

    page: Text
    kinds: dict[str, Kind]
    limits: dict[str, Kind]
    ask: Text
    bot: Text
    you: Text
    other_words: Text
    covers: Text
    in_figure: Text
    group: Text
    functions: Text
    years: Text
    transcript: Text
    buttons: Text
    picture: Text
    private_chat: Text
    group_chat: Text


class Message(_File):
    """What somebody types in a chat."""

    text: Text
    by: str = ""
    """Who, in a group."""
    reply: bool = False
    """Whether it answers the bot's last message."""


class Chat(_File):
    """A conversation that is shown as a picture."""

    about: Text
    title: str = ""
    """The group's name; empty for a private chat."""
    me: str = ""
    """Whose phone it is, in a group."""
    messages: list[Message] = Field(min_length=1)


class Examples(_File):
    """``guide.yaml`` of a publication; it may be missing."""

    examples: dict[str, list[Text | list[Text]]] = Field(default_factory=dict)
    chats: dict[str, Chat] = Field(default_factory=dict)

    def of(self, kind: str) -> Iterator[list[str]]:
        """The example conversations of a kind, each as its turns."""
        for example in self.examples.get(kind, []):
            yield [example] if isinstance(example, str) else list(example)


@dataclass(frozen=True)
class Guide:
    """All texts of the guide."""

    texts: GuideTexts
    examples: Mapping[str, Examples]
    """By publication."""

    @property
    def kinds(self) -> dict[str, Kind]:
        """Everything that examples can be of."""
        return {**self.texts.kinds, **self.texts.limits}


def load_guide(intents: Path, publications: tuple[Publication, ...]) -> Guide:
    """Load the texts of the guide.

    Raises:
        LanguageError: a file is malformed, or has examples of a kind that does not exist.
    """
    texts = read_yaml(common_folder(intents) / NAME, GuideTexts)
    guide = Guide(texts, {p.name: _examples(intents / p.name / NAME) for p in publications})
    unknown = [
        _unknown_kind(intents / name / NAME, kind, guide)
        for name, examples in guide.examples.items()
        for kind in examples.examples
        if kind not in guide.kinds
    ]
    if unknown:
        raise LanguageError(unknown)
    return guide


def _examples(path: Path) -> Examples:
    return read_yaml(path, Examples) if path.exists() else Examples()


def _unknown_kind(path: Path, kind: str, guide: Guide) -> Fault:
    line = line_in(lines_of(path), ["examples", kind])
    known = ", ".join(guide.kinds)
    return Fault(path, line, f"there is no kind '{kind}' in common/{NAME}; there are {known}")
