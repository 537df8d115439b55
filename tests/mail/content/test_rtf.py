"""RTF bodies as text."""

from __future__ import annotations

import pytest

from mail.content.rtf import MAX_RTF_BYTES, convert_rtf, decompress_rtf


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (rb"{\rtf1\ansi\ansicpg1251 \'cd\'e5\'f2 \'e8\'ed\'f2\'e5\'f0\'ed\'e5\'f2\'e0\par}", "Нет интернета"),
        (rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset204 Arial;}}\f0 \'cd\'e5\'f2\par}", "Нет"),
        (rb"{\rtf1\ansi\uc1\u1053?\u1077?\u1090?\par \u8212? x}", "Нет\n— x"),
        (rb"{\rtf1\ansi\uc2\u1053??\u1077??x\par}", "Неx"),
        (rb"{\rtf1\ansi\uc0\u1053\u1077\u1090 ok\par}", "Нетok"),
        (rb"{\rtf1\ansi\uc1\u-10179?\u-8704? ok}", "\U0001f600 ok"),
        (rb"{\rtf1\ansi\uc1\u-10179? half}", "\ufffd half"),
        (rb"{\rtf1\ansi\ansicpg932 \'93\'fa\'96\'7b\par}", "日本"),
        (rb"{\rtf1\ansi{\pict\pngblip 89504e47}text}", "text"),
        (rb"{\rtf1\ansi {\b unclosed", "unclosed"),
        (b"", ""),
    ],
)
def test_rtf_is_read_as_its_text(source: bytes, text: str) -> None:
    assert convert_rtf(source) == text


@pytest.mark.parametrize("source", [rb"{\rtf1 a\u99999999999 b}", b"{" * MAX_RTF_BYTES, b"\\" * 1000, b"\\'" * 1000])
def test_broken_rtf_raises_nothing(source: bytes) -> None:
    assert isinstance(convert_rtf(source), str)


def test_what_is_not_compressed_rtf_gives_nothing_and_what_is_cut_off_gives_its_beginning() -> None:
    assert decompress_rtf(b"nonsense") == b""
    head = (100).to_bytes(4, "little") * 2
    assert decompress_rtf(head + b"MELA" + b"\0" * 4 + b"{\\rtf1 x}") == b"{\\rtf1 x}"
    assert decompress_rtf(head + b"LZFu" + b"\0" * 4 + b"\0{\\rtf") == b"{\\rtf"
