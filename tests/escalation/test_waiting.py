"""Who waits for an agent, or has one, is answered to the point, and never with the same words twice in a row."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from desk.model.acts import AddJournalEntry, Addressee, SayTemplate
from desk.model.agent_operations import Reply
from desk.model.events import Event, OpenedChat, Pressed, Said
from desk.model.journal import KeptSilent
from desk.model.messages import File
from desk.model.shared_facts import Account, Identification
from desk.understanding.reading.observations import Act
from tests.escalation.conftest import Understands
from tests.escalation.rounds import NOW, a_case, decided, in_progress, ordered, resolved, templates

PHOTO = File("x.jpg", "photo", "image/jpeg", 3, "telegram:main:x")


def test_what_is_added_goes_to_its_agent_and_the_subscriber_hears_whose_it_is(meaning: Understands) -> None:
    case = in_progress()
    acts = decided(case, Said("ещё и телефон не работает"))
    assert templates(acts) == ["subscriber_says", "passed_on"]
    assert [act.names["agent"] for act in acts if isinstance(act, SayTemplate) and act.template == "passed_on"] == [
        "Мария Иванова"
    ]
    assert case.unread == 1


def test_before_anyone_has_it_each_addition_is_answered_and_all_are_counted(meaning: Understands) -> None:
    case = a_case()
    assert templates(decided(case, Said("и телевизор"))) == ["added"]
    assert templates(decided(case, Said("и телефон"))) == ["added"]
    assert case.unread == 2


def test_two_people_who_talk_are_left_alone(meaning: Understands) -> None:
    case = in_progress()
    ordered(case, Reply("Какой горит индикатор?"))
    assert templates(decided(case, Said("красный"), at=NOW + timedelta(minutes=3))) == ["subscriber_says"]
    later = NOW + timedelta(hours=3)
    assert templates(decided(case, Said("роутер мигает"), at=later)) == ["subscriber_says", "passed_on"]


def test_the_state_and_the_promise_are_told(meaning: Understands) -> None:
    case = in_progress(eta=NOW + timedelta(hours=6), eta_version=1)
    acts = decided(case, Said(meaning("ну что там?", Act.STATUS)))
    (word,) = [act for act in acts if isinstance(act, SayTemplate) and act.template == "waiting_state"]
    assert (word.names["agent"], word.names["today"], word.names["time"]) == ("Мария Иванова", "1", "15:00")
    assert "subscriber_says" in templates(acts)


def test_a_case_nobody_has_reminds_the_group_but_not_with_every_word(meaning: Understands) -> None:
    case = a_case()
    asked = Said(meaning("ну что там?", Act.STATUS))
    assert templates(decided(case, asked), Addressee.AGENTS) == ["agents_status_wanted"]
    assert templates(decided(case, asked, at=NOW + timedelta(minutes=2)), Addressee.AGENTS) == []
    assert templates(decided(case, asked, at=NOW + timedelta(minutes=20)), Addressee.AGENTS) == ["agents_status_wanted"]


def test_a_human_is_on_the_way_to_who_asks_for_one(meaning: Understands) -> None:
    said = Said(meaning("позовите оператора", Act.HUMAN))
    assert templates(decided(a_case(), said)) == ["operator_soon", "agents_human_wanted"]
    assert templates(decided(in_progress(), said)) == ["subscriber_says", "human_has_it"]
    assert templates(decided(a_case(), Pressed(1, 0, "operator"))) == ["operator_soon", "agents_human_wanted"]


def test_a_phone_to_call_back_stands_on_the_case(meaning: Understands) -> None:
    case = a_case()
    acts = decided(case, Said(meaning("перезвоните +7 000 555-00-01", Act.CALLBACK, phone="+70005550001")))
    assert (case.callback_phone, case.preferred_way) == ("+70005550001", "phone")
    assert templates(acts) == ["callback_noted", "agents_callback"]


def test_a_call_without_a_number_asks_for_one_and_takes_it(meaning: Understands) -> None:
    case = a_case()
    assert templates(decided(case, Said(meaning("позвоните мне", Act.CALLBACK)))) == ["callback_ask"]
    decided(case, Said(meaning("8 000 555-00-01 это мой", phone="80005550001", leftover=True)))
    assert case.callback_phone == "80005550001"


def test_a_number_on_file_is_not_told_to_who_has_proved_nothing(meaning: Understands) -> None:
    said = Said(meaning("позвоните мне", Act.CALLBACK))
    for proved, told in ((False, ""), (True, "+7 000 555-00-09")):
        acts = decided(a_case(phone="+70005550009", proved=proved), said)
        (word,) = [act for act in acts if isinstance(act, SayTemplate) and act.template == "callback_noted"]
        assert str(getattr(word.names["phone"], "plain", word.names["phone"])) == told


def test_anger_is_met_with_one_apology_and_the_group_is_told(meaning: Understands) -> None:
    case = a_case()
    said = Said(meaning("да сколько можно!", Act.ANGRY))
    assert templates(decided(case, said)) == ["sorry_while_waiting", "agents_angry"]
    assert case.upset
    assert "sorry_while_waiting" not in templates(decided(case, said, at=NOW + timedelta(hours=1)))


def test_another_language_is_spoken_from_here_on(meaning: Understands) -> None:
    case = a_case()
    acts = decided(case, Said(meaning("sorry, can we speak English?", Act.LANGUAGE, language="en")))
    assert (case.language, templates(acts)) == ("en", ["language_changed"])


def test_a_bot_says_that_it_is_one(meaning: Understands) -> None:
    assert templates(decided(a_case(), Said(meaning("вы бот?", Act.BOT_QUESTION)))) == ["bot_while_waiting"]


def test_danger_is_told_at_once(meaning: Understands) -> None:
    acts = decided(a_case(), Said(meaning("искрит провод", Act.EMERGENCY)))
    assert templates(acts) == ["emergency_passed_on", "agents_emergency"]


def test_thanks_get_a_word_once_and_then_a_recorded_silence(meaning: Understands) -> None:
    case = a_case()
    said = Said(meaning("спасибо", Act.THANKS))
    assert templates(decided(case, said)) == ["you_are_welcome"]
    acts = decided(case, said)
    assert templates(acts) == []
    assert KeptSilent("small talk") in [act.event for act in acts if isinstance(act, AddJournalEntry)]


def test_a_photo_is_acknowledged(meaning: Understands) -> None:
    assert templates(decided(in_progress(), Said(files=(PHOTO,)))) == ["subscriber_says", "passed_on"]
    assert templates(decided(a_case(), Said(files=(PHOTO,)))) == ["added"]


def test_who_opens_the_chat_again_is_told_how_it_stands() -> None:
    assert templates(decided(a_case(), OpenedChat())) == ["waiting_state"]


@pytest.mark.parametrize("seed", range(60))
def test_nobody_meets_silence_and_nothing_is_said_twice_in_a_row(meaning: Understands, seed: int) -> None:
    """Law 5, over random messages to a case in any state: an answer, a relay or a silence that the journal explains."""
    chance = random.Random(seed)
    case = chance.choice((a_case, in_progress, resolved))(eta=chance.choice((None, NOW + timedelta(hours=1))))
    last: object = None
    for step in range(25):
        acts = chance.sample(list(Act), chance.choice((0, 1, 1, 2)))
        text = meaning(f"слова {step}", *acts, leftover=chance.random() < 0.4)
        event: Event = Said(text, files=(PHOTO,) if chance.random() < 0.2 else (), edited=chance.random() < 0.1)
        if chance.random() < 0.1:
            event = OpenedChat()
        done = decided(case, event, at=NOW + timedelta(minutes=chance.choice((1, 7, 30)) * step))
        said = [act for act in done if isinstance(act, SayTemplate) and act.to is Addressee.SPEAKER]
        relayed = "subscriber_says" in templates(done, Addressee.AGENTS)
        silent = [one for one in done if isinstance(one, AddJournalEntry) and isinstance(one.event, KeptSilent)]
        assert said or relayed or silent, f"{acts} met silence"
        if said:
            now = tuple((one.template, repr(sorted(one.names.items()))) for one in said)
            assert now != last, f"{now} was said twice in a row"
            last = now
        if not case.open:
            break


@pytest.mark.parametrize("words", ["500", "нет", "вчера", "утром"])
def test_a_late_answer_of_one_word_is_noted(words: str) -> None:
    """The desk may have asked for it before a person was called; it is no small talk."""
    assert templates(decided(a_case(), Said(words))) == ["added"]


def test_a_phone_number_to_be_noted_is_one_to_be_called_at() -> None:
    case = a_case()
    acts = decided(case, Said("и телефон запишите 89005550001"))
    assert "callback_noted" in templates(acts)
    assert case.callback_phone == "+79005550001"


def test_who_is_angry_while_nobody_has_the_case_hears_once_how_it_stands() -> None:
    assert templates(decided(a_case(), Said("ну сколько можно ждать!!!")), Addressee.SPEAKER) == ["sorry_while_waiting"]


class TestNumberSaidLate:
    ACCOUNT = Account("sever", "40-1187", name="Анна Смирнова", phones=("+70005550001",))

    def test_it_is_noted_with_what_is_on_file(self) -> None:
        case = a_case(description="")
        acts = decided(case, Said("40-1187"), known=[Identification(self.ACCOUNT, "40-1187")])
        assert templates(acts, Addressee.SPEAKER) == ["contract_noted"]
        assert (case.contract, case.entitlement, case.holder) == ("40-1187", "ok", "Анна Смирнова")

    def test_one_that_nobody_has_reads_the_same(self) -> None:
        case = a_case()
        acts = decided(case, Said("40-9999"), known=[Identification(None, "40-9999")])
        assert templates(acts, Addressee.SPEAKER) == ["contract_noted"]
        assert (case.contract, case.entitlement) == ("40-9999", "unverified")

    def test_what_is_said_beside_it_is_heard_too(self) -> None:
        case = a_case()
        said = Said("договор 40-1187, и телевизор тоже не показывает")
        acts = decided(case, said, known=[Identification(self.ACCOUNT, "40-1187")])
        assert templates(acts, Addressee.SPEAKER) == ["contract_noted", "added"]

    def test_a_case_that_has_a_number_keeps_it(self) -> None:
        case = a_case(contract="40-1546")
        decided(case, Said("40-1187"), known=[Identification(self.ACCOUNT, "40-1187")])
        assert case.contract == "40-1546"
