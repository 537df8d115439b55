"""Faults of files as findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from desk.language.operator_file_faults import Fault
from desk.model.check_findings import CheckFinding


def of_faults(
    faults: Iterable[Fault], root: Path, otherwise: str, level: Literal["warning", "error"] = "error"
) -> Iterator[CheckFinding]:
    """The findings of faults. ``otherwise`` is where those are that name no file."""
    for one in faults:
        yield CheckFinding(level, shown_path(one.file, root) or otherwise, one.what, one.todo, one.line)


def shown_path(file: str, root: Path) -> str:
    """A file as the operator of the desk folder ``root`` calls it: "providers/sever/policy.toml"."""
    if Path(file).is_absolute():
        return str(Path(file).relative_to(root)) if Path(file).is_relative_to(root) else file
    in_providers = file and not (root / file).exists() and (root / "providers" / file).exists()
    return f"providers/{file}" if in_providers else file
