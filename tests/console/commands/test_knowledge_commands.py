"""The commands of the knowledge base work in a fresh desk: it is filled, asked and measured."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from console.main import cli
from console.terminal.command_context import NO_SUCH, OK, REFUSED, USAGE, WRONG
from desk.storage.database import Database
from kb.storage.usage_tables import PhrasingRow

LINES = (
    {"id": "pin", "lang": "en", "title": "Reset my PIN", "variants": ["i forgot my pin"], "body": "Go to an ATM."},
    {"id": "lost", "lang": "en", "title": "Lost card", "variants": ["my card was stolen"], "body": "Block it."},
    {"id": "off", "lang": "ru", "title": "Как отключить подписку?", "variants": [], "body": "Откройте профиль."},
)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    folder = tmp_path / "desk"
    assert CliRunner().invoke(cli, ["init", str(folder), "--empty"]).exit_code == OK
    return folder


def written(folder: Path, name: str, *lines: object) -> str:
    path = folder / name
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return str(path)


def kb(desk: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["kb", words[0], "-C", str(desk), *words[1:]])


def answers(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == OK, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_base_is_filled_from_a_file_and_answers_a_file_of_questions(desk: Path, tmp_path: Path) -> None:
    assert kb(desk, "import", written(tmp_path, "base.jsonl", *LINES)).output.startswith("3 added")
    asked = ("i lost my card", "rfr jnrk.xbnm gjlgbcre", "kak otklyuchit podpisku", "sing me a song", "")
    queries = written(tmp_path, "queries.jsonl", *({"q": text} for text in asked))
    told = answers(kb(desk, "search", "--file", queries, "--json"))
    assert [one["q"] for one in told] == list(asked)
    assert [one["results"][0]["id"] for one in told[:3]] == ["lost", "off", "off"]
    assert [one["fits"] for one in told] == [True, True, True, False, False]
    assert told[1]["repaired"] == "как отключить подписку"
    assert told[1]["results"][0] == {"id": "off", "title": "Как отключить подписку?", "score": 1.0, "sure": True}
    assert len(told[0]["results"]) == 2
    assert told[4]["results"] == []


def test_one_question_is_answered_for_a_person_and_for_a_machine(desk: Path, tmp_path: Path) -> None:
    kb(desk, "import", written(tmp_path, "base.jsonl", *LINES))
    assert "lost  Lost card" in kb(desk, "search", "my card was stolen").output
    assert "nothing fits" in kb(desk, "search", "who is the president").output
    told = json.loads(kb(desk, "search", "my card was stolen", "--top", "1", "--json").stdout)
    assert [one["id"] for one in told["results"]] == ["lost"]


def test_importing_again_changes_only_what_has_changed(desk: Path, tmp_path: Path) -> None:
    kb(desk, "import", written(tmp_path, "base.jsonl", *LINES))
    changed = written(tmp_path, "base.jsonl", *LINES[:2], LINES[2] | {"variants": ["хочу отписаться"]})
    assert kb(desk, "import", changed).output == "0 added, 1 updated, 2 unchanged\n"
    told = json.loads(kb(desk, "search", "хочу отписаться", "--json").stdout)
    assert told["results"][0]["id"] == "off"


def test_a_folder_of_articles_becomes_the_desks_own(desk: Path) -> None:
    packaged = Path(__file__).parents[3] / "kb" / "articles"
    first = json.loads(kb(desk, "import", str(packaged), "--json").stdout)
    assert "no-internet/ru" in first["added"]
    assert (desk / "articles" / "no-internet" / "ru.md").is_file()
    assert kb(desk, "import", str(packaged)).output.startswith("0 added, 0 updated")
    told = json.loads(kb(desk, "search", "ошибка 691", "--json").stdout)
    assert (told["results"][0]["id"], told["results"][0]["sure"]) == ("pppoe-691", True)


def test_a_providers_own_articles_are_for_its_subscribers(desk: Path, tmp_path: Path) -> None:
    kb(desk, "import", written(tmp_path, "base.jsonl", LINES[0]))
    kb(desk, "import", "--provider", "example", written(tmp_path, "own.jsonl", LINES[1]))
    for provider, found in (([], False), (["--provider", "example"], True)):
        told = json.loads(kb(desk, "search", "my card was stolen", "--json", *provider).stdout)
        assert ("lost" in [one["id"] for one in told["results"]]) is found


def test_the_base_is_measured_by_language_and_noise(desk: Path, tmp_path: Path) -> None:
    kb(desk, "import", written(tmp_path, "base.jsonl", *LINES))
    queries = written(
        tmp_path,
        "queries.jsonl",
        {"q": "how to reset the pin", "id": "pin", "lang": "en"},
        {"q": "stolen card", "id": ["lost", "pin"], "lang": "en"},
        {"q": "отключите подписку", "id": "off", "lang": "ru"},
        {"q": "sing me a song", "id": None, "lang": "en"},
        {"q": "my crad wsa stolen", "id": "lost", "lang": "en", "noise": "by hand"},
    )
    rows = {(one["lang"], one["noise"]): one for one in json.loads(kb(desk, "evaluate", queries, "--json").stdout)}
    assert set(rows) == {
        *(("en", noise) for noise in ("clean", "typos", "layout", "by hand")),
        *(("ru", noise) for noise in ("clean", "typos", "layout", "translit")),
        *(("all", noise) for noise in ("clean", "typos", "layout", "translit", "by hand")),
    }
    assert rows["all", "clean"]["recall1"] == rows["all", "clean"]["mrr"] == 1.0
    assert rows["en", "clean"] | {"asked": 2, "strange": 1, "rejected": 1.0, "strange_f1": 1.0} == rows["en", "clean"]
    assert rows["ru", "translit"]["rejected"] is None
    table = kb(desk, "evaluate", queries, "--no-noise").output
    assert table.splitlines()[1].split()[:5] == ["en", "clean", "2", "1.000", "1.000"]
    assert "typos" not in table


def test_what_is_wrong_is_said_in_a_sentence(desk: Path, tmp_path: Path) -> None:
    cases = (
        (
            ("import", written(tmp_path, "bad.jsonl", LINES[0], {"id": "x"})),
            WRONG,
            "bad.jsonl:2: the article needs a title",
        ),
        (("import", "--provider", "nobody", written(tmp_path, "base.jsonl", *LINES)), USAGE, "no provider 'nobody'"),
        (("search",), USAGE, "give a text, or --file"),
        (("search", "--file", written(tmp_path, "ask.jsonl", {"question": "x"})), WRONG, "ask.jsonl:1: a question is"),
        (("evaluate", written(tmp_path, "ask.jsonl", {"question": "x"})), USAGE, "ask.jsonl:1: a question is"),
        (("evaluate", written(tmp_path, "none.jsonl")), USAGE, "there are no questions"),
    )
    for words, code, sentence in cases:
        result = kb(desk, *words)
        assert (result.exit_code, sentence in result.output) == (code, True), result.output


def test_an_article_that_a_file_keeps_is_not_overwritten_by_a_line(desk: Path, tmp_path: Path) -> None:
    kb(desk, "import", str(Path(__file__).parents[3] / "kb" / "articles"))
    line = {"id": "no-internet", "lang": "ru", "title": "Другое", "variants": [], "body": "Другое."}
    result = kb(desk, "import", written(tmp_path, "base.jsonl", line))
    assert result.exit_code == REFUSED
    assert "not taken, it was edited here: no-internet/ru" in result.output
    assert "-title: Нет интернета" in result.output


def test_articles_are_checked_before_they_are_imported_and_once_they_are_there(desk: Path, tmp_path: Path) -> None:
    place = tmp_path / "mine" / "kettle"
    place.mkdir(parents=True)
    (place / "en.md").write_text("no head", "utf-8")
    result = kb(desk, "check", str(tmp_path / "mine"))
    assert (result.exit_code, "must begin with a TOML head" in result.output) == (WRONG, True)
    base = written(tmp_path, "base.jsonl", *LINES)
    assert kb(desk, "check", base).exit_code == OK
    assert kb(desk, "check").output.endswith("no errors, no warnings.\n")
    kb(desk, "import", base)
    found = json.loads(kb(desk, "check", "--json").stdout)
    assert {one["where"] for one in found} >= {"pin", "lost", "off"}
    assert "there is no ru: who speaks it reads en" in [one["what"] for one in found if one["where"] == "pin"]
    assert kb(desk, "check", written(tmp_path, "bad.jsonl", {"id": "x", "lang": "xx", "title": "x"})).exit_code == WRONG


def test_what_was_learned_is_listed_and_forgotten_by_id(desk: Path, tmp_path: Path) -> None:
    """From a fresh desk on: nothing was learned, then one phrase was, and then it is gone."""
    kb(desk, "import", written(tmp_path, "base.jsonl", *LINES))
    assert kb(desk, "phrases").output == "Nothing was learned yet.\n"
    asyncio.run(taught(desk, "some rascal took my card"))
    (told,) = json.loads(kb(desk, "phrases", "lost", "--provider", "example", "--json").stdout)
    assert (told["text"], told["article"], told["case"], told["people"]) == ("some rascal took my card", "lost", "7", 1)
    shown = kb(desk, "phrases").output
    assert "some rascal took my card" in shown
    assert told["id"] in shown
    found = json.loads(kb(desk, "search", "some rascal took my card", "--provider", "example", "--json").stdout)
    assert found["results"][0]["sure"]
    assert (desk / "data" / "knowledge" / "example.index").exists()
    assert kb(desk, "forget", told["id"]).output == "1 phrase forgotten.\n"
    assert not (desk / "data" / "knowledge" / "example.index").exists()
    assert json.loads(kb(desk, "phrases", "--json").stdout) == []
    assert b"rascal" not in b"".join(path.read_bytes() for path in (desk / "data" / "knowledge").iterdir())


def test_forgetting_says_what_it_cannot_forget(desk: Path, tmp_path: Path) -> None:
    kb(desk, "import", written(tmp_path, "base.jsonl", *LINES))
    assert kb(desk, "phrases", "nonsense").exit_code == NO_SUCH
    assert kb(desk, "forget", "0123456789").exit_code == NO_SUCH
    assert kb(desk, "forget").exit_code == USAGE
    assert kb(desk, "forget", "0123456789", "--person-of", "12").exit_code == USAGE
    assert kb(desk, "forget", "--person-of", "12").exit_code == NO_SUCH
    assert kb(desk, "phrases", "--provider", "nobody").exit_code == USAGE


def has_ivanova(desk: Path) -> None:
    """The provider has an agent."""
    teams = desk / "providers" / "example" / "teams.toml"
    agent = '\n[[agent]]\nid = "ivanova"\nname = { ru = "Мария", en = "Maria" }\n'
    teams.write_text(teams.read_text("utf-8") + agent, "utf-8")


async def taught(desk: Path, words: str) -> None:
    """Somebody's words became a phrasing of the article about lost cards."""
    database = Database(f"sqlite+aiosqlite:///{desk / 'data' / 'firstline.db'}")
    now = datetime.now(UTC)
    async with database.write("example") as session:
        session.add(
            PhrasingRow(
                **{"provider": "example", "case_id": 7, "article": "lost", "person_id": 1, "language": "en"},
                **{"text": words, "author": "subscriber", "refused": "", "at": now},
            )
        )
    await database.close()


