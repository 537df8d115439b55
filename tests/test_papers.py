"""What the papers of the project say is so: dependencies explained, a lock without addresses, links that lead on."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tools.check_repository import FORBIDDEN
from tools.reference import reference, settings

ROOT = Path(__file__).resolve().parent.parent
PAPERS = [
    ROOT / "README.md",
    ROOT / "README.ru.md",
    ROOT / "SECURITY.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
]


def name(requirement: str) -> str:
    """The bare name of a requirement: ``sqlalchemy[asyncio]>=2`` is sqlalchemy."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return found[0].lower()


def direct_dependencies() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    groups = project["dependency-groups"].values()
    return {name(one) for part in (project["project"]["dependencies"], *extras, *groups) for one in part}


def test_every_direct_dependency_is_explained_and_nothing_else() -> None:
    """In the tables headed "package"; other tables there hold figures."""
    tables = re.findall(
        r"(?m)^\| package .*\n\|[-|]+\n((?:\|.*\n?)+)", (ROOT / "docs/dependencies.md").read_text("utf-8")
    )
    rows = [line.split("|")[1] for table in tables for line in table.splitlines()]
    assert {name(one.strip()) for row in rows for one in row.split(",")} == direct_dependencies()


def test_every_direct_dependency_is_locked_with_hashes() -> None:
    pieces = re.split(r"\n(?=\S)", (ROOT / "requirements.txt").read_text("utf-8"))
    blocks = [piece for piece in pieces if not piece.startswith("#")]
    unlocked = [block for block in blocks if "--hash=sha256:" not in block or "==" not in block.splitlines()[0]]
    assert unlocked == []
    assert direct_dependencies() <= {name(block) for block in blocks}


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_links_between_papers_lead_somewhere(paper: Path) -> None:
    without_code = re.sub(r"(?ms)^```.*?^```|`[^`\n]+`", "", paper.read_text("utf-8"))
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", without_code)
    assert [target for target in targets if not (paper.parent / target).exists()] == []


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_files_named_in_the_papers_exist(paper: Path) -> None:
    """What stands between backticks and has a slash in it is a path from the root, unless it has a blank to fill in."""
    packages = {path.name for path in ROOT.iterdir() if path.is_dir()}
    paths = re.findall(r"`([a-z_]+(?:/[\w.]+)+/?)`", paper.read_text("utf-8"))
    assert [path for path in paths if path.split("/")[0] in packages and not (ROOT / path).exists()] == []


def test_the_reference_is_what_the_code_says() -> None:
    """`python -m tools.reference` brings it up to date."""
    assert (ROOT / "docs/reference.md").read_text("utf-8") == reference()


def test_every_setting_is_explained() -> None:
    """In the sample file, or else in tools/reference.py."""
    keys = settings()
    assert len(keys) > 80
    assert [(one.file, one.section, one.name) for one in keys if not one.comment] == []


def test_each_make_target_in_the_papers_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    spoken_of = {target for paper in PAPERS for target in re.findall(r"\bmake ([a-z]+)\b[`#\s]", _code(paper))}
    assert spoken_of
    assert spoken_of <= targets


def _code(paper: Path) -> str:
    """The lines of code blocks, and what stands between backticks."""
    text = paper.read_text("utf-8")
    return "\n".join(re.findall(r"`[^`\n]+`", text) + re.findall(r"^make .*$", text, re.MULTILINE)) + "\n"


# Put together here, so that this file names none of them itself.
REGISTRY, FOLDER = ".".join(("files", "pythonhosted", "org")), "/".join(("", "tmp", "checkout"))


@pytest.mark.parametrize("line", [f"https://{REGISTRY}/a", f"--index-{'url'} x", f"see {FOLDER}", f'"{FOLDER}"'])
def test_the_check_of_the_repository_finds_what_must_not_be_there(line: str) -> None:
    assert any(pattern.search(line) for pattern in FORBIDDEN.values())


@pytest.mark.parametrize("line", ["https://example.test/work/plan", "docs/tmp/a", "GET /telegram/support", "~/work/x"])
def test_the_check_of_the_repository_leaves_ordinary_text_alone(line: str) -> None:
    assert not any(pattern.search(line) for pattern in FORBIDDEN.values())
