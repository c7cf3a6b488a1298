"""The answer to one question: one object, shown in several ways (terminal, JSON, Telegram)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.conversation import Conversation
from bot.data import BOUNDS, Fact


class Status(StrEnum):
    """How far an answer answers the question."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    CLARIFY = "clarify"
    NOT_COVERED = "not_covered"
    SOCIAL = "social"


@dataclass(frozen=True, slots=True)
class ChartRequest:
    """Which figure to draw, and what the question was about, to be emphasised in it."""

    publication: str
    figure: str
    indicators: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """A reading that a ``clarify`` answer offers: what users see, and the question it means."""

    label: str
    question: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot says, and what it rests on."""

    question: str
    status: Status
    intent: str
    text: str
    """Plain text: one or two sentences, a list, or small talk; without the source line."""
    source: str = ""
    """The source line ("Bron: figuur 3, pagina 1"); empty where no fact is stated."""
    facts: tuple[Fact, ...] = ()
    """Every fact that the text states, no more and no less."""
    verdict: bool | None = None
    figure: str | None = None
    """The figure that the answer rests on, or that was asked for."""
    show_figure: bool = False
    """True where the user asked to see it."""
    chart: ChartRequest | None = None
    """The chart that goes with the answer; None where there is none."""
    suggestions: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    """The readings of a ``clarify`` answer, in the order in which the text names them."""
    confidence: float = 1.0
    conversation: Conversation = field(default_factory=Conversation)
    """What the next question of this conversation may leave out; to be handed back to ``ask``."""

    @property
    def full_text(self) -> str:
        """Text and source line together, as plain text."""
        return f"{self.text} {self.source}".strip() if self.source else self.text

    def as_dict(self) -> dict[str, Any]:
        """The machine-readable answer (without ``id``), ready for JSON."""
        return {
            "question": self.question,
            "status": self.status.value,
            "intent": self.intent,
            "facts": [
                {
                    "indicator": fact.indicator,
                    "tier": fact.tier,
                    "year": fact.year,
                    "value": fact.number,
                    "precision": "bound" if fact.precision in BOUNDS else fact.precision,
                }
                for fact in self.facts
            ],
            "verdict": self.verdict,
            "figure": self.figure,
            "show_figure": self.show_figure,
            "text": self.full_text,
            "suggestions": list(self.suggestions),
            "confidence": round(self.confidence, 3),
        }
