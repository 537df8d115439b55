"""What a person wants of the desk is heard by whatever words, and an act takes no more words than show it."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.language.detect import language_of
from desk.understanding.phrase_patterns import PatternWordClasses, PhraseBook, braces_expanded
from desk.understanding.reading.known_word_mender import WordMender
from desk.understanding.reading.message_words import words_of
from desk.understanding.reading.observations import Act, Situation, TalkStage
from desk.understanding.substance import has_substance, is_only_thanks
from desk.understanding.understand import understand
from desk.understanding.wishes import PHRASES, wishes

SETS = Path(__file__).parent / "sets"
CLOSING = {Act.AGREE, Act.RESERVED, Act.DENY, Act.WAIT, Act.WORKS_ALREADY, Act.ANSWER}
"""Acts that other modules tell."""


def words_of_acts(text: str, context: TalkStage = TalkStage.QUESTION) -> dict[str, str]:
    """The acts of a text by name, each with its words."""
    return {one.act.value: text[one.start : one.end] for one in wishes(text, Situation(context))}


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("второй день не работает, соедините с оператором", {"human": "соедините с оператором"}),
        ("второй день не работает соедините с оператором", {"human": "соедините с оператором"}),
        ("Здравствуйте, нет интернета", {"greeting": "Здравствуйте"}),
        ("договор 40-1187, спасибо", {"thanks": "спасибо"}),
        ("no internet since monday, get me a human", {"human": "get me a human"}),
        ("перезвоните мне +7 900 000-00-00", {"callback": "перезвоните", "human": "перезвоните"}),
        ("ой, ошибся, 40-1546", {"correction": "ой, ошибся"}),
        ("точнее, позавчера", {"correction": "точнее"}),
        ("стоп, это потом. У меня вопрос по оплате", {"other_matter": "стоп, это потом"}),
        ("и ещё вопрос: сколько стоит статический IP?", {"other_matter": "и ещё вопрос"}),
        ("что такое LOS?", {"confused": "что такое LOS"}),
        ("не знаю, но лампочки зелёные", {"dont_know": "не знаю"}),
        ("из щитка валит дым, и интернета нет", {"emergency": "дым"}),
        ("ДА СКОЛЬКО МОЖНО ЖДАТЬ, НЕТ ИНТЕРНЕТА ТРЕТИЙ ДЕНЬ", {"angry": "СКОЛЬКО МОЖНО"}),
        ("НЕТ ИНТЕРНЕТА ТРЕТИЙ ДЕНЬ", {"angry": ""}),
        ("опаратора", {"human": "опаратора"}),
        ("jgthfnjhf gjpjdbnt", {"human": "jgthfnjhf gjpjdbnt"}),
        ("pozovite operatora", {"human": "pozovite operatora"}),
        ("LOS И WAN", {}),
        ("ДА", {}),
        ("спасибо!!!", {"thanks": "спасибо"}),
        ("горит срок", {}),
        ("горит красная лампочка", {}),
        ("мой оператор связи", {}),
        ("соседи позвонили", {}),
        ("два дня назад", {}),
    ],
)
def test_an_act_takes_the_words_that_show_it(text: str, acts: dict[str, str]) -> None:
    found = words_of_acts(text)
    assert {name: found.get(name) for name in acts} == acts
    assert set(found) - set(acts) <= ({"status"} if "ЖДАТЬ" in text else set())


@pytest.mark.parametrize(
    ("text", "context", "act"),
    [
        ("ну что там?", TalkStage.WAITING, "status"),
        ("чего?", TalkStage.QUESTION, "confused"),
        ("алло", TalkStage.WAITING, "status"),
        ("алло", TalkStage.FIRST, "greeting"),
        ("вы тут?", TalkStage.WAITING, "status"),
        ("вы тут?", TalkStage.FIRST, "greeting"),
        ("закройте заявку", TalkStage.WAITING, "cancel"),
    ],
)
def test_the_same_words_mean_what_the_situation_makes_of_them(text: str, context: TalkStage, act: str) -> None:
    assert set(words_of_acts(text, context)) == {act}


def test_to_close_calls_nothing_off_where_closing_was_asked_about() -> None:
    assert words_of_acts("закройте заявку", TalkStage.CONSENT) == {}
    assert words_of_acts("back", TalkStage.CONSENT) == {}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("English please", "en"),
        ("sorry, can we speak English?", "en"),
        ("давайте по-русски", "ru"),
        ("I don't speak Russian", "en"),
        ("не говорю по-английски", "ru"),
    ],
)
def test_the_wanted_language_is_a_value(text: str, language: str) -> None:
    said = understand(text, Situation(TalkStage.QUESTION))
    wished = said.value("language")
    assert said.says(Act.LANGUAGE)
    assert wished is not None
    assert wished.value == language


def labelled(name: str) -> Counter[tuple[str, str, bool, bool]]:
    """Of a set: how often an act was (not) there and (not) seen, by act and language."""
    found: Counter[tuple[str, str, bool, bool]] = Counter()
    for line in map(json.loads, (SETS / f"{name}.jsonl").read_text("utf-8").splitlines()):
        seen = {one.act.value for one in wishes(line["text"], Situation(TalkStage(line["context"])))}
        language = language_of(line["text"])
        for act in line.get("acts", ()):
            found[act, language, True, act in seen] += 1
        for act in line.get("not_acts", ()):
            found[act, language, False, act in seen] += 1
    return found


@pytest.mark.parametrize("name", ["human_dev", "human_held"])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_wish_for_a_human_is_heard_and_rarely_made_up(name: str, language: str) -> None:
    found = labelled(name)
    wished, missed = found["human", language, True, True], found["human", language, True, False]
    calm, made_up = found["human", language, False, False], found["human", language, False, True]
    assert wished + missed >= 90
    assert calm + made_up >= 90
    assert wished >= 0.95 * (wished + missed)
    assert made_up <= 0.01 * (calm + made_up)


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("act", sorted(set(Act) - CLOSING - {Act.HUMAN}))
def test_every_other_act_is_heard_too(act: Act, language: str) -> None:
    found = labelled("acts_held")
    seen, missed = found[act, language, True, True], found[act, language, True, False]
    calm, made_up = found[act, language, False, False], found[act, language, False, True]
    assert seen + missed >= 18
    assert calm + made_up >= 18
    assert seen >= 0.9 * (seen + missed)
    assert made_up <= 0.1 * (calm + made_up)


@given(st.text(max_size=200), st.sampled_from(list(TalkStage)))
def test_no_text_raises_and_every_place_lies_in_it(text: str, context: TalkStage) -> None:
    for one in wishes(text, Situation(context)):
        assert 0 <= one.start <= one.end <= len(text)


@given(
    st.lists(
        st.sampled_from(
            [
                "оператор",
                "позовите",
                "не",
                "мастер",
                "был",
                "call",
                "me",
                "human",
                "а",
                ",",
                ".",
                "?",
                "!",
                "back",
                "later",
            ]
        )
    )
)
def test_an_act_begins_and_ends_at_words(pieces: list[str]) -> None:
    text = " ".join(pieces)
    words = words_of(text)
    starts, ends = {word.start for word in words}, {word.end for word in words}
    for one in wishes(text, Situation()):
        if text[one.start : one.end].strip("!?"):
            assert one.start in starts
            assert one.end in ends


def texts_of(value: object) -> Iterator[str]:
    """All texts in a table of TOML."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for one in value.values() for text in texts_of(one))
    elif isinstance(value, list):
        yield from (text for one in value for text in texts_of(one))


