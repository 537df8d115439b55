"""The finder of sentences finds what a template says, in whatever words it says it, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from desk.language.templates import Templates
from tests import wording
from tests.wording import TEMPLATES, TooVague, article, label, labels, names, question, template, words

LANGUAGES = ("ru", "en")
DESK = Templates(TEMPLATES)
ALIKE = {
    ("did_it_help", "did_this_help"),
    ("summary_by_mail", "summary"),
}
"""Pairs of which a form of the first is found in the second: one sentence says what the other says, and more."""


def said(name: str, language: str, values: Mapping[str, object] | None = None, filled: bool = True) -> str:
    """What the desk itself makes of a template, each name having a value, or none of them."""
    tree = Environment(autoescape=False).parse((TEMPLATES / language / f"{name}.txt").read_text("utf-8"))
    every: dict[str, object] = {one: f"<{one}>" if filled else "" for one in meta.find_undeclared_variables(tree)}
    if "lines" in every:
        every["lines"] = ["first line", "second line"] if filled else []
    return DESK.say("sever", language, name, {**every, **(values or {})}).plain  # type: ignore[dict-item]


def findable(language: str) -> list[str]:
    """Every template that has words enough to be known by."""
    found = []
    for name in names(language):
        try:
            template(name, language)
        except TooVague:
            continue
        found.append(name)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("filled", [True, False])
def test_what_a_template_says_is_found_by_its_name(language: str, filled: bool) -> None:
    """Every one of them, with every value and with none, in the midst of other words and wrapped anywhere."""
    for name in findable(language):
        spoken = f"Before.\n\n{said(name, language, filled=filled)}\n\nBehind.".replace(" ", "\n")
        assert template(name, language).is_in(spoken), name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("filled", [True, False])
def test_what_a_template_says_is_not_found_by_any_other_name(language: str, filled: bool) -> None:
    """Buttons and commands aside, which are words of one label and stand in sentences too."""
    sentences = [name for name in findable(language) if not name.startswith(("button_", "command_"))]
    spoken = {name: said(name, language, filled=filled) for name in sentences}
    wrong = {
        (name, other)
        for name in sentences
        for other in sentences
        if name != other and template(name, language).is_in(spoken[other])
    }
    assert wrong <= ALIKE


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_few_templates_are_too_short_to_be_known_by(language: str) -> None:
    """Those that consist of other people's words, or show in the journal what was said or chosen."""
    assert set(names(language)) - set(findable(language)) <= {
        "agent_says",
        "answered",
        "subscriber_says",
        "button_back",
        "button_skip",
        "journal_dialogue",
        "journal_clocks_moved",
        "journal_note_added",
        "journal_notified",
        "journal_solution_noted",
        "journal_state_changed",
    }


def test_a_known_value_is_looked_for() -> None:
    spoken = said("registered", "ru", {"number": "SN-2026-000001-7"})
    assert template("registered", "ru", (("number", "SN-2026-000001-7"),)).is_in(spoken)
    assert not template("registered", "ru", (("number", "SN-2026-000002-5"),)).is_in(spoken)


def test_a_known_value_decides_the_conditions_that_ask_for_it() -> None:
    card = said("card", "ru", {"state": "acknowledged"})
    assert template("card", "ru", (("state", "acknowledged"),)).is_in(card)
    assert not template("card", "ru", (("state", "resolved"),)).is_in(card)
    proved = said("card", "ru", {"proved": "1"})
    assert template("card", "ru", (("proved", "1"),)).is_in(proved)
    assert not template("card", "ru", (("proved", ""),)).is_in(proved)


def test_better_words_are_found_by_the_old_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The words are read where they stand, and nothing of them is repeated here."""
    (tmp_path / "ru").mkdir()
    (tmp_path / "ru" / "resolved.txt").write_text(
        "Всё, **{{ number }}** {% if late %}наконец {% endif %}решена!", "utf-8"
    )
    monkeypatch.setattr(wording, "TEMPLATES", tmp_path)
    template.cache_clear()
    try:
        assert template("resolved", "ru").is_in("Всё, SN-1 решена!")
        assert template("resolved", "ru").is_in("Всё, SN-1 наконец решена!")
        assert not template("resolved", "ru").is_in("Решено. Абонента спросили, можно ли закрыть.")
    finally:
        template.cache_clear()


def test_a_template_that_is_not_there_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="no template ru/did_it_halp"):
        template("did_it_halp", "ru")


def test_a_template_of_other_peoples_words_needs_a_value() -> None:
    with pytest.raises(TooVague):
        template("agent_says", "ru")
    assert template("agent_says", "ru", (("agent", "Мария Иванова"),)).is_in("Проверяю.\n\n— Мария Иванова")


def test_a_question_is_found_with_whatever_its_places_are_filled() -> None:
    assert question("place", "ru").is_in(
        "Адрес подключения верный: ул. Озёрная, 12? Если нет, напишите, пожалуйста, нужный."
    )
    assert question("place", "ru").is_in("По какому адресу подключение? Улица, дом, квартира.")
    assert not question("place", "ru").is_in("Когда это началось?")
    assert question("no_internet.scope", "en").is_in("1) What's affected?\n a) Every device")
    with pytest.raises(KeyError):
        question("colour", "ru")


def test_an_article_is_found_by_its_title() -> None:
    assert article("no-internet", "ru").is_in("Нет интернета: быстрая проверка за 5 минут\n\nПроверьте кабель.")
    assert not article("no-internet", "ru").is_in("Как правильно перезагрузить роутер")


def test_an_option_has_the_words_of_its_button() -> None:
    assert labels("not_helped", "ru") == ["Не помогло"]
    assert "Красный LOS" in labels("los", "ru")
    assert label("scope", "all", "en") == "Every device"
    assert label("since", "вчера в 18", "ru") == "вчера в 18"


def test_words_of_people_are_found_as_they_stand() -> None:
    assert words("мастер  будет сегодня").is_in("Здравствуйте!\nМастер\nбудет сегодня.")
    assert not words("мастер будет завтра").is_in("Мастер будет сегодня.")
