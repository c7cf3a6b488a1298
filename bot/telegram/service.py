"""``monitorbot run``: puts the parts together, and takes them apart in order."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from functools import partial

from starlette.routing import Route
from telegram import User
from telegram.error import BadRequest, InvalidToken

from bot.engine import Engine
from bot.files import LanguageError
from bot.paths import default_intents
from bot.settings import Settings
from bot.store import Store, StoreError, TolerantStore, open_store
from bot.telegram.api import UPDATES, ApiBot
from bot.telegram.delivery import Delivery
from bot.telegram.handlers import Handlers
from bot.telegram.http import ApiRequest
from bot.telegram.logs import set_up_logs
from bot.telegram.metrics import Metrics
from bot.telegram.outbox import IN_FLIGHT, Outbox
from bot.telegram.pictures import Pictures
from bot.telegram.polling import Poller
from bot.telegram.profile import publish_profile, report
from bot.telegram.texts import Texts, load_texts
from bot.telegram.web import health_routes, web_server, webhook_route

log = logging.getLogger(__name__)

DRAIN = 25.0
"""Seconds to finish what is in hand after SIGTERM; supervisors are set up to wait longer."""
WEBHOOK_CONNECTIONS = 100
"""Webhook calls that Telegram may make at once: as many as may wait for a chat in trouble."""


class StartError(Exception):
    """The bot cannot start; the message is one line that names the setting and the cure."""


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
        asyncio.run(_until_signal(partial(serve, token, engine, settings, texts, store)))
    except LanguageError as error:
        print(error, file=sys.stderr)
        return 1
    except StoreError as error:
        print(f"MONITORBOT_STORE: {error}; give a place where the bot may write", file=sys.stderr)
        return 2
    except StartError as error:
        print(error, file=sys.stderr)
        return 2
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
        StartError: a setting cannot be used.
    """
    base = settings.base_url
    calls = ApiRequest(base, connections=IN_FLIGHT, read_seconds=10)
    polls = ApiRequest(base, connections=1, read_seconds=20)
    bot = ApiBot(
        token,
        base_url=base if base.endswith("/bot") else f"{base}/bot",
        request=calls,
        get_updates_request=polls,
    )
    store = TolerantStore(store)
    service = _Service(bot, engine, settings, texts, store, stop)
    try:
        await service.run()
    finally:
        await calls.shutdown()
        await polls.shutdown()
        await store.close()
        log.info("stopped")


class _Service:
    def __init__(
        self,
        bot: ApiBot,
        engine: Engine,
        settings: Settings,
        texts: Texts,
        store: Store,
        stop: asyncio.Event,
    ) -> None:
        self._bot = bot
        self._engine = engine
        self._settings = settings
        self._texts = texts
        self._store = store
        self._stop = stop
        self._metrics = Metrics()
        self._outbox = Outbox(bot, self._metrics)
        self._started = False

    async def run(self) -> None:
        settings = self._settings
        async with AsyncExitStack() as stack:
            if settings.health_listen and not settings.webhook_url:
                # Before Telegram is reached: a supervisor wants to see that the process lives.
                routes = health_routes(self._metrics, self._is_ready)
                await self._listen(
                    stack, "MONITORBOT_HEALTH_LISTEN", settings.health_listen, routes
                )
            me = await self._greet()
            if me is None:
                return
            pictures = Pictures(self._engine, self._store, me.id)
            stack.callback(pictures.close)
            handlers = Handlers(
                self._engine,
                self._texts,
                me,
                self._outbox,
                self._store,
                pictures,
                settings.unanswered_log,
            )
            delivery = Delivery(self._bot, handlers, self._store, self._metrics)
            # Menus and the drawing library can wait: people who ask cannot.
            for task in (
                asyncio.ensure_future(publish_profile(self._outbox, self._texts, self._engine)),
                asyncio.ensure_future(pictures.warm_up()),
            ):
                stack.callback(task.cancel)
            self._started = True
            if settings.webhook_url and settings.webhook_secret:
                secret = settings.webhook_secret.get_secret_value()
                await self._receive(stack, delivery, settings.webhook_url, secret)
            else:
                await self._poll(delivery)

    async def _greet(self) -> User | None:
        """Meet Telegram, however long that takes; None where a stop comes first."""
        greeting = asyncio.ensure_future(
            self._outbox.call(self._bot.initialize, final=(InvalidToken,))
        )
        stopping = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({greeting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not greeting.done():
            greeting.cancel()
            with suppress(asyncio.CancelledError):
                await greeting
            return None
        greeting.result()
        for line, is_well in report(self._bot.bot):
            log.log(logging.INFO if is_well else logging.WARNING, "%s", line)
        return self._bot.bot

    async def _poll(self, delivery: Delivery) -> None:
        # Telegram gives no updates to a poller while a webhook is set.
        await self._outbox.call(self._bot.delete_webhook)
        poller = Poller(self._bot, delivery, self._metrics)
        log.info("polling for updates")
        await poller.run(self._stop)
        log.info("stopping: %d updates in hand", delivery.pending)
        await delivery.drain(DRAIN)
        await poller.confirm()

    async def _receive(
        self, stack: AsyncExitStack, delivery: Delivery, url: str, secret: str
    ) -> None:
        routes = [
            *health_routes(self._metrics, self._is_ready),
            webhook_route(url, secret, delivery, self._is_ready),
        ]
        await self._listen(stack, "MONITORBOT_LISTEN", self._settings.listen, routes)
        try:
            await self._outbox.call(
                lambda: self._bot.set_webhook(
                    url,
                    secret_token=secret,
                    allowed_updates=UPDATES,
                    max_connections=WEBHOOK_CONNECTIONS,
                )
            )
        except BadRequest as error:
            raise StartError(f"MONITORBOT_WEBHOOK_URL: Telegram refuses it: {error}") from None
        log.info("receiving updates on %s", self._settings.listen)
        await self._stop.wait()
        log.info("stopping: %d updates in hand", delivery.pending)
        await delivery.drain(DRAIN)

    async def _listen(
        self, stack: AsyncExitStack, variable: str, listen: str, routes: list[Route]
    ) -> None:
        try:
            await stack.enter_async_context(web_server(listen, routes))
        except OSError as error:
            raise StartError(
                f"{variable}: cannot listen on {listen}: {error.strerror}; choose another port"
            ) from None

    def _is_ready(self) -> bool:
        return self._started and not self._stop.is_set()