def test_a_line_that_is_no_question_is_told_of_and_the_others_are_answered(desk: Path, tmp_path: Path) -> None:
    kb(desk, "import", written(tmp_path, "base.jsonl", *LINES))
    asked = tmp_path / "asked.jsonl"
    asked.write_bytes(b'\xef\xbb\xbf{"q": "lost card"}\r\n\r\nno json\r\n{"q": 5}\r\n{"q": "pin \\ud800", "lang": 7}')
    done = kb(desk, "search", "--file", str(asked), "--json")
    assert done.exit_code == WRONG
    assert [json.loads(line)["q"] for line in done.stdout.splitlines()] == ["lost card", "pin ?"]
    assert [line.partition(" (")[0].replace(f"{tmp_path}/", "") for line in done.stderr.splitlines()] == [
        "Passed over asked.jsonl:3: this is not JSON",
        'Passed over asked.jsonl:4: a question is a line {"q": "its text"}',
    ]
    asked.write_bytes(b'{"q": "pin"}\n\xcf\xf0\n')
    done = kb(desk, "search", "--file", str(asked), "--json")
    assert (done.exit_code, "it is not in UTF-8" in done.stderr) == (USAGE, True), done.output


ODD: tuple[tuple[bytes, int, str], ...] = (
    (b'{"lang": "en", "title": "x"}', WRONG, "odd.jsonl:1: the line has no id"),
    (b'{"id": ["x"], "title": "x"}', WRONG, "id must be a text"),
    (b'{"id": " ", "title": "x"}', WRONG, "id must be a text"),
    (b"no json", WRONG, "odd.jsonl:1: this is not JSON"),
    (b'["id"]', WRONG, "a line is an object"),
    (b'{"id": "x", "title": "x", "lang": "de"}', WRONG, "lang is 'de'; it can be ru, en"),
    (b'{"id": "x", "title": "x", "variants": "one"}', WRONG, "variants must be a list"),
    (b'{"id": "x", "title": "x", "variants": ["one", 2]}', WRONG, "variants must be a list"),
    (b'{"id": "x", "title": {"ru": "x"}}', WRONG, "title must be a text"),
    (b'{"id": "x", "title": "x", "body": ["x"]}', WRONG, "body must be a text"),
    (b"\xcf\xf0\xe8", WRONG, "odd.jsonl is not in UTF-8: byte 1"),
    (b"\n\n", WRONG, "there is no article in"),
    (b'\xef\xbb\xbf{"id": 5, "lang": "en-GB", "title": "x", "variants": null, "body": null}\r\n\r\n', OK, "1 added"),
    (b'{"id": "x", "lang": "EN", "title": "x"}\n{"id": "x", "lang": "ru", "title": "y"}', OK, "2 added"),
)


