"""The bot in Telegram: ``run`` serves it. Nothing outside this package imports telegram."""

from bot.telegram.service import run

__all__ = ["run"]
