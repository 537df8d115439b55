"""Articles are kept by commands: written out, mended, and looked at for what they are worth."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from console.main import cli
from console.terminal.command_context import NO_SUCH, OK, REFUSED, WRONG
from desk.model.case import Case
from desk.model.journal import JournalEntry
from desk.model.settings import load as load_settings
from desk.storage.database import Database
from kb.content.article_files import read_folders
from kb.storage.article_store import load_articles
from kb.storage.usage_tables import AgentArticleUseRow, ArticleOfferRow
from tests.kb.article_factory import write_article

PIN = {
    "id": "a/pin",
    "lang": "en",
    "title": 'Reset "my" \\ PIN: ё\x7f',
    "variants": ["i forgot my pin"],
    "body": "Go to an ATM.",
}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A desk with the sample providers, two articles in a folder and one from a line."""
    folder = tmp_path / "desk"
    assert CliRunner().invoke(cli, ["init", str(folder)]).exit_code == OK
    settings = folder / "firstline.toml"
    with_articles = settings.read_text("utf-8")
    without = re.sub(r"packaged_content = true *", "packaged_content = false", with_articles)
    assert without != with_articles
    settings.write_text(without, "utf-8")
    assert CliRunner().invoke(cli, ["migrate", "-C", str(folder)]).exit_code == OK
    write_article(tmp_path / "source")
    write_article(tmp_path / "source", "kettle", language="ru", title="Чайник")
    write_article(
        tmp_path / "source", "lamp", body="Switch it on.\n\n# When to stop and call us\nCall {{ support_phone }}."
    )
    (tmp_path / "pin.jsonl").write_text(json.dumps(PIN) + "\n", "utf-8")
    for source in ("source", "pin.jsonl"):
        done = CliRunner().invoke(cli, ["kb", "import", "-C", str(folder), str(tmp_path / source)])
        assert done.exit_code == OK, done.output
    return folder


def kb(desk: Path, *words: str, stdin: str = "", env: Mapping[str, str] | None = None) -> Result:
    return CliRunner(env={"FIRSTLINE_AGENT": "", **(env or {})}).invoke(
        cli, ["kb", words[0], "-C", str(desk), *words[1:]], input=stdin
    )


def on_shelf(desk: Path) -> dict[str, str]:
    """The fingerprints of what the database has."""

    async def read() -> dict[str, str]:
        database = Database(load_settings(desk).database)
        async with database.look() as connection:
            found = {one.id: one.hash for one in await load_articles(connection)}
        await database.close()
        return found

    return asyncio.run(read())


def test_what_is_exported_is_what_is_imported_again(desk: Path, tmp_path: Path) -> None:
    """Nothing is lost on the way out and in: quotes, mails of all kinds, both languages, few phrasings."""
    before = on_shelf(desk)
    assert set(before) == {"kettle", "lamp", "a/pin"}
    whole = kb(desk, "export", str(tmp_path / "out"))
    assert (whole.exit_code, "'a/pin' cannot be the name of a folder" in whole.output) == (WRONG, True)
    assert {id: one.hash for id, one in read_folders([tmp_path / "out"]).items()} | {"a/pin": before["a/pin"]} == before
    assert kb(desk, "export", str(tmp_path / "out.jsonl")).exit_code == OK
    reload = tmp_path / "again"
    assert CliRunner().invoke(cli, ["init", str(reload), "--empty"]).exit_code == OK
    assert CliRunner().invoke(cli, ["migrate", "-C", str(reload)]).exit_code == OK
    for source in ("out", "out.jsonl"):
        kb(reload, "import", str(tmp_path / source))
    assert on_shelf(reload) == before


@pytest.mark.parametrize("place", ["kettle/kettle.png", "shared", "shared/kettle.png"])
def test_a_link_in_somebody_elses_folder_brings_no_file_of_ours(desk: Path, tmp_path: Path, place: str) -> None:
    """Copied, the desk's secret would be a picture that subscribers are shown."""
    theirs = tmp_path / "theirs"
    body = "Look. ![a kettle](kettle.png)" if place.startswith("kettle") else "Look."
    write_article(theirs, body=body.replace(" !", "\n!"))
    (theirs / place).parent.mkdir(exist_ok=True)
    (theirs / place).symlink_to(desk if place == "shared" else desk / "secret")
    before = sorted(desk.rglob("*"))
    done = kb(desk, "import", str(theirs))
    assert done.exit_code == WRONG
    assert f"{place} is no plain file" in done.output.replace("\n", "")
    assert sorted(desk.rglob("*")) == before