def test_every_word_of_the_phrases_can_be_met() -> None:
    """A phrase with a capital letter, a "ё" or a sign in a word would never be found."""
    wrong = []
    for path in PHRASES.glob("*.toml"):
        for text in texts_of(tomllib.loads(path.read_text("utf-8"))):
            for part in re.split(r"[\s|_]+", re.sub(r"@\w+", " ", text)):
                for word in braces_expanded(part.strip("-?*+^$.%")):
                    if word and [one.text for one in words_of(word)] != [word]:
                        wrong.append(f"{path.name}: {word}")
    assert wrong == []


def test_every_table_of_the_phrases_names_an_act() -> None:
    tables = {name for path in PHRASES.glob("*.toml") for name in tomllib.loads(path.read_text("utf-8"))}
    assert tables - {"classes"} == (set(Act) - CLOSING) | {Act.WORKS_ALREADY}  # told unasked; where asked, by grammar


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("a b", "a b", True),
        ("a b", "a, b", True),
        ("a b", "a. b", False),
        ("a b? c", "a c", True),
        ("a @few* c", "a x y, x c", True),
        ("a .. c", "a q w e c", True),
        ("a .. c", "a, q c", False),
        ("a .. c", "a q w e r c", False),
        ("a ... c", "a q c", True),
        ("a ... c", "a не c", False),
        ("a ... c", "a сказал c", False),
        ("^ a", "q a", False),
        ("^ a", "q, a", True),
        ("^^ a", "q, a", False),
        ("a $", "a q", False),
        ("a $$", "a, q", False),
        ("a ??", "a?", True),
        ("a ??", "a", False),
        ("-b a", "b a", False),
        ("a -b", "a b", False),
        ("a|с_ума b", "с ума b", True),
        ("a{,s} b", "as b", True),
        ("a %past", "a приходил", True),
    ],
)
def test_a_pattern_is_found_where_its_elements_stand(pattern: str, text: str, found: bool) -> None:
    book = PhraseBook({"it": [pattern]}, PatternWordClasses({"few": "x y", "telling": "не"}))
    assert bool(book.found(words_of(text))) is found


