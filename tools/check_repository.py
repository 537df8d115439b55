"""Fails when a tracked file holds what must not leave a machine: where packages came from, or where a checkout lay.

The lock file carries hashes and no addresses, so that it serves with any index; and a path of one machine is of no use
on another. Run as ``python tools/check_repository.py`` in the checkout.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

FORBIDDEN = {
    "a package registry": re.compile(
        r"\b(?:[\w-]+\.)*(?:pypi\.(?:org|io)|pythonhosted\.org|npmjs\.(?:org|com)|crates\.io|proxy\.golang\.org)\b"
        r"|\b(?:extra-)?index-ur[l]\b|/simpl[e]/",
        re.IGNORECASE,
    ),
    "a path of one machine": re.compile(r"(?<![\w./~-])/(?:work|tmp|root|Users)/\w"),
}


def findings(path: Path) -> Iterator[str]:
    """What is wrong in one file, as ``path:line: sentence``. Files that are no UTF-8 text are left alone."""
    try:
        text = path.read_text("utf-8")
    except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
        return
    for number, line in enumerate(text.splitlines(), 1):
        for what, pattern in FORBIDDEN.items():
            if found := pattern.search(line):
                yield f"{path.relative_to(ROOT)}:{number}: names {what}: {found[0]}"


def main() -> int:
    """Looks at every tracked file. Returns the exit code."""
    listed = subprocess.run(  # noqa: S603
        ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), "ls-files", "-z"],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        print(f"git cannot list the tracked files: {listed.stderr.strip()}")
        return 1
    names = [name for name in listed.stdout.split("\0") if name]
    wrong = [finding for name in names for finding in findings(ROOT / name)]
    print("\n".join(wrong) or f"{len(names)} tracked files name no registry and no path of one machine.")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
