"""What closes a case: only words that are each understood, and of which none stands against it."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.understanding.agreement.lexicon import lexicon
from desk.understanding.agreement.tokens import tokens, without_doubles
from desk.understanding.agreement_and_denial import closing_acts
from desk.understanding.reading.observations import Act, Situation, TalkStage
from desk.understanding.understand import understand
from kb.evaluation.typing_noise import in_wrong_layout, is_russian, transliterate, with_typos

SETS = Path(__file__).parent / "sets"
CONSENT, HELPED = Situation(TalkStage.CONSENT), Situation(TalkStage.HELPED)
NOISED = 3_000
"""Misspelled sentences that must not close."""


def closes(text: str, situation: Situation = CONSENT) -> bool:
    """Whether the desk closes on these words."""
    return understand(text, situation).closes


def acts(text: str, situation: Situation = CONSENT) -> set[Act]:
    """What was understood of these words."""
    return {one.act for one in closing_acts(text, situation)[0]}


def labelled(name: str, closing: bool) -> list[tuple[str, Situation]]:
    """The sentences of a set that close, or those that do not, each in its situation."""
    lines = map(json.loads, (SETS / f"{name}.jsonl").read_text("utf-8").splitlines())
    return [(line["text"], Situation(TalkStage(line["context"]))) for line in lines if line["closes"] is closing]


@pytest.mark.parametrize("name", ["consent_dev", "consent_dev2", "consent_dev3", "consent_dev4", "consent_held"])
def test_no_sentence_that_agrees_to_nothing_closes(name: str) -> None:
    refusing = labelled(name, closing=False)
    assert len(refusing) >= 400
    assert [text for text, situation in refusing if closes(text, situation)] == []


@pytest.mark.parametrize("name", ["consent_dev", "consent_dev4", "consent_held"])
@pytest.mark.parametrize("context", [TalkStage.CONSENT, TalkStage.HELPED])
@pytest.mark.parametrize("russian", [True, False])
def test_nearly_every_plain_agreement_closes(name: str, context: TalkStage, russian: bool) -> None:
    agreeing = [one for one in labelled(name, closing=True) if one[1].context == context]
    of_language = [one for one in agreeing if is_russian(one[0]) is russian]
    assert of_language
    missed = [text for text, situation in of_language if not closes(text, situation)]
    assert len(missed) <= 0.05 * len(of_language), missed


@pytest.mark.parametrize(
    "said",
    [
        "да",
        "Да",
        "да закрывайте",
        "вопрос решен",
        "всё работает, спасибо! закрывайте заявку",
        "yes all good you can close it",
        "its working now thx",
        "works like a charm",
        "sorted, cheers",
        "да, помогло",
        "yep",
        "да-да",
        "ага, всё ок",
        "конечно, закрывайте",
        "не работало, теперь работает",
        "перезагрузил, и всё заработало",
        "мастер приходил, заменил кабель, теперь всё работает",
        "интернет появился",
        "with the new router everything works now",
        "проблем нет",
        "dct hf,jnftn",
        "vse rabotaet spasibo",
        "Да, всё работает. С уважением, Иван Петров",
        "не сразу, но заработало",
        "долго, но сделали, закрывайте",
        "кабель не был воткнут, всё работает",
        "заявка № 20418, вопрос решён",
        "мастеру всё объяснили, закрывайте",
        "муж говорит всё работает, закрывайте",
        "it was not plugged in properly, works now",
        "it's still working, you can close it",
        "i'd like this closed please",
        "please mark it as done",
        "sorry for the late reply, all good since friday",
        "100% yes",
        "y",
    ],
)
def test_agreement_closes(said: str) -> None:
    assert closes(said)
    assert acts(said) == {Act.AGREE}


@pytest.mark.parametrize(
    ("said", "act"),
    [
        ("да нет", Act.DENY),
        ("нет", Act.DENY),
        ("не работает", Act.DENY),
        ("да, не работает", Act.DENY),
        ("да, проблема осталась", Act.DENY),
        ("yes it is still down", Act.DENY),
        ("всё так же", Act.DENY),
        ("не надо закрывать", Act.DENY),
        ("всё работает кроме тв", Act.RESERVED),
        ("работает еле еле", Act.RESERVED),
        ("работает через раз", Act.RESERVED),
        ("да, но медленно", Act.RESERVED),
        ("yes but it's slow", Act.RESERVED),
        ("вроде да", Act.RESERVED),
        ("вечером проверю", Act.WAIT),
        ("хорошо, жду", Act.WAIT),
        ("let me check", Act.WAIT),
    ],
)
def test_what_stands_against_closing_is_told(said: str, act: Act) -> None:
    assert not closes(said)
    assert act in acts(said)


@pytest.mark.parametrize(
    "said",
    [
        "",
        " ",
        "всё",
        "ок",
        "спасибо",
        "понял",
        "👍",
        "+",
        "работает?",
        "Работает. Когда сделаете перерасчёт?",
        "да, оператора",
        "мастер работает",
        "они работают",
        "ага, конечно",
        "да, я перезагружал",
        "роутер работает",
        "да $",
        "да / нет",
        "да(",
        "Да. С уважением не работает",
        "да " * 400 + "не работает",
        "да" + " и" * 700 + " не работает",
        "на телефоне работает",
        "работает 5 мбит",
        'у вас всё "работает"',
        "работает :(",
        "the technician is working on it",
        "close it after you've fixed it",
        "закройте, как только сделали",
        "once it is connected close it",
        "мастер уже поднялся",
        "да, договор 40-1187",
        "still loading",
        "работает, тьфу-тьфу",
        "долго грузятся страницы",
        "смотрю",
        "ню",
    ],
)
def test_words_that_agree_to_nothing_say_so(said: str) -> None:
    assert not closes(said)
    assert Act.AGREE not in acts(said)


def test_what_was_asked_makes_the_difference() -> None:
    """ "Yes, please" gives leave to close, and asks for help where the desk had asked whether the article helped."""
    assert closes("yes please", CONSENT)
    assert not closes("yes please", HELPED)
    assert closes("можно", CONSENT)
    assert not closes("можно", HELPED)
    assert closes("помогло", HELPED)


@pytest.mark.parametrize("context", [TalkStage.WAITING, TalkStage.QUESTION, TalkStage.FIRST])
def test_unasked_it_is_told_that_it_works_and_nothing_closes(context: TalkStage) -> None:
    situation = Situation(context)
    assert Act.WORKS_ALREADY in acts("уже всё заработало, спасибо", situation)
    assert not closes("уже всё заработало, спасибо", situation)
    assert not closes("да, закрывайте", situation)


def test_an_answer_to_another_question_is_no_end_of_the_matter() -> None:
    """ "Работает" may be the neighbours' television."""
    assert acts("работает", Situation(TalkStage.QUESTION)) == set()


