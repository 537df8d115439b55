"""The body of a message as text: which parts are read, in which charset, and how they are joined.

Of alternatives the plain text, unless it is empty; of related parts the root; of mixed parts all that is text and no
file, without a repetition in HTML. If none of that gives a text, other sources do: a text with a file name, a nested
message, TNEF, or the preamble before the first boundary.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mail.content import html_to_text, tnef, uuencode
from mail.content.mail_program_markup import LineMark
from mail.mime import charsets
from mail.mime.parser import MimePart, parse_message

MAX_TEXT_BYTES = 1024 * 1024
MAX_SEARCHED_BYTES = 32 * 1024 * 1024
"""How far a text is searched for files written into it."""
NOT_BODY_TYPES = frozenset({
    "text/calendar", "text/vcard", "text/x-vcard", "text/directory", "text/css", "text/csv", "text/xml", "text/rtf",
    "text/rfc822-headers", "text/javascript", "text/ecmascript", "text/tab-separated-values", "text/x-amp-html",
})  # fmt: skip
MAX_NESTED_MESSAGES = 3
_PGP_SIGNED, _PGP_SIGNATURE = "-----BEGIN PGP SIGNED MESSAGE-----", "-----BEGIN PGP SIGNATURE-----"


@dataclass(slots=True)
class BodyContent:
    """A message's text, the parts it was taken from, and the files that were written into it.

    ``unflowed`` is the same text with flowed lines joined (RFC 3676); ``line_marks`` are what HTML said of its lines,
    and may be empty.
    """

    text: str = ""
    unflowed: str = ""
    line_marks: list[LineMark] = field(default_factory=list)
    parts: frozenset[int] = frozenset()
    files: list[uuencode.EmbeddedFile] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def extract_body(tree: MimePart, depth: int = 0) -> BodyContent:
    """The whole text of a message."""
    parts = _select_text_parts(tree)
    one = _join_parts(parts)
    one.parts = frozenset(part.number for part in parts)
    if one.text:
        if one.text.lstrip().startswith("-----BEGIN PGP MESSAGE-----"):
            one.problems.append("encrypted (PGP)")
        return one
    for more in (_read_named_text, _read_nested_messages, _read_tnef_text, _read_preamble):
        if text := more(tree, depth):
            one.text = one.unflowed = text
            break
    return one


def extract_html_text(tree: MimePart) -> str:
    """All HTML that a reader may choose to be shown, as text: also where the message has the same in plain text."""
    pieces, left = [], MAX_TEXT_BYTES
    for one in tree.walk():
        if one.media_type == "text/html" and left > 0 and one.disposition[0] != "attachment" and not one.filename:
            data = one.content(left)[:left]
            left -= len(data)
            pieces.append(html_to_text.html_to_text(_decode_characters(one, data)))
    return charsets.clean("\n\n".join(pieces))


def strip_pgp_armor(text: str) -> str:
    """What was signed in a text with an inline PGP signature (RFC 9580, section 7); any other text as it is."""
    if _PGP_SIGNED not in text:
        return text
    before, _, rest = text.partition(_PGP_SIGNED + "\n")
    armour, blank, signed = rest.partition("\n\n")
    signed, end, after = signed.partition("\n" + _PGP_SIGNATURE)
    if not blank or not end or len(armour) > 200:
        return text
    after = after.partition("-----END PGP SIGNATURE-----")[2]
    words = "\n".join(line.removeprefix("- ") for line in signed.split("\n"))
    return before + words + after


def _select_text_parts(node: MimePart) -> list[MimePart]:
    """The parts that are a message's text, in order."""
    if node.media_type == "multipart/alternative":
        choices = [_select_text_parts(one) for one in node.parts]
        plain = [choice for choice in choices if any(_is_plain_text(one) and _has_content(one) for one in choice)]
        return next(iter(plain or [choice for choice in choices if any(map(_has_content, choice))] or choices), [])
    if node.media_type == "multipart/related":
        root = _find_related_root(node)
        return _select_text_parts(root) or [
            text for one in node.parts if one is not root for text in _select_text_parts(one)
        ]
    if node.parts:
        return [text for one in node.parts for text in _select_text_parts(one)]
    return [node] if is_body_text(node) and node.disposition[0] != "attachment" and not node.filename else []


def is_body_text(node: MimePart) -> bool:
    """Whether a part is of a kind that people write and read."""
    return node.media_type.startswith("text/") and node.media_type not in NOT_BODY_TYPES


def _is_plain_text(node: MimePart) -> bool:
    return node.media_type == "text/plain"


def _has_content(node: MimePart) -> bool:
    """Whether there is anything in it."""
    if not node.encoding:
        return bool(node.body.strip())
    return bool(node.content(4000).strip())


def _find_related_root(node: MimePart) -> MimePart:
    start = node.parameters.get("start", "").strip("<> ").encode()
    ids = [(one, one.headers.get_first("content-id").strip(b"<> ")) for one in node.parts] if start else []
    return next((one for one, known in ids if known == start), node.parts[0])


