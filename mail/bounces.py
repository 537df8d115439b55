"""Delivery reports, in whatever shape: RFC 3464 where it is kept, else sentences of servers beside addresses.

Nothing in a letter proves that a server wrote it, and people forward, quote and ask about bounces all the time. So what
counts is who sends it first (a daemon, an empty return path), then how it is built (fields, a returned letter that was
written by whoever now receives the report), and words only beside these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mail import noticed, phrases, reports, returned, signs
from mail.addresses import Mailbox, folded
from mail.mime import Headers, Part
from mail.reports import Bounced, Recipient
from mail.returned import Returned
from mail.signs import DAEMON, OFFICE, POSTMASTER, Signs

TEXT = 32 * 1024
"""Characters of a notice that are looked at."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a delivery report says. ``report_class`` is failed, delayed or delivered."""

    report_class: str
    bounced: tuple[Bounced, ...] = ()
    returned: Returned = Returned()  # noqa: RUF009 - frozen


@dataclass(frozen=True, slots=True)
class _Notice:
    """The text of a report up to the returned letter."""

    lines: Sequence[str]
    low: str
    back: Returned | None

    @property
    def announces(self) -> bool:
        return any(phrase in self.low for phrase in phrases.ANNOUNCING)

    @property
    def announces_at_once(self) -> bool:
        top = " ".join([line for line in self.lines if line.strip()][:6]).lower()
        return any(phrase in top for phrase in phrases.ANNOUNCING)


def report(letter: Part, sender: Mailbox, subject: str, text: str) -> Report | None:
    """The delivery report a letter is, or None. ``text`` is all its text; the report's own words must come first."""
    seen = signs.of(letter, sender, subject)
    if not seen.worth_reading:
        return None
    notice = _notice(letter, text)
    fields = _recipients(letter, notice)
    back = notice.back or Returned()
    ours = signs.readers(letter.headers)
    if seen.away and not (seen.structure or seen.named or fields):
        return None
    if not (seen.structure or seen.named or _convincing(seen, notice, bool(fields), ours)):
        return None
    if fields and (told := _by_fields(fields, {*back.to}, notice, subject)) is not None:
        report_class, bounced = told
        if bounced or report_class == "delivered":
            return Report(report_class, bounced, back)
    else:
        report_class = _class_by_words(notice.low, subject)
    bounced = _by_words(seen, notice, sender, subject, report_class, ours, letter.headers)
    known = next((status for one in fields if (status := one.status())), "")
    return Report(report_class, tuple(replace(one, status=one.status or known) for one in bounced), back)


# Whether a server wrote it


def _convincing(seen: Signs, notice: _Notice, fields: bool, ours: set[str]) -> bool:
    """Whether a server wrote it, though no type or header says so."""
    back = notice.back
    home = back is not None and bool(ours.intersection(back.by))
    built = fields or (back is not None and (home or not ours or not back.by or seen.robot >= POSTMASTER))
    words = seen.subject + notice.announces
    if seen.robot == DAEMON:
        return bool(words or built or _lists_recipient(notice))
    if seen.human:
        return seen.null and built and words == 2
    if seen.robot == POSTMASTER:
        told = _tells_code(notice) or _lists_recipient(notice)
        return words > 0 and words + built + seen.null + told >= 2
    if seen.null:
        return seen.subject and (built or _tells_code(notice) or notice.announces_at_once)
    if seen.robot == OFFICE:
        return words > 0 and (home or fields or (words == 2 and _tells_code(notice) and _lists_recipient(notice)))
    return seen.subject and notice.announces_at_once and (home or (fields and back is not None and back.whole))


def _lists_recipient(notice: _Notice) -> bool:
    return "@" in notice.low and bool(noticed.recipients(notice.lines, (), ()))


def _tells_code(notice: _Notice) -> bool:
    return bool(noticed.status(notice.lines[: noticed.LINES]))


# What it says


def _notice(letter: Part, text: str) -> _Notice:
    lines, rest = returned.divided(text[:TEXT].split("\n")[:1000])
    back = returned.in_parts(letter) or returned.in_lines(rest)
    return _Notice(lines, "\n".join(lines).lower(), back)


def _recipients(letter: Part, notice: _Notice) -> list[Recipient]:
    """Recipients by the fields of RFC 3464, wherever a server put them; the proper part comes first."""
    parts = reports.status_parts(letter) or [
        part for part in letter.walk() if part.number and not part.parts and signs.carries_fields(part)
    ]
    found = [one for part in parts for one in reports.recipients(part.content(reports.STATUS_BYTES))]
    if found or "inal-recipient" not in notice.low:
        return found
    return reports.recipients("\n".join(line.strip() for line in notice.lines).encode("utf-8", "replace"))


