"""A bounce of a message the desk sent, turned into an event for the rules. Pure."""

from __future__ import annotations

from desk.model.events import CaseReference, DeliveryFailed, Event, Inbound
from desk.model.messages import Address, ClaimedArrival
from mail.automatic import classify
from mail.mime.addresses import fold_address
from mail.reading.message import MailMessage

MAX_SUSPECTS = 20
"""Addresses of a report that are tried with a token."""
NOT_ABOUT_ADDRESS = ("5.2.3", "5.3.4", "5.6.", "5.7.")
"""Status codes (RFC 3463) that speak of the message or its sender: whoever was to read it is still there."""


def undelivered_inbound(message: MailMessage, arrival: ClaimedArrival, provider: str, address: str) -> Inbound[Event]:
    """A report that something of ours did not arrive: the desk's own news, if one of its tokens proves to be ours.

    The token was written to one of the suspects: whom the report names, or whom the returned message was addressed to.
    """
    domain = address.rpartition("@")[2]
    back = message.original
    suspects = dict.fromkeys([*(fold_address(one.address) for one in message.failed_recipients), *back.recipients])
    ids = [
        one for one in (*back.message_ids, message.in_reply_to, *message.references) if classify.find_token(one, domain)
    ]
    status = next((one.status for one in message.failed_recipients if one.status), "")
    return Inbound(
        channel=arrival.channel,
        sender=Address("mail", arrival.channel, next(iter(suspects), "")),
        at=arrival.received_at,
        event=DeliveryFailed(
            why=f"{status} {message.subject}".strip()[:200],
            gone=not status.startswith(NOT_ABOUT_ADDRESS),
            suspects=tuple(suspects)[:MAX_SUSPECTS],
            departure=classify.find_departure_key(ids[0]) if ids else "",
        ),
        provider=provider,
        reference=CaseReference(tokens=message.tokens),
        message=message.message_id,
        automatic=message.automatic,
        fingerprint=message.fingerprint,
    )
