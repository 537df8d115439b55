"""One-time links: whoever opens one proves to be the person it was given to. Pure.

The token of a link has 128 random bits and is kept as a keyed hash only.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

PREFIX = "p_"
_TOKEN = re.compile(r"p_[A-Za-z0-9_-]{22}")


def new_token() -> str:
    """A token as it stands behind ``?start=`` of a link."""
    return PREFIX + secrets.token_urlsafe(16)


def is_token(payload: str) -> bool:
    """Whether the payload of a link has the form of such a token."""
    return bool(_TOKEN.fullmatch(payload))


def token_hash(key: str, token: str) -> str:
    """What is stored of a token, under a ``key`` derived from the desk's secret."""
    return hmac.new(key.encode(), token.encode(), hashlib.sha256).hexdigest()
