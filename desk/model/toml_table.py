"""One section of an operator's TOML file, taken key by key; what is left over at the end is an unknown key.

Every fault of a file is noted (`desk.language.operator_file_faults`), with its line and what to write, and the reading
goes on with the usual value; whoever reads the file raises them all at its end. A wrong value is shown only where
`TomlTable` may show it: never that of a key that may hold a secret.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from desk.error_reasons import describe_file_error
from desk.language.operator_file_faults import Fault, FileFaults, InvalidFiles
from desk.language.toml_lines import TomlPath
from desk.language.translatable import sentence, write_instead

MakeError = Callable[[Sequence[Fault]], InvalidFiles]
"""Makes the exception to raise from the faults, such as `desk.model.settings.InvalidSettings`."""

_KIND_NAMES = {
    str: sentence("{key} must be a text in quotes"),
    int: sentence("{key} must be a whole number"),
    bool: sentence("{key} must be true or false, without quotes"),
    list: sentence("{key} must be a list"),
}
_KIND_REMEDIES = {
    str: sentence("put it in quotes"),
    int: sentence("write digits, without quotes"),
    bool: sentence("write true or false"),
    list: sentence('put it in brackets: ["..."]'),
}
_USUAL_VALUES: Mapping[type, object] = {str: "", int: 0, bool: False, list: []}
_AT_LINE = re.compile(r" \(at line (\d+), column (\d+)\)$")


def read_toml(path: Path, shown: str, make_error: MakeError) -> tuple[Mapping[str, Any], str]:
    """The tables of a file called ``shown`` in sentences, and its text. Raises what ``make_error`` makes, or
    `FileNotFoundError`."""
    try:
        source = path.read_text("utf-8")
        return tomllib.loads(source), source
    except FileNotFoundError:
        raise
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise make_error([unreadable(shown, error)]) from None


def unreadable(shown: str, error: Exception, first_line: int = 1, what: str = "cannot be read: {why}") -> Fault:
    """The fault of a file, or of a part beginning in ``first_line``, that is no TOML at all."""
    at = _AT_LINE.search(str(error))
    line = int(at[1]) + first_line - 1 if at else 0
    why = (describe_file_error(error) if isinstance(error, OSError) else "") or _AT_LINE.sub("", str(error))
    return Fault(shown, line, sentence(what, why=why), sentence("correct the line, then check again"))


def toml_string(text: str) -> str:
    """A basic string as TOML writes it: JSON's, but that DEL is not allowed as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


class TomlTable:
    """One table of a TOML file, read key by key. ``label`` begins its sentences, "[limits]"; ``path`` leads to it."""

    def __init__(self, table: object, faults: FileFaults, label: str = "", path: TomlPath = ()) -> None:
        self.faults, self.label, self.path = faults, label, path
        self._readable = isinstance(table, dict)
        if not self._readable:
            self.report(sentence("must be a section with keys of its own"))
        self._remaining = dict(table) if isinstance(table, dict) else {}
        self._keys: list[str] = []

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to be taken."""
        return not self._remaining

    def has(self, key: str) -> bool:
        """Whether the section has this key."""
        return key in self._remaining

    def report(self, what: str, key: str = "", todo: str = "") -> None:
        """Notes a fault of the section, at one of its keys."""
        told = sentence("{section} {what}", section=self.label, what=what) if self.label else what
        self.faults.report(told, (*self.path, key) if key else self.path, todo)

    def set_name(self, name: str) -> None:
        """Sentences say from now on which of several sections of one kind this is."""
        self.label = f"{self.label} {name}".rstrip()

    def take(self, key: str, default: object = None) -> Any:
        """The value whatever its kind is. Without a default the key is needed, and None stands for it where it is
        missing."""
        self._keys.append(key)
        value = self._remaining.pop(key, default)
        if value is None and self._readable:
            self._report_missing(key)
        return value

    def _report_missing(self, key: str) -> None:
        pattern = "needs an {key}" if key[0] in "aeio" else "needs a {key}"
        todo = sentence("add a line {key} = ...", key=key)
        self.report(sentence(pattern, key=key), todo=todo)

    def _take_kind(self, kind: type, key: str, default: object) -> tuple[Any, bool]:
        """The value, and whether it is one of that kind; else what stands for it."""
        value = self.take(key, default)
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            return value, True
        if value is not None:
            self.report(sentence(_KIND_NAMES[kind].pattern, key=key), key, _KIND_REMEDIES[kind])
        return _USUAL_VALUES[kind] if default is None else default, False

    def text(self, key: str, default: str | None = None) -> str:
        """A text without blanks around it. Without a default it is needed, and not empty."""
        value, good = self._take_kind(str, key, default)
        text = str(value).strip()
        if good and default is None and not text:
            self._report_missing(key)
        return text

    def number(self, key: str, default: int, bounds: tuple[int, int] | None = None) -> int:
        """A whole number, between two others if there are ``bounds``."""
        value, good = self._take_kind(int, key, default)
        if good and bounds and not bounds[0] <= value <= bounds[1]:
            what = sentence(
                "{key} is {value}: write a whole number from {low} to {high}",
                key=key,
                value=value,
                low=bounds[0],
                high=bounds[1],
            )
            self.report(what, key)
            return default
        return int(value)

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        return bool(self._take_kind(bool, key, default)[0])

    def choice(self, key: str, among: Sequence[str], default: str) -> str:
        """One of these texts."""
        value = self.text(key, default)
        if value in among:
            return value
        words = [f'"{one}"' for one in among]
        names = {"key": key, "values": ", ".join(words[:-1]), "last": words[-1], "typed": repr(value)}
        pattern = (
            "{key} must be {values} or {last}, not {typed}" if len(among) > 1 else "{key} must be {last}, not {typed}"
        )
        self.report(sentence(pattern, **names), key, write_instead(value, among))
        return default

    def texts(self, key: str, default: Sequence[str] = ()) -> tuple[str, ...]:
        """A list of texts."""
        values, good = self._take_kind(list, key, list(default))
        if good and not all(isinstance(one, str) and one.strip() for one in values):
            self.report(sentence("{key} must be a list of texts, none of them empty", key=key), key)
            return tuple(default)
        return tuple(values)

    def section(self, key: str) -> TomlTable:
        """The section [key], empty if there is none."""
        return TomlTable(self.take(key, {}), self.faults, f"{self.label} [{key}]".strip(), (*self.path, key))

    def sections(self, key: str) -> list[TomlTable]:
        """Every section [[key]], in the file's order."""
        label, tables, path = f"{self.label} [[{key}]]".strip(), self.take(key, []), (*self.path, key)
        if not isinstance(tables, list):
            self.faults.report(sentence("{section} has double brackets", section=label), path)
            return []
        return [TomlTable(one, self.faults, label, (*path, number)) for number, one in enumerate(tables)]

    def take_rest(self) -> Mapping[str, Any]:
        """What was not taken yet, for a section whose keys the operator chooses."""
        rest, self._remaining = self._remaining, {}
        return rest

    def report_unknown_keys(self) -> None:
        """Notes what is left over: unknown keys, perhaps misspelt ones."""
        for key in sorted(self._remaining):
            what = sentence("has an unknown key {key}: there are {keys}", key=repr(key), keys=", ".join(self._keys))
            self.report(what, key, write_instead(key, self._keys))
