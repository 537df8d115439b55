"""A real PostgreSQL in a folder of its own, and fresh databases in it for each test."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from subprocess import Popen

from tests.peers.local_process import DidNotStart, User, free_port, own_folder, program, wait_until

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")

ROLE = "firstline"

SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}


class Postgres:
    """The server. ``port`` stays the same over a restart; databases belong to a role without special rights."""

    def __init__(self, folder: Path, user: User, fsync: bool) -> None:
        self.folder, self.user, self.fsync = folder, user, fsync
        self.data = folder / "data"
        self.port = free_port()
        self.password = secrets.token_hex(12)
        self._process: Popen[bytes] | None = None

    @staticmethod
    def missing() -> str | None:
        """The package to install when the server is not on this machine, else None."""
        return None if all(program(name, *PLACES) for name in ("initdb", "postgres", "psql")) else "postgresql"

    @classmethod
    def start(cls, *, fsync: bool = True) -> Postgres:
        """Makes a cluster, starts it and waits until it answers: about three seconds.

        ``fsync=False`` is faster and loses its data in a power cut, though not by being killed. Raises `DidNotStart`.
        """
        user = User.unprivileged("postgres")
        server = cls(own_folder("pg", user), user, fsync)
        atexit.register(server.remove)
        server._run(
            "initdb", "--pgdata", server.data, "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8",
            "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync",
        )  # fmt: skip
        server.start_again()
        server.admin(
            f"CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD '{server.password}'"
        )
        return server

    # Running and not running

    def start_again(self) -> None:
        """Starts the server on its old port with all its databases, after `stop`."""
        log = self.folder / "postgres.log"
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            "fsync": "on" if self.fsync else "off",
            "max_connections": 200,
            "shared_buffers": "64MB",
            "timezone": "UTC",
            "log_min_messages": "warning",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._process = self.user.runs((_program("postgres"), "-D", self.data, *options), log)
        wait_until(self._answers, "PostgreSQL", self._process, log)

    def stop(self, mode: str = "fast") -> None:
        """Stops the server: "smart" waits for clients, "fast" cuts them off, "immediate" crashes it."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(SIGNALS[mode])
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def restart(self, mode: str = "fast") -> None:
        """`stop` and `start_again`."""
        self.stop(mode)
        self.start_again()

    def remove(self) -> None:
        """Ends the server and deletes its folder."""
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        return self._psql("SELECT 1").returncode == 0

    # Databases

    def database(self, name: str, template: str = "template1") -> str:
        """Makes a fresh database that the role owns, in some 0.1 s, and returns its URL.

        ``template`` names another database to copy, for example a migrated one; nobody may be connected to it.
        A database of that name is dropped first.
        """
        self.drop(name)
        self.admin(f'CREATE DATABASE "{name}" OWNER {ROLE} TEMPLATE "{template}"')
        return self.url(name)

    def url(self, name: str) -> str:
        """The address of a database, as settings have it."""
        return f"postgresql://{ROLE}:{self.password}@127.0.0.1:{self.port}/{name}"

    def drop(self, name: str) -> None:
        """Drops the database if it is there, whoever is connected to it."""
        self.admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def left(self, name: str) -> None:
        """Waits until nobody is connected to the database: one who has hung up is seen there for a moment longer."""
        query = f"SELECT 1 FROM pg_stat_activity WHERE datname = '{name}'"
        if self._process is not None:
            wait_until(lambda: not self.admin(query), "the last to leave", self._process, self.folder / "postgres.log")

    def admin(self, sql: str, database: str = "postgres") -> str:
        """Runs one statement as the superuser and returns what psql prints: rows, columns parted by ``|``."""
        done = self._psql(sql, database)
        if done.returncode:
            raise AssertionError(f"{sql}\n{done.stderr.strip()}")
        return done.stdout.strip()

    def dump(self, name: str) -> bytes:
        """The whole database as the superuser's pg_dump writes it, bytes in hexadecimal."""
        where = ("-h", str(self.folder), "-p", str(self.port), "-U", "postgres", name)
        return subprocess.run((str(_program("pg_dump")), *where), capture_output=True, check=True).stdout

    def _psql(self, sql: str, database: str = "postgres") -> subprocess.CompletedProcess[str]:
        quiet = ("-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1")
        where = ("-h", str(self.folder), "-p", str(self.port), "-U", "postgres", "-d", database)
        command = (str(_program("psql")), *quiet, *where, "-c", sql)
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def _run(self, name: str, *arguments: str | Path) -> None:
        log = self.folder / f"{name}.log"
        if self.user.runs((_program(name), *arguments), log).wait():
            raise DidNotStart(f"{name} failed:\n{log.read_text('utf-8', 'replace')[-2000:]}")


def _program(name: str) -> Path:
    found = program(name, *PLACES)
    if found is None:
        raise DidNotStart(f"there is no {name}: install {Postgres.missing()}")
    return found
