"""Whether the border server's Authentication-Results prove a message's From (RFC 8601), read strictly.

Only `Authentication-Results` under exactly the configured authserv-id are looked at, and of those only the topmost
block: the ones between which no other header stands. The uppermost of them alone can prove; those below it can only
raise a doubt, so that the words of two headers never make one proof. This assumes what RFC 8601, section 5, demands:
that the border removes headers bearing its own name from what strangers send. Only a pass *aligned* with the From
domain counts.

What a border writes is plain. Whatever is not (a quote inside a comment, an open parenthesis, a comment that stands
where a blank belongs, a property or a DMARC verdict said twice) may be a stranger's words that the border repeated, a
HELO for one, and then the whole header proves nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from desk.model.messages import SenderAssurance
from mail.mime.domains_and_recipients import is_aligned, to_ascii_domain
from mail.mime.headers import MAX_FIELD_BYTES, MAX_HEADER_BYTES, Headers

_HEADERS_END = re.compile(rb"\n\r?\n")
_HEADER_LINE = re.compile(rb"(?:[!-9;-~]{1,200}:|[ \t]+[^ \t\r])[^\r]*\Z")
_AFTER_COMMENT = ("", " ", "\t", ";")
"""A border leaves a blank behind a comment. Who forges a property in a word without blanks can not."""
METHODS = ("dkim", "dmarc", "spf")
MAX_RESULTS_HEADERS = 8
"""Headers of one group: a border writes one, or one for each method."""


@dataclass(frozen=True, slots=True)
class MethodVerdict:
    """One method's verdict: "dkim", "pass", and properties such as "header.d" in lower case."""

    method: str
    verdict: str
    properties: dict[str, str]


def check_sender(headers: Headers, senders: list[str], authserv_id: str, raw: bytes = b"") -> SenderAssurance:
    """How sure the From is. ``senders`` are all addresses of all From fields: more than one proves nothing.

    ``raw`` is the message itself, whose headers must look the same to every reader.
    """
    if len(senders) != 1 or not _has_one_sender(headers.get_all("from"), senders[0]):
        return SenderAssurance.DOUBTED
    if not authserv_id:
        return SenderAssurance.CLAIMED
    if _is_ambiguous(raw):
        return SenderAssurance.DOUBTED
    proved = proves_domain(headers, senders[0].rpartition("@")[2], authserv_id)
    return SenderAssurance.SURE if proved else SenderAssurance.DOUBTED


def proves_domain(headers: Headers, sender_domain: str, authserv_id: str) -> bool:
    """Whether the border's uppermost header vouches for senders of a domain, and none of its block speaks against."""
    domain = to_ascii_domain(sender_domain)
    stated = [parse_results(value) for value in _topmost_block(headers, authserv_id)]
    if not domain or not stated or None in stated or len(stated) > MAX_RESULTS_HEADERS:
        return False
    read = [one for one in stated if one is not None]
    if any(result.method == "dmarc" and result.verdict == "fail" for one in read for result in one):
        return False
    return any(_is_aligned_pass(result, domain) for result in read[0])


def parse_results(value: str) -> list[MethodVerdict] | None:
    """The methods of one header's value, the authserv-id and comments left out; None when it is not plain."""
    plain = _remove_comments(value)
    if plain is None:
        return None
    found = []
    for piece in plain.split(";")[1:50]:
        words = piece.split()
        method, equals, verdict = words[0].partition("=") if words else ("", "", "")
        name, _, version = method.lower().partition("/")
        if not equals or version not in ("", "1"):
            continue
        pairs = [word.partition("=") for word in words[1:] if "=" in word]
        properties = {key.lower(): content.strip('"').lower() for key, _, content in pairs}
        if name in METHODS and len(properties) < len(pairs):
            return None
        found.append(MethodVerdict(name, verdict.lower(), properties))
    return found if sum(one.method == "dmarc" for one in found) < 2 else None


