"""A mailbox as a channel: raw mail in over IMAP, parsed in a killable child; messages out over SMTP."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError

from desk.clock import Clock, now
from desk.language.translatable import said_by, sentence
from desk.model.channel_interface import ChannelCapabilities, OpenFile, StoreMessages
from desk.model.events import CaseReference, Event, ForwardedLetter, Inbound, Said
from desk.model.media_types import file_kind_of
from desk.model.messages import (
    FENCED,
    Address,
    ClaimedArrival,
    ClaimedDeparture,
    File,
    OutboundMessage,
    Rejected,
    RenderedCall,
    RetryLater,
    SendResult,
    Sent,
)
from desk.model.settings import MailboxSettings
from desk.storage.database import Database
from mail import bounce_to_inbound
from mail.content.attachments import Attachment
from mail.mime.addresses import fold_address
from mail.reading.message import MailboxReadingOptions, MailMessage
from mail.reading.sandbox import MessageReaderPool
from mail.receiving.listener import MailboxListener
from mail.receiving.mailbox_memory_shares import FetchScheduler
from mail.sending.compose import OutboundAttachment, UnsendableMessage, compose_message
from mail.sending.render import MailRenderer
from mail.sending.untagged_letters import without_tag
from mail.transport.remembered_server_abilities import AbilitiesFile
from mail.transport.smtp import SmtpConnection

log = logging.getLogger(__name__)
MAX_FOLDED = 20_000
"""Characters of folded text that a case keeps of a letter; the letter itself has all."""
MAX_ATTACHMENT_BYTES = 10 * 1024 * 1024
"""Bytes of all files of one message: encoded they are a third more, and many servers take no message above 20 MB."""
GIVE_UP_AFTER = timedelta(days=5)
"""RFC 5321, section 4.5.4.1: then people are told, whoever's fault it was."""


class KnownPictures(Protocol):
    """The pictures that the desk's own letters show."""

    async def knows(self, size: int, content: Callable[[], Awaitable[bytes]]) -> bool:
        """Whether a picture of so many bytes, with this content, is one of them."""


class MailChannel:
    """A `desk.model.channel_interface.Channel`. ``open_file`` fetches the bytes behind a `File.source` when a
    message is sent. Mail programs send the pictures of a letter back with the answer to it: those that ``own_pictures``
    knows are no files of the person's.

    ``turns`` is shared by all mailboxes of a process, so that none of them crowds out another.
    """

    channel_kind = "mail"
    capabilities = ChannelCapabilities(buttons=False, letters=True, prefilled_answers=True)

    def __init__(
        self,
        settings: MailboxSettings,
        readers: MessageReaderPool,
        open_file: OpenFile,
        database: Database,
        clock: Clock = now,
        turns: FetchScheduler | None = None,
        own_pictures: KnownPictures | None = None,
    ) -> None:
        self._own_pictures = own_pictures
        self.name = settings.channel
        self.provider = settings.provider
        self._settings = settings
        self._readers = readers
        self._open_file = open_file
        self._clock = clock
        self._renderer = MailRenderer(settings)
        self._abilities = AbilitiesFile(settings)
        self._smtp = SmtpConnection(settings, abilities=self._abilities)
        self._listener = MailboxListener(settings, database, clock, turns or FetchScheduler())

    async def hear(self, arrival: ClaimedArrival) -> Inbound[Event]:
        """The message in an arrival. Raises `UnreadableMessage` when three children died over it."""
        message = await self._readers.read(arrival.body, reading_options(self._settings))
        returned = await self._returned_pictures(message, arrival)
        return inbound_of(message, arrival, self.provider, self._settings.address, returned)

    async def _returned_pictures(self, message: MailMessage, arrival: ClaimedArrival) -> list[int]:
        """The numbers of the attachments that are pictures of our own letters."""
        known, found = self._own_pictures, list[int]()
        for one in message.attachments if known else ():

            async def content(number: int = one.number) -> bytes:
                return await self._readers.read_part(arrival.body, number)

            try:
                if known and file_kind_of(one.media_type) == "photo" and await known.knows(one.size, content):
                    found.append(one.number)
            except LookupError as error:
                log.warning("%s: %s is taken for the person's own: %s", self.name, one.name, error)
        return found

    def render(self, outgoing: OutboundMessage) -> tuple[RenderedCall, ...]:
        """One message of kind "mail", its Message-ID fixed for ever; none when there is nothing to be said."""
        return self._renderer.render(outgoing)

    async def send(self, departure: ClaimedDeparture, remotes: Mapping[str, str]) -> SendResult:
        """Composes the message and hands it to the server. `Sent.remote` is its Message-ID."""
        body = departure.body if self._abilities.uses_tags else without_tag(departure.body, self._settings.address)
        named = str(body.get("answers", ""))
        answers = named.removeprefix("remote:") if named.startswith("remote:") else remotes.get(named, "")
        try:
            files, left_out = await self._load_attachments(body["files"])
            message = compose_message(body, self._settings.address, files, self._clock(), answers, left_out)
        except UnsendableMessage as error:
            return Rejected(said_by(error))
        except (OSError, SQLAlchemyError) as error:  # a file that cannot be fetched just now
            return RetryLater(30, sentence("a file cannot be opened: {why}", why=type(error).__name__))
        if not departure.still_ours():
            return FENCED
        fate = await self._smtp.send(str(body["to"]), message, departure.attempts, str(body["reply_to"]))
        if isinstance(fate, RetryLater) and departure.since and self._clock() - departure.since > GIVE_UP_AFTER:
            return Rejected(sentence("not sent in {days} days: {why}", days=GIVE_UP_AFTER.days, why=fate.why))
        return Sent(str(body["message_id"])) if isinstance(fate, Sent) else fate

    async def listen(self, accept: StoreMessages) -> None:
        """Receives for ever, storing before it flags, until cancelled."""
        await self._listener.listen(accept)

    @property
    def trouble(self) -> str:
        """Why nothing is received; "" while all is well."""
        return self._listener.trouble

    @property
    def worked_at(self) -> datetime | None:
        """When the channel's server was last asked with success; None where it never was."""
        return self._listener.worked_at

    async def close(self) -> None:
        """Ends the SMTP connection. The readers belong to whoever made them."""
        await self._smtp.close()

    async def _load_attachments(self, files: Sequence[Mapping[str, Any]]) -> tuple[list[OutboundAttachment], list[str]]:
        """The files with their bytes as long as there is room in the message, and the names of the others."""
        enclosed: list[OutboundAttachment] = []
        left_out: list[str] = []
        for file in files:
            room = MAX_ATTACHMENT_BYTES - sum(len(one.content) for one in enclosed)
            opened = await self._load_attachment(file) if int(file.get("size") or 0) <= room else None
            if opened is not None and len(opened.content) <= room:
                enclosed.append(opened)
            elif opened is not None or int(file.get("size") or 0) > room:
                left_out.append(str(file["name"]))
        return enclosed, left_out

    async def _load_attachment(self, file: Mapping[str, Any]) -> OutboundAttachment | None:
        """A file with its bytes; one that is gone does not keep the words from being sent."""
        try:
            content = await self._open_file(file["source"])
        except LookupError as error:
            log.warning("%s: %s is sent without a file: %s", self.name, file["name"], error)
            return None
        return OutboundAttachment(file["name"], file["media_type"], content, file.get("cid", ""))


