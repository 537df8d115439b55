"""Delivery reports, in whatever shape: RFC 3464 where it is kept, else sentences of servers beside addresses.

Nothing in a letter proves that a server wrote it, and people forward, quote and ask about bounces all the time. So what
counts is who sends it first (a daemon, an empty return path), then how it is built (fields, a returned letter that was
written by whoever now receives the report), and words only beside these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mail import noticed, phrases, reports, returned
from mail.addresses import Mailbox, folded, mailboxes
from mail.mime import Headers, Part, readable
from mail.reports import Bounced, Recipient
from mail.returned import Returned

TEXT = 32 * 1024
"""Characters of a notice that are looked at."""

_FIELDS = (b"inal-recipient:", b"inal-Recipient:", b"INAL-RECIPIENT:", b"iagnostic-code:", b"iagnostic-Code:")
_PROGRAMMES = (
    "outlook", "apple mail", "iphone mail", "ipad mail", "the bat", "thunderbird", "eudora", "evolution", "kmail",
    "roundcube", "sylpheed", "claws", "foxmail", "airmail", "k-9", "squirrelmail", "horde", "mutt", "alpine", "pine",
    "becky", "windows live", "mail.ru", "yamail", "aquamail", "mailbird", "zimbra", "rainloop", "nylas", "emclient",
)  # fmt: skip
_ANSWERS = (
    "re:",
    "re[",
    "fwd:",
    "fw:",
    "fwd ",
    "aw:",
    "wg:",
    "tr:",
    "rv:",
    "отв:",
    "ha:",
    "пер:",
    "пересл",
    "sv:",
    "vs:",
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a delivery report says. ``report_class`` is failed, delayed or delivered."""

    report_class: str
    bounced: tuple[Bounced, ...] = ()
    returned: Returned = Returned()  # noqa: RUF009 - frozen


@dataclass(frozen=True, slots=True)
class _Signs:
    """What is seen before the text is read. ``robot``: 3 a daemon, 2 a postmaster, 1 an office, 0 somebody."""

    robot: int
    null: bool
    subject: bool
    human: bool
    fields: bool
    structure: bool
    named: tuple[str, ...]

    @property
    def worth_reading(self) -> bool:
        return bool(self.robot or self.null or self.subject or self.fields or self.named or self.structure)


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
    signs = _signs(letter, sender, subject)
    if not signs.worth_reading:
        return None
    notice = _notice(letter, text)
    fields = _recipients(letter, notice) if signs.fields or "inal-recipient" in notice.low else []
    back = notice.back or Returned()
    ours = _readers(letter.headers)
    if not (signs.structure or signs.named or _convincing(signs, notice, bool(fields), ours)):
        return None
    theirs = {*back.to}
    if fields and (told := _by_fields(fields, theirs, notice, subject)) is not None:
        report_class, bounced = told
        if bounced or report_class == "delivered":
            return Report(report_class, bounced, back)
    else:
        report_class = _class_by_words(notice.low, subject)
    bounced = _by_words(signs, notice, sender, subject, report_class, ours, letter.headers)
    known = next((status for one in fields if (status := one.status())), "")
    return Report(report_class, tuple(replace(one, status=one.status or known) for one in bounced), back)


# Who sends it, and how it is built


def _signs(letter: Part, sender: Mailbox, subject: str) -> _Signs:
    headers = letter.headers
    leaves = [part for part in letter.walk() if not part.parts and part.number]
    status = any(part.kind in ("message/delivery-status", "message/global-delivery-status") for part in leaves)
    kind = letter.parameters.get("report-type", "").lower() if letter.kind == "multipart/report" else ""
    low = subject.lower().lstrip("[*( ")
    answer = low.startswith(_ANSWERS)
    return _Signs(
        robot=_robot(headers, sender),
        null=any(value.strip() in (b"<>", b"") for value in headers.all("return-path")),
        subject=not answer and (low.startswith(phrases.SUBJECTS) or any(one in low for one in phrases.ANNOUNCING)),
        human=answer or "user-agent" in headers or _human_programme(headers),
        fields=status or any(_carries_fields(part) for part in leaves),
        structure=letter.kind == "multipart/report" and (status or kind == "delivery-status"),
        named=_failed_recipients(headers),
    )


