"""A real SMTP conversation: a server that takes every letter, unless it is told to make trouble."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.peers.certificates import Authority
from tests.peers.local_process import free_port
from tests.peers.received_mail import ReceivedMail

STAGES = ("connect", "auth", "mail", "rcpt", "data")

logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd tells every line of every conversation


@dataclass
class Trouble:
    """What goes wrong at one stage of the conversation: a reply, or "hang", or "drop".

    ``to`` limits it to letters for one recipient, ``sender`` to those whose envelope's sender has these characters,
    ``times`` to the next so many occasions (None: for ever). With ``kept`` a letter whose connection is dropped has
    arrived all the same: only the answer is lost. ``having`` limits it to recipients with these characters.
    """

    stage: str
    what: str
    to: str = ""
    times: int | None = None
    kept: bool = True
    sender: str = ""
    having: str = ""

    def strikes(self, stage: str, recipients: list[str], sender: str = "") -> bool:
        """Whether it happens now; counts if so."""
        if stage != self.stage or self.times == 0 or (self.to and self.to not in recipients):
            return False
        if self.sender not in sender or (self.having and not any(self.having in one for one in recipients)):
            return False
        if self.times is not None:
            self.times -= 1
        return True


class SmtpSink:
    """The server, in a thread of its own. ``tls_port`` speaks TLS at once, ``starttls_port`` after STARTTLS.

    AUTH is required, and offered only over TLS. ``letters`` holds all that arrived, oldest first. ``offers_starttls``
    may be switched off, as one in the middle does who strips it.
    """

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self.ca_file = authority.ca_file
        self.host, self.tls_port, self.starttls_port = "127.0.0.1", free_port(), free_port()
        self.letters: list[ReceivedMail] = []
        self.offers_starttls = True
        self.refused: list[str] = []
        """The stage of each trouble that was made."""
        self.connections = 0
        """How many connections were accepted so far."""
        self.logins: list[str] = []
        """How each AUTH came: "over TLS" or "in clear"."""
        self._context = authority.server_context()
        self._accounts: dict[str, str] = {}
        self.deliver: Callable[[ReceivedMail], None] | None = None
        """Where letters go on to, as a provider's server brings them to its own mailboxes."""
        self.token_owner: Callable[[str], str | None] = lambda token: None
        """Whose an access token is; AUTH XOAUTH2 takes the tokens of whoever logs in."""
        self._troubles: list[Trouble] = []
        self._read: set[int] = set()
        self._open: set[_Conversation] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @classmethod
    def launch(cls, authority: Authority | None = None) -> SmtpSink:
        """Starts a server on two free loopback ports."""
        sink = cls(authority or Authority())
        sink.start_again()
        return sink

    @classmethod
    async def start(cls, authority: Authority | None = None) -> SmtpSink:
        """`launch` for those who must not block."""
        return await asyncio.to_thread(cls.launch, authority)

    def account(self, user: str, password: str) -> None:
        """Lets ``user`` send."""
        self._accounts[user] = password

    # Trouble

    def refuse(self, reply: str, *, at: str = "rcpt", to: str = "", times: int | None = None) -> None:
        """Answers ``reply`` ("550 5.1.1 No such mailbox") at a stage of `STAGES`. After a 421 the line is closed."""
        self._add(Trouble(at, reply, to, times))

    def refuse_recipient(self, reply: str, *, having: str) -> None:
        """Answers ``reply`` to every recipient that has ``having`` in it."""
        self._add(Trouble("rcpt", reply, having=having))

    def refuse_sender(self, reply: str, *, at: str = "mail", having: str = "+") -> None:
        """Answers ``reply`` at a stage to every letter whose envelope's sender has ``having`` in it."""
        self._add(Trouble(at, reply, sender=having))

    def hang(self, *, at: str = "data", times: int | None = 1) -> None:
        """Never answers at that stage; the letter has not arrived. Not possible at "auth"."""
        self._add(Trouble(at, "hang", times=times, kept=False))

    def drop(self, *, at: str = "data", times: int | None = 1, kept: bool = True) -> None:
        """Closes the connection instead of answering. At "data" with ``kept`` the letter has arrived."""
        self._add(Trouble(at, "drop", times=times, kept=kept))

    def heal(self) -> None:
        """No more trouble."""
        self._troubles.clear()
        self.offers_starttls = True

    @property
    def spent(self) -> bool:
        """Whether all the trouble that was ordered for a number of times has happened."""
        return all(one.times == 0 for one in self._troubles)

    def _add(self, trouble: Trouble) -> None:
        if trouble.stage not in STAGES or (trouble.stage == "auth" and trouble.what in ("hang", "drop")):
            raise ValueError(f"no such trouble: {trouble}")
        self._troubles.append(trouble)

    def strikes(self, stage: str, recipients: list[str], sender: str = "") -> Trouble | None:
        """The trouble that happens now, if any."""
        return next((one for one in self._troubles if one.strikes(stage, recipients, sender)), None)

    # Letters

    def unread(self, to: str = "") -> Iterator[ReceivedMail]:
        """Letters nobody has heard yet, oldest first."""
        for letter in self.letters:
            if id(letter) not in self._read and (not to or letter.is_to(to)):
                yield letter

    async def hears(
        self,
        *,
        to: str = "",
        containing: str = "",
        where: Callable[[ReceivedMail], bool] | None = None,
        timeout: float = 60,
    ) -> ReceivedMail:
        """The first unread letter to ``to`` that says ``containing``; it counts as read, the others do not.

        Raises `AssertionError`, telling what came instead, after ``timeout`` seconds.
        """
        deadline = time.monotonic() + timeout
        while True:
            for letter in tuple(self.unread(to)):
                if letter.says(containing) and (where is None or where(letter)):
                    self._read.add(id(letter))
                    return letter
            if time.monotonic() > deadline:
                came = "\n  ".join(str(letter) for letter in self.unread(to)) or "nothing"
                raise AssertionError(f"no letter to {to or 'anyone'} saying {containing!r}; unread came:\n  {came}")
            await asyncio.sleep(0.01)

    def forget(self) -> None:
        """Forgets every letter."""
        self.letters.clear()
        self._read.clear()

    # Running and not running

    def start_again(self) -> None:
        """Listens on the old ports, after `stop`."""
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="smtp-sink", daemon=True)
        self._thread.start()
        if not ready.wait(60):
            raise RuntimeError("the SMTP sink did not come up")

    def stop(self) -> None:
        """Stops listening and cuts every connection."""
        loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(60)

    def _run(self, ready: threading.Event) -> None:
        with asyncio.Runner() as runner:
            loop = runner.get_loop()
            servers = runner.run(self._listen())
            self._loop = loop
            loop.call_soon(ready.set)
            loop.run_forever()
            for server in servers:
                server.close()
            for conversation in tuple(self._open):
                conversation.cut()
            runner.run(asyncio.sleep(0))

    async def _listen(self) -> list[asyncio.Server]:
        loop = asyncio.get_running_loop()
        return [
            await loop.create_server(partial(self._answer, True), self.host, self.tls_port, ssl=self._context),
            await loop.create_server(partial(self._answer, False), self.host, self.starttls_port),
        ]

    def _answer(self, encrypted: bool) -> asyncio.BaseProtocol:
        self.connections += 1
        trouble = self.strikes("connect", [])
        return _Refusal(trouble.what) if trouble else _Conversation(self, encrypted)

    @property
    def starttls_context(self) -> Any:
        """What a conversation in clear needs to offer STARTTLS; None when it is not to offer it."""
        return self._context if self.offers_starttls else None

    def knows(self, server: SMTP, session: Session, _envelope: Envelope, _mechanism: str, login: Any) -> AuthResult:
        """aiosmtpd's question whether a login is right."""
        encrypted = bool(session.ssl) or (isinstance(server, _Conversation) and server.encrypted)
        self.logins.append("over TLS" if encrypted else "in clear")
        if trouble := self.strikes("auth", []):
            return AuthResult(success=False, handled=False, message=trouble.what)
        known = self._accounts.get(login.login.decode())
        return AuthResult(success=known is not None and known == login.password.decode(), handled=False)


