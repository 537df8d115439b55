"""What a Telegram client makes clickable by itself in a plain text, whether or not the bot meant it."""

from __future__ import annotations

import re

from tests.peers.botapi.protocol import JSON

_LIVE = re.compile(
    r"(?<![\w/])(?:"
    r"@[A-Za-z]\w{3,31}"  # a mention
    r"|/[A-Za-z]\w{0,31}(?:@\w{4,32})?"  # a command
    r"|#\w{1,64}"  # a hashtag
    r"|(?:https?|tg|ftp)://[^\s<>\"]{1,500}"
    r"|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"  # a mail address
    r"|[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.(?:com|org|net|ru|me|info|io|dev|su|ua|by|kz|рф)\b[^\s<>\"]{0,200}"
    r")",
    re.ASCII | re.IGNORECASE,
)
_DEAD = frozenset({"code", "pre"})
_LINKING = frozenset({"text_link", "text_mention", "mention", "url"})


def live_parts(text: str, entities: list[JSON]) -> list[str]:
    """The mentions, links, commands and hashtags of a text outside code, and the links its entities make."""
    units = text.encode("utf-16-le", "surrogatepass")
    spans = [(one["offset"], one["offset"] + one["length"], one["type"]) for one in entities]
    dead = [(start, stop) for start, stop, kind in spans if kind in _DEAD]
    found = [_cut(units, start, stop) for start, stop, kind in spans if kind in _LINKING]
    for match in _LIVE.finditer(text):
        at = len(text[: match.start()].encode("utf-16-le", "surrogatepass")) // 2
        if not any(start <= at < stop for start, stop in dead):
            found.append(match.group())
    return found


def _cut(units: bytes, start: int, stop: int) -> str:
    return units[start * 2 : stop * 2].decode("utf-16-le", "replace")