def _carries_fields(part: Part) -> bool:
    if part.kind in returned.KINDS or part.kind == "text/html" or part.kind.startswith(("image/", "application/pdf")):
        return False
    content = part.content(reports.STATUS_BYTES)
    return any(name in content for name in _FIELDS)


def _robot(headers: Headers, sender: Mailbox) -> int:
    local = folded(sender.address).partition("@")[0].strip('"')
    stem = local.partition("+")[0]
    paths = [value.strip(b"<> ").partition(b"@")[0].lower() for value in headers.all("return-path")]
    if stem in phrases.ROBOTS or any(path.decode("ascii", "replace") in phrases.ROBOTS for path in paths):
        return 3
    if not sender.address and readable(headers.first("from")).strip('<>" ').lower() in ("", *phrases.ROBOTS):
        return 3 if "from" in headers or paths else 0
    name = (sender.name or ("" if sender.address else readable(headers.first("from")))).lower()
    known = any(one in name for one in phrases.ROBOT_NAMES)
    if stem.startswith(("postmaster", "microsoftexchange", "mailer-daemon", "mailerdaemon")) or known:
        return 2
    return 1 if stem in phrases.OFFICES or stem.startswith(("bounce", "mailer", "noreply")) else 0


def _human_programme(headers: Headers) -> bool:
    programme = headers.text("x-mailer").lower()
    return any(one in programme for one in _PROGRAMMES)


def _failed_recipients(headers: Headers) -> tuple[str, ...]:
    """X-Failed-Recipients, as Exim and Gmail write it."""
    values = [value.decode("utf-8", "replace") for value in headers.all("x-failed-recipients")[:20]]
    return tuple(dict.fromkeys(box.address for value in values for box in mailboxes(value)))[: reports.MOST]


def _readers(headers: Headers) -> set[str]:
    """Those the report is sent to: whoever wrote the letter that comes back."""
    names = ("to", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "apparently-to")
    values = [value.decode("utf-8", "replace") for name in names for value in headers.all(name)[:5]]
    return {folded(box.address) for value in values for box in mailboxes(value)}


def _convincing(signs: _Signs, notice: _Notice, fields: bool, ours: set[str]) -> bool:
    """Whether a server wrote it, though no type or header says so."""
    back = notice.back
    home = back is not None and bool(ours.intersection(back.by))
    built = fields or (back is not None and (home or not ours or not back.by or signs.robot >= 2))
    words = signs.subject + notice.announces
    if signs.robot == 3:
        return bool(words or built or _lists_recipient(notice))
    if signs.human:
        return signs.null and built and words == 2
    if signs.robot == 2:
        told = _tells_code(notice) or _lists_recipient(notice)
        return words > 0 and words + built + signs.null + told >= 2
    if signs.null:
        return signs.subject and (built or _tells_code(notice) or notice.announces_at_once)
    if signs.robot == 1:
        return words > 0 and (home or fields or (words == 2 and _tells_code(notice) and _lists_recipient(notice)))
    return signs.subject and notice.announces_at_once and (home or (fields and back is not None and back.whole))


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
        part for part in letter.walk() if part.number and not part.parts and _carries_fields(part)
    ]
    found = [one for part in parts for one in reports.recipients(part.content(reports.STATUS_BYTES))]
    return found or reports.recipients("\n".join(line.strip() for line in notice.lines).encode())


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
    return bool(lines) and not any(_has(negations, f" {line} ") for line in lines) and "fail" not in low


def _has(wanted: Sequence[str], low: str) -> bool:
    return any(phrase in low for phrase in wanted)


def _by_words(
    signs: _Signs,
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
    if signs.named:
        told = {folded(address): status for address, status in found}
        general = noticed.status(notice.lines[: noticed.LINES])
        found = [(address, told.get(folded(address)) or general) for address in signs.named]
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
    for address in sorted(_readers(headers)):
        local = address.rpartition("@")[0]
        name, equals, domain = local.rpartition("=")
        for mark in "+-":
            stem, found, last = name.rpartition(mark)
            name = last if found and stem else name
        if equals and name and "." in domain:
            return [f"{name}@{domain}"]
    return []
