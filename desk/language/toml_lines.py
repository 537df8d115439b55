"""In which line of a TOML file each value stands; `tomllib` does not tell. Pure.

The text was accepted by `tomllib` before, so this reads no more of the language than it needs to find its way. Of a
text that was not, the lines that were understood are told.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress

TomlPath = tuple[str | int, ...]
"""Keys from the top of the file down, and numbers within lists: ("route", 2, "when")."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_STRING = re.compile(
    r""""{3}(?:[^"\\]|\\.|"(?!""))*"{3,5}|'{3}(?:[^']|'(?!''))*'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""",
    re.DOTALL,
)
_BARE = re.compile(r"[^,\]}\n#]+")


def toml_lines(source: str) -> Mapping[TomlPath, int]:
    """The line of every section, key and element, counted from 1."""
    reader = _Reader(source)
    with suppress(_Lost, RecursionError):
        reader.read_file()
    return reader.lines


def lines_with(source: str, value: str) -> list[int]:
    """The lines in which a text stands as a value, or as an element of a list."""
    lines = toml_lines(source)
    return sorted(line_of(lines, path) for path in _paths_to(tomllib.loads(source), value))


def _paths_to(table: object, value: str, path: TomlPath = ()) -> Iterator[TomlPath]:
    if table == value:
        yield path
    elif isinstance(table, dict):
        for key, one in table.items():
            yield from _paths_to(one, value, (*path, key))
    elif isinstance(table, list):
        for number, one in enumerate(table):
            yield from _paths_to(one, value, (*path, number))


def line_of(lines: Mapping[TomlPath, int], path: TomlPath) -> int:
    """The line of a value; of one that is missing, that of what it is missing in; 0 at the top of the file."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 0)


class _Lost(Exception):
    """The text is not as expected there."""


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.lines: dict[TomlPath, int] = {}
        self._lengths: dict[TomlPath, int] = {}
        self._counted_to, self._line = 0, 1

    def read_file(self) -> None:
        section: TomlPath = ()
        while self._skip(_BLANK) < len(self.source):
            if self._take("[["):
                section = self._section(self._keys(), new=True)
                self._expect("]]")
            elif self._take("["):
                section = self._section(self._keys(), new=False)
                self._expect("]")
            else:
                self._pair(section)

    def _section(self, keys: list[str], new: bool) -> TomlPath:
        path: TomlPath = ()
        for number, key in enumerate(keys):
            path += (key,)
            self._note(path)
            last = number == len(keys) - 1
            if new and last:
                self._lengths[path] = self._lengths.get(path, 0) + 1
            if path in self._lengths:
                path += (self._lengths[path] - 1,)
                self._note(path)
        return path

    def _pair(self, path: TomlPath) -> None:
        for key in self._keys():
            path += (key,)
            self._note(path)
        self._expect("=")
        self._value(path)

    def _value(self, path: TomlPath) -> None:
        self._skip(_SPACE)
        if self._take("["):
            number = 0
            while self._skip(_BLANK) < len(self.source) and not self._take("]"):
                self._note((*path, number))
                self._value((*path, number))
                number += 1
                self._skip(_BLANK)
                self._take(",")
        elif self._take("{"):
            while self._skip(_BLANK) < len(self.source) and not self._take("}"):
                self._pair(path)
                self._skip(_BLANK)
                self._take(",")
        elif not self._match(_STRING) and not self._match(_BARE):
            raise _Lost

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip(_SPACE)
            found = self._match(_KEY)
            if not found:
                raise _Lost
            keys.append(found.strip("\"'"))
            self._skip(_SPACE)
            if not self._take("."):
                return keys

    def _note(self, path: TomlPath) -> None:
        """The line where the reader stands; it only goes forward, so each line end is counted once."""
        self._line += self.source.count("\n", self._counted_to, self.at)
        self._counted_to = self.at
        self.lines.setdefault(path, self._line)

    def _skip(self, pattern: re.Pattern[str]) -> int:
        self._match(pattern)
        return self.at

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.source, self.at)
        if found:
            self.at = found.end()
        return found.group() if found else ""

    def _take(self, characters: str) -> bool:
        if not self.source.startswith(characters, self.at):
            return False
        self.at += len(characters)
        return True

    def _expect(self, characters: str) -> None:
        self._skip(_SPACE)
        if not self._take(characters):
            raise _Lost
