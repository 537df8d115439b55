"""Attacks by structure: parts, nesting and boundaries."""

from __future__ import annotations

from random import Random

from tests.mail.hostile.making import FROM, Register, around, encoded, head, multipart, some

ATTACKS = Register()
PART = b"--b\r\nContent-Type: text/plain; name=a.txt\r\n\r\nx\r\n"


@ATTACKS
def ten_thousand_parts(rng: Random) -> bytes:
    """Many small parts in little space."""
    return multipart() + PART * around(rng, 10_000) + b"--b--\r\n"


@ATTACKS
def fifty_thousand_parts(rng: Random) -> bytes:
    """More of them, without headers."""
    return multipart() + b"--b\r\n\r\nx\r\n" * around(rng, 50_000)


@ATTACKS
def empty_parts(rng: Random) -> bytes:
    """Boundaries and nothing between."""
    return multipart() + b"--b\r\n" * around(rng, 200_000)


@ATTACKS
def nested_multiparts(rng: Random) -> bytes:
    """Three hundred levels."""
    return FROM + _nested(around(rng, 300), b"mixed") + b"\r\ntext\r\n"


@ATTACKS
def nested_alternatives(rng: Random) -> bytes:
    """Levels of alternatives, of which a reader chooses."""
    return FROM + _nested(around(rng, 2000), rng.choice([b"alternative", b"related", b"digest", b"signed"])) + b"\r\nx"


def _nested(levels: int, kind: bytes) -> bytes:
    one = b"Content-Type: multipart/%b; boundary=b%d\r\n\r\n--b%d\r\n\r\nx\r\n--b%d\r\n"
    return b"".join(one % (kind, level, level, level) for level in range(levels))


@ATTACKS
def a_tree_of_parts(rng: Random) -> bytes:
    """Every level has several children."""

    def tree(depth: int) -> bytes:
        if not depth:
            return b"Content-Type: text/plain\r\n\r\nleaf"
        kind = rng.choice([b"mixed", b"alternative", b"related"])
        fence = b"--%d" % depth
        children = b"".join(fence + b"\r\n" + tree(depth - 1) + b"\r\n" for _ in range(rng.randint(2, 4)))
        return b"Content-Type: multipart/%b; boundary=%d\r\n\r\n" % (kind, depth) + children + fence + b"--"

    return FROM + tree(8)


@ATTACKS
def letters_in_letters(rng: Random) -> bytes:
    """A thousand messages, each inside the one before."""
    return FROM + b"Content-Type: message/rfc822\r\n\r\n" * around(rng, 1000) + b"text"


@ATTACKS
def a_thousand_letters(rng: Random) -> bytes:
    """A thousand messages beside each other."""
    return multipart() + b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: s\r\n\r\nx\r\n" * around(rng, 1000)


@ATTACKS
def encoded_letters_in_letters(rng: Random) -> bytes:
    """Messages in base64 in messages in base64, as deep as a megabyte goes."""
    inner = b"Subject: x\r\n\r\nx" * 100
    for _ in range(rng.randint(10, 16)):
        inner = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + encoded(inner)
    return FROM + inner


@ATTACKS
def encoded_multiparts(rng: Random) -> bytes:
    """Multiparts that are encoded as a whole, one in the other."""
    inner = b"Content-Type: text/plain\r\n\r\nx"
    for level in range(rng.randint(10, 25)):
        body = b"--%d\r\n%b\r\n--%d--\r\n" % (level, inner, level)
        inner = b"Content-Type: multipart/mixed; boundary=%d\r\nContent-Transfer-Encoding: base64\r\n\r\n" % level
        inner += encoded(body)
    return FROM + inner


@ATTACKS
def a_long_boundary(rng: Random) -> bytes:
    """A boundary of 70 KB."""
    boundary = b"b" * around(rng, 70_000)
    return multipart(boundary=boundary) + (b"--" + boundary + b"\r\n\r\nx\r\n") * 5


@ATTACKS
def boundaries_of_ever_more_letters(rng: Random) -> bytes:
    """Each line begins as a boundary does and is none."""
    return multipart() + b"".join(b"--b%d\r\n" % number for number in range(around(rng, 500_000)))


@ATTACKS
def one_boundary_for_all(rng: Random) -> bytes:
    """Every level announces the same boundary."""
    level = b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    return multipart() + level * around(rng, 20_000) + b"--b--\r\n" * 1000


@ATTACKS
def closed_again_and_again(rng: Random) -> bytes:
    """Ends without beginnings."""
    return multipart() + b"--b--\r\n" * around(rng, 300_000)


@ATTACKS
def no_boundary(rng: Random) -> bytes:
    """A multipart that does not say where its parts begin, with lines that might."""
    return head(b"Content-Type: multipart/mixed") + some(rng, [b"--x\r\n", b"--\r\n", b"-", b"Content-\r\n"], 300_000)


@ATTACKS
def almost_announced_boundaries(rng: Random) -> bytes:
    """What a search for a lost boundary has to look at."""
    return multipart(boundary=b"lost") + (b"--" + b"x" * 199 + b"\r\nconten\r\n") * around(rng, 20_000)


@ATTACKS
def a_long_preamble(rng: Random) -> bytes:
    """Words before the first boundary, 15 MB of them."""
    return multipart() + b"words before all parts " * around(rng, 600_000) + b"\r\n--b--\r\n"


@ATTACKS
def large_attachments(rng: Random) -> bytes:
    """Twenty files of half a megabyte, deep inside."""
    wrap = b"".join(b"Content-Type: multipart/mixed; boundary=w%d\r\n\r\n--w%d\r\n" % (at, at) for at in range(18))
    file = b"--b\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    content = encoded(rng.randbytes(around(rng, 500_000)))
    return FROM + wrap + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + (file + content) * 20


@ATTACKS
def torn_to_pieces(rng: Random) -> bytes:
    """A whole letter with bytes changed, doubled and lost."""
    letter = bytearray(multipart() + PART * 30 + b"--b--\r\n")
    for _ in range(60):
        at = rng.randrange(len(letter))
        letter[at : at + rng.randint(0, 5)] = rng.randbytes(rng.randint(0, 5))
    return bytes(letter[: rng.randint(100, len(letter))])


@ATTACKS
def pieces_of_mail(rng: Random) -> bytes:
    """Everything that means something, in an order that means nothing."""
    pieces = [
        b"\r\n", b"\n", b"\r", b"--b", b"--b--", b"=?utf-8?q?=", b"?=", b"Content-Type: ", b"\0", b"text/html", b"<!--",
        b"multipart/mixed; boundary=b", b"<blockquote>", b"Subject: ", b"\xe9\xd0", b"message/rfc822", b"filename*0*=",
        b"Content-Transfer-Encoding: base64", b'"', b"(", b"<a@b.c>", b"> ", b"1) ", b":", b";", b"begin 644 x\n", b"=",
        b"=ybegin name=x\n", b"From ", b"application/ms-tnef", b"\x78\x9f\x3e\x22", b"text/enriched", b"<param>",
    ]  # fmt: skip
    return FROM + some(rng, pieces, around(rng, 30_000))


@ATTACKS
def random_bytes(rng: Random) -> bytes:
    """No letter at all."""
    return rng.randbytes(around(rng, 1_000_000))