def noised(sentences: list[tuple[str, Situation]]) -> Iterator[tuple[str, Situation]]:
    """Sentences with slips of the keys, of which none makes another word: who writes "now" for "not" agrees."""
    chance = random.Random(20)
    while True:
        text, situation = chance.choice(sentences)
        spoiled = with_typos(text, chance.randrange(1 << 30), chance.choice((0.05, 0.1, 0.15)))
        changed = Counter(one.word for one in tokens(spoiled)) - Counter(one.word for one in tokens(text))
        if changed and not any(map(lexicon().is_word, changed)):
            yield spoiled, situation


def test_no_slip_of_the_keys_turns_a_refusal_into_agreement() -> None:
    refusing = [*labelled("consent_dev", closing=False), *labelled("consent_held", closing=False)]
    spoiled = [sentence for sentence, _ in zip(noised(refusing), range(NOISED), strict=False)]
    assert [text for text, situation in spoiled if closes(text, situation)] == []


@pytest.mark.parametrize("spell", [in_wrong_layout, transliterate])
def test_no_refusal_closes_in_another_layout_or_by_ear(spell: Callable[[str], str]) -> None:
    refusing = [*labelled("consent_dev", closing=False), *labelled("consent_held", closing=False)]
    assert [text for text, situation in refusing if closes(spell(text), situation)] == []


@pytest.mark.parametrize("spell", [in_wrong_layout, transliterate])
def test_most_agreement_is_understood_in_another_layout_and_by_ear(spell: Callable[[str], str]) -> None:
    agreeing = [one for one in labelled("consent_held", closing=True) if is_russian(one[0])]
    understood = [text for text, situation in agreeing if closes(spell(text), situation)]
    assert len(understood) >= 0.9 * len(agreeing)


AGAINST = (
    """
но медленно | кроме тв | только на телефоне | вроде бы | пока | через раз | еле-еле | почти | завтра проверю
не везде | вечером напишу | если не отвалится | когда приедет мастер? | приходите в субботу
позовите оператора | а тв нет | 5 мбит | безобразие | и ещё вопрос по оплате | бгыцу | после выходных
верните деньги | ? | 😡 | but slow | except the tv | for now | mostly | if it lasts | tomorrow | call me
when? | not always | I guess | speed is 3 | qwzxv | what about my refund | until tonight | on my phone | maybe
this is ridiculous | until it breaks | вместо 500 | закройте договор | кроме телефона | но телефон молчит
close my account | out of 500 | but the phone isn't | instead of 500
""".strip()
    .replace("\n", " | ")
    .split(" | ")
)
KNOWN = sorted({text for text, _ in labelled("consent_held", closing=True)})
"""Agreements of which every word is accounted for."""
AGREEING = sorted({text for text, _ in labelled("consent_dev4", closing=True)} | set(KNOWN))


