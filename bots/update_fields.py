"""Reading one object of the Bot API, field by field: what is strange in it is left out, and the rest is read. Pure.

Telegram adds fields and kinds with every version, and older servers of one's own send fewer. A message whose text can
be read is never set aside because of another field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from desk.language.unsafe_characters import one_line

LARGEST_ID = 1 << 63


class Fields:
    """An object of the Bot API. A field that is missing, or of another type than asked for, is empty."""

    __slots__ = ("_held",)

    def __init__(self, held: object = None) -> None:
        self._held: Mapping[str, Any] = held if isinstance(held, dict) else {}

    def __bool__(self) -> bool:
        return bool(self._held)

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def has(self, name: str) -> bool:
        """Whether the field is there and says anything."""
        return self._held.get(name) is not None

    def words(self, name: str) -> str:
        """A text, else ""."""
        value = self._held.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        """A whole number that fits 64 bits, else 0."""
        value = self._held.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            return 0
        return value if -LARGEST_ID < value < LARGEST_ID else 0

    def degrees(self, name: str) -> float | None:
        """A number of degrees, else None."""
        value = self._held.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool):
            return None
        return float(value) if abs(value) <= 360 else None

    def flag(self, name: str) -> bool:
        """Whether it is true."""
        return self._held.get(name) is True

    def table(self, name: str) -> Fields:
        """An object within; an empty one where there is none."""
        return Fields(self._held.get(name))

    def tables(self, name: str) -> list[Fields]:
        """The objects of a list; what is none of them is left out."""
        value = self._held.get(name)
        return [Fields(one) for one in value if isinstance(one, dict)] if isinstance(value, list) else []

    def plain(self) -> Mapping[str, Any]:
        """The object itself."""
        return self._held


def person_name(user: Fields) -> str:
    """A person's name as they typed it, without characters that could make it look like something else."""
    return one_line(f"{user.words('first_name')} {user.words('last_name')}")


_LONGEST_ADDRESS = 2048
_MOST_ENTITIES = 100


def with_addresses(text: str, entities: Sequence[Fields]) -> str:
    """``text`` with the address behind each of its links, which Telegram keeps beside the words.

    ``entities`` are Telegram's, counted in UTF-16 units.
    """
    links = [(_end(one), address) for one in entities[:_MOST_ENTITIES] if (address := _address(one))]
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
    return address if len(address) <= _LONGEST_ADDRESS and not any(char.isspace() for char in address) else ""
