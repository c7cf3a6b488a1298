"""HTTP for the Bot API, on aiohttp.

python-telegram-bot brings httpx, which takes most of the time that a text answer costs: with it
the bot answered some 400 questions a second, with aiohttp over 1,000 (two cores, test server).
"""

from __future__ import annotations

import json
import ssl
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import certifi
from telegram.error import BadRequest, NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

_KNOWN_REFUSALS = {400, 401, 403, 404, 408, 409, 429}
_CONNECT_SECONDS = 10.0
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class ApiRequest(BaseRequest):
    """Makes requests; tells Telegram's refusals from faults on the way, and logs no payloads."""

    def __init__(self, address: str, *, connections: int, read_seconds: float) -> None:
        self._connections = connections
        self._read_seconds = read_seconds
        self._proxy = _proxy(address)
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for an answer."""
        return self._read_seconds

    async def initialize(self) -> None:
        """See the base class."""
        if self._session is None or self._session.closed:
            # Not every system has certificates where Python looks for them.
            trusted = ssl.create_default_context(cafile=certifi.where())
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, ssl=trusted),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        """See the base class."""
        if self._session:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """See the base class, which tells refusals from faults by the status alone."""
        if self._session is None:
            raise RuntimeError("initialize() comes first")
        given = isinstance(read_timeout, int | float)
        timeout = aiohttp.ClientTimeout(
            total=None,
            sock_connect=_CONNECT_SECONDS,
            sock_read=read_timeout if given else self._read_seconds,
        )
        try:
            async with self._session.request(
                method,
                url,
                data=_body(request_data),
                headers=None if request_data is None or request_data.contains_files else _FORM,
                timeout=timeout,
                proxy=self._proxy,
            ) as response:
                code, payload = response.status, await response.read()
        except TimeoutError as error:
            raise TimedOut from error
        except aiohttp.ClientError as error:
            raise NetworkError(type(error).__name__) from error
        if 400 <= code < 500:
            if "description" not in self.parse_json_payload(payload):
                raise NetworkError(f"HTTP status {code} that is not Telegram's")
            if code not in _KNOWN_REFUSALS:
                raise BadRequest(f"refused with HTTP status {code}")
        return code, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """See the base class, which would log the payload: it may hold what users wrote."""
        try:
            values = json.loads(payload.decode("utf-8", "replace"))
        except ValueError:
            values = None
        if not isinstance(values, dict) or (values.get("ok") and "result" not in values):
            raise NetworkError("the reply is not Telegram's JSON")
        return values


def _proxy(address: str) -> str | None:
    """The proxy that the environment names for an address. Looked up once: aiohttp, asked to,
    does it for each call, in a thread."""
    parts = urlsplit(address)
    return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)


def _body(request: RequestData | None) -> Any:
    if request is None:
        return None
    fields = request.json_parameters
    files = request.multipart_data
    if not files:
        return urlencode(fields).encode()
    form = aiohttp.FormData(fields)
    for name, (filename, content, mime) in files.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form