@pytest.mark.parametrize(("file", "code", "sentence"), ODD)
def test_an_odd_line_is_a_sentence_and_nothing_is_imported_by_half(
    desk: Path, tmp_path: Path, file: bytes, code: int, sentence: str
) -> None:
    (tmp_path / "odd.jsonl").write_bytes(file)
    done = kb(desk, "import", str(tmp_path / "odd.jsonl"))
    assert (done.exit_code, sentence in done.output) == (code, True), done.output
    assert "foreseen" not in done.output
    assert "foreseen" not in kb(desk, "check", str(tmp_path / "odd.jsonl")).output


def test_ids_come_back_as_they_were_given(desk: Path, tmp_path: Path) -> None:
    """Capitals, blanks, signs and whole numbers: an id is somebody else's name for it."""
    ids = ("Карта утеряна?", "a/b c", " x", "UPPER-lower_1", "42")
    given = [42 if id == "42" else id for id in ids]
    words = ("lost card", "forgotten pin", "exchange rate", "top up", "cash withdrawal")
    base: list[object] = [
        {"id": id, "lang": "en", "title": said, "variants": []} for id, said in zip(given, words, strict=True)
    ]
    kb(desk, "import", written(tmp_path, "base.jsonl", *base))
    queries = [{"q": said, "id": id} for id, said in zip(given, words, strict=True)]
    told = answers(kb(desk, "search", "--file", written(tmp_path, "q.jsonl", *queries), "--json"))
    assert [one["results"][0]["id"] for one in told] == list(ids)
    figures = json.loads(kb(desk, "evaluate", "--no-noise", "--json", str(tmp_path / "q.jsonl")).stdout)
    assert figures[0]["recall1"] == 1.0


