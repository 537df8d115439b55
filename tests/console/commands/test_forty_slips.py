"""`firstline check` names every slip of an operator at once: with its file, its line, and what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from console.main import cli
from tests.console.commands.slips_desk import SECRETS, SLIPS, make_desk

LOCALES = {"en": "en_US.UTF-8", "ru": "ru_RU.UTF-8"}
SUMS = {"en": "35 errors, 6 warnings.", "ru": "35 ошибок, 6 предупреждений."}


def check(root: Path, language: str, *options: str) -> Result:
    environment = {**SECRETS, "LC_ALL": "", "LC_MESSAGES": "", "LANG": LOCALES[language]}
    return CliRunner(env=environment).invoke(cli, ["-C", str(root), "check", "--offline", *options])


def findings(root: Path, language: str) -> list[dict[str, Any]]:
    """What is wrong in the files."""
    found = json.loads(check(root, language, "--json").output)
    return [one for one in found if one["level"] != "ok" and one["where"] not in ("database", "disk", "clock")]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_forty_slips_are_named_each_in_its_file_and_line(tmp_path: Path, language: str) -> None:
    root = make_desk(tmp_path / "desk", SLIPS)
    found = {(one["where"], one["line"]): one for one in findings(root, language)}
    assert len(SLIPS) == len(found) == len(findings(root, language)) == 40
    for slip in SLIPS:
        named = found[slip.place(root)]
        assert slip.says[language] in named["what"]
        assert named["todo"] == slip.todo.get(language, "")
        assert named["todo"] or slip.says[language].partition(": ")[2], "what to do is said somewhere"


def test_without_the_slips_nothing_is_wrong(tmp_path: Path) -> None:
    assert findings(make_desk(tmp_path / "desk"), "en") == []


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_person_reads_the_lines_and_the_sum(tmp_path: Path, language: str) -> None:
    result = check(make_desk(tmp_path / "desk", SLIPS), language)
    assert result.exit_code == 1
    said = " ".join(result.output.split())
    for slip in SLIPS:
        assert " ".join(slip.says[language].split()) in said
    assert result.output.splitlines()[-1] == SUMS[language]
