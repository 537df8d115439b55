"""A real Dovecot on a loopback port of its own, in a folder of its own, with implicit TLS."""

from __future__ import annotations

import asyncio
import atexit
import imaplib
import itertools
import os
import re
import shutil
import signal
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from subprocess import Popen, TimeoutExpired

from tests.peers.certificates import Authority
from tests.peers.local_process import User, free_port, listens, own_folder, program, wait_until

CONFIG = """\
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
default_internal_user = {user.name}
default_internal_group = {user.group}
default_login_user = {user.name}
first_valid_uid = 1
auth_mechanisms = plain login{mechanisms}
auth_failure_delay = 0
mail_location = maildir:~/Maildir
mail_fsync = {fsync}
mailbox_idle_check_interval = 1s
mail_max_userip_connections = 200
maildir_stat_dirs = yes
ssl = required
ssl_min_protocol = {tls}
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.key
{capability}
{oauth}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users/%u
}}
userdb {{
  driver = static
  args = uid={user.uid} gid={user.gid} home={folder}/mail/%u
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {port}
    ssl = yes
  }}
}}
"""

OAUTH_PASSDB = """\
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
"""
OAUTH_CONFIG = """\
introspection_mode = post
introspection_url = {url}/introspect
username_attribute = username
active_attribute = active
active_value = true
"""

