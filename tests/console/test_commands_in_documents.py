"""Every command that a document names exists, with the options it is shown with; the example article is a real one."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import click
import pytest

from console.main import cli
from tests.console.conftest import Typist

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "README.ru.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def command_lines(document: Path) -> list[str]:
    """What stands behind "firstline" in code blocks and between backticks, comments left out."""
    text = document.read_text("utf-8")
    blocks = re.findall(r"(?ms)^```\w*\n(.*?)^```", text)
    in_blocks = [line for block in blocks for line in re.findall(r"(?m)^\s*(?:\$ )?firstline (.*)$", block)]
    prose = re.sub(r"(?ms)^```.*?^```", "", text)
    return in_blocks + re.findall(r"`firstline ([^`\n]+)`", prose)


def unknown_part(line: str) -> str:
    """The first word or option of a command line that Firstline does not know; "" where it knows all."""
    words = shlex.split(re.split(r" #| \| | > ", line)[0])
    command: click.Command = cli
    context = click.Context(cli)
    while words:
        word = words.pop(0)
        if word == "-C" and words:
            words.pop(0)
        elif word.startswith("-"):
            known = {name for one in command.get_params(context) for name in (*one.opts, *one.secondary_opts)}
            if word.strip("[]").partition("=")[0] not in known:
                return word
        elif isinstance(command, click.Group):
            found = command.get_command(context, word)
            if found is None:
                return word
            command, context = found, click.Context(found, parent=context)
    return ""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.name)
def test_commands_and_options_named_in_documents_exist(document: Path) -> None:
    lines = command_lines(document)
    assert {line: unknown for line in lines if (unknown := unknown_part(line))} == {}


def test_a_command_that_does_not_exist_would_be_noticed() -> None:
    assert unknown_part("kb serach x") == "serach"
    assert unknown_part("kb search --fiel x") == "--fiel"
    assert unknown_part("-C my-desk kb search 'no internet' --top 3 --json") == ""


def test_the_article_in_the_documents_is_accepted_and_found(typist: Typist, tmp_path: Path) -> None:
    """docs/articles.md, word for word: checked, imported, and found by words that it does not have."""
    (text,) = re.findall(r"(?ms)^```markdown\n(.*?)^```", (ROOT / "docs/articles.md").read_text("utf-8"))
    folder = tmp_path / "my-articles" / "no-picture"
    folder.mkdir(parents=True)
    (folder / "en.md").write_text(text, "utf-8")
    checked = typist.types("kb", "check", str(folder.parent), "--json")
    assert [one for one in json.loads(checked.output) if one["level"] == "error"] == []
    assert typist.types("kb", "import", str(folder.parent)).exit_code == 0
    found = json.loads(typist.types("kb", "search", "black screen on tv, box is on", "--json").output)
    assert found["results"][0]["id"] == "no-picture"
