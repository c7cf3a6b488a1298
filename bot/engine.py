"""The path of a question: interpretation, lookup, answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path

from bot.answer import Answer
from bot.conversation import Conversation
from bot.data import Publication
from bot.files import DataError
from bot.interpret import Interpreter
from bot.interpretation import Interpretation
from bot.language import Language, load_language
from bot.paths import default_data, default_intents
from bot.reply import Replier
from bot.suggest import follow_ups
from bot.tables import PACKAGE, load_publication

EXAMPLES = 4
"""How many questions show what can be asked, where a publication names none."""


def _age(publication: Publication) -> tuple[int, date, str]:
    """Orders publications, the oldest first: by their last year, then when they were added."""
    return publication.years[-1], publication.created, publication.name


class Engine:
    """Answers questions about the loaded publications, the oldest first. Safe to share."""

    def __init__(self, publications: Sequence[Publication], language: Language) -> None:
        self.publications = tuple(sorted(publications, key=_age))
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
        folders = sorted(path.parent for path in data.glob(f"*/{PACKAGE}"))
        if not folders:
            raise DataError.at(data, 0, f"holds no publication (a folder with a {PACKAGE})")
        publications = [load_publication(folder) for folder in folders]
        return cls(publications, load_language(intents or default_intents(), publications))

    def publication(self, name: str) -> Publication:
        """The publication of that name (KeyError where there is none)."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Publication]:
        return {publication.name: publication for publication in self.publications}

    @cached_property
    def examples(self) -> tuple[str, ...]:
        """Questions that show what can be asked, about the newest publication."""
        newest = self.publications[-1]
        return tuple(self.language.examples[newest.name]) or newest.examples[:EXAMPLES]

    @cached_property
    def samples(self) -> dict[str, str]:
        """What the bot names where it tells about itself, of the newest publication."""
        newest = self.publications[-1]
        tiers = newest.tiers_of(newest.headline) or [newest.default_tier]
        figures = newest.figures_of(newest.headline) or [*newest.figures, "1"]
        return {
            "title": newest.title,
            "series": newest.series_title,
            "example": self.examples[0],
            "tier": newest.tiers[tiers[0]].name,
            "year": str(newest.years[-2:][0]),
            "figure": figures[0],
        }

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
