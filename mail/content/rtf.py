"""RTF as plain text, and the compression Outlook puts on it (MS-OXRTFCP).

The text is read by striprtf. The decompression is our own: the library for it refuses data that were cut off on the
way, of which this gives what is there (docs/dependencies.md has the comparison).
"""

from __future__ import annotations

from striprtf.striprtf import rtf_to_text

MAX_RTF_BYTES = 1024 * 1024
"""Bytes that are unpacked, and bytes that are converted."""
_DICTIONARY = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)


def decompress_rtf(data: bytes) -> bytes:
    """RTF out of Outlook's compression (LZFu); b"" when it is something else."""
    kind = data[8:12]
    if kind == b"MELA":
        return data[16 : 16 + MAX_RTF_BYTES]
    if kind != b"LZFu":
        return b""
    size = min(int.from_bytes(data[4:8], "little"), MAX_RTF_BYTES)
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


def convert_rtf(source: bytes) -> str:
    """The text of an RTF document, "" where it cannot be read."""
    try:
        text: str = rtf_to_text(source[:MAX_RTF_BYTES].decode("latin-1"), errors="replace")  # type: ignore[no-untyped-call]
    except Exception:  # a stranger's bytes: whatever the library makes of them, the message is read
        return ""
    # Characters outside the BMP are written as two halves; a half alone becomes U+FFFD.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").strip()