class _Refusal(asyncio.Protocol):
    """A server that says one line and closes, or hangs up, or says nothing at all."""

    def __init__(self, what: str) -> None:
        self.what = what

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        if self.what == "drop":
            transport.abort()
        elif self.what != "hang":
            transport.write(f"{self.what}\r\n".encode())
            transport.close()


class _Conversation(SMTP):
    """One connection."""

    def __init__(self, sink: SmtpSink, encrypted: bool) -> None:
        super().__init__(
            _Handler(sink),
            hostname="mx.sever.test",
            ident="Sever",
            enable_SMTPUTF8=True,
            data_size_limit=50_000_000,
            tls_context=None if encrypted else sink.starttls_context,
            auth_required=True,
            authenticator=sink.knows,
            auth_exclude_mechanism=["LOGIN"],  # clients try one mechanism after the other: one login is to be one AUTH
            timeout=600,
        )
        self.sink, self.encrypted = sink, encrypted
        if encrypted:
            self._auth_require_tls = False  # the line is encrypted already, which aiosmtpd cannot see

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.sink._open.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.sink._open.discard(self)
        super().connection_lost(error)

    def cut(self) -> None:
        """Ends the connection at once."""
        if isinstance(self.transport, asyncio.WriteTransport):
            with suppress(AttributeError):  # Python before 3.11.4 cannot abort a TLS transport that was closed twice
                self.transport.abort()


