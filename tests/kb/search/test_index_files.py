"""A saved index is loaded as it was, or not at all."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

import kb
from kb.content.article_files import read_folders
from kb.search import build_process
from kb.search.article_index import build_index
from kb.search.index_files import MAGIC, IndexFiles
from kb.search.knowledge_of_all_providers import KnowledgeOfAllProviders
from kb.search.matcher import Matcher, index_key
from kb.search.tokenize import Vocabulary
from tests.kb.article_factory import make_article

ARTICLES = [*read_folders([Path(kb.__file__).parent / "articles"]).values()]
SAMOVAR = make_article("samovar", "самовар не кипит", language="ru")


def test_a_saved_matcher_answers_as_the_one_that_was_built(tmp_path: Path) -> None:
    matcher, store = Matcher(ARTICLES), IndexFiles(tmp_path)
    store.save("all", index_key(ARTICLES), matcher.arrays())
    saved = store.load("all", index_key(ARTICLES))
    assert saved is not None
    again = Matcher(ARTICLES, saved=saved)
    assert again.threshold == matcher.threshold
    for text in ("нет интернета", "my wifi is slow", "закажите пиццу", "ошибка 691"):
        assert again.answer(text, "ru") == matcher.answer(text, "ru")


def test_an_index_of_other_articles_is_not_taken(tmp_path: Path) -> None:
    store = IndexFiles(tmp_path)
    store.save("all", index_key(ARTICLES), build_index([SAMOVAR], Vocabulary()).arrays())
    assert store.load("all", index_key([SAMOVAR])) is None
    assert store.load("nobody", index_key(ARTICLES)) is None


@pytest.mark.parametrize("at", [3, 12, 40, -1])
def test_a_file_that_was_damaged_is_not_taken(tmp_path: Path, at: int) -> None:
    store = IndexFiles(tmp_path)
    store.save("all", "key", {"numbers": np.arange(1000, dtype=np.uint32)})
    (path,) = tmp_path.iterdir()
    content = bytearray(path.read_bytes())
    content[at] ^= 0x55
    path.write_bytes(content)
    assert store.load("all", "key") is None


@pytest.mark.parametrize(
    "content", [b"", b"FLKB", MAGIC, MAGIC + b"\xff" * 8, MAGIC + (5).to_bytes(8, "little") + b"hello"]
)
def test_what_is_no_index_is_not_taken(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "all.index").write_bytes(content)
    assert IndexFiles(tmp_path).load("all", "key") is None


def test_types_that_could_carry_code_are_neither_saved_nor_read(tmp_path: Path) -> None:
    store = IndexFiles(tmp_path)
    with pytest.raises(TypeError):
        store.save("all", "key", {"objects": np.array([{}], object)})
    assert list(tmp_path.iterdir()) == []
    store.save("all", "key", {"numbers": np.arange(3, dtype=np.uint32)})
    path = tmp_path / "all.index"
    path.write_bytes(path.read_bytes().replace(json.dumps("<u4").encode(), json.dumps("|O8").encode()))
    assert store.load("all", "key") is None


def test_a_folder_that_cannot_be_written_hinders_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    IndexFiles(tmp_path / "file" / "below").save("all", "key", {"numbers": np.arange(3, dtype=np.uint32)})


def test_knowledge_builds_an_index_once_and_finds_it_again(tmp_path: Path) -> None:
    store = IndexFiles(tmp_path)
    first = KnowledgeOfAllProviders({}, lambda _: [], [SAMOVAR], store)
    before = {path: path.stat().st_ino for path in tmp_path.iterdir()}
    second = KnowledgeOfAllProviders({}, lambda _: [], [SAMOVAR], store)
    assert {path: path.stat().st_ino for path in tmp_path.iterdir()} == before != {}
    for one in (first, second):
        assert [match.article for match in one.matcher("").best("самовар не кипит", "ru")] == [SAMOVAR]


def test_of_a_provider_who_has_nothing_of_its_own_any_more_nothing_stays_saved(tmp_path: Path) -> None:
    """Whoever forgot its last phrase erased its index too early, if a worker was still saving it."""
    knowledge = KnowledgeOfAllProviders(
        {}, lambda _: [], [SAMOVAR, dataclasses.replace(SAMOVAR, provider="sever")], IndexFiles(tmp_path)
    )
    assert {path.name for path in tmp_path.iterdir()} == {"_all.index", "sever.index"}
    knowledge.refresh([SAMOVAR])
    assert {path.name for path in tmp_path.iterdir()} == {"_all.index"}


def test_what_has_not_changed_is_kept_by_a_refresh() -> None:
    own = make_article("kettle", "kettle is cold", provider="sever")
    knowledge = KnowledgeOfAllProviders({}, lambda _: [], [SAMOVAR, own])
    shared, of_sever = knowledge.matcher(""), knowledge.matcher("sever")
    knowledge.refresh([SAMOVAR, own])
    assert (knowledge.matcher(""), knowledge.matcher("sever")) == (shared, of_sever)
    lamp = make_article("lamp", "lamp is dark", provider="sever")
    knowledge.refresh([SAMOVAR, own, lamp])
    assert knowledge.matcher("") is shared
    assert [one.article.id for one in knowledge.matcher("sever").best("lamp is dark", "en")] == ["lamp"]
    knowledge.refresh([make_article("bell", "the bell rings"), own, lamp])
    assert [one.article.id for one in knowledge.matcher("sever").best("the bell rings", "en")] == ["bell"]


def test_a_large_index_is_built_apart_and_answers_alike(tmp_path: Path) -> None:
    store = IndexFiles(tmp_path)
    assert not build_process.is_large(ARTICLES)
    build_process.build_in_process(store, "all", "key", ARTICLES, calibrate=True)
    saved = store.load("all", "key")
    assert saved is not None
    assert Matcher(ARTICLES, saved=saved).threshold == Matcher(ARTICLES).threshold
    build_process.build_in_process(store, "own", "key", ARTICLES, calibrate=False)
    of_own = store.load("own", "key")
    assert of_own is not None
    assert "threshold" in saved.keys() - of_own.keys()


def test_a_refresh_builds_a_large_index_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    knowledge = KnowledgeOfAllProviders({}, lambda _: [], [SAMOVAR], IndexFiles(tmp_path))
    monkeypatch.setattr(build_process, "LARGE_INDEX_ENTRIES", 1)
    monkeypatch.setattr("kb.search.matcher.build_index", lambda *_: pytest.fail("it was built here"))
    knowledge.refresh([SAMOVAR, make_article("lamp", "lamp is dark")])
    assert [one.article.id for one in knowledge.matcher("").best("lamp is dark", "en")] == ["lamp"]
