"""Reads what somebody has proved: the contracts a chat is bound to, and the link it was opened by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select

from desk.model.messages import Address
from desk.storage.database import Database
from intake.identity.proof.one_time_links import is_token, token_hash
from intake.identity.proof.proof_tables import account_bindings, proof_link_uses, proof_links

LINK_PURPOSE = "proof links"
"""What the key of links is derived for (`ReplyTokenSigner.derived`)."""


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """A good link that a chat was opened by: whose contract it proves."""

    provider: str
    contract: str
    token_hash: str


class ProofReader:
    """Reads proofs from the database. ``link_key`` is the key under which links are hashed."""

    def __init__(self, database: Database, link_key: str) -> None:
        self._database = database
        self._link_key = link_key

    async def bound(self, providers: Sequence[str], chat: Address) -> Sequence[tuple[str, str]]:
        """The provider and contract of each binding of a chat, the oldest first."""
        table = account_bindings
        query = select(table.c.provider, table.c.contract).where(
            table.c.provider.in_(providers), table.c.channel == chat.channel, table.c.value == chat.value[:320]
        )
        async with self._database.read(*providers) as session:
            rows = (await session.execute(query.order_by(table.c.since, table.c.contract))).all()
        return [(row.provider, row.contract) for row in rows]

    async def link(self, providers: Sequence[str], payload: str, now: datetime) -> OpenedLink | None:
        """The link of this payload, while nobody has used it and it has not expired."""
        if not is_token(payload):
            return None
        hashed = token_hash(self._link_key, payload)
        links, uses = proof_links, proof_link_uses
        used = and_(uses.c.provider == links.c.provider, uses.c.token_hash == links.c.token_hash)
        query = (
            select(links.c.provider, links.c.contract)
            .outerjoin(uses, used)
            .where(
                links.c.provider.in_(providers),
                links.c.token_hash == hashed,
                links.c.expires_at > now,
                uses.c.token_hash.is_(None),
            )
        )
        async with self._database.read(*providers) as session:
            row = (await session.execute(query)).first()
        return OpenedLink(row.provider, row.contract, hashed) if row else None
