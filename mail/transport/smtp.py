"""Sending over one kept SMTP connection, always encrypted, with results by SMTP's reply classes.

A mail keeps one Message-ID for ever, so one that may have been sent already is simply sent again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import aiosmtplib
from aiosmtplib import SMTP, SMTPResponseException

from desk.backoff import retry_delay
from desk.error_reasons import describe_network_error
from desk.language.translatable import said_by, sentence
from desk.model.messages import Rejected, RetryLater, SendResult, Sent
from desk.model.settings import MailboxSettings
from mail.mime.domains_and_recipients import to_ascii_domain, to_deliverable_address
from mail.transport import oauth
from mail.transport.remembered_server_abilities import AbilitiesFile
from mail.transport.tls import make_tls_context

log = logging.getLogger(__name__)

RETRY_MINUTES = (5, 15, 30, 60)
"""Minutes to wait after the first, second ... temporary refusal; the last one from then on."""
MAX_RETRY_DAYS = 5
TIMEOUT_SECONDS = 60.0
MAX_SEND_SECONDS = 100.0
"""Seconds for one message in all, below the time that a claim is held without a sign of life
(`desk.storage.queue_and_lease_tables.outbox`)."""
BUSY_RETRY_SECONDS = 30.0
"""Seconds that a message waits when the one before it met a server that did not answer."""
_LOGIN_CODES = (530, 534, 535, 538, 454)
_SENDER_REFUSED = ("sender", "sendas", "send as", "send on behalf", "5.2.252", "5.7.60", "not owned by")
"""What a refusal says that is of who sends: Exchange says it only at the end, with 5.2.252 or 5.7.60."""
_NO_RECIPIENT_CODES = ("5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")


class SmtpConnection:
    """The way out of one mailbox. One mail at a time; the connection is kept while there is something to send."""

    def __init__(
        self, settings: MailboxSettings, patience: float = TIMEOUT_SECONDS, abilities: AbilitiesFile | None = None
    ) -> None:
        self._settings = settings
        self._abilities = abilities or AbilitiesFile(settings)
        self._timeout = patience
        self._lock = asyncio.Lock()
        self._client: SMTP | None = None
        self._failures = 0

    async def send(self, recipient: str, message: bytes, attempts: int, returns_to: str = "") -> SendResult:
        """Sends one mail to one recipient. ``attempts`` counts the tries so far, this one included.

        ``returns_to`` is the envelope's sender, to which reports come back, "" for the mailbox itself; with a server
        that lets the mailbox write under no other name it is the mailbox too. Returns `Sent` without an id; the
        caller knows the Message-ID.
        """
        if not (to := to_deliverable_address(recipient)):
            return Rejected(sentence("nothing can be sent to {address}", address=repr(recipient[:250])))
        failures, came = self._failures, asyncio.get_running_loop().time()
        async with self._lock:
            # It has just hung or broken for another message: whoever queued behind that need not wait as long again.
            waited = asyncio.get_running_loop().time() - came
            if failures != self._failures or waited > self._timeout:
                return RetryLater(
                    BUSY_RETRY_SECONDS, sentence("{host} does not answer", host=self._settings.smtp.host), tried=False
                )
            try:
                async with asyncio.timeout(MAX_SEND_SECONDS):
                    return await self._connect_and_send(returns_to, to, message, attempts)
            except TimeoutError:
                self._count_failure()
                return retry_later(attempts, sentence("no answer in time"))
            except asyncio.CancelledError:
                self._drop_connection()  # in the middle of a conversation: nobody knows where it stands
                raise

    async def _connect_and_send(self, returns_to: str, recipient: str, message: bytes, attempts: int) -> SendResult:
        try:
            client = await self._connect()
        except (aiosmtplib.SMTPException, OSError, oauth.TokenServerError) as error:
            return self._report_unavailable(error, attempts)
        except oauth.AuthorizationRequired as error:
            log.error("%s: no mail can be sent: %s", self._settings.channel, said_by(error))
            return self._report_unavailable(error, attempts)
        return await self._send_with_fallback(client, returns_to, recipient, message, attempts)

    async def close(self) -> None:
        """Says goodbye to the server."""
        async with self._lock:
            client, self._client = self._client, None
            if client is not None:
                with suppress(aiosmtplib.SMTPException, OSError):
                    await client.quit(timeout=2)
                client.close()

    async def login(self) -> None:
        """Connects and logs in. Raises what aiosmtplib and the socket raise."""
        async with self._lock:
            await self._connect()

    async def _connect(self) -> SMTP:
        """The live connection, or a new one. A server that went to sleep meanwhile is noticed here."""
        if self._client is not None:
            with suppress(aiosmtplib.SMTPException, OSError):
                if self._client.is_connected:
                    await self._client.rset(timeout=min(10.0, self._timeout))
                    return self._client
            self._drop_connection()
        by_token = self._settings.oauth is not None and not self._settings.smtp_password
        try:
            self._client = await self._open(self._access_token if by_token else None)
        except aiosmtplib.SMTPAuthenticationError:
            if not by_token:
                raise
            self._client = await self._open(self._fresh_access_token)  # the one at hand was taken back
        return self._client

    async def _access_token(self) -> str:
        assert self._settings.oauth is not None  # noqa: S101 (asked for only then)
        return await oauth.access_token(self._settings.oauth)

    async def _fresh_access_token(self) -> str:
        assert self._settings.oauth is not None  # noqa: S101 (asked for only then)
        return await oauth.access_token(self._settings.oauth, fresh=True)

    async def _open(self, token: Callable[[], Awaitable[str]] | None) -> SMTP:
        """A new connection, logged in by a token or by the password."""
        implicit = self._settings.smtp.scheme == "smtps"
        client = SMTP(
            hostname=self._settings.smtp.host,
            port=self._settings.smtp.port,
            use_tls=implicit,
            start_tls=not implicit,  # True means: without STARTTLS nothing is said
            tls_context=make_tls_context(self._settings.ca_file),
            username=self._settings.smtp.user,
            password=self._settings.password_of_smtp.reveal() if token is None else None,
            oauth_token_generator=token,
            local_hostname=to_ascii_domain(self._settings.address.rpartition("@")[2]) or "localhost",
            timeout=self._timeout,
        )
        await client.connect()
        return client

    async def _send_with_fallback(
        self, client: SMTP, returns_to: str, recipient: str, message: bytes, attempts: int
    ) -> SendResult:
        address = self._settings.address
        plain = not returns_to or self._abilities.known.plain_sender_only
        senders = [address] if plain else [returns_to, address]
        stage = _SmtpStage()
        try:
            for sender in senders:
                try:
                    await _run_transaction(client, sender, recipient, message, stage)
                except SMTPResponseException as error:
                    if sender == address or not _refuses_sender(error, stage):
                        return await self._result_of_refusal(error, stage.name, attempts)
                    await client.rset()
                else:
                    # Only now is it known that it was nothing but the keyed address that the server did not like.
                    if sender != senders[0]:
                        self._abilities.note_plain_sender()
                    break
            return Sent()
        except _MissingExtension as error:
            return Rejected(said_by(error))
        except ValueError as error:
            self._drop_connection()
            return Rejected(f"{stage.name}: {error}")
        except (aiosmtplib.SMTPException, OSError):
            self._count_failure()
            return retry_later(
                attempts, sentence("{what}: {why}", what=stage.name, why=sentence("the connection was lost"))
            )

    async def _result_of_refusal(self, error: SMTPResponseException, stage: str, attempts: int) -> SendResult:
        """What the server's code means for this mail, and the connection made ready for the next."""
        why = f"{stage}: {error.code} {error.message}"[:500]
        if error.code == 421 or error.code < 400:
            self._count_failure()
        if error.code in _LOGIN_CODES and stage != "DATA":
            self._drop_connection()
            return self._report_unavailable(error, attempts)
        if error.code >= 500:
            gone = stage == "RCPT" and (
                error.message.strip().startswith(_NO_RECIPIENT_CODES) or _is_unknown_recipient(error)
            )
            return Rejected(why, gone)
        return retry_later(attempts, why)

    def _report_unavailable(self, error: BaseException, attempts: int) -> SendResult:
        """The server itself cannot be used: no mail's fault, so none is given up for it, and all wait together."""
        self._count_failure()
        return RetryLater(
            retry_delay(attempts, 10.0, 300.0),
            sentence("{what}: {why}", what=self._settings.smtp.host, why=describe_error(error)),
            whole_channel=True,
        )

    def _count_failure(self) -> None:
        self._failures += 1
        self._drop_connection()

    def _drop_connection(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):
                client.close()


