"""Whether a program sent a message, and of which kind.

The message still reaches its case either way; only the automatic reply to it is withheld (RFC 3834).
"""

from __future__ import annotations

from dataclasses import dataclass

from mail.automatic import autoreplies, bounces, header_features
from mail.automatic.dsn import ReportedRecipient
from mail.automatic.original_message import OriginalMessage
from mail.mime.addresses import Mailbox, fold_address, parse_mailboxes
from mail.mime.headers import Headers
from mail.mime.parser import MimePart
from mail.replies.small_print import speaks_of_oneself

LIST_HEADERS = frozenset({
    "list-id", "list-post", "list-unsubscribe", "list-help", "list-subscribe", "list-archive", "list-owner",
    "mailing-list", "x-mailing-list", "x-mailman-version", "x-beenthere", "x-ml-name", "x-listname", "x-list",
    "x-listserver", "x-listprocessor-version", "x-ezmlm-id", "x-list-id", "x-mailinglist", "x-google-group-id",
    "x-campaign", "x-campaignid", "x-mailchimp-campaign-id", "x-mailer-recptid",
})  # fmt: skip
UNSUBSCRIBE_HEADERS = frozenset({"list-unsubscribe", "list-help"})
LIST_WORDS = (
    "unsubscribe", "newsletter", "mailing list", "view in browser", "this email was sent to", "preferences", "отпис",
    "рассыл", "подписк", "вы получили это", "abmelden", "abbestellen", "désabonner", "désinscri", "darse de baja",
    "baja", "cancella", "wypis", "відпис", "розсил", "退订", "配信停止",
)  # fmt: skip
"""What letters sent to many have in them."""
CHALLENGE_HEADERS = frozenset({
    "x-tmda-confirm-done", "x-tmda-confirm-accept", "x-spamarrest-noauth", "x-spamarrest", "x-boxbe-verify",
    "x-challenge", "x-qconfirm", "x-qconfirm-action", "x-ask-auth", "x-choicemail-registration-request",
    "x-boxtrapper", "x-mailblocks", "x-sendio-challenge", "x-uol-tira-teima", "x-knowspam", "x-antispam-challenge",
})  # fmt: skip
CHALLENGE_SUBJECTS = (
    "your email requires verification", "your e-mail requires verification", "your message requires verification",
    "please confirm your message", "please confirm your e-mail to", "please confirm your email to", "[qconfirm]",
    "confirm your message to", "requires confirmation", "verification required for your", "sender verification",
    "confirmation of your message", "antispam uol", "verify#", "(conf#", "confirm#",
    "message awaiting confirmation", "подтвердите отправку", "подтверждение письма", "подтвердите ваше письмо",
)  # fmt: skip
CHALLENGE_SENTENCES = (
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
REACTION_TYPE = "text/vnd.google.email-reaction+json"
REACTION_HEADERS = frozenset({"x-ms-exchange-messagereaction", "x-ms-reactions", "x-ms-exchange-organization-reaction"})
REACTION_SENTENCES = (
    "reacted to your message", "reacted to your email", "liked your message", "loved your message",
    "laughed at your message", "отреагировал(а) на ваше сообщение", "отреагировал на ваше сообщение",
    "отреагировала на ваше сообщение", "на ваше сообщение отреагировал", "reacted via gmail",
    "отреагировал(а) через gmail",
)  # fmt: skip
MAX_REACTION_LENGTH = 3000
"""Characters of a reaction, with the letter it quotes; whoever says more is heard as a person."""


@dataclass(frozen=True, slots=True)
class SenderVerdict:
    """What kind of program sent a message, and what it reports.

    ``kind`` is "" for a person, else "own", "bounce", "feedback", "challenge", "reaction" (a person's tap, in words of
    their program), "list", "auto-reply" or "nobody". ``report_class`` is one of none, failed, delayed, delivered,
    feedback, auto-reply, list, challenge, reaction; none also for a
    message that only asks for no automatic reply. ``original`` is the message a report is about, as far as it was
    returned.
    """

    kind: str = ""
    report_class: str = "none"
    failed_recipients: tuple[ReportedRecipient, ...] = ()
    original: OriginalMessage = OriginalMessage()  # noqa: RUF009 - frozen


def classify_sender(
    message: MimePart, sender: Mailbox, address: str, subject: str, text: str, *, in_group: bool = False
) -> SenderVerdict:
    """What is known of a message's author.

    ``sender`` is its From, ``address`` the mailbox's own ("" where unknown), ``text`` all the text the message shows.
    ``in_group`` says that a group of the desk's own sent it on, whose marks of a list tell nothing.
    """
    headers = message.headers
    if (address and fold_address(sender.address) == fold_address(address)) or _is_own_message_id(
        headers.get_first("message-id"), address
    ):
        return SenderVerdict("own")
    if _is_feedback_report(message, sender, subject):
        return SenderVerdict("feedback", "feedback")
    if found := bounces.parse_bounce(message, sender, subject, text):
        return SenderVerdict("bounce", found.report_class, found.failed_recipients, found.original)
    if kind := _find_kind(message, sender, subject, text, in_group):
        return SenderVerdict(kind, kind)
    daemon = bool(sender.address) and header_features.find_robot_level(headers, sender) == header_features.DAEMON
    if daemon or autoreplies.forbids_autoreply(headers):
        return SenderVerdict("auto-reply")
    return SenderVerdict("" if sender.address else "nobody")


def _find_kind(message: MimePart, sender: Mailbox, subject: str, text: str, in_group: bool) -> str:
    """ "reaction", "challenge", "auto-reply", "list" or ""."""
    if _is_reaction(message, subject, text):
        return "reaction"
    if _is_challenge(message.headers, subject, text):
        return "challenge"
    return _find_autoreply_or_list(message, sender, subject, text, in_group)


def _is_reaction(message: MimePart, subject: str, text: str) -> bool:
    """Whether an emoji was tapped under a letter: Gmail sends a part of its own, Outlook a header or a sentence."""
    headers = message.headers
    if headers.has_any(REACTION_HEADERS) or any(part.media_type == REACTION_TYPE for part in message.walk()):
        return True
    first = text.lstrip()[:200].partition("\n")[0].lower()
    said = any(one in subject.lower() or one in first for one in REACTION_SENTENCES)
    return said and len(text) < MAX_REACTION_LENGTH and "in-reply-to" in headers


def _find_autoreply_or_list(message: MimePart, sender: Mailbox, subject: str, text: str, in_group: bool) -> str:
    """ "auto-reply", "list" or ""."""
    headers = message.headers
    listed = not in_group and (_has_list_headers(headers, text) or _is_from_list_owner(headers))
    replies = autoreplies.is_autoreply(message, sender.address, subject, text, listed)
    submitted = headers.get_first("auto-submitted").strip().lower()
    if replies and not (listed and submitted.startswith((b"auto-generated", b"auto-notified"))):
        return "auto-reply"
    many = headers.get_first("precedence").strip().lower() in (b"list", b"bulk", b"junk")
    return "list" if listed or (many and not in_group) else ""


def _has_list_headers(headers: Headers, text: str) -> bool:
    """Whether a list sent it. Some posts put a way to unsubscribe into any letter: then a person speaks of himself."""
    if headers.has_any(LIST_HEADERS - UNSUBSCRIBE_HEADERS):
        return True
    if not headers.has_any(UNSUBSCRIBE_HEADERS) or "in-reply-to" in headers:
        return False
    low = text[:4000].lower()
    return not speaks_of_oneself(low) or any(word in low for word in LIST_WORDS) or "precedence" in headers


def _is_from_list_owner(headers: Headers) -> bool:
    """Whether an older program of mailing lists sent it on."""
    senders = parse_mailboxes(headers.get_first("sender").decode("utf-8", "replace"))
    names = [box.address.lower().partition("@")[0] for box in senders]
    return any(name.startswith("owner-") or name.endswith(("-owner", "-bounces")) for name in names)


def find_token(message_id: str, domain: str) -> str:
    """The keyed token inside one of our own Message-IDs, ``<key.token@domain>``; "" when it is not ours."""
    local, _, host = message_id.strip("<> \t").rpartition("@")
    key, dot, found = local.rpartition(".")
    if host.lower() != domain.lower() or not (dot and key):
        return ""
    found = found.lower()
    head, dash, code = found.partition("-")
    shaped = dash and len(code) == 16 and head.isalnum() and code.isalnum() and len(head) <= 14
    return found if shaped or found == "0" else ""


def find_departure_key(message_id: str) -> str:
    """The key of the departure behind one of our own Message-IDs."""
    return message_id.strip("<> \t").rpartition("@")[0].rpartition(".")[0]


def _is_own_message_id(message_id: bytes, address: str) -> bool:
    return bool(address and find_token(message_id.decode("ascii", "replace"), address.rpartition("@")[2]))


def _is_feedback_report(message: MimePart, sender: Mailbox, subject: str) -> bool:
    """A complaint or report of a provider: ARF (RFC 5965), DMARC and TLS reports, and what came before them."""
    kind = message.parameters.get("report-type", "").lower() if message.media_type == "multipart/report" else ""
    if kind in ("feedback-report", "tlsrpt") or any(
        part.media_type == "message/feedback-report" for part in message.walk()
    ):
        return True
    low, who = subject.lower().strip(), fold_address(sender.address)
    return (
        "x-hmxmroriginalrecipient" in message.headers
        or (low.startswith("report domain:") and "submitter:" in low)
        or (who.startswith("staff@hotmail.") and low.startswith("complaint about message from"))
        or (who.startswith("scomp@aol.") and "tos notification" in low)
        or who.endswith("@reports.spamcop.net")
    )


def _is_challenge(headers: Headers, subject: str, text: str) -> bool:
    """A filter that asks the sender to prove that a person wrote. By words only when subject and text both say so."""
    if headers.has_any(CHALLENGE_HEADERS):
        return True
    agent = headers.get_first("x-delivery-agent").lower()
    if agent.startswith(b"tmda") and "auto-submitted" in headers:
        return True
    low = subject.lower()
    asks = any(phrase in low for phrase in CHALLENGE_SUBJECTS)
    proof = (
        sum(phrase in text[:4000].lower() for phrase in CHALLENGE_SENTENCES)
        if asks or autoreplies.has_automatic_headers(headers)
        else 0
    )
    return proof > (0 if asks else 1)


def list_recipients(headers: Headers) -> tuple[str, ...]:
    """Every address the message says it was sent or delivered to, lower case, as written, each once."""
    names = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc", "resent-to", "x-forwarded-to")
    found: dict[str, None] = {}
    for name in names:
        for value in headers.get_all(name)[:20]:
            found |= {box.address.lower(): None for box in parse_mailboxes(value.decode("utf-8", "replace"))}
    return tuple(found)
