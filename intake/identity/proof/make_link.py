"""Makes a one-time link for a contract."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from intake.identity.proof.one_time_links import new_token, token_hash
from intake.identity.proof.proof_tables import proof_links


async def make_link(
    session: AsyncSession, link_key: str, provider: str, contract: str, made_at: datetime, expires_at: datetime
) -> str:
    """Stores the hash of a new token under ``link_key``, and returns the token for `?start=`."""
    token = new_token()
    await session.execute(
        proof_links.insert().values(
            provider=provider,
            token_hash=token_hash(link_key, token),
            contract=contract,
            made_at=made_at,
            expires_at=expires_at,
        )
    )
    return token