def _by_fields(
    fields: list[Recipient], written_to: set[str], notice: _Notice, subject: str
) -> tuple[str, tuple[Bounced, ...]] | None:
    """The class of the report, and whom it says it did not reach."""
    by_words = _class_by_words(notice.low, subject)
    found: dict[tuple[str, str], Bounced] = {}
    actions = []
    for one in fields:
        action = one.action() or by_words
        if "action" not in one.fields and action == "delayed" and by_words == "failed":
            action = "failed"  # a temporary cause, and yet the server has given up
        actions.append(action)
        address = reports.chosen(one, written_to)
        if address and action in reports.NO_SUCCESS:
            found.setdefault((folded(address), action), Bounced(address, one.status(), action))
    if not actions:
        return None
    kept = [one for one in found.values() if one.action == "failed" or (folded(one.address), "failed") not in found]
    return next((one for one in reports.NO_SUCCESS if one in actions), "delivered"), tuple(kept)


def _class_by_words(low: str, subject: str) -> str:
    head = subject.lower()
    if not _has(phrases.FINAL, low):
        if _has(phrases.DELAYED, low) or _has(phrases.DELAYED, head) or head.startswith("warning"):
            return "delayed"
        if _succeeds(low) or head.startswith(("delivered:", "relayed:", "successful mail", "delivery receipt")):
            return "delivered"
    return "failed"


def _succeeds(low: str) -> bool:
    """Whether a line tells of success, and none of failure."""
    lines = [line for line in low.split("\n") if _has(phrases.DELIVERED, line)]
    negations = (" not ", "n't", "unable", "undeliver", "fail", " nicht ", " не ", " pas ", " no ")
    refused = "fail" in low or any(noticed.status([line])[:1] == "5" for line in low.split("\n")[: noticed.LINES])
    return bool(lines) and not refused and not any(_has(negations, f" {line} ") for line in lines)


def _has(wanted: Sequence[str], low: str) -> bool:
    return any(phrase in low for phrase in wanted)


def _by_words(
    seen: Signs,
    notice: _Notice,
    sender: Mailbox,
    subject: str,
    report_class: str,
    ours: set[str],
    headers: Headers,
) -> tuple[Bounced, ...]:
    """Whom the words name: a header made for it, the notice, the subject, and at last the returned letter itself."""
    if report_class == "delivered":
        return ()
    back = notice.back or Returned()
    others = {*ours, *back.by, folded(sender.address)}
    found = noticed.recipients(notice.lines, others, back.to)
    if seen.named:
        told = {folded(address): status for address, status in found}
        general = noticed.status(notice.lines[: noticed.LINES])
        found = [(address, told.get(folded(address)) or general) for address in seen.named]
    if not found:
        status = noticed.status(notice.lines[: noticed.LINES])
        in_subject = [address for address, _, _ in noticed.spotted(subject) if folded(address) not in others]
        names = in_subject or _by_name(notice, back, sender) or [one for one in back.to if one not in ours][:3]
        found = [(address, status) for address in names or _in_return_path(headers)]
    return tuple(Bounced(address, status, report_class) for address, status in found)


def _by_name(notice: _Notice, back: Returned, sender: Mailbox) -> list[str]:
    """Recipients a server calls by the local part alone: as the letter wrote them, or at the server's own domain."""
    after = False
    names = []
    for line in notice.lines[: noticed.LINES]:
        low = line.strip().lower()
        if after and low and low.replace(".", "").replace("_", "").replace("-", "").isalnum() and low.isascii():
            names.append(low)
        elif low:
            after = low.endswith(":") and _has(phrases.ANNOUNCING, low)
    known = [address for name in names for address in back.to if address.partition("@")[0] == name]
    domain = folded(sender.address).rpartition("@")[2]
    return known or ([f"{name}@{domain}" for name in names] if domain and not back.to else [])


def _in_return_path(headers: Headers) -> list[str]:
    """The recipient in the address that the report came to, ``bounces+anna=example.test@lists.test`` (VERP)."""
    for address in sorted(signs.readers(headers)):
        local = address.rpartition("@")[0]
        name, equals, domain = local.rpartition("=")
        for mark in "+-":
            stem, found, last = name.rpartition(mark)
            name = last if found and stem else name
        if equals and name and "." in domain:
            return [f"{name}@{domain}"]
    return []