def test_the_packaged_articles_come_out_with_their_pictures(tmp_path: Path) -> None:
    """Also those that several articles share."""
    folder = tmp_path / "desk"
    assert CliRunner().invoke(cli, ["init", str(folder)]).exit_code == OK
    assert CliRunner().invoke(cli, ["migrate", "-C", str(folder)]).exit_code == OK
    assert kb(folder, "search", "нет интернета").exit_code == OK
    assert kb(folder, "export", str(tmp_path / "out")).exit_code == OK
    assert {id: one.hash for id, one in read_folders([tmp_path / "out"]).items()} == on_shelf(folder)


def test_one_article_is_exported_by_name_and_an_unknown_one_is_refused(desk: Path, tmp_path: Path) -> None:
    assert kb(desk, "export", str(tmp_path / "out"), "lamp").exit_code == OK
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["lamp"]
    assert kb(desk, "export", str(tmp_path / "out"), "lmap").exit_code == NO_SUCH


def exported(desk: Path, tmp_path: Path, article: str = "lamp") -> str:
    kb(desk, "export", str(tmp_path / "text"), article)
    return (tmp_path / "text" / article / "en.md").read_text("utf-8")


def edits(desk: Path, text: str, *words: str, article: str = "lamp") -> Result:
    return kb(desk, "edit", article, "--as", "ivanova", "--language", "en", "--file", "-", *words, stdin=text)


def test_an_edit_keeps_what_stood_there_and_who_changed_it(desk: Path, tmp_path: Path) -> None:
    text = exported(desk, tmp_path)
    done = edits(desk, text.replace("Switch it on.", "Switch it on twice."), "--why", "once was too little")
    assert (done.exit_code, done.output) == (OK, "lamp/en is of version 2 now.\n")
    told = json.loads(kb(desk, "history", "lamp", "--language", "en", "--json").output)
    assert [(one["version"], one["author"], one["why"]) for one in told] == [
        (2, "agent:ivanova", "once was too little"),
        (1, "file", ""),
    ]
    assert told[1]["body"].startswith("Switch it on.\n")
    assert "-Switch it on.\n" in kb(desk, "history", "lamp", "--language", "en").output
    assert kb(desk, "search", "no tea").exit_code == OK, "the file stands still, so the edit stays"
    assert "twice" in exported(desk, tmp_path)


def test_the_same_text_again_is_no_version(desk: Path, tmp_path: Path) -> None:
    assert edits(desk, exported(desk, tmp_path)).output == "Nothing was changed.\n"


def test_an_editor_is_opened_on_the_article(desk: Path, tmp_path: Path) -> None:
    """Whatever $EDITOR is; here one that changes a word."""
    done = kb(desk, "edit", "lamp", "--as", "ivanova", "--language", "en", env={"EDITOR": "sed -i s/Switch/Turn/"})
    assert done.output == "lamp/en is of version 2 now.\n"
    assert "Turn it on." in exported(desk, tmp_path)


def test_a_text_that_is_no_article_changes_nothing(desk: Path, tmp_path: Path) -> None:
    before = on_shelf(desk)
    refused = edits(desk, exported(desk, tmp_path).replace("title =", "titel ="))
    assert refused.exit_code == WRONG
    assert "lamp/en.md: the head: needs a title" in refused.output
    assert on_shelf(desk) == before


def test_only_what_is_validated_is_for_the_outside(desk: Path, tmp_path: Path) -> None:
    text = exported(desk, tmp_path).replace('confidence = "validated"', 'confidence = "not_validated"')
    assert edits(desk, text).exit_code == REFUSED
    assert edits(desk, text.replace('audience = "external"', 'audience = "internal"')).exit_code == OK


def test_strangers_edit_nothing(desk: Path, tmp_path: Path) -> None:
    refused = kb(desk, "edit", "lamp", "--as", "mallory", "--file", "-", stdin="x")
    assert refused.exit_code == REFUSED
    assert kb(desk, "edit", "lmap", "--as", "ivanova", "--file", "-", stdin="x").exit_code == NO_SUCH


async def _happened(desk: Path, *those: tuple[str, str, int]) -> None:
    """Cases in which an article was offered: article, outcome, days ago."""
    database = Database(load_settings(desk).database)
    now = datetime.now(UTC)
    async with database.write("sever") as session:
        for number, (article, outcome, days) in enumerate(those, 1):
            at = now - timedelta(days=days)
            of_case: dict[str, Any] = {"provider": "sever", "id": number, "person_id": number, "dialog": "tea"}
            session.add(Case(**of_case, language="en", opened_at=at, updated_at=at, articles=[article]))
            of_row: dict[str, Any] = {"provider": "sever", "case_id": number, "article": article, "language": "en"}
            session.add(ArticleOfferRow(**of_row, score=0.9, offered_at=at, outcome=outcome, outcome_at=at))
        of_link: dict[str, Any] = {"provider": "sever", "case_id": 1, "kind": "linked", "agent": "petrov"}
        session.add(AgentArticleUseRow(**of_link, article="lamp", note="", at=now))
    await database.close()


