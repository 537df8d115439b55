"""Size: the wheel, what is in it, and what it brings along. Why each dependency is there: docs/dependencies.md.

The rival is having none: every direct dependency is listed, with how many packages it brings that nothing else here
needs, so that it can be seen what leaving it out would save.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections import Counter
from importlib import metadata
from pathlib import Path

from benchmarks.measuring import ROOT, Figures, rounded, tell

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def wheel() -> tuple[int, list[Figures]]:
    """Bytes of the wheel, and KiB in it by folder (packed)."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        (path,) = Path(folder).glob("*.whl")
        packed: Counter[str] = Counter()
        files: Counter[str] = Counter()
        with zipfile.ZipFile(path) as archive:
            for one in archive.infolist():
                packed[one.filename.partition("/")[0]] += one.compress_size
                files[one.filename.partition("/")[0]] += 1
        lines: list[Figures] = [
            {"folder": name, "files": files[name], "KiB packed": rounded(size / 1024)}
            for name, size in packed.most_common()
        ]
        return path.stat().st_size, lines


def dependencies() -> list[Figures]:
    """Each direct dependency, its installed size, and how many packages only it needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    direct = [_canonical(one) for one in project["dependencies"]]
    whole = {name: _needed(name) for name in direct}
    lines = []
    for name in direct:
        others = set().union(*(whole[one] for one in direct if one != name), direct)
        alone = (whole[name] - others) | {name}
        lines.append(
            {
                "dependency": name,
                "version": metadata.version(name),
                "brings": len(whole[name] - {name}),
                "only it needs": len(alone - {name}),
                "MiB installed": rounded(sum(map(_size, alone)) / 2**20),
            }
        )
    return lines


def _canonical(requirement: str) -> str:
    found = _NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""


def _needed(name: str) -> set[str]:
    """The package and everything below it that is installed here, extras left out."""
    found, todo = set(), [name]
    while todo:
        one = todo.pop()
        if one in found:
            continue
        try:
            required = metadata.requires(one) or []
        except metadata.PackageNotFoundError:
            continue
        found.add(one)
        todo += [_canonical(line) for line in required if "extra ==" not in line]
    return found


def _size(name: str) -> int:
    files = metadata.files(name) or []
    return sum(one.size or 0 for one in files)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.size", description=__doc__)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    size, folders = wheel()
    tell("The wheel", folders, chosen.json, KiB=rounded(size / 1024))
    direct = dependencies()
    tell("Direct dependencies", direct, chosen.json, direct=len(direct))


if __name__ == "__main__":
    main()
