"""A client's own system asked over HTTP: GET of an address with the key in it, answered in JSON.

The host is the operator's; a key gets into the path or the query only, and only quoted. Names are resolved, the
addresses looked at (`allowed_addresses`), and the connection made to just those: whatever the DNS says a moment later
is not asked. No redirect is followed, no proxy of the environment used, nothing unpacked.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from desk.model.shared_facts import Account
from intake.identity.asking.accounts_of_records import accounts_of
from intake.identity.asking.allowed_addresses import Network, is_allowed
from intake.identity.asking.source_guard import SourceTrouble
from intake.identity.asking.source_settings import HttpSourceSettings

CONNECT, WHOLE = 2.0, 3.0
"""Seconds in which a connection, and the whole answer, must be there."""
MOST = 1024 * 1024
"""Bytes of an answer."""
MOST_ACCOUNTS = 50
Lookup = Callable[[str, int], Any]


class CheckedResolver(AbstractResolver):
    """Gives only addresses that may be connected to; where one of a name's is not, none."""

    def __init__(self, named: Sequence[Network], lookup: Lookup | None = None) -> None:
        self._named, self._lookup = named, lookup or _system_lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name. Raises OSError."""
        found = [str(one) for one in await self._lookup(host, port)]
        if not found or not all(is_allowed(one, self._named) for one in found):
            raise OSError("its address may not be connected to")
        return [_result(host, one, port) for one in dict.fromkeys(found)]

    async def close(self) -> None:
        """Nothing is open."""


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)


async def _system_lookup(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    rows = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(row[4][0]) for row in rows]


class HttpSource:
    """Asks one address for accounts. ``lookup`` resolves names, in a test."""

    def __init__(self, settings: HttpSourceSettings, shape: str = "", lookup: Lookup | None = None) -> None:
        self._settings, self._shape, self._lookup = settings, shape, lookup
        self._session: aiohttp.ClientSession | None = None

    async def ask(self, kind: str, value: str) -> tuple[Account, ...]:
        """The accounts with this key. Raises `SourceTrouble`."""
        settings = self._settings
        if kind not in settings.kinds:
            return ()
        try:
            async with asyncio.timeout(WHOLE):
                records = await self._get(url_of(settings.url, kind, value))
            return accounts_of(records[:MOST_ACCOUNTS], settings.provider, self._shape, settings.mapping)
        except TimeoutError:
            raise SourceTrouble("it did not answer in time") from None
        except (aiohttp.ClientError, OSError) as error:
            raise SourceTrouble(f"it cannot be reached: {type(error).__name__}") from None
        except (ValueError, RecursionError):
            raise SourceTrouble("its answer cannot be understood") from None

    async def _get(self, url: URL) -> Sequence[Mapping[str, Any]]:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if self._settings.token:
            headers["Authorization"] = f"Bearer {self._settings.token.reveal()}"
        async with self._opened().get(url, headers=headers, allow_redirects=False) as response:
            if response.status == 404:
                return ()
            if response.status != 200:
                raise SourceTrouble(f"it answered with {response.status}")
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise SourceTrouble("its answer is packed")
            body = bytearray()
            async for block in response.content.iter_chunked(64 * 1024):
                body += block
                if len(body) > MOST:
                    raise SourceTrouble("its answer is too large")
        return _records(json.loads(body))

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            settings = self._settings
            host = urlsplit(settings.url).hostname or ""
            if _is_literal(host) and not is_allowed(host, settings.private):
                raise OSError("its address may not be connected to")
            context = ssl.create_default_context(cafile=settings.ca_file or None)
            connector = aiohttp.TCPConnector(
                resolver=CheckedResolver(settings.private, self._lookup),
                use_dns_cache=False,
                ssl=context,
                force_close=True,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=WHOLE, connect=CONNECT, sock_connect=CONNECT),
                auto_decompress=False,
                trust_env=False,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def close(self) -> None:
        """Closes what is open."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def url_of(pattern: str, kind: str, value: str) -> URL:
    """The address to be asked, with the key quoted in it; nothing of a key can reach beyond its place."""
    # Dots too: a path segment of them alone would lead elsewhere.
    quoted = quote(value, safe="").replace(".", "%2E")
    return URL(pattern.replace("{kind}", quote(kind, safe="")).replace("{value}", quoted), encoded=True)


def _records(answer: object) -> Sequence[Mapping[str, Any]]:
    """The accounts of an answer: a list of them, one alone, or under the name "accounts"."""
    if isinstance(answer, dict) and isinstance(answer.get("accounts"), list):
        answer = answer["accounts"]
    if answer is None:
        return ()
    several: list[Any] = answer if isinstance(answer, list) else [answer]
    if not all(isinstance(one, dict) for one in several):
        raise ValueError("no records")
    return several


def _is_literal(host: str) -> bool:
    """Whether a host is an address and no name; aiohttp resolves only names."""
    try:
        socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host.partition("%")[0])
    except OSError:
        return False
    return True
