"""Law 5 over random people whose words go through the whole understanding: nobody who waits meets silence."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from desk.model.acts import AddJournalEntry, Addressee, SayTemplate
from desk.model.agent_operations import Reply, Resolve, SetEta, Take
from desk.model.events import Event, Inbound, Said
from desk.model.journal import KeptSilent
from desk.model.messages import File
from desk.pipeline.case_of_unnamed_message import after_closing
from tests.escalation.rounds import ANNA, IVANOVA, NOW, PROVIDER, a_case, decided, ordered, templates

PHOTO = File("x.jpg", "photo", "image/jpeg", 3, "telegram:main:x")
SAID = (
    "ну что там?", "ау", "?", "ок", "👍", "спасибо", "хорошо, жду", "вы бот?", "позвоните мне", "8 000 555-00-01",
    "перезвоните +7 000 555-00-01", "и телевизор не показывает", "интернет появился, но медленный", "не работает",
    "опять не работает", "да", "нет", "да, всё работает", "работает еле еле", "всё заработало, отмените", "не надо",
    "отмените", "ДА СКОЛЬКО МОЖНО", "верните деньги!!!", "когда придёт мастер?", "оператора", "Здравствуйте",
    "speak English please", "how long will it take?", "it works, thanks", "not yet", "проверю вечером", "побыстрее",
    "ул. Лесная, 5", "красная лампочка", "а что делали?", "искрит щиток", "чего?", "не то", "назад", "пишите по-русски",
)  # fmt: skip
ORDERS = (Take(), Reply("Смотрим."), SetEta(60), SetEta(240), Resolve("Готово"))


@pytest.mark.parametrize("seed", range(120))
def test_nobody_meets_silence(seed: int) -> None:
    """An answer, a relay, or a silence that the journal explains; and never the same words twice in a row."""
    chance, case, now, last = random.Random(seed), a_case(), NOW, ""
    for _ in range(30):
        now += timedelta(minutes=chance.choice((1, 5, 40, 300)))
        if chance.random() < 0.25:
            ordered(case, chance.choice(ORDERS), agent=IVANOVA, at=now)
            last = ""
            continue
        text = chance.choice(SAID)
        event: Event = Said(text, files=(PHOTO,) if chance.random() < 0.1 else ())
        known: tuple[object, ...] = ()
        if not case.open:
            inbound: Inbound[Event] = Inbound(ANNA.channel, ANNA, now, event)
            chosen = after_closing(inbound, case, PROVIDER, now) if case.state == "closed" else None
            if chosen is None:
                break  # a matter of its own begins
            known = (chosen.match,)
        acts = decided(case, event, at=now, known=known)
        answered = [act for act in acts if isinstance(act, SayTemplate) and act.to is Addressee.SPEAKER]
        relayed = {"subscriber_says", "agents_reopened", "agents_again"} & set(templates(acts, Addressee.AGENTS))
        kept = [act for act in acts if isinstance(act, AddJournalEntry) and isinstance(act.event, KeptSilent)]
        assert answered or relayed or kept, f"{text!r} met silence, {case.state}"
        words = "|".join(f"{act.template}{sorted(act.names.items())}" for act in answered)
        assert not words or words != last, f"{text!r}: the same words twice in a row: {words}"
        last = words or last
