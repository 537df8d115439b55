"""The one governor of automatic mail, over all providers: how much a peer gets that no person wrote. Pure.

Two machines that answer each other stop here, and whoever forges a thousand senders makes the desk write to each of
them once a day. Nothing is lost by it: what is withheld stands in the journal, and the case goes to the agents.

The budgets: `IN_AN_HOUR` and `IN_A_WEEK` automatic letters to a peer; once one of them is spent, the peer is muted
until a person writes to them, or for a week. One letter a day to an address that has not proved that its owner writes
(by an aligned pass or a token that came back), and `TO_A_DOMAIN` letters an hour to all such addresses of one domain.
None to the desk's own mailboxes, and no notices to those who asked for none.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.language.rich_text import literal
from desk.model.acts import Act, AddJournalEntry, Facts, Recipient, SayTemplate, SayText, Suppressed, is_for_agents
from desk.model.case import Case
from desk.model.facts import CaseMatch, ContactAddresses
from desk.model.messages import Address, Inbound, RedeliveryPolicy, Role
from desk.model.shared_facts import SendAllowance, SendAllowances
from desk.pipeline.recipients import addresses_of

IN_AN_HOUR, HOUR = 3, timedelta(hours=1)
IN_A_WEEK, WEEK = 5, timedelta(days=7)
DAY = timedelta(days=1)
TO_A_DOMAIN = 300


@dataclass(frozen=True, slots=True)
class CountAutomaticMail(Act):
    """An automatic letter to a peer is on its way: it counts, under a number nobody else may use."""

    peer: str
    number: int


@dataclass(frozen=True, slots=True)
class MutePeer(Act):
    """From now on nothing automatic goes to this peer."""

    peer: str
    why: str


@dataclass(frozen=True, slots=True)
class ForgetCounts(Act):
    """A person has written to this peer: everything counted until now is forgotten."""

    peer: str


@dataclass(frozen=True, slots=True)
class StopNotices(Act):
    """This peer wants no notices any more; who writes to the desk is answered all the same."""

    peer: str


@dataclass(frozen=True, slots=True)
class PeerHistory:
    """What the governor keeps of one peer. ``number`` is the last one used, ``mailed`` when letters went, oldest first.

    ``muted`` is when the peer was muted, ``to_domain`` how many letters its domain got within the hour.
    """

    number: int = 0
    mailed: tuple[datetime, ...] = ()
    muted: datetime | None = None
    without_notices: bool = False
    to_domain: int = 0


def peer_of(address: str) -> str:
    """Whose mailbox an address is, as far as it can be told: case, ``+tag`` and look-alike spellings left out."""
    local, _, domain = unicodedata.normalize("NFKC", address).strip().lower().rpartition("@")
    bare = local.partition("+")[0] or local
    return f"{bare}@{domain.rstrip('.')}"[:320]


def domain_of(peer: str) -> str:
    """The domain of a peer."""
    return peer.rpartition("@")[2][:255]


def allowance(
    peer: str, history: PeerHistory, now: datetime, *, proved: bool, own: bool, notice: bool
) -> SendAllowance:
    """Whether one more automatic letter may go to ``peer`` now.

    ``proved`` when it is known that the owner of the address reads and writes there, ``own`` for a mailbox of this
    desk, ``notice`` for a letter to the address on file that answers nothing.
    """
    week = [at for at in history.mailed if now - at < WEEK]
    last_hour = sum(now - at < HOUR for at in week)
    why, mutes = "", False
    if own:
        why = "the address is a mailbox of the desk itself"
    elif notice and history.without_notices:
        why = "they asked for no notices"
    elif history.muted is not None and now - history.muted < WEEK:
        why = "the address is muted until one of us writes to it"
    elif last_hour >= IN_AN_HOUR:
        why, mutes = f"{IN_AN_HOUR} automatic letters went there within an hour", True
    elif len(week) >= IN_A_WEEK:
        why, mutes = f"{IN_A_WEEK} automatic letters went there within a week", True
    elif not proved and any(now - at < DAY for at in week):
        why = "the address has proved nothing, and was written to today already"
    elif not proved and history.to_domain >= TO_A_DOMAIN:
        why = f"{TO_A_DOMAIN} letters went to unproved addresses of {domain_of(peer)} within an hour"
    return SendAllowance(peer, history.number + 1, why, mutes)


def guard_loops(case: Case, inbound: Inbound, facts: Facts, acts: Sequence[Act]) -> Sequence[Act]:
    """The round's acts, with what may not be sent now withheld, and what is sent counted."""
    if inbound.role is Role.AGENT or inbound.detail.get("vouched"):
        reached = (_by_mail(act, case, inbound, facts) for act in acts)
        return [*acts, *(ForgetCounts(peer) for peer in dict.fromkeys(peer_of(one.value) for one in reached if one))]
    allowances = facts.get(SendAllowances)
    if allowances is None:
        return acts
    governed: list[Act] = []
    counted: dict[str, CountAutomaticMail | MutePeer] = {}
    for act in acts:
        address = _by_mail(act, case, inbound, facts)
        allowed = allowances.of.get(address) if address else None
        if allowed is None or not isinstance(act, (SayTemplate, SayText)):
            governed.append(act)
        elif allowed.refused:
            governed.append(Suppressed(act, allowed.refused))
            if allowed.mutes:
                counted[allowed.peer] = MutePeer(allowed.peer, allowed.refused)
        else:
            governed.append(act)
            counted[allowed.peer] = CountAutomaticMail(allowed.peer, allowed.number)
    for one in counted.values():
        governed += [one, *(_flagged(one, case) if isinstance(one, MutePeer) else ())]
    return governed


def _by_mail(act: Act, case: Case, inbound: Inbound, facts: Facts) -> Address | None:
    """The mail address that this act writes to."""
    if not isinstance(act, (SayTemplate, SayText)) or is_for_agents(act.to):
        return None
    contact = facts.get(ContactAddresses) or ContactAddresses(None, None, None)
    is_new = facts.need(CaseMatch).how in ("new", "none")
    return next(
        (one for one in addresses_of(act.to, case, inbound, contact, is_new) if one.channel_kind == "mail"), None
    )


def _flagged(mute: MutePeer, case: Case) -> Sequence[Act]:
    """What tells people of it: the journal, and the agents' group where there is a case to speak of."""
    told: list[Act] = [AddJournalEntry("finding", f"{mute.peer} is muted: {mute.why}")]
    if case.registered and case.open:
        told.append(
            SayTemplate("agents_muted", {"address": literal(mute.peer)}, Recipient.AGENTS, policy=RedeliveryPolicy.HOLD)
        )
    return told
