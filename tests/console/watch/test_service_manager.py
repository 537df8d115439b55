"""systemd's notifications, read from the datagram socket that a service manager listens at."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from console.runtime.watch.own_process import OwnProcess
from console.runtime.watch.service_manager import ServiceManager
from tests.console.command_line import Terminal


class Manager:
    """A service manager: what it was told, in order."""

    def __init__(self, folder: Path, abstract: bool = False) -> None:
        self.address = f"@firstline-test-{os.getpid()}" if abstract else str(folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.address.replace("@", "\0", 1))
        self.socket.setblocking(False)
        self.told: list[str] = []

    async def hears(self, line: str, seconds: float = 90) -> None:
        """Until a notification has this line, or begins one with it."""
        async with asyncio.timeout(seconds):
            while not any(one.startswith(line) for one in self.told):
                data = await asyncio.get_running_loop().sock_recv(self.socket, 4096)
                self.told += data.decode().splitlines()

    def forget(self) -> None:
        """What was told until now."""
        while True:
            try:
                self.socket.recv(4096)
            except BlockingIOError:
                break
        self.told.clear()


@pytest.fixture
async def manager() -> AsyncIterator[Manager]:
    """Its socket lies in a short folder: an address has a hundred bytes at most."""
    with tempfile.TemporaryDirectory() as folder:
        made = Manager(Path(folder))
        yield made
        made.socket.close()


async def test_a_service_tells_of_its_start_its_reload_and_its_end(terminal: Terminal, manager: Manager) -> None:
    await terminal.types("migrate")
    terminal.environment |= {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "3000000"}
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(terminal.serving())
        await manager.hears("STATUS=starts: receiver, worker, sender, timers")
        assert "READY=1" not in manager.told
        await manager.hears("READY=1")
        await service.logs(" serves: ")
        manager.forget()
        await manager.hears("WATCHDOG=1")
        await manager.hears("STATUS=serves: ")
        manager.forget()
        service.process.send_signal(signal.SIGHUP)
        await manager.hears("RELOADING=1")
        await manager.hears("MONOTONIC_USEC=")
        await manager.hears("READY=1")
        toml = terminal.root / "firstline.toml"
        good = toml.read_text("utf-8")
        toml.write_text("[[[", "utf-8")
        manager.forget()
        service.process.send_signal(signal.SIGHUP)
        await manager.hears("RELOADING=1")
        await manager.hears("READY=1")  # it goes on with the old ones
        toml.write_text(good, "utf-8")
        service.process.send_signal(signal.SIGTERM)
        await manager.hears("STOPPING=1")


async def test_a_process_that_is_stuck_gives_no_sign_of_life(manager: Manager) -> None:
    """Until it goes on again; its status is told all the while."""
    ticks = 0.0
    own = OwnProcess(["worker"], ticks=lambda: ticks)
    made = ServiceManager({"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "60000"})
    telling = asyncio.create_task(made.keep_told(own))
    try:
        await manager.hears("WATCHDOG=1")
        with own.turns.at_work("worker"):
            ticks += 300
            await manager.hears("STATUS=")
            manager.forget()
            for _ in range(3):
                manager.told.clear()
                await manager.hears("STATUS=")
                assert manager.told == [one for one in manager.told if one.startswith("STATUS=")]
        await manager.hears("WATCHDOG=1")
    finally:
        telling.cancel()


def test_the_watchdog_is_ours_only_where_it_is_meant_for_this_process() -> None:
    assert ServiceManager({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}).watchdog == 30
    assert ServiceManager({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}).watchdog == 0
    assert ServiceManager({}).watchdog == 0


async def test_an_abstract_socket_is_an_address_too() -> None:
    manager = Manager(Path(), abstract=True)
    try:
        ServiceManager({"NOTIFY_SOCKET": manager.address}).ready()
        await manager.hears("READY=1")
    finally:
        manager.socket.close()


def test_a_manager_that_is_gone_troubles_nobody(tmp_path: Path) -> None:
    ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready()
    ServiceManager({}).stopping()
