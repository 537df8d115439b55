"""Who sends a letter and how it is built: what tells a server's report from a person's letter before a word is read."""

from __future__ import annotations

from dataclasses import dataclass

from mail.automatic import autoreplies, bounce_phrases, dsn, original_message
from mail.mime.addresses import Mailbox, folded, mailboxes
from mail.mime.headers import Headers
from mail.mime.parser import MimePart

DAEMON, POSTMASTER, OFFICE, SOMEBODY = 3, 2, 1, 0
FIELDS = (b"inal-recipient:", b"inal-Recipient:", b"INAL-RECIPIENT:", b"iagnostic-code:", b"iagnostic-Code:")
PROGRAMMES = (
    "outlook", "apple mail", "iphone mail", "ipad mail", "the bat", "thunderbird", "eudora", "evolution", "kmail",
    "roundcube", "sylpheed", "claws", "foxmail", "airmail", "k-9", "squirrelmail", "horde", "mutt", "alpine", "pine",
    "becky", "windows live", "mail.ru", "yamail", "aquamail", "mailbird", "zimbra", "rainloop", "nylas", "emclient",
)  # fmt: skip
"""Programmes in which people write."""
ANSWERS = (
    "re:", "re[", "fwd:", "fw:", "fwd ", "aw:", "wg:", "tr:", "rv:", "отв:", "ha:", "пер:", "пересл", "sv:", "vs:",
)  # fmt: skip
"""How people's answers and forwarded letters begin."""


@dataclass(frozen=True, slots=True)
class SenderFeatures:
    """What is seen before the text is read. ``robot`` says how little the sender is a person, from DAEMON to SOMEBODY.

    ``structure`` is a report by its type, ``named`` are those in X-Failed-Recipients, ``human`` a person's programme or
    an answer, ``away`` the subject of an answering programme.
    """

    robot: int
    null: bool
    subject: bool
    human: bool
    away: bool
    structure: bool
    named: tuple[str, ...]

    @property
    def worth_reading(self) -> bool:
        """Whether the letter may be a report at all."""
        return bool(self.robot or self.null or self.subject or self.named or self.structure)


def of(letter: MimePart, sender: Mailbox, subject: str) -> SenderFeatures:
    """What the headers and the build of a letter tell."""
    headers = letter.headers
    leaves = [part for part in letter.walk() if not part.parts and part.number]
    status = any(part.kind in ("message/delivery-status", "message/global-delivery-status") for part in leaves)
    kind = letter.parameters.get("report-type", "").lower() if letter.kind == "multipart/report" else ""
    low = subject.lower().lstrip("[*( ")
    answer = low.startswith(ANSWERS)
    return SenderFeatures(
        robot=robot(headers, sender),
        null="from" not in headers or any(_nobodys(value) for value in headers.all("return-path")),
        subject=not answer and (low.startswith(bounce_phrases.SUBJECTS) or bounce_phrases.announces(low)),
        away=autoreplies.subject_tells(subject),
        human=answer or "user-agent" in headers or _human_programme(headers),
        structure=letter.kind == "multipart/report" and (status or kind == "delivery-status"),
        named=_failed_recipients(headers),
    )


def _nobodys(path: bytes) -> bool:
    """Whether a Return-Path is empty, or a daemon's."""
    local = path.strip(b"<> ").partition(b"@")[0].lower().decode("ascii", "replace")
    return not local or local in bounce_phrases.ROBOTS


def carries_fields(part: MimePart) -> bool:
    """Whether fields of RFC 3464 stand in a part, whatever its type says."""
    if (
        part.kind in original_message.KINDS
        or part.kind == "text/html"
        or part.kind.startswith(("image/", "application/pdf"))
    ):
        return False
    content = part.content(dsn.STATUS_BYTES)
    return any(name in content for name in FIELDS)


def robot(headers: Headers, sender: Mailbox) -> int:
    """How little the sender is a person: DAEMON, POSTMASTER, OFFICE (programmes and people write there) or SOMEBODY."""
    local = folded(sender.address).partition("@")[0].strip('"')
    stem = local.partition("+")[0]
    if stem in bounce_phrases.ROBOTS:
        return DAEMON
    shown = headers.text("from").strip("<>' ").lower()
    if not sender.address and (not shown or any(one in shown for one in bounce_phrases.ROBOTS if "-" in one)):
        return DAEMON if "from" in headers or "return-path" in headers else SOMEBODY
    name = (sender.name or ("" if sender.address else headers.text("from"))).lower()
    known = bounce_phrases.robotic(name)
    if stem.startswith(("postmaster", "microsoftexchange", "mailer-daemon", "mailerdaemon")) or known:
        return POSTMASTER
    return OFFICE if stem in bounce_phrases.OFFICES or stem.startswith(("bounce", "mailer", "noreply")) else SOMEBODY


def _human_programme(headers: Headers) -> bool:
    programme = headers.text("x-mailer").lower()
    return bool(programme) and any(one in programme for one in PROGRAMMES)


def _failed_recipients(headers: Headers) -> tuple[str, ...]:
    """X-Failed-Recipients, as Exim and Gmail write it."""
    values = [value.decode("utf-8", "replace") for value in headers.all("x-failed-recipients")[:20]]
    return tuple(dict.fromkeys(box.address for value in values for box in mailboxes(value)))[: dsn.MOST]


def readers(headers: Headers) -> set[str]:
    """Those the report is sent to: whoever wrote the letter that comes back."""
    names = ("to", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "apparently-to")
    values = [value.decode("utf-8", "replace") for name in names for value in headers.all(name)[:5]]
    return {folded(box.address) for value in values for box in mailboxes(value)}
