"""Whether a machine wrote a letter, and what kind of machine. Whatever it is, its letter still reaches the case;
only the automatic answer to it is withheld (RFC 3834)."""

from __future__ import annotations

from dataclasses import dataclass

from mail.automatic import autoreplies, bounces, sender_features
from mail.automatic.dsn import FailedRecipient
from mail.automatic.original_message import OriginalMessage
from mail.mime.addresses import Mailbox, folded, mailboxes
from mail.mime.headers import Headers
from mail.mime.parser import MimePart

LIST_HEADERS = frozenset({
    "list-id", "list-post", "list-unsubscribe", "list-help", "list-subscribe", "list-archive", "list-owner",
    "mailing-list", "x-mailing-list", "x-mailman-version", "x-beenthere", "x-ml-name", "x-listname", "x-list",
    "x-listserver", "x-listprocessor-version", "x-ezmlm-id", "x-list-id", "x-mailinglist", "x-google-group-id",
    "x-campaign", "x-campaignid", "x-mailchimp-campaign-id", "x-mailer-recptid",
})  # fmt: skip
CHALLENGES = frozenset({
    "x-tmda-confirm-done", "x-tmda-confirm-accept", "x-spamarrest-noauth", "x-spamarrest", "x-boxbe-verify",
    "x-challenge", "x-qconfirm", "x-qconfirm-action", "x-ask-auth", "x-choicemail-registration-request",
    "x-boxtrapper", "x-mailblocks", "x-sendio-challenge", "x-uol-tira-teima", "x-knowspam", "x-antispam-challenge",
})  # fmt: skip
ASKED_FOR_PROOF = (
    "your email requires verification", "your e-mail requires verification", "your message requires verification",
    "please confirm your message", "please confirm your e-mail to", "please confirm your email to", "[qconfirm]",
    "confirm your message to", "requires confirmation", "verification required for your", "sender verification",
    "confirmation of your message", "antispam uol", "verify#", "(conf#", "confirm#",
    "message awaiting confirmation", "подтвердите отправку", "подтверждение письма", "подтвердите ваше письмо",
)  # fmt: skip
PROOF = (
    "only from senders i have", "only from people i know", "approved senders list", "list of approved senders",
    "list of allowed senders", "my allowed senders", "confirm that you sent", "verify that you sent",
    "confirm your message",
    "confirm that this message", "confirmed senders", "to have your message delivered", "to release your message",
    "message will be delivered once", "message will not be delivered until", "held until you", "held pending",
    "you are a human", "you are human", "you're human", "you are a person", "not a spammer", "anti-spam system",
    "to complete this verification", "challenge-response", "challenge/response", "one-time confirmation",
    "simply reply to this message", "reply to this message and", "spam blocker", "spamblocker", "spam arrest",
    "вы не робот", "вы не спамер", "что вы человек", "подтвердить отправку", "подтвердите, что", "белый список",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AutomaticSender:
    """What kind of machine wrote a letter, and what it reports.

    ``automatic`` is "" for a human, else "own", "bounce", "feedback", "challenge", "list", "auto-reply" or "nobody".
    ``report_class`` is one of none, failed, delayed, delivered, feedback, auto-reply, list, challenge; none is also
    for what only asks for no automatic answer. ``returned`` is the letter a report speaks of, as far as it came back.
    """

    automatic: str = ""
    report_class: str = "none"
    bounced: tuple[FailedRecipient, ...] = ()
    returned: OriginalMessage = OriginalMessage()  # noqa: RUF009 - frozen


def told(letter: MimePart, sender: Mailbox, address: str, subject: str, text: str) -> AutomaticSender:
    """What is known of a letter's author.

    ``sender`` is its From, ``address`` the mailbox's own ("" where unknown), ``text`` all the text the letter shows.
    """
    headers = letter.headers
    if (address and folded(sender.address) == folded(address)) or _our_id(headers.first("message-id"), address):
        return AutomaticSender("own")
    if _feedback(letter, sender, subject):
        return AutomaticSender("feedback", "feedback")
    if found := bounces.report(letter, sender, subject, text):
        return AutomaticSender("bounce", found.report_class, found.bounced, found.returned)
    if kind := "challenge" if _challenge(headers, subject, text) else _kind(letter, sender, subject, text):
        return AutomaticSender(kind, kind)
    daemon = bool(sender.address) and sender_features.robot(headers, sender) == sender_features.DAEMON
    if daemon or autoreplies.suppressed(headers):
        return AutomaticSender("auto-reply")
    return AutomaticSender("" if sender.address else "nobody")


def _kind(letter: MimePart, sender: Mailbox, subject: str, text: str) -> str:
    """ "auto-reply", "list" or ""."""
    headers = letter.headers
    listed = headers.any_of(LIST_HEADERS) or _from_owner(headers)
    replies = autoreplies.reply(letter, sender.address, subject, text, listed)
    submitted = headers.first("auto-submitted").strip().lower()
    if replies and not (listed and submitted.startswith((b"auto-generated", b"auto-notified"))):
        return "auto-reply"
    many = headers.first("precedence").strip().lower() in (b"list", b"bulk", b"junk")
    return "list" if listed or many else ""


def _from_owner(headers: Headers) -> bool:
    """Whether an older programme of mailing lists sent it on."""
    senders = mailboxes(headers.first("sender").decode("utf-8", "replace"))
    names = [box.address.lower().partition("@")[0] for box in senders]
    return any(name.startswith("owner-") or name.endswith(("-owner", "-bounces")) for name in names)


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


def departure_of(message_id: str) -> str:
    """The key of the departure behind one of our own Message-IDs."""
    return message_id.strip("<> \t").rpartition("@")[0].rpartition(".")[0]


def _our_id(message_id: bytes, address: str) -> bool:
    return bool(address and token(message_id.decode("ascii", "replace"), address.rpartition("@")[2]))


def _feedback(letter: MimePart, sender: Mailbox, subject: str) -> bool:
    """A complaint or report of a provider: ARF (RFC 5965), DMARC and TLS reports, and what came before them."""
    kind = letter.parameters.get("report-type", "").lower() if letter.kind == "multipart/report" else ""
    if kind in ("feedback-report", "tlsrpt") or any(part.kind == "message/feedback-report" for part in letter.walk()):
        return True
    low, who = subject.lower().strip(), folded(sender.address)
    return (
        "x-hmxmroriginalrecipient" in letter.headers
        or (low.startswith("report domain:") and "submitter:" in low)
        or (who.startswith("staff@hotmail.") and low.startswith("complaint about message from"))
        or (who.startswith("scomp@aol.") and "tos notification" in low)
        or who.endswith("@reports.spamcop.net")
    )


def _challenge(headers: Headers, subject: str, text: str) -> bool:
    """A filter that asks the sender to prove that a person wrote. By words only when subject and text both say so."""
    if headers.any_of(CHALLENGES):
        return True
    agent = headers.first("x-delivery-agent").lower()
    if agent.startswith(b"tmda") and "auto-submitted" in headers:
        return True
    low = subject.lower()
    asks = any(phrase in low for phrase in ASKED_FOR_PROOF)
    proof = sum(phrase in text[:4000].lower() for phrase in PROOF) if asks or autoreplies.of_machine(headers) else 0
    return proof > (0 if asks else 1)


def recipients(headers: Headers) -> tuple[str, ...]:
    """Every address the letter says it was sent or delivered to, lower case, as written, each once."""
    names = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc", "resent-to", "x-forwarded-to")
    found: dict[str, None] = {}
    for name in names:
        for value in headers.all(name)[:20]:
            found |= {box.address.lower(): None for box in mailboxes(value.decode("utf-8", "replace"))}
    return tuple(found)
