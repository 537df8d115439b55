"""Delivery status notifications: the fields of RFC 3464, as real mail servers write them.

Fields are read from bytes, line by line. Servers omit blank lines, types, actions and domains, put angle brackets and
comments where none belong, and use their own words; what can be understood is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from mail.mime.addresses import fold_address, is_usable_address
from mail.mime.headers import decode_header
from mail.mime.parser import MimePart

MAX_STATUS_BYTES = 64 * 1024
MAX_VALUE_BYTES = 4096
"""Bytes of one field that are read."""
MAX_RECIPIENTS = 100
"""Recipients of one report that are told; more are no report to a desk that writes to one person at a time."""

UNDELIVERED_ACTIONS = ("failed", "delayed")
_ACTIONS = {
    "fail": "failed", "error": "failed", "undeliver": "failed", "reject": "failed", "bounce": "failed",
    "delay": "delayed", "warn": "delayed", "defer": "delayed", "retr": "delayed", "transient": "delayed",
    "deliver": "delivered", "success": "delivered", "relay": "relayed", "expan": "expanded",
}  # fmt: skip
_RECIPIENT_FIELDS = ("original-recipient", "final-recipient", "x-actual-recipient")
_KNOWN_FIELDS = frozenset({*_RECIPIENT_FIELDS, "action", "status", "diagnostic-code", "x-display-name"})


@dataclass(frozen=True, slots=True)
class ReportedRecipient:
    """One recipient a report speaks of. ``address`` is the one the sender wrote to, as far as the report tells.

    ``status`` is an enhanced status code of RFC 3463 ("5.1.1"), "" where nothing tells. ``action`` is "failed" or
    "delayed"; who was reached is not named among the bounced.
    """

    address: str
    status: str
    action: str


@dataclass(slots=True)
class RecipientFields:
    """The fields about one recipient, by lower-case name, values on one line."""

    fields: dict[str, str] = field(default_factory=dict)

    @property
    def names_recipient(self) -> bool:
        """Whether any field names the recipient."""
        return any(name in self.fields for name in _RECIPIENT_FIELDS)

    def ends_before(self, name: str, blank: bool) -> bool:
        """Whether a field begins the next recipient; a stray blank line before it alone does not make it so."""
        if name in _RECIPIENT_FIELDS:
            return name in self.fields or (blank and self.names_recipient)
        return blank and name in self.fields

    def action(self) -> str:
        """What the report says was done; "" when neither action, status nor diagnosis tells."""
        said = self.fields.get("action", "").lower()
        known = next((action for word, action in _ACTIONS.items() if said.startswith(word)), "")
        return known or {"2": "delivered", "4": "delayed", "5": "failed"}.get(self.status()[:1], "")

    def status(self) -> str:
        """The enhanced status code: the one given, else the one in the diagnosis; a bare SMTP code gives "5.0.0"."""
        given = find_enhanced_code(self.fields.get("status", ""))
        return (
            given
            or find_enhanced_code(diagnosis := self.fields.get("diagnostic-code", ""))
            or find_smtp_class(diagnosis)
        )

    def addresses(self) -> list[str]:
        """What the fields call the recipient, the sender's own name for it first; those that are addresses."""
        found = [parse_recipient_address(self.fields.get(name, "")) for name in _RECIPIENT_FIELDS]
        # A host without a domain is somebody's inner name for it: better than nothing.
        return sorted((one for one in found if one), key=lambda one: "." not in one.rpartition("@")[2])


def parse_recipients(content: bytes) -> list[RecipientFields]:
    """The recipients in the content of a delivery status, in order; at most `MAX_RECIPIENTS`."""
    found: list[RecipientFields] = []
    closed = False
    for name, value in _parse_fields(content[:MAX_STATUS_BYTES]):
        closed = closed or not name
        if name in _KNOWN_FIELDS:
            if not found or found[-1].ends_before(name, closed):
                found.append(RecipientFields())
            found[-1].fields.setdefault(name, value)
            closed = False
    return [one for one in found if one.names_recipient][:MAX_RECIPIENTS]


def _parse_fields(content: bytes) -> Iterator[tuple[str, str]]:
    """Names in lower case, values unfolded and decoded; a blank line is a field without a name."""
    name, value = "", b""
    for line in content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"):
        if line[:1] in (b" ", b"\t") and line.strip() and name:
            value += b" " + line.strip() if len(value) < MAX_VALUE_BYTES else b""
            continue
        if name:
            yield name, decode_header(value[:MAX_VALUE_BYTES])
        head, colon, value = line.partition(b":")
        name = head.strip().lower().decode("ascii", "replace") if colon and len(head) < 60 else ""
        if not line.strip():
            yield "", ""
    if name:
        yield name, decode_header(value[:MAX_VALUE_BYTES])


