"""How the server says no."""

from __future__ import annotations


class Refused(Exception):
    """A call that Telegram would not accept.

    ``code`` is both the HTTP status and ``error_code``; ``parameters`` is Telegram's
    ResponseParameters (``retry_after`` in seconds, ``migrate_to_chat_id``).
    """

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(reason: str) -> Refused:
    """A 400 in Telegram's wording."""
    return Refused(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> Refused:
    """A 403 in Telegram's wording."""
    return Refused(403, f"Forbidden: {reason}")
