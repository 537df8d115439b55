"""A dialog of the provider's own begins where its phrase is said word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.language.rich_text import RichText
from desk.model.shared_facts import ArticleSuggestion, ArticleSuggestions
from intake.engine.dialog_set import DialogSet
from tests.intake.examples import DIALOG_FOLDER, SMALL_DIALOG
from tests.intake.talk import Talk

NO_TV = SMALL_DIALOG.replace('id = "small"', 'id = "no_tv"').replace('["проба"]', '["нет тв", "не показывает тв"]')
PACKAGED = DialogSet.of([DIALOG_FOLDER])


@pytest.fixture
def dialogs(tmp_path: Path) -> DialogSet:
    """The packaged dialogs, and a provider's own about television."""
    (tmp_path / "no_tv.toml").write_text(NO_TV, "utf-8")
    return DialogSet.of([tmp_path, DIALOG_FOLDER])


class TalkWithSureArticle(Talk):
    """A talk in which an article surely fits; it belongs to ``of_dialog``."""

    of_dialog = "no_internet"

    def more_facts(self) -> list[object]:
        article = ArticleSuggestion(
            "one-device", "One device", 0.9, True, RichText("an article"), dialog=self.of_dialog
        )
        return [*super().more_facts(), ArticleSuggestions((article,))]


def matched(dialogs: DialogSet, text: str) -> str:
    found = dialogs.match(text)
    return found.id if found else ""


def test_its_phrase_comes_before_a_longer_one_of_a_packaged_dialog(dialogs: DialogSet) -> None:
    assert matched(PACKAGED, "не работает интернет и нет тв") == "no_internet"
    assert matched(dialogs, "не работает интернет и нет тв") == "no_tv"
    assert matched(dialogs, "не работает интернет") == "no_internet"


def test_only_words_as_they_stand_are_its_phrase(dialogs: DialogSet) -> None:
    assert dialogs.match_own("нет твиттера") is None
    assert dialogs.match_own("не работает интернет") is None, "a packaged dialog is nobody's own"
    assert PACKAGED.match_own("нет интернета") is None


def test_it_begins_though_an_article_of_another_dialog_surely_fits(dialogs: DialogSet) -> None:
    talk = TalkWithSureArticle(dialogs.in_use["no_tv"], dialogs=dialogs).says("Нет ТВ")
    assert (talk.case.dialog, talk.case.articles) == ("no_tv", [])


def test_an_article_of_the_same_dialog_is_still_shown_first(dialogs: DialogSet) -> None:
    talk = TalkWithSureArticle(dialogs.in_use["no_tv"], dialogs=dialogs)
    talk.of_dialog = "no_tv"
    talk.says("Нет ТВ")
    assert (talk.case.dialog, talk.case.articles) == ("no_tv", ["one-device"])
