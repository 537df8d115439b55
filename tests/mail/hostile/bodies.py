"""Attacks by what a letter says: HTML, encodings, charsets, quotes, and files that lie about their size."""

from __future__ import annotations

import struct
from random import Random

from tests.mail.hostile.making import Register, around, encoded, head, html, multipart, plain, some

ATTACKS = Register()
CHARSETS = [
    b"evil-1", b"idna", b"punycode", b"zip", b"hex", b"rot13", b"base64", b"unicode_escape", b"raw_unicode_escape",
    b"undefined", b"a\0b", b"utf-7", b"utf-16", b"utf-32", b"utf-8-sig", b"x" * 300, b"../../etc/passwd", b"mbcs",
    b"iso-2022-jp", b"iso-2022-kr", b"hz", b"big5", b"gb18030", b"shift_jis", b"euc-kr", b"cp1251", b"%s%n", b"''",
]  # fmt: skip


@ATTACKS
def unclosed_comments(rng: Random) -> bytes:
    """``<!--`` again and again."""
    return html() + b"<!--" * around(rng, 50_000)


@ATTACKS
def a_hundred_thousand_divs(rng: Random) -> bytes:
    """Blocks in blocks."""
    return html() + b"<div>" * around(rng, 100_000) + b"x"


@ATTACKS
def deep_tables(rng: Random) -> bytes:
    """Tables in cells of tables."""
    return html() + b"<table><tr><td>" * around(rng, 30_000) + b"x"


@ATTACKS
def deep_quotes(rng: Random) -> bytes:
    """Quotes of quotes."""
    return html() + b"<blockquote><p>x" * around(rng, 50_000)


@ATTACKS
def marks_of_quotes(rng: Random) -> bytes:
    """What mail programs put around history, nested and never closed."""
    marks = [
        b'<div class="gmail_quote">', b"<blockquote type=cite>", b'<div id="divRplyFwdMsg">', b"<hr>", b"</div>", b"x",
        b'<div style="border-top:solid #E1E1E1 1.0pt">', b"</blockquote>", b"<br>From: a<br>Sent: b<br>To: c<br>",
        b"<p>On Monday Anna wrote:</p>",
    ]  # fmt: skip
    return html() + some(rng, marks, 60_000)


@ATTACKS
def entities(rng: Random) -> bytes:
    """Entities, whole and torn, by the hundred thousand."""
    pieces = [b"&amp;", b"&", b"&#", b"&#x110000;", b"&#99999999999999999999;", b"&notanentity;", b"&#0;", b"&lt"]
    return html() + some(rng, pieces, 150_000)


@ATTACKS
def one_entity_without_end(rng: Random) -> bytes:
    """A number of a megabyte."""
    return html() + b"&#" + b"9" * around(rng, 1_000_000) + b";"


@ATTACKS
def tags_in_tags(rng: Random) -> bytes:
    """Tags that begin and do not end."""
    return html() + some(rng, [b"<a ", b"<", b"</", b"<b<", b"'<", b'"<', b"<!", b"<?", b"<a href="], 200_000)


@ATTACKS
def attributes_without_end(rng: Random) -> bytes:
    """One tag of a megabyte."""
    return html() + b"<p " + b"a=b " * around(rng, 250_000) + b">x"


@ATTACKS
def links(rng: Random) -> bytes:
    """A hundred thousand links inside each other."""
    return html() + b'<a href="http://x.test/">' * around(rng, 40_000) + b"x</a>" * 40_000


@ATTACKS
def unclosed_silence(rng: Random) -> bytes:
    """Styles and scripts that never end."""
    return html() + some(rng, [b"<style>", b"<script>", b"<title>", b"<svg>", b"<head>", b"x"], 100_000)


@ATTACKS
def a_list_of_pre(rng: Random) -> bytes:
    """Text as it stands, in lists, line by line."""
    return html() + b"<ul><li><pre>a\nb" * around(rng, 30_000)


@ATTACKS
def one_line_of_base64(rng: Random) -> bytes:
    """Forty megabytes without a line end."""
    kind = rng.choice([b"text/plain", b"application/pdf; name=a.pdf", b"text/html"])
    lines = head(b"Content-Type: " + kind, b"Content-Transfer-Encoding: base64")
    return lines + b"QUJD" * around(rng, 10_000_000)


@ATTACKS
def base64_full_of_junk(rng: Random) -> bytes:
    """More junk than base64, and ends in the middle."""
    lines = head(b"Content-Type: text/plain; charset=utf-8", b"Content-Transfer-Encoding: base64")
    return lines + some(rng, [b"QUJD", b"=", b"==", b"!", b" ", b"\n", b"*~", b"Q"], 500_000)


