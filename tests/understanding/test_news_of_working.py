"""That it works again is heard whatever was asked, and only of the person's own line as a whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desk.language.detect import language_of
from desk.understanding.reading.observations import Act, Situation, TalkStage
from desk.understanding.understand import understand

SETS = Path(__file__).parent / "sets"
UNASKED = (TalkStage.FIRST, TalkStage.QUESTION, TalkStage.WAITING)


def heard(text: str, context: TalkStage) -> bool:
    """Whether the words tell in this context that it works again."""
    return understand(text, Situation(context)).says(Act.WORKS_ALREADY)


@pytest.mark.parametrize("name", ["works_dev", "works_held"])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_nearly_all_news_is_heard_and_nothing_else(name: str, language: str) -> None:
    lines = [json.loads(line) for line in (SETS / f"{name}.jsonl").read_text("utf-8").splitlines()]
    of_language = [line for line in lines if language_of(line["text"]) == language]
    named = Act.WORKS_ALREADY.value
    news = [line for line in of_language if named in line.get("acts", ())]
    others = [line for line in of_language if line not in news]
    missed = [line["text"] for line in news if not heard(line["text"], TalkStage(line["context"]))]
    false = [line["text"] for line in others if heard(line["text"], TalkStage(line["context"]))]
    assert len(news) >= 25
    assert len(missed) <= 0.05 * len(news), missed
    assert len(false) <= 0.01 * len(others), false


@pytest.mark.parametrize("context", UNASKED)
@pytest.mark.parametrize(
    "text",
    [
        "it works already", "uzhe rabotaet", "oh wait its loading now", "пропадал, но уже вернулся",
        "вопрос снят, всё работает",
        "it was off all morning, it's back now", "no need for an engineer, it fixed itself",
        "перезагрузила и заработало", "net is back thx", "линк поднялся", "ютуб грузит, спасибо",
        "its after fixing itself",
        "сосед помог, всё заработало", "it works, but thanks anyway", "the outage has cleared", "itsworking",
    ],
)  # fmt: skip
def test_news_is_heard_whatever_was_asked(text: str, context: TalkStage) -> None:
    assert heard(text, context)


@pytest.mark.parametrize("context", UNASKED)
@pytest.mark.parametrize(
    "text",
    [
        "у соседей заработало", "came back and went off again", "работает только по кабелю", "is it working now?",
        "мастер сказал, что всё работает", "the technician said it's fixed", "let me know when it's back", "выключился",
        "put me back online", "on and off", "проблема вернулась", "it's back but crawling", "появился, но 1 мегабит",
        "пишут, что починили", "заработало и перестало", "came on for two minutes", "I'm back home",
        "everyone else is back", "ага, работает, как же", "работает... у вас в отчётах", "yeah right its working",
        "Спасибо, «починили»: теперь не работает ещё и телефон",
    ],
)  # fmt: skip
def test_what_is_said_of_something_else_is_no_news(text: str, context: TalkStage) -> None:
    assert not heard(text, context)


def test_where_it_was_asked_the_grammar_of_agreement_tells() -> None:
    assert not heard("всё работает", TalkStage.CONSENT)
    assert understand("всё работает", Situation(TalkStage.CONSENT)).closes
