"""docs/adding.md, followed word by word from an empty folder by somebody who knows nothing else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAPER = ROOT / "docs" / "adding.md"
BLOCK = re.compile(r"(?ms)^```(sh|text)\n(.*?)^```")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """What a terminal has in which `firstline` is installed."""
    command = tmp_path / "bin" / "firstline"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m console.main "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "LANG": "en_US.UTF-8", "LC_ALL": "en_US.UTF-8"}


def write_lines(path: Path, lines: str) -> None:
    """As the page says: these lines in place of those of the same keys."""
    text = path.read_text("utf-8")
    for line in lines.splitlines():
        key = line.partition("=")[0].rstrip()
        text, replaced = re.subn(rf"(?m)^{key} *= .*$", line.replace("\\", r"\\"), text, count=1)
        assert replaced, key
    path.write_text(text, "utf-8")


def test_the_page_can_be_followed_word_by_word(tmp_path: Path, environment: dict[str, str]) -> None:
    printed: dict[str, str] = {}
    for kind, text in BLOCK.findall(PAPER.read_text("utf-8")):
        if kind == "text":
            write_lines(tmp_path / "my-desk" / "dialogs" / "no_tv.toml", text)
            continue
        for line in text.splitlines():
            done = subprocess.run(
                ["sh", "-c", line], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
            printed[line] = " ".join(done.stdout.split())

    def told(words: str) -> str:
        return next(output for line, output in printed.items() if words in line)

    assert "dialog no_tv" in told("understand")
    assert "Is it like this all the time" in told('echo "my tv')
    assert "tv-no-picture" in told("kb search")
    assert "It goes to queue:field" in told("--contract 40-1187")
    assert "now looks after" in told("letter=1")
    assert "Just write here" not in told("letter=1")
    assert "no errors, 1 warning." in told("check --offline"), "the one is that the desk has no bot and no mailbox yet"
