"""A conversation in the terminal: questions in, answers out, follow-ups by number.

On a terminal it has a prompt, colours and links; through a pipe it gives plain text, one answer for
each line. Nothing is kept: the history of the prompt lives in memory only.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TextIO

from pydantic import BaseModel, ConfigDict, Field

from bot.answer import Answer, ChartRequest
from bot.conversation import Conversation
from bot.engine import Engine
from bot.files import read_yaml
from bot.paths import common_folder
from bot.schema import uses

PROMPT = "› "


class Texts(BaseModel):
    """``terminal.yaml``; see the comments there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    welcome: Annotated[str, Field(min_length=1), uses("series", "example")]
    help: Annotated[str, Field(min_length=1), uses("tier", "year", "figure")]
    chart_choice: Annotated[str, Field(min_length=1), uses()]
    chart: Annotated[str, Field(min_length=1), uses("path")]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a number on the screen stands for: a question, or a chart to draw."""

    label: str
    question: str = ""
    chart: ChartRequest | None = None


class Screen:
    """Writes answers: with colours and links on a terminal, as plain text elsewhere."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self.terminal = out.isatty()
        dumb = os.environ.get("TERM") == "dumb"
        self._colours = self.terminal and not dumb and not os.environ.get("NO_COLOR")

    def line(self, text: str = "", style: str = "") -> None:
        """Write a line, styled (an SGR code such as "2" for dim) where the screen has colours."""
        print(self._styled(text, style), file=self._out, flush=True)

    def link(self, text: str, path: Path) -> None:
        """Write a line that opens a file when it is clicked, where the terminal can do that."""
        if self._colours:
            text = f"\033]8;;{path.as_uri()}\033\\{text}\033]8;;\033\\"
        self.line(text, "4")

    def choices(self, choices: list[Choice]) -> None:
        """Write the numbered choices."""
        for number, choice in enumerate(choices, start=1):
            self.line(f"  {self._styled(str(number), '1;36')}  {choice.label}")

    def _styled(self, text: str, style: str) -> str:
        return f"\033[{style}m{text}\033[0m" if self._colours and style else text


class Chat:
    """One conversation."""

    def __init__(self, engine: Engine, texts: Texts, screen: Screen) -> None:
        self._engine = engine
        self._texts = texts
        self._screen = screen
        self._conversation = Conversation()
        self._choices: list[Choice] = []
        self._charts: Path | None = None

    def welcome(self) -> None:
        """Say what can be asked."""
        self._screen.line(self._texts.welcome.format_map(self._engine.samples), "2")

    def hear(self, line: str) -> bool:
        """Answer one line; False where it ends the conversation."""
        text = line.strip()
        command = text.lower()
        if command == "/stop":
            return False
        if command == "/help":
            self._screen.line(self._texts.help.format_map(self._engine.samples))
        elif (choice := self._chosen(text)) is None:
            self._answer(line)
        elif choice.chart:
            self._draw(choice.chart)
        else:
            if self._screen.terminal:
                self._screen.line(choice.question, "2")
            self._answer(choice.question)
        return True

    def _chosen(self, text: str) -> Choice | None:
        if text.isascii() and text.isdigit() and 0 < int(text[:3]) <= len(self._choices):
            return self._choices[int(text[:3]) - 1]
        return None

    def _answer(self, question: str) -> None:
        answer = self._engine.ask(question, self._conversation)
        self._conversation = answer.conversation
        if not self._screen.terminal:
            self._screen.line(answer.full_text)
        else:
            self._screen.line(answer.text)
            if answer.source:
                self._screen.line(answer.source, "2")
        if answer.show_figure and answer.chart:
            self._draw(answer.chart)
        self._choices = self._follow_ups(answer)
        if self._screen.terminal:
            self._screen.choices(self._choices)
            self._screen.line()

    def _follow_ups(self, answer: Answer) -> list[Choice]:
        if answer.choices or not self._screen.terminal:
            return [Choice(choice.label, choice.question) for choice in answer.choices]
        choices = [Choice(question, question) for question in answer.suggestions]
        if answer.chart and not answer.show_figure:
            choices.append(Choice(self._texts.chart_choice, chart=answer.chart))
        return choices

    def _draw(self, request: ChartRequest) -> None:
        # Loaded here: most conversations are over before anyone asks for a chart.
        from bot.charts import draw, fingerprint

        publication = self._engine.publication(request.publication)
        picture = draw(publication, request, self._engine.language.charts)
        if self._charts is None:
            # Left for the system to clean up: the picture is looked at after the chat, too.
            self._charts = Path(tempfile.mkdtemp(prefix="monitorbot-"))
        name = request.figure or request.indicators[0]
        path = self._charts / f"{name}-{fingerprint(publication, request)[:6]}.png"
        path.write_bytes(picture)
        self._screen.link(self._texts.chart.format(path=path), path)


def chat(engine: Engine, intents: Path) -> int:
    """Talk on standard input and output until ``/stop``, the end of the input, or Ctrl-C.

    Raises:
        LanguageError: the texts are missing or malformed.
    """
    screen = Screen(sys.stdout)
    talk = Chat(engine, load_texts(intents), screen)
    typed = sys.stdin.isatty() and screen.terminal
    if typed:
        _line_editing()
        talk.welcome()
    try:
        while talk.hear(input(PROMPT) if typed else _piped_line()):
            pass
    except EOFError:
        pass
    except KeyboardInterrupt:
        screen.line()
    return 0


def _piped_line() -> str:
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line


def _line_editing() -> None:
    # Importing it is what gives input() its arrow keys; some Pythons are built without.
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401


def load_texts(intents: Path) -> Texts:
    """Read and check the texts that go with a folder of intents.

    Raises:
        LanguageError: the file is missing or malformed.
    """
    return read_yaml(common_folder(intents) / "terminal.yaml", Texts)
