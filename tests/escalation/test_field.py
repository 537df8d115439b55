"""Sentences as people write them, through the whole understanding: what each leads to while a case waits, and after."""

from __future__ import annotations

import pytest

from desk.model.acts import Addressee
from desk.model.events import Said
from tests.escalation.rounds import a_case, decided, in_progress, resolved, templates


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("ну и где оператор? уже 10 минут жду", "operator_soon"),
        ("вызовите мастера", "operator_soon"),
        ("how long will it take?", "waiting_state"),
        ("когда придёт мастер?", "waiting_state"),
        ("побыстрее пожалуйста", "waiting_state"),
        ("?", "waiting_state"),
        ("и телевизор тоже не работает", "added"),
        ("за что списали 500 рублей?", "added"),
        ("перезвоните мне +7 000 555-00-01", "callback_noted"),
        ("позвоните мне", "callback_ask"),
        ("не надо, отмените", "withdraw_ask"),
        ("всё заработало, отмените", "works_ask"),
        ("вы бот?", "bot_while_waiting"),
        ("sorry, can we speak English?", "language_changed"),
        ("искрит провод в щитке", "emergency_passed_on"),
        ("спасибо", "you_are_welcome"),
        ("хорошо, жду", "waiting_noted"),
        ("👍", "you_are_welcome"),
        ("ок", "waiting_noted"),
    ],
)
def test_who_waits_is_answered_to_the_point(text: str, word: str) -> None:
    assert word in templates(decided(a_case(), Said(text)), Addressee.SPEAKER)


@pytest.mark.parametrize("text", ["ок", "понятно", "хорошо, жду", "вот модель роутера: tp-link"])
def test_an_agent_who_has_the_case_reads_it(text: str) -> None:
    assert "subscriber_says" in templates(decided(in_progress(), Said(text)), Addressee.AGENTS)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("работает еле еле", "consent_reserved"),
        ("всё работает кроме тв", "consent_reserved"),
        ("работает через раз", "consent_reserved"),
        ("it works but slow", "consent_reserved"),
        ("Работает. Когда сделаете перерасчёт?", "consent_passed_on"),
        ("а что делали?", "consent_passed_on"),
        ("проверю вечером", "consent_wait"),
        ("ок", "consent_again"),
        ("спасибо", "consent_again"),
        ("позвоните мне", "callback_ask"),
    ],
)
def test_what_closes_nothing_is_read_and_answered(text: str, word: str) -> None:
    case = resolved()
    acts = decided(case, Said(text))
    assert case.state == "resolved"
    assert "subscriber_says" in templates(acts, Addressee.AGENTS)
    assert templates(acts, Addressee.SPEAKER) == [word]


@pytest.mark.parametrize("text", ["нет", "не работает", "нет, опять пропал", "not yet", "ничего не изменилось"])
def test_a_no_reopens(text: str) -> None:
    case = resolved()
    decided(case, Said(text))
    assert (case.state, case.reason) == ("inProgress", "reopened")
