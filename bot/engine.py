"""The path of a question: interpretation, lookup, answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from bot.answer import Answer
from bot.conversation import Conversation
from bot.data import DataError, Publication, load_publication
from bot.interpret import Interpreter
from bot.interpretation import Interpretation
from bot.language import Language, load_language
from bot.paths import default_data, default_intents
from bot.reply import Replier
from bot.suggest import follow_ups


class Engine:
    """Answers questions about the loaded publications, the oldest first. Safe to share."""

    def __init__(self, publications: Sequence[Publication], language: Language) -> None:
        self.publications = tuple(sorted(publications, key=lambda p: (p.years[-1], p.name)))
        self.language = language
        self.interpreter = Interpreter(language, self.publications)
        self._replier = Replier(language)

    @classmethod
    def load(cls, data: Path | None = None, intents: Path | None = None) -> Engine:
        """Load data and intents from their folders (the shipped ones by default).

        Raises:
            DataError: a publication is missing or malformed.
            LanguageError: a language file is missing or malformed.
        """
        data = data or default_data()
        folders = sorted(path.parent for path in data.glob("*/datapackage.json"))
        if not folders:
            raise DataError(f"{data}: holds no publication (a folder with a datapackage.json)")
        publications = [load_publication(folder) for folder in folders]
        return cls(publications, load_language(intents or default_intents(), publications))

    def publication(self, name: str) -> Publication:
        """The publication of that name (KeyError where there is none)."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Publication]:
        return {publication.name: publication for publication in self.publications}

    def interpret(self, text: str, conversation: Conversation | None = None) -> Interpretation:
        """How one message is read, with the evidence."""
        before = conversation or Conversation()
        return self.interpreter.choose(text, before)

    def ask(self, text: str, conversation: Conversation | None = None) -> Answer:
        """Answer one message in its conversation. Never raises on any text."""
        before = conversation or Conversation()
        found = self.interpret(text, before)
        answer = self._replier.reply(found, text, before)
        return replace(answer, suggestions=follow_ups(found, answer, self.language))
