"""What is wrong in the files of an operator: each fault with its file, its line and what to do. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from desk.language.toml_lines import TomlPath, line_of, toml_lines
from desk.language.translatable import Sentence, sentence


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. ``file`` is as the operator knows it, "" for none; ``line`` is counted from 1, 0 where no one line is
    meant. ``what`` and ``todo`` are sentences, perhaps translatable ones."""

    file: str
    line: int
    what: str
    todo: str = ""

    @property
    def sentence(self) -> Sentence:
        """All of it in one sentence."""
        what = sentence("{file}: {what}", file=self.file, what=self.what) if self.file else self.what
        if self.line and self.todo:
            return sentence("{what} (line {line}: {todo})", what=what, line=self.line, todo=self.todo)
        if self.line:
            return sentence("{what} (line {line})", what=what, line=self.line)
        return sentence("{what} ({todo})", what=what, todo=self.todo) if self.todo else sentence("{what}", what=what)

    def __str__(self) -> str:
        return str(self.sentence)


class InvalidFiles(ValueError):
    """Files that cannot be used. Made of one sentence, or of all faults."""

    def __init__(self, faults: str | Sequence[Fault]) -> None:
        self.faults = (Fault("", 0, faults),) if isinstance(faults, str) else tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))

    @property
    def problems(self) -> tuple[str, ...]:
        """Each fault as a sentence."""
        return tuple(map(str, self.faults))


@dataclass(slots=True)
class FileFaults:
    """Gathers the faults of one file while it is read. ``source`` is its TOML, which begins in line ``first_line``."""

    file: str
    source: str = ""
    first_line: int = 1
    found: list[Fault] = field(default_factory=list)
    _lines: Mapping[TomlPath, int] | None = None

    def report(self, what: str, path: TomlPath = (), todo: str = "") -> None:
        """Notes a fault at the value that ``path`` leads to, by keys and by numbers within lists."""
        if self._lines is None:
            self._lines = toml_lines(self.source)
        line = line_of(self._lines, path)
        self.found.append(Fault(self.file, line + self.first_line - 1 if line else 0, what, todo))

    def raise_if_any(self, make_error: Callable[[Sequence[Fault]], InvalidFiles]) -> None:
        """Raises the faults, in the order of their lines, if there are any."""
        if self.found:
            raise make_error(sorted(self.found, key=lambda one: one.line))