def test_nothing_edited_is_no_history(desk: Path, tmp_path: Path) -> None:
    kb(desk, "import", written(tmp_path, "base.jsonl", *LINES))
    done = kb(desk, "history", "pin", "--language", "en")
    assert (done.exit_code, done.output) == (OK, "Nobody has edited pin/en here.\n")


def test_an_import_of_what_was_exported_leaves_edits_alone(desk: Path, tmp_path: Path) -> None:
    """The same article, written otherwise into its file, is no change that an edit could stand against."""
    packaged = Path(__file__).parents[3] / "kb" / "articles"
    kb(desk, "import", str(packaged))
    kb(desk, "export", str(tmp_path / "out"))
    file = tmp_path / "out" / "no-internet" / "ru.md"
    edited = tmp_path / "edited.md"
    edited.write_text(file.read_text("utf-8").replace('title = "', 'title = "Правка: ', 1), "utf-8")
    has_ivanova(desk)
    done = kb(desk, "edit", "no-internet", "--language", "ru", "--as", "ivanova", "--file", str(edited))
    assert "of version" in done.output, done.output
    file.write_text(file.read_text("utf-8").replace('owner = "', 'owner =    "', 1), "utf-8")
    assert kb(desk, "import", str(tmp_path / "out")).exit_code == OK
    told = json.loads(kb(desk, "history", "no-internet", "--language", "ru", "--json").stdout)
    assert told[0]["title"].startswith("Правка: ")
    assert "Правка: " in kb(desk, "export", str(tmp_path / "again.jsonl")).output + (
        tmp_path / "again.jsonl"
    ).read_text("utf-8")


def test_a_provider_gets_its_own_article_by_an_edit_and_keeps_the_other_language(desk: Path, tmp_path: Path) -> None:
    both = (*LINES, {"id": "pin", "lang": "ru", "title": "Забыл ПИН-код", "variants": [], "body": "Идите в банкомат."})
    kb(desk, "import", written(tmp_path, "base.jsonl", *both))
    has_ivanova(desk)
    text = '+++\ntitle = "Сброс ПИН у нас"\nconfidence = "validated"\naudience = "external"\n+++\nЗвоните нам.\n'
    (tmp_path / "own.md").write_text(text, "utf-8")
    words = ("edit", "pin", "--provider", "example", "--language", "ru", "--as", "ivanova")
    assert kb(desk, *words, "--file", str(tmp_path / "own.md")).output == "pin/ru is of version 1 now.\n"
    for asked, provider, title in (
        ("забыл пин код", "", "Забыл ПИН-код"),
        ("сброс пин", "example", "Сброс ПИН у нас"),
        ("i forgot my pin", "example", "Reset my PIN"),
    ):
        language = "en" if asked.isascii() else "ru"
        told = json.loads(kb(desk, "search", asked, "--provider", provider, "--language", language, "--json").stdout)
        assert told["results"][0]["title"] == title
