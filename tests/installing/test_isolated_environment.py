"""The environment of docs/installing.md, made by its own lines: what it weighs, and what runs in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import REQUIRED

ROOT = Path(__file__).resolve().parents[2]
MOST_MEGABYTES = 190
"""Without compiled modules. What few desks need is an extra."""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty machine, of which only /opt and /usr/local/bin matter, after the first lines of the document."""
    root = tmp_path_factory.mktemp("machine")
    (block,) = re.findall(r"(?ms)^```sh\n(uv build.*?)^```", (ROOT / "docs/installing.md").read_text("utf-8"))
    lines = block.replace("sudo ", "").replace("/opt", f"{root}/opt").replace("/usr/local/bin", f"{root}/bin")
    lines = lines.replace("uv build", f"uv build --out-dir {root}/dist").replace(
        "dist/firstline", f"{root}/dist/firstline"
    )
    scripts = Path(sys.executable).parent
    path = f"{root}/bin:{scripts}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "UV_PYTHON": sys.executable, "UV_PYTHON_DOWNLOADS": "never"}
    environment.pop("PYTHONPATH", None)
    ran = subprocess.run(
        ["sh", "-eu", "-c", lines], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode and not REQUIRED:
        pytest.skip(f"the packages cannot be had here, so it was not installed: {ran.stderr.strip()[-300:]}")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1].startswith("firstline, version ")
    return root


def desk(machine: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command of the installed Firstline, and nothing of the checkout."""
    environment = {"PATH": f"{machine}/bin:/usr/bin:/bin", "LANG": "en_US.UTF-8", "HOME": str(machine)}
    return subprocess.run(
        [str(machine / "bin" / "firstline"), *words],
        cwd=machine,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_desk_is_made_and_checked_in_it(machine: Path) -> None:
    assert desk(machine, "init", "desk").returncode == 0
    checked = desk(machine, "-C", "desk", "check", "--offline")
    assert checked.returncode == 0, checked.stdout
    assert "not as installed" not in checked.stderr


def test_what_an_extra_brings_is_named(machine: Path) -> None:
    desk(machine, "init", "another")
    told = desk(machine, "-C", "another", "kb", "gaps")
    assert (told.returncode, "this needs scipy: install firstline[gaps]" in told.stderr) == (1, True)


def test_it_weighs_what_the_desk_needs_and_no_more(machine: Path) -> None:
    weight = sum(one.stat().st_size for one in files(machine / "opt") if one.suffix != ".pyc")
    assert weight < MOST_MEGABYTES * 1e6
    assert not list((machine / "opt").rglob("scipy"))


def files(folder: Path) -> Iterator[Path]:
    """All files below a folder."""
    return (one for one in folder.rglob("*") if one.is_file() and not one.is_symlink())


def test_the_modules_of_the_wheel_are_the_folders_of_the_checkout(machine: Path) -> None:
    (record,) = (machine / "opt").rglob("firstline-*.dist-info/RECORD")
    tops = {line.split("/")[0] for line in record.read_text("utf-8").splitlines() if ".py," in line}
    assert tops == {"bots", "chat", "console", "desk", "escalation", "intake", "kb", "mail", "templates"}
