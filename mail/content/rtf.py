"""RTF as plain text, and the compression Outlook puts on it (MS-OXRTFCP); only as much of both as words need."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mail.mime import charsets

MOST = 1024 * 1024
"""Bytes that are unpacked, and looked at."""
_DICTIONARY = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_TOKEN = re.compile(rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z\r\n])|([{}])|([^\\{}\r\n]{1,4096})")
_SILENT = frozenset({
    b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer", b"generator",
    b"themedata", b"listtable", b"listoverridetable", b"xmlnstbl", b"mmathPr", b"latentstyles", b"htmltag",
    b"pntext", b"fldinst",
})  # fmt: skip
_SPACES = {
    b"par": "\n", b"line": "\n", b"sect": "\n", b"row": "\n", b"tab": "\t", b"cell": " ", b"emdash": "—",
    b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"bullet": "•",
}  # fmt: skip


def decompressed(data: bytes) -> bytes:
    """RTF out of Outlook's compression (LZFu); b"" when it is something else."""
    kind = data[8:12]
    if kind == b"MELA":
        return data[16 : 16 + MOST]
    if kind != b"LZFu":
        return b""
    size = min(int.from_bytes(data[4:8], "little"), MOST)
    ring = bytearray(_DICTIONARY.ljust(4096, b"\0"))
    write, at = len(_DICTIONARY), 16
    out = bytearray()
    while at < len(data) and len(out) < size:
        flags = data[at]
        at += 1
        for bit in range(8):
            if not flags >> bit & 1:
                if at >= len(data):
                    break
                ring[write] = data[at]
                out.append(data[at])
                write = (write + 1) % 4096
                at += 1
                continue
            if at + 1 >= len(data):
                return bytes(out)
            reference = data[at] << 8 | data[at + 1]
            at += 2
            read = reference >> 4
            if read == write:
                return bytes(out)
            for step in range((reference & 15) + 2):
                byte = ring[(read + step) % 4096]
                ring[write] = byte
                out.append(byte)
                write = (write + 1) % 4096
    return bytes(out)


def plain(source: bytes) -> str:
    """The words of an RTF text."""
    page = _RtfReader()
    for match in _TOKEN.finditer(source[:MOST]):
        page.token(*match.groups())
    page.flush()
    return "".join(page.out).strip()


@dataclass(slots=True)
class _RtfReader:
    """What has been read so far. ``raw`` are neighbouring escaped bytes, which may be one letter together."""

    out: list[str] = field(default_factory=list)
    groups: list[bool] = field(default_factory=list)
    silent: bool = False
    skip: int = 0
    charset: str = "cp1252"
    raw: bytearray = field(default_factory=bytearray)

    def token(
        self, word: bytes | None, number: bytes | None, escaped: bytes | None, symbol: bytes | None,
        brace: bytes | None, words: bytes | None,
    ) -> None:  # fmt: skip
        """One of the six that the pattern knows; the others are None."""
        if escaped:
            self.escaped(int(escaped, 16))
            return
        self.flush()
        if brace == b"{":
            self.groups.append(self.silent)
        elif brace:
            self.silent = self.groups.pop() if self.groups else False
        elif word in _SILENT or symbol == b"*":
            self.silent = True
        elif word:
            self.word(word, int(number or 0))
        elif not self.silent:
            self.words(symbol, words or b"")

    def escaped(self, byte: int) -> None:
        """A byte of the page's charset; it may stand for a letter already given by its number."""
        if self.skip:
            self.skip -= 1
        elif not self.silent:
            self.raw.append(byte)

    def word(self, word: bytes, number: int) -> None:
        """A control word; most of them are about looks."""
        if word == b"ansicpg":
            self.charset = f"cp{number}"
        elif self.silent:
            return
        elif word == b"u":
            self.out.append(chr(number % 0x10000))
            self.skip = 1
        else:
            self.out.append(_SPACES.get(word, ""))

    def words(self, symbol: bytes | None, words: bytes) -> None:
        """What is written as it is."""
        if symbol:
            self.out.append({b"~": " ", b"_": "-", b"-": ""}.get(symbol, symbol.decode("latin-1")))
            return
        self.out.append(charsets.decode(words, self.charset)[self.skip :])
        self.skip = 0

    def flush(self) -> None:
        """The escaped bytes are complete."""
        if self.raw:
            self.out.append(charsets.decode(bytes(self.raw), self.charset))
            self.raw.clear()
