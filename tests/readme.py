"""The conversation in the README is what the bot says: ``make readme`` writes it anew."""

from __future__ import annotations

import re
from pathlib import Path

from bot.conversation import Conversation
from bot.engine import Engine

README = Path(__file__).parents[1] / "README.md"
PROMPT = "› "


def answered_anew(text: str, engine: Engine) -> str:
    """The README with the bot's present answers to the questions in it."""
    return re.sub(
        r"(?<=```text\n).*?(?=```)", lambda m: _talk(m[0], engine), text, count=1, flags=re.S
    )


def _talk(shown: str, engine: Engine) -> str:
    conversation = Conversation()
    lines = []
    for line in shown.splitlines():
        if line.startswith(PROMPT):
            answer = engine.ask(line.removeprefix(PROMPT), conversation)
            conversation = answer.conversation
            lines += [line, answer.full_text]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    README.write_text(answered_anew(README.read_text("utf-8"), Engine.load()), encoding="utf-8")
