"""The knowledge base learns: what solved a case becomes an article, and the article spares the next case."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from desk.storage.database import Database
from kb.storage.article_store import load_articles
from kb.storage.article_versions import save_edition
from kb.storage.phrase_store import load_learned_phrasings
from kb.storage.usage_queries import load_outcomes
from kb.storage.usage_tables import AgentArticleUseRow
from tests import wording
from tests.stories.conftest import Newcomer
from tests.stories.desk import AgentsGroup, Desk, eventually
from tests.stories.subscribers import CHANNELS, MailSubscriber, Subscriber

STRANGE = "холодильник гудит и не морозит, договор 40-1187"
NEW = "телевизор показывает код ошибки 1402 и чёрный экран, договор 40-1187"


async def links(desk: Desk, provider: str = "sever") -> list[tuple[str, str, str, str]]:
    """What agents made of articles: article, kind, agent, note."""
    database = Database(desk.settings.database)
    try:
        async with database.read(provider) as session:
            rows = (await session.scalars(select(AgentArticleUseRow).order_by(AgentArticleUseRow.at))).all()
            return [(one.article, one.kind, one.agent, one.note) for one in rows]
    finally:
        await database.close()


async def becomes_a_case(subscriber: Subscriber, words: str = NEW) -> None:
    """Nothing fits, or nothing helps, and a human is asked for, where none was called at once as by mail."""
    await subscriber.says(words)
    await subscriber.catches_up()
    if not subscriber.heard("registered"):
        await subscriber.says("оператор")
        await subscriber.hears("registered")


async def test_resolving_asks_which_article_and_takes_the_draft(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """The draft has the subscriber's words and the agent's steps, and nothing that says whose case it was."""
    await becomes_a_case(subscriber)
    card = await agents.sees("card", state="acknowledged")
    await agents.presses(card, "take")
    await agents.replies(card, "/resolve Переключили приставку на порт LAN 4 и перезагрузили её.")
    await subscriber.hears("resolved_ask")
    asked = await agents.sees("agents_which_article")
    await agents.presses(asked, "kb:draft", says="article_noted")
    await agents.sees("agents_article_is")
    (draft,) = [(article, kind) for article, kind, *_ in await links(desk) if kind == "drafted"]
    database = Database(desk.settings.database)
    async with database.look() as connection:
        (made,) = [one for one in await load_articles(connection) if one.id == draft[0]]
    await database.close()
    edition = made.edition("ru")
    assert edition.title == "Телевизор показывает код ошибки 1402 и чёрный экран"
    assert "1. Переключили приставку на порт LAN 4 и перезагрузили её" in edition.body
    assert (edition.confidence, edition.audience, made.provider) == ("not_validated", "internal", "sever")
    assert "40-1187" not in edition.body + edition.title + "".join(edition.phrasings)


async def known(desk: Desk, article: str, words: str, outside: bool = False) -> None:
    """Waits until the worker finds the article, for an agent or for subscribers. It looks for changes now and then, and
    here at once."""

    async def found() -> bool:
        assert desk.application
        knowledge = desk.application.knowledge
        await desk.application.phrase_learner.learn(desk.clock())
        await desk.application.article_loader.refresh(knowledge)
        ask = knowledge.suggest if outside else knowledge.suggest_to_agent
        return article in [one.article for one in ask("sever", words, "ru").best]

    await eventually(found)


async def test_what_was_learned_and_not_read_yet_is_not_known_when_decided_again(
    desk: Desk, subscriber: Subscriber, newcomer: Newcomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each decision is stored with when the articles it knew had been read. The end of a story decides it again."""
    strange = "бирюзовый верблюд не мурлычет, договор 40-1187"

    async def reads_nothing(knowledge: object) -> bool:
        return False

    assert desk.application
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(desk.application.article_loader, "refresh", reads_nothing)
        await adds_phrasing(desk, "wan-off", "бирюзовый верблюд не мурлычет")
        await subscriber.says(strange)
        await subscriber.catches_up()
        assert subscriber.heard("did_it_help") == 0
    await known(desk, "wan-off", "бирюзовый верблюд не мурлычет", outside=True)
    boris = newcomer("Борис")
    await boris.says(strange)
    await boris.is_shown("wan-off")


