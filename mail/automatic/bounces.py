"""Delivery reports, in whatever shape: RFC 3464 where it is kept, else sentences of servers beside addresses.

Nothing in a letter proves that a server wrote it, and people forward, quote and ask about bounces all the time. So what
counts is who sends it first (a daemon, an empty return path), then how it is built (fields, a returned letter that was
written by whoever now receives the report), and words only beside these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mail.automatic import bounce_phrases, dsn, failed_recipients, original_message, sender_features
from mail.automatic.dsn import FailedRecipient, RecipientFields
from mail.automatic.original_message import OriginalMessage
from mail.automatic.sender_features import DAEMON, OFFICE, POSTMASTER, SenderFeatures
from mail.mime.addresses import Mailbox, folded
from mail.mime.parser import MimePart

TEXT = 32 * 1024
"""Characters of a notice that are looked at."""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a delivery report says. ``report_class`` is failed, delayed or delivered."""

    report_class: str
    bounced: tuple[FailedRecipient, ...] = ()
    returned: OriginalMessage = OriginalMessage()  # noqa: RUF009 - frozen


@dataclass(frozen=True, slots=True)
class _BounceText:
    """The text of a report up to the returned letter."""

    lines: Sequence[str]
    low: str
    back: OriginalMessage | None

    @property
    def announces(self) -> bool:
        """Whether a server's sentence stands in it."""
        return bounce_phrases.announces(self.low)

    @property
    def announces_at_once(self) -> bool:
        """Whether it begins with one."""
        top = " ".join([line for line in self.lines if line.strip()][:6]).lower()
        return bounce_phrases.announces(top)

    @property
    def lists_recipient(self) -> bool:
        """Whether it names anybody in the way recipients are named."""
        return "@" in self.low and bool(failed_recipients.recipients(self.lines, (), ()))

    @property
    def status(self) -> str:
        """The first status code it tells, "" for none."""
        return failed_recipients.status(self.lines[: failed_recipients.LINES])

    @property
    def tells_code(self) -> bool:
        """Whether it tells one at all."""
        return bool(self.status)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Everything about a letter that may be a report. ``ours`` are those it was sent to, folded."""

    letter: MimePart
    sender: Mailbox
    subject: str
    seen: SenderFeatures
    notice: _BounceText
    fields: list[RecipientFields]
    ours: set[str]

    @property
    def back(self) -> OriginalMessage:
        return self.notice.back or OriginalMessage()

    @property
    def by_its_form(self) -> bool:
        """Whether a type or a header made for it says that it is a report."""
        return self.seen.structure or bool(self.seen.named)

    def convincing(self) -> bool:
        """Whether a server wrote it."""
        if self.by_its_form:
            return True
        if self.seen.away and not self.fields:
            return False
        return self._by_signs()

    def _by_signs(self) -> bool:
        """The same where neither type nor header says so: the less the sender is a person, the fewer signs it needs."""
        seen, notice, fields = self.seen, self.notice, bool(self.fields)
        home = bool(self.ours.intersection(self.back.by))
        unclear = not self.ours or not self.back.by or seen.robot >= POSTMASTER
        built = fields or (notice.back is not None and (home or unclear))
        words = seen.subject + notice.announces
        if seen.robot == DAEMON:
            return bool(words or built or notice.lists_recipient)
        if seen.human:
            return seen.null and built and words == 2
        if seen.robot == POSTMASTER:
            return words > 0 and words + built + seen.null + (notice.tells_code or notice.lists_recipient) >= 2
        if seen.null:
            return seen.subject and (built or notice.tells_code or notice.announces_at_once)
        if seen.robot == OFFICE:
            return words > 0 and (home or fields or (words == 2 and notice.tells_code and notice.lists_recipient))
        return seen.subject and notice.announces_at_once and (home or (fields and self.back.whole))

    def by_fields(self) -> tuple[str, tuple[FailedRecipient, ...]]:
        """The class of the report, and whom it says it did not reach."""
        by_words = _class_by_words(self.notice.low, self.subject)
        found: dict[tuple[str, str], FailedRecipient] = {}
        actions = []
        for one in self.fields:
            action = one.action() or by_words
            if "action" not in one.fields and action == "delayed" and by_words == "failed":
                action = "failed"  # a temporary cause, and yet the server has given up
            actions.append(action)
            address = dsn.chosen(one, self.back.to)
            if address and action in dsn.NO_SUCCESS:
                found.setdefault((folded(address), action), FailedRecipient(address, one.status(), action))
        kept = [one for one in found.values() if one.action == "failed" or (folded(one.address), "failed") not in found]
        return next((one for one in dsn.NO_SUCCESS if one in actions), "delivered"), tuple(kept)

    def by_words(self) -> list[tuple[str, str]]:
        """Whom the words name, with status codes: a header made for it, the notice, else what is left to guess from."""
        found = failed_recipients.recipients(self.notice.lines, self._others, self.back.to)
        if self.seen.named:
            told = {folded(address): status for address, status in found}
            return [(address, told.get(folded(address)) or self.notice.status) for address in self.seen.named]
        return found or [(address, self.notice.status) for address in self._guessed()]

    @property
    def _others(self) -> set[str]:
        """Whoever wrote the letter or the report."""
        return {*self.ours, *self.back.by, folded(self.sender.address)}

    def _guessed(self) -> list[str]:
        """The recipient in the subject, by a name alone, in the returned letter, or in the address this came to."""
        in_subject = [
            address for address, _, _ in failed_recipients.spotted(self.subject) if folded(address) not in self._others
        ]
        written_to = [one for one in self.back.to if one not in self.ours][:3]
        return in_subject or self._by_name() or written_to or _in_return_path(self.ours)

    def _by_name(self) -> list[str]:
        """Recipients called by the local part alone: as the letter wrote them, or at the server's own domain."""
        after = False
        names = []
        for line in self.notice.lines[: failed_recipients.LINES]:
            low = line.strip().lower()
            if after and low.isascii() and low.replace(".", "").replace("_", "").replace("-", "").isalnum():
                names.append(low)
            elif low:
                after = low.endswith(":") and bounce_phrases.announces(low)
        known = [address for name in names for address in self.back.to if address.partition("@")[0] == name]
        domain = folded(self.sender.address).rpartition("@")[2]
        return known or ([f"{name}@{domain}" for name in names] if domain and not self.back.to else [])


