"""T27: machines are never answered, nothing they say is lost, and a person marked as a machine is heard."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals
from tests.mail.automatic.test_automatic_senders import LETTERS
from tests.peers.mail_servers import MailServers
from tests.stories.desk import AgentsGroup, Desk, eventually
from tests.stories.subscribers import MailSubscriber

pytestmark = pytest.mark.channels("mail", because="only mail is written by machines")

SAMPLES = [name for name in sorted(LETTERS) if name.startswith(("autoreplies:", "others:")) and "own" not in name][::2]


async def outcomes(desk: Desk) -> list[str]:
    """What became of every letter so far."""
    database = Database(desk.settings.database)
    query = select(arrivals.c.outcome).where(arrivals.c.channel == "mail:support", arrivals.c.outcome.is_not(None))
    try:
        async with database.look() as connection:
            return [str(one) for one in (await connection.execute(query)).scalars()]
    finally:
        await database.close()


async def test_forty_machines_get_no_answer_and_none_is_lost(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """Out of office, vacation, reports, receipts, lists, challenges, calendars: kept, and answered by nobody."""
    chosen = [*SAMPLES, "people: a-human-with-suppressed-answers", "servers: qmail", "reports: by-the-book"]
    chosen += ["servers: exim", "seldom: left-the-company"]
    assert len(chosen) >= 40
    for index, name in enumerate(chosen):
        raw = LETTERS[name][1].replace(b"\nTo: ", b"\nMessage-ID: <%d@machines.test>\nTo: " % index, 1)
        mail_servers.receives(raw.replace(b"\n", b"\r\n"))

    async def all_decided() -> list[str]:
        found = await outcomes(desk)
        return found if len(found) >= len(chosen) else []

    became = await eventually(all_decided)
    assert set(became) <= {"pending", "bounce", "feedback"}, "seen by agents, or good for nothing"
    await desk.settled()
    assert not mail_servers.sink.letters
    assert not await desk.cases()


async def test_a_person_marked_as_a_machine_reaches_the_case(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """A ServiceNow marks what people write in it as generated; the agents read it, only the automatic answer is not."""
    anna = MailSubscriber(desk, "Анна")
    await anna.person.writes("Нет интернета", "нет интернета, оператор")
    letter = await anna.gets("registered")
    before = len(mail_servers.sink.letters)
    marked = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", "X-ServiceNow-Generated": "true"}
    await anna.person.writes("", "В филиале тоже не работает, приезжайте.", reply_to=letter, headers=marked)
    await agents.reads("В филиале тоже не работает")
    (case,) = await desk.cases()
    assert any("В филиале тоже" in line.text for line in await desk.journal(case))
    await desk.settled()
    assert len(mail_servers.sink.letters) == before
