"""/livez, /readyz and /metrics over HTTP, for this process; open as long as it is entered (``async with``).

They tell nothing of persons, and ask nobody who they are: the address is meant for this machine or a private network.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol, Self, runtime_checkable

from aiohttp import web

from console.runtime.watch import probes
from console.runtime.watch.own_process import OwnProcess
from console.runtime.watch.status_cache import Look, StatusCache
from desk.backoff import Backoff
from desk.clock import Clock
from desk.error_reasons import describe_file_error
from desk.language.translatable import sentence
from desk.model.channel_interface import Channel
from desk.model.check_findings import CheckFinding
from desk.model.settings import Settings
from desk.storage.database import Database

log = logging.getLogger(__name__)
MARKS = {"ok": "[+]", "warning": "[!]", "error": "[-]"}
"""How a line of a probe's answer begins, as those of Kubernetes do."""
_NO_STORE = {"Cache-Control": "no-store"}


@runtime_checkable
class ReachedChannel(Protocol):
    """A channel that knows when its server was last asked with success."""

    @property
    def worked_at(self) -> datetime | None:
        """None where it never was."""


class HttpEndpoints:
    """``channels`` are all of the process by name, ``configured`` the names of those of the settings; ``roles`` are all
    that a process of a desk may have."""

    def __init__(
        self,
        own: OwnProcess,
        settings: Settings,
        database: Database,
        channels: Mapping[str, Channel],
        configured: Sequence[str],
        roles: Collection[str],
        clock: Clock,
    ) -> None:
        self._own = own
        self._settings = settings
        self._channels = channels
        self._configured = configured
        self._roles = roles
        self._status = StatusCache(database, settings, configured, clock)
        self._runner: web.AppRunner | None = None
        self._opening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        application = web.Application()
        for path, answer in (("/livez", self._livez), ("/readyz", self._readyz), ("/metrics", self._metrics)):
            application.router.add_get(path, answer)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        self._opening = asyncio.create_task(self._open(self._runner))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._opening:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        if self._runner:
            await self._runner.cleanup()

    async def _open(self, runner: web.AppRunner) -> None:
        """A desk does its work also where nobody can watch it: an address that cannot be had is tried again."""
        address = self._settings.watch.listen
        host, _, port = address.rpartition(":")
        backoff = Backoff(sentence("probes and metrics"), first=1.0, longest=15.0)
        while True:
            try:
                await web.TCPSite(runner, host.strip("[]"), int(port)).start()
            except OSError as error:
                why = sentence(
                    "{address} cannot be listened at: {why}", address=address, why=describe_file_error(error)
                )
                await backoff.wait(why, certain=True)
            else:
                backoff.worked()
                log.info("probes and metrics: http://%s/readyz, /livez, /metrics", address)
                return

    async def _livez(self, request: web.Request) -> web.Response:
        return self._answer(request, "livez", probes.liveness(self._own))

    async def _readyz(self, request: web.Request) -> web.Response:
        return self._answer(request, "readyz", probes.readiness(self._own, await self._status.look()))

    async def _metrics(self, request: web.Request) -> web.Response:
        # A thread, since the library takes a moment to be imported.
        body, media_type = await asyncio.to_thread(
            self._metrics_text, await self._status.look_with_cases(), request.headers.get("Accept", "")
        )
        return web.Response(body=body, headers={"Content-Type": media_type, **_NO_STORE})

    def _metrics_text(self, look: Look, accept: str) -> tuple[bytes, str]:
        from console.runtime.watch.prometheus_text import Observed, metrics_text  # noqa: PLC0415 (the same)

        found = ((name, self._channels[name]) for name in self._configured)
        reached = {name: one.worked_at if isinstance(one, ReachedChannel) else None for name, one in found}
        return metrics_text(Observed(self._own, look, self._settings, self._channels, reached, self._roles), accept)

    def _answer(self, request: web.Request, name: str, found: Sequence[CheckFinding]) -> web.Response:
        well, tell = probes.is_well(found), self._own.tell
        status = 200 if well else 503
        if "application/json" in request.headers.get("Accept", "") or request.query.get("format") == "json":
            checks = [_as_json(one, tell(one.what), tell(one.todo)) for one in found]
            text = json.dumps({"probe": name, "passed": well, "checks": checks}, ensure_ascii=False)
            return web.Response(text=text, status=status, content_type="application/json", headers=_NO_STORE)
        lines = [f"{MARKS[one.level]} {tell(one.where)}: {tell(one.what)}" + _advice(tell(one.todo)) for one in found]
        passed = sentence("{probe} passed", probe=name) if well else sentence("{probe} failed", probe=name)
        return web.Response(text="\n".join([*lines, tell(passed), ""]), status=status, headers=_NO_STORE)


def _as_json(one: CheckFinding, what: str, todo: str) -> Mapping[str, str]:
    return {"level": one.level, "where": str(one.where), "what": what, "todo": todo}


def _advice(todo: str) -> str:
    return f"\n    → {todo}" if todo else ""