def _join_parts(parts: list[MimePart]) -> BodyContent:
    found = BodyContent()
    pieces: list[str] = []
    unflowed: list[str] = []
    marks: list[LineMark] = []
    left = MAX_TEXT_BYTES
    for one in parts:
        if left <= 0:
            found.problems.append("text cut")
            break
        data = _take_out_files(one, one.content(left + 1), found)
        if len(data) > left:
            found.problems.append("text cut")
        left -= len(data)
        text, said = _read_text_and_marks(one, data[:MAX_TEXT_BYTES])
        if text and not (one.media_type == "text/html" and any(_is_repetition(text, before) for before in pieces)):
            joined = (
                _join_flowed_lines(text, one.parameters.get("delsp", "").lower() == "yes") if _is_flowed(one) else text
            )
            said = said or [LineMark.NONE] * (joined.count("\n") + 1)
            marks += [LineMark.NONE, *said] if pieces else said
            pieces.append(text)
            unflowed.append(joined)
    text = charsets.clean("\n\n".join(pieces))
    if len(text) > MAX_TEXT_BYTES:  # the marks of quotes in HTML make it longer
        found.problems.append("text cut")
    found.text = text[:MAX_TEXT_BYTES]
    found.unflowed = charsets.clean("\n\n".join(unflowed))[:MAX_TEXT_BYTES] if pieces != unflowed else found.text
    found.line_marks = marks
    return found


def _take_out_files(one: MimePart, data: bytes, found: BodyContent) -> bytes:
    """The text without the files written into it, which are ``found``."""
    if one.media_type == "text/html" or b"begin " not in data:
        return data
    data, files = uuencode.extract_files(one.content(MAX_SEARCHED_BYTES) if one.size > MAX_TEXT_BYTES else data)
    found.files += files
    return data


def _read_text_and_marks(one: MimePart, data: bytes) -> tuple[str, list[LineMark]]:
    """The decoded bytes of a text part as characters, and what HTML said of each line; nothing for other texts."""
    return (
        html_to_text.html_to_marked_text(_decode_characters(one, data))
        if one.media_type == "text/html"
        else (read_part_text(one, data), [])
    )


def read_part_text(one: MimePart, data: bytes) -> str:
    """The decoded bytes of a text part as characters, lines ended by LF, blank lines around them gone."""
    text = _decode_characters(one, data)
    if one.media_type == "text/html":
        text = html_to_text.html_to_text(text)
    elif one.media_type in ("text/enriched", "text/richtext"):
        text = _convert_enriched(text)
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")


def _decode_characters(one: MimePart, data: bytes) -> str:
    charset = one.parameters.get("charset", "")
    if one.media_type == "text/html" and not charsets.find_codec(charset) and not data.isascii():
        charset = _find_html_charset(data[:2048])
    return charsets.decode(data, charset)


def _find_html_charset(head: bytes) -> str:
    """The charset of a ``<meta>``, "" for none."""
    at = head.lower().find(b"charset=")
    value = head[at + 8 : at + 60].lstrip(b"\"' ") if at >= 0 else b""
    name = bytes(byte for byte in value.replace(b">", b'"').replace(b"'", b'"').partition(b'"')[0] if byte > 0x20)
    return name.decode("ascii", "replace").strip("/; ")


def _is_repetition(text: str, before: str) -> bool:
    """Whether a text says nothing that another did not, marks and spaces aside."""
    letters = "".join(filter(str.isalnum, text))
    return letters in "".join(filter(str.isalnum, before))


def _convert_enriched(text: str) -> str:
    """RFC 1896: commands in angle brackets are left out, their parameters too; lines end where two do."""
    text = text.replace("\r\n", "\n").replace("<<", "&lt;")
    pieces = text.split("<param>")
    text = pieces[0] + "".join(piece.partition("</param>")[2] for piece in pieces[1:])
    return html_to_text.html_to_text("<br>".join(line.replace("\n", "<br>") for line in text.split("\n\n")))


def _is_flowed(one: MimePart) -> bool:
    return one.media_type == "text/plain" and one.parameters.get("format", "").lower() == "flowed"


def _join_flowed_lines(text: str, delsp: bool) -> str:
    """RFC 3676: a line that ends with a space goes on in the next, at the same depth of quoting."""
    out: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        level = len(line) - len(line.lstrip(">"))
        content = line[level:].removeprefix(" ")
        flows = content.endswith(" ") and content != "-- "
        if flows and delsp:
            content = content[:-1]
        if open_depth == level and content != "-- ":
            out.append(content)
        else:
            out.append(("\n" if out else "") + (">" * level + " " if level else "") + content)
        open_depth = level if flows else -1
    return "".join(out)


def _read_named_text(tree: MimePart, _: int) -> str:
    """A text that has a file's name, or is attached, but not both: some programs give that to the message itself."""
    for one in tree.walk():
        if not one.parts and is_body_text(one) and not (one.filename and one.disposition[0] == "attachment"):
            return read_part_text(one, one.content(MAX_TEXT_BYTES)[:MAX_TEXT_BYTES])
    return ""


def _read_nested_messages(tree: MimePart, depth: int) -> str:
    """The texts of the messages inside."""
    if depth >= MAX_NESTED_MESSAGES:
        return ""
    letters = [one for one in tree.walk() if one.media_type == "message/rfc822" and one.disposition[0] != "attachment"]
    texts = [extract_body(parse_message(one.content(MAX_TEXT_BYTES))[0], depth + 1).text for one in letters[:20]]
    return "\n\n".join(filter(None, texts))[:MAX_TEXT_BYTES]


def _read_tnef_text(tree: MimePart, _: int) -> str:
    return next((tnef.parse_tnef(one.content()).text for one in tree.walk() if tnef.is_tnef(one)), "")


def _read_preamble(tree: MimePart, _: int) -> str:
    """What stands before the first part, unless it is only meant for programs without MIME."""
    text = charsets.decode(tree.body[:MAX_TEXT_BYTES]).replace("\r\n", "\n").strip() if tree.parts else ""
    return "" if "mime" in text[:1000].lower() else text
