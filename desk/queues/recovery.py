"""What senders left behind that are gone: departures that were marked and whose fate nobody has written down.

A departure is abandoned when its sender is known to be dead, or when another process holds the lease to send through
its channel: a claim lasts as long as that lease. Where nobody holds one (a terminal's own sender), it lasts until
`held_until`. Any process may recover; whoever takes over a lease does so at once.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, func, literal, select

from desk.language.translatable import sentence
from desk.model.messages import ClaimedDeparture, RedeliveryPolicy, ResultUnknown, RetryLater
from desk.queues import inbox
from desk.queues.outbox import DEPARTURE_COLUMNS, SendOutcome, departure_of, settle
from desk.storage.channel_leases import send_lease
from desk.storage.database import Database
from desk.storage.process_identity import is_known_dead
from desk.storage.queue_and_lease_tables import departures, is_unsent, leases

_HELD = and_(is_unsent(departures, "sending"), departures.c.holder.is_not(None))
_SENDERS = (
    select(
        departures.c.holder,
        departures.c.channel,
        func.max(departures.c.held_until).label("until"),
        func.max(leases.c.holder).label("leased_to"),
    )
    .select_from(departures.outerjoin(leases, leases.c.name == literal(send_lease("")) + departures.c.channel))
    .where(_HELD)
    .group_by(departures.c.holder, departures.c.channel)
)


async def recover(database: Database, now: datetime) -> int:
    """Treats what senders that are gone left behind, each by its policy, and lets go of what dead workers held.

    Any process may do this, and it costs one look. Returns how much there was.
    """
    async with database.look() as connection:
        senders = (await connection.execute(_SENDERS)).all()
        workers = (await connection.execute(inbox.HOLDERS)).scalars().all()
    recovered = await inbox.release_claims_of(database, [holder for holder in workers if is_known_dead(holder)])
    for one in senders:
        lost = one.leased_to != one.holder if one.leased_to else one.until < now
        if lost or is_known_dead(one.holder):
            recovered += await _recover_from(database, one.holder, [one.channel], now)
    return recovered


async def take_over(database: Database, channels: Collection[str], holder: str, now: datetime) -> int:
    """To be called by whoever has got the lease to send through these channels: what others left there is treated."""
    query = select(departures.c.holder).where(_HELD, departures.c.channel.in_(channels), departures.c.holder != holder)
    async with database.look() as connection:
        others = (await connection.execute(query.distinct())).scalars().all()
    return sum([await _recover_from(database, other, channels, now) for other in others])


async def _recover_from(database: Database, holder: str, channels: Collection[str], now: datetime) -> int:
    query = select(*DEPARTURE_COLUMNS).where(_HELD, departures.c.holder == holder, departures.c.channel.in_(channels))
    async with database.look() as connection:
        left = [departure_of(row) for row in (await connection.execute(query)).all()]
    lost = sentence("the sender was killed while sending")
    settled = [SendOutcome(one, RetryLater(0, lost) if _repeatable(one) else ResultUnknown(lost)) for one in left]
    await settle(database, settled, holder, now)
    return len(settled)


def _repeatable(departure: ClaimedDeparture) -> bool:
    """Edits change nothing when repeated; a mail keeps its Message-ID, so a second copy is no second mail."""
    return departure.policy is RedeliveryPolicy.EDIT or departure.kind == "mail"
