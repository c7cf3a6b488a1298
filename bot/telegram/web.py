"""The web side: Telegram's webhook, health for a supervisor, metrics for Prometheus."""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from urllib.parse import urlsplit

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.telegram.delivery import Delivery
from bot.telegram.metrics import Metrics

MAX_BODY = 1024 * 1024
"""Bytes; Telegram's updates are some kilobytes."""
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name, not the secret


def health_routes(metrics: Metrics, is_ready: Callable[[], bool]) -> list[Route]:
    """``/healthz`` (the process lives), ``/readyz`` (it takes updates), ``/metrics``."""

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(_: Request) -> Response:
        return PlainTextResponse("ok") if is_ready() else PlainTextResponse("not ready", 503)

    async def counts(_: Request) -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", counts)]


def webhook_route(url: str, secret: str, delivery: Delivery, is_ready: Callable[[], bool]) -> Route:
    """The address to which Telegram posts updates: 200 only once an update is finished."""

    async def receive(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return PlainTextResponse("wrong secret", 403)
        if not is_ready():
            return PlainTextResponse("stopping", 503)  # Telegram tries again, perhaps elsewhere.
        try:
            body = await _body(request)
        except ClientDisconnect:
            return PlainTextResponse("gone", 400)
        if body is None:
            return PlainTextResponse("too large", 413)
        try:
            update = json.loads(body)
        except ValueError:
            return PlainTextResponse("not JSON", 400)
        try:
            # A caller that hangs up does not stop the work: its next try finds the same future.
            await asyncio.shield(delivery.submit(update))
        except asyncio.CancelledError:
            return PlainTextResponse("not finished", 503)
        return PlainTextResponse("ok")

    return Route(urlsplit(url).path or "/", receive, methods=["POST"])


async def _body(request: Request) -> bytes | None:
    """The body; None where it is larger than allowed, read no further than that."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return bytes(body)


class _Server(uvicorn.Server):
    """Leaves signals to the bot, which finishes what is in hand first."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """See the base class."""
        yield


@asynccontextmanager
async def web_server(listen: str, routes: list[Route]) -> AsyncIterator[None]:
    """Serve routes on ``host:port`` for as long as the context lasts.

    Raises:
        OSError: the address cannot be listened on.
    """
    host, _, port = listen.rpartition(":")
    config = uvicorn.Config(
        Starlette(routes=routes),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    # Bound here, and not by uvicorn, which ends the process where it cannot.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host.strip("[]"), int(port)), family=family, backlog=1024)
    server = _Server(config)
    serving = asyncio.ensure_future(server.serve(sockets=[listening]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving
