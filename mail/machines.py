"""Whether a machine wrote a letter, and what kind of machine. Whatever it is, its letter still reaches the case;
only the automatic answer to it is withheld (RFC 3834)."""

from __future__ import annotations

from dataclasses import dataclass

from mail import reports
from mail.addresses import mailboxes
from mail.mime import Headers, Part, parameters
from mail.reports import Bounced

ROBOTS = ("mailer-daemon", "postmaster", "mail-daemon", "maildaemon")
REPLIES = ("x-autoreply", "x-autorespond", "x-auto-reply", "x-vacation", "x-ebay-mailtracker", "x-mail-autoreply")
CHALLENGES = ("x-tmda-confirm-done", "x-spamarrest-noauth", "x-boxbe-verify")


@dataclass(frozen=True, slots=True)
class Machine:
    """What kind of machine wrote a letter, and what it reports.

    ``automatic`` is "" for a human, else "own", "bounce", "feedback", "challenge", "list", "auto-reply" or "nobody".
    ``report_class`` is one of none, failed, delayed, delivered, feedback, auto-reply, list, challenge.
    """

    automatic: str = ""
    report_class: str = "none"
    bounced: tuple[Bounced, ...] = ()


def told(letter: Part, sender: str, address: str) -> Machine:
    """What is known of a letter's author. ``sender`` is its From, ``address`` the mailbox's own, "" where unknown."""
    kind = automatic(letter, sender, address)
    if kind != "bounce":
        return Machine(kind, kind if kind in ("feedback", "challenge", "list", "auto-reply") else "none")
    found = [one for part in reports.status_parts(letter) for one in reports.recipients(part.content())]
    actions = [one.action() or "failed" for one in found]
    bounced = tuple(
        Bounced(address, one.status(), action)
        for one, action in zip(found, actions, strict=True)
        if action in reports.NO_SUCCESS and (address := reports.chosen(one, ()))
    )
    report_class = next((one for one in reports.NO_SUCCESS if one in actions), "delivered" if actions else "failed")
    return Machine(kind, report_class, bounced)


def automatic(letter: Part, sender: str, address: str) -> str:
    """ "" for a human, else "own", "bounce", "feedback", "challenge", "list", "auto-reply" or "nobody".

    ``sender`` is the letter's From address, ``address`` the mailbox's own; both compared without case.
    """
    headers = letter.headers
    if (address and sender.lower() == address.lower()) or _our_id(headers.first("message-id"), address):
        return "own"
    for kind, found in (("bounce", _bounce), ("feedback", _feedback), ("challenge", _challenge)):
        if found(letter, sender):
            return kind
    if "list-id" in headers or "list-unsubscribe" in headers or "list-post" in headers:
        return "list"
    precedence = headers.first("precedence").strip().lower()
    if precedence in (b"list", b"bulk", b"junk"):
        return "list" if precedence == b"list" else "auto-reply"
    if _replies_by_itself(headers) or _report(letter) == "disposition-notification" or _calendar_answer(letter):
        return "auto-reply"
    return "" if sender else "nobody"


def token(message_id: str, domain: str) -> str:
    """The keyed token inside one of our own Message-IDs, ``<key.token@domain>``; "" when it is not ours."""
    local, _, host = message_id.strip("<> \t").rpartition("@")
    key, dot, found = local.rpartition(".")
    if host.lower() != domain.lower() or not (dot and key):
        return ""
    found = found.lower()
    head, dash, code = found.partition("-")
    shaped = dash and len(code) == 16 and head.isalnum() and code.isalnum() and len(head) <= 14
    return found if shaped or found == "0" else ""


def _our_id(message_id: bytes, address: str) -> bool:
    return bool(address and token(message_id.decode("ascii", "replace"), address.rpartition("@")[2]))


def _bounce(letter: Part, sender: str) -> bool:
    if letter.kind == "multipart/report" and _report(letter) not in ("feedback-report", "disposition-notification"):
        return True
    if sender.lower().partition("@")[0] in ROBOTS:
        return True
    empty = any(value.strip() == b"<>" for value in letter.headers.all("return-path"))
    return (empty and not _replies_by_itself(letter.headers)) or "x-failed-recipients" in letter.headers


def _feedback(letter: Part, sender: str) -> bool:
    del sender
    return _report(letter) == "feedback-report" or any(part.kind == "message/feedback-report" for part in letter.parts)


def _report(letter: Part) -> str:
    return letter.parameters.get("report-type", "").lower() if letter.kind == "multipart/report" else ""


def _challenge(letter: Part, sender: str) -> bool:
    del sender
    return any(name in letter.headers for name in CHALLENGES)


def _replies_by_itself(headers: Headers) -> bool:
    submitted = parameters(headers.first("auto-submitted"))[0].partition(" ")[0]
    suppress = headers.first("x-auto-response-suppress").strip().lower()
    return (
        submitted not in ("", "no")
        or headers.first("precedence").strip().lower() == b"auto_reply"
        or suppress not in (b"", b"none")
        or any(name in headers for name in REPLIES)
    )


def _calendar_answer(letter: Part) -> bool:
    return any(
        part.kind == "text/calendar" and part.parameters.get("method", "").lower() == "reply" for part in letter.walk()
    )


def recipients(headers: Headers) -> tuple[str, ...]:
    """Every address the letter says it was sent or delivered to, lower case, as written, each once."""
    names = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc", "resent-to", "x-forwarded-to")
    found: dict[str, None] = {}
    for name in names:
        for value in headers.all(name)[:20]:
            found |= {box.address.lower(): None for box in mailboxes(value.decode("utf-8", "replace"))}
    return tuple(found)