WITHOUT_IDLE = "IMAP4rev1 LITERAL+ SASL-IR LOGIN-REFERRALS ID ENABLE UIDPLUS NAMESPACE MOVE SPECIAL-USE CONDSTORE"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One account of the server. ``maildir`` is where its mail lies on disk."""

    address: str
    password: str
    maildir: Path


class Dovecot:
    """The server. ``port`` speaks IMAP over TLS and stays the same over a restart; ``ca_file`` is to be trusted."""

    def __init__(
        self, folder: Path, user: User, authority: Authority, *, idle: bool, tls: str, fsync: bool, oauth: str = ""
    ) -> None:
        self.folder, self.user, self.authority = folder, user, authority
        self.host, self.port = "127.0.0.1", free_port()
        self.ca_file = authority.ca_file
        self.mailboxes: dict[str, Mailbox] = {}
        self._process: Popen[bytes] | None = None
        self._counter = itertools.count(1)
        self._write_config(idle, tls, fsync, oauth)

    @staticmethod
    def missing() -> str | None:
        """The package to install when the server is not on this machine, else None."""
        needed = (program("dovecot", "/usr/sbin"), program("imap", "/usr/lib/dovecot", "/usr/libexec/dovecot"))
        return None if all(needed) else "dovecot-imapd"

    @classmethod
    def launch(
        cls,
        authority: Authority | None = None,
        *,
        idle: bool = True,
        tls: str = "TLSv1.2",
        fsync: bool = True,
        oauth: str = "",
    ) -> Dovecot:
        """Starts a server and waits until it answers.

        ``oauth`` is the address of a token server that tells whose a token is: then XOAUTH2 is offered.

        ``idle=False`` no longer announces IDLE; ``tls`` is the least version spoken ("TLSv1.2" or "TLSv1.3");
        ``fsync=False`` makes it fast and careless. Raises `DidNotStart` with its log.
        """
        user = User.unprivileged()
        made = authority or Authority()
        server = cls(own_folder("imap", user), user, made, idle=idle, tls=tls, fsync=fsync, oauth=oauth)
        atexit.register(server.remove)
        server.start_again()
        return server

    @classmethod
    async def start(
        cls, authority: Authority | None = None, *, idle: bool = True, tls: str = "TLSv1.2", fsync: bool = True
    ) -> Dovecot:
        """`launch` for those who must not block."""
        return await asyncio.to_thread(cls.launch, authority, idle=idle, tls=tls, fsync=fsync)

    def _write_config(self, idle: bool, tls: str, fsync: bool, oauth: str) -> None:
        for name in ("run", "state", "mail", "users"):
            (self.folder / name).mkdir()
            self.user.owns(self.folder / name)
        leaf = self.authority.issue("localhost", "127.0.0.1")
        chain = b"".join(blob.bytes() for blob in leaf.cert_chain_pems)
        texts = {
            "server.pem": chain.decode(),
            "server.key": leaf.private_key_pem.bytes().decode(),
            "dovecot.conf": CONFIG.format(
                folder=self.folder,
                user=self.user,
                port=self.port,
                tls=tls,
                fsync="optimized" if fsync else "never",
                capability="" if idle else f"imap_capability = {WITHOUT_IDLE}",
                mechanisms=" xoauth2 oauthbearer" if oauth else "",
                oauth=OAUTH_PASSDB.format(folder=self.folder) if oauth else "",
            ),
            "oauth2.conf": OAUTH_CONFIG.format(url=oauth),
        }
        for name, text in texts.items():
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o600)
            self.user.owns(self.folder / name)

    # Running and not running

    def start_again(self) -> None:
        """Starts the server on its old port with all its mail, after `stop` or `kill`."""
        log = self.folder / "dovecot.log"
        command = (program("dovecot", "/usr/sbin") or "dovecot", "-F", "-c", self.folder / "dovecot.conf")
        self._process = self.user.runs(command, log)
        wait_until(lambda: listens(self.port), "Dovecot", self._process, log)

    def stop(self) -> None:
        """Stops as an operator does: clients are told goodbye."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kills the server and its children at once: no goodbye to anyone."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """`stop` and `start_again`."""
        self.stop()
        self.start_again()

    def freeze(self) -> None:
        """The server hangs: connections stay up and nobody answers, until `thaw`."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """The server goes on after `freeze`."""
        self._signal(signal.SIGCONT)

    def remove(self) -> None:
        """Ends the server and deletes its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        """What the server has said so far."""
        return (self.folder / "dovecot.log").read_text("utf-8", "replace")

    def _signal(self, which: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, which)

    def _end(self, which: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            if which is signal.SIGKILL:
                os.killpg(process.pid, which)
            else:
                process.send_signal(which)
        try:
            process.wait(30)
        except TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        with suppress(ProcessLookupError, PermissionError):  # children outlive a killed master for a moment
            os.killpg(process.pid, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while listens(self.port) and time.monotonic() < deadline:  # and with them its port
            time.sleep(0.02)

    # Accounts and mail

    def mailbox(self, address: str, password: str = "correct horse") -> Mailbox:
        """Makes an account, at once usable; asked again with the same password it returns the same account."""
        known = self.mailboxes.get(address)
        if known is not None and known.password == password:
            return known
        home = self.folder / "mail" / address
        box = Mailbox(address, password, home / "Maildir")
        for path in (home, box.maildir, *(box.maildir / part for part in ("cur", "new", "tmp"))):
            path.mkdir(exist_ok=True)
            self.user.owns(path)
        self.mailboxes[address] = box
        # One file an account: Dovecot looks at a known file again only after a second.
        line = f"{address}:{{PLAIN}}{password}::::::\n"
        self.user.owns(_written(self.folder / "users" / address, line.encode()))
        return box

    def deliver(self, box: Mailbox, raw: bytes, at: datetime | None = None) -> None:
        """Puts one letter into the inbox as a delivery agent does; ``at`` becomes its INTERNALDATE."""
        self.deliver_many(box, [raw], at)

    def deliver_many(self, box: Mailbox, raws: Iterable[bytes], at: datetime | None = None) -> None:
        """Delivers letters in this order: their UIDs rise in it. Some thousands a second."""
        for raw in raws:
            # Dovecot gives UIDs to new files by the time in their names, so the names must rise.
            name = f"{int(time.time())}.M{next(self._counter):09}P{os.getpid()}.sever"
            path = _written(box.maildir / "tmp" / name, raw)
            self.user.owns(path)
            if at is not None:
                os.utime(path, (at.timestamp(), at.timestamp()))
            path.replace(box.maildir / "new" / name)

    def forget_uids(self, box: Mailbox) -> None:
        """Loses the UIDs as a restored server does: the mail is numbered anew, from 1, under a higher UIDVALIDITY."""
        validity = self.uidvalidity(box) + 1
        for path in (*box.maildir.glob("dovecot-uid*"), *box.maildir.glob("dovecot.index*")):
            path.unlink()
        self.user.owns(_written(box.maildir / "dovecot-uidlist", f"3 V{validity} N1\n".encode()))

    def uids(self, box: Mailbox, folder: str = "INBOX") -> list[int]:
        """The UIDs in the folder, rising."""
        return sorted(self.flags(box, folder))

    def flags(self, box: Mailbox, folder: str = "INBOX") -> dict[int, frozenset[str]]:
        """The flags of each letter by its UID, without ``\\Recent``."""
        with self.connection(box, folder) as imap:
            _, lines = imap.uid("FETCH", "1:*", "(FLAGS)")
        return dict(_uid_and_flags(line) for line in lines if isinstance(line, bytes))

    def uidvalidity(self, box: Mailbox, folder: str = "INBOX") -> int:
        """The folder's UIDVALIDITY."""
        with self.connection(box, folder) as imap:
            return int((imap.response("UIDVALIDITY")[1][0] or b"0").decode())

    def raw(self, box: Mailbox, uid: int, folder: str = "INBOX") -> bytes:
        """One letter's bytes as the server gives them (CRLF line ends)."""
        with self.connection(box, folder) as imap:
            _, parts = imap.uid("FETCH", str(uid), "(BODY.PEEK[])")
        return next(bytes(part[1]) for part in parts if isinstance(part, tuple))

    @contextmanager
    def connection(self, box: Mailbox, folder: str = "INBOX", readonly: bool = True) -> Iterator[imaplib.IMAP4_SSL]:
        """A plain imaplib connection logged in to the account, with the folder chosen, for a test to look into it."""
        context = ssl.create_default_context(cafile=str(self.ca_file))
        with imaplib.IMAP4_SSL(self.host, self.port, ssl_context=context, timeout=30) as imap:
            imap.login(box.address, box.password)
            imap.select(f'"{folder}"', readonly=readonly)
            yield imap


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    path.chmod(0o600)
    return path


def _uid_and_flags(line: bytes) -> tuple[int, frozenset[str]]:
    text = line.decode()
    uid = re.search(r"UID (\d+)", text)
    flags = re.search(r"FLAGS \(([^)]*)\)", text)
    if uid is None or flags is None:
        raise AssertionError(f"not a FETCH line with UID and FLAGS: {text}")
    return int(uid[1]), frozenset(flags[1].split()) - {"\\Recent"}
