"""A Bot API server for tests, as strict as Telegram, and people to talk to a bot through it."""

from tests.botapi.faults import FaultKind, Faults
from tests.botapi.people import Channel, Group, InlineAnswer, Place, Press, Reply, Sent, Voice
from tests.botapi.server import Server, ServerThread, serving
from tests.botapi.world import TOKEN, Call, Update, World

__all__ = [
    "TOKEN",
    "Call",
    "Channel",
    "FaultKind",
    "Faults",
    "Group",
    "InlineAnswer",
    "Place",
    "Press",
    "Reply",
    "Sent",
    "Server",
    "ServerThread",
    "Update",
    "Voice",
    "World",
    "serving",
]
