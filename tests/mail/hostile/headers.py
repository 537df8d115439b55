"""Attacks by headers: their number, length and folding, encoded words, addresses and parameters."""

from __future__ import annotations

from random import Random

from tests.mail.hostile.making import FROM, Register, around, head, some

ATTACKS = Register()


def _with(name: bytes, value: bytes) -> bytes:
    return FROM + name + b": " + value + b"\r\n\r\ntext\r\n"


@ATTACKS
def fifty_thousand_headers(rng: Random) -> bytes:
    """More headers than anybody reads."""
    return FROM + b"".join(b"X-%d: x\r\n" % number for number in range(around(rng, 50_000))) + b"\r\ntext"


@ATTACKS
def one_header_of_megabytes(rng: Random) -> bytes:
    """A single line without an end."""
    return _with(b"X-Long", b"x" * around(rng, 5_000_000))


@ATTACKS
def no_end_of_headers(rng: Random) -> bytes:
    """Headers, and never a body."""
    return FROM + b"Received: from x\r\n" * around(rng, 200_000)


@ATTACKS
def a_subject_of_one_letter_words(rng: Random) -> bytes:
    """The megabyte that stalls the standard library for a minute."""
    return _with(b"Subject", b"a " * around(rng, 500_000))


@ATTACKS
def a_flood_of_encoded_words(rng: Random) -> bytes:
    """Encoded words by the thousands, folded and not."""
    return _with(b"Subject", some(rng, [b"=?utf-8?q?a?= ", b"=?utf-8?b?YQ==?=", b"=?koi8-r?q?=C1?=\r\n "], 80_000))


@ATTACKS
def a_few_encoded_words_of_many_charsets(rng: Random) -> bytes:
    """Every word names another charset, most of which do not exist."""
    return _with(b"Subject", b"".join(b"=?c%d?q?=FF?= " % rng.randrange(10**6) for _ in range(1000)))


@ATTACKS
def words_that_only_open(rng: Random) -> bytes:
    """Beginnings of encoded words, which a search for the end might walk again and again."""
    return _with(b"Subject", rng.choice([b"=?", b"=?utf-8?q?", b"=?utf-8?b?", b"=?a?q?=?"]) * around(rng, 100_000))


@ATTACKS
def question_marks(rng: Random) -> bytes:
    """Ends of encoded words that might not be any."""
    return _with(b"Subject", b"=?utf-8?q?" + b"?=AB" * around(rng, 100_000) + b"?=")


@ATTACKS
def many_addresses(rng: Random) -> bytes:
    """A hundred thousand recipients."""
    return _with(b"Cc", b", ".join(b"u%d@mail.test" % number for number in range(around(rng, 100_000))))


@ATTACKS
def nested_comments(rng: Random) -> bytes:
    """Parentheses that open, and some that close."""
    count = around(rng, 100_000)
    value = b"(" * count + b"x" + b")" * rng.randint(0, count) + b" <enemy@mail.test>"
    return b"From: " + value + b"\r\nTo: " + value + b"\r\n\r\ntext"


@ATTACKS
def quotes_and_backslashes(rng: Random) -> bytes:
    """Quoted strings that escape their own ends."""
    value = some(rng, [b'"', b"\\", b'\\"', b"<", b">", b",", b";", b"@", b"(", b")", b"a"], 200_000)
    return _with(b"To", value).replace(b"Enemy <", value[:4000] + b" <", 1)


@ATTACKS
def angles(rng: Random) -> bytes:
    """Addresses that open and do not close."""
    return _with(b"Reply-To", b"<" * around(rng, 100_000)) + b"<a@b" * 10_000


@ATTACKS
def a_flood_of_froms(rng: Random) -> bytes:
    """Many people claim to have written it."""
    return b"".join(b"From: e%d@mail.test\r\n" % number for number in range(around(rng, 5000))) + b"\r\ntext"


@ATTACKS
def a_flood_of_parameters(rng: Random) -> bytes:
    """Parameters of one type, a hundred thousand."""
    return head(b"Content-Type: text/plain" + b"; a=b" * around(rng, 100_000)) + b"text"


@ATTACKS
def a_flood_of_continuations(rng: Random) -> bytes:
    """RFC 2231 in ten thousand pieces, in no order."""
    numbers = list(range(around(rng, 10_000)))
    rng.shuffle(numbers)
    pieces = b"".join(b";\r\n name*%d*=%%41" % number for number in numbers)
    return head(b"Content-Type: application/pdf" + pieces) + b"x"


@ATTACKS
def continuations_with_absurd_numbers(rng: Random) -> bytes:
    """Indices that no list has."""
    pieces = b"".join(b"; filename*%d=a" % rng.getrandbits(rng.choice([8, 64, 4000])) for _ in range(200))
    return head(b"Content-Disposition: attachment" + pieces) + b"x"


@ATTACKS
def percent_signs(rng: Random) -> bytes:
    """RFC 2231 that is nothing but escapes."""
    value = some(rng, [b"%", b"%4", b"%41", b"'", b"%zz"], 50_000)
    return head(b"Content-Disposition: attachment; filename*=utf-8''" + value) + b"x"


@ATTACKS
def blank_continuations(rng: Random) -> bytes:
    """Folded lines of nothing but spaces, each of which may be the end of the headers."""
    return FROM + b"Subject: s\r\n" + b" \r\n" * around(rng, 300_000) + b" x\r\n\r\ntext"


@ATTACKS
def spaces_before_the_colon(rng: Random) -> bytes:
    """A name, and spaces, and spaces."""
    return FROM + (b"Subject" + b" " * around(rng, 30_000) + b"x\r\n") * 30 + b"\r\ntext"


@ATTACKS
def lines_that_are_no_headers(rng: Random) -> bytes:
    """Junk among the headers, line by line."""
    return FROM + b"this is no header at all\r\nX-Y: z\r\n" * around(rng, 30_000) + b"\r\ntext"


@ATTACKS
def references_without_end(rng: Random) -> bytes:
    """A thread of a hundred thousand letters."""
    return _with(b"References", b" ".join(b"<%d@mail.test>" % number for number in range(around(rng, 100_000))))


@ATTACKS
def verdicts_without_end(rng: Random) -> bytes:
    """Authentication-Results in thousands, with comments that nest."""
    one = b"Authentication-Results: mx.sever.test; dkim=pass " + b"(" * 500 + b" header.d=sever.test\r\n"
    return one * around(rng, 2000) + FROM + b"\r\ntext"


@ATTACKS
def absurd_dates(rng: Random) -> bytes:
    """Numbers where a day should be."""
    value = rng.choice([b"9" * 5000, b"Mon, 99 Foo 99999 99:99:99 +9999", b":" * 5000, b"1 Jan 0000 00:00:00 -9999"])
    return _with(b"Date", value)


@ATTACKS
def a_thousand_types(rng: Random) -> bytes:
    """Content-Types that contradict each other."""
    one = b"Content-Type: multipart/mixed; boundary=%d\r\n"
    return FROM + b"".join(one % number for number in range(around(rng, 1000))) + b"\r\n--5\r\n\r\nx"


@ATTACKS
def nothing_but_carriage_returns(rng: Random) -> bytes:
    """Line ends of three kinds at random."""
    return FROM + some(rng, [b"\r", b"\n", b"\r\n", b"\r\r\n", b"a:b", b" "], 300_000)


@ATTACKS
def nothing_but_zeros(rng: Random) -> bytes:
    """Bytes that no database keeps in a text."""
    return FROM + b"Subject: \0\r\n\r\n" + b"\0" * around(rng, 5_000_000)