@ATTACKS
def quoted_printable_of_signs(rng: Random) -> bytes:
    """Escapes, soft breaks and spaces that are none."""
    lines = head(b"Content-Type: text/plain; charset=utf-8", b"Content-Transfer-Encoding: quoted-printable")
    return lines + some(rng, [b"=\n", b"= ", b"=", b"=3D", b" \t", b"=\r\n", b"=ZZ", b"=D0"], 500_000)


@ATTACKS
def spaces_behind_soft_breaks(rng: Random) -> bytes:
    """A sign of equality and a megabyte of spaces."""
    lines = head(b"Content-Type: text/plain", b"Content-Transfer-Encoding: quoted-printable")
    return lines + (b"=" + b" " * around(rng, 10_000)) * 100


@ATTACKS
def a_hundred_thousand_uuencoded_files(rng: Random) -> bytes:
    """Files in a text, each of one line or less."""
    return plain() + some(rng, [b"begin 644 a\n", b"!00``\n", b"end\n", b"`\n", b"begin 644 \n"], 200_000)


@ATTACKS
def yenc_without_end(rng: Random) -> bytes:
    """Beginnings of yEnc files."""
    return plain() + b"begin \n" + b"=ybegin line=128 size=9 name=a\n" * around(rng, 50_000)


@ATTACKS
def evil_charsets(rng: Random) -> bytes:
    """Charsets that are codecs, or none, or what else a name can be."""
    content = rng.randbytes(around(rng, 200_000))
    return multipart() + b"".join(
        b'--b\r\nContent-Type: text/plain; charset="' + charset + b'"\r\n\r\n' + content[: rng.randrange(20_000)]
        + b"\r\n" for charset in rng.sample(CHARSETS, 12)
    )  # fmt: skip


@ATTACKS
def escapes_of_charsets(rng: Random) -> bytes:
    """Charsets with states, changed at every letter."""
    charset, pieces = rng.choice([
        (b"iso-2022-jp", [b"\x1b$B", b"\x1b(B", b"\x1b", b"8+", b"a"]), (b"utf-7", [b"+", b"-", b"AAAA", b"+2D0"]),
        (b"hz-gb-2312", [b"~{", b"~}", b"~", b"Dc"]), (b"utf-16", [b"\xd8\x00", b"\xdc\x00", b"\xff\xfe"]),
        (b"x-unknown", [b"\x1b$", b"\x1b(J", b"a"]),
    ])  # fmt: skip
    return plain(charset) + some(rng, pieces, 300_000)


@ATTACKS
def half_letters(rng: Random) -> bytes:
    """UTF-8 in which every letter is broken, and nothing says what it is instead."""
    pieces = [b"\xd0", b"\xf0\x9f", b"\xed\xa0\x80", b"\xc0\x80", b"a", b"\xff"]
    return head(b"Content-Type: text/plain") + some(rng, pieces, 500_000)


@ATTACKS
def quoted_lines(rng: Random) -> bytes:
    """Half a million lines of history."""
    return plain() + some(rng, [b"> a\n", b">> b\n", b">\n", b"c\n", b"\n"], 400_000)


@ATTACKS
def many_attributions(rng: Random) -> bytes:
    """Somebody wrote, somebody wrote, somebody wrote."""
    pieces = [
        b"On Mon, 1 Jan 2024 at 10:00, a <a@b.test> wrote:\n", "В пн, 1 янв. 2024 г. в 10:00, a написал:\n".encode(),
        b"> x\n", b"-----Original Message-----\n", b"From: a\nSent: b\nTo: c\nSubject: d\n", b"_" * 40 + b"\n",
        b"On \n",
    ]  # fmt: skip
    return plain() + some(rng, pieces, 30_000)


@ATTACKS
def one_line_that_might_be_anything(rng: Random) -> bytes:
    """A megabyte of words that begin attributions, in one line."""
    return plain() + rng.choice([b"On ", b"wrote: ", b"> ", b"-- ", b"From: ", b"a:", b"1) "]) * around(rng, 300_000)


@ATTACKS
def signatures(rng: Random) -> bytes:
    """Ends of letters, again and again."""
    return plain() + some(rng, [b"-- \n", b"--\n", b"Sent from my iPhone\n", b"Best regards,\n", b"\n"], 200_000)


@ATTACKS
def blank_lines(rng: Random) -> bytes:
    """A megabyte of nothing."""
    return plain() + rng.choice([b"\n", b" \n", b"\r\n", b"\t \t\n"]) * around(rng, 1_000_000) + b"x"


@ATTACKS
def flowed_text(rng: Random) -> bytes:
    """Lines that go on and on, at every depth."""
    lines = head(b"Content-Type: text/plain; format=flowed; delsp=yes")
    return lines + some(rng, [b"a \n", b">b \n", b">>>> \n", b" \n", b"-- \n", b">" * 70 + b" \n"], 300_000)