def find_status_parts(message: MimePart) -> list[MimePart]:
    """The parts of a message that are delivery statuses by their type."""
    kinds = ("message/delivery-status", "message/global-delivery-status")
    return [part for part in message.walk() if part.media_type in kinds]


def choose_address(recipient: RecipientFields, written_to: Collection[str]) -> str:
    """The address as the sender knew it: one they wrote to, else the original recipient, else the final one."""
    addresses = recipient.addresses()
    return next((one for one in addresses if fold_address(one) in written_to), addresses[0] if addresses else "")


def parse_recipient_address(value: str) -> str:
    """The address in a recipient field, whatever its type says; "" when there is none."""
    kind, semicolon, rest = value.partition(";")
    words = (rest if semicolon and "@" not in kind else value).strip()
    _, found, wrapped = words.lower().partition("dda:smtp=")  # an address in the clothes of X.400
    if found:
        words = words[len(words) - len(wrapped) :].partition(";")[0].partition("/")[0]
    if kind.strip().lower() == "utf-8":
        words = _decode_rfc6533(words)
    return find_address(words, inner=True)


def find_address(words: str, inner: bool = False) -> str:
    """The first usable address among words that are meant to be one: brackets, quotes and comments are taken off.

    With ``inner`` one at a host without a domain will do.
    """
    if "<" in words and "@" in words.partition("<")[2]:
        words = words.partition("<")[2].partition(">")[0]
    for word in words.replace("(", " (").split()[:8]:
        one = word.strip("<>[]()'\"`,;:.|*«»“”„").removeprefix("mailto:")
        head, colon, rest = one.partition(":")
        if colon and (head.lower() in ("smtp", "rfc822", "mailto") or head.startswith("@")):
            one = rest
        one = _unwrap_gateway_address(one)
        host = one.rpartition("@")[2].strip("[]")
        if is_usable_address(one) and ("." in host or (inner and "/" not in one)) and "/" not in host:
            return one
    return ""


def _unwrap_gateway_address(address: str) -> str:
    """Exchange wraps foreign addresses (``IMCEASMTP-anna+40example+2Etest@x``), RFC 3461 writes + and = as hex."""
    if address[:10].upper() == "IMCEASMTP-":
        inner = address[10:].rpartition("@")[0]
        for code, char in (("+40", "@"), ("+2E", "."), ("+2D", "-"), ("+5F", "_"), ("+2B", "+")):
            inner = inner.replace(code, char)
        return inner
    return address.replace("+3D", "=").replace("+2B", "+")


def _decode_rfc6533(words: str) -> str:
    r"""RFC 6533: ``\x{440}`` is a character."""
    pieces = words.split("\\x{")
    out = pieces[0]
    for piece in pieces[1:]:
        code, brace, rest = piece.partition("}")
        try:
            out += chr(int(code, 16)) + rest if brace else piece
        except (ValueError, OverflowError):
            out += piece
    return out


def find_enhanced_code(words: str) -> str:
    """The first enhanced status code among words (RFC 3463: three numbers, the first 2, 4 or 5), "" for none."""
    for one in _list_possible_codes(words):
        first, dot, rest = one.partition(".")
        second, dot2, third = rest.partition(".")
        numbers = dot and dot2 and second.isdecimal() and third.isdecimal()
        if first in ("2", "4", "5") and numbers and len(second) <= 3 and len(third) <= 3:
            return one
    return ""


def find_smtp_class(words: str) -> str:
    """ "5.0.0" or "4.0.0" by the first three-digit reply code of SMTP among words; "" for none."""
    for one in _list_possible_codes(words):
        if len(one) == 3 and one.isdecimal() and one[0] in "45" and one[1] in "0123457":
            return f"{one[0]}.0.0"
    return ""


def _list_possible_codes(words: str) -> list[str]:
    """What may be codes: the words without the signs that servers put around them."""
    plain = words.encode("ascii", "replace").decode().translate(_CODE_PUNCTUATION)
    return [word.strip(".'") for word in plain.split()[:60]]


_CODE_PUNCTUATION = str.maketrans(dict.fromkeys('()#-<>[]:;,"=?/', " "))