@dataclass(slots=True)
class _SmtpStage:
    """How far a transaction has come."""

    name: str = "MAIL"


class _MissingExtension(Exception):
    """The server lacks what this mail needs."""


async def _run_transaction(client: SMTP, sender: str, recipient: str, message: bytes, stage: _SmtpStage) -> None:
    """One mail, from MAIL to the server's word for it. Raises what aiosmtplib raises."""
    stage.name = "MAIL"
    options = [f"size={len(message)}"] if client.supports_extension("size") else []
    encoding = "ascii"
    if not (sender + recipient).isascii():
        if not client.supports_extension("smtputf8"):
            raise _MissingExtension(sentence("the server cannot send to an address with letters outside ASCII"))
        encoding = "utf-8"
        options.append("smtputf8")
    await client.mail(sender, options=options, encoding=encoding)
    stage.name = "RCPT"
    await client.rcpt(recipient, encoding=encoding)
    stage.name = "DATA"
    await client.data(message)


def _refuses_sender(error: SMTPResponseException, stage: _SmtpStage) -> bool:
    """Whether the refusal is of who sends; many servers say it only at RCPT, some only at the end."""
    if error.code < 500 or error.code in _LOGIN_CODES:
        return False
    words = error.message.lower()
    return stage.name == "MAIL" or any(one in words for one in _SENDER_REFUSED)


def retry_later(attempts: int, why: str) -> SendResult:
    """After 5, 15, 30 minutes and then hourly; refused for good after five days of that."""
    steps = [RETRY_MINUTES[min(step, len(RETRY_MINUTES) - 1)] for step in range(max(1, attempts))]
    if sum(steps) > MAX_RETRY_DAYS * 24 * 60:
        return Rejected(sentence("not taken for {days} days: {why}", days=MAX_RETRY_DAYS, why=why))
    return RetryLater(steps[-1] * 60.0, why)


def describe_error(error: BaseException) -> str:
    """An error in words that carry no secret."""
    if isinstance(error, SMTPResponseException):
        return f"{error.code} {error.message}"[:300]
    if isinstance(error, (oauth.AuthorizationRequired, oauth.TokenServerError)):
        return said_by(error)
    return describe_network_error(error)


def _is_unknown_recipient(error: SMTPResponseException) -> bool:
    """A 550 without an enhanced code (RFC 3463) that says nobody is there."""
    words = error.message.lower()
    return error.code == 550 and not words[:1].isdigit() and any(
        word in words for word in ("unknown user", "user unknown", "no such user", "no such mailbox", "does not exist")
    )  # fmt: skip
