"""Recipients in the text of a notice: which of the addresses a server mentions are those it could not reach.

Where an address stands tells: at the beginning of a line below the announcement, after a word for a recipient, in a
sentence about failing; or after a word for the sender, or among advice whom to turn to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from mail.automatic import bounce_phrases, dsn
from mail.mime.addresses import folded

LINES = 400
MOST = 300
"""Addresses of a notice that are weighed."""
NEAR = 8
"""Lines below an address in which the reason for it is looked for."""

_LOCAL = frozenset("!#$%&*+-/=?^_`{}~.'")
_DOMAIN = frozenset("-._")
_OPENING = " \t<>\"'«“„‘*-•·|([#.)&;"
_BEFORE = " \t<\"'«“„‘([=:;`"
_OFFICES = frozenset({"postmaster", "mailer-daemon", "abuse", "helpdesk", "webmaster", "hostmaster"})


class MentionPlace(IntEnum):
    """Where an address stands; the lower, the surer it is a recipient."""

    LISTED = 1
    NAMED = 2
    SAID = 3
    MENTIONED = 4


@dataclass(slots=True)
class MentionedAddress:
    """An address of the notice, and the line it stands in."""

    address: str
    line: int
    place: MentionPlace


@dataclass(slots=True)
class _Reader:
    """One walk over the lines of a notice."""

    lines: Sequence[str]
    ours: Collection[str]
    written_to: Collection[str]
    announced: bool = False
    seen: list[MentionedAddress] = field(default_factory=list)

    def run(self) -> list[MentionedAddress]:
        """Every address that may be a recipient, in order."""
        low = [line.lower() for line in self.lines]
        telling = [bounce_phrases.announces(line) for line in low]
        self.announced = not any(telling)
        for at, line in enumerate(low):
            self.announced = self.announced or telling[at]
            if "@" not in line or len(self.seen) >= MOST:
                continue
            near = telling[at] or (at > 0 and telling[at - 1] and low[at - 1].strip() != "")
            for address, start, _ in spotted(self.lines[at]):
                self._take(address, at, line, line[:start], near)
        return self.seen

    def _take(self, address: str, at: int, line: str, before: str, near: bool) -> None:
        if self.seen and any(phrase in before for phrase in bounce_phrases.EXPANDED):
            self._rename(address, at)
            return
        place = self._place(line, before, near)
        if place is None or (folded(address) in self.ours and folded(address) not in self.written_to):
            return
        if address.partition("@")[0].lower() in _OFFICES and folded(address) not in self.written_to:
            return
        self.seen.append(MentionedAddress(address, at, place))

    def _rename(self, alias: str, at: int) -> None:
        """The sender knows the recipient named just above by an alias."""
        near = [one for one in self.seen if at - one.line < NEAR]
        for one in [one for one in near if one.place is MentionPlace.LISTED][-1:] or near[-1:]:
            one.address = alias

    def _place(self, line: str, before: str, near: bool) -> MentionPlace | None:
        """Where an address stands, None where it is surely no recipient. ``near`` when its line or the one above tells
        of failing.
        """
        label = before.strip(_BEFORE + ">*-|.")
        name = label.partition(":")[0].strip()
        if name in bounce_phrases.NOT_RECIPIENTS or label.endswith(_SENDERS) or name.startswith(_FOREIGN):
            return None
        advice = any(phrase in line for phrase in bounce_phrases.CONTACTS)
        if self.announced and not advice and not before.strip(_OPENING + "0123456789"):
            return MentionPlace.NAMED if before.strip(_OPENING) else MentionPlace.LISTED
        named = label in bounce_phrases.LABELS or label.endswith(_NAMING)
        if named and before.rstrip()[-1:] in "<:='\"[;(«“„‘" and not (advice and not near):
            return MentionPlace.NAMED
        if near and not advice:
            return MentionPlace.SAID
        return MentionPlace.MENTIONED if not advice else None


_SENDERS = ("mail from", "from", "sender", "message-id", "msgid", "message id", "reply to", "envelope from", "от кого")
_FOREIGN = ("x-", "resent-", "dkim-", "content-", "list-", "arc-", "authentication-", "http", "original-envelope")
_NAMING = tuple(f" {label}" for label in bounce_phrases.LABELS) + tuple(f":{label}" for label in bounce_phrases.LABELS)


def recipients(lines: Sequence[str], ours: Collection[str], written_to: Collection[str]) -> list[tuple[str, str]]:
    """Recipients with their status codes ("" where none is told), in order, each once.

    ``ours`` are addresses of those who sent the letter, ``written_to`` those its headers name, all folded.
    """
    lines = lines[:LINES]
    seen = _Reader(lines, ours, written_to).run() or _Reader(lines, (), written_to).run()
    best = _best(seen, written_to)
    found: dict[str, tuple[str, str]] = {}
    for one in best:
        key = folded(one.address)
        if not found.get(key, ("", ""))[1]:
            others = (other.line for other in best if other.line > one.line and folded(other.address) != key)
            end = min(next(others, len(lines)), one.line + NEAR)
            found[key] = (found.get(key, (one.address, ""))[0], status(lines[one.line : end]))
    if len(found) == 1:
        ((key, (address, told)),) = found.items()
        found[key] = (address, told or status(lines))
    return list(found.values())[: dsn.MOST]


def _best(seen: list[MentionedAddress], written_to: Collection[str]) -> list[MentionedAddress]:
    """Of the surest kind of place; of the others only those the letter was written to, where there are any."""
    for place in MentionPlace:
        here = [one for one in seen if one.place == place]
        known = [one for one in here if folded(one.address) in written_to]
        if here and (place is MentionPlace.LISTED or known):
            return here if place is MentionPlace.LISTED else known
        if here and place in (MentionPlace.NAMED, MentionPlace.SAID):
            elsewhere = [one for one in seen if folded(one.address) in written_to]
            return elsewhere or here
    left = {folded(one.address) for one in seen}
    return seen if len(left) == 1 and not written_to else []


def status(lines: Sequence[str]) -> str:
    """The status code that lines of a notice tell; a full one anywhere before a bare reply code."""
    for read in (dsn.enhanced, dsn.smtp_class):
        for line in lines:
            if found := read(line[:500]):
                return found
    return ""


def spotted(line: str) -> Iterator[tuple[str, int, int]]:
    """The addresses in a line, at most twenty, with where they begin and end."""
    at = line.find("@")
    for _ in range(20):
        if at < 0:
            return
        start, end = at, at + 1
        ascii_local = line[at - 1 : at].isascii()
        while start > 0 and at - start < 100 and _of_local(line[start - 1], ascii_local):
            start -= 1
        ascii_domain = line[end : end + 1].isascii()
        while end < len(line) and end - at < 255 and _of_domain(line[end], ascii_domain):
            end += 1
        address = dsn.bare(line[start:end].strip("'`{}/=&.-"))
        if address:
            yield address, start, end
        at = line.find("@", end)


def _of_local(char: str, plain: bool) -> bool:
    return (char.isalnum() and (char.isascii() or not plain)) or char in _LOCAL


def _of_domain(char: str, plain: bool) -> bool:
    return (char.isalnum() and (char.isascii() or not plain)) or char in _DOMAIN
