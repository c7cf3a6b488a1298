"""An answer in the making."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.answer import Choice, Status
from bot.data import Fact


@dataclass
class Draft:
    """What will be said, and what it rests on."""

    status: Status = Status.ANSWERED
    before: list[str] = field(default_factory=list)
    """What is said first: that it is not exactly what was asked, or yes or no."""
    body: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    verdict: bool | None = None
    figure: str | None = None
    show: bool = False
    """The user asked to see the figure."""
    chart: bool = True
    """Whether a chart goes with it, where there are facts or a figure."""
    choices: tuple[Choice, ...] = ()
    keep: bool = True
    """Whether the conversation goes on from here."""

    def partly(self, sentence: str) -> None:
        """Say that the answer is not exactly what was asked."""
        self.status = Status.PARTIAL
        if sentence not in self.before:
            self.before.append(sentence)

    def add(self, sentence: str) -> None:
        """Add a sentence, once."""
        if sentence not in self.body:
            self.body.append(sentence)

    def state(self, facts: Iterable[Fact]) -> None:
        """Note facts that the body states."""
        self.facts += [fact for fact in facts if fact not in self.facts]


def plain(status: Status, text: str, *, keep: bool = True) -> Draft:
    """An answer that states no fact."""
    return Draft(status, body=[text], chart=False, keep=keep)


def asking(text: str, choices: tuple[Choice, ...] = ()) -> Draft:
    """A question to the user, with the readings to choose from."""
    return Draft(Status.CLARIFY, body=[text], choices=choices, chart=False)
