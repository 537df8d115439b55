"""Bounces of any form are parsed: RFC 3464 where it is kept, else sentences of mail servers beside addresses.

Nothing in a message proves that a server wrote it, and people forward, quote and ask about bounces all the time. So
what counts first is who sent it (a daemon, an empty return path), then its structure (fields, a returned message
written by whoever now receives the report); words count only beside these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mail.automatic import bounce_phrases, dsn, failed_recipients, header_features, original_message
from mail.automatic.dsn import RecipientFields, ReportedRecipient
from mail.automatic.header_features import DAEMON, POSTMASTER, ROLE_ACCOUNT, SenderFeatures
from mail.automatic.original_message import OriginalMessage
from mail.mime.addresses import Mailbox, fold_address
from mail.mime.parser import MimePart

MAX_TEXT = 32 * 1024
"""Characters of a notice that are looked at."""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a delivery report says. ``report_class`` is failed, delayed or delivered."""

    report_class: str
    failed_recipients: tuple[ReportedRecipient, ...] = ()
    original: OriginalMessage = OriginalMessage()  # noqa: RUF009 - frozen


@dataclass(frozen=True, slots=True)
class _BounceText:
    """The text of a report up to the returned message."""

    lines: Sequence[str]
    lower_text: str
    original: OriginalMessage | None

    @property
    def has_failure_sentence(self) -> bool:
        """Whether a server's sentence stands in it."""
        return bounce_phrases.has_failure_sentence(self.lower_text)

    @property
    def begins_with_failure(self) -> bool:
        """Whether it begins with one."""
        top = " ".join([line for line in self.lines if line.strip()][:6]).lower()
        return bounce_phrases.has_failure_sentence(top)

    @property
    def lists_recipient(self) -> bool:
        """Whether it names anybody in the way recipients are named."""
        return "@" in self.lower_text and bool(failed_recipients.find_recipients(self.lines, (), ()))

    @property
    def status(self) -> str:
        """The first status code it tells, "" for none."""
        return failed_recipients.find_status(self.lines[: failed_recipients.MAX_LINES])

    @property
    def has_status(self) -> bool:
        """Whether it tells one at all."""
        return bool(self.status)


@dataclass(frozen=True, slots=True)
class _BounceEvidence:
    """Everything known about a message that may be a bounce. ``report_readers`` are its recipients, folded."""

    message: MimePart
    sender: Mailbox
    subject: str
    features: SenderFeatures
    notice: _BounceText
    fields: list[RecipientFields]
    report_readers: set[str]

    @property
    def original(self) -> OriginalMessage:
        return self.notice.original or OriginalMessage()

    @property
    def has_report_form(self) -> bool:
        """Whether a type or a header made for it says that it is a report."""
        return self.features.is_report_by_type or bool(self.features.failed_recipients)

    def is_bounce(self) -> bool:
        """Whether a server wrote it."""
        if self.has_report_form:
            return True
        if self.features.has_autoreply_subject and not self.fields:
            return False
        return self._is_bounce_by_signs()

    def _is_bounce_by_signs(self) -> bool:
        """The same where neither type nor header says so: the less the sender is a person, the fewer signs it needs."""
        seen, notice, fields = self.features, self.notice, bool(self.fields)
        home = bool(self.report_readers.intersection(self.original.senders))
        unclear = not self.report_readers or not self.original.senders or seen.robot_level >= POSTMASTER
        built = fields or (notice.original is not None and (home or unclear))
        words = seen.has_bounce_subject + notice.has_failure_sentence
        if seen.robot_level == DAEMON:
            return bool(words or built or notice.lists_recipient)
        if seen.is_by_person:
            return seen.has_null_path and built and words == 2
        if seen.robot_level == POSTMASTER:
            return words > 0 and words + built + seen.has_null_path + (notice.has_status or notice.lists_recipient) >= 2
        if seen.has_null_path:
            return seen.has_bounce_subject and (built or notice.has_status or notice.begins_with_failure)
        if seen.robot_level == ROLE_ACCOUNT:
            return words > 0 and (home or fields or (words == 2 and notice.has_status and notice.lists_recipient))
        return seen.has_bounce_subject and notice.begins_with_failure and (home or (fields and self.original.is_part))

    def read_fields(self) -> tuple[str, tuple[ReportedRecipient, ...]]:
        """The class of the report, and whom it says it did not reach."""
        by_words = _choose_class_by_words(self.notice.lower_text, self.subject)
        found: dict[tuple[str, str], ReportedRecipient] = {}
        actions = []
        for one in self.fields:
            action = one.action() or by_words
            if "action" not in one.fields and action == "delayed" and by_words == "failed":
                action = "failed"  # a temporary cause, and yet the server has given up
            actions.append(action)
            address = dsn.choose_address(one, self.original.recipients)
            if address and action in dsn.UNDELIVERED_ACTIONS:
                found.setdefault((fold_address(address), action), ReportedRecipient(address, one.status(), action))
        kept = [
            one
            for one in found.values()
            if one.action == "failed" or (fold_address(one.address), "failed") not in found
        ]
        return next((one for one in dsn.UNDELIVERED_ACTIONS if one in actions), "delivered"), tuple(kept)

    def find_recipients_by_words(self) -> list[tuple[str, str]]:
        """Whom the words name, with status codes: a header made for it, the notice, else what is left to guess from."""
        found = failed_recipients.find_recipients(self.notice.lines, self._other_addresses, self.original.recipients)
        if self.features.failed_recipients:
            told = {fold_address(address): status for address, status in found}
            return [
                (address, told.get(fold_address(address)) or self.notice.status)
                for address in self.features.failed_recipients
            ]
        return found or [(address, self.notice.status) for address in self._guess_recipients()]

    @property
    def _other_addresses(self) -> set[str]:
        """Whoever wrote the message or the report."""
        return {*self.report_readers, *self.original.senders, fold_address(self.sender.address)}

    def _guess_recipients(self) -> list[str]:
        """The recipient in the subject, by a name alone, in the returned message, or in the address this came to."""
        in_subject = [
            address
            for address, _, _ in failed_recipients.find_addresses(self.subject)
            if fold_address(address) not in self._other_addresses
        ]
        written_to = [one for one in self.original.recipients if one not in self.report_readers][:3]
        return in_subject or self._find_recipients_by_name() or written_to or _find_verp_recipient(self.report_readers)

    def _find_recipients_by_name(self) -> list[str]:
        """Recipients called by the local part alone: as the message wrote them, or at the server's own domain."""
        after = False
        names = []
        for line in self.notice.lines[: failed_recipients.MAX_LINES]:
            low = line.strip().lower()
            if after and low.isascii() and low.replace(".", "").replace("_", "").replace("-", "").isalnum():
                names.append(low)
            elif low:
                after = low.endswith(":") and bounce_phrases.has_failure_sentence(low)
        known = [address for name in names for address in self.original.recipients if address.partition("@")[0] == name]
        domain = fold_address(self.sender.address).rpartition("@")[2]
        return known or ([f"{name}@{domain}" for name in names] if domain and not self.original.recipients else [])


