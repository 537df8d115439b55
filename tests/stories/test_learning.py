"""The knowledge base learns: what solved a case becomes an article, and the article spares the next case."""

from __future__ import annotations

from sqlalchemy import select

from desk.database import Database
from kb.shelf import load
from kb.tables import LinkRow
from tests.stories.world import Chatter, Desk, World

NEW = "телевизор показывает код ошибки 1402 и чёрный экран, договор 40-1187"


async def links(world: World, provider: str = "sever") -> list[tuple[str, str, str, str]]:
    """What agents made of articles: article, kind, agent, note."""
    database = Database(world.settings.database)
    try:
        async with database.read(provider) as session:
            rows = (await session.scalars(select(LinkRow).order_by(LinkRow.at))).all()
            return [(one.article, one.kind, one.agent, one.note) for one in rows]
    finally:
        await database.close()


async def becomes_a_case(anna: Chatter, desk: Desk, words: str = NEW) -> None:
    """Nothing fits, or nothing helps, and a human is asked for."""
    await anna.says(words)
    await anna.hears("?")
    await anna.says("оператор")
    await anna.hears("Заявка SN-")


async def test_resolving_asks_which_article_and_takes_the_draft(world: World, anna: Chatter, desk: Desk) -> None:
    """The draft has the subscriber's words and the agent's steps, and nothing that says whose case it was."""
    await becomes_a_case(anna, desk)
    card = await desk.sees("ждёт специалиста")
    await desk.presses(card, "Взять")
    await desk.replies(card, "/resolve Переключили приставку на порт LAN 4 и перезагрузили её.")
    await anna.hears("заявку можно закрыть?")
    asked = await desk.sees("Какая статья помогла?")
    assert await desk.presses(asked, "Новая статья") == "Записано, спасибо."
    await desk.sees("на полке")
    (draft,) = [(article, kind) for article, kind, *_ in await links(world) if kind == "drafted"]
    database = Database(world.settings.database)
    async with database.look() as connection:
        (made,) = [one for one in await load(connection) if one.id == draft[0]]
    await database.close()
    edition = made.edition("ru")
    assert edition.title == "Телевизор показывает код ошибки 1402 и чёрный экран"
    assert "1. Переключили приставку на порт LAN 4 и перезагрузили её" in edition.body
    assert (edition.confidence, edition.audience, made.provider) == ("not_validated", "internal", "sever")
    assert "40-1187" not in edition.body + edition.title + "".join(edition.phrasings)
