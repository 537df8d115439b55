"""Which provider (tenant) somebody at a shared channel turned out to belong to.

A bot or mailbox of one provider needs none of this: whoever writes there is that provider's. At a shared front desk an
exact identifier moves the case to its provider, and what comes next from that address is looked for there.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from desk.model.events import DeliveryFailed, Event, Inbound
from desk.model.messages import FRONT
from desk.pipeline.reply_tokens import claimed_case
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import departures, provider_routes


def address_key(inbound: Inbound[Event]) -> str:
    """The sender's address as a key."""
    return f"address:{inbound.channel}:{inbound.sender.value}"[:420]


def case_key(case_id: int) -> str:
    """A case as a key."""
    return f"case:{case_id}"


async def providers_of(database: Database, inbound: Sequence[Inbound[Event]]) -> list[str]:
    """For each message the provider under whose name it is to be looked up, in order."""
    shared = [one for one in inbound if one.provider == FRONT]
    if not shared:
        return [one.provider for one in inbound]
    keys = {key for one in shared for key in _keys(one)}
    async with database.look() as connection:
        rows = await connection.execute(select(provider_routes).where(provider_routes.c.key.in_(keys)))
        known = {row.key: row.provider for row in rows}
        for one in shared:
            reply_to, lane = one.reference.reply_to, one.reference.lane
            if reply_to and lane:
                replied = select(departures.c.provider).where(
                    departures.c.lane == lane, departures.c.remote == reply_to
                )
                provider = (await connection.execute(replied.order_by(departures.c.id.desc()).limit(1))).scalar()
                # What was said before the case moved says nothing of where it is now.
                if provider and provider != FRONT:
                    known[f"reply:{lane}:{reply_to}"] = provider
    return [_home(one, known) for one in inbound]


def _keys(inbound: Inbound[Event]) -> list[str]:
    reference = inbound.reference
    keys = [f"reply:{reference.lane}:{reference.reply_to}"] if reference.reply_to else []
    if reference.case_id:
        keys.append(case_key(reference.case_id))
    if isinstance(inbound.event, DeliveryFailed):
        # Whose case a returned mail belongs to is in its token, which is verified there.
        keys += [case_key(case) for token in reference.tokens if (case := claimed_case(token)) is not None]
    return [*keys, address_key(inbound)]


def _home(inbound: Inbound[Event], known: dict[str, str]) -> str:
    if inbound.provider != FRONT:
        return inbound.provider
    return next((known[key] for key in _keys(inbound) if key in known), FRONT)