def parse_bounce(message: MimePart, sender: Mailbox, subject: str, text: str) -> DeliveryReport | None:
    """The delivery report a message is, or None. ``text`` is all its text; the report's own words must come first."""
    seen = header_features.extract_features(message, sender, subject)
    if not seen.worth_reading:
        return None
    notice = _split_bounce_text(message, text)
    evidence = _BounceEvidence(
        message,
        sender,
        subject,
        seen,
        notice,
        _read_recipient_fields(message, notice),
        header_features.list_report_readers(message.headers),
    )
    if not evidence.is_bounce():
        return None
    report_class, bounced = (
        evidence.read_fields() if evidence.fields else (_choose_class_by_words(notice.lower_text, subject), ())
    )
    if not bounced and report_class != "delivered":
        known = next((status for one in evidence.fields if (status := one.status())), "")
        bounced = tuple(
            ReportedRecipient(one, status or known, report_class) for one, status in evidence.find_recipients_by_words()
        )
    return DeliveryReport(report_class, bounced, evidence.original)


def _split_bounce_text(message: MimePart, text: str) -> _BounceText:
    lines, rest = original_message.split_notice(text[:MAX_TEXT].split("\n")[:1000])
    back = original_message.find_in_parts(message) or original_message.find_in_text(rest)
    return _BounceText(lines, "\n".join(lines).lower(), back)


def _read_recipient_fields(message: MimePart, notice: _BounceText) -> list[RecipientFields]:
    """Recipients by the fields of RFC 3464, wherever a server put them; the proper part comes first."""
    parts = dsn.find_status_parts(message) or [
        part for part in message.walk() if part.number and not part.parts and header_features.has_dsn_fields(part)
    ]
    found = [one for part in parts for one in dsn.parse_recipients(part.content(dsn.MAX_STATUS_BYTES))]
    if found or "inal-recipient" not in notice.lower_text:
        return found
    return dsn.parse_recipients("\n".join(line.strip() for line in notice.lines).encode("utf-8", "replace"))


def _choose_class_by_words(low: str, subject: str) -> str:
    head = subject.lower()
    if not _contains_any(bounce_phrases.FINAL_FAILURE_PHRASES, low):
        if (
            _contains_any(bounce_phrases.DELAY_PHRASES, low)
            or _contains_any(bounce_phrases.DELAY_PHRASES, head)
            or head.startswith("warning")
        ):
            return "delayed"
        if _reports_success(low) or head.startswith(("delivered:", "relayed:", "successful mail", "delivery receipt")):
            return "delivered"
    return "failed"


def _reports_success(low: str) -> bool:
    """Whether a line tells of success, and none of failure."""
    lines = [line for line in low.split("\n") if _contains_any(bounce_phrases.SUCCESS_PHRASES, line)]
    negations = (" not ", "n't", "unable", "undeliver", "fail", " nicht ", " не ", " pas ", " no ")
    refused = "fail" in low or any(
        failed_recipients.find_status([line])[:1] == "5" for line in low.split("\n")[: failed_recipients.MAX_LINES]
    )
    return bool(lines) and not refused and not any(_contains_any(negations, f" {line} ") for line in lines)


def _contains_any(wanted: Sequence[str], low: str) -> bool:
    return any(phrase in low for phrase in wanted)


def _find_verp_recipient(readers: set[str]) -> list[str]:
    """The recipient in the address that the report came to, ``bounces+anna=example.test@lists.test`` (VERP)."""
    for address in sorted(readers):
        local = address.rpartition("@")[0]
        name, equals, domain = local.rpartition("=")
        for mark in "+-":
            stem, found, last = name.rpartition(mark)
            name = last if found and stem else name
        if equals and name and "." in domain:
            return [f"{name}@{domain}"]
    return []
