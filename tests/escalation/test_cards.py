"""The card: provider, level, phone and way, the person's own words apart, what was tried, and the earlier cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import templates
from desk.language.templates import Templates
from desk.model.acts import SayTemplate
from desk.model.case import Case
from desk.model.events import Said
from desk.model.shared_facts import Account, Identification
from escalation.cards import case_card
from escalation.earlier_cases import EarlierCase, EarlierCases, history_of
from tests.escalation.rounds import NOW, PROVIDER, a_case, decided, in_progress

DAY = timedelta(days=1)
WORDS = Templates(Path(templates.__file__).parent, {})


def shown(case: Case, language: str = "ru") -> str:
    """The card as agents read it."""
    card = case_card(case, PROVIDER)
    values = {**card.names, "number": case.number or "", "provider_title": "Север", "name": "Анна", "buttons": "1"}
    return WORDS.say("sever", language, card.template, values).plain


def earlier(number: str, days: int, dialog: str = "no_internet", category: str = "technical") -> EarlierCase:
    """A case of Anna's so many days ago."""
    return EarlierCase(number, NOW - days * DAY, dialog, category, "closed")


def test_registration_keeps_what_the_account_and_the_past_tell() -> None:
    case = a_case(number=None, registered_at=None, reason="triage", dialog="no_internet")
    account = Account(
        "sever", "40-1187", "Анна Ильина", service_level="premium", phones=("+70005550001",), products=("100",)
    )
    account = replace(account, source="subscribers.csv", known_at=NOW - DAY)
    past = EarlierCases((earlier("SN-3", 2), earlier("SN-2", 40), earlier("SN-1", 50, "billing", "billing")))
    decided(case, Said("ул. Лесная, 5"), known=[Identification(account), past])
    assert (case.holder, case.service_level, case.phone, case.plan) == ("Анна Ильина", "premium", "+70005550001", "100")
    assert (case.account_source, case.account_known_at) == ("subscribers.csv", NOW - DAY)
    assert [(one["number"], one["same"]) for one in case.history] == [("SN-3", True), ("SN-2", True), ("SN-1", False)]


def test_the_card_says_who_it_is_and_how_to_reach_them() -> None:
    text = shown(
        a_case(holder="Анна Ильина", phone="+70005550001", service_level="premium", callback_phone="+70005550002")
    )
    for words in ("Север", "premium", "Анна Ильина", "+7 000 555-00-01", "+7 000 555-00-02"):
        assert words in text


@pytest.mark.parametrize(
    ("language", "fresh", "late"),
    [("ru", "Данные: crm, на 0", "последний удачный ответ"), ("en", "Data: crm, as of 0", "last good answer")],
)
def test_the_card_says_where_the_account_is_from(language: str, fresh: str, late: str) -> None:
    """And when that was true; a last good answer is shown as one."""
    known = NOW.replace(day=1)
    text = shown(a_case(account_source="crm", account_known_at=known), language)
    assert fresh in text
    assert late not in text
    assert late in shown(a_case(account_source="crm", account_known_at=known, account_last_good=True), language)
    assert "crm" not in shown(a_case(), language)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_own_words_stand_apart_from_what_was_understood(language: str) -> None:
    case = a_case(description="инет лёг", occurred="вчера вечером", present=["не работает на всех устройствах"])
    lines = [line for line in shown(case, language).splitlines() if line.strip()]
    words, time = lines.index("инет лёг"), next(at for at, line in enumerate(lines) if "вчера вечером" in line)
    assert time == words + 2, "a heading stands between the two"
    assert len([one for one in shown(a_case(description="инет лёг"), language).splitlines() if one]) < len(lines)


@pytest.mark.parametrize(
    ("answers", "told"), [({"reboot": {"value": True}}, "yes"), ({"reboot": {"value": False}}, "no"), ({}, "")]
)
def test_a_restart_is_told_only_where_the_person_told_it(answers: dict[str, Any], told: str) -> None:
    assert case_card(a_case(answers=answers), PROVIDER).names["rebooted"] == told


def test_earlier_cases_are_counted_by_their_kind() -> None:
    case = a_case(dialog="no_internet")
    case.history = history_of(case, EarlierCases((earlier("SN-3", 2), earlier("SN-2", 12), earlier("SN-1", 70))))
    names = case_card(case, PROVIDER).names
    assert (names["again"], names["lately"], names["long"], names["intermittent"]) == ("1", "2", "3", "1")
    assert "SN-3" in shown(case)


def test_a_person_without_a_past_has_none_on_the_card() -> None:
    names = case_card(a_case(), PROVIDER).names
    assert (names["again"], names["earlier"], names["intermittent"]) == ("", "", "")


def test_a_case_taken_up_again_is_marked() -> None:
    card = case_card(in_progress(recurrences=1), PROVIDER)
    assert isinstance(card, SayTemplate)
    assert (card.names["again"], card.names["recurrences"]) == ("1", "1")


def test_an_earlier_case_that_is_still_open_is_named_once_and_nothing_dangles() -> None:
    earlier = [
        {"number": f"SN-{one}", "at": "2026-11-20T09:00:00+00:00", "state": "closed", "same": False} for one in "78"
    ]
    related = [{"case": "7", "number": "SN-7", "kind": "beside"}]
    text = shown(a_case(history=earlier, related=related))
    assert text.count("SN-7") == 1
    assert ";" not in text[text.index("SN-8") :]


def test_words_typed_in_the_other_layout_are_shown_as_they_were_meant_and_as_they_came() -> None:
    text = shown(a_case(description="yt hf,jnftn bynthytn\nвторой день"))
    assert "не работает интернет" in text
    assert "yt hf,jnftn bynthytn" in text
    assert text.count("второй день") == 2
    assert "раскладке" not in shown(a_case(description="net interneta"))


def test_a_payment_has_no_beginning() -> None:
    assert "Когда: вчера" in shown(a_case(category="billing", occurred="вчера"))
    assert "Началось: вчера" in shown(a_case(category="technical", occurred="вчера"))