def test_articles_are_told_by_use_success_and_language(desk: Path, tmp_path: Path) -> None:
    of_kettle = [("kettle", "helped", days) for days in (30, 2)]
    of_lamp = [("lamp", "not_helped", days) for days in (3, 2)]
    asyncio.run(_happened(desk, *of_kettle, *of_lamp))
    told = {one["article"]: one for one in json.loads(kb(desk, "articles", "--json").output)}
    kettle, lamp = told["kettle"], told["lamp"]
    assert (kettle["offered"], kettle["helped"], kettle["deflected"], kettle["success"]) == (2, 2, 1, 1.0)
    assert kettle["by_language"]["en"]["helped"] == 2
    assert sorted(kettle["languages"]) == ["en", "ru"]
    assert (lamp["linked"], lamp["success"], lamp["flag"]) == (1, 0.0, "did not help in 2 of its last 2 uses")
    assert told["a/pin"]["offered"] == 0
    table = kb(desk, "articles").output
    assert "kettle" in table.splitlines()[1], "what is used most stands first"
    assert "! lamp: did not help in 2 of its last 2 uses" in table
    assert max(map(len, table.splitlines())) <= 80
    assert kb(desk, "articles", "--output", str(tmp_path / "chart.svg")).exit_code == OK
    drawing = ElementTree.parse(tmp_path / "chart.svg").getroot()
    words = [one.text for one in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert {"The kettle does not boil", "100%", "не помогла"} <= set(words)


async def _solved(desk: Path, *texts: str) -> None:
    """Registered cases that an agent resolved, with what was done."""
    database = Database(load_settings(desk).database)
    now = datetime.now(UTC)
    async with database.write("sever") as session:
        for number, text in enumerate(texts, 1):
            of_case: dict[str, Any] = {"provider": "sever", "id": number, "number": f"SN-2026-{number:06d}-1"}
            moments = dict.fromkeys(("opened_at", "updated_at", "registered_at", "resolved_at"), now)
            who: dict[str, Any] = {"person_id": number, "contract": "40-1187", "owner": "ivanova", "language": "ru"}
            session.add(Case(**of_case, **who, **moments, description=text, state="resolved", present=["нет картинки"]))
            await session.flush()
            line: dict[str, Any] = {
                "provider": "sever",
                "id": number,
                "case_id": number,
                "at": now,
                "kind": "solution_noted",
            }
            session.add(JournalEntry(**line, actor="agent:ivanova", text="Позвонили на 89123456789. Сменили порт LAN."))
    await database.close()


def test_what_keeps_coming_without_an_article_is_a_gap_with_a_draft(desk: Path) -> None:
    """Until an agent takes the draft; and the draft names nobody."""
    asyncio.run(
        _solved(
            desk,
            "приставка пишет ошибка 1402, договор 40-1187",
            "на приставке ошибка 1402 и чёрный экран",
            "не приходит почта на телефон",
        )
    )
    (gap,) = json.loads(kb(desk, "gaps", "--json").output)
    assert (gap["people"], sorted(gap["cases"])) == (2, ["SN-2026-000001-1", "SN-2026-000002-1"])
    shown = kb(desk, "gaps").output
    assert f"firstline kb draft {gap['cases'][0]}" in shown
    draft = kb(desk, "draft", gap["cases"][0]).output
    assert draft == gap["draft"]
    assert "1. Сменили порт LAN" in draft
    assert "нет картинки" in draft
    assert not {"40-1187", "89123456789"} & set(re.findall(r"[\d-]+", draft))
    assert kb(desk, "drafts").output == "No article waits to be validated.\n"
    for number in gap["cases"]:
        taken = kb(desk, "link", number, "--as", "ivanova", "--draft")
        assert (taken.exit_code, taken.output.splitlines()[0]) == (OK, f"{number}: noted.")
    assert kb(desk, "gaps").output.startswith("No gap")
    waiting = json.loads(kb(desk, "drafts", "--json").output)
    assert {(one["confidence"], one["author"]) for one in waiting} == {("not_validated", "agent:ivanova")}
    assert kb(desk, "link", gap["cases"][0], "--as", "ivanova", "--article", "nothing").exit_code == NO_SUCH
    kb(desk, "link", gap["cases"][1], "--as", "ivanova", "--article", waiting[0]["article"])
    assert len(json.loads(kb(desk, "drafts", "--json").output)) == 2, "nobody validates what they wrote themselves"
    used = kb(desk, "link", gap["cases"][1], "--as", "petrov", "--article", waiting[0]["article"])
    assert used.exit_code == OK
    assert len(json.loads(kb(desk, "drafts", "--json").output)) == 1, "another agent used it as it stands"
