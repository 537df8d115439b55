"""Keyed tokens: proof that the desk itself once wrote to this recipient about this case.

A token is ``<key id><case in base 32>-<code>``: letters, digits and one dash, lower case, so that it survives in the
local part of a mail address. Its code (HMAC-SHA-256, cut to 80 bits) binds the receiving channel, the case and the
recipient. Two secrets may be valid at once, so that they can be rotated without losing anybody's answer.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode
from functools import lru_cache

from desk.model.settings import Secret

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


@lru_cache(maxsize=1024)
def encode_number(number: int) -> str:
    """A number in Crockford's base 32, lower case: short, and no letter taken for another."""
    if number == 0:
        return "0"
    letters = []
    while number:
        number, rest = divmod(number, 32)
        letters.append(ALPHABET[rest])
    return "".join(reversed(letters))


def decode_number(letters: str) -> int:
    """The number behind `encode_number`. Raises ValueError for anything else, and for what no id can be (above 63
    bits)."""
    number = 0
    if not letters or len(letters) > 13:
        raise ValueError("not a number in base 32")
    for letter in letters:
        number = number * 32 + ALPHABET.index(letter)
    if number >= 1 << 63:
        raise ValueError("no id is that large")
    return number


def claimed_case(token: str) -> int | None:
    """The case a token names, genuine or not; None for what has no token's form."""
    try:
        return decode_number(token.strip().lower().partition("-")[0][1:])
    except ValueError:
        return None


class ReplyTokenSigner:
    """Makes and verifies tokens. Without a secret it raises ValueError: there is no unkeyed token."""

    def __init__(self, secret: Secret, former: Secret) -> None:
        if not secret:
            raise ValueError("[desk] secret is empty: set it, or run 'firstline init' to have one made")
        self._secrets = {_key_id(one): one.reveal().encode() for one in (former, secret) if one}
        self._current = _key_id(secret)

    def token(self, channel: str, case_id: int, recipient: str) -> str:
        """The token for one recipient of one case, as it goes into Reply-To and Message-ID."""
        return f"{self._current}{encode_number(case_id)}-{self._code(self._current, channel, case_id, recipient)}"

    def case_of(self, token: str, channel: str, recipient: str) -> int | None:
        """The case a genuine token names, or None for one that is forged, or was written to somebody else."""
        head, _, code = token.strip().lower().partition("-")
        case_id = claimed_case(token)
        if case_id is None:
            return None
        genuine = head[:1] in self._secrets and hmac.compare_digest(
            self._code(head[0], channel, case_id, recipient).encode(), code.encode("utf-8", "replace")
        )
        return case_id if genuine else None

    def derived(self, purpose: str) -> str:
        """A secret of its own for another purpose (a webhook's), hex, from the current one."""
        return hmac.new(self._secrets[self._current], f"purpose:{purpose}".encode(), hashlib.sha256).hexdigest()

    def _code(self, key_id: str, channel: str, case_id: int, recipient: str) -> str:
        bound = "\0".join(("token", channel, str(case_id), recipient.strip().lower())).encode()
        return b32encode(hmac.digest(self._secrets[key_id], bound, "sha256")[:10]).decode().lower()


def _key_id(secret: Secret) -> str:
    """One letter that tells which secret a token was made with; it reveals five bits of a hash of it."""
    return ALPHABET[hashlib.sha256(b"key id" + secret.reveal().encode()).digest()[0] % 32]