class _Handler:
    """What happens at each stage."""

    async def auth_XOAUTH2(self, server: _Conversation, args: list[str]) -> AuthResult:
        """Google's mechanism, which Microsoft speaks too: the token is told at once; an error is a challenge first."""
        fields = b64decode(args[1]).decode().split("\1")
        user, token = fields[0].removeprefix("user="), fields[1].removeprefix("auth=Bearer ")
        self.sink.logins.append(f"XOAUTH2 {token}")
        if self.sink.token_owner(token) == user:
            return AuthResult(success=True, handled=False, auth_data=user)
        error = b64encode(b'{"status":"401","schemes":"bearer"}').decode()
        await server.challenge_auth(error, encode_to_b64=False)
        return AuthResult(success=False, handled=False)

    def __init__(self, sink: SmtpSink) -> None:
        self.sink = sink

    async def handle_MAIL(
        self, server: _Conversation, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if reply := await self._trouble("mail", server, [], sender=address):
            return reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(
        self, server: _Conversation, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if reply := await self._trouble("rcpt", server, [address], sender=envelope.mail_from or ""):
            return reply
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: _Conversation, _session: Session, envelope: Envelope) -> str:
        letter = ReceivedMail(
            envelope.mail_from or "", tuple(envelope.rcpt_tos), bytes(envelope.original_content or b"")
        )
        if reply := await self._trouble("data", server, envelope.rcpt_tos, letter):
            return reply
        self.sink.letters.append(letter)
        if self.sink.deliver is not None:
            self.sink.deliver(letter)
        return f"250 2.0.0 Ok: queued as {len(self.sink.letters)}"

    async def _trouble(
        self,
        stage: str,
        server: _Conversation,
        recipients: list[str],
        letter: ReceivedMail | None = None,
        sender: str = "",
    ) -> str:
        """The reply to give instead of an Ok, if any; it may close the line or never come."""
        trouble = self.sink.strikes(stage, recipients, letter.sender if letter else sender)
        if trouble is None:
            return ""
        self.sink.refused.append(stage)
        if trouble.what == "hang":
            await asyncio.Event().wait()
        if trouble.what == "drop":
            if letter and trouble.kept:
                self.sink.letters.append(letter)
            server.cut()
            await asyncio.Event().wait()  # connection_lost cancels this
        if trouble.what.startswith("421"):
            with suppress(ConnectionError):
                await server.push(trouble.what)
            if server.transport is not None:
                server.transport.close()
            await asyncio.Event().wait()
        return trouble.what
