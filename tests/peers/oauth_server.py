"""A token server on the loopback (RFC 6749, 8628, 7662): device codes, refresh tokens, an application's secret.

It forgets, revokes and is away on demand, and says what it was asked. Dovecot and the SMTP sink ask it who a token is.
"""

from __future__ import annotations

import itertools
import threading
from asyncio import Runner
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.peers.local_process import free_port

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass
class OAuthServer:
    """The server, in a thread of its own. ``user`` is whose tokens it gives out; each lives ``lifetime`` seconds.

    ``asked`` are the forms it was sent at /token, ``rotates`` whether a refresh token is replaced when it is used.
    """

    user: str = "support@sever.test"
    client_id: str = "firstline-client"
    client_secret: str = "client canary"
    lifetime: int = 3600
    rotates: bool = False
    port: int = field(default_factory=free_port)
    asked: list[dict[str, str]] = field(default_factory=list)
    valid: dict[str, str] = field(default_factory=dict)
    refresh_tokens: set[str] = field(default_factory=set)
    devices: dict[str, bool] = field(default_factory=dict)
    is_away: bool = False

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self._stop: Callable[[], object] = lambda: None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @classmethod
    def launch(cls, user: str = "support@sever.test") -> OAuthServer:
        """Starts one, and waits until it answers."""
        server, ready = cls(user), threading.Event()
        server._thread = threading.Thread(target=server._run, args=(ready,), name="oauth-server", daemon=True)
        server._thread.start()
        if not ready.wait(60):
            raise RuntimeError("the token server did not come up")
        return server

    def stop(self) -> None:
        """Ends it."""
        self._stop()
        if self._thread:
            self._thread.join(60)

    def issue_refresh_token(self) -> str:
        """A refresh token, as a provider's page gives one."""
        token = f"refresh-{next(self._numbers)}"
        self.refresh_tokens.add(token)
        return token

    def approve(self) -> None:
        """The person types every code that is shown."""
        self.devices = dict.fromkeys(self.devices, True)

    def revoke(self) -> None:
        """The authorization is taken back: no token is good any more."""
        self.valid.clear()
        self.refresh_tokens.clear()

    def expire(self) -> None:
        """The access tokens at hand are good no more; they can be renewed."""
        self.valid.clear()

    def _run(self, ready: threading.Event) -> None:
        app = web.Application()
        app.router.add_post("/devicecode", self._device)
        app.router.add_post("/token", self._token)
        app.router.add_post("/introspect", self._introspect)
        with Runner() as runner:
            loop = runner.get_loop()
            serving = web.AppRunner(app, access_log=None)
            runner.run(serving.setup())
            runner.run(web.TCPSite(serving, "127.0.0.1", self.port).start())
            self._stop = lambda: loop.call_soon_threadsafe(loop.stop)
            loop.call_soon(ready.set)
            loop.run_forever()
            runner.run(serving.cleanup())

    async def _device(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form.get("client_id") != self.client_id:
            return _error("invalid_client")
        code = f"device-{next(self._numbers)}"
        self.devices[code] = False
        shown = {"user_code": "ABCD-EFGH", "device_code": code, "verification_uri": f"{self.url}/device"}
        return web.json_response({**shown, "interval": 0.1, "expires_in": 60})

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(form)
        if self.is_away:
            return web.Response(status=503, text="busy")
        if form.get("client_id") != self.client_id:
            return _error("invalid_client")
        by_grant = {
            "client_credentials": self._for_application,
            "refresh_token": self._for_refresh_token,
            DEVICE_GRANT: self._for_device,
        }
        answer = by_grant.get(form.get("grant_type", ""))
        return answer(form) if answer else _error("unsupported_grant_type")

    def _for_application(self, form: dict[str, str]) -> web.Response:
        return self._give("") if form.get("client_secret") == self.client_secret else _error("invalid_client")

    def _for_device(self, form: dict[str, str]) -> web.Response:
        approved = self.devices.get(form.get("device_code", ""))
        if approved is None:
            return _error("expired_token")
        return self._give(self.issue_refresh_token()) if approved else _error("authorization_pending")

    def _for_refresh_token(self, form: dict[str, str]) -> web.Response:
        old = form.get("refresh_token", "")
        if old not in self.refresh_tokens:
            return _error("invalid_grant", "AADSTS70043: the refresh token has expired or was revoked")
        if self.rotates:
            self.refresh_tokens.discard(old)
        return self._give(self.issue_refresh_token() if self.rotates else "")

    def _give(self, refresh_token: str) -> web.Response:
        token = f"access-{next(self._numbers)}"
        self.valid[token] = self.user
        given: dict[str, Any] = {"token_type": "Bearer", "access_token": token, "expires_in": self.lifetime}
        return web.json_response({**given, "refresh_token": refresh_token} if refresh_token else given)

    async def _introspect(self, request: web.Request) -> web.Response:
        token = str((await request.post()).get("token", ""))
        user = self.valid.get(token)
        return web.json_response({"active": user is not None, **({"username": user} if user else {})})


def _error(code: str, words: str = "") -> web.Response:
    return web.json_response({"error": code, "error_description": words}, status=400)
