"""The way to the Bot API through an HTTP or SOCKS proxy, for places where Telegram is not reached directly.

The proxy's address may hold a password, and the words of its errors may hold the address: neither is said.
"""

from __future__ import annotations

import sys

from aiohttp import TCPConnector

from desk.model.settings import Secret


def make_connector(proxy: Secret, limit: int) -> TCPConnector:
    """Connections to the Bot API, through the proxy if there is one; names are then resolved by the proxy."""
    if not proxy:
        return TCPConnector(limit=limit)
    from aiohttp_socks import ProxyConnector  # noqa: PLC0415 (only where a proxy is set)

    made: TCPConnector = ProxyConnector.from_url(proxy.reveal(), limit=limit, rdns=True)
    return made


def proxy_errors() -> tuple[type[Exception], ...]:
    """What aiohttp_socks raises, which is no `ClientError`; nothing where it was not needed."""
    module = sys.modules.get("aiohttp_socks")
    if module is None:
        return ()
    return module.ProxyError, module.ProxyConnectionError, module.ProxyTimeoutError
