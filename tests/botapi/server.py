"""The HTTP side: requests in any of Telegram's forms, long polling, webhooks, faults."""

from __future__ import annotations

import asyncio
import io
import itertools
import json
import math
import re
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import aiohttp
from aiohttp import web
from PIL import Image
from pydantic import ValidationError

from tests.botapi.control import CONTROLS
from tests.botapi.errors import Refused, bad_request
from tests.botapi.faults import AFTER, Fault, FaultKind
from tests.botapi.markup import JSON
from tests.botapi.methods import METHODS, Method
from tests.botapi.params import GetUpdates, Params, Upload
from tests.botapi.world import Update, Webhook, World, dumps

MAX_BODY = 50 * 1024 * 1024
PATH = re.compile(r"/bot(?P<token>[^/]+)/(?P<method>[A-Za-z]+)")
TOKEN_FORM = re.compile(r"\d+:[A-Za-z0-9_-]+")
HTML_BODY = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n</html>\r\n"
OTHER_POLLER = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)

T = TypeVar("T")


class _Gone(Exception):
    """The client of a long poll went away; nothing was handed out, and nothing is logged."""


class Server:
    """Serves one world on a port of its own (0: any free one); ``world.url`` tells where.

    With ``control`` the address ``/control/…`` lets another process play users and read the log.
    """

    def __init__(
        self, world: World, *, host: str = "127.0.0.1", port: int = 0, control: bool = False
    ) -> None:
        self.world = world
        self._host = host
        self._port = port
        self._control = control
        self._poll = 0
        self._closing = False
        self._runner: web.ServerRunner | None = None
        self._poster: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Opens the port; a server that was stopped can be started again on the same one."""
        self._closing = False
        self._runner = web.ServerRunner(
            web.Server(self._handle, request_factory=_request, access_log=None),
            shutdown_timeout=0.1,
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, backlog=1024)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.world.url = f"http://{self._host}:{self._port}"
        self._poster = asyncio.create_task(self._post_updates())

    async def stop(self) -> None:
        """Closes the port; what the world knows stays."""
        self._closing = True
        self.world.changed()
        if self._poster is not None:
            self._poster.cancel()
            await asyncio.gather(self._poster, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()

    # -- calls --------------------------------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        match = PATH.fullmatch(request.path)
        if match is None or not TOKEN_FORM.fullmatch(match["token"]):
            if self._control and request.path.startswith("/control/"):
                return await self._obey(request)
            return self._refusal(request.path, {}, Refused(404, "Not Found"))
        known = METHODS.get(match["method"].lower())
        name = known.name if known is not None else match["method"]
        world = self.world
        fields: JSON = {}
        uploads: dict[str, Upload] = {}
        polling = name == "getUpdates"
        world.in_flight += not polling
        try:
            fields, uploads = await _fields(request)
            if match["token"] != world.token:
                raise Refused(401, "Unauthorized")
            fault = world.faults.draw(name)
            if fault is not None and fault.kind not in AFTER:
                world.record(name, fields, "fault", 0, fault.kind)
                return await self._fail(request, fault)
            if known is None:
                raise Refused(404, "Not Found: method not found")
            call = _validated(known, fields, uploads)
            if polling:
                assert isinstance(call, GetUpdates)
                body = await self._poll_updates(request, call)
                world.record(name, fields, "accepted", 200)
            else:
                result = known.run(world, call)
                world.record(name, fields, "accepted", 200, result=result)
                body = b'{"ok":true,"result":' + dumps(result) + b"}"
            if fault is not None:
                return await self._fail(request, fault)
            return _json(200, body)
        except Refused as refusal:
            return self._refusal(name, fields, refusal)
        except _Gone:
            return web.Response()
        finally:
            world.in_flight -= not polling
            if not polling:
                world.changed()

    def _refusal(self, name: str, fields: JSON, refusal: Refused) -> web.Response:
        self.world.record(name, fields, "refused", refusal.code, refusal.description)
        return _error(refusal)

    async def _obey(self, request: web.BaseRequest) -> web.Response:
        """A call of /control/…: a JSON object in, JSON out."""
        command = CONTROLS.get(request.path.removeprefix("/control/"))
        if command is None:
            return _json(404, dumps({"error": f"one of {sorted(CONTROLS)}"}))
        body = await request.read()
        try:
            result = await command(self.world, **(json.loads(body) if body else {}))
        except (ValueError, TypeError, KeyError, AssertionError) as error:
            return _json(400, dumps({"error": f"{type(error).__name__}: {error}"}))
        return _json(200, dumps(result))

    # -- faults -------------------------------------------------------------------------------

    async def _fail(self, request: web.BaseRequest, fault: Fault) -> web.Response:
        if fault.kind is FaultKind.FLOOD:
            wait = math.ceil(fault.seconds)
            return _error(Refused(429, f"Too Many Requests: retry after {wait}", retry_after=wait))
        if fault.kind is FaultKind.INTERNAL:
            return _error(Refused(500, "Internal Server Error"))
        if fault.kind is FaultKind.BAD_GATEWAY:
            return web.Response(status=502, body=HTML_BODY, content_type="text/html")
        if fault.kind is FaultKind.HTML:
            return web.Response(status=200, body=HTML_BODY, content_type="text/html")
        if fault.kind in {FaultKind.HANG, FaultKind.HANG_AFTER}:
            await self.world.until(
                lambda: self._closing or request.transport is None, fault.seconds
            )
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    # -- long polling -------------------------------------------------------------------------

    async def _poll_updates(self, request: web.BaseRequest, call: GetUpdates) -> bytes:
        """Waits for updates as getUpdates does. A newer call ends an older one with 409.

        Raises _Gone when nobody is there any more to take the answer.
        """
        world = self.world
        if world.webhook is not None:
            raise Refused(409, WEBHOOK_ACTIVE)
        self._poll += 1
        mine = self._poll
        METHODS["getupdates"].run(world, call)
        world.changed()
        if not world.pending and call.timeout:
            await world.until(
                lambda: bool(world.pending or self._poll != mine or world.webhook or self._closing),
                min(call.timeout, 50),
            )
            if request.transport is None:
                raise _Gone
            if self._poll != mine:
                raise Refused(409, OTHER_POLLER)
            if world.webhook is not None:
                raise Refused(409, "Conflict: terminated by setWebhook request")
        batch = itertools.islice(world.pending.values(), call.limit)
        return (
            b'{"ok":true,"result":[' + b",".join(world.deliver(update) for update in batch) + b"]}"
        )

    # -- webhooks -----------------------------------------------------------------------------

    async def _post_updates(self) -> None:
        """Posts waiting updates for as long as a webhook is set.

        Updates of one chat go one by one, in order; of different chats up to max_connections at
        once. Each is posted until the answer is 2xx.
        """
        timeout = aiohttp.ClientTimeout(total=self.world.webhook_timeout)
        # trust_env is off by default: a proxy must not see calls to this machine.
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                await self.world.until(
                    lambda: self.world.webhook is not None and bool(self.world.pending), 3600
                )
                if (webhook := self.world.webhook) is not None:
                    await _Poster(self, session, webhook).run()


class _Poster:
    """Delivers to one webhook until another is set, or none."""

    def __init__(self, server: Server, session: aiohttp.ClientSession, webhook: Webhook) -> None:
        self._server = server
        self._world = server.world
        self._session = session
        self._webhook = webhook
        self._turn = itertools.count()
        self._seen = 0
        self._queues: dict[object, deque[Update]] = {}
        self._busy: dict[object, asyncio.Task[None]] = {}

    def _active(self) -> bool:
        return self._world.webhook is self._webhook

    async def run(self) -> None:
        try:
            while self._active():
                self._fill()
                for key in self._queues:
                    if len(self._busy) >= self._webhook.max_connections:
                        break
                    if key not in self._busy:
                        self._busy[key] = asyncio.create_task(self._drain(key))
                busy = len(self._busy)
                await self._world.until(
                    lambda busy=busy: (  # type: ignore[misc]
                        not self._active() or len(self._busy) < busy or self._unseen()
                    ),
                    3600,
                )
        finally:
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    def _unseen(self) -> bool:
        return bool(self._world.pending) and next(reversed(self._world.pending)) > self._seen

    def _fill(self) -> None:
        """Sorts new updates into a queue per chat."""
        fresh = list(
            itertools.takewhile(
                lambda update: update.id > self._seen, reversed(self._world.pending.values())
            )
        )
        for update in reversed(fresh):
            key = update.chat.id if update.chat is not None else update.id
            self._queues.setdefault(key, deque()).append(update)
            self._seen = update.id

    async def _drain(self, key: object) -> None:
        queue = self._queues[key]
        try:
            while queue and self._active():
                await self._post(queue[0])
                queue.popleft()
        finally:
            self._busy.pop(key, None)
            if not queue:
                self._queues.pop(key, None)
            self._world.changed()

    async def _post(self, update: Update) -> None:
        world, webhook = self._world, self._webhook
        headers = {"Content-Type": "application/json"}
        if webhook.secret is not None:
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret
        pause = world.retry_seconds
        while self._active():
            url = webhook.url
            if world.balance:
                parts = urlsplit(url)
                base = world.balance[next(self._turn) % len(world.balance)]
                url = base + parts.path + (f"?{parts.query}" if parts.query else "")
            try:
                async with self._session.post(
                    url, data=world.deliver(update), headers=headers
                ) as response:
                    body = await response.read()
                    if 200 <= response.status < 300:
                        await self._answer(body)
                        world.confirm(update)
                        return
                    reason = f"Wrong response from the webhook: {response.status}"
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                reason = f"Connection failed: {type(error).__name__}"
            webhook.last_error = reason
            webhook.last_error_date = int(time.time())
            await asyncio.sleep(pause)
            pause = min(pause * 2, world.retry_seconds * 20)

    async def _answer(self, body: bytes) -> None:
        """Carries out a call that came as the answer to a webhook post."""
        if not body.lstrip().startswith(b"{"):
            return
        try:
            fields = {key: _flat(value) for key, value in json.loads(body).items()}
        except ValueError:
            return
        known = METHODS.get(str(fields.pop("method", "")).lower())
        if known is None or known.name == "getUpdates":
            return
        try:
            result = known.run(self._world, _validated(known, fields, {}))
            self._world.record(known.name, fields, "accepted", 200, result=result)
        except Refused as refusal:
            self._world.record(known.name, fields, "refused", refusal.code, refusal.description)


# -- reading and writing ----------------------------------------------------------------------


def _request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
    return web.BaseRequest(
        message, payload, protocol, writer, task, asyncio.get_running_loop(),
        client_max_size=MAX_BODY,
    )  # fmt: skip


def _json(status: int, body: bytes) -> web.Response:
    return web.Response(status=status, body=body, content_type="application/json")


def _error(refusal: Refused) -> web.Response:
    value: JSON = {
        "ok": False,
        "error_code": refusal.code,
        "description": refusal.description,
    }
    if refusal.parameters:
        value["parameters"] = refusal.parameters
    response = _json(refusal.code, dumps(value))
    if "retry_after" in refusal.parameters:
        response.headers["Retry-After"] = str(refusal.parameters["retry_after"])
    return response


async def _fields(request: web.BaseRequest) -> tuple[JSON, dict[str, Upload]]:
    """The parameters of a call and its files, from query string and body in any form."""
    fields: JSON = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.method not in {"GET", "POST"}:
        raise Refused(405, "Method Not Allowed")
    kind = request.content_type
    try:
        if kind == "multipart/form-data":
            await _multipart(request, fields, uploads)
            return fields, uploads
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise Refused(413, "Request Entity Too Large") from None
    if not body:
        return fields, uploads
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    if kind == "application/x-www-form-urlencoded":
        fields |= parse_qsl(text, keep_blank_values=True)
    elif kind == "application/json":
        try:
            value = json.loads(text)
        except ValueError:
            raise bad_request("can't parse JSON object") from None
        if not isinstance(value, dict):
            raise bad_request("JSON object expected")
        fields |= {key: _flat(item) for key, item in value.items() if item is not None}
    else:
        raise bad_request(f"unsupported content type {kind}")
    return fields, uploads


def _flat(value: Any) -> Any:
    """A top-level JSON value as a form field would carry it, where that makes a difference."""
    return json.dumps(value) if isinstance(value, dict | list) else value


async def _multipart(request: web.BaseRequest, fields: JSON, uploads: dict[str, Upload]) -> None:
    try:
        reader = await request.multipart()
        async for part in reader:
            if not isinstance(part, aiohttp.BodyPartReader) or part.name is None:
                raise bad_request("can't parse multipart request")
            data = bytes(await part.read(decode=True))
            if part.filename is None:
                fields[part.name] = data.decode()
            else:
                kind = part.headers.get("Content-Type", "application/octet-stream")
                upload = Upload(name=part.filename, data=data, content_type=kind)
                # Decoding takes tens of milliseconds; other calls need not wait for it.
                await asyncio.to_thread(_look_at, upload)
                uploads[part.name] = upload
    except (ValueError, AssertionError) as error:
        raise bad_request(f"can't parse multipart request: {error}") from None


def _look_at(upload: Upload) -> None:
    """Decodes a picture in full; what is no picture keeps ``size`` None."""
    try:
        with Image.open(io.BytesIO(upload.data)) as picture:
            picture.load()
            upload.picture, upload.size = picture.format, picture.size
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return


def _validated(known: Method, fields: JSON, uploads: dict[str, Upload]) -> Params:
    try:
        call = known.params.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        if first["type"] == "extra_forbidden":
            raise bad_request(f"unknown parameter {where!r} of {known.name}") from None
        if where == "chat_id" and first["type"] == "missing":
            raise bad_request("chat_id is empty") from None
        raise bad_request(f"can't parse parameter {where!r}: {first['msg']}") from None
    call._uploads = uploads
    return call


# -- running ----------------------------------------------------------------------------------


@asynccontextmanager
async def serving(world: World | None = None, **options: Any) -> AsyncIterator[World]:
    """A world that is being served; ``options`` go to World when none is given."""
    world = world or World(**options)
    server = Server(world)
    await server.start()
    try:
        yield world
    finally:
        await server.stop()


class ServerThread:
    """A served world on an event loop in a thread of its own, for tests that are not async.

    Use as a context manager; ``run`` carries out a coroutine of the world ("await anna.says…")
    there and gives its result.
    """

    def __init__(self, world: World | None = None, *, port: int = 0) -> None:
        self.world = world or World()
        self._server = Server(self.world, port=port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine that ran on the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def __enter__(self) -> ServerThread:
        self._thread.start()
        self.run(self._server.start())
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self._server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
