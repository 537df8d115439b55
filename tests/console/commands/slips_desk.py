"""A desk folder whose operator made forty slips, and what must be said of each."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from console.commands.init import write_desk_folder

HERE = Path(__file__).resolve().parent / "slips"
SECRETS = {"TELEGRAM_TOKEN": "1:one-token", "SECOND_TOKEN": "2:another-token", "SUPPORT_PASSWORD": "a long password"}


@dataclass(frozen=True, slots=True)
class Slip:
    """What stands in a good file, and what was typed instead; or the name that the file was given. ``says`` and
    ``todo`` are, by language, what `check` must say."""

    file: str
    good: str = ""
    typed: str = ""
    below: int = 0
    rename: str = ""
    says: Mapping[str, str] = field(default_factory=dict)
    todo: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Slip:
        return cls(**table)

    def make(self, root: Path) -> None:
        path = root / self.file
        if self.rename:
            path.rename(root / self.rename)
            return
        text = path.read_text("utf-8")
        assert text.count(self.good) == 1, (self.file, self.good, text.count(self.good))
        path.write_text(text.replace(self.good, self.typed), "utf-8")

    def place(self, root: Path) -> tuple[str, int]:
        """The file and the line that must be named, once every slip is made."""
        if self.rename:
            return self.rename, 0
        text = (root / self.file).read_text("utf-8")
        assert text.count(self.typed) == 1, (self.file, self.typed)
        return self.file, text[: text.index(self.typed)].count("\n") + 1 + self.below


SLIPS = tuple(map(Slip.of, tomllib.loads((HERE / "slips.toml").read_text("utf-8"))["slip"]))


def make_desk(root: Path, slips: Iterable[Slip] = ()) -> Path:
    """The good desk, with these slips in it."""
    write_desk_folder(root, language="en")
    settings = root / "firstline.toml"
    shutil.copytree(HERE / "desk", root, dirs_exist_ok=True)
    end = root / "firstline.toml.end"
    settings.write_text(settings.read_text("utf-8") + end.read_text("utf-8"), "utf-8")
    end.unlink()
    for slip in slips:
        slip.make(root)
    return root
