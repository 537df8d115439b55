"""What random people say, in Russian and in English; what a fragment truly means stands beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Fragment:
    """Words, and what they truly tell: values by the meaning of a question.

    ``act`` is "agree" where they agree to closing, "human" where a human is wished for.
    """

    text: str
    tells: Mapping[str, Any] = field(default_factory=dict)
    act: str = ""


@dataclass(frozen=True, slots=True)
class Speech:
    """The words of one language. ``facts`` tell something anywhere, ``terse`` ones only where it is asked for."""

    language: str
    trouble: Sequence[Fragment]
    facts: Mapping[str, Sequence[Fragment]]
    terse: Mapping[str, Sequence[Fragment]]
    noise: Sequence[Fragment]
    angry: Sequence[Fragment]
    human: Sequence[Fragment]
    agree: Sequence[Fragment]
    never_closes: Sequence[Fragment]
    not_helped: Sequence[Fragment]
    no_number: Sequence[Fragment]
    right: Sequence[Fragment]
    skip: Sequence[Fragment]


def _told(slot: str, *pairs: tuple[str, Any]) -> list[Fragment]:
    return [Fragment(text, {slot: value}) for text, value in pairs]


def _said(*texts: str, act: str = "") -> list[Fragment]:
    return [Fragment(one, act=act) for one in texts]


RUSSIAN = Speech(
    language="ru",
    trouble=_said("нет интернета", "интернет не работает", "инет пропал", "нету инета", "ничего не грузит"),
    facts={
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
        "changed": _told(
            "changed", ("вчера была гроза", 1), ("делали ремонт в подъезде", 1), ("купили новый роутер", 1)
        ),
        "address": _told("address", ("улица Озёрная 70 кв 7", 1), ("Ленина 5, кв 12", 1)),
    },
    terse={
        "scope": _told(
            "scope",
            ("везде", "all"),
            ("на всех", "all"),
            ("один", "one"),
            ("1", "all"),
            ("2", "one"),
            ("вайфай", "wifi"),
        ),
        "since": _told("since", ("вчера", 1), ("2 дня", 1), ("утром", 1), ("в 18:00", 1)),
        "lamps": _told("lamps", ("лос", "los"), ("красная", "los"), ("ничего", "off"), ("как обычно", "ok")),
        "rebooted": _told("rebooted", ("да", True), ("нет", False), ("перезагружала", True)),
        "neighbours": _told("neighbours", ("тоже нет", "no"), ("работает", "yes"), ("не знаю", None)),
        "changed": _told("changed", ("нет", 1), ("ничего не менялось", 1)),
        "address": _told("address", ("Озёрная 70-7", 1), ("да, верный", 1)),
        "site": _told("site", ("ютуб", 1), ("example.com", 1)),
    },
    noise=_said(
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
    ),
    angry=_said("сколько можно!!!", "безобразие", "вы издеваетесь?!?!"),
    human=_said("оператор", "позовите человека", "соедините с оператором", act="human"),
    agree=_said("да, всё работает", "помогло", "спасибо, заработало", act="agree"),
    never_closes=_said(
        "всё работает кроме тв",
        "работает еле еле",
        "работает через раз",
        "заработало, но медленно",
        "ок",
        "вроде да",
        "попробую вечером",
    ),
    not_helped=_said("не помогло"),
    no_number=_said("нет под рукой"),
    right=_said("да, всё верно"),
    skip=_said("пропустить"),
)

ENGLISH = Speech(
    language="en",
    trouble=_said(
        "no internet",
        "my internet's down",
        "the internets not working",
        "wifi's dead",
        "broadband is down",
        "nothing loads",
        "i cant get online",
        "teh internet isnt working",
        "we haven't got any internet",
        "lost connection",
    ),
    facts={
        "scope": _told(
            "scope",
            ("on every device", "all"),
            ("nothing in the house works", "all"),
            ("none of my devices will connect", "all"),
            ("it's only my laptop", "one"),
            ("just on my phone", "one"),
            ("wifi doesn't work but the cable is fine", "wifi"),
            ("only one website won't open", "site"),
        ),
        "since": _told(
            "since",
            ("since last night", 1),
            ("since yesterday evening", 1),
            ("since this morning", 1),
            ("for two days now", 1),
            ("it started an hour ago", 1),
            ("since about 6 last night", 1),
            ("it went off on saturday", 1),
            ("been down since monday", 1),
        ),
        "lamps": _told(
            "lamps",
            ("the LOS light is red", "los"),
            ("theres a red light on the box", "los"),
            ("there are no lights on the router", "off"),
            ("the WAN light is off", "nolink"),
            ("all the lights look normal", "ok"),
        ),
        "rebooted": _told(
            "rebooted",
            ("ive restarted the router twice", True),
            ("tried turning it off and on again", True),
            ("i haven't restarted the router", False),
        ),
        "neighbours": _told(
            "neighbours",
            ("the neighbours are down too", "no"),
            ("whole street is out", "no"),
            ("next door's internet works fine", "yes"),
            ("my neighbours internet is fine", "yes"),
        ),
        "changed": _told(
            "changed",
            ("we had a storm yesterday", 1),
            ("there was building work in the hallway", 1),
            ("got a new router", 1),
        ),
        "address": _told("address", ("12 Mill Lane, flat 3", 1), ("my address is 4 High Street", 1)),
    },
    terse={
        "scope": _told(
            "scope",
            ("everything", "all"),
            ("all of them", "all"),
            ("yep everything", "all"),
            ("just the one", "one"),
            ("1", "all"),
            ("2", "one"),
            ("only wifi", "wifi"),
        ),
        "since": _told(
            "since",
            ("yesterday", 1),
            ("2 days", 1),
            ("this morning", 1),
            ("6pm", 1),
            ("last nite", 1),
            ("sunday evening", 1),
        ),
        "lamps": _told(
            "lamps", ("los", "los"), ("red", "los"), ("none", "off"), ("all green", "ok"), ("the usual", "ok")
        ),
        "rebooted": _told(
            "rebooted", ("yes", True), ("yep", True), ("y", True), ("no", False), ("nope", False), ("yes, twice", True)
        ),
        "neighbours": _told(
            "neighbours", ("no, theirs is down too", "no"), ("they're fine", "yes"), ("no idea", None), ("dunno", None)
        ),
        "changed": _told("changed", ("no", 1), ("nope", 1), ("nothing changed", 1), ("not that i know of", 1)),
        "address": _told("address", ("12 Mill Lane", 1), ("same as on file", 1), ("flat 3, 12 mill ln", 1)),
        "site": _told("site", ("youtube", 1), ("example.com", 1)),
    },
    noise=_said(
        "hello",
        "hi there",
        "thanks",
        "hello?? anyone there",
        "i already told you",
        "what?",
        "i don't understand the question",
        "are you a bot?",
        "is there an outage?",
        "when is the engineer coming",
        "how long will it take",
        "you there?",
        "any news?",
        "i'm 82 and not very technical",
        "back",
        "let me check",
        "hang on a minute",
        "bear with me",
        "you charged me twice",
        "no that's not it",
        "AT HOME WHERE ELSE",
        "whatever",
        "and how much is a static IP?",
        "😡",
        "...",
        "/start",
        "what's LOS?",
        "sorry for the typos im on my phone",
    ),
    angry=_said("this is ridiculous!!!", "your service is a joke", "are you kidding me?!?!"),
    human=_said(
        "agent",
        "agent please",
        "get me a human",
        "can i speak to someone",
        "i want to talk to a real person",
        act="human",
    ),
    agree=_said("yes, it's all working", "it helped", "thanks, that fixed it", "its working now thanks", act="agree"),
    never_closes=_said(
        "everything works except the tv",
        "it barely works",
        "it works on and off",
        "it's back but it's slow",
        "ok",
        "i think so",
        "i'll try tonight",
        "hopefully",
    ),
    not_helped=_said("it didn't help", "didnt help", "no luck", "nope, still nothing", "still not working", "no joy"),
    no_number=_said("i don't have it", "no idea what my contract is", "haven't got it on me", "dont know it"),
    right=_said("yes, that's right", "yep all correct", "looks good"),
    skip=_said("skip", "skip it"),
)

SPEECHES = {one.language: one for one in (RUSSIAN, ENGLISH)}
