"""Settings from the environment and ``.env``, checked once at start."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from platformdirs import user_state_path
from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class SettingsError(Exception):
    """A setting is missing or malformed; the message is one line naming variable and cure."""


def _token(value: SecretStr) -> SecretStr:
    if not _TOKEN.fullmatch(value.get_secret_value()):
        raise ValueError("not a bot token; copy it from BotFather, it looks like 123456789:AAE…")
    return value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not a web address; write it like https://example.org/path")
    return value.rstrip("/")


def _store(value: str) -> str:
    if re.match(r"sqlite:///.|rediss?://.", value):
        return value
    raise ValueError("not a store; write sqlite:///PATH or redis://HOST:PORT/NUMBER")


def _listen(value: str) -> str:
    host, _, port = value.rpartition(":")
    if host and port.isdigit() and int(port) < 65536:
        return value
    raise ValueError("not an address to listen on; write host:port, such as 127.0.0.1:8080")


def _secret(value: SecretStr) -> SecretStr:
    if not _SECRET.fullmatch(value.get_secret_value()):
        raise ValueError("not usable as a secret; use 1 to 256 of A-Z a-z 0-9 _ -")
    return value


def _folder(value: Path) -> Path:
    if not value.is_dir():
        raise ValueError("no such folder; give an existing one or unset the variable")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]
Listen = Annotated[str, AfterValidator(_listen)]
Folder = Annotated[Path, AfterValidator(_folder)]


def _default_store() -> str:
    return f"sqlite:///{user_state_path('monitorbot', appauthor=False) / 'state.sqlite'}"


class Settings(BaseSettings):
    """Everything that differs between two places where the bot runs."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    token: Annotated[SecretStr, AfterValidator(_token)] | None = Field(
        default=None, validation_alias="TELEGRAM_BOT_TOKEN"
    )
    """From BotFather; needed by ``monitorbot run`` only."""
    base_url: WebAddress = Field(
        default="https://api.telegram.org", validation_alias="TELEGRAM_BASE_URL"
    )
    """Where the Bot API lives, with or without the final ``/bot``."""
    store: Annotated[str, AfterValidator(_store)] = Field(
        default_factory=_default_store, validation_alias="MONITORBOT_STORE"
    )
    """``sqlite:///PATH`` (one process) or ``redis://…`` (several replicas)."""
    webhook_url: WebAddress | None = Field(default=None, validation_alias="MONITORBOT_WEBHOOK_URL")
    """The public address to which Telegram posts updates; polling where it is not set."""
    webhook_secret: Annotated[SecretStr, AfterValidator(_secret)] | None = Field(
        default=None, validation_alias="MONITORBOT_WEBHOOK_SECRET"
    )
    """What Telegram sends along to prove that it is Telegram."""
    listen: Listen = Field(default="127.0.0.1:8080", validation_alias="MONITORBOT_LISTEN")
    """Where webhook mode listens, ``host:port``."""
    health_listen: Listen | None = Field(default=None, validation_alias="MONITORBOT_HEALTH_LISTEN")
    """Where polling mode serves health and metrics; nowhere by default."""
    data: Folder | None = Field(default=None, validation_alias="MONITORBOT_DATA")
    """Another folder of publications."""
    intents: Folder | None = Field(default=None, validation_alias="MONITORBOT_INTENTS")
    """Another folder of language files."""
    log_format: Literal["text", "json"] = Field(
        default="text", validation_alias="MONITORBOT_LOG_FORMAT"
    )
    """``json`` writes one JSON object a line."""
    unanswered_log: Path | None = Field(default=None, validation_alias="MONITORBOT_UNANSWERED_LOG")
    """A file for the texts of unanswered questions, without who asked; off by default."""

    @model_validator(mode="after")
    def _webhook_is_whole(self) -> Settings:
        if self.webhook_url is None:
            return self
        if self.webhook_secret is None:
            raise ValueError(
                "MONITORBOT_WEBHOOK_SECRET: missing, though MONITORBOT_WEBHOOK_URL is set; "
                "make one with: openssl rand -hex 32"
            )
        own_server = self.base_url != Settings.model_fields["base_url"].default
        if not self.webhook_url.startswith("https://") and not own_server:
            raise ValueError(
                "MONITORBOT_WEBHOOK_URL: Telegram calls https:// addresses only; "
                "put the bot behind a web server with TLS"
            )
        return self


def load_settings(**overrides: Any) -> Settings:
    """Read the settings.

    Raises:
        SettingsError: with one line that names the variable and the cure.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError(_one_line(error)) from None


def _one_line(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    message = first["msg"].removeprefix("Value error, ")
    return f"{first['loc'][0]}: {message}" if first["loc"] else message