def test_mistakes_are_mended_and_other_words_left_alone() -> None:
    mended = WordMender(["оператор", "оператора", "позвоните", "соедините", "human", "back"])
    wrong = ["опаратора", "операторр", "соедените", "jgthfnjh", "operatora", "hunan", "bakc", "оpератор"]
    right = ["оператора", "оператор", "соедините", "оператор", "оператора", "human", "back", "оператор"]
    assert [mended(word) for word in wrong] == right
    others = ["позвонили", "операция", "humans", "black", "40"]
    assert [mended(word) for word in others] == others


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ну что там?", False),
        ("English please", False),
        ("вы бот?", False),
        ("не надо, отмените", False),
        ("когда починят интернет?", True),
        ("соедините с оператором, второй день не работает", True),
        ("роутер дымится", True),
        ("у меня вопрос по оплате", True),
        ("деньги списали", True),
    ],
)
def test_what_is_said_beside_wishes_is_the_matter(text: str, expected: bool) -> None:
    assert has_substance(text) is expected


@pytest.mark.parametrize(
    "said",
    [
        "оператор",
        "Оператор!",
        "позовите человека",
        "соедините с оператором, пожалуйста",
        "живой человек",
        "operator",
        "human",
        "human please",
        "I want to talk to a human",
        "can I speak with a real person?",
        "хочу поговорить с живым человеком",
        "третий день не работает, соедините меня с оператором",
        "Второй день нет инета. Оператор!",
        "дайте оператора",
        "не хочу с ботом общаться, позовите специалиста",
        "дайте Сергея из техотдела",
        "get Priya back please",
        "bot no. human yes",
        "чтобы сегодня же у меня был монтёр!",
    ],
)
def test_a_person_asks_for_a_human(said: str) -> None:
    assert "human" in words_of_acts(said)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "мой оператор связи другой",
        "вчера оператор сказал ждать",
        "приходил ваш специалист и ушёл",
        "нет интернета",
        "human error",
        "the operator told me to restart",
        "я человек простой",
        "оператор связи МТС",
        "у меня три человека в семье",
        "Позвонить вам не прошу, скиньте реквизиты",
        "No technician please, can I do it by myself",
        "Хотел позвонить маме по видео, а картинка виснет",
        "There's a person in my building stealing wifi",
        "talking to you is easier than talking to people",
        "договор оформлен на Ольгу",
    ],
)
def test_speaking_of_operators_asks_for_nobody(said: str) -> None:
    assert "human" not in words_of_acts(said)


