"""Everything that commands say to operators can be said in Russian too."""

from __future__ import annotations

import ast
import pickle
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.terminal.language import catalog, command_language
from desk.language.rich_text import literal
from desk.language.templates import Templates
from desk.language.translatable import KeptReason, counted, sentence, translated

ROOT = Path(__file__).resolve().parent.parent.parent.parent
PACKAGES = ("bots", "chat", "console", "desk", "escalation", "intake", "kb", "mail")

TYPED = ("f'chmod", "f'ALTER")
"""How remedies begin that are commands."""


def patterns() -> dict[str, str]:
    """Every pattern of a sentence in the code, with the file where it stands."""
    found: dict[str, str] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            source = path.read_text("utf-8")
            if "sentence(" in source or "counted(" in source:
                tree = ast.parse(source)
                found.update(dict.fromkeys(_patterns_in(tree), str(path.relative_to(ROOT))))
    return found


def _patterns_in(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("sentence", "counted"):
            yield from _texts(node.args[0], tree)


def _texts(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    """The texts that an expression may be: itself, or what a variable of that name is set to."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body, tree)
        yield from _texts(node.orelse, tree)
    elif isinstance(node, ast.Name):
        for other in ast.walk(tree):
            if isinstance(other, ast.Assign):
                yield from _assigned(node.id, other, tree)


def _assigned(name: str, node: ast.Assign, tree: ast.Module) -> Iterator[str]:
    for target in node.targets:
        if isinstance(target, ast.Name) and target.id == name and not isinstance(node.value, ast.Name):
            yield from _texts(node.value, tree)
        elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            for one, value in zip(target.elts, node.value.elts, strict=False):
                if isinstance(one, ast.Name) and one.id == name:
                    yield from _texts(value, tree)


def _fields(pattern: str) -> set[str]:
    return {name for part in pattern.split("|") for _, name, _, _ in string.Formatter().parse(part) if name}


def test_every_sentence_stands_in_the_russian_catalog() -> None:
    missing = [f"{file}: {pattern}" for pattern, file in patterns().items() if pattern not in catalog("ru")]
    assert not missing, "\n".join(missing)


def test_what_check_finds_is_told_in_sentences() -> None:
    """What stands in a finding, or becomes it, is never put together by hand; commands to be typed are the
    same in every language."""
    by_hand = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            source = path.read_text("utf-8")
            if "CheckFinding" not in source:
                continue
            for node in ast.walk(ast.parse(source)):
                told: list[ast.expr] = []
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "CheckFinding":
                    told = node.args[2:]
                elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("what", "todo", "why"):
                    told = [node.value] if isinstance(node.value, ast.JoinedStr) else []
                words = [ast.unparse(one) for one in told if isinstance(one, ast.JoinedStr | ast.Constant)]
                plain = [ast.unparse(one) for one in ast.walk(node) if told and ast.unparse(one) == "str(error)"]
                by_hand += [f"{path.name}: {one} instead of said_by(error)" for one in plain]
                by_hand += [f"{path.name}: {one}" for one in words if " " in one and one[:7] not in TYPED]
    assert not by_hand, "\n".join(by_hand)


def logged() -> dict[str, str]:
    """Every line that the code writes into the log, by its pattern, with the file where it stands."""
    found: dict[str, str] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_log(node.func):
                    pattern = node.args[1 if node.func.attr == "log" else 0]
                    assert isinstance(pattern, ast.Constant), f"{path}: a line of the log is one pattern"
                    found[str(pattern.value)] = str(path.relative_to(ROOT))
    return found


def _is_log(function: ast.Attribute) -> bool:
    levels = ("debug", "info", "warning", "error", "exception", "critical", "log")
    return isinstance(function.value, ast.Name) and function.value.id == "log" and function.attr in levels


def test_every_line_of_the_log_stands_in_the_russian_catalog() -> None:
    """And the catalog has no other; what is put into a line stands in it in the same order."""
    patterns = {pattern: where for pattern, where in logged().items() if re.sub("%[sd]|[: ]", "", pattern)}
    assert set(patterns) == set(catalog("ru", "log"))
    for pattern, words in catalog("ru", "log").items():
        assert re.findall("%[sd]", words) == re.findall("%[sd]", pattern), pattern


def test_the_catalog_names_nothing_that_the_english_does_not() -> None:
    for pattern, words in catalog("ru").items():
        assert _fields(words) <= _fields(pattern), pattern
        assert pattern.count("|") in (0, words.count("|") - 1), pattern
        assert words.strip(), pattern


@pytest.mark.parametrize(
    ("number", "english", "russian"),
    [
        (0, "no errors", "ошибок нет"),
        (1, "1 error", "1 ошибка"),
        (3, "3 errors", "3 ошибки"),
        (12, "12 errors", "12 ошибок"),
        (21, "21 errors", "21 ошибка"),
    ],
)
def test_numbers_are_told_as_people_say_them(number: int, english: str, russian: str) -> None:
    said = counted("{number} error|{number} errors|no errors", number)
    assert (said, translated(said, catalog("ru"))) == (english, russian)


def test_a_sentence_within_another_is_translated_too() -> None:
    said = sentence("{errors}, {warnings}.", errors=counted("{number} error|{number} errors|no errors", 2), warnings="")
    assert translated(said, catalog("ru")) == "2 ошибки, ."


@pytest.mark.parametrize(
    ("environment", "desk", "language"),
    [
        ({"LANG": "ru_RU.UTF-8"}, "en", "ru"),
        ({"LANG": "en_US.UTF-8"}, "ru", "en"),
        ({"LC_ALL": "en_GB", "LANG": "ru_RU.UTF-8"}, "ru", "en"),
        ({"LANG": "C.UTF-8"}, "ru", "ru"),
        ({"LANG": "de_DE.UTF-8"}, "en", "en"),
        ({}, "ru", "ru"),
        ({}, "", "en"),
    ],
)
def test_the_terminal_decides_and_else_the_desk(
    tmp_path: Path, environment: dict[str, str], desk: str, language: str
) -> None:
    if desk:
        (tmp_path / "firstline.toml").write_text(f'[desk]\nlanguage = "{desk}"\n', "utf-8")
    assert command_language(tmp_path, environment) == language


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ("IDLE: the connection was lost", "IDLE: связь оборвалась"),
        (
            "not sent in 5 days: RCPT: the connection was lost",
            "не отправлено за 5 дн.: RCPT: связь оборвалась",
        ),
        ("RCPT: 450 4.2.0 Greylisted, try again", "RCPT: 450 4.2.0 Greylisted, try again"),
        (
            "no access token: the mailbox has not been authorized yet: run 'firstline mailbox authorize support'",
            "нет токена доступа: доступа к ящику ещё не дали: выполните «firstline mailbox authorize support»",
        ),
        ("", ""),
    ],
)
def test_a_reason_that_was_stored_is_told_in_the_readers_language(kept: str, words: str) -> None:
    """Of a trouble, a letter that waits or a quarantined message: here, in alarms and in what agents are told."""
    assert translated(KeptReason(kept), catalog("ru")) == words
    assert translated(KeptReason(kept), catalog("en")) == kept
    templates = Templates(ROOT / "templates")
    told = templates.say("", "ru", "agents_undelivered", {"number": "SN-1", "again": "", "why": literal(kept)})
    assert words in told.plain
    told = templates.say("", "en", "agents_undelivered", {"number": "SN-1", "again": "", "why": literal(kept)})
    assert kept in told.plain


def test_a_sentence_stays_one_on_its_way_to_another_process() -> None:
    said = sentence("{what}: {why}", what="IDLE", why=sentence("the connection was lost"))
    assert translated(pickle.loads(pickle.dumps(said)), catalog("ru")) == "IDLE: связь оборвалась"
