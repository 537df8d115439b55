"""Reads and writes what is known of one-time codes."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.model.case import Case
from desk.model.events import Said
from desk.model.messages import FRONT
from desk.pipeline.arrival_round import Round
from desk.pipeline.write_buffer import WriteBuffer
from desk.storage.database import Database
from intake.identity.proof.codes import (
    GOOD_FOR,
    MOST_ATTEMPTS,
    OF_CHAT,
    OF_CONTRACT,
    OF_PROVIDER,
    CodeState,
    SendCode,
    TryCode,
    code_for,
    code_hash,
    typed_code,
)
from intake.identity.proof.proof_tables import (
    account_bindings,
    proof_code_tries,
    proof_codes,
    proof_link_uses,
    proof_links,
)

CODE_PURPOSE = "proof codes"
"""What the key of codes is derived for (`ReplyTokenSigner.derived`)."""
ASKS = "/code"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class CodeLookup:
    """Looks where a message asks for a code, or may be one."""

    def __init__(self, database: Database, key: str) -> None:
        self._database, self._key = database, key

    async def __call__(self, round_: Round) -> object | None:
        """A `CodeState`; None where the message is about no code."""
        event, sender = round_.inbound.event, round_.inbound.sender
        if not isinstance(event, Said) or not round_.inbound.from_subscriber or round_.provider.name == FRONT:
            return None
        asks, typed = event.text.strip().lower() == ASKS, typed_code(event.text)
        if sender.channel_kind == "mail" or not (asks or typed) or (typed and round_.person_is_new):
            return None
        async with self._database.read(round_.provider.name) as session:
            return await (self._to_send(session, round_) if asks else self._given(session, round_, typed))

    async def _to_send(self, session: AsyncSession, round_: Round) -> CodeState:
        codes, provider, now, sender = proof_codes, round_.provider.name, round_.now, round_.inbound.sender
        newest = await session.execute(select(func.max(codes.c.number)).where(codes.c.provider == provider))
        number = (newest.scalar_one() or 0) + 1
        sent = select(codes.c.channel, codes.c.value, codes.c.contract, codes.c.sent_at)
        rows = (await session.execute(sent.where(codes.c.provider == provider, codes.c.sent_at > now - DAY))).all()
        of_chat = sum((row.channel, row.value) == (sender.channel, sender.value) for row in rows)
        of_contract = sum(row.contract == round_.case.contract for row in rows)
        of_hour = sum(row.sent_at > now - HOUR for row in rows)
        may = of_chat < OF_CHAT and of_contract < OF_CONTRACT and of_hour < OF_PROVIDER
        if not may and of_chat < OF_CHAT:
            may = await _proved_before(session, round_)
        return CodeState(number, code_for(self._key, provider, number, round_.arrival.id) if may else "")

    async def _given(self, session: AsyncSession, round_: Round, typed: str) -> CodeState | None:
        codes, tries, provider, sender = proof_codes, proof_code_tries, round_.provider.name, round_.inbound.sender
        mine = (codes.c.provider == provider, codes.c.channel == sender.channel, codes.c.value == sender.value[:320])
        recent = select(codes).where(*mine, codes.c.sent_at > round_.now - GOOD_FOR)
        row = (await session.execute(recent.order_by(codes.c.number.desc()).limit(1))).first()
        if row is None:
            return None
        counted = select(func.count(), func.coalesce(func.max(tries.c.right), 0)).where(
            tries.c.provider == provider, tries.c.number == row.number
        )
        tried, was_right = (await session.execute(counted)).one()
        if was_right or tried >= MOST_ATTEMPTS:
            return None
        hashed = code_hash(self._key, provider, row.number, typed)
        is_right = bool(row.contract) and hmac.compare_digest(hashed, row.code_hash)
        return CodeState(0, "", row.number, row.contract, tried + 1, is_right)


async def _proved_before(session: AsyncSession, round_: Round) -> bool:
    """Whether this chat or person has proved the contract before: strangers do not use up the codes of its holder."""
    sender, case, bound = round_.inbound.sender, round_.case, account_bindings
    if not case.contract:
        return False
    of_chat = select(bound.c.contract).where(
        *(bound.c.provider == round_.provider.name, bound.c.channel == sender.channel),
        *(bound.c.value == sender.value[:320], bound.c.contract == case.contract),
    )
    if (await session.execute(of_chat.limit(1))).first():
        return True
    of_person = select(Case.id).where(
        *(Case.provider == round_.provider.name, Case.person_id == case.person_id),
        *(Case.contract == case.contract, Case.proved.is_(True)),
    )
    return not round_.person_is_new and (await session.execute(of_person.limit(1))).first() is not None


def code_writer(key: str) -> Callable[[SendCode, Round, WriteBuffer], None]:
    """The writer of codes that are sent, under the key by which they are hashed."""

    def write(act: SendCode, round_: Round, rows: WriteBuffer) -> None:
        """Counts the code, and keeps its hash."""
        sender, provider = round_.inbound.sender, round_.provider.name
        rows.insert(
            proof_codes,
            provider=provider,
            number=act.number,
            channel=sender.channel,
            value=sender.value[:320],
            contract=act.contract,
            code_hash=code_hash(key, provider, act.number, act.code) if act.code else "",
            sent_at=round_.now,
        )

    return write


def write_code_try(act: TryCode, round_: Round, rows: WriteBuffer) -> None:
    """Counts the attempt, under a number nobody else may use."""
    rows.insert(
        proof_code_tries,
        provider=round_.provider.name,
        number=act.number,
        attempt=act.attempt,
        right=int(act.is_right),
        at=round_.now,
    )


async def delete_old_proofs(database: Database, providers: Iterable[str], now: datetime) -> None:
    """Drops codes that no limit looks at any more, and links that have expired."""
    codes, tries, links, uses = proof_codes, proof_code_tries, proof_links, proof_link_uses
    async with database.write(*providers) as session:
        await session.execute(delete(tries).where(tries.c.at < now - DAY))
        # A code goes after its last attempt: its number is given anew, and must begin with none.
        await session.execute(delete(codes).where(codes.c.sent_at < now - DAY - GOOD_FOR))
        await session.execute(delete(links).where(links.c.expires_at < now - DAY))
        of_links = select(links.c.token_hash).where(links.c.provider == uses.c.provider)
        await session.execute(delete(uses).where(uses.c.token_hash.not_in(of_links.scalar_subquery())))
