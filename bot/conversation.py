"""What a conversation remembers: slots of the last question, never its text."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Conversation:
    """The slots that a follow-up may leave out. Immutable: each answer carries the next one."""

    def dump(self) -> str:
        """The conversation as compact JSON, for a store."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> Conversation:
        """The conversation that :meth:`dump` wrote; an empty one where the text is not that."""
        try:
            values: Any = json.loads(text)
            return cls(**values)
        except (TypeError, ValueError):
            return cls()