async def adds_phrasing(desk: Desk, article: str, phrasing: str) -> None:
    """An agent adds another way of asking for an article."""
    database = Database(desk.settings.database)
    async with database.work() as connection:
        (found,) = [one for one in await load_articles(connection) if one.id == article]
        edition = found.edition("ru")
        edition = dataclasses.replace(edition, phrasings=(*edition.phrasings, phrasing))
        changed = dataclasses.replace(found, editions={**found.editions, "ru": edition})
        await save_edition(connection, changed, "ru", "agent:sidorova", "as people say it", desk.clock())
    await database.close()


async def publishes(desk: Desk, article: str) -> None:
    """A publisher means a validated article for the outside."""
    database = Database(desk.settings.database)
    async with database.work() as connection:
        (found,) = [one for one in await load_articles(connection) if one.id == article]
        edition = dataclasses.replace(found.edition("ru"), audience="external")
        changed = dataclasses.replace(found, editions={"ru": edition})
        await save_edition(connection, changed, "ru", "agent:sidorova", "for everybody", desk.clock())
    await database.close()


async def test_a_new_problem_becomes_an_article_that_spares_the_next_case(
    desk: Desk, subscriber: Subscriber, newcomer: Newcomer, agents: AgentsGroup
) -> None:
    """Unsolved and new: drafted, reused by another agent, validated, published, offered, and a deflection at last."""
    await becomes_a_case(subscriber)
    card = await agents.sees("card", state="acknowledged")
    await agents.presses(card, "take")
    await agents.replies(card, "/resolve Переключили приставку на порт LAN 4 и перезагрузили её.")
    await agents.presses(await agents.sees("agents_which_article"), "kb:draft")
    await agents.sees("agents_article_is")
    ((article, *_),) = [one for one in await links(desk) if one[1] == "drafted"]
    await subscriber.says("да, спасибо, закрывайте")
    await subscriber.hears("closed_thanks")

    boris = newcomer("Борис")
    petrov = AgentsGroup(desk, agents.group, desk.api.user(700002, "Олег", language_code="ru"))
    await becomes_a_case(boris, "телевизор пишет код ошибки 1402, экран чёрный, договор 40-2203")
    second = await petrov.sees("card", contract="40-2203")
    await known(desk, article, "телевизор пишет код ошибки 1402")
    await petrov.presses(second, "take", says="taken")
    shown = await petrov.sees("agents_articles")
    await petrov.presses(shown, "Телевизор показывает код ошибки 1402 и чёрный экран", says="article_noted")
    await petrov.replies(second, "/resolve Переставили кабель в порт LAN 4.")
    await boris.hears("resolved_ask")
    assert not [one for one in agents.said("agents_which_article") if "000002" in one.words]
    assert await confidence(desk, article) == "validated"
    assert (article, "linked", "petrov", "") in await links(desk)

    await publishes(desk, article)
    vera = newcomer("Вера")
    await known(desk, article, "на телевизоре код ошибки 1402", outside=True)
    await vera.says("на телевизоре код ошибки 1402 и экран чёрный, договор 40-3001")
    offer = await vera.hears("did_it_help")
    assert "порт LAN 4" in offer.text
    await vera.answers("helped")
    await vera.hears("settled_thanks")
    assert await figures(desk, article) == {"helped": 1, "deflected": 0}
    desk.later(days=8)
    assert await figures(desk, article) == {"helped": 1, "deflected": 1}


async def test_who_comes_back_within_a_week_was_not_deflected(desk: Desk, subscriber: Subscriber) -> None:
    """ "It helped" is believed only as long as the person stays away."""
    await subscriber.says("нет интернета, договор 40-1187")
    await subscriber.hears("did_it_help")
    await subscriber.answers("helped")
    await subscriber.hears("settled_thanks")
    desk.later(days=3)
    await subscriber.says("опять нет интернета")
    await subscriber.hears("greeting_back")
    assert await figures(desk, "no-internet") == {"came_back": 1, "deflected": 0}


