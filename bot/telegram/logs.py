"""Logs for an operator: one line an event, without the token, message texts or names."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

_FIELDS = ("update_id", "kind", "status", "intent", "ms")
_ANY_TOKEN = re.compile(r"\b[0-9]{5,}:[A-Za-z0-9_-]{20,}")


class RedactingFormatter(logging.Formatter):
    """Takes tokens out of everything that is logged, tracebacks included."""

    def __init__(self, secrets: tuple[str, ...], as_json: bool) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = [secret for secret in secrets if secret]
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """One line (and a traceback, if any), or one JSON object."""
        found = {name: getattr(record, name, None) for name in _FIELDS}
        extra = {name: value for name, value in found.items() if value is not None}
        if self._as_json:
            line = self._json(record, extra)
        else:
            line = super().format(record)
            if extra:
                first, newline, rest = line.partition("\n")
                fields = " ".join(f"{name}={value}" for name, value in extra.items())
                line = f"{first} {fields}{newline}{rest}"
        return self.redact(line)

    def redact(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "<secret>")
        return _ANY_TOKEN.sub("<token>", text)

    def _json(self, record: logging.LogRecord, extra: dict[str, Any]) -> str:
        values = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **extra,
        }
        if record.exc_info:
            values["exception"] = self.formatException(record.exc_info)
        return json.dumps(values, ensure_ascii=False)


def set_up_logs(secrets: tuple[str, ...], as_json: bool) -> None:
    """Send all logs to standard error, redacted; libraries only from warnings up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(secrets, as_json))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    # httpx logs every URL, which holds the token, at INFO.
    logging.getLogger("bot").setLevel(logging.INFO)
