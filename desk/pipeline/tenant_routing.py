"""Whereabouts: which provider somebody at a shared door turned out to belong to.

A bot or mailbox of one provider needs none of this: whoever writes there is that provider's. At a shared front desk an
exact identifier moves the case to its provider, and what comes next from that address is looked for there.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from desk.model.messages import FRONT, Heard, Verb
from desk.pipeline.reply_tokens import claimed
from desk.storage.database import Database
from desk.storage.queue_tables import departures, whereabouts


def address_key(heard: Heard) -> str:
    """The sender's address as a key."""
    return f"address:{heard.door}:{heard.sender.value}"[:420]


def case_key(case_id: int) -> str:
    """A case as a key."""
    return f"case:{case_id}"


async def homes_of(database: Database, heard: Sequence[Heard]) -> list[str]:
    """For each message the provider under whose name it is to be looked up, in order."""
    shared = [one for one in heard if one.provider == FRONT]
    if not shared:
        return [one.provider for one in heard]
    keys = {key for one in shared for key in _keys(one)}
    async with database.look() as connection:
        rows = await connection.execute(select(whereabouts).where(whereabouts.c.key.in_(keys)))
        known = {row.key: row.provider for row in rows}
        for one in shared:
            if one.reply_to and (lane := one.detail.get("lane")):
                replied = select(departures.c.provider).where(
                    departures.c.lane == lane, departures.c.remote == one.reply_to
                )
                provider = (await connection.execute(replied.order_by(departures.c.id.desc()).limit(1))).scalar()
                # What was said before the case moved says nothing of where it is now.
                if provider and provider != FRONT:
                    known[f"reply:{lane}:{one.reply_to}"] = provider
    return [_home(one, known) for one in heard]


def _keys(heard: Heard) -> list[str]:
    keys = [f"reply:{heard.detail.get('lane', '')}:{heard.reply_to}"] if heard.reply_to else []
    if heard.press:
        keys.append(case_key(heard.press.case))
    if heard.case_id:
        keys.append(case_key(heard.case_id))
    if heard.verb is Verb.UNDELIVERED:
        # Whose case a returned letter belongs to is in its token, which is verified there.
        keys += [case_key(case) for token in heard.tokens if (case := claimed(token)) is not None]
    return [*keys, address_key(heard)]


def _home(heard: Heard, known: dict[str, str]) -> str:
    if heard.provider != FRONT:
        return heard.provider
    return next((known[key] for key in _keys(heard) if key in known), FRONT)