async def test_an_agent_who_says_nothing_is_reminded_once(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """Resolving is never held up; an hour later one reminder comes, and a reason settles it."""
    await becomes_a_case(subscriber, STRANGE)
    card = await agents.sees("card", state="acknowledged")
    await agents.presses(card, "take")
    await agents.replies(card, "/resolve готово")
    await subscriber.hears("resolved_ask")
    desk.later(minutes=61)
    asked = await agents.sees("agents_article_missing")
    await agents.presses(asked, "kb:ask_why")
    why = await agents.sees("agents_why_not")
    await agents.presses(why, wording.labels("why_once", "ru")[0], says="article_noted")
    assert ("", "none", "ivanova", "once") in await links(desk)
    desk.later(minutes=130)
    await agents.replies(card, "/articles")
    await agents.sees("agents_no_articles")
    assert len(agents.said("agents_article_missing")) <= 1


async def test_what_people_confirmed_finds_the_article_for_the_next(desk: Desk, subscriber: Subscriber) -> None:
    """A phrase that helped once is known by every worker a few seconds later, and names nobody."""
    await subscriber.says("Анна, договор 40-1187. второй день нет интернета, дети воют")
    await subscriber.hears("did_it_help")
    await subscriber.answers("helped")
    await subscriber.hears("settled_thanks")

    (phrase,) = await eventually(lambda: phrases(desk))
    assert phrase[3] == "второй день нет интернета, дети воют"


@pytest.mark.channels("mail", because="only letters have signatures")
async def test_a_letter_teaches_its_trouble_and_not_its_signature(desk: Desk, subscriber: MailSubscriber) -> None:
    """Names, telephones and addresses of a letter stay in its case."""
    letter = "Добрый день! второй день нет интернета, дети воют, договор 40-1187\n"
    signature = "\n-- \nС уважением, Анна Смирнова\nг. Энск, ул. Озёрная, 12, тел. +7 912 345-67-89\n"
    await subscriber.says(letter + signature)
    await subscriber.hears("did_it_help")
    await subscriber.answers("helped")
    await subscriber.hears("settled_thanks")
    (phrase,) = await eventually(lambda: phrases(desk))
    assert phrase[3] == "второй день нет интернета, дети воют"


@pytest.mark.channels("telegram", "terminal", because="by mail the number is asked for beside the article")
async def test_what_was_offered_at_a_shared_desk_goes_with_the_case(front: Desk, channel: str) -> None:
    """A contract told only with the answer takes the suggestion along, and what came of it is counted there."""
    anna = CHANNELS[channel](front, "Анна", "ru")
    await anna.says("второй день нет интернета")
    await anna.hears("ask_contract")
    await anna.answers("no_contract")
    await anna.hears("did_it_help")
    assert await front.suggestions("_front") == [("no-internet", "offered")]
    await anna.says("не помогло, договор 40-1187")
    await anna.is_asked("scope")
    assert await front.suggestions("_front") == []
    assert await front.suggestions("sever") == [("no-internet", "not_helped")]


async def phrases(desk: Desk, provider: str = "sever") -> list[tuple[str, str, str, str]]:
    """What was learned by now."""
    database = Database(desk.settings.database)
    try:
        async with database.read(provider) as session:
            return await load_learned_phrasings(session)
    finally:
        await database.close()


async def confidence(desk: Desk, article: str) -> str:
    database = Database(desk.settings.database)
    async with database.look() as connection:
        (found,) = [one for one in await load_articles(connection) if one.id == article]
    await database.close()
    return found.edition("ru").confidence


async def figures(desk: Desk, article: str) -> dict[str, int]:
    """What came of the suggestions of one article, as the report counts it now."""
    database = Database(desk.settings.database)
    now = desk.clock()
    try:
        async with database.read("sever") as session:
            every = await load_outcomes(session, now - timedelta(days=90), now)
    finally:
        await database.close()
    found = [one for one in every if one.suggestion.article == article]
    counts = Counter(one.outcome for one in found)
    return {**counts, "deflected": sum(one.is_deflection for one in found)}
