"""Addresses that Telegram keeps beside the words, written out behind them: "here" becomes "here (https://...)". Pure.

A link loses its address wherever words go on as words: to the agents, into mail, onto the card.
"""

from __future__ import annotations

from collections.abc import Sequence

from bots.update_fields import Fields

_LONGEST = 2048
_MOST = 100


def with_addresses(text: str, entities: Sequence[Fields]) -> str:
    """``text`` with the address behind each of its links. ``entities`` are Telegram's, counted in UTF-16 units."""
    links = [(_end(one), address) for one in entities[:_MOST] if (address := _address(one))]
    if not (text and links):
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    for end, address in sorted(links, key=lambda link: -link[0]):
        if 0 < end <= len(units) // 2 and address not in text:
            units = units[: 2 * end] + f" ({address})".encode("utf-16-le", "surrogatepass") + units[2 * end :]
    return units.decode("utf-16-le", "replace")


def _end(entity: Fields) -> int:
    return entity.number("offset") + entity.number("length")


def _address(entity: Fields) -> str:
    address = entity.words("url").strip() if entity.words("type") == "text_link" else ""
    return address if len(address) <= _LONGEST and not any(char.isspace() for char in address) else ""
