"""What tells of no matter, and so asks for one."""

from __future__ import annotations

import pytest

from desk.understanding.facts_told import facts_told
from desk.understanding.reading.observations import Situation, TalkStage
from desk.understanding.substance import is_bare_heading


@pytest.mark.parametrize("text", ["", "—", "Вопрос", "Фото", "Question", "no subject", "Re: photo", "здравствуйте"])
def test_a_heading_alone_tells_of_nothing(text: str) -> None:
    assert is_bare_heading(text)


@pytest.mark.parametrize("text", ["нет интернета", "Вопрос по тарифу", "no internet", "не работает"])
def test_words_of_the_matter_are_no_heading(text: str) -> None:
    assert not is_bare_heading(text)


@pytest.mark.parametrize(
    "text",
    ["лампочка уже зелёная", "лампочки теперь зелёные", "the light is green now", "лампочка снова горит зелёным"],
)
def test_a_light_that_is_green_by_now_is_as_usual(text: str) -> None:
    found = {one.slot: one.value for one in facts_told(text, Situation(TalkStage.WAITING))}
    assert found.get("lamps") == "ok"