def _has_one_sender(fields: list[bytes], address: str) -> bool:
    """Whether every reader sees the same one sender: one field with one address, and none in the name or behind it."""
    if len(fields) != 1:
        return False
    value = _remove_quoted(fields[0].decode("utf-8", "replace"))
    if any(char < " " and char != "\t" for char in value):
        return False
    before, angle, rest = value.partition("<")
    inner, closed, after = rest.partition(">")
    if not angle:
        return [word for word in before.split() if "@" in word] == [address]
    named = [word.strip("'\",;()") for word in before.split() if "@" in word]
    unclear = "<" in inner + after or "@" in after or ">" in before + after
    same = all(one.lower() == address.lower() for one in named)
    return bool(closed) and not unclear and inner.strip() == address and same


def _is_ambiguous(raw: bytes) -> bool:
    """Whether a border may have seen other headers than we do, who read on where it may have stopped.

    So it is with a line ended by a bare CR, one that is no header, a blank one at the top or with spaces in it.
    """
    lines = _HEADERS_END.split(raw[:MAX_HEADER_BYTES], maxsplit=1)[0].rstrip(b"\r\n").split(b"\n")
    if lines[0].startswith(b"From "):
        del lines[0]
    return len(lines) > 1 and not all(_HEADER_LINE.match(line.removesuffix(b"\r")) for line in lines)


def _remove_quoted(value: str) -> str:
    """The value with what stands in quotes left out; from an open quote on nothing is left out."""
    pieces = value.replace("\\\\", "").replace('\\"', "").split('"')
    return "".join(pieces[0::2]) if len(pieces) % 2 else value


def _is_aligned_pass(result: MethodVerdict, domain: str) -> bool:
    if result.verdict != "pass":
        return False
    if result.method == "dmarc":
        return result.properties.get("header.from", "").rpartition("@")[2] == domain
    if result.method == "dkim":
        identity = result.properties.get("header.i", "").rpartition("@")[2]
        return is_aligned(result.properties.get("header.d") or identity, domain)
    if result.method == "spf":
        return is_aligned(result.properties.get("smtp.mailfrom", "").rpartition("@")[2], domain)
    return False


def _topmost_block(headers: Headers, authserv_id: str) -> list[str]:
    """The uppermost of the border's headers, and those that follow it with no other header between."""
    block: list[str] = []
    for name, value in headers.fields:
        text = value.decode("latin-1") if name == "authentication-results" else ""
        if text and _is_from_authserv(text, authserv_id):
            block.append(text)
        elif block:
            break
    return block


def _is_from_authserv(value: str, authserv_id: str) -> bool:
    """Whether the header bears this very name, as a server writes it: first, unquoted, and version 1 if any."""
    end = len(authserv_id)
    if value[:end].lower() != authserv_id.lower() or value[end : end + 1] not in (" ", "\t", ";", "("):
        return False
    plain = _remove_comments(value)
    # What cannot be read is kept in the group, where it spoils it.
    return plain is None or plain.partition(";")[0].split()[1:] in ([], ["1"])


def _remove_comments(value: str) -> str | None:
    """The value with comments out and quoted delimiters harmless; None where it is not clear what is said."""
    if len(value) >= MAX_FIELD_BYTES or not value.isascii():
        return None
    out: list[str] = []
    depth, quoted, at = 0, False, 0
    while at < len(value):
        char = value[at]
        if char < " " and char != "\t":
            return None
        if char == "\\":
            if not (depth or quoted) or at + 1 == len(value):
                return None
            at += 2
            continue
        if char == '"':
            if depth:
                return None
            quoted = not quoted
        if char == "(" and not quoted:
            depth += 1
        elif char == ")" and not quoted:
            if not depth or (depth == 1 and value[at + 1 : at + 2] not in _AFTER_COMMENT):
                return None
            depth -= 1
            char = " "
        if not depth:
            out.append("_" if quoted and char in "; =@" else char)
        at += 1
    return None if depth or quoted else "".join(out)
