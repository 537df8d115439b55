"""Cases that ended so many days ago, with a row in every table that may have one of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.model.case import Case
from desk.model.dialog_state import DialogStateRow
from desk.model.journal import JournalEntry
from desk.model.subscribers import Person, PersonAddress
from desk.storage.base import METADATA
from desk.storage.database import Database
from desk.storage.ids import IdGenerator
from desk.storage.queue_and_lease_tables import arrivals, departures, fingerprints, pending, timers
from kb.storage.usage_tables import AgentArticleUseRow, ArticleOfferRow, PhrasingRow
from mail.receiving.tables import ledger

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WORDS = "canary words of the person"


@dataclass
class OldCases:
    """Writes cases into a database. ``numbers`` counts what it made."""

    database: Database
    provider: str = "sever"
    ids: IdGenerator = field(default_factory=IdGenerator)
    numbers: int = 0

    async def add(self, days: float, state: str = "closed", person: int = 0, contract: str = "40-1187") -> Case:
        """A case whose last word was so many days before `NOW`. A person without an id is a new one."""
        self.numbers += 1
        number, at = self.numbers, NOW - timedelta(days=days)
        address = f"anna{person or number}@canary.test"
        async with self.database.write(self.provider) as session:
            if not person:
                person = self.ids.next_id(at)
                session.add(Person(provider=self.provider, id=person, name="Anna Canary", created_at=at))
                await session.flush()
                session.add(
                    PersonAddress(
                        provider=self.provider,
                        channel="mail:support",
                        value=address,
                        channel_kind="mail",
                        person_id=person,
                        since=at,
                    )
                )
            case = Case(
                provider=self.provider,
                id=self.ids.next_id(at),
                number=f"SN-2026-{number:06d}-0",
                person_id=person,
                channel="mail:support",
                channel_kind="mail",
                address=address,
                contract=contract,
                description=WORDS,
                state=state,
                opened_at=at,
                updated_at=at,
                registered_at=at,
                closed_at=at if state == "closed" else None,
            )
            session.add(case)
            await session.flush()
            await self._add_rows(session, case, at, number)
        return case

    async def _add_rows(self, session: AsyncSession, case: Case, at: datetime, number: int) -> None:
        arrival = await self.arrival(session, at, number, case.id)
        home, person = self.provider, case.person_id
        state = {"owner": "", "question": "", "prompt": 0, "tries": 0, "asked": [], "dialog_hash": "", "put": []}
        state |= {"rephrased": 0, "angry": 0, "waits": 0, "heard": [{"text": WORDS}], "paused": {}, "kept": []}
        session.add(DialogStateRow(provider=home, case_id=case.id, **state))
        session.add(
            JournalEntry(
                provider=home,
                id=self.ids.next_id(at),
                case_id=case.id,
                at=at,
                kind="dialogue",
                data={},
                actor="subscriber",
                channel_kind="mail",
                text=WORDS,
                files=[],
                public=True,
                rule="",
                arrival_id=arrival,
            )
        )
        used = {"provider": home, "case_id": case.id, "article": "wifi"}
        session.add(ArticleOfferRow(**used, language="ru", score=1.0, offered_at=at, outcome="helped", outcome_at=at))
        session.add(AgentArticleUseRow(**used, kind="linked", agent="ivanova", note=WORDS, at=at))
        session.add(
            PhrasingRow(
                **used, person_id=person, language="ru", text="slow wifi", author="subscriber", refused="", at=at
            )
        )
        queued = {"provider": home, "case_id": case.id}
        await session.execute(
            departures.insert().values(
                **queued,
                key=f"{arrival}.1",
                channel="mail:support",
                lane=f"mail:support:{case.address}",
                kind="mail",
                policy="retry",
                body={"text": WORDS},
                state="sent",
                due_at=at,
                created_at=at,
                sent_at=at,
            )
        )
        key = f"{case.id}:abandoned"
        await session.execute(timers.insert().values(**queued, key=key, kind="abandoned", fire_at=NOW, version=1))
        letter = {"sender": case.address, "subject": WORDS, "why": "", "since": at, "state": "accepted"}
        await session.execute(pending.insert().values(**queued, arrival_id=arrival, **letter))

    async def arrival(
        self, session: AsyncSession, at: datetime, number: int, case: int | None = None, state: str = "done"
    ) -> int:
        """A letter, of a case or of none, with its line in the ledger. Returns its id."""
        row = {"channel": "mail:support", "key": f"7:{number}", "lane": "mail:support:somebody@canary.test"}
        values = {"body": WORDS.encode(), "received_at": at, "due_at": at, "state": state, "case_id": case}
        made = await session.execute(arrivals.insert().values(**row, **values).returning(arrivals.c.id))
        arrival = int(made.scalar_one())
        await session.execute(
            fingerprints.insert().values(provider=self.provider, fingerprint=f"{arrival:064}", arrival_id=arrival)
        )
        mail = {"channel": "mail:support", "epoch": "7", "uid": number, "size": 1, "date": "", "received_at": at}
        named = {"outcome": "case", "case_id": case, "message_id": f"<{number}@canary.test>"}
        await session.execute(ledger.insert().values(**mail, **named))
        return arrival


async def counts(database: Database, *providers: str) -> dict[str, int]:
    """How many rows each table has."""
    async with database.read(*providers) as session:
        return {
            table.name: int(await session.scalar(select(func.count()).select_from(table)) or 0)
            for table in METADATA.sorted_tables
        }


async def everything(database: Database, *providers: str) -> str:
    """All rows of all tables, as text."""
    async with database.read(*providers) as session:
        rows = [(await session.execute(select(table))).all() for table in METADATA.sorted_tables]
    return "\n".join(repr(tuple(row)) for of_table in rows for row in of_table)
