"""``firstline dialog``: the letter of questions as it reads, and letters in answer to it."""

import json
from pathlib import Path

import pytest

from tests.console.command_line import Terminal
from tests.intake.examples import DIALOG_FOLDER, NO_INTERNET, small_dialog_text


def lines(path: Path, *bodies: str) -> str:
    file = path / "letters.jsonl"
    file.write_text("".join(json.dumps({"body": body}, ensure_ascii=False) + "\n" for body in bodies), "utf-8")
    return str(file)


async def test_letters_are_read_by_the_id_of_a_dialog_and_by_its_file(tmp_path: Path) -> None:
    bodies = lines(tmp_path, "1. везде 2. вчера 3. да", "11, 23, 31, 52", "Позвоните мне, пожалуйста")
    for name in ("no_internet", str(DIALOG_FOLDER / "no_internet.toml")):
        done = await Terminal(tmp_path).types("dialog", "read", name, "--file", bodies, "--json")
        first, codes, call = map(json.loads, done.out.splitlines())
        assert first == {"answers": {"scope": "all", "since": "вчера", "place": "on_file"}, "leftover": ""}
        assert codes["answers"] == {"scope": "all", "since": "yesterday", "place": "on_file", "lights": "los"}
        assert call == {"answers": {}, "leftover": "Позвоните мне, пожалуйста"}


async def test_the_letter_of_a_dialog_shows_its_questions_and_no_codes(tmp_path: Path) -> None:
    shown = (await Terminal(tmp_path).types("dialog", "letter", "no_internet", "--language", "en")).out
    scope = NO_INTERNET.questions[0]
    assert f"1) {scope.text['en']}" in shown
    assert all(option.label["en"] in shown for option in scope.options)
    assert not any(line[:2].isdecimal() for line in shown.splitlines())


@pytest.mark.parametrize(
    ("body", "why"),
    [('{"text": "1) да"}', "line 1"), ("nothing", "line 1"), ('{"body": "1", "now": "soon"}', "instant")],
)
async def test_a_line_that_is_no_letter_is_named(tmp_path: Path, body: str, why: str) -> None:
    file = tmp_path / "letters.jsonl"
    file.write_text(body, "utf-8")
    done = await Terminal(tmp_path).types("dialog", "read", "no_internet", "--file", str(file), "--json")
    assert done.code != 0
    assert why in done.err


async def test_a_dialog_that_is_not_there_or_cannot_be_used_is_named(tmp_path: Path) -> None:
    assert "no_internet" in (await Terminal(tmp_path).types("dialog", "letter", "nothing")).err
    (tmp_path / "bad.toml").write_text(small_dialog_text(("choice", "choise")), "utf-8")
    done = await Terminal(tmp_path).types("dialog", "letter", str(tmp_path / "bad.toml"))
    assert done.code != 0
    assert "bad.toml" in done.err
