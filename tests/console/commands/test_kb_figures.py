"""What became of the articles is told by the commands: use, success, flags, gaps, drafts."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from console.main import cli
from console.terminal import extras
from console.terminal.command_context import OK, WRONG
from desk.model.case import Case
from desk.model.journal import JournalEntry
from desk.model.subscribers import Person
from desk.storage.database import Database
from kb.storage.usage_tables import AgentArticleUseRow, ArticleOfferRow

NOW = datetime.now(UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A desk with two articles, and what ten people made of them."""
    folder = tmp_path / "desk"
    assert CliRunner().invoke(cli, ["init", str(folder), "--empty"]).exit_code == OK
    base = [
        {"id": "lamp", "lang": "en", "title": "The lamp is red", "variants": ["red lamp"], "body": "Wait."},
        {"id": "lamp", "lang": "ru", "title": "Горит красная лампа", "variants": ["лампа красная"], "body": "Ждите."},
        {"id": "bill", "lang": "en", "title": "A wrong bill", "variants": ["i paid too much"], "body": "Tell us."},
    ]
    (tmp_path / "base.jsonl").write_text("".join(json.dumps(one) + "\n" for one in base), "utf-8")
    assert kb(folder, "import", str(tmp_path / "base.jsonl")).exit_code == OK
    asyncio.run(lived(folder))
    return folder


def kb(desk: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["kb", words[0], "-C", str(desk), *words[1:]])


async def lived(desk: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{desk / 'data' / 'firstline.db'}")
    async with database.write("example") as session:
        for number in range(1, 11):
            at = NOW - timedelta(days=30 - number)
            outcome = "not_helped" if number in (3, 9) else "helped"
            session.add(case(number, at, "the lamp is red", language="ru" if number % 5 == 0 else "en"))
            session.add(Person(provider="example", id=number, name="Ann", created_at=at))
            session.add(
                ArticleOfferRow(
                    **{"provider": "example", "case_id": number, "article": "lamp", "score": 0.9, "outcome": outcome},
                    **{"language": "ru" if number % 5 == 0 else "en", "offered_at": at, "outcome_at": at},
                )
            )
        # Person 2 came back about the same three days after it had helped.
        back = case(20, NOW - timedelta(days=25), "the lamp is red again", person=2)
        back.articles = ["lamp"]
        session.add(back)
        session.add(solved(31, "the parrot ate the remote control of my box", 4))
        session.add(solved(32, "my parrot ate the remote of the box", 5))
        session.add(solved(33, "i paid too much for june", 6))
        session.add(
            AgentArticleUseRow(
                **{"provider": "example", "case_id": 33, "article": "bill", "kind": "linked", "agent": "ivanova"},
                **{"note": "", "at": NOW},
            )
        )
        session.add(
            JournalEntry(
                **{"provider": "example", "id": 1, "case_id": 31, "at": NOW, "kind": "solution_noted"},
                **{"actor": "agent:ivanova", "text": "Sent a new remote control"},
            )
        )
    await database.close()


def case(id: int, at: datetime, words: str, language: str = "en", person: int = 0) -> Case:
    one = {"provider": "example", "id": id, "person_id": person or id, "description": words, "language": language}
    return Case(**one, opened_at=at, updated_at=at, state="closed", articles=["lamp"])


def solved(id: int, words: str, person: int) -> Case:
    """By an agent."""
    one = case(id, NOW, words, person=person)
    one.number, one.registered_at, one.resolved_at = f"EX-2026-{id:06d}-0", NOW, NOW
    one.articles, one.dialog = [], f"other{id}"
    return one


def test_the_articles_are_told_by_reuse_success_and_language(desk: Path) -> None:
    told = {one["article"]: one for one in json.loads(kb(desk, "articles", "--json").stdout)}
    lamp = told["lamp"]
    assert (lamp["offered"], lamp["helped"], lamp["came_back"], lamp["not_helped"]) == (10, 7, 1, 2)
    assert (lamp["uses"], lamp["success"], lamp["deflected"]) == (8, 0.7, 7)
    assert {language: one["offered"] for language, one in lamp["by_language"].items()} == {"en": 8, "ru": 2}
    assert lamp["flag"] == "did not help in 2 of its last 10 uses"
    assert (told["bill"]["linked"], told["bill"]["uses"], told["bill"]["flag"]) == (1, 1, "")
    shown = kb(desk, "articles").output
    assert "did not help in 2 of its last 10 uses" in shown


def test_the_articles_are_drawn(desk: Path, tmp_path: Path) -> None:
    assert kb(desk, "articles", "--output", str(tmp_path / "a.svg")).output.startswith("Drawn into")
    drawn = ElementTree.fromstring((tmp_path / "a.svg").read_text("utf-8"))
    words = "".join(drawn.itertext())
    assert "Горит красная лампа" in words
    assert "70%" in words


def test_what_no_article_covers_is_shown_with_a_draft(desk: Path) -> None:
    (gap,) = json.loads(kb(desk, "gaps", "--json").stdout)
    assert sorted(gap["cases"]) == ["EX-2026-000031-0", "EX-2026-000032-0"]
    assert (gap["people"], gap["provider"]) == (2, "example")
    assert "parrot ate the remote" in gap["draft"]
    made = kb(desk, "draft", "31").output
    assert 'title = "The parrot ate the remote control of my box"' in made
    assert "1. Sent a new remote control" in made
    assert 'audience = "internal"' in made


def test_who_reads_only_the_beginning_is_not_told_of_a_broken_pipe(desk: Path) -> None:
    words = [sys.executable, "-m", "console.main", "-C", str(desk), "kb", "articles"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_gaps_without_their_extra_say_in_a_sentence_what_to_install(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(extras.PACKAGES, "gaps", ("a_package_that_is_not_there",))
    told = kb(desk, "gaps")
    assert told.exit_code == WRONG
    assert "this needs a_package_that_is_not_there: install firstline[gaps]" in told.stderr
    assert len(told.stderr.splitlines()) == 1
