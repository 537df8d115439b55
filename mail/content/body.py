"""What a reader is shown as a letter's text: which parts, in which charset, joined how.

Of alternatives the plain one, unless it is empty; of related parts the root; of mixed ones all that is text and no
file, a repetition in HTML left out. Where none of that says anything, what does: a text with a file's name, a letter
inside the letter, the words before the first boundary.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mail.content import html_to_text, tnef, uuencode
from mail.content.html_quotes import LineMark
from mail.mime import charsets
from mail.mime.parser import MimePart, taken_apart

TEXT_BYTES = 1024 * 1024
FILES_BYTES = 32 * 1024 * 1024
"""How far a text is searched for files written into it."""
NO_WORDS = frozenset({
    "text/calendar", "text/vcard", "text/x-vcard", "text/directory", "text/css", "text/csv", "text/xml", "text/rtf",
    "text/rfc822-headers", "text/javascript", "text/ecmascript", "text/tab-separated-values", "text/x-amp-html",
})  # fmt: skip
DEEPEST_LETTER = 3
_SIGNED, _SIGNATURE = "-----BEGIN PGP SIGNED MESSAGE-----", "-----BEGIN PGP SIGNATURE-----"


@dataclass(slots=True)
class BodyText:
    """A letter's text, the parts it was taken from, and the files that were written into it.

    ``unflowed`` is the same text with the lines joined that the sender says belong together; ``marks`` are what HTML
    said of its lines, and there may be none.
    """

    text: str = ""
    unflowed: str = ""
    marks: list[LineMark] = field(default_factory=list)
    parts: frozenset[int] = frozenset()
    files: list[uuencode.EmbeddedFile] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def shown(tree: MimePart, depth: int = 0) -> BodyText:
    """The whole text of a letter."""
    parts = _chosen(tree)
    one = _joined(parts)
    one.parts = frozenset(part.number for part in parts)
    if one.text:
        if one.text.lstrip().startswith("-----BEGIN PGP MESSAGE-----"):
            one.problems.append("encrypted (PGP)")
        return one
    for more in (_named, _enclosed, _tnef, _preamble):
        if text := more(tree, depth):
            one.text = one.unflowed = text
            break
    return one


def html_text(tree: MimePart) -> str:
    """All HTML that a reader may choose to be shown, as text: also where the letter has the same in plain text."""
    pieces, left = [], TEXT_BYTES
    for one in tree.walk():
        if one.kind == "text/html" and left > 0 and one.disposition[0] != "attachment" and not one.name:
            data = one.content(left)[:left]
            left -= len(data)
            pieces.append(html_to_text.plain(_characters(one, data)))
    return charsets.clean("\n\n".join(pieces))


def unarmoured(text: str) -> str:
    """What was signed in a text with an inline PGP signature (RFC 9580, section 7); any other text as it is."""
    if _SIGNED not in text:
        return text
    before, _, rest = text.partition(_SIGNED + "\n")
    armour, blank, signed = rest.partition("\n\n")
    signed, end, after = signed.partition("\n" + _SIGNATURE)
    if not blank or not end or len(armour) > 200:
        return text
    after = after.partition("-----END PGP SIGNATURE-----")[2]
    words = "\n".join(line.removeprefix("- ") for line in signed.split("\n"))
    return before + words + after


def _chosen(node: MimePart) -> list[MimePart]:
    """The parts that are a letter's text, in order."""
    if node.kind == "multipart/alternative":
        choices = [_chosen(one) for one in node.parts]
        plain = [choice for choice in choices if any(_is_plain(one) and _says(one) for one in choice)]
        return next(iter(plain or [choice for choice in choices if any(map(_says, choice))] or choices), [])
    if node.kind == "multipart/related":
        root = _root(node)
        return _chosen(root) or [text for one in node.parts if one is not root for text in _chosen(one)]
    if node.parts:
        return [text for one in node.parts for text in _chosen(one)]
    return [node] if is_words(node) and node.disposition[0] != "attachment" and not node.name else []


def is_words(node: MimePart) -> bool:
    """Whether a part is of a kind that people write and read."""
    return node.kind.startswith("text/") and node.kind not in NO_WORDS


def _is_plain(node: MimePart) -> bool:
    return node.kind == "text/plain"


def _says(node: MimePart) -> bool:
    """Whether there is anything in it."""
    if not node.encoding:
        return bool(node.body.strip())
    return bool(node.content(4000).strip())


def _root(node: MimePart) -> MimePart:
    start = node.parameters.get("start", "").strip("<> ").encode()
    ids = [(one, one.headers.first("content-id").strip(b"<> ")) for one in node.parts] if start else []
    return next((one for one, known in ids if known == start), node.parts[0])