@given(st.sampled_from(AGREEING), st.sampled_from(AGAINST), st.sampled_from([" ", ", ", ". ", "\n", " и ", " and "]))
def test_nothing_closes_with_a_word_more_that_stands_against_it(agreement: str, against: str, between: str) -> None:
    for situation in (CONSENT, HELPED):
        assert not closes(f"{agreement}{between}{against}", situation)
        assert not closes(f"{against}{between}{agreement}", situation)


@pytest.mark.parametrize(
    "said",
    [
        "okay so I turned it on and it connected straight away and I watched a whole film so yes you can close it",
        "Oh it's all working for everyone in the house, close it please",
        "Мы с дедом проверили каждый канал, все показывают, закрывайте смело.",
        "Офис работает, чеки печатаются, закрывайте инцидент",
        "пинг 4, скорость 95, закрывайте",
        "потерь нет, канал живой, закрывайте тикет",
        "laptop's on, phone's on, telly's on, close it",
    ],
)
def test_leave_beside_good_news_closes_though_some_words_are_unknown(said: str) -> None:
    assert closes(said)


@pytest.mark.parametrize(
    "said",
    [
        "Netflix plays, close the case if the telly does too",
        "закрывайте, хотя мультики на ноутбуке дергаются, остальное работает",
        "works at the neighbour's, close it and be damned",
        "работает на полигоне, закрывайте",
        "email loads, close it, my solicitor will write",
        "close the door, it works",
        "закрывайте глаза на то, что у других работает",
        "закройте порт 25, всё работает",
        "закройте мне тв пакет, интернет работает",
        "close my TV package, internet works",
        "close my account, it works but I'm moving",
        "close it, I give up",
        "закрывайте через час, всё работает",
        "пинг 400, скорость 95, закрывайте",
        "close it, it works. out of 500",
    ],
)
def test_leave_does_not_close_where_something_holds_it(said: str) -> None:
    assert not closes(said)


@given(st.sampled_from(KNOWN), st.text("бвгджзклмнпрстфхцчшщ", min_size=2, max_size=8))
def test_one_word_that_is_not_understood_leaves_the_case_open(agreement: str, word: str) -> None:
    if not any(map(lexicon().is_word, (word, without_doubles(word)))):  # "гг" is a word, and "ппж" is "пж"
        assert not closes(f"{agreement} {word}")


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    found, closing = closing_acts(text, CONSENT)
    assert all(0 <= one.start <= one.end <= len(text) for one in found)
    assert closing is (Act.AGREE in {one.act for one in found})


def test_no_word_stands_for_two_things() -> None:
    """The first class of a word counts: none that agrees may hide one that stands against it."""
    agreeing = {"yes", "consents", "close", "works", "working", "came", "mended", "solved", "settled"}
    against = {"fail", "hedge", "reserve", "exclusion", "poor", "waiting", "no", "not", "other"}
    kinds = {name: lexicon().words[name] for name in agreeing | against}
    assert kinds["yes"]
    assert kinds["fail"]
    assert {word for one in agreeing for other in against for word in kinds[one] & kinds[other]} == set()


@pytest.mark.parametrize(
    "said", ["да блин", "да твою мать", "yes ffs", "блин, ну да", "ДА ЗАКРОЙТЕ УЖЕ ЧЁРТОВУ ЗАЯВКУ"]
)
def test_no_angry_word_closes(said: str) -> None:
    understood = understand(said, CONSENT)
    assert not understood.closes
    assert not understood.says(Act.AGREE)


@pytest.mark.parametrize("name", ["consent_dev", "consent_held", "consent_held2"])
def test_whatever_is_angry_closes_nothing(name: str) -> None:
    for text, situation in labelled(name, closing=True) + labelled(name, closing=False):
        understood = understand(text, situation)
        assert not (understood.closes and understood.says(Act.ANGRY)), text


@pytest.mark.parametrize("said", ["да ведь", "да же", "да ох", "ну", "да дай бог", "nothing else", "больше ничего"])
def test_half_a_sentence_agrees_to_nothing(said: str) -> None:
    assert not closes(said)


@pytest.mark.parametrize(
    "said",
    ["да сынок, работает, спасибо", "bless you, it works", "nothing else, please close", "it's all good, case closed"],
)
def test_a_kind_word_does_not_stand_against_closing(said: str) -> None:
    assert closes(said)


@pytest.mark.parametrize(
    "said", ["всё верно", "верно", "так и есть", "да, всё верно", "всё так", "that's right", "all correct"]
)
def test_what_finds_words_right_does_not_say_that_an_article_helped(said: str) -> None:
    assert not closes(said, HELPED)
    assert closes(said, CONSENT)


def test_an_article_helped_where_that_is_said_beside() -> None:
    assert closes("всё верно, работает", HELPED)