def report(letter: MimePart, sender: Mailbox, subject: str, text: str) -> DeliveryReport | None:
    """The delivery report a letter is, or None. ``text`` is all its text; the report's own words must come first."""
    seen = sender_features.of(letter, sender, subject)
    if not seen.worth_reading:
        return None
    notice = _notice(letter, text)
    evidence = _Evidence(
        letter, sender, subject, seen, notice, _recipients(letter, notice), sender_features.readers(letter.headers)
    )
    if not evidence.convincing():
        return None
    report_class, bounced = evidence.by_fields() if evidence.fields else (_class_by_words(notice.low, subject), ())
    if not bounced and report_class != "delivered":
        known = next((status for one in evidence.fields if (status := one.status())), "")
        bounced = tuple(FailedRecipient(one, status or known, report_class) for one, status in evidence.by_words())
    return DeliveryReport(report_class, bounced, evidence.back)


def _notice(letter: MimePart, text: str) -> _BounceText:
    lines, rest = original_message.divided(text[:TEXT].split("\n")[:1000])
    back = original_message.in_parts(letter) or original_message.in_lines(rest)
    return _BounceText(lines, "\n".join(lines).lower(), back)


def _recipients(letter: MimePart, notice: _BounceText) -> list[RecipientFields]:
    """Recipients by the fields of RFC 3464, wherever a server put them; the proper part comes first."""
    parts = dsn.status_parts(letter) or [
        part for part in letter.walk() if part.number and not part.parts and sender_features.carries_fields(part)
    ]
    found = [one for part in parts for one in dsn.recipients(part.content(dsn.STATUS_BYTES))]
    if found or "inal-recipient" not in notice.low:
        return found
    return dsn.recipients("\n".join(line.strip() for line in notice.lines).encode("utf-8", "replace"))


def _class_by_words(low: str, subject: str) -> str:
    head = subject.lower()
    if not _has(bounce_phrases.FINAL, low):
        if _has(bounce_phrases.DELAYED, low) or _has(bounce_phrases.DELAYED, head) or head.startswith("warning"):
            return "delayed"
        if _succeeds(low) or head.startswith(("delivered:", "relayed:", "successful mail", "delivery receipt")):
            return "delivered"
    return "failed"


def _succeeds(low: str) -> bool:
    """Whether a line tells of success, and none of failure."""
    lines = [line for line in low.split("\n") if _has(bounce_phrases.DELIVERED, line)]
    negations = (" not ", "n't", "unable", "undeliver", "fail", " nicht ", " не ", " pas ", " no ")
    refused = "fail" in low or any(
        failed_recipients.status([line])[:1] == "5" for line in low.split("\n")[: failed_recipients.LINES]
    )
    return bool(lines) and not refused and not any(_has(negations, f" {line} ") for line in lines)


def _has(wanted: Sequence[str], low: str) -> bool:
    return any(phrase in low for phrase in wanted)


def _in_return_path(readers: set[str]) -> list[str]:
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