@pytest.mark.parametrize(
    "said",
    [
        "СКОЛЬКО МОЖНО ЖДАТЬ",
        "верните интернет!!!",
        "это просто безобразие",
        "вы издеваетесь",
        "верните деньги",
        "задолбали уже",
        "this is unacceptable",
        "I am fed up with this",
        "WHERE IS MY INTERNET",
        "what the fuck",
    ],
)
def test_anger_is_noticed(said: str) -> None:
    assert "angry" in words_of_acts(said)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "нет интернета",
        "горит LOS",
        "WAN LOS",
        "ОК",
        "Спасибо!",
        "помогите, пожалуйста!",
        "the WAN light is off",
        "судя по всему",
    ],
)
def test_calm_people_are_not_called_angry(said: str) -> None:
    assert "angry" not in words_of_acts(said)


@pytest.mark.parametrize(
    "said", ["спасибо", "Спасибо большое!", "ок, спасибо", "thanks a lot", "Thank you very much for your help", "👍"]
)
def test_thanks_alone_are_nothing_but_thanks(said: str) -> None:
    assert is_only_thanks(said)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "спасибо, но не работает",
        "ок",
        "спасибо, а когда?",
        "thanks, still down",
        "да, спасибо",
        "хорошо",
        "спасибо?",
    ],
)
def test_thanks_with_a_matter_are_more_than_thanks(said: str) -> None:
    assert not is_only_thanks(said)


def test_leaving_a_question_out_and_not_knowing_are_told_apart() -> None:
    assert set(words_of_acts("Пропустить")) == set(words_of_acts("skip")) == set(words_of_acts("-")) == {"skip"}
    assert set(words_of_acts("Не знаю.")) == set(words_of_acts("I'm not sure")) == {"dont_know"}
    assert words_of_acts("не знаю почему, но со вчерашнего вечера не работает на всех устройствах") == {}


@pytest.mark.parametrize(
    ("text", "context", "act"),
    [
        ("а что считается устройством?", TalkStage.QUESTION, "confused"),
        ("which one", TalkStage.QUESTION, "confused"),
        ("*Садовая", TalkStage.QUESTION, "correction"),
        ("о, пошло", TalkStage.WAITING, "works_already"),
        ("sorted itself out", TalkStage.WAITING, "works_already"),
        ("пазавите апиратора", TalkStage.QUESTION, "human"),
    ],
)
def test_what_is_asked_back_or_over_is_heard(text: str, context: TalkStage, act: str) -> None:
    assert act in words_of_acts(text, context)


@pytest.mark.parametrize(
    "text",
    [
        "заработало и опять пропало",
        "когда заработает?",
        "у соседей заработало, у меня нет",
        "it came back and went off again",
    ],
)
def test_what_is_not_over_does_not_work_already(text: str) -> None:
    assert "works_already" not in words_of_acts(text, TalkStage.WAITING)


@pytest.mark.parametrize(
    "text", ["где мой интернет?", "сколько стоит тариф?", "what i see is a red light", "как обычно"]
)
def test_not_every_question_asks_what_was_meant(text: str) -> None:
    assert "confused" not in words_of_acts(text)


@pytest.mark.parametrize(
    "text",
    [
        "message: call customer support",
        "no internet, message: call customer support",
        'it shows a message "please contact customer support"',
        "on the screen: call support",
        "пишет: позвоните в службу поддержки",
        "на экране надпись «обратитесь к оператору»",
    ],
)
def test_what_a_screen_tells_to_do_is_no_wish(text: str) -> None:
    assert not understand(text, Situation()).says(Act.HUMAN, Act.CALLBACK)


@pytest.mark.parametrize(
    "text",
    [
        "I get an error: 691. Please get me a person",
        "пишет ошибка: 691, позовите оператора",
        "my message: please call me back",
    ],
)
def test_what_stands_beside_a_screen_is_one(text: str) -> None:
    assert understand(text, Situation()).says(Act.HUMAN)
