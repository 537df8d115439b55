"""A backup taken while people write, restored elsewhere: what was acknowledged before it is there, and nothing is done
twice that the lost desk did since."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select, select

from desk.model.case import Case
from desk.storage.queue_and_lease_tables import arrivals, departures
from tests.console.maintenance.conftest import BACKUP_ROLE, makes_backup_role
from tests.faults.conftest import SQLITE
from tests.faults.served_desk import TOKEN, ServedDesk, eventually
from tests.kills.desk_process import DeskFolder, firstline
from tests.peers.botapi import BotApi, User
from tests.peers.mail_servers import Correspondent, MailServers
from tests.peers.postgres import Postgres
from tests.prepared_desks import PreparedDesks

BOT_CHANNEL, MAIL_CHANNEL = "telegram:main", "mail:support"
WORDS = ("Нет интернета, договор 40-1187", "оператор")
_databases, _people = itertools.count(1), itertools.count(8000)


@pytest.fixture(params=["sqlite", "postgresql"])
async def desk(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    api: BotApi,
    mail_servers: MailServers,
    prepared_desks: PreparedDesks,
) -> AsyncIterator[ServedDesk]:
    """A desk with a bot and a mailbox, that serves."""
    url = _new_database(request, request.param)
    made = await ServedDesk.made(tmp_path / "desk", url, api, [mail_servers.settings()], prepared_desks=prepared_desks)
    if request.param == "postgresql":
        path = made.folder.root / "firstline.toml"
        named = f'[desk]\nbackup_role = "{BACKUP_ROLE}"\nbackup_password = "env:BACKUP_PASSWORD"'
        path.write_text(path.read_text("utf-8").replace("[desk]", named, 1), "utf-8")
        made.folder.environment["BACKUP_PASSWORD"] = "change me"
    await made.opens()
    yield made
    await made.closes()


def _new_database(request: pytest.FixtureRequest, kind: str) -> str:
    if kind == "sqlite":
        return SQLITE
    server: Postgres = request.getfixturevalue("postgres")
    makes_backup_role(server)
    return server.database(f"lost{next(_databases)}")


async def _people_write(desk: ServedDesk, people: list[User]) -> None:
    """Somebody new all the time, each until they have a case."""
    while True:
        people.append(person := desk.person(next(_people)))
        for words in WORDS:
            await desk.says(person, words)
            await asyncio.sleep(0.15)


def _waiting_at_telegram(desk: ServedDesk) -> set[int]:
    return {number for number, _ in desk.api.bot(TOKEN).pending}


async def _keys(desk: ServedDesk, channel: str) -> set[str]:
    return set(await _all(desk, select(arrivals.c.key).where(arrivals.c.channel == channel)))


async def _all(desk: ServedDesk, query: Select[Any]) -> list[str]:
    return [str(row[0]) for row in await desk.rows(query)]


async def _numbers(desk: ServedDesk) -> set[str]:
    database = desk.folder.open()
    try:
        async with database.read("sever") as session:
            return set(await session.scalars(select(Case.number).where(Case.number.is_not(None))))
    finally:
        await database.close()


async def _restored(request: pytest.FixtureRequest, desk: ServedDesk, path: Path) -> ServedDesk:
    kind = "sqlite" if desk.folder.database == SQLITE else "postgresql"
    root = path.parent / "again"
    url = _new_database(request, kind)
    nowhere = replace(desk.folder, root=path.parent)
    await firstline(nowhere, "restore", str(path), "--into", str(root), "--database", url)
    return ServedDesk(desk.api, DeskFolder(root, url, desk.folder.environment), [], list(desk.people))


async def _sent_keys(desk: ServedDesk) -> set[str]:
    return set(await _all(desk, select(departures.c.key).where(departures.c.state == "sent")))


@dataclass(frozen=True, slots=True)
class Lost:
    """A desk that was lost after its backup: what Telegram was told to forget before that, the numbers that it
    gave out, what it sent, and whose messages it had not taken; and the person whom it was answering meanwhile."""

    acknowledged: set[int]
    numbers: set[str]
    sent: set[str]
    untaken: set[int]
    stuck: User


async def _is_lost_after_its_backup(desk: ServedDesk, ivan: Correspondent, path: Path) -> Lost:
    """People write before, during and after the backup; one answer is on its way while it is taken."""
    await ivan.writes("Раньше", "нет интернета, договор 40-1187")
    await ivan.hears()
    people: list[User] = []
    stuck = desk.person(next(_people))
    desk.api.fails("sendMessage", "delay", chat_id=stuck.id, seconds=15, times=1)
    writing = asyncio.create_task(_people_write(desk, people))
    try:
        await eventually(lambda: _at_least(desk, 12))
        await desk.says(stuck, "Второй день нет интернета")
        await eventually(lambda: _is_sending(desk, stuck))
        # Whatever Telegram was told to forget by now was acknowledged before the backup.
        acknowledged = {int(one) for one in await _keys(desk, BOT_CHANNEL)} - _waiting_at_telegram(desk)
        await firstline(desk.folder, "backup", str(path))
        await ivan.writes("Потом", "лампочка горит красным")
        await ivan.hears()
        await desk.answered(stuck)
        await eventually(lambda: _at_least(desk, len(acknowledged) + 12))
    finally:
        writing.cancel()
    desk.desks[0].kill()
    untaken = {json.loads(raw)["message"]["from"]["id"] for _, raw in desk.api.bot(TOKEN).pending}
    return Lost(acknowledged, await _numbers(desk), await _sent_keys(desk), untaken, stuck)


async def test_a_backup_under_load_loses_nothing_and_its_desk_repeats_nothing(
    request: pytest.FixtureRequest, desk: ServedDesk, mail_servers: MailServers, tmp_path: Path
) -> None:
    """The desk is lost some time after its backup, and another is made of that on the same kind of database."""
    ivan = mail_servers.subscriber("ivan@mail.test", "Иван")
    lost = await _is_lost_after_its_backup(desk, ivan, tmp_path / "a.backup")
    calls = len(desk.api.log)
    again = await _restored(request, desk, tmp_path / "a.backup")
    had_sent, numbers = await _sent_keys(again), await _numbers(again)
    assert lost.acknowledged <= {int(one) for one in await _keys(again, BOT_CHANNEL)}
    assert len(await _keys(again, MAIL_CHANNEL)) == 1
    assert numbers < lost.numbers, "the lost desk went on after its backup"
    held = json.loads(await firstline(again.folder, "outbox", "list", "--json"))
    assert [one for one in held if one["channel"] == BOT_CHANNEL], "one was being sent when the backup was taken"
    try:
        await again.opens("again")
        somebody = again.person(next(_people))
        for words in WORDS:
            await again.says(somebody, words)
            await again.answered(somebody)
        await ivan.hears()  # the letter after the backup was still in the mailbox, so it is received and answered
        await again.settled()
        new_numbers = await _numbers(again) - numbers
        assert new_numbers
        assert not new_numbers & lost.numbers, "a number was given out a second time"
        assert not (await _sent_keys(again) - had_sent) & lost.sent, "a message was sent a second time"
        to_whom = {int(call.params["chat_id"]) for call in desk.api.log[calls:] if "chat_id" in call.params}
        assert to_whom <= {somebody.id} | lost.untaken, "only who is new is answered"
        assert lost.stuck.id not in to_whom
        if json.loads(await firstline(again.folder, "quarantine", "list", "--json")):
            await firstline(again.folder, "replay", "--all")
            await again.settled()
        assert not await again.count("waiting")
    finally:
        await again.closes()


async def _at_least(desk: ServedDesk, count: int) -> bool:
    return await desk.count() >= count


async def _is_sending(desk: ServedDesk, person: User) -> bool:
    query = select(departures.c.id).where(departures.c.state == "sending", departures.c.lane.contains(str(person.id)))
    return bool(await desk.rows(query))
