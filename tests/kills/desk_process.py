"""A desk as an operator has it: a folder with a firstline.toml, and processes that serve it and can be killed."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import console.sample
from console.runtime.migrate import migrate
from desk.model.settings import MailboxSettings, load
from desk.storage.database import Database
from tests.prepared_desks import PreparedDesks

SAMPLE = Path(console.sample.__file__).parent
CHECKOUT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Bot:
    """One bot in the settings. ``more`` is further lines of its section."""

    name: str
    token: str
    provider: str = "sever"
    agents_chat: int = 0
    webhook: str = ""


@dataclass
class DeskFolder:
    """A desk folder. ``environment`` is what its processes are given besides ours: the secrets."""

    root: Path
    database: str
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def made(
        cls,
        root: Path,
        database: str,
        api: str = "",
        bots: Sequence[Bot] = (),
        mailboxes: Sequence[MailboxSettings] = (),
        listen: str = "127.0.0.1:8080",
        prepared_desks: PreparedDesks | None = None,
    ) -> DeskFolder:
        """Writes the folder with the sample providers and brings the database up. ``database`` as in the settings.

        With ``ready`` no process has to index the articles first.
        """
        shutil.copytree(SAMPLE / "providers", root / "providers")
        (root / "data").mkdir()
        if prepared_desks:
            prepared_desks.indexes(root / "data")
        folder = cls(root, database, {"DESK_SECRET": "a secret for tests"})
        lines = ["[desk]", f'database = "{database}"', 'secret = "env:DESK_SECRET"', f'listen = "{listen}"']
        for bot in bots:
            lines += folder._bot(bot, api)
        for box in mailboxes:
            lines += folder._mailbox(box)
        (root / "firstline.toml").write_text("\n".join(lines) + "\n", "utf-8")
        fresh = folder.open()
        await migrate(fresh)
        await fresh.close()
        return folder

    def open(self) -> Database:
        """Connections of our own, to look at what the desk keeps."""
        return Database(load(self.root, self.environment).database, pool=2)

    def _bot(self, bot: Bot, api: str) -> list[str]:
        variable = f"TOKEN_{bot.name.upper()}"
        self.environment[variable] = bot.token
        return [
            "[[telegram]]",
            f'name = "{bot.name}"',
            f'token = "env:{variable}"',
            f'provider = "{bot.provider}"',
            f'api = "{api}"',
            f"agents_chat = {bot.agents_chat}",
            f'webhook = "{bot.webhook}"',
        ]

    def _mailbox(self, box: MailboxSettings) -> list[str]:
        variable = f"PASSWORD_{box.name.upper()}"
        self.environment[variable] = box.password.reveal()
        user = box.address.replace("@", "%40")
        return [
            "[[mailbox]]",
            f'name = "{box.name}"',
            f'address = "{box.address}"',
            f'provider = "{box.provider}"',
            f'imap = "{box.imap.scheme}://{user}@{box.imap.host}:{box.imap.port}"',
            f'smtp = "{box.smtp.scheme}://{user}@{box.smtp.host}:{box.smtp.port}"',
            f'password = "env:{variable}"',
            f'authserv_id = "{box.authserv_id}"',
            f'ca_file = "{box.ca_file}"',
            f"look_every = {box.look_every}",
        ]


ENGLISH = {"LC_ALL": "en_US.UTF-8"}
"""The language of the log, whatever the machine's and the desk's are: it is read here."""


class DeskProcess:
    """One `serve`, with whatever children it starts, as a process group. Its output goes to ``log``."""

    def __init__(self, folder: DeskFolder, name: str = "desk", more: Sequence[str] = ()) -> None:
        self.folder = folder
        self.log = folder.root / f"{name}.log"
        self.started = 0.0
        self._command = (sys.executable, "-m", "console.main", "-C", str(folder.root), "serve", *more)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, environment: Mapping[str, str] | None = None, limits: Sequence[str] = ()) -> DeskProcess:
        """Starts it; ``limits`` are words to put before the command, such as those of prlimit."""
        self.started = time.time()
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [*limits, *self._command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=CHECKOUT,
                env={**os.environ, **ENGLISH, **self.folder.environment, **(environment or {})},
                start_new_session=True,
            )
        return self

    @property
    def pid(self) -> int:
        """The number of the process, which is also that of its group."""
        if self._process is None:
            raise ProcessLookupError("it does not run")
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """Kills the whole tree at once, and waits until it is gone."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def freeze(self) -> None:
        """Stops the whole tree in the middle of whatever it does."""
        os.killpg(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets it go on."""
        os.killpg(self.pid, signal.SIGCONT)

    def end(self, patience: float = 60) -> int:
        """Asks it to end, and returns its exit status."""
        process, self._process = self._process, None
        if process is None:
            return 0
        process.terminate()
        try:
            return process.wait(patience)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise

    def said(self, last: int = 4000) -> str:
        """The end of its log."""
        return self.log.read_text("utf-8", "replace")[-last:] if self.log.exists() else ""


async def firstline(folder: DeskFolder, *arguments: str, expect: Sequence[int] = (0,)) -> str:
    """Runs one command of the desk's own, and returns what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "console.main", "-C", str(folder.root)),
        *arguments,
        cwd=CHECKOUT,
        env={**os.environ, **ENGLISH, **folder.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode in expect, f"{arguments}: {process.returncode}\n{out.decode()}{err.decode()}"
    return out.decode()
