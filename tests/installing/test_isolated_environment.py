"""The environment of docs/installing.md, made by its own lines: what it weighs, and what runs in it."""

from __future__ import annotations

import os
import platform
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


def installed(root: Path, python: Path, extras: str = "") -> Path:
    """An empty machine, of which only /opt and /usr/local/bin matter, after the first lines of the document."""
    (block,) = re.findall(r"(?ms)^```sh\n(uv build.*?)^```", (ROOT / "docs/installing.md").read_text("utf-8"))
    changes = {
        "sudo ": "",
        "/usr/bin/python3": str(python),
        "/opt": f"{root}/opt",
        "/usr/local/bin": f"{root}/bin",
        "uv build": f"uv build --out-dir {root}/dist",
        "dist/firstline-*.whl": f'"$(echo {root}/dist/firstline-*.whl){extras}"',
    }
    for written, here in changes.items():
        assert written in block, f"docs/installing.md has no {written} any more"
        block = block.replace(written, here)
    (root / "bin").mkdir()
    path = f"{root}/bin:{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "UV_PYTHON_DOWNLOADS": "never", "LC_ALL": "en_US.UTF-8"}
    environment.pop("PYTHONPATH", None)
    ran = subprocess.run(
        ["sh", "-eu", "-c", block], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode and not REQUIRED:
        pytest.skip(f"the packages cannot be had here, so it was not installed: {ran.stderr.strip()[-300:]}")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1].startswith("firstline, version ")
    return root


def other_pythons() -> dict[str, Path]:
    """The Pythons of this machine that a desk may run with, by version, but for that of these tests."""
    folders = [Path("/usr/bin"), *Path(os.environ.get("PYENV_ROOT", "/nowhere")).glob("versions/*/bin")]
    found = {}
    for path in (one for folder in folders for one in sorted(folder.glob("python3.1[123]"))):
        version = subprocess.run([path, "-V"], capture_output=True, text=True, check=True).stdout.split()[1]
        found[version] = path
    found.pop(platform.python_version(), None)
    return found


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine on which the document was followed."""
    return installed(tmp_path_factory.mktemp("machine"), Path(sys.executable))


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


@pytest.mark.parametrize("version", other_pythons())
def test_with_each_python_of_this_machine_the_whole_story_is_played(version: str, tmp_path: Path) -> None:
    """By chat and by mail: libraries of Python differ even within 3.11."""
    played = desk(installed(tmp_path, other_pythons()[version], "[demo]"), "demo")
    assert played.returncode == 0, (played.stdout + played.stderr)[-2000:]


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