@ATTACKS
def enriched_text(rng: Random) -> bytes:
    """Commands without ends."""
    return head(b"Content-Type: text/enriched") + some(rng, [b"<param>", b"</param>", b"<<", b"<bold>", b"x"], 200_000)


@ATTACKS
def armour(rng: Random) -> bytes:
    """Beginnings and ends of inline PGP."""
    pieces = [b"-----BEGIN PGP SIGNED MESSAGE-----\n", b"Hash: x\n\n", b"-----BEGIN PGP SIGNATURE-----\n", b"- x\n"]
    return plain() + some(rng, pieces, 30_000)


@ATTACKS
def a_report_about_everybody(rng: Random) -> bytes:
    """A delivery report with a hundred thousand recipients."""
    one = b"Final-Recipient: rfc822; %d@mail.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
    report = b"".join(one % number for number in range(around(rng, 100_000)))
    return (
        head(b"Content-Type: multipart/report; report-type=delivery-status; boundary=b")
        + b"--b\r\n\r\nfailed\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n" + report
    )  # fmt: skip


@ATTACKS
def a_bounce_in_prose(rng: Random) -> bytes:
    """A bounce without fields, as long as its text may be."""
    letter = head(b"Content-Type: text/plain").replace(b"enemy@", b"MAILER-DAEMON@")
    return letter + some(rng, [b"<a@b.test>: 550 unknown user\n", b"could not be delivered\n", b"a@b.c "], 100_000)


@ATTACKS
def winmail_that_lies(rng: Random) -> bytes:
    """TNEF whose lengths promise gigabytes, and attachments without number."""
    attributes = b"".join(
        b"\2" + struct.pack("<II", rng.choice([0x69002, 0x18010, 0x6800F, 0x69005, 0x69003]), length)
        + rng.randbytes(min(length, 40)) + b"\0\0"
        for length in (rng.choice([0, 4, 16, 40]) for _ in range(20_000))
    )  # fmt: skip
    content = b"\x78\x9f\x3e\x22\0\0" + attributes + b"\2" + struct.pack("<II", 0x69005, 0xFFFFFFFF)
    return _file(b"application/ms-tnef; name=winmail.dat", content)


@ATTACKS
def winmail_of_properties(rng: Random) -> bytes:
    """MAPI properties that count millions of values."""
    properties = struct.pack("<I", 0xFFFFFFF) + b"".join(
        struct.pack(
            "<HHI", rng.choice([0x101E, 0x1102, 0x1E, 0x1003, 0xD]), rng.randrange(0x10000), rng.getrandbits(32)
        )
        for _ in range(20_000)
    )
    content = b"\x78\x9f\x3e\x22\0\0\1" + struct.pack("<II", 0x69003, len(properties)) + properties
    return _file(b"application/ms-tnef; name=winmail.dat", content)


@ATTACKS
def rtf_that_swells(rng: Random) -> bytes:
    """Compressed RTF in which two bytes become seventeen, and braces that never close."""
    packed = b"\xff" + b"\x00\x0f" * 8
    body = struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, 0x75465A4C) + b"\0\0\0\0" + packed * around(rng, 50_000)
    if rng.random() < 0.5:
        source = some(rng, [b"{", b"\\'ff", b"\\par ", b"}", b"\\u-1?", b"\\", b"{\\*"], 200_000)
        body = struct.pack("<III", len(source), len(source), 0x414C454D) + b"\0\0\0\0" + source
    properties = struct.pack("<IHHII", 1, 0x102, 0x1009, 1, len(body)) + body
    content = b"\x78\x9f\x3e\x22\0\0\1" + struct.pack("<II", 0x69003, len(properties)) + properties
    return _file(b"application/ms-tnef; name=winmail.dat", content)


@ATTACKS
def a_signature_of_octets(rng: Random) -> bytes:
    """S/MIME whose content comes in a million pieces, or inside itself."""
    start = bytes.fromhex("3080 06092a864886f70d010702 a080 3080 020101 3100 3080 06092a864886f70d010701 a080")
    pieces = rng.choice([b"\x24\x80" * 100_000, b"\x24\x80" + b"\x04\x01x" * 300_000, b"\x04\x88" + b"\xff" * 8])
    return _file(b"application/pkcs7-mime; smime-type=signed-data", start + pieces)


@ATTACKS
def a_long_calendar(rng: Random) -> bytes:
    """An invitation of several megabytes."""
    return head(b"Content-Type: text/calendar; method=REPLY") + b"ATTENDEE:mailto:a@b.test\r\n" * around(rng, 200_000)


@ATTACKS
def a_very_long_text(rng: Random) -> bytes:
    """Twenty megabytes of words."""
    return plain() + "слово за слово ".encode() * around(rng, 700_000)


def _file(kind: bytes, content: bytes) -> bytes:
    lines = b"--b\r\nContent-Type: " + kind + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return multipart() + lines + encoded(content) + b"--b--\r\n"