def _joined(parts: list[MimePart]) -> BodyText:
    found = BodyText()
    pieces: list[str] = []
    unflowed: list[str] = []
    marks: list[LineMark] = []
    left = TEXT_BYTES
    for one in parts:
        if left <= 0:
            found.problems.append("text cut")
            break
        data = _without_files(one, one.content(left + 1), found)
        if len(data) > left:
            found.problems.append("text cut")
        left -= len(data)
        text, said = _marked(one, data[:TEXT_BYTES])
        if text and not (one.kind == "text/html" and any(_repeats(text, before) for before in pieces)):
            joined = _unflowed(text, one.parameters.get("delsp", "").lower() == "yes") if _flows(one) else text
            said = said or [LineMark.NONE] * (joined.count("\n") + 1)
            marks += [LineMark.NONE, *said] if pieces else said
            pieces.append(text)
            unflowed.append(joined)
    text = charsets.clean("\n\n".join(pieces))
    if len(text) > TEXT_BYTES:  # the marks of quotes in HTML make it longer
        found.problems.append("text cut")
    found.text = text[:TEXT_BYTES]
    found.unflowed = charsets.clean("\n\n".join(unflowed))[:TEXT_BYTES] if pieces != unflowed else found.text
    found.marks = marks
    return found


def _without_files(one: MimePart, data: bytes, found: BodyText) -> bytes:
    """The text without the files written into it, which are ``found``."""
    if one.kind == "text/html" or b"begin " not in data:
        return data
    data, files = uuencode.taken_out(one.content(FILES_BYTES) if one.size > TEXT_BYTES else data)
    found.files += files
    return data


def _marked(one: MimePart, data: bytes) -> tuple[str, list[LineMark]]:
    """The decoded bytes of a text part as characters, and what HTML said of each line; nothing for other texts."""
    return html_to_text.marked(_characters(one, data)) if one.kind == "text/html" else (text_of(one, data), [])


def text_of(one: MimePart, data: bytes) -> str:
    """The decoded bytes of a text part as characters, lines ended by LF, blank lines around them gone."""
    text = _characters(one, data)
    if one.kind == "text/html":
        text = html_to_text.plain(text)
    elif one.kind in ("text/enriched", "text/richtext"):
        text = _unenriched(text)
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")


def _characters(one: MimePart, data: bytes) -> str:
    charset = one.parameters.get("charset", "")
    if one.kind == "text/html" and not charsets.codec(charset) and not data.isascii():
        charset = _stated_in_html(data[:2048])
    return charsets.decoded(data, charset)


def _stated_in_html(head: bytes) -> str:
    """The charset of a ``<meta>``, "" for none."""
    at = head.lower().find(b"charset=")
    value = head[at + 8 : at + 60].lstrip(b"\"' ") if at >= 0 else b""
    name = bytes(byte for byte in value.replace(b">", b'"').replace(b"'", b'"').partition(b'"')[0] if byte > 0x20)
    return name.decode("ascii", "replace").strip("/; ")


def _repeats(text: str, before: str) -> bool:
    """Whether a text says nothing that another did not, marks and spaces aside."""
    letters = "".join(filter(str.isalnum, text))
    return letters in "".join(filter(str.isalnum, before))


def _unenriched(text: str) -> str:
    """RFC 1896: commands in angle brackets are left out, their parameters too; lines end where two do."""
    text = text.replace("\r\n", "\n").replace("<<", "&lt;")
    pieces = text.split("<param>")
    text = pieces[0] + "".join(piece.partition("</param>")[2] for piece in pieces[1:])
    return html_to_text.plain("<br>".join(line.replace("\n", "<br>") for line in text.split("\n\n")))


def _flows(one: MimePart) -> bool:
    return one.kind == "text/plain" and one.parameters.get("format", "").lower() == "flowed"


def _unflowed(text: str, delsp: bool) -> str:
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


def _named(tree: MimePart, _: int) -> str:
    """A text that has a file's name, or is attached, but not both: some programs give that to the letter itself."""
    for one in tree.walk():
        if not one.parts and is_words(one) and not (one.name and one.disposition[0] == "attachment"):
            return text_of(one, one.content(TEXT_BYTES)[:TEXT_BYTES])
    return ""


def _enclosed(tree: MimePart, depth: int) -> str:
    """The texts of the letters inside."""
    if depth >= DEEPEST_LETTER:
        return ""
    letters = [one for one in tree.walk() if one.kind == "message/rfc822" and one.disposition[0] != "attachment"]
    texts = [shown(taken_apart(one.content(TEXT_BYTES))[0], depth + 1).text for one in letters[:20]]
    return "\n\n".join(filter(None, texts))[:TEXT_BYTES]


def _tnef(tree: MimePart, _: int) -> str:
    return next((tnef.opened(one.content()).text for one in tree.walk() if tnef.is_tnef(one)), "")


def _preamble(tree: MimePart, _: int) -> str:
    """What stands before the first part, unless it is only meant for programs without MIME."""
    text = charsets.decoded(tree.body[:TEXT_BYTES]).replace("\r\n", "\n").strip() if tree.parts else ""
    return "" if "mime" in text[:1000].lower() else text
