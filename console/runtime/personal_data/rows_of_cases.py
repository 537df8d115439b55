"""Which rows belong to a case and to a person, table by table, and how they go.

Of a purged case an anonymous row stays (`KEPT_OF_CASE`): its number, times, states and category. Whatever else a case
has, or will have in a later version, is emptied.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Column, ColumnElement, Row, Table, and_, bindparam, delete, or_, select, tuple_, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from desk.pipeline.tenant_routing import case_key
from desk.pipeline.write_buffer import ADDRESSES, CASES, DIALOG_STATES, JOURNAL, PEOPLE
from desk.storage.queue_and_lease_tables import (
    arrivals,
    departures,
    fingerprints,
    is_waiting,
    pending,
    provider_routes,
    timers,
)
from desk.storage.retention_tables import LegalHoldRow
from escalation.callbacks.callback_table import CALLBACKS
from escalation.sla.clock_table import CLOCKS
from intake.identity.guess_count_table import guesses
from intake.identity.proof.proof_tables import account_bindings, proof_codes, proof_link_uses
from kb.storage.usage_tables import AgentArticleUseRow, ArticleOfferRow, PhrasingRow
from mail.receiving.tables import automatic_messages_sent, ledger, muted_peers, unsubscribed_peers
from mail.sending.peer_of_address import peer_of

StoredRow = Row[*tuple[Any, ...]]

OFFERS, LINKS, PHRASINGS, HOLDS = (
    cast(Table, kind.__table__) for kind in (ArticleOfferRow, AgentArticleUseRow, PhrasingRow, LegalHoldRow)
)
OF_CASE: tuple[Table, ...] = (JOURNAL, DIALOG_STATES, CLOCKS, CALLBACKS, pending, departures, timers)
"""Tables whose rows go with their case; `arrivals` too, which other tables refer to."""
PEERS = (automatic_messages_sent, muted_peers, unsubscribed_peers)
"""Tables of mail addresses, whatever provider they wrote to."""

# fmt: off
KEPT_OF_CASE = frozenset({
    "provider", "id", "number", "revision", "person_id", "language", "channel", "channel_kind", "state", "reason",
    "entitlement", "proved", "upset", "category", "ticket_type", "dialog", "fault_zone", "zone_sure", "severity",
    "articles", "queue", "owner", "sla", "level", "responsibility", "due_at", "impact", "urgency",
    "priority", "account_source", "account_known_at", "account_last_good",
    "eta", "eta_version", "eta_told", "service_level", "recurrences", "taken_up_at",
    "opened_at", "updated_at", "registered_at", "taken_at", "asked_at", "answered_at", "reminded_at", "resolved_at",
    "closed_at", "purged_at", "erased",
})
# fmt: on
"""What stays of a purged case. ``person_id`` leads nowhere once the person is gone, and is 0 then."""

ELSEWHERE: Mapping[str, str] = {
    "addresses": "go with their person",
    "people": "go with their last case",
    "cases": "become anonymous, and a monthly count later",
    "arrivals": "go with their case; those of no case by their age",
    "fingerprints": "go with their arrival",
    "mail_ledger": "keeps the outcome of each mail, without its case and Message-ID",
    "provider_routes": "go with their case or person",
    "guesses": "go after a day, or with their person",
    "account_bindings": "go with their person, or with /forget",
    "proof_links": "go once they have expired, and tell of no person",
    "proof_link_uses": "go with their person, or once their link has expired",
    "proof_codes": "go after a day, or with their person",
    "proof_code_tries": "go with their code",
    "automatic_messages_sent": "go after a week, or with their person",
    "muted_peers": "go after a week, or with their person",
    "unsubscribed_peers": "go with their person",
    "learned_phrasings": "stay, without their person: what could identify anybody was left out; erased on request",
    "suggestions": "tell of no person; go when their case is only counted",
    "article_links": "lose the agent's note; go when their case is only counted",
    "case_counts": "tell of no person",
    "legal_holds": "go when they are released",
    "audit": "tells of agents and case numbers, not of subscribers",
    "alarms": "tell of channels and counts",
    "articles": "what a provider tells its subscribers",
    "article_versions": "earlier texts of the same articles",
    "contents": "versions of dialogs",
    "counters": "numbers that the next case gets",
    "calendar_versions": "working hours of a provider",
    "leases": "which process does what",
    "mailboxes": "how far each mailbox is read",
    "moved_groups": "agents' groups",
    "accounts": "what the provider says of its subscribers; go when its table has them no more",
    "account_keys": "go with their account",
    "account_tables": "where a provider's accounts came from",
    "agents": "people who work for the provider",
    "agent_identities": "people who work for the provider",
    "memberships": "people who work for the provider",
    "presence": "people who work for the provider",
    "teams": "teams of the provider",
    "team_files": "teams of the provider",
}
"""What becomes of the rows of every other table, by its name."""


def _empty(column: Column[Any]) -> Any:
    default: Any = column.default
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg


_EMPTIED = {column.name: _empty(column) for column in CASES.c if column.name not in KEPT_OF_CASE}
_LEDGER = (
    update(ledger)
    .where(
        ledger.c.channel == bindparam("at"), ledger.c.epoch == bindparam("of_epoch"), ledger.c.uid == bindparam("of")
    )
    .values(message_id="", case_id=None)
)


async def arrivals_of_cases(connection: AsyncConnection, provider: str, cases: Collection[int]) -> list[StoredRow]:
    """(id, channel, key) of each message that belongs to one of these cases, or claims to and waits for an agent."""
    claims = select(pending.c.arrival_id).where(pending.c.provider == provider, pending.c.case_id.in_(cases))
    claimed = (await connection.execute(claims)).scalars().all()
    # As two statements, since of a subquery beside an OR PostgreSQL makes a scan of all messages.
    mine = arrivals.c.case_id.in_(cases)
    query = select(arrivals.c.id, arrivals.c.channel, arrivals.c.key)
    with_claimed = or_(mine, arrivals.c.id.in_(claimed)) if claimed else mine
    return list((await connection.execute(query.where(with_claimed).order_by(arrivals.c.id))).all())


def rows_of(table: Table, provider: str, cases: Collection[int]) -> ColumnElement[bool]:
    """The rows of one of `OF_CASE` that belong to these cases. What the front desk had still to send stays under its
    name when a case moves; the other tables are found by their provider first."""
    mine = table.c.case_id.in_(cases)
    return mine if table in (departures, timers) else and_(table.c.provider == provider, mine)


async def empty_cases(
    connection: AsyncConnection,
    provider: str,
    cases: Mapping[int, int] | Collection[int],
    now: datetime,
    erased: bool = False,
) -> set[int]:
    """Makes the rows of these cases anonymous; where they are given with their revisions, of those only that did not
    move since. Returns which it did; not those that were purged already."""
    mine: ColumnElement[bool] = CASES.c.id.in_(cases)
    if isinstance(cases, Mapping):
        # SQLite takes the index only for the ids: of pairs it would read every case of the provider.
        mine = and_(mine, tuple_(CASES.c.id, CASES.c.revision).in_(list(cases.items())))
    values = {**_EMPTIED, "revision": CASES.c.revision + 1, "purged_at": now, "erased": erased}
    still = update(CASES).where(CASES.c.provider == provider, mine, CASES.c.purged_at.is_(None))
    return set((await connection.execute(still.values(values).returning(CASES.c.id))).scalars())


async def delete_rows_of_cases(connection: AsyncConnection, provider: str, cases: Collection[int]) -> Counter[str]:
    """Deletes what belongs to these cases but their own rows. Returns how many rows of each table."""
    gone = await delete_arrivals(connection, await arrivals_of_cases(connection, provider, cases))
    for table in OF_CASE:
        gone[table.name] += (await connection.execute(delete(table).where(rows_of(table, provider, cases)))).rowcount
    await connection.execute(update(LINKS).where(rows_of(LINKS, provider, cases)).values(note=""))
    routes = [case_key(one) for one in cases]
    await connection.execute(delete(provider_routes).where(provider_routes.c.key.in_(routes)))
    return gone


async def delete_arrivals(connection: AsyncConnection, rows: Sequence[StoredRow]) -> Counter[str]:
    """Deletes messages, each given as (id, channel, key), with what is kept of them elsewhere."""
    gone = Counter[str]()
    if not rows:
        return gone
    ids = [row.id for row in rows]
    for table, column in ((fingerprints, fingerprints.c.arrival_id), (pending, pending.c.arrival_id)):
        gone[table.name] += (await connection.execute(delete(table).where(column.in_(ids)))).rowcount
    mails = [
        _in_ledger(row) for row in rows if row.channel.startswith("mail:") and row.key.rpartition(":")[2].isdigit()
    ]
    if mails:
        await connection.execute(_LEDGER, mails)
    gone[arrivals.name] += (await connection.execute(delete(arrivals).where(arrivals.c.id.in_(ids)))).rowcount
    return gone


def _in_ledger(row: StoredRow) -> Mapping[str, Any]:
    epoch, _, uid = row.key.rpartition(":")
    return {"at": row.channel, "of_epoch": epoch, "of": int(uid)}


async def lanes_of(connection: AsyncConnection, provider: str, people: Collection[int]) -> dict[int, set[str]]:
    """The lanes in which each of these people writes."""
    found: dict[int, set[str]] = {}
    query = select(ADDRESSES.c.person_id, ADDRESSES.c.channel, ADDRESSES.c.value)
    mine = (ADDRESSES.c.provider == provider, ADDRESSES.c.person_id.in_(people))
    for person, channel, value in await connection.execute(query.where(*mine)):
        found.setdefault(person, set()).add(f"{channel}:{value}")
    return found


async def waiting_lanes(connection: AsyncConnection, lanes: Collection[str]) -> set[str]:
    """In which of these lanes a message waits to be decided."""
    query = select(arrivals.c.lane).where(arrivals.c.lane.in_(lanes), is_waiting(arrivals)).distinct()
    return set((await connection.execute(query)).scalars())


async def people_without_cases(connection: AsyncConnection, provider: str, people: Collection[int]) -> set[int]:
    """Which of these have no case left that is not purged, are not held, and have written nothing that waits."""
    theirs = and_(CASES.c.provider == provider, CASES.c.person_id.in_(people))
    kept = select(CASES.c.person_id).where(theirs, CASES.c.purged_at.is_(None))
    held = select(HOLDS.c.person_id).where(HOLDS.c.person_id.in_(people))
    busy = set((await connection.execute(kept.union(held))).scalars())
    idle = {one for one in people if one and one not in busy}
    lanes = await lanes_of(connection, provider, idle)
    waiting = await waiting_lanes(connection, [lane for mine in lanes.values() for lane in mine])
    return {one for one in idle if waiting.isdisjoint(lanes.get(one, ()))}


async def delete_people(connection: AsyncConnection, provider: str, people: Collection[int]) -> Counter[str]:
    """Deletes people with their addresses, and unties from them what stays. All the desk's providers are named in the
    transaction: a mail address may be known to several."""
    gone = Counter[str]()
    if not people:
        return gone
    own = and_(ADDRESSES.c.provider == provider, ADDRESSES.c.person_id.in_(people))
    rows = await connection.execute(select(ADDRESSES.c.channel, ADDRESSES.c.value).where(own))
    addresses = [(row.channel, row.value) for row in rows]
    gone[ADDRESSES.name] += (await connection.execute(delete(ADDRESSES).where(own))).rowcount
    person = and_(PEOPLE.c.provider == provider, PEOPLE.c.id.in_(people))
    gone[PEOPLE.name] += (await connection.execute(delete(PEOPLE).where(person))).rowcount
    theirs = and_(CASES.c.provider == provider, CASES.c.person_id.in_(people))
    cases = list((await connection.execute(select(CASES.c.id).where(theirs))).scalars())
    await connection.execute(update(PHRASINGS).where(rows_of(PHRASINGS, provider, cases)).values(person_id=0))
    await connection.execute(update(CASES).where(theirs).values(person_id=0))
    await delete_traces_of_addresses(connection, addresses)
    return gone


async def delete_traces_of_addresses(connection: AsyncConnection, addresses: Sequence[tuple[str, str]]) -> None:
    """Deletes what the desk noted of addresses, each as (channel, value): counts and routes, and of mail addresses that
    nobody else has mutes and wishes."""
    if not addresses:
        return
    lanes = [f"{channel}:{value}" for channel, value in addresses]
    routes = [f"address:{lane}"[:420] for lane in lanes]
    await connection.execute(delete(provider_routes).where(provider_routes.c.key.in_(routes)))
    await connection.execute(delete(guesses).where(guesses.c.who.in_(lanes)))
    for table in (account_bindings, proof_link_uses, proof_codes):
        chats = tuple_(table.c.channel, table.c.value)
        await connection.execute(
            delete(table).where(chats.in_([(channel, value[:320]) for channel, value in addresses]))
        )
    peers = {peer_of(value): value for _, value in addresses if "@" in value}
    if not peers:
        return
    noted = union(*(select(table.c.peer).where(table.c.peer.in_(peers)) for table in PEERS))
    found = {peer: peers[peer] for peer in (await connection.execute(noted)).scalars()}
    if found:  # seldom, and addresses of others are not found by an index
        others = select(ADDRESSES.c.value).where(ADDRESSES.c.value.in_(found.values()))
        known = set((await connection.execute(others)).scalars())
        gone = [peer for peer, value in found.items() if value not in known]
        for table in PEERS:
            await connection.execute(delete(table).where(table.c.peer.in_(gone)))


def held(case: ColumnElement[Any], person: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a case, or its person, is under a legal hold."""
    return or_(case.in_(select(HOLDS.c.case_id)), person.in_(select(HOLDS.c.person_id).where(HOLDS.c.person_id != 0)))
