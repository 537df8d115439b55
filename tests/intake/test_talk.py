"""The talk about the talk, by the desk's own rules: nothing told is asked, nothing is put thrice, nobody is stuck."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk.model.acts import EmitArrival, SayReadyText, SayTemplate
from desk.model.shared_facts import Identification
from tests.intake.examples import NO_INTERNET, PACKAGED, small_dialog
from tests.intake.talk import ACCOUNT, Talk

PROVED = Identification(ACCOUNT, "40-1187", True)


def begun(first: str = "нет интернета") -> Talk:
    """Past the contract number, with the first question open."""
    talk = Talk(NO_INTERNET, dialogs=PACKAGED).says(first)
    return talk.presses("no_contract")


def put(talk: Talk) -> list[str]:
    """The questions that were put, each as often as it was."""
    return talk.case.dialog_state.put


class TestWhatWasTold:
    def test_what_the_first_words_tell_is_not_asked(self) -> None:
        talk = begun("второй день нет интернета на всех устройствах, лос красный")
        answers = {name: one["value"] for name, one in talk.case.answers.items()}
        assert (answers["scope"], answers["lights"]) == ("all", "los")
        assert "since" in answers
        assert put(talk) == ["place"]

    def test_a_contract_told_before_the_dialog_is_no_address(self) -> None:
        talk = Talk(NO_INTERNET, dialogs=PACKAGED, contract_shape="99-9999").says("медленный 40-1187 нет интернета")
        assert "place" not in talk.case.answers

    def test_every_answer_says_where_it_comes_from(self) -> None:
        talk = begun("нет интернета на всех устройствах").presses("yesterday")
        told, pressed = talk.case.answers["scope"]["from"], talk.case.answers["since"]["from"]
        start, end = told["span"]
        assert "нет интернета на всех устройствах"[start:end] == "на всех устройствах"
        assert pressed == {"button": "yesterday"}

    def test_an_answer_to_another_question_is_noted_and_the_open_one_put_in_other_words(self) -> None:
        talk = begun().says("у соседей тоже не работает")
        assert talk.case.answers["neighbours"]["value"] == "no"
        assert put(talk) == ["scope", "scope"]
        assert "noted" in talk.words

    def test_what_is_told_anew_beside_a_question_counts_and_is_noted(self) -> None:
        talk = begun("нет интернета, на роутере ничего не горит").says("по вайфаю").says("да везде")
        assert talk.case.answers["scope"]["value"] == "all"
        assert talk.words == ["noted"]
        talk = talk.says("лампочки: power горит, los красный")
        assert talk.case.answers["lights"]["value"] == "los"
        said = [act for act in talk.acts if isinstance(act, SayTemplate)]
        assert [act.names["lines"] for act in said] == [["Лампочки: красный LOS"]]

    def test_a_question_that_no_longer_applies_is_not_put_again(self) -> None:
        talk = begun("нет интернета на всех устройствах, с утра, лампочки как обычно, Озёрная 12").presses("yes")
        assert talk.case.expecting.question == "neighbours"
        talk.says("это только на телефоне")
        assert talk.case.answers["scope"]["value"] == "one"
        assert talk.words == ["noted"]
        assert talk.case.expecting.question == "changed"

    def test_what_an_answer_to_a_question_says_besides_changes_no_other(self) -> None:
        talk = begun("нет интернета на всех устройствах").says("вчера, не работает только на телефоне")
        assert talk.case.answers["scope"]["value"] == "all"
        assert "since" in talk.case.answers

    def test_what_fits_nothing_stays_in_the_persons_own_words(self) -> None:
        talk = begun().presses("all").says("внучка приходила, смотрела и ушла")
        assert "since" not in talk.case.answers
        assert "внучка приходила" in talk.case.description


class TestAgain:
    def test_a_question_is_put_twice_and_then_unknown(self) -> None:
        talk = begun().presses("all").says("бу бу бу")
        first = talk.shown
        assert put(talk).count("since") == 2
        talk.says("ля ля ля")
        assert talk.case.answers["since"]["value"] is None
        assert "ля ля ля" not in str(talk.case.answers)
        assert put(talk).count("since") == 2
        assert talk.shown != first

    def test_after_two_rephrasings_a_person_is_called_with_what_is_known(self) -> None:
        talk = begun().presses("all")
        for nonsense in ("бу бу бу", "ля ля ля", "ку ку ку", "му му му", "ду ду ду"):
            if not talk.case.registered:
                talk.says(nonsense)
        assert talk.case.registered
        assert "better_a_person" in talk.said
        assert talk.case.answers["scope"]["value"] == "all"

    def test_who_does_not_understand_gets_other_words(self) -> None:
        talk = begun()
        first = talk.shown
        talk.says("чего?")
        assert talk.words[:1] == ["in_other_words"]
        assert talk.shown != first
        assert "чего" not in talk.case.description

    def test_no_two_prompts_in_a_row_are_the_same_words(self) -> None:
        talk, last = begun(), ""
        for _ in range(14):
            if talk.case.registered:
                break
            talk.says("хм, даже не понимаю о чём вы")
            prompts = [act for act in talk.acts if isinstance(act, (SayReadyText, SayTemplate))]
            shown = "\n".join(one.text.plain if isinstance(one, SayReadyText) else one.template for one in prompts)
            assert shown != last
            last = shown
        assert talk.case.registered


class TestRepair:
    @pytest.mark.parametrize(
        "words",
        [
            "уже всё заработало, спасибо",
            "it's working now",
            "hold on, it's loading now",
            "ой, а уже пошёл",
            "it works already",
        ],
    )
    def test_it_works_already_is_asked_about_and_is_no_answer(self, words: str) -> None:
        talk = begun().presses("all").says(words)
        assert talk.words == ["glad_may_close"]
        assert "since" not in talk.case.answers
        talk.presses("close_it")
        assert (talk.case.state, talk.case.consent["words"]) == ("closed", "close_it")

    @pytest.mark.parametrize(
        "words",
        [
            "wifi works but no internet", "работает только по кабелю", "у соседей уже заработало",
            "мастер сказал, что всё работает", "заработало и снова пропало", "it came back but it's really slow",
        ],
    )  # fmt: skip
    def test_a_part_that_works_settles_nothing(self, words: str) -> None:
        assert "glad_may_close" not in begun().presses("all").says(words).words

    def test_who_does_not_want_it_closed_goes_on_where_it_was(self) -> None:
        talk = begun().presses("all").says("уже всё заработало").presses("still_open")
        assert talk.case.expecting.question == "since"
        assert talk.presses("yesterday").case.answers["since"]["value"] == "yesterday"

    @pytest.mark.parametrize("words", ["отмена", "/cancel", "не надо, отмените заявку"])
    def test_it_is_called_off_with_a_word(self, words: str) -> None:
        talk = begun().says(words)
        assert (talk.case.state, talk.words) == ("cancelled", ["called_off"])

    @pytest.mark.parametrize(
        "words", ["если никто не придёт до вечера, отмените заявку", "закройте заявку и пришлите пароль"]
    )
    def test_what_else_is_said_with_it_calls_nothing_off_unasked(self, words: str) -> None:
        talk = begun().says(words)
        assert talk.words == ["may_we_call_off"]
        assert (talk.case.open, words in talk.case.description) == (True, True)
        assert talk.presses("still_open").case.expecting.question == "scope"

    def test_where_nothing_is_open_the_rest_of_such_words_begins_a_matter(self) -> None:
        talk = Talk(NO_INTERNET, dialogs=PACKAGED).says("закройте заявку и пришлите пароль")
        assert "status_none" not in talk.words
        assert "пришлите пароль" in talk.case.description

    def test_who_was_asked_whether_all_is_well_and_says_that_it_is_gone_again_is_on_record(self) -> None:
        talk = begun().says("подождите, заработало")
        assert talk.words == ["glad_may_close"]
        assert "опять пропал" in talk.says("ой нет опять пропал").case.description

    def test_who_waits_for_us_hears_what_is_still_to_be_answered(self) -> None:
        talk = begun().says("спасибо, жду")
        assert "status_intake" in talk.words
        assert talk.case.expecting.question == "scope"

    def test_whose_word_is_relayed_and_who_does_not_know_leaves_the_question_open(self) -> None:
        talk = begun().says("Не знаю она не разбирается")
        assert talk.case.answers["scope"]["value"] is None
        assert talk.case.expecting.question != "scope"

    def test_a_yes_to_an_address_that_was_not_shown_confirms_nothing(self) -> None:
        talk = begun().presses("all").presses("today_morning")
        assert talk.case.expecting.question == "place"
        assert "place" not in talk.says("да").case.answers
        assert talk.says("как в договоре").case.answers["place"]["value"] == "on_file"

    def test_a_bot_says_that_it_is_one_before_anything_was_told(self) -> None:
        talk = Talk(NO_INTERNET, dialogs=PACKAGED).says("вы бот?")
        assert talk.words == ["bot_honest", "what_happened"]
        said = [one for one in talk.acts if isinstance(one, SayTemplate)]
        assert "again" in said[0].names

    def test_a_bot_says_that_it_is_one_and_the_question_stands(self) -> None:
        talk = begun().says("вы бот?")
        assert talk.words == ["bot_honest"]
        assert talk.case.expecting.question == "scope"
        assert "бот" not in talk.case.description

    def test_back_is_the_button_and_a_correction_changes_what_it_corrects(self) -> None:
        talk = begun().presses("all").says("назад")
        assert talk.case.expecting.question == "scope"
        talk.presses("all").says("ой, только на одном")
        assert talk.case.answers["scope"]["value"] == "one"
        assert "corrected" in talk.words
        assert talk.case.expecting.question == "since"

    def test_the_language_changes_from_here_on(self) -> None:
        talk = begun().says("sorry, can we speak English?")
        assert (talk.case.language, talk.case.expecting.question) == ("en", "scope")
        assert talk.presses("all").shown.isascii()

    def test_a_greeting_after_two_days_answers_nothing(self) -> None:
        talk = begun().presses("all")
        talk.case.updated_at -= timedelta(days=2)
        talk.says("добрый день")
        assert talk.words == ["shall_we_go_on"]
        assert "since" not in talk.case.answers
        assert talk.presses("go_on").case.expecting.question == "since"

    def test_an_answer_after_two_days_is_one(self) -> None:
        talk = begun().presses("all")
        talk.case.updated_at -= timedelta(days=2)
        assert "since" in talk.says("с вчерашнего вечера").case.answers

    def test_the_summary_takes_a_correction_typed_at_once(self) -> None:
        talk = begun("нет интернета на одном устройстве со вчерашнего дня").says("Озёрная 12, кв 5")
        while talk.case.expecting.owner == "question":
            talk.presses("skip")
        talk.presses("change").says("на всех устройствах")
        assert talk.case.answers["scope"]["value"] == "all"
        assert not talk.case.registered


class TestOtherMatters:
    def test_what_is_mentioned_beside_is_kept_and_offered_afterwards(self) -> None:
        talk = begun().says("у меня ещё деньги списали лишние")
        assert "kept_for_later" in talk.words
        assert talk.case.expecting.question == "scope"
        talk.says("оператор")
        assert talk.case.registered
        offered = [act.message.body.decode() for act in talk.acts if isinstance(act, EmitArrival)]
        assert len(offered) == 1
        assert '"offered": true' in offered[0]

    def test_who_turns_to_another_matter_leaves_the_first_waiting(self) -> None:
        talk = begun().says("стоп, это потом. У меня вопрос по оплате: списали деньги дважды")
        assert talk.words == ["turning_to_other"]
        assert not talk.case.expecting
        assert talk.case.dialog_state.paused[:2] == ["question", "scope"]
        begun_anew = [act.message.body.decode() for act in talk.acts if isinstance(act, EmitArrival)]
        assert '"offered": false' in begun_anew[0]

    def test_two_matters_in_one_message_are_taken_one_after_the_other(self) -> None:
        talk = begun("Нет интернета. И ещё деньги списали дважды")
        assert talk.case.dialog == "no_internet"
        assert talk.case.dialog_state.kept == [{"words": "деньги списали дважды"}]


class TestAnger:
    def test_three_questions_at_most_and_no_article(self) -> None:
        talk = begun("БЕЗОБРАЗИЕ!!! НЕТ ИНТЕРНЕТА, СКОЛЬКО МОЖНО!!!")
        for _ in range(6):
            if not talk.case.registered:
                talk.says("не знаю")
        assert talk.case.registered
        assert len(set(put(talk))) <= 3
        assert talk.case.articles == []

    def test_a_second_angry_message_opens_the_case_at_once(self) -> None:
        talk = begun("это безобразие, нет интернета!!!").says("вы издеваетесь?! я плачу деньги!!!")
        assert talk.case.registered
        assert "angry_human" in talk.words

    def test_condolence_is_said_once(self) -> None:
        talk = begun("это безобразие, нет интернета!!!")
        said = list(talk.said)
        assert sum(one in ("greeting_upset", "sorry_for_this") for one in said) == 1


class TestContract:
    def test_another_number_corrects_the_first(self) -> None:
        talk = Talk(NO_INTERNET, contract_shape="99-9999").says("нет интернета").says("40-9999")
        talk.says("ой ошибся 40-1546")
        assert talk.case.contract == "40-1546"
        assert "contract_corrected" in talk.words

    @pytest.mark.parametrize(
        ("beside", "state"),
        [(", оператор", "acknowledged"), (", отмените заявку", "cancelled")],
        ids=["human", "cancel"],
    )
    def test_a_wish_beside_another_number_is_heard(self, beside: str, state: str) -> None:
        talk = Talk(NO_INTERNET, dialogs=PACKAGED, contract_shape="99-9999").says("нет интернета, договор 40-9999")
        talk.says(f"договор 40-1546{beside}")
        assert (talk.case.contract, talk.case.state, talk.case.expecting.owner) == ("40-1546", state, "")
        assert "contract_corrected" in talk.words

    def test_a_number_alone_leaves_the_question_open_and_puts_it_again_in_short(self) -> None:
        talk = Talk(NO_INTERNET, dialogs=PACKAGED, contract_shape="99-9999").says("нет интернета, договор 40-9999")
        asked = talk.case.expecting
        talk.says("нет, 40-1546, спасибо")
        assert (talk.case.expecting, talk.words) == (asked, ["contract_corrected"])
        assert talk.shown == "На всех устройствах или только на одном?"
        assert "not_understood" not in talk.words

    def test_a_bare_greeting_is_greeted_and_asked_what_happened(self) -> None:
        assert Talk(NO_INTERNET).says("Привет").words == ["hello_what_happened"]

    def test_an_address_on_file_is_not_asked(self) -> None:
        talk = Talk(NO_INTERNET, identified=PROVED).says("нет интернета на одном устройстве со вчера")
        assert "place" not in put(talk)
        assert talk.case.answers["place"]["from"] == {"file": "service.address"}


def test_every_talk_ends_within_twelve_messages() -> None:
    """Whatever one answers, as long as it is an answer."""
    for answer in ("не знаю", "да", "вчера", "все", "?"):
        talk, count = Talk(NO_INTERNET).says("нет интернета"), 1
        while not talk.case.registered and talk.case.open:
            talk.says(answer)
            count += 1
            assert count <= 12, answer


def test_a_dialog_without_other_words_says_that_it_asks_once_more() -> None:
    talk = Talk(small_dialog()).says("проба")
    if talk.case.expecting.owner == "identifier":
        talk.presses("no_contract")
    first = talk.shown
    talk.says("даже не представляю, о чём это")
    assert talk.words or talk.shown != first


@pytest.mark.parametrize("word", ["пропустить", "skip", "давайте пропустим этот вопрос"])
def test_a_question_is_skipped_at_once(word: str) -> None:
    """Also one whose answer matters: it is left unknown, and not put in other words."""
    talk = Talk(NO_INTERNET, identified=PROVED).says("нет интернета").says(word)
    assert talk.words == ["never_mind"]
    assert talk.case.answers["scope"]["value"] is None
    assert talk.case.expecting.question == "since"


def test_not_known_of_a_later_letter_takes_nothing_back() -> None:
    """By mail; what the first letter told stays, whatever the numbers of the second."""
    talk = Talk(NO_INTERNET, batch=True).says("нет интернета на всех устройствах")
    assert talk.case.answers["scope"]["value"] == "all"
    talk.says("1) вчера вечером\n2) Озёрная 12")
    talk.says("1) не знаю")
    talk.says("на чём не работает, не знаю")
    assert talk.case.answers["scope"]["value"] == "all"
