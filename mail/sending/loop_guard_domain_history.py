"""The loop guard's storage: what a domain was sent, read for a batch of rounds by three statements at most."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from mail.receiving.tables import automatic_messages_sent
from mail.sending.loop_guard import DAY, HOUR, WEEK, DomainHistory
from mail.sending.peer_of_address import domain_of, hyphen_stem

_SENT = automatic_messages_sent.c


class DomainHistories:
    """What a batch may look at; what it decides is counted at once, so that a crowd in one batch is a crowd too."""

    def __init__(self, is_shared: Callable[[str], bool]) -> None:
        self._is_shared = is_shared
        self.messages: dict[str, int] = {}
        self.peers: dict[str, tuple[int, int]] = {}
        self.stems: dict[str, int] = {}
        self.alike: dict[tuple[str, str], list[datetime]] = {}
        self._added: dict[str, set[str]] = {}

    def of(self, peer: str, heard: str | None) -> DomainHistory:
        """The history of a peer's domain; ``heard`` is the digest of what is to be answered, None where nothing is.

        Whoever said nothing is written to for a case that is counted already: they are no crowd.
        """
        domain = domain_of(peer)
        in_hour, in_day = self.peers.get(domain, (0, 0))
        added = len(self._added.get(domain, set()) - {peer})
        return DomainHistory(
            self.messages.get(domain, 0) + added,
            0 if heard is None else in_hour + added,
            0 if heard is None else in_day + added,
            self.stems.get(hyphen_stem(peer), 0),
            tuple(self.alike.get((domain, heard), ())) if heard else (),
            self._is_shared(domain),
        )

    def add(self, peer: str, heard: str | None, now: datetime) -> None:
        """A message to this peer is being decided."""
        domain = domain_of(peer)
        self._added.setdefault(domain, set()).add(peer)
        if heard:
            self.alike.setdefault((domain, heard), []).append(now)
        if stem := hyphen_stem(peer):
            self.stems[stem] = self.stems.get(stem, 0) + 1


async def load_domains(
    connection: AsyncConnection,
    peers: Iterable[str],
    heard: Iterable[str],
    now: datetime,
    is_shared: Callable[[str], bool],
) -> DomainHistories:
    """What is stored about the domains of some peers, and about the words that were heard of them."""
    found = DomainHistories(is_shared)
    domains = {domain_of(peer) for peer in peers}
    within_hour = case((_SENT.at > now - HOUR, _SENT.peer))
    crowds = (
        select(
            _SENT.domain,
            func.count(within_hour).label("messages"),
            func.count(within_hour.distinct()).label("in_hour"),
            func.count(_SENT.peer.distinct()).label("in_day"),
        )
        .where(_SENT.domain.in_(domains), _SENT.at > now - DAY)
        .group_by(_SENT.domain)
    )
    for row in await connection.execute(crowds):
        found.messages[row.domain], found.peers[row.domain] = row.messages, (row.in_hour, row.in_day)
    if words := set(heard):
        same = select(_SENT.domain, _SENT.answered, _SENT.at).where(
            _SENT.answered.in_(words), _SENT.domain.in_(domains), _SENT.at > now - WEEK
        )
        for row in await connection.execute(same):
            found.alike.setdefault((row.domain, row.answered), []).append(row.at)
    if stems := {stem for peer in peers if (stem := hyphen_stem(peer))}:
        behind = [or_(_SENT.peer == one, _SENT.peer.startswith(_begins(one), autoescape=True)) for one in stems]
        tagged = select(_SENT.peer).where(_SENT.domain.in_(domains), _SENT.at > now - DAY, or_(*behind))
        for row in await connection.execute(tagged):
            own = hyphen_stem(row.peer) or row.peer
            found.stems[own] = found.stems.get(own, 0) + 1
    return found


def _begins(stem: str) -> str:
    return f"{stem.rpartition('@')[0]}-"
