"""What another process can ask of a server that was started with ``python -m tests.botapi``.

Every command is ``POST /control/NAME`` with a JSON object of these arguments, and answers JSON.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from tests.botapi.markup import JSON
from tests.botapi.people import Voice
from tests.botapi.world import World


def _chat(world: World, chat_id: int) -> Voice:
    known = world.chats.get(chat_id)
    if known is None:
        known = world.add_chat(chat_id, "private", {"first_name": f"U{chat_id}"})
    user = {"is_bot": False, "language_code": "nl", "id": chat_id, **known.about}
    return Voice(world, known, user)


async def say(world: World, chat_id: int, text: str) -> JSON:
    """A private message from the user with this id (who comes into being when new)."""
    message = await _chat(world, chat_id).says(text)
    return message.json


async def load(world: World, texts: list[str], chats: int, per_chat: int = 1) -> JSON:
    """Queues ``chats`` times ``per_chat`` questions, the texts in turn, chat by chat in turn."""
    for number in range(per_chat):
        for chat in range(chats):
            text = texts[(number * chats + chat) % len(texts)]
            await _chat(world, 1000 + chat).says(text)
    return {"queued": chats * per_chat}


async def raw(world: World, updates: list[JSON]) -> JSON:
    """Queues updates of any content; their update_id is filled in."""
    return {"update_ids": [world.emit_raw(update).id for update in updates]}


async def settled(world: World, seconds: float = 60.0) -> JSON:
    """Waits until every update is confirmed; an error tells what was still waiting."""
    await world.settled(seconds)
    return await stats(world)


async def stats(world: World) -> JSON:
    """Counts so far: calls by method and outcome, and what became of the updates."""
    replies = Counter(update.replies for update in world.updates.values())
    seconds = None
    if world.first_delivery is not None and world.last_reply is not None:
        seconds = world.last_reply - world.first_delivery
    return {
        "calls": {f"{name} {outcome}": n for (name, outcome), n in sorted(world.counts.items())},
        "updates": len(world.updates),
        "unconfirmed": len(world.pending),
        "updates_by_replies": {str(count): n for count, n in sorted(replies.items())},
        "redelivered": sum(update.deliveries > 1 for update in world.updates.values()),
        "unattributed": world.unattributed,
        "faults": world.faults.count,
        "seconds": seconds,
        "refused": [f"{c.method} {c.status} {c.description}" for c in world.refused[:20]],
    }


async def log(world: World, since: int = 0) -> list[JSON]:
    """The calls from number ``since`` on."""
    return [
        {
            "number": call.number,
            "at": call.at,
            "method": call.method,
            "params": call.params,
            "outcome": call.outcome,
            "status": call.status,
            "description": call.description,
        }
        for call in world.log[since:]
    ]


async def fault(world: World, **options: Any) -> JSON:
    """One scripted fault: see Faults.next."""
    world.faults.next(**options)
    return {}


async def faults(world: World, share: float = 0.0, **options: Any) -> JSON:
    """Faults at random: see Faults.rate. Without ``share`` all is well from now on."""
    if share:
        world.faults.rate(share, **options)
    else:
        world.faults.clear()
    return {}


async def reset(world: World) -> JSON:
    """Forgets log, counts and updates (chats stay)."""
    for update in list(world.pending.values()):
        world.confirm(update)
    world.log.clear()
    world.counts.clear()
    world.updates.clear()
    world.unattributed = 0
    world.first_delivery = world.last_reply = None
    return {}


CONTROLS: dict[str, Callable[..., Awaitable[Any]]] = {
    command.__name__: command
    for command in (say, load, raw, settled, stats, log, fault, faults, reset)
}
