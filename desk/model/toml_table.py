"""One section of an operator's TOML file, taken key by key; what is left over at the end is an unknown key.

Each fault is one sentence with the file or section, the key, what is wrong and what to write. A wrong value is shown
only where `TomlTable` may show it: never that of a key that may hold a secret.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

MakeError = Callable[[str], ValueError]
"""Makes the exception to raise from its sentence, such as `desk.model.settings.InvalidSettings`."""

_KIND_NAMES = {str: "a text in quotes", int: "a whole number", bool: "true or false, without quotes", list: "a list"}


def read_toml(path: Path, shown: str, make_error: MakeError) -> Mapping[str, Any]:
    """The tables of a file called ``shown`` in sentences. Raises what ``make_error`` makes, or `FileNotFoundError`."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise make_error(f"{shown} cannot be read: {error}") from None


def toml_string(text: str) -> str:
    """A basic string as TOML writes it: JSON's, but that DEL is not allowed as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


class TomlTable:
    """One table of a TOML file, read key by key. ``where`` begins its sentences: "sever/policy.toml: [limits]"."""

    def __init__(self, table: object, where: str, make_error: MakeError) -> None:
        if not isinstance(table, dict):
            raise make_error(f"{where} must be a section with keys of its own")
        self.where = where
        self._remaining = dict(table)
        self._keys: list[str] = []
        self._make_error = make_error

    def error(self, what: str) -> ValueError:
        """The exception that says this of the section."""
        return self._make_error(f"{self.where} {what}")

    def set_name(self, name: str) -> None:
        """Sentences say from now on which of several sections of one kind this is."""
        self.where += f" {name}"

    def take(self, key: str, default: object = None) -> Any:
        """The value whatever its kind is; without a default the key is needed."""
        self._keys.append(key)
        value = self._remaining.pop(key, default)
        if value is None:
            raise self._missing(key)
        return value

    def _missing(self, key: str) -> ValueError:
        return self.error(f"needs {'an' if key[0] in 'aeio' else 'a'} {key}")

    def _take_kind(self, kind: type, key: str, default: object, extra: str = "") -> Any:
        value = self.take(key, default)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.error(f"{key} must be {_KIND_NAMES[kind]}{extra}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """A text without blanks around it. Without a default it is needed, and not empty."""
        text = str(self._take_kind(str, key, default)).strip()
        if default is None and not text:
            raise self._missing(key)
        return text

    def number(self, key: str, default: int, bounds: tuple[int, int] | None = None) -> int:
        """A whole number, between two others if there are ``bounds``."""
        between = f" from {bounds[0]} to {bounds[1]}" if bounds else ""
        value = int(self._take_kind(int, key, default, between))
        if bounds and not bounds[0] <= value <= bounds[1]:
            raise self.error(f"{key} is {value}: write a whole number{between}")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        return bool(self._take_kind(bool, key, default))

    def choice(self, key: str, among: Sequence[str], default: str) -> str:
        """One of these texts."""
        value = self.text(key, default)
        if value not in among:
            words = [f'"{one}"' for one in among]
            raise self.error(f"{key} must be {', '.join(words[:-1])} or {words[-1]}, not {value!r}")
        return value

    def texts(self, key: str, default: Sequence[str] = ()) -> tuple[str, ...]:
        """A list of texts."""
        values = self._take_kind(list, key, list(default))
        if not all(isinstance(one, str) and one.strip() for one in values):
            raise self.error(f"{key} must be a list of texts, none of them empty")
        return tuple(values)

    def section(self, key: str) -> TomlTable:
        """The section [key], empty if there is none."""
        return TomlTable(self.take(key, {}), f"{self.where} [{key}]".strip(), self._make_error)

    def sections(self, key: str) -> list[TomlTable]:
        """Every section [[key]], in the file's order."""
        where, tables = f"{self.where} [[{key}]]".strip(), self.take(key, [])
        if not isinstance(tables, list):
            raise self._make_error(f"{where} has double brackets")
        return [TomlTable(one, where, self._make_error) for one in tables]

    def take_rest(self) -> Mapping[str, Any]:
        """What was not taken yet, for a section whose keys the operator chooses."""
        rest, self._remaining = self._remaining, {}
        return rest

    def reject_unknown_keys(self) -> None:
        """Raises if anything is left over: it is an unknown key, perhaps a misspelt one."""
        if self._remaining:
            unknown = ", ".join(map(repr, sorted(self._remaining)))
            one = "an unknown key" if len(self._remaining) == 1 else "unknown keys"
            raise self.error(f"has {one} {unknown}: there are {', '.join(self._keys)}")
