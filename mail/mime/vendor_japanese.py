"""ISO-2022-JP with signs that vendors added to it (NEC's circled numbers, IBM's letters): each is read.

Python's codecs refuse such a text whole. Microsoft's code page 932 has the signs; its bytes are computed from those of
JIS, character by character, as its makers defined it.
"""

from __future__ import annotations

_DOUBLE = (b"$B", b"$@")
"""What stands behind an escape before characters of two bytes."""
_KANA = b"(I"
"""What stands there before narrow kana."""
_NARROW = bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in range(256))


def decode_iso_2022(data: bytes) -> str:
    """The characters; what no vendor has becomes U+FFFD."""
    first, *others = data.split(b"\x1b")
    pieces = [first.decode("ascii", "replace")]
    for piece in others:
        mode, rest = piece[:2], piece[2:]
        if mode in _DOUBLE:
            pieces.append(_to_code_page(rest).decode("cp932", "replace"))
        elif mode == _KANA:
            pieces.append(rest.translate(_NARROW).decode("cp932", "replace"))
        else:
            pieces.append(rest.decode("ascii", "replace"))
    return "".join(pieces)


def _to_code_page(jis: bytes) -> bytes:
    """Pairs of JIS X 0208 as pairs of code page 932; what is no pair stands as it is."""
    out, at = bytearray(), 0
    while at < len(jis):
        pair = jis[at : at + 2]
        if len(pair) < 2 or not all(0x21 <= byte <= 0x7E for byte in pair):
            out.append(pair[0])
            at += 1
            continue
        row, cell = pair
        lead = (row - 0x21) // 2 + 0x81
        out.append(lead if lead < 0xA0 else lead + 0x40)
        out.append(cell + (0x7E if row % 2 == 0 else 0x1F if cell < 0x60 else 0x20))
        at += 2
    return bytes(out)
