"""Generated traffic: who writes what, drawn from one seed. Each person has one matter and never says it is over."""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.kills.desk_process import SAMPLE, Bot

FIRST = (
    "Здравствуйте! Второй день нет интернета, договор {contract}",
    "Добрый день, интернет пропал утром, роутер мигает красным. Договор {contract}",
    "нет интернета совсем, помогите пожалуйста {contract}",
    "Hello, my internet is down since yesterday, contract {contract}",
    "Здравствуйте, интернет не работает ни на одном устройстве",
    "пришёл странный счёт за прошлый месяц, договор {contract}",
    "Почта не настраивается в телефоне, договор {contract}",
)
LATER = (
    "роутер перезагружал, всё по-прежнему",
    "Кабель на месте, лампочка горит красным",
    "дома пять устройств, не работает ни одно",
    "Соседи говорят, у них то же самое",
    "Сегодня с утра пробовал ещё раз, без изменений",
    "забыл сказать: вчера была гроза",
    "It still does not work, I tried everything you said",
    "На телефоне через мобильную сеть всё открывается",
    "Есть новости?",
    "Жду вашего ответа",
)
FOR_A_HUMAN = "оператор"


@dataclass
class Person:
    """Somebody with one matter. ``reach`` is their bot's token, or "" for those who write letters."""

    id: int
    name: str
    contract: str
    reach: str
    provider: str
    words: list[str]
    said: int = 0
    updates: list[int] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The mail address of those who write letters: a domain each, since what a domain writes alike is limited."""
        return f"person{self.id}@mail{self.id}.test"

    def speaks(self) -> str:
        """The next thing they say."""
        self.said += 1
        return self.words[self.said - 1]


class Traffic:
    """Everybody, and who speaks next: the order is drawn once, so that one seed gives the same traffic."""

    def __init__(self, chance: random.Random, bots: Sequence[Bot], chatters: int, texts: int, writers: int, mails: int):
        self.channels = bots
        contracts = {name: _contracts(name) for name in {bot.provider for bot in bots} | {"sever"}}
        chance.shuffle(contracts["sever"])
        # Whose provider has agents in a group: few, since a group takes twenty messages a minute.
        staffed = [bot for bot in bots if bot.agents_chat]
        alone = [bot for bot in bots if not bot.agents_chat]
        heard = min(30, chatters // 20) if staffed else 0
        homes = [chance.choice(staffed if number < heard else alone) for number in range(chatters)]
        self.chatters = [
            Person(5000 + n, f"Анна {n}", chance.choice(contracts[bot.provider]), bot.token, bot.provider, [])
            for n, bot in enumerate(homes)
        ]
        self.writers = [
            Person(n, f"Иван {n}", chance.choice(contracts["sever"]), "", "sever", []) for n in range(writers)
        ]
        self.queue = [*_turns(chance, self.chatters, texts), *_turns(chance, self.writers, mails)]
        chance.shuffle(self.queue)
        for person, count in Counter(map(id, self.queue)).items():
            one = next(known for known in self.everybody if id(known) == person)
            one.words = _words(chance, one, count, human=any(bot.token == one.reach for bot in staffed))

    def stranger(self, number: int) -> Person:
        """Somebody new, who says one thing to the first bot."""
        one = Person(9000 + number, f"Пётр {number}", "", self.channels[0].token, self.channels[0].provider, [FIRST[4]])
        self.chatters.append(one)
        return one

    @property
    def everybody(self) -> list[Person]:
        """Those who chat and those who write letters."""
        return [*self.chatters, *self.writers]


def _turns(chance: random.Random, people: Sequence[Person], count: int) -> list[Person]:
    """Each speaks at least once, and then whoever it is."""
    return [*people[:count], *(chance.choice(people) for _ in range(count - len(people)))]


def _words(chance: random.Random, person: Person, count: int, human: bool) -> list[str]:
    first = chance.choice(FIRST).format(contract=person.contract)
    rest = [f"{chance.choice(LATER)} ({_spelled(number)})" for number in range(count - 1)]
    if human and rest:
        rest[0] = FOR_A_HUMAN
    return [first, *rest]


def _spelled(number: int) -> str:
    """A number in letters, since digits may mean a contract: each text of a person is another."""
    letters = "бвгджзклмн"
    return "сообщение " + "а".join(letters[int(digit)] for digit in str(number))


def _contracts(provider: str) -> list[str]:
    with (SAMPLE / "providers" / provider / "entitlements.csv").open(encoding="utf-8") as file:
        return [row["contract"] for row in csv.DictReader(file) if row["status"] == "active"]
