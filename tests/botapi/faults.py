"""Faults on order: what can go wrong between a bot and Telegram, scripted or at random."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """How a call fails. Only the two ``…_AFTER`` kinds carry the call out before they fail."""

    FLOOD = "flood"
    """429 with parameters.retry_after."""
    INTERNAL = "internal"
    """500 as Telegram's JSON."""
    BAD_GATEWAY = "bad_gateway"
    """502 with a body of HTML."""
    HTML = "html"
    """200 with a body of HTML, as a captive portal gives."""
    DROP = "drop"
    """The connection is cut and nothing is done."""
    DROP_AFTER = "drop_after"
    """The call is carried out, then the connection is cut."""
    HANG = "hang"
    """No answer for ``seconds``, then the connection is cut; nothing is done."""
    HANG_AFTER = "hang_after"
    """The call is carried out, the answer never comes."""


AFTER = frozenset({FaultKind.DROP_AFTER, FaultKind.HANG_AFTER})


@dataclass(slots=True)
class Fault:
    """One fault: ``method`` None means any; ``seconds`` is retry_after, or how long to hang."""

    kind: FaultKind
    method: str | None = None
    times: int = 1
    seconds: float = 1.0


@dataclass(slots=True)
class _Chance:
    share: float
    kinds: tuple[FaultKind, ...]
    methods: frozenset[str] | None
    seconds: float


class Faults:
    """Decides, call by call, what goes wrong. The same seed and calls give the same faults."""

    def __init__(self, seed: int = 0) -> None:
        self.count = 0
        """How many calls were made to fail."""
        self._random = random.Random(seed)
        self._script: list[Fault] = []
        self._chance: _Chance | None = None

    def next(
        self,
        kind: FaultKind | str,
        method: str | None = None,
        *,
        times: int = 1,
        seconds: float = 1.0,
    ) -> None:
        """Makes the next ``times`` calls (of one method) fail; scripted faults come in order."""
        self._script.append(Fault(FaultKind(kind), method, times, seconds))

    def rate(
        self,
        share: float,
        kinds: Sequence[FaultKind | str] = tuple(FaultKind),
        *,
        methods: Sequence[str] | None = None,
        seconds: float = 1.0,
        seed: int | None = None,
    ) -> None:
        """Makes a share (0 to 1) of all calls fail, each in one of ``kinds``."""
        if seed is not None:
            self._random.seed(seed)
        self._chance = _Chance(
            share,
            tuple(FaultKind(kind) for kind in kinds),
            frozenset(methods) if methods is not None else None,
            seconds,
        )

    def clear(self) -> None:
        """From now on all is well."""
        self._script.clear()
        self._chance = None

    def draw(self, method: str) -> Fault | None:
        """The fault for this call, if any."""
        for fault in self._script:
            if fault.method in {None, method}:
                fault.times -= 1
                if fault.times == 0:
                    self._script.remove(fault)
                self.count += 1
                return fault
        chance = self._chance
        if chance is None or (chance.methods is not None and method not in chance.methods):
            return None
        if self._random.random() >= chance.share:
            return None
        self.count += 1
        return Fault(self._random.choice(chance.kinds), method, 1, chance.seconds)
