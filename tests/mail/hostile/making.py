"""What the generators have in common: a letter's head, and a register of attacks."""

from __future__ import annotations

import base64
from collections.abc import Callable
from random import Random

Generator = Callable[[Random], bytes]
FROM = b"From: Enemy <enemy@mail.test>\r\nTo: help@sever.test\r\n"


class Register(dict[str, Generator]):
    """Attacks by name, in the order they are written."""

    def __call__(self, generator: Generator) -> Generator:
        """As a decorator."""
        self[generator.__name__] = generator
        return generator


def head(*lines: bytes) -> bytes:
    """A letter's headers, blank line and all."""
    return FROM + b"Subject: attack\r\n" + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


def multipart(kind: bytes = b"mixed", boundary: bytes = b"b") -> bytes:
    """The headers of a multipart."""
    return head(b"Content-Type: multipart/" + kind + b'; boundary="' + boundary + b'"')


def plain(charset: bytes = b"utf-8") -> bytes:
    """The headers of a plain text."""
    return head(b"Content-Type: text/plain; charset=" + charset)


def html() -> bytes:
    """The headers of a text in HTML."""
    return head(b"Content-Type: text/html; charset=utf-8")


def encoded(content: bytes) -> bytes:
    """Base64 in lines."""
    return base64.encodebytes(content)


def around(rng: Random, number: int) -> int:
    """About so many."""
    return rng.randint(number * 4 // 5, number * 6 // 5)


def some(rng: Random, pieces: list[bytes], count: int) -> bytes:
    """Pieces at random, one after another."""
    return b"".join(rng.choices(pieces, k=count))
