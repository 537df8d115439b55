# ruff: noqa: E501  (lists of words read better in few lines)
"""Generates articles and questions of any number: what is the matter, with what, and when, in words that people use.

An article is one combination of the three. Of the three wordings of each thing one is kept from it: its title, phrasings
and answer choose among the others. A question meant for it chooses among these too, or says everything in ``other_words``,
those that the article never uses. The same seed always generates the same articles.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.content.article_files import Article, ArticleTranslation
from kb.evaluation.typing_noise import with_typos

THINGS = """
роутер|маршрутизатор|рутер|вайфай коробка; кабель|провод|шнур от интернета; приставка|тв приставка|коробочка от телевизора;
личный кабинет|кабинет на сайте|страница абонента; почтовый ящик|почта|электронная почта; пароль|код доступа|секретное слово;
тариф|тарифный план|пакет услуг; договор|контракт|бумаги о подключении; счёт|квитанция|платёжка; скидка|акция|промокод;
мобильное приложение|приложение в телефоне|программа на смартфоне; камера|видеокамера|камера наблюдения;
домофон|видеодомофон|трубка домофона; антенна|тарелка|приёмник сигнала; ноутбук|компьютер|комп; планшет|айпад|таблет;
принтер|печать по сети|сетевой принтер; игровая консоль|игровая приставка|плейстейшен; телефон|смартфон|мобильник;
статический адрес|белый айпи|постоянный ip; подписка|абонентская подписка|подписка на кино; канал|телеканал|программа по тв;
лампочка|индикатор|огонёк на коробке; розетка|гнездо|разъём в стене; мастер|монтажник|инженер на выезд; бонусы|баллы|кэшбэк;
уведомление|смс|сообщение от вас; голосовая линия|городской телефон|домашний номер; роуминг|связь за границей|интернет в поездке;
сертификат|подарочная карта|ваучер
"""
TROUBLES = """
не включается|не запускается|мёртвый, не реагирует; отключается сам|вырубается|пропадает каждые пять минут; тормозит|еле работает|очень медленно;
не найден|не могу найти|где посмотреть; как заменить|хочу поменять|нужна замена; как настроить|помогите с настройкой|не получается настроить;
списали деньги за|сняли оплату за|почему берут плату за; как отключить|хочу отказаться от|уберите; как подключить|хочу оформить|добавьте мне;
сломался|повредили|перестал работать после падения; перегревается|горячий|сильно греется; пищит|издаёт звук|щёлкает;
пришёл чужой|перепутали|это не мой; истёк|просрочен|закончился срок; заблокирован|закрыли доступ к|ограничили;
как перенести|переезжаю, что делать с|забрать с собой; показывает ошибку|выдаёт код ошибки|пишет что-то непонятное; двоится|задвоился|пришёл два раза;
украли|потерял|пропал без следа; как продлить|на сколько можно продлить|продление
"""
TIMES = """
после грозы|когда была гроза|из-за молнии; после обновления|как обновили|с новой версией; ночью|по ночам|после полуночи; на даче|за городом|в деревне;
в новой квартире|после переезда|на новом адресе; после ремонта|когда сделали ремонт|рабочие закончили; в выходные|по субботам|в праздники;
при оплате картой|когда плачу картой|через банк; для пенсионеров|бабушке|пожилым людям; для бизнеса|в офисе|для компании;
на втором этаже|в дальней комнате|через стену; во время звонка|пока разговариваю|при видеосвязи; зимой|в мороз|когда холодно;
если меня нет дома|пока я в отпуске|в моё отсутствие; у соседей|в подъезде|во всём доме; с чужого телефона|не со своего номера|от родственника;
вечером|в час пик|после работы; за прошлый месяц|в прошлом месяце|за тот период; бесплатно|без доплаты|даром; по гарантии|в гарантийный срок|гарантия
"""
ENGLISH = (
    "router|wifi box|modem; cable|wire|cord; set-top box|tv box|receiver; account page|my account|customer area;"
    "mailbox|email|inbox; password|access code|secret word; plan|tariff|package; contract|agreement|paperwork;"
    "bill|invoice|statement; discount|promo code|special offer; mobile app|phone application|your app; camera|webcam|cctv;"
    "door phone|intercom|entry phone; antenna|dish|aerial; laptop|computer|pc; tablet|ipad|pad; printer|network printer|printing;"
    "console|playstation|gaming box; phone|smartphone|handset; static address|public ip|fixed ip; subscription|membership|streaming pass;"
    "channel|tv station|programme; lamp|indicator|light on the box; socket|wall outlet|port; technician|engineer|fitter;"
    "points|rewards|cashback; notification|text message|alert; landline|home phone|fixed line; roaming|use abroad|data while travelling;"
    "voucher|gift card|certificate",
    "will not turn on|does not start|is dead; switches itself off|keeps dropping|disappears every few minutes; is slow|crawls|takes forever;"
    "cannot be found|where do i find|looking for; how to replace|need to swap|want another; how to set up|help me configure|setting up fails;"
    "charged for|money taken for|why do i pay for; how to cancel|get rid of|remove; how to add|want to order|sign me up for;"
    "is broken|was damaged|stopped working after a fall; overheats|is hot|gets very warm; beeps|makes a noise|clicks;"
    "is somebody else's|mixed up|is not mine; expired|out of date|ran out; is blocked|access closed to|restricted;"
    "how to move|moving house with|take along; shows an error|gives an error code|says something strange; came twice|is duplicated|two of them;"
    "was stolen|lost|is gone; how to extend|how long can i extend|renewal of",
    "after a thunderstorm|when lightning struck|because of the storm; after the update|since you updated|with the new version; at night|after midnight|overnight;"
    "in the country house|out of town|at the cottage; in the new flat|after moving|at the new address; after renovation|builders finished|we redecorated;"
    "at weekends|on saturdays|on holidays; paying by card|with a credit card|through the bank; for pensioners|for my grandmother|elderly people;"
    "for business|in the office|for a company; on the second floor|in the far room|through a wall; during a call|while talking|on video chat;"
    "in winter|in frost|when it is cold; while i am away|on vacation|nobody at home; at the neighbours|in the whole building|next door too;"
    "from another phone|not my number|from a relative; in the evening|at peak time|after work; for last month|previous month|last period;"
    "free of charge|without paying more|at no cost; under warranty|still guaranteed|warranty period",
)
MODELS = 10
"""Model names, "x61" and the like, tell apart what would otherwise be the same."""


@dataclass(frozen=True, slots=True)
class GeneratedQuestion:
    """A question, and the id of the article it is meant for."""

    text: str
    article: str


def generate_articles(size: int, seed: int = 1) -> list[Article]:
    """Generates so many different articles, half of them Russian, each with a title, three phrasings and an answer."""
    return [_article(topic, seed) for topic in _topics(size, seed)]


def generate_questions(
    size: int, count: int, seed: int = 1, typos: float = 0.0, other_words: bool = False
) -> list[GeneratedQuestion]:
    """Generates questions meant for these articles; the same ones without typing errors and with."""
    topics = list(_topics(size, seed))
    chance = random.Random(seed + 1)
    asked = []
    for number in range(count):
        topic = chance.choice(topics)
        text = _phrase(topic.kept_back() if other_words else topic.used(), chance)
        asked.append(GeneratedQuestion(with_typos(text, number, typos) if typos else text, topic.id))
    return asked


@dataclass(frozen=True, slots=True)
class _Topic:
    id: str
    language: str
    parts: tuple[Sequence[str], ...]

    def used(self) -> Sequence[Sequence[str]]:
        """The wordings that the article uses."""
        return [
            [one for one in part if one != kept] or part
            for part, (kept,) in zip(self.parts, self.kept_back(), strict=True)
        ]

    def kept_back(self) -> Sequence[Sequence[str]]:
        """One wording of each part that the article never uses; where there is only one, that."""
        chance = random.Random(f"kept back {self.id}")
        return [[chance.choice(part)] for part in self.parts]


def _topics(size: int, seed: int) -> Iterator[_Topic]:
    tables = {
        "ru": [_parse_table(text) for text in (THINGS, TROUBLES, TIMES)],
        "en": [_parse_table(text) for text in ENGLISH],
    }
    whole = 30 * 20 * 20 * MODELS
    for number, place in enumerate(random.Random(seed).sample(range(whole), (size + 1) // 2)):
        thing, rest = divmod(place, 20 * 20 * MODELS)
        trouble, rest = divmod(rest, 20 * MODELS)
        time, model = divmod(rest, MODELS)
        for language in ("ru", "en")[: size - 2 * number]:
            things, troubles, times = tables[language]
            parts = (troubles[trouble], things[thing], [f"x{model}{thing}"] if model else [""], times[time])
            yield _Topic(f"{language}-{place}", language, parts)


def _parse_table(text: str) -> list[list[str]]:
    return [[word.strip() for word in one.split("|")] for one in text.replace("\n", " ").split(";") if one.strip()]


def _phrase(parts: Sequence[Sequence[str]], chance: random.Random) -> str:
    return " ".join(filter(None, (chance.choice(part) for part in parts)))


def _article(topic: _Topic, seed: int) -> Article:
    chance = random.Random(f"{seed} {topic.id}")
    used = topic.used()
    title, *phrasings = (_phrase(used, chance) for _ in range(4))
    steps = (_phrase(used, chance) for _ in range(5))
    body = "\n".join(f"{number}. {step}." for number, step in enumerate(steps, 1))
    edition = ArticleTranslation(
        topic.language, title, tuple(phrasings), body, confidence="validated", audience="external"
    )
    return Article(topic.id, "", {topic.language: edition})
