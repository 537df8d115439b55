"""Whoever asks in between, names other numbers, or sends a picture for a word is answered to the point."""

from __future__ import annotations

import pytest

from desk.model.dialog_state import IDENTIFIER, PROBLEM
from desk.understanding.contract_numbers import adds_contract, contracts_named
from desk.understanding.own_or_other_matter import asks_of_another_matter, says_again
from desk.understanding.reading.observations import Situation
from intake.engine.answer_parsing import ON_FILE
from intake.engine.dialog_file import parse_dialog
from tests.intake.examples import NO_INTERNET, PACKAGED
from tests.intake.talk import Talk

SHAPE = "99-9999"


def begun(first: str = "нет интернета, договор 40-1187") -> Talk:
    """With the first question open."""
    return Talk(NO_INTERNET, dialogs=PACKAGED, contract_shape=SHAPE).says(first)


class TestNumbers:
    def test_a_number_alone_leaves_the_open_question_as_it_is(self) -> None:
        talk = Talk(NO_INTERNET, dialogs=PACKAGED, contract_shape=SHAPE).says("нет интернета").presses("no_contract")
        talk.says("40-1187")
        assert (talk.case.contract, talk.words) == ("40-1187", ["contract_noted"])
        assert talk.case.expecting.question == "scope"

    def test_the_same_matter_said_with_another_number_is_no_misunderstanding(self) -> None:
        talk = begun().says("нет интернета, договор 41-0003")
        assert (talk.case.contract, talk.words) == ("41-0003", ["contract_corrected"])

    def test_one_more_contract_is_kept_beside_the_first(self) -> None:
        talk = begun().says("а второй договор 40-1546 тоже не работает")
        assert (talk.case.contract, talk.words) == ("40-1187", ["also_contract"])
        assert "второй договор 40-1546" in talk.case.description

    @pytest.mark.parametrize(
        "question", ["а зачем вам номер договора?", "у меня два договора, какой называть?", "где посмотреть номер?"]
    )
    def test_a_question_about_the_number_is_answered_and_is_no_word_of_the_matter(self, question: str) -> None:
        talk = Talk(NO_INTERNET, dialogs=PACKAGED).says("нет интернета").says(question)
        assert talk.words == ["about_contract"]
        assert talk.case.expecting.owner == IDENTIFIER
        assert talk.case.description == "нет интернета"

    def test_several_numbers_are_told_apart_from_one_more(self) -> None:
        assert contracts_named("договоры 40-1187 и 40-1546, 40-1187", SHAPE) == ("40-1187", "40-1546")
        assert adds_contract("второй договор 40-1546")
        assert not adds_contract("ой, ошибся, 40-1546")


class TestTalk:
    def test_a_question_calls_nothing_off(self) -> None:
        talk = begun().says("а можно отменить заявку?")
        assert talk.words == ["may_we_cancel"]
        assert talk.case.open
        talk.says("нет, оставьте")
        assert talk.case.expecting.question == "scope"

    def test_a_charge_in_the_midst_is_another_matter_whatever_its_sum(self) -> None:
        talk = begun().says("за что списали 500 рублей вчера?")
        assert talk.words[:1] == ["kept_for_later"]
        assert talk.case.dialog_state.kept == [{"words": "за что списали 500 рублей вчера?"}]

    def test_who_paid_and_has_no_internet_is_asked_of_the_payment(self) -> None:
        talk = begun("я заплатила 25 числа, а интернета нет. договор 40-1187")
        assert talk.case.dialog == "billing"
        assert talk.case.answers["kind"]["value"] == "payment"

    def test_what_did_not_help_is_no_misunderstanding(self) -> None:
        assert begun().says("не помогло").words == ["sorry_once_more"]

    def test_a_bare_sign_is_greeted(self) -> None:
        talk = Talk(NO_INTERNET, dialogs=PACKAGED).says("👍")
        assert (talk.words, talk.case.expecting.owner) == (["hello_what_happened"], PROBLEM)

    def test_danger_is_answered_before_any_greeting(self) -> None:
        assert Talk(NO_INTERNET, dialogs=PACKAGED).says("роутер дымится и пахнет горелым!").words[0] == "emergency"

    @pytest.mark.parametrize(
        "words", ["у вас же есть мой адрес в договоре", "смотрите в базе", "как в договоре", "it's on file"]
    )
    def test_an_address_in_the_contract_is_taken_from_there(self, words: str) -> None:
        talk = begun().presses("all").presses("yesterday").says(words)
        assert talk.case.answers["place"]["value"] == ON_FILE

    @pytest.mark.parametrize("words", ["хз", "не знаю"])
    def test_what_nobody_knows_stands_on_no_card(self, words: str) -> None:
        talk = begun().presses("all").presses("yesterday").says(words)
        talk.says("оператор")
        assert not [line for line in talk.case.present if words in line]

    def test_the_language_is_that_of_the_words_in_whatever_layout(self) -> None:
        assert begun("yt hf,jnftn bynthytn").case.language == "ru"
        assert begun("the internet is down").case.language == "en"


class TestBesideACase:
    @pytest.mark.parametrize(
        ("text", "category", "another"),
        [
            ("за что списали 500 рублей?", "technical", True),
            ("хочу поменять тариф", "technical", True),
            ("я же заплатила, а интернета нет", "technical", False),
            ("за что списали ещё 300?", "billing", False),
            ("и интернета нет с утра", "billing", True),
            ("лос красный горит", "technical", False),
        ],
    )
    def test_a_matter_of_another_kind_is_one_of_its_own(self, text: str, category: str, another: bool) -> None:
        assert asks_of_another_matter(text, Situation(), category) is another

    def test_words_of_return(self) -> None:
        assert says_again("опять нет интернета")
        assert not says_again("нет интернета")


def test_an_article_may_be_suggested_on_a_condition() -> None:
    source = NO_INTERNET.source
    assert parse_dialog(source.encode(), "x").suggested_articles["access_line"][0].value == "wan-off"
    wrong = source.replace("when = \"lights == 'nolink'\", article", "when = \"lamp == 'nolink'\", article")
    with pytest.raises(ValueError, match="suggest access_line"):
        parse_dialog(wrong.encode(), "x")
