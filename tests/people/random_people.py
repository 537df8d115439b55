"""Random people: each says things of which is known what they mean, in any order, and answers what is asked or not.

What a fragment truly says stands beside it, so a line of a card that nobody said is found. Pure: the rules alone.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desk.language.normalize import normalized
from desk.language.rich_text import RichText
from desk.model.acts import RuleAct, SayReadyText, SayTemplate
from desk.model.dialog_state import CONSENT, IDENTIFIER, QUESTION, SELF_HELP, SUMMARY
from desk.model.shared_facts import ArticleSuggestion, ArticleSuggestions
from desk.model.states import CaseState
from intake.engine.answer_parsing import ON_FILE
from intake.engine.model import Dialog, parse_dialog
from tests.intake.talk import Talk

PACKAGED = Path(__file__).parents[2] / "intake" / "dialogs"


@dataclass(frozen=True, slots=True)
class Fragment:
    """Words, and what they truly tell: values by the meaning of a question. ``terse`` ones answer only that question.

    ``act`` is "agree" where they agree to closing, "human" where a human is wished for.
    """

    text: str
    tells: Mapping[str, Any] = field(default_factory=dict)
    act: str = ""


def _told(slot: str, *pairs: tuple[str, Any]) -> list[Fragment]:
    return [Fragment(text, {slot: value}) for text, value in pairs]


TROUBLE = [
    Fragment(one) for one in ("нет интернета", "интернет не работает", "инет пропал", "нету инета", "ничего не грузит")
]
FACTS: Mapping[str, Sequence[Fragment]] = {
    "scope": _told(
        "scope",
        ("на всех устройствах", "all"),
        ("нигде не работает", "all"),
        ("только на телефоне", "one"),
        ("по вайфаю не работает, по кабелю всё нормально", "wifi"),
        ("один сайт не открывается", "site"),
    ),
    "since": _told(
        "since", ("вчера вечером", 1), ("с утра", 1), ("второй день", 1), ("час назад", 1), ("с понедельника", 1)
    ),
    "lamps": _told(
        "lamps",
        ("горит красный LOS", "los"),
        ("лампочки не горят вообще", "off"),
        ("WAN не горит", "nolink"),
        ("лампочки горят как обычно", "ok"),
    ),
    "rebooted": _told("rebooted", ("роутер перезагружала", True), ("роутер не перезагружал", False)),
    "neighbours": _told("neighbours", ("у соседей тоже не работает", "no"), ("у соседей интернет работает", "yes")),
    "changed": _told("changed", ("вчера была гроза", 1), ("делали ремонт в подъезде", 1), ("купили новый роутер", 1)),
    "address": _told("address", ("улица Озёрная 70 кв 7", 1), ("Ленина 5, кв 12", 1)),
}
TERSE: Mapping[str, Sequence[Fragment]] = {
    "scope": _told(
        "scope", ("везде", "all"), ("на всех", "all"), ("один", "one"), ("1", "all"), ("2", "one"), ("вайфай", "wifi")
    ),
    "since": _told("since", ("вчера", 1), ("2 дня", 1), ("утром", 1), ("в 18:00", 1)),
    "lamps": _told("lamps", ("лос", "los"), ("красная", "los"), ("ничего", "off"), ("как обычно", "ok")),
    "rebooted": _told("rebooted", ("да", True), ("нет", False), ("перезагружала", True)),
    "neighbours": _told("neighbours", ("тоже нет", "no"), ("работает", "yes"), ("не знаю", None)),
    "changed": _told("changed", ("нет", 1), ("ничего не менялось", 1)),
    "address": _told("address", ("Озёрная 70-7", 1), ("да, верный", 1)),
    "site": _told("site", ("ютуб", 1), ("example.com", 1)),
}
NOISE = [
    Fragment(one)
    for one in (
        "здравствуйте",
        "добрый день",
        "спасибо",
        "я же писала",
        "чего?",
        "не понял вопрос",
        "вы бот?",
        "когда придет мастер",
        "сколько ждать",
        "алло",
        "вы тут?",
        "ну что там",
        "я пенсионерка",
        "назад",
        "сейчас посмотрю",
        "подождите минуту",
        "у меня внук приходил помогал",
        "деньги списали лишние",
        "не то",
        "ДОМА ГДЕ ЕЩЁ",
        "ладно",
        "и ещё вопрос сколько стоит статический IP?",
        "😡",
        "...",
        "/start",
        "что такое LOS?",
    )
]
ANGRY = [Fragment(one) for one in ("сколько можно!!!", "безобразие", "вы издеваетесь?!?!")]
HUMAN = [Fragment(one, act="human") for one in ("оператор", "позовите человека", "соедините с оператором")]
AGREE = [Fragment(one, act="agree") for one in ("да, всё работает", "помогло", "спасибо, заработало")]
NEVER_CLOSES = [
    Fragment(one)
    for one in (
        "всё работает кроме тв",
        "работает еле еле",
        "работает через раз",
        "заработало, но медленно",
        "ок",
        "вроде да",
        "попробую вечером",
    )
]


THANKED = ["you_are_welcome "]
"""Thanks before a matter begins are kept nowhere, so each is answered by itself."""


@dataclass(slots=True)
class RandomPerson:
    """One talk with its random choices, and what was found wrong in it."""

    seed: int
    by_mail: bool
    faults: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    said: list[Fragment] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    messages: int = 0
    cards: int = 0

    def plays(self, dialog: Dialog) -> None:
        """From the first word until the case is registered, settled or cancelled."""
        chance = random.Random(self.seed)
        talk = _RandomTalk(dialog, articles=dialog.articles, batch=self.by_mail, contract_shape="99-9999")
        talk.offers = chance.random() < 0.7
        previous: list[str] = []
        while self.messages < 14 and not _is_over(talk):
            fragments = self._next(talk, chance)
            self.messages += 1
            self._say(talk, fragments, chance)
            self._look(talk, fragments, previous)
            previous = _prompt(talk.acts)
        if not _is_over(talk):
            self._say(talk, [HUMAN[self.seed % len(HUMAN)]], chance)
            if not talk.case.registered:
                self.faults.append("a human was not reached in one message")
        self._judge(talk)

    def _next(self, talk: Talk, chance: random.Random) -> list[Fragment]:
        roll, owner = chance.random(), talk.case.expecting.owner
        if not self.messages:
            first = [chance.choice(TROUBLE)] + [chance.choice(FACTS[slot]) for slot in FACTS if chance.random() < 0.25]
            return [chance.choice(NOISE), *first] if roll < 0.2 else [chance.choice(NOISE)] if roll < 0.3 else first
        for limit, among in ((0.02, HUMAN), (0.06, ANGRY), (0.28, NOISE)):
            if roll < limit:
                return [chance.choice(among)]
        if owner == QUESTION:
            return self._answers(talk, chance)
        return [chance.choice(_to(owner, roll))]

    def _answers(self, talk: Talk, chance: random.Random) -> list[Fragment]:
        asked = [talk.dialog.question(name) for name in talk.case.dialog_state.asked]
        found: list[Fragment] = []
        for question in asked:
            known = TERSE.get(question.means if question else "")
            if question is None or question.request or not known:
                found.append(Fragment("пропустить"))
            elif chance.random() < 0.75 or self.by_mail:
                found.append(chance.choice(known))
            else:
                found.append(chance.choice(FACTS.get(question.means, known)))
        if chance.random() < 0.25 and not self.by_mail:
            found.append(chance.choice(FACTS[chance.choice(list(FACTS))]))
        return found

    def _say(self, talk: Talk, fragments: Sequence[Fragment], chance: random.Random) -> None:
        self.said += fragments
        many = self.by_mail and talk.case.expecting.owner == QUESTION and len(fragments) > 1
        text = (
            "\n".join(f"{at}) {one.text}" for at, one in enumerate(fragments, 1))
            if many
            else ", ".join(one.text for one in fragments)
        )
        self.lines.append(f"person: {text}")
        before = talk.case.dialog_state.asked if talk.case.expecting.owner == QUESTION else []
        talk.says(text)
        now = talk.case.dialog_state.asked if talk.case.expecting.owner == QUESTION else []
        if {"back_again", "tell_other"} & set(talk.words):
            self.asked.clear()  # who goes back, or turns to another matter, is asked anew
        elif list(now) != list(before):
            self.asked += now
        self.lines.append(f"desk: {' '.join(talk.words)} {talk.shown[:70]!r} -> {talk.case.expecting}")

    def _look(self, talk: Talk, fragments: Sequence[Fragment], previous: Sequence[str]) -> None:
        if not talk.acts:
            self.faults.append(f"silence after {fragments[0].text!r}")
        prompt = _prompt(talk.acts)
        if prompt and prompt == previous and prompt != THANKED:
            self.faults.append(f"two prompts in a row are the same after {fragments[0].text!r}: {prompt[0][:50]!r}")
        closed = talk.case.state == CaseState.CLOSED
        if closed and not any(one.act == "agree" for one in fragments):
            self.faults.append(f"closed on {[one.text for one in fragments]}")
        for name in talk.case.dialog_state.asked if talk.case.expecting.owner == QUESTION else ():
            if name in talk.case.answers and talk.case.answers[name].get("value") is not None:
                self.faults.append(f"{name} is asked, though its answer is known")

    def _judge(self, talk: Talk) -> None:
        for name in set(self.asked):
            if self.asked.count(name) > 2:
                self.faults.append(f"{name} was put {self.asked.count(name)} times")
        truths: dict[str, set[Any]] = {}
        words: dict[str, str] = {}
        for fragment in self.said:
            for slot, value in fragment.tells.items():
                truths.setdefault(slot, set()).add(value)
                words[slot] = f"{words.get(slot, '')} {normalized(fragment.text)}"
        for name, answer in talk.case.answers.items():
            question, value = talk.dialog.question(name), answer.get("value")
            if question is None or value in (None, "", ON_FILE, "unknown", "unknown_answer"):
                continue
            self.cards += 1
            if question.means in ("scope", "lamps", "rebooted", "neighbours"):
                if value not in truths.get(question.means, set()):
                    self.faults.append(f"false: {name} = {value!r}, told {truths.get(question.means)}")
            elif question.means and not _overlaps(str(answer.get("text", "")), words.get(question.means, "")):
                self.faults.append(f"false: {name} = {answer.get('text')!r}, told {words.get(question.means)!r}")


class _RandomTalk(Talk):
    """A talk in which the knowledge base has an article for the trouble, or none."""

    __slots__ = ("offers",)
    offers: bool

    def more_facts(self) -> list[object]:
        best = (ArticleSuggestion("no-internet", self.dialog.id, 1.0, True, RichText("article no-internet")),)
        return [ArticleSuggestions(best if self.offers else ())]


def _to(owner: str, roll: float) -> Sequence[Fragment]:
    """What may be answered to whoever asks; ``roll`` decides between the usual and the rarer."""
    usual = roll < 0.75
    return {
        SELF_HELP: [Fragment("не помогло")] if usual else [*NEVER_CLOSES, *AGREE],
        IDENTIFIER: [Fragment("40-1187")] if usual else [Fragment("нет под рукой")],
        CONSENT: AGREE if usual else NEVER_CLOSES,
        SUMMARY: [Fragment("да, всё верно")],
    }.get(owner, TROUBLE)


def _is_over(talk: Talk) -> bool:
    return talk.case.registered or not talk.case.open


def _prompt(acts: Sequence[RuleAct]) -> list[str]:
    """What was said last, as far as it can be compared."""
    return [
        one.text.plain if isinstance(one, SayReadyText) else f"{one.template} {one.names.get('again', '')}"
        for one in acts
        if isinstance(one, (SayReadyText, SayTemplate))
    ]


def _overlaps(text: str, told: str) -> bool:
    return bool(set(normalized(text).split()) & set(told.split()))


def play_random(count: int, first_seed: int = 1) -> list[RandomPerson]:
    """So many people, half of them by letter, each with its faults."""
    dialog = parse_dialog((PACKAGED / "no_internet.toml").read_bytes(), "no_internet.toml")
    people = [RandomPerson(seed, by_mail=seed % 2 == 0) for seed in range(first_seed, first_seed + count)]
    for one in people:
        one.plays(dialog)
    return people
