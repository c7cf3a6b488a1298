"""What a conversation remembers: slots of the last question, never its text."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any, NamedTuple


class Asked(NamedTuple):
    """What a question was about."""

    indicators: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """The slots that a follow-up may leave out. Immutable: each answer carries the next one."""

    publication: str = ""
    indicators: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    """The concepts that named the indicators."""
    tiers: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    intent: str = ""
    cues: tuple[str, ...] = ()
    """The concepts that told what kind of question it was."""
    figure: str = ""
    claims: tuple[tuple[float, str, float, str], ...] = ()
    """The numbers that were claimed: value, kind, tolerance, comparison."""
    stated: tuple[int, ...] = ()
    """The years that the answer named, for "dat jaar"."""
    earlier: Asked = field(default_factory=Asked)
    """What the question before the last was about, for "verschil?"."""
    options: tuple[str, ...] = ()
    """The bot's own question is open: the whole questions it offered, in order."""

    @property
    def last(self) -> Asked:
        """What the last question was about."""
        return Asked(self.indicators, self.tiers, self.years)

    def dump(self) -> str:
        """The conversation as compact JSON, for a store."""
        kept = {key: value for key, value in asdict(self).items() if value}
        return json.dumps(kept, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def load(cls, text: str) -> Conversation:
        """The conversation that :meth:`dump` wrote; an empty one where the text is not that."""
        try:
            values: Any = json.loads(text)
            known = {each.name for each in fields(cls)}
            if not isinstance(values, dict) or not known.issuperset(values):
                return cls()
            kept = {key: _frozen(value) for key, value in values.items()}
            return cls(**kept | {"earlier": Asked(*kept.get("earlier", ()))})
        except (TypeError, ValueError):
            return cls()


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
