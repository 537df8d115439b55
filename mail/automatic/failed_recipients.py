"""Failed recipients in the text of a bounce: which of the addresses a server mentions are those it could not reach.

The position of an address decides: at the beginning of a line below the announcement, after a label for a recipient, in
a sentence about a failure; or after a label for the sender, or in advice whom to contact.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from mail.automatic import bounce_phrases, dsn
from mail.mime.addresses import fold_address

MAX_LINES = 400
MAX_ADDRESSES = 300
"""Addresses of a notice that are weighed."""
NEARBY_LINES = 8
"""Lines below an address in which the reason for it is looked for."""

_LOCAL = frozenset("!#$%&*+-/=?^_`{}~.'")
_DOMAIN = frozenset("-._")
_LEADING_SIGNS = " \t<>\"'«“„‘*-•·|([#.)&;"
_SIGNS_BEFORE_ADDRESS = " \t<\"'«“„‘([=:;`"
_ROLE_LOCAL_PARTS = frozenset({"postmaster", "mailer-daemon", "abuse", "helpdesk", "webmaster", "hostmaster"})


class MentionPlace(IntEnum):
    """Where an address stands; the lower, the surer it is a recipient."""

    LIST_ITEM = 1
    LABELLED = 2
    IN_FAILURE_SENTENCE = 3
    ELSEWHERE = 4


@dataclass(slots=True)
class AddressInNotice:
    """An address of the notice, and the line it stands in."""

    address: str
    line: int
    place: MentionPlace


@dataclass(slots=True)
class _MentionFinder:
    """One walk over the lines of a notice."""

    lines: Sequence[str]
    report_readers: Collection[str]
    written_to: Collection[str]
    failure_announced: bool = False
    mentions: list[AddressInNotice] = field(default_factory=list)

    def find_mentions(self) -> list[AddressInNotice]:
        """Every address that may be a recipient, in order."""
        low = [line.lower() for line in self.lines]
        telling = [bounce_phrases.has_failure_sentence(line) for line in low]
        self.failure_announced = not any(telling)
        for at, line in enumerate(low):
            self.failure_announced = self.failure_announced or telling[at]
            if "@" not in line or len(self.mentions) >= MAX_ADDRESSES:
                continue
            near = telling[at] or (at > 0 and telling[at - 1] and low[at - 1].strip() != "")
            for address, start, _ in find_addresses(self.lines[at]):
                self._add_mention(address, at, line, line[:start], near)
        return self.mentions

    def _add_mention(self, address: str, at: int, line: str, before: str, near: bool) -> None:
        if self.mentions and any(phrase in before for phrase in bounce_phrases.ALIAS_PHRASES):
            self._replace_by_alias(address, at)
            return
        place = self._find_place(line, before, near)
        if place is None or (
            fold_address(address) in self.report_readers and fold_address(address) not in self.written_to
        ):
            return
        if address.partition("@")[0].lower() in _ROLE_LOCAL_PARTS and fold_address(address) not in self.written_to:
            return
        self.mentions.append(AddressInNotice(address, at, place))

    def _replace_by_alias(self, alias: str, at: int) -> None:
        """The sender knows the recipient named just above by an alias."""
        near = [one for one in self.mentions if at - one.line < NEARBY_LINES]
        for one in [one for one in near if one.place is MentionPlace.LIST_ITEM][-1:] or near[-1:]:
            one.address = alias

    def _find_place(self, line: str, before: str, near: bool) -> MentionPlace | None:
        """Where an address stands, None where it is surely no recipient. ``near`` when its line or the one above tells
        of failing.
        """
        label = before.strip(_SIGNS_BEFORE_ADDRESS + ">*-|.")
        name = label.partition(":")[0].strip()
        if (
            name in bounce_phrases.OTHER_ADDRESS_LABELS
            or label.endswith(_SENDER_LABELS)
            or name.startswith(_OTHER_HEADER_PREFIXES)
        ):
            return None
        advice = any(phrase in line for phrase in bounce_phrases.CONTACT_PHRASES)
        advice = advice and not _is_answered_by_code(line, before)
        if self.failure_announced and not advice and not before.strip(_LEADING_SIGNS + "0123456789"):
            return MentionPlace.LABELLED if before.strip(_LEADING_SIGNS) else MentionPlace.LIST_ITEM
        named = label in bounce_phrases.RECIPIENT_LABELS or label.endswith(_RECIPIENT_ENDINGS)
        if named and before.rstrip()[-1:] in "<:='\"[;(«“„‘" and not (advice and not near):
            return MentionPlace.LABELLED
        if near and not advice:
            return MentionPlace.IN_FAILURE_SENTENCE
        return MentionPlace.ELSEWHERE if not advice else None


def _is_answered_by_code(line: str, before: str) -> bool:
    """Whether an address begins its line and a server's answer follows it: "anna@big.test: 550 5.1.1 https://..."."""
    answer = line[len(before) :].partition(": ")[2] if not before.strip(_LEADING_SIGNS) else ""
    return bool(answer) and answer[:3].isdecimal() and dsn.find_smtp_class(answer[:4]) != ""


