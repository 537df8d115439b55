"""An entry of the journal is an event with typed data, which is the same when it is read again."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from desk.model import journal
from desk.model.journal import (
    KINDS,
    ArticleTried,
    ClosingAgreed,
    DialogueMessageLogged,
    JournalEntry,
    NoteAdded,
    StateChanged,
    stored_data,
)
from desk.model.journal_data import Category, JournalEntryData
from desk.storage.base import Base
from templates import __file__ as templates_file
from tests.console.terminal.test_journal_language import EVENTS

LANGUAGES = ("ru", "en")


def test_every_kind_of_event_is_known_by_its_own_name() -> None:
    kinds = {one for one in vars(journal).values() if isinstance(one, type) and issubclass(one, JournalEntryData)}
    assert set(KINDS.values()) == kinds - {JournalEntryData}
    assert all(KINDS[one.kind] is one for one in KINDS.values())
    assert all(0 < len(kind) <= JournalEntry.__table__.c.kind.type.length for kind in KINDS)  # type: ignore[attr-defined]


def test_every_category_that_a_protocol_must_have_has_its_events() -> None:
    assert {one.category for one in KINDS.values()} == set(Category)


@pytest.mark.parametrize("event", EVENTS, ids=str)
def test_an_event_is_the_same_after_it_was_stored(event: JournalEntryData) -> None:
    data = json.loads(json.dumps(stored_data(event)))
    entry = JournalEntry(provider="sever", kind=event.kind, data=data, actor="desk")
    assert entry.event == event
    assert type(entry.event) is type(event)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda one: one.kind)
def test_what_an_older_version_did_not_store_has_a_default(kind: type[JournalEntryData]) -> None:
    assert all(one.default is not MISSING for one in fields(kind))
    assert JournalEntry(kind=kind.kind, data={}).event == kind()


def test_an_entry_of_a_later_version_is_not_taken_for_another() -> None:
    with pytest.raises(KeyError):
        _ = JournalEntry(kind="of_tomorrow", data={}).event
    with pytest.raises(TypeError):
        _ = JournalEntry(kind="article_tried", data={"article": "a", "helped": True, "mood": "good"}).event


def test_only_the_dialogue_and_notes_carry_words_of_people_and_states_are_told_with_what_was_before() -> None:
    assert (DialogueMessageLogged.category, NoteAdded.category) == (Category.DIALOGUE, Category.NOTE)
    assert (StateChanged.category, ClosingAgreed.category) == (Category.STATUS, Category.STATUS)
    assert stored_data(StateChanged("closed", "customer_verified", "resolved")) == {
        "state": "closed",
        "reason": "customer_verified",
        "before": "resolved",
    }
    assert stored_data(ArticleTried("los-red", helped=True)) == {"article": "los-red", "helped": True}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_words(kind: str, language: str) -> None:
    assert (Path(templates_file).parent / language / f"journal_{kind}.txt").read_text("utf-8").strip()


def test_the_journal_is_a_table_of_a_provider_with_a_cursor() -> None:
    table = Base.metadata.tables["journal"]
    assert [column.name for column in table.primary_key] == ["provider", "id"]
    assert [[column.name for column in one.columns] for one in table.indexes] == [["provider", "case_id", "id"]]
