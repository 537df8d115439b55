"""Conversations as people have them, over the channels where one talks."""

from __future__ import annotations

import pytest

from tests.stories.desk import AgentsGroup, Desk
from tests.stories.subscribers import Subscriber

pytestmark = pytest.mark.channels("telegram", "terminal", because="by mail nobody chats: tests/stories/test_by_mail.py")

FIRST = "нет интернета, договор 40-1187"


async def test_a_lamp_named_after_the_article_goes_on_to_the_case(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """The article says "write us which lamp it is", and whoever does is not asked again whether it helped."""
    await subscriber.says(FIRST)
    await subscriber.hears("did_it_help")
    await subscriber.says("горит LOS")
    told = {"since": "вчера в 18", "place": "ул. Лесная, 5", "photo_lights": "skip", "summary": "send"}
    await subscriber.goes_through(told, until="registered")
    assert subscriber.heard("did_this_help") == 0
    await agents.sees("card", queue="Выездные мастера", zone="access_line")


async def test_who_tries_it_has_time_and_the_rest_of_the_steps(desk: Desk, subscriber: Subscriber) -> None:
    """ "One moment" is no answer; a button shows the other steps; only clear words settle the matter."""
    await subscriber.says(FIRST)
    await subscriber.hears("did_it_help")
    await subscriber.answers("more_steps")
    await subscriber.hears("did_this_help")
    await subscriber.says("подождите минуту")
    await subscriber.hears("take_your_time")
    await subscriber.says("перезагружаю, сейчас попробую")
    await subscriber.hears("still_here")
    await subscriber.says("да, всё заработало, спасибо")
    await subscriber.hears("settled_thanks")
    (case,) = await desk.cases()
    assert case.state == "closed"


async def test_another_matter_is_turned_to_and_the_first_come_back_to(desk: Desk, subscriber: Subscriber) -> None:
    """Two cases, one after the other; the words about money stand in the second."""
    await subscriber.says(FIRST)
    await subscriber.hears("did_it_help")
    await subscriber.answers("not_helped")
    await subscriber.is_asked("scope")
    await subscriber.says("стоп, это потом. У меня вопрос по оплате: списали деньги дважды")
    await subscriber.hears("turning_to_other")
    await subscriber.is_shown("charges")
    await subscriber.answers("not_helped")
    await subscriber.is_asked("date")
    await subscriber.says("позовите оператора")
    await subscriber.hears("registered")
    await subscriber.hears("back_to_first")
    await subscriber.answers("go_on")
    await subscriber.says("на всех устройствах")
    await subscriber.is_asked("since")
    first, second = await desk.cases()
    assert (first.dialog, second.dialog) == ("no_internet", "billing")
    assert "списали деньги дважды" in second.description
    assert first.answers["scope"]["value"] == "all"


async def test_what_no_article_is_about_goes_to_a_person(desk: Desk, subscriber: Subscriber) -> None:
    await subscriber.says("телек не показывает, договор 40-1187")
    heard = await subscriber.hears("no_article")
    assert "SN-" in heard.text
    (case,) = await desk.cases()
    assert (case.articles, case.dialog) == ([], "")
