"""``monitorbot run``: puts the parts together, and takes them apart in order."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Awaitable, Callable
from functools import partial

from telegram import User
from telegram.error import InvalidToken

from bot.engine import Engine
from bot.paths import default_intents
from bot.settings import Settings
from bot.store import Store, StoreError, TolerantStore, open_store
from bot.telegram.delivery import Delivery
from bot.telegram.handlers import Handlers
from bot.telegram.http import ApiRequest
from bot.telegram.logs import set_up_logs
from bot.telegram.metrics import Metrics
from bot.telegram.outbox import IN_FLIGHT, Outbox
from bot.telegram.pictures import Pictures
from bot.telegram.polling import Poller, PollingBot
from bot.telegram.profile import publish_profile, report
from bot.telegram.texts import Texts, TextsError, load_texts

log = logging.getLogger(__name__)

DRAIN = 25.0
"""Seconds to finish what is in hand after SIGTERM; less than systemd and Docker setups allow."""


def run(engine: Engine, settings: Settings) -> int:
    """Serve Telegram until SIGTERM or SIGINT.

    Returns:
        0 after a stop that was asked for; 2 where a setting is missing or cannot be used, 1 where
        the texts cannot; either said in one line on standard error.
    """
    if settings.token is None:
        print(
            "TELEGRAM_BOT_TOKEN: missing; get one from @BotFather (/newbot) and put it in the "
            "environment or in .env",
            file=sys.stderr,
        )
        return 2
    token = settings.token.get_secret_value()
    secrets = [token]
    if settings.webhook_secret:
        secrets.append(settings.webhook_secret.get_secret_value())
    set_up_logs(tuple(secrets), settings.log_format == "json")
    try:
        texts = load_texts(settings.intents or default_intents())
        store = open_store(settings.store)
    except TextsError as error:
        print(error, file=sys.stderr)
        return 1
    except StoreError as error:
        print(f"MONITORBOT_STORE: {error}; give a place where the bot may write", file=sys.stderr)
        return 2
    try:
        asyncio.run(_until_signal(partial(serve, token, engine, settings, texts, store)))
    except InvalidToken:
        print(
            "TELEGRAM_BOT_TOKEN: Telegram does not know this token; copy it again from @BotFather",
            file=sys.stderr,
        )
        return 2
    return 0


async def _until_signal(serving: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    stop = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    await serving(stop)


async def serve(
    token: str,
    engine: Engine,
    settings: Settings,
    texts: Texts,
    store: Store,
    stop: asyncio.Event,
) -> None:
    """Serve Telegram until ``stop`` is set, then finish what is in hand and close the store.

    Raises:
        InvalidToken: Telegram does not know the token.
    """
    store = TolerantStore(store)
    metrics = Metrics()
    bot = make_bot(token, settings.base_url)
    outbox = Outbox(bot, metrics)
    try:
        # Trying to reach Telegram for the first time is nothing to finish: a stop ends it.
        greeting = asyncio.ensure_future(_greet(bot, outbox))
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({greeting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if greeting.done():
            me = greeting.result()
            await _poll(bot, engine, settings, texts, store, outbox, metrics, me, stop)
        else:
            greeting.cancel()
    finally:
        await bot.shutdown()
        await store.close()
        log.info("stopped")


async def _greet(bot: PollingBot, outbox: Outbox) -> User:
    await outbox.call(bot.initialize, final=(InvalidToken,))
    await outbox.call(bot.delete_webhook)
    me = bot.bot
    for line, is_well in report(me):
        log.log(logging.INFO if is_well else logging.WARNING, "%s", line)
    return me


async def _poll(
    bot: PollingBot,
    engine: Engine,
    settings: Settings,
    texts: Texts,
    store: Store,
    outbox: Outbox,
    metrics: Metrics,
    me: User,
    stop: asyncio.Event,
) -> None:
    pictures = Pictures(engine, store, me.id)
    handlers = Handlers(engine, texts, me, outbox, store, pictures, settings.unanswered_log)
    delivery = Delivery(bot, handlers, store, metrics)
    poller = Poller(bot, delivery, metrics)
    # Menus and the drawing library can wait: people who ask cannot.
    aside = [
        asyncio.ensure_future(publish_profile(outbox, texts, engine.publications[0])),
        asyncio.ensure_future(pictures.warm_up()),
    ]
    log.info("polling for updates")
    try:
        await poller.run(stop)
        log.info("stopping: %d updates in hand", delivery.pending)
        await delivery.drain(DRAIN)
        await poller.confirm()
    finally:
        for task in aside:
            task.cancel()
        pictures.close()


def make_bot(token: str, base: str) -> PollingBot:
    """The client of the Bot API at that address."""
    return PollingBot(
        token,
        base_url=base if base.endswith("/bot") else f"{base}/bot",
        request=ApiRequest(connections=IN_FLIGHT, read_seconds=20),
        get_updates_request=ApiRequest(connections=1, read_seconds=20),
    )
