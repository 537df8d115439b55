"""Another distribution has written over a package of ours: the command names it before it fails oddly."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from console import start

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True)
    (built,) = folder.glob("firstline-*.whl")
    return built


@pytest.fixture(scope="session")
def installed_once(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site folder with the wheel in it as pip installs it; what it depends on is not there."""
    site = tmp_path_factory.mktemp("once") / "site"
    words = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(site), str(wheel)]
    subprocess.run([sys.executable, *words], check=True)
    return site


@pytest.fixture
def site(installed_once: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copytree(installed_once, tmp_path / "site"))


def types(site: Path, *words: str, lang: str = "en_US.UTF-8") -> subprocess.CompletedProcess[str]:
    """The installed command; its dependencies are those of the tests."""
    environment = {**os.environ, "PYTHONPATH": str(site), "LC_ALL": lang}
    command = [sys.executable, str(site / "bin" / "firstline"), *words]
    return subprocess.run(command, env=environment, cwd=site, capture_output=True, text=True, check=False)


def installs(site: Path, name: str, files: Sequence[str]) -> None:
    """Another distribution comes with these files, as an installer unpacks it: over whatever is there."""
    info = site / f"{name}.dist-info"
    info.mkdir()
    (info / "RECORD").write_text("".join(f"{one},sha256=abc,9\n" for one in files), "utf-8")
    for one in files:
        (site / one).write_text("# not ours", "utf-8")


def test_an_installation_in_good_order_says_nothing(site: Path) -> None:
    ran = types(site, "--version")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("firstline, version ")
    assert list(start.changed_files(str(site), hashed=True)) == []


def test_a_package_that_was_written_over_is_named_with_the_culprit(site: Path) -> None:
    installs(site, "mail-2.1.0", ["mail/__init__.py"])
    told = types(site, "--version").stderr.splitlines()
    assert told == [
        "firstline: mail/__init__.py is not as installed (mail 2.1.0 has the same files). Install Firstline in an "
        "environment of its own, see docs/installing.md."
    ]


def test_it_is_told_before_an_import_fails_oddly_and_in_russian_too(site: Path) -> None:
    installs(site, "console-9.9", ["console/main.py", "console/terminal/command_context.py"])
    ran = types(site, "--version", lang="ru_RU.UTF-8")
    assert ran.returncode != 0
    told = ran.stderr.splitlines()[0]
    assert "console/main.py, console/terminal/command_context.py: не то, что было установлено" in told
    assert "(те же файлы есть у console 9.9)" in told


def test_a_file_that_is_gone_or_changed_in_place_is_named(site: Path) -> None:
    (site / "kb" / "__init__.py").unlink()
    path = site / "chat" / "__init__.py"
    path.write_text(path.read_text("utf-8").swapcase(), "utf-8")
    assert list(start.changed_files(str(site), hashed=False)) == ["kb/__init__.py"]
    assert sorted(start.changed_files(str(site), hashed=True)) == ["chat/__init__.py", "kb/__init__.py"]


def test_many_files_are_named_by_the_first_few() -> None:
    told = start.told([f"kb/{number}.py" for number in range(9)], [])
    assert "kb/4.py, ... are not as installed. Install" in told


def test_a_checkout_has_nothing_to_compare() -> None:
    assert list(start.changed_files(str(ROOT), hashed=True)) == []