_SENDER_LABELS = (
    "mail from",
    "from",
    "sender",
    "message-id",
    "msgid",
    "message id",
    "reply to",
    "envelope from",
    "от кого",
)
_OTHER_HEADER_PREFIXES = (
    "x-",
    "resent-",
    "dkim-",
    "content-",
    "list-",
    "arc-",
    "authentication-",
    "http",
    "original-envelope",
)
_RECIPIENT_ENDINGS = tuple(f" {label}" for label in bounce_phrases.RECIPIENT_LABELS) + tuple(
    f":{label}" for label in bounce_phrases.RECIPIENT_LABELS
)


def find_recipients(lines: Sequence[str], ours: Collection[str], written_to: Collection[str]) -> list[tuple[str, str]]:
    """Recipients with their status codes ("" where none is told), in order, each once.

    ``ours`` are addresses of those who sent the message, ``written_to`` those its headers name, all folded.
    """
    lines = lines[:MAX_LINES]
    seen = (
        _MentionFinder(lines, ours, written_to).find_mentions() or _MentionFinder(lines, (), written_to).find_mentions()
    )
    best = _choose_most_certain(seen, written_to)
    found: dict[str, tuple[str, str]] = {}
    for one in best:
        key = fold_address(one.address)
        if not found.get(key, ("", ""))[1]:
            others = (other.line for other in best if other.line > one.line and fold_address(other.address) != key)
            end = min(next(others, len(lines)), one.line + NEARBY_LINES)
            found[key] = (found.get(key, (one.address, ""))[0], find_status(lines[one.line : end]))
    if len(found) == 1:
        ((key, (address, told)),) = found.items()
        found[key] = (address, told or find_status(lines))
    return list(found.values())[: dsn.MAX_RECIPIENTS]


def _choose_most_certain(seen: list[AddressInNotice], written_to: Collection[str]) -> list[AddressInNotice]:
    """Of the surest kind of place; of the others only those the message was written to, where there are any."""
    for place in MentionPlace:
        here = [one for one in seen if one.place == place]
        known = [one for one in here if fold_address(one.address) in written_to]
        if here and (place is MentionPlace.LIST_ITEM or known):
            return here if place is MentionPlace.LIST_ITEM else known
        if here and place in (MentionPlace.LABELLED, MentionPlace.IN_FAILURE_SENTENCE):
            elsewhere = [one for one in seen if fold_address(one.address) in written_to]
            return elsewhere or here
    left = {fold_address(one.address) for one in seen}
    return seen if len(left) == 1 and not written_to else []


def find_status(lines: Sequence[str]) -> str:
    """The status code that lines of a notice tell; a full one anywhere before a bare reply code."""
    for read in (dsn.find_enhanced_code, dsn.find_smtp_class):
        for line in lines:
            if found := read(line[:500]):
                return found
    return ""


def find_addresses(line: str) -> Iterator[tuple[str, int, int]]:
    """The addresses in a line, at most twenty, with where they begin and end."""
    at = line.find("@")
    for _ in range(20):
        if at < 0:
            return
        start, end = at, at + 1
        ascii_local = line[at - 1 : at].isascii()
        while start > 0 and at - start < 100 and _is_local_character(line[start - 1], ascii_local):
            start -= 1
        ascii_domain = line[end : end + 1].isascii()
        while end < len(line) and end - at < 255 and _is_domain_character(line[end], ascii_domain):
            end += 1
        address = dsn.find_address(line[start:end].strip("'`{}/=&.-"))
        if address:
            yield address, start, end
        at = line.find("@", end)


def _is_local_character(char: str, plain: bool) -> bool:
    return (char.isalnum() and (char.isascii() or not plain)) or char in _LOCAL


def _is_domain_character(char: str, plain: bool) -> bool:
    return (char.isalnum() and (char.isascii() or not plain)) or char in _DOMAIN
