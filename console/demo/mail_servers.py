"""The post of the demo: an IMAP and an SMTP server on the loopback, over TLS, with certificates made on the spot.

The IMAP server is pymap with its mail in memory. The SMTP server hands every mail to the one it was started for.
Mail of subscribers is put into the mailbox with the `Authentication-Results` of the provider's border server on top.
"""

from __future__ import annotations

import asyncio
import imaplib
import logging
import ssl
import warnings
from argparse import Namespace
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.policy import default
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, Login
from pymap.imap import IMAPServer
from pymap.user import Passwords, UserMetadata

HOST = "127.0.0.1"
BORDER = "mx.sever.test"
"""The border server's name in Authentication-Results: the mailbox's authserv_id."""

MailHandler = Callable[[EmailMessage], None]


class LoopbackMailServers:
    """Both servers and one mailbox. ``on_mail`` is given every mail that the desk sends."""

    def __init__(self, folder: Path, address: str, password: str, on_mail: MailHandler) -> None:
        self.address, self.password = address, password
        self.ca_file = folder / "ca.pem"
        self.imap_port = self.smtp_port = 0
        self.delivered = 0
        """How many mails were put into the mailbox."""
        self._on_mail = on_mail
        self._ca = trustme.CA(organization_name="Firstline demo")
        self._listening = AsyncExitStack()

    async def start(self) -> None:
        """Listens on two free ports."""
        for noisy in ("mail.log", "pymap"):
            logging.getLogger(noisy).setLevel(logging.ERROR)
        self._ca.cert_pem.write_to_path(str(self.ca_file))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._ca.issue_cert("localhost", HOST).configure_cert(context)
        imap = await asyncio.start_server(await self._imap_service(), HOST, 0, ssl=context)
        loop = asyncio.get_running_loop()
        smtp = await loop.create_server(partial(_smtp_session, self), HOST, 0, ssl=context)
        self.imap_port, self.smtp_port = (server.sockets[0].getsockname()[1] for server in (imap, smtp))
        self._listening.callback(imap.close)
        self._listening.callback(smtp.close)

    async def stop(self) -> None:
        """Stops listening."""
        await self._listening.aclose()

    async def deliver(self, mail: EmailMessage) -> None:
        """Puts a subscriber's mail into the mailbox, as the border server would."""
        address = mail["From"].addresses[0].addr_spec
        domain = address.rpartition("@")[2]
        found = (
            f"Authentication-Results: {BORDER}; dkim=pass header.d={domain} header.s=mail; "
            f"spf=pass smtp.mailfrom={address}; dmarc=pass header.from={domain}\r\n"
            f"Received: from mail.{domain} by {BORDER} with ESMTPS; {format_datetime(mail['Date'].datetime)}\r\n"
        )
        await asyncio.to_thread(self._append, found.encode("ascii") + mail.as_bytes(policy=WIRE))
        self.delivered += 1

    def _append(self, raw: bytes) -> None:
        context = ssl.create_default_context(cafile=str(self.ca_file))
        mailbox = imaplib.IMAP4_SSL(HOST, self.imap_port, ssl_context=context, timeout=10)
        try:
            mailbox.login(self.address, self.password)
            answer, why = mailbox.append("INBOX", "", "", raw)
            if answer != "OK":
                raise ConnectionError(f"the demo's IMAP server refused a mail: {why!r}")
        finally:
            # The letter is there by now: a server that ends the connection first has taken nothing back.
            with suppress(imaplib.IMAP4.error, OSError):
                mailbox.logout()

    async def _imap_service(self) -> Any:
        """pymap's own demo back end, without its demo data and with our user. TLS is spoken before it hears a word."""
        config = Config(
            Namespace(passlib_cfg=None, proxy_protocol=None),
            host=HOST,
            port=0,
            demo_data=False,
            demo_user=self.address,
            demo_password=self.password,
            tls_enabled=False,
            reject_dnsbl=False,
        )
        login = Login(config)
        hashed = await Passwords(config).hash_password(self.password)
        await login.demo_user_identity.set(UserMetadata(config, self.address, password=hashed))
        config.apply_context()
        return ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(login, config))

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, login: Any
    ) -> AuthResult:
        """aiosmtpd's question whether a login is right."""
        right = (login.login.decode(), login.password.decode()) == (self.address, self.password)
        return AuthResult(success=right, handled=False)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Takes a mail."""
        mail = message_from_bytes(bytes(envelope.original_content or b""), policy=default)
        assert isinstance(mail, EmailMessage)  # noqa: S101 - what this policy makes
        self._on_mail(mail)
        return "250 2.0.0 Ok"


def _smtp_session(mail_servers: LoopbackMailServers) -> SMTP:
    with warnings.catch_warnings():
        # The line is encrypted from its first byte on, which aiosmtpd cannot see and warns about.
        warnings.simplefilter("ignore", UserWarning)
        return SMTP(
            mail_servers,
            hostname=BORDER,
            ident="Firstline demo",
            enable_SMTPUTF8=True,
            data_size_limit=50_000_000,
            auth_required=True,
            auth_require_tls=False,
            authenticator=mail_servers.authenticate,
        )
