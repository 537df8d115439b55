"""What the headers and the structure of a message say about its sender: a mail server, a role account or a person.

Used before the text is read, to tell a delivery report from a person's message.
"""

from __future__ import annotations

from dataclasses import dataclass

from mail.automatic import autoreplies, bounce_phrases, dsn, original_message
from mail.mime.addresses import Mailbox, fold_address, parse_mailboxes
from mail.mime.headers import Headers
from mail.mime.parser import MimePart

DAEMON, POSTMASTER, ROLE_ACCOUNT, PERSON = 3, 2, 1, 0
DSN_FIELD_MARKS = (b"inal-recipient:", b"inal-Recipient:", b"INAL-RECIPIENT:", b"iagnostic-code:", b"iagnostic-Code:")
MAIL_CLIENTS = (
    "outlook", "apple mail", "iphone mail", "ipad mail", "the bat", "thunderbird", "eudora", "evolution", "kmail",
    "roundcube", "sylpheed", "claws", "foxmail", "airmail", "k-9", "squirrelmail", "horde", "mutt", "alpine", "pine",
    "becky", "windows live", "mail.ru", "yamail", "aquamail", "mailbird", "zimbra", "rainloop", "nylas", "emclient",
)  # fmt: skip
"""Mail clients in which people write."""
REPLY_PREFIXES = (
    "re:", "re[", "fwd:", "fw:", "fwd ", "aw:", "wg:", "tr:", "rv:", "отв:", "ha:", "пер:", "пересл", "sv:", "vs:",
)  # fmt: skip
"""How the subjects of people's replies and forwarded messages begin."""


@dataclass(frozen=True, slots=True)
class SenderFeatures:
    """What is known before the text is read.

    ``robot_level`` runs from DAEMON to PERSON; ``has_null_path`` means that Return-Path is empty or a daemon's, or that
    there is no From. ``is_by_person`` means that a mail client is named or the subject is that of a reply.
    ``is_report_by_type`` means multipart/report with a delivery status. ``failed_recipients`` are the addresses in
    X-Failed-Recipients.
    """

    robot_level: int
    has_null_path: bool
    has_bounce_subject: bool
    is_by_person: bool
    has_autoreply_subject: bool
    is_report_by_type: bool
    failed_recipients: tuple[str, ...]

    @property
    def worth_reading(self) -> bool:
        """Whether the message may be a delivery report at all."""
        return bool(
            self.robot_level
            or self.has_null_path
            or self.has_bounce_subject
            or self.failed_recipients
            or self.is_report_by_type
        )


def extract_features(message: MimePart, sender: Mailbox, subject: str) -> SenderFeatures:
    """The features of a message."""
    headers = message.headers
    leaves = [part for part in message.walk() if not part.parts and part.number]
    status = any(part.media_type in ("message/delivery-status", "message/global-delivery-status") for part in leaves)
    kind = message.parameters.get("report-type", "").lower() if message.media_type == "multipart/report" else ""
    low = subject.lower().lstrip("[*( ")
    robot_level = find_robot_level(headers, sender)
    answer = has_reply_prefix(subject) and not _is_report_in_reply_form(headers, robot_level, low)
    return SenderFeatures(
        robot_level=robot_level,
        has_null_path="from" not in headers or any(_is_null_path(value) for value in headers.get_all("return-path")),
        has_bounce_subject=not answer
        and (low.startswith(bounce_phrases.BOUNCE_SUBJECTS) or bounce_phrases.has_failure_sentence(low)),
        has_autoreply_subject=autoreplies.is_autoreply_subject(subject),
        is_by_person=answer or "user-agent" in headers or _is_mail_client_named(headers),
        is_report_by_type=message.media_type == "multipart/report" and (status or kind == "delivery-status"),
        failed_recipients=_read_failed_recipients(headers),
    )


def has_reply_prefix(subject: str) -> bool:
    """Whether a subject begins as mail programs begin that of an answer or a forwarded message."""
    return subject.lower().lstrip("[*( ").startswith(REPLY_PREFIXES)


def _is_report_in_reply_form(headers: Headers, robot_level: int, low: str) -> bool:
    """Whether a mail server wrote "RE: Your request non remis (delivery failed)": nobody's program answers there."""
    failed = "(delivery failed)" in low or low.endswith(("non remis", "delivery failed", "undeliverable"))
    return robot_level >= POSTMASTER and failed and not ("in-reply-to" in headers or "references" in headers)


def _is_null_path(path: bytes) -> bool:
    """Whether a Return-Path is empty, or has a daemon's local part."""
    local = path.strip(b"<> ").partition(b"@")[0].lower().decode("ascii", "replace")
    return not local or local in bounce_phrases.DAEMON_LOCAL_PARTS


def has_dsn_fields(part: MimePart) -> bool:
    """Whether a part contains fields of RFC 3464, whatever its type says."""
    if (
        part.media_type in original_message.ORIGINAL_TYPES
        or part.media_type == "text/html"
        or part.media_type.startswith(("image/", "application/pdf"))
    ):
        return False
    content = part.content(dsn.MAX_STATUS_BYTES)
    return any(name in content for name in DSN_FIELD_MARKS)


def find_robot_level(headers: Headers, sender: Mailbox) -> int:
    """DAEMON, POSTMASTER, ROLE_ACCOUNT (programs and people write from it) or PERSON."""
    local = fold_address(sender.address).partition("@")[0].strip('"')
    stem = local.partition("+")[0]
    if stem in bounce_phrases.DAEMON_LOCAL_PARTS:
        return DAEMON
    shown = headers.get_text("from").strip("<>' ").lower()
    if not sender.address and (
        not shown or any(one in shown for one in bounce_phrases.DAEMON_LOCAL_PARTS if "-" in one)
    ):
        return DAEMON if "from" in headers or "return-path" in headers else PERSON
    name = (sender.name or ("" if sender.address else headers.get_text("from"))).lower()
    known = bounce_phrases.has_daemon_name(name)
    if stem.startswith(("postmaster", "microsoftexchange", "mailer-daemon", "mailerdaemon")) or known:
        return POSTMASTER
    return (
        ROLE_ACCOUNT
        if stem in bounce_phrases.ROLE_LOCAL_PARTS or stem.startswith(("bounce", "mailer", "noreply"))
        else PERSON
    )


def _is_mail_client_named(headers: Headers) -> bool:
    programme = headers.get_text("x-mailer").lower()
    return bool(programme) and any(one in programme for one in MAIL_CLIENTS)


def _read_failed_recipients(headers: Headers) -> tuple[str, ...]:
    """The addresses in X-Failed-Recipients, which Exim and Gmail write."""
    values = [value.decode("utf-8", "replace") for value in headers.get_all("x-failed-recipients")[:20]]
    return tuple(dict.fromkeys(box.address for value in values for box in parse_mailboxes(value)))[: dsn.MAX_RECIPIENTS]


def list_report_readers(headers: Headers) -> set[str]:
    """The folded addresses a report is sent to: those of the sender of the original message."""
    names = ("to", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "apparently-to")
    values = [value.decode("utf-8", "replace") for name in names for value in headers.get_all(name)[:5]]
    return {fold_address(box.address) for value in values for box in parse_mailboxes(value)}
