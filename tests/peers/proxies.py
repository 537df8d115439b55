"""Proxies on the loopback: SOCKS 5 (RFC 1928, 1929) and HTTP CONNECT (RFC 9110, section 9.3.6), with a password."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from tests.peers.local_process import free_port

LOGIN = ("proxy-user", "proxy canary")


@dataclass
class Proxy:
    """A proxy. ``connected`` are the targets it was asked for; ``refuses`` makes it say no to everybody."""

    kind: Literal["socks5", "http"]
    has_password: bool = True
    refuses: bool = False
    port: int = field(default_factory=free_port)
    connected: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address, with the password if it wants one."""
        login = f"{LOGIN[0]}:{LOGIN[1].replace(' ', '%20')}@" if self.has_password else ""
        return f"{self.kind}://{login}127.0.0.1:{self.port}"

    async def start(self) -> asyncio.Server:
        """Serves until the server is closed."""
        return await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            target = await (self._socks(reader, writer) if self.kind == "socks5" else self._http(reader, writer))
            if target:
                self.connected.append(target)
                await _join(reader, writer, target)
        writer.close()

    async def _socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        _, count = await reader.readexactly(2)
        await reader.readexactly(count)
        writer.write(bytes([5, 2 if self.has_password else 0]))
        if self.has_password:
            await reader.readexactly(1)
            user = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
            password = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
            writer.write(bytes([1, int((user, password) != LOGIN)]))
            if (user, password) != LOGIN:
                return ""
        kind = (await reader.readexactly(4))[3]
        if kind == 1:
            host = ".".join(map(str, await reader.readexactly(4)))
        else:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        port = int.from_bytes(await reader.readexactly(2), "big")
        writer.write(bytes([5, 2 if self.refuses else 0, 0, 1, 0, 0, 0, 0, 0, 0]))
        await writer.drain()
        return "" if self.refuses else f"{host}:{port}"

    async def _http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, target, _ = head[0].split(" ")
        given = next((one.partition(" Basic ")[2] for one in head if one.lower().startswith("proxy-auth")), "")
        right = not self.has_password or b64decode(given).decode() == ":".join(LOGIN)
        if method != "CONNECT" or self.refuses or not right:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            await writer.drain()
            return ""
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        return target


async def _join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: str) -> None:
    host, _, port = target.rpartition(":")
    there, back = await asyncio.open_connection(host, int(port))

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
        with suppress(OSError):
            sink.close()

    await asyncio.gather(pump(reader, back), pump(there, writer))
