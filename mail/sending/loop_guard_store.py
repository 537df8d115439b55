"""The loop guard's storage: the history of peers, read before a round, and what was decided, written with it.

The rows belong to no provider: a peer is the same peer for all of them. Each automatic message is a row under the
peer's next number, so that of two workers with the same count only one can write; the other counts again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Row, bindparam, delete, false, literal, null, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from desk.model.channel_interface import ExtraWrite
from desk.model.core_facts import CaseContacts, CaseMatch
from desk.model.events import Said
from desk.model.messages import Address
from desk.model.shared_facts import AutomaticMessageAllowance, SendAllowances
from desk.pipeline.arrival_round import Round, address_of, is_proved_sender
from desk.pipeline.write_buffer import WriteBuffer
from desk.storage.database import Database
from desk.storage.query_batching import QueryBatcher
from desk.understanding.message import understood
from desk.understanding.reading.observations import Act
from mail.receiving.tables import automatic_messages_sent, muted_peers, unsubscribed_peers
from mail.sending.loop_guard import (
    WEEK,
    AutomaticMailHistory,
    CountAutomaticMail,
    MutePeer,
    OptOutOfNotices,
    ResetPeerCounts,
    compute_allowance,
    digest_for_likeness,
    words_digest,
)
from mail.sending.loop_guard_domain_history import load_domains
from mail.sending.peer_of_address import domain_of, is_shared_domain, peer_of

_MUTE_TABLES = (muted_peers, unsubscribed_peers)
_SAYS_SOMETHING = tuple(one for one in Act if one not in (Act.GREETING, Act.THANKS))
_NUMBERED_ANSWER = re.compile(r"\s*\d{1,2}[).]\s+\w")
_PEERS: BindParameter[Sequence[str]] = bindparam("peers", expanding=True)
# One statement a batch: what went there, whether they are muted, whether they want no notices.
_SELECT_HISTORY = union_all(
    select(
        literal("mailed").label("what"),
        automatic_messages_sent.c.peer,
        automatic_messages_sent.c.number,
        automatic_messages_sent.c.at,
        automatic_messages_sent.c.answered,
        automatic_messages_sent.c.asked,
    ).where(automatic_messages_sent.c.peer.in_(_PEERS)),
    select(literal("muted"), muted_peers.c.peer, null(), muted_peers.c.since, literal(""), false()).where(
        muted_peers.c.peer.in_(_PEERS)
    ),
    select(
        literal("unwilling"), unsubscribed_peers.c.peer, null(), unsubscribed_peers.c.since, literal(""), false()
    ).where(unsubscribed_peers.c.peer.in_(_PEERS)),
)


@dataclass(frozen=True, slots=True)
class _PeersOfRound:
    """Whom one round may write to, whether it is known that they read there; by peer the digest of what they said."""

    proved: Mapping[Address, bool]
    now: datetime
    heard: Mapping[str, str]


class SendAllowanceLookup:
    """The allowances of everybody this round may write to by mail. ``own`` are the addresses of all mailboxes."""

    def __init__(self, database: Database, own: Iterable[str]) -> None:
        self._database = database
        self._own = frozenset(map(peer_of, own))
        self._own_domains = frozenset(map(domain_of, self._own))
        self._batcher = QueryBatcher(self._load_batch)

    async def __call__(self, round_: Round) -> object | None:
        """An `SendAllowances`; None where nobody is reached by mail, or a person acts, whom nothing limits."""
        if round_.inbound.from_agent or round_.inbound.accepted_by:
            return None
        contact = round_.facts.get(CaseContacts) or CaseContacts(None, None, None)
        speaker = round_.inbound.sender if round_.inbound.from_subscriber else None
        reached = {
            one for one in (speaker, contact.current, contact.on_file) if one is not None and one.channel_kind == "mail"
        }
        if not reached:
            return None
        says = _words_about_matter(round_) if speaker else ""
        proved = {one: one == contact.on_file or _is_proved(one, round_) for one in reached}
        event = round_.inbound.event
        heard = (
            {peer_of(speaker.value): digest_for_likeness(event.text if isinstance(event, Said) else "")}
            if speaker
            else {}
        )
        histories = await self._batcher.ask(_PeersOfRound(proved, round_.now, heard))
        said = words_digest(round_.inbound.text, round_.inbound.files) if speaker else ""
        return SendAllowances(
            {
                one: self._allowance(
                    one, round_.now, proved[one], contact, histories, *((says, said) if one == speaker else ("", ""))
                )
                for one in reached
            }
        )

    async def _load_batch(self, asked: Sequence[_PeersOfRound]) -> Sequence[Mapping[str, AutomaticMailHistory]]:
        """What is known of everybody in a batch, for each who asks; to the later ones those before are written to."""
        now = max(one.now for one in asked)
        peers = {peer_of(address.value) for one in asked for address in one.proved}
        async with self._database.look() as connection:
            histories = await _load_histories(connection, peers, now)
            crowds = await load_domains(
                connection,
                peers,
                {words for one in asked for words in one.heard.values() if words},
                now,
                self._is_shared,
            )
        found = []
        for one in asked:
            mine = dict.fromkeys(peer_of(address.value) for address in one.proved)
            found.append({peer: replace(histories[peer], domain=crowds.of(peer, one.heard.get(peer))) for peer in mine})
            for peer in mine:
                crowds.add(peer, one.heard.get(peer), one.now)
        return found

    def _is_shared(self, domain: str) -> bool:
        return domain in self._own_domains or is_shared_domain(domain)

    def _allowance(
        self,
        address: Address,
        now: datetime,
        proved: bool,
        contact: CaseContacts,
        histories: Mapping[str, AutomaticMailHistory],
        says: str,
        said: str,
    ) -> AutomaticMessageAllowance:
        peer = peer_of(address.value)
        notice = address == contact.on_file
        own = peer in self._own
        return compute_allowance(
            peer, histories[peer], now, proved=proved, own=own, notice=notice, says=says, said=said
        )


def _words_about_matter(round_: Round) -> str:
    """The digest of a letter that answers, asks or agrees to something; "" for one that a program may have sent.

    Any words to an open question may be its answer, which only the question's dialog can tell; and what is numbered
    answers a letter of questions, though it comes after the case was opened.
    """
    event = round_.inbound.event
    match = round_.facts.get(CaseMatch)
    if not isinstance(event, Said) or not (event.text or event.files):
        return ""
    if match is None or match.how not in ("token", "reply"):
        return ""  # it answers no letter of ours: two desks may write to each other through somebody's forwarding
    found = understood(round_.case, round_.inbound, round_.facts)
    answers = bool(round_.case.expecting) and any(map(str.isalnum, event.text))
    answers = answers or bool(_NUMBERED_ANSWER.match(event.text))
    says_something = answers or found.says(*_SAYS_SOMETHING) or bool(event.files)
    return words_digest(event.text, event.files) if says_something else ""


def _is_proved(address: Address, round_: Round) -> bool:
    speaks = round_.inbound.from_subscriber and round_.inbound.sender == address
    known = any(one.confirmed and address_of(one) == address for one in round_.addresses)
    return known or (speaks and is_proved_sender(round_))


async def _load_histories(
    connection: AsyncConnection, peers: Iterable[str], now: datetime
) -> Mapping[str, AutomaticMailHistory]:
    rows = (await connection.execute(_SELECT_HISTORY, {"peers": list(peers)})).all()
    of: dict[str, list[Row[Any]]] = {}
    for row in rows:
        of.setdefault(row.peer, []).append(row)
    found = {}
    for peer in peers:
        mine = of.get(peer, [])
        mails = sorted((row for row in mine if row.what == "mailed"), key=lambda row: row.number)
        found[peer] = AutomaticMailHistory(
            last_number=mails[-1].number if mails else 0,
            sent_at=tuple(sorted(row.at for row in mails)),
            asked_at=tuple(sorted(row.at for row in mails if row.asked)),
            answered=frozenset(row.answered for row in mails if row.answered and now - row.at < WEEK),
            muted_at=next((row.at for row in mine if row.what == "muted"), None),
            is_unsubscribed=any(row.what == "unwilling" for row in mine),
        )
    return found


def write_counted_mail(act: CountAutomaticMail, round_: Round, rows: WriteBuffer) -> None:
    """Counts one automatic message."""
    rows.insert(
        automatic_messages_sent,
        peer=act.peer,
        number=act.number,
        domain=domain_of(act.peer),
        at=round_.now,
        answered=act.answered,
        asked=act.asked,
    )


def write_mute(act: MutePeer, round_: Round, rows: WriteBuffer) -> None:
    """Mutes a peer, anew if they were muted before."""
    rows.replace(muted_peers, peer=act.peer, since=round_.now, why=act.reason.code.value)


def write_forget_counts(act: ResetPeerCounts, round_: Round, rows: WriteBuffer) -> None:
    """A person wrote to this peer: the count begins anew."""
    rows.statements.append(delete(automatic_messages_sent).where(automatic_messages_sent.c.peer == act.peer))
    rows.statements.append(delete(muted_peers).where(muted_peers.c.peer == act.peer))


def write_decline(act: OptOutOfNotices, round_: Round, rows: WriteBuffer) -> None:
    """Notes that somebody wants no notices."""
    rows.statements.append(delete(unsubscribed_peers).where(unsubscribed_peers.c.peer == act.peer))
    rows.statements.append(unsubscribed_peers.insert().values(peer=act.peer, since=round_.now))


@dataclass(frozen=True, slots=True)
class MutedPeer:
    """A peer that gets nothing automatic, or only no notices: since when, and why."""

    peer: str
    since: datetime
    why: str
    notices_only: bool = False


async def list_muted_peers(database: Database) -> list[MutedPeer]:
    """Everybody who is muted or has declined notices, in order of time."""
    async with database.look() as connection:
        muted = (await connection.execute(select(muted_peers))).all()
        declined = (await connection.execute(select(unsubscribed_peers))).all()
    found = [MutedPeer(row.peer, row.since, row.why) for row in muted]
    found += [MutedPeer(row.peer, row.since, "they asked for no notices", notices_only=True) for row in declined]
    return sorted(found, key=lambda one: one.since)


async def unmute(database: Database, address: str, also: ExtraWrite | None = None) -> bool:
    """Ends a silence, and forgets what was counted. Returns whether there was one; then ``also`` is written."""
    peer = peer_of(address)
    async with database.work() as connection:
        ended = [await connection.execute(delete(table).where(table.c.peer == peer)) for table in _MUTE_TABLES]
        await connection.execute(delete(automatic_messages_sent).where(automatic_messages_sent.c.peer == peer))
        was = any(one.rowcount for one in ended)
        if was and also:
            await also(connection)
    return was


async def delete_expired(database: Database, now: datetime) -> None:
    """Drops what no budget looks at any more."""
    async with database.work() as connection:
        await connection.execute(delete(automatic_messages_sent).where(automatic_messages_sent.c.at < now - WEEK))
        await connection.execute(delete(muted_peers).where(muted_peers.c.since < now - WEEK))