def reading_options(settings: MailboxSettings) -> MailboxReadingOptions:
    """What a reader of this mailbox's mail must know."""
    return MailboxReadingOptions(
        settings.address, settings.authserv_id, html=False, forms=settings.forms, groups=settings.groups
    )


def inbound_of(
    message: MailMessage, arrival: ClaimedArrival, provider: str, address: str = "", returned: Collection[int] = ()
) -> Inbound[Event]:
    """A message as the rules see it. ``address`` is the mailbox's own, ``returned`` the numbers of the attachments that
    are our own pictures."""
    if message.report_class == "failed" and message.tokens:
        return bounce_to_inbound.undelivered_inbound(message, arrival, provider, address)
    ids = dict.fromkeys([*message.references, *filter(None, (message.in_reply_to, message.message_id))])
    said = Said(
        text=_choose_text(message),
        full_text=message.full_text,
        subject=message.subject,
        files=tuple(_file_of(arrival.id, one) for one in message.attachments if one.number not in returned),
        lost=message.missing_parts,
        report=message.report_class if message.automatic == "bounce" else "",
        references=tuple(ids),
        letter=_forwarded_letter(message, address),
        folded=_folded_text(message),
    )
    return Inbound(
        channel=arrival.channel,
        sender=Address("mail", arrival.channel, fold_address(message.sender.address)),
        at=arrival.received_at,
        event=said,
        provider=provider,
        proof=message.proof,
        name=message.sender.name,
        language=message.language,
        reference=CaseReference(tokens=message.tokens),
        message=message.message_id,
        automatic=message.automatic,
        truncated=bool(message.stub),
        fingerprint=message.fingerprint,
    )


def _forwarded_letter(message: MailMessage, address: str) -> ForwardedLetter | None:
    """The letter inside this one; none where the mailbox itself wrote that."""
    letter = message.forwarded
    if letter is None or not (sender := fold_address(letter.author.address)) or sender == fold_address(address):
        return None
    return ForwardedLetter(sender, letter.author.name, letter.subject, letter.text, letter.note)


def _folded_text(message: MailMessage) -> str:
    """What was folded, for whoever wants to read it: the signature, then the quotes; a history without end is cut."""
    folded = "\n\n".join(filter(None, (message.signature, message.quoted)))
    return folded if len(folded) <= MAX_FOLDED else f"{folded[:MAX_FOLDED]}\n…"


def _choose_text(message: MailMessage) -> str:
    """What is new in the message. Where nothing is, or it is not here, its subject says it; but a reply's is ours."""
    is_reply = message.in_reply_to or message.references or message.tokens
    return message.text if message.text.strip() or (is_reply and not message.stub) else message.subject


def _file_of(arrival_id: int, one: Attachment) -> File:
    return File(one.name, file_kind_of(one.media_type), one.media_type, one.size, f"arrival:{arrival_id}:{one.number}")
