"""Patience with people who send a great many questions at once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum

from aiolimiter import AsyncLimiter

PERIOD = 60.0
IN_GROUPS = 20
"""Questions of one person per PERIOD in a group: all that Telegram lets a bot say there."""
IN_PRIVATE = 1200
"""Questions of one person per PERIOD in a private chat: more than anyone types. It holds up nobody
else, for chats are served side by side."""
QUIET = 30.0
"""Seconds without a question after which a flood is over."""
_PEOPLE = 10_000


class Verdict(Enum):
    """What to do with a question."""

    ANSWER = "answer"
    NOTICE = "notice"
    SILENCE = "silence"


@dataclass(slots=True)
class _Person:
    limiter: AsyncLimiter
    silent_until: float = 0.0


class Flood:
    """Counts questions per person per chat; in memory, for a restart may forgive."""

    def __init__(self) -> None:
        self._people: OrderedDict[tuple[int, int], _Person] = OrderedDict()

    async def judge(self, chat: int, person: int, private: bool) -> Verdict:
        """Count one question and say whether to answer it."""
        now = asyncio.get_running_loop().time()
        key = (chat, person)
        known = self._people.pop(key, None)
        if known is None:
            known = _Person(AsyncLimiter(IN_PRIVATE if private else IN_GROUPS, PERIOD))
        self._people[key] = known
        if len(self._people) > _PEOPLE:
            self._people.popitem(last=False)
        if now < known.silent_until:
            known.silent_until = now + QUIET
            return Verdict.SILENCE
        if not known.limiter.has_capacity():
            known.silent_until = now + QUIET
            return Verdict.NOTICE
        await known.limiter.acquire()
        return Verdict.ANSWER
