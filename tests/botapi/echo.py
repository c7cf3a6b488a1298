"""The yardstick for throughput: a python-telegram-bot application that only echoes.

``python -m tests.botapi.echo --url URL --token TOKEN [--concurrent N]`` polls until it is stopped.
"""

from __future__ import annotations

import argparse
import logging

from telegram import Update
from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Says it back."""
    assert update.message is not None
    await update.message.reply_text(update.message.text or "")


def main() -> None:
    """Reads the command line and polls."""
    parser = argparse.ArgumentParser(prog="python -m tests.botapi.echo", description=__doc__)
    parser.add_argument("--url", required=True, help="as printed by the server")
    parser.add_argument("--token", required=True)
    parser.add_argument("--concurrent", type=int, default=0, help="updates handled at once")
    options = parser.parse_args()
    logging.getLogger("httpx").setLevel(logging.WARNING)
    builder = ApplicationBuilder().token(options.token).base_url(options.url + "/bot")
    if options.concurrent:
        builder = builder.concurrent_updates(options.concurrent)
    application = builder.build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling()


if __name__ == "__main__":
    main()
