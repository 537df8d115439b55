"""The act filter that prevents mail loops: limits on automatic mail to one peer, over all providers. Pure.

Two programs that answer each other stop here, and somebody who forges a thousand senders makes the desk write to each
of them at most once a day. Nothing is lost: what is suppressed is in the journal, and the case goes to the agents.

The limits: `MAX_PER_HOUR` and `MAX_PER_WEEK` automatic messages to a peer; when one of them is reached, the peer is
muted until an agent writes to them, or for a week. A letter that answers one of the desk's own and says something of
the matter, in words that were not answered before, is a person's: then the limits are `PERSON_PER_HOUR` and
`PERSON_PER_WEEK`, and being muted does not count, so a person is always read and answered, and two programs still
stop. What answered a person counts towards those limits alone, and whoever writes in new words is told the number of
their case whatever was reached, up to twice the limit for machines.

A program may write from a new address each time. So letters of one registered domain that say the same count as
one peer's, whatever their addresses; and of addresses that were not written to within a day `MAX_PEERS_PER_HOUR` and
`MAX_PEERS_PER_DAY` of one domain are, many more where strangers share it.

One message a day to an address that has not proved that its owner writes (by an aligned pass or a returned token),
`MAX_PER_STEM` a day to all such addresses that differ behind a hyphen, and `MAX_PER_DOMAIN` an hour to all of one
domain. None to the desk's own mailboxes, and no notices to those who have unsubscribed.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from desk.language.rich_text import literal
from desk.model.acts import (
    AddJournalEntry,
    Addressee,
    AssignCaseNumber,
    Facts,
    RuleAct,
    SayReadyText,
    SayTemplate,
    SuppressedAct,
    is_for_agents,
)
from desk.model.case import Case
from desk.model.core_facts import CaseContacts, CaseMatch
from desk.model.events import Event, Inbound, Said
from desk.model.journal import PeerMuted
from desk.model.messages import Address, File, RedeliveryPolicy
from desk.model.shared_facts import AutomaticMessageAllowance, MailSuppressionCode, SendAllowances, SuppressionReason
from desk.pipeline.recipients import addresses_of
from mail.sending.peer_of_address import domain_of, peer_of

MAX_PER_HOUR, HOUR = 3, timedelta(hours=1)
MAX_PER_WEEK, WEEK = 5, timedelta(days=7)
PERSON_PER_HOUR, PERSON_PER_WEEK = 15, 60
DAY = timedelta(days=1)
MAX_PER_DOMAIN = 300
MAX_PER_STEM = 3
MAX_PEERS_PER_HOUR, MAX_PEERS_PER_DAY = 100, 300
MAX_PEERS_OF_SHARED_DOMAIN, MAX_ALIKE_OF_SHARED_DOMAIN = 3000, 30
"""Within an hour, in the domains of big mail providers and of the desk itself, where an outage makes many write."""
LIKENESS_WORDS = 8
"""Words, without numbers and addresses, of a letter that is likened to others."""
_LIMITS_FOR_MACHINES = frozenset(
    {MailSuppressionCode.MUTED, MailSuppressionCode.TOO_MANY_IN_AN_HOUR, MailSuppressionCode.TOO_MANY_IN_A_WEEK}
)
"""Whoever has reached one of these, and writes in new words, is told the number of a case all the same, up to twice the
limit."""


@dataclass(frozen=True, slots=True)
class CountAutomaticMail(RuleAct):
    """Counts an automatic message to a peer, under a number that is used once; ``answered`` is a `words_digest`.

    ``asked`` when it answers a person: then it does not count towards the limits for machines.
    """

    peer: str
    number: int
    answered: str = ""
    asked: bool = False


@dataclass(frozen=True, slots=True)
class MutePeer(RuleAct):
    """No automatic mail goes to this peer from now on."""

    peer: str
    reason: SuppressionReason


@dataclass(frozen=True, slots=True)
class ResetPeerCounts(RuleAct):
    """An agent has written to this peer: the count starts anew."""

    peer: str


@dataclass(frozen=True, slots=True)
class OptOutOfNotices(RuleAct):
    """This peer wants no notices any more; their messages are still answered."""

    peer: str


@dataclass(frozen=True, slots=True)
class DomainHistory:
    """What is stored about the registered domain of a peer, with what is just being decided for others of it.

    ``messages_in_hour`` went to it; ``peers_in_hour`` and ``peers_in_day`` are its other peers who were written to,
    ``to_stem`` the messages of a day to addresses that differ from the peer's behind a hyphen. ``alike_at`` are the
    times of a week's messages that answered the words which are to be answered now.
    """

    messages_in_hour: int = 0
    peers_in_hour: int = 0
    peers_in_day: int = 0
    to_stem: int = 0
    alike_at: tuple[datetime, ...] = ()
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class AutomaticMailHistory:
    """What is stored about one peer.

    ``last_number`` is the last number used, ``sent_at`` the times of automatic messages, oldest first, ``asked_at`` of
    those among them that answered a person, ``answered`` the `words_digest` of each letter answered in a week;
    ``muted_at`` is when the peer was muted. ``domain`` is what is stored about the domain.
    """

    last_number: int = 0
    sent_at: tuple[datetime, ...] = ()
    answered: frozenset[str] = frozenset()
    muted_at: datetime | None = None
    is_unsubscribed: bool = False
    domain: DomainHistory = DomainHistory()
    asked_at: tuple[datetime, ...] = ()


def words_digest(text: str, files: Sequence[File] = ()) -> str:
    """What a letter says, by its letters alone: two answers of a program that differ in a number or a date are one.

    Of a letter of several words those with a digit, an address or a link in them are left out: a case number is such
    a word. Without a word the letter is told by its files.
    """
    return _words_digest(text, tuple((file.name, file.size) for file in files))


@lru_cache(maxsize=256)
def _words_digest(text: str, files: tuple[tuple[str, int], ...]) -> str:
    """Remembers the last letters: in one round a letter is counted as what is answered, and as what may be too."""
    lasting = _lasting_words(text)
    said = "".join(lasting) if len(lasting) >= LIKENESS_WORDS else text
    letters = "".join(filter(str.isalpha, unicodedata.normalize("NFKC", said).casefold()))
    letters = letters or " ".join(f"{name} {size}" for name, size in files)
    return hashlib.sha256(letters.encode()).hexdigest()[:16]


def digest_for_likeness(text: str) -> str:
    """The `words_digest` of a letter long enough that two people hardly write the same; "" for a shorter one."""
    return words_digest(text) if len(_lasting_words(text)) >= LIKENESS_WORDS else ""


@lru_cache(maxsize=256)
def _lasting_words(text: str) -> tuple[str, ...]:
    return tuple(
        word
        for word in text.split()
        if any(map(str.isalpha, word)) and not ("@" in word or "/" in word or any(map(str.isdigit, word)))
    )


def compute_allowance(
    peer: str,
    history: AutomaticMailHistory,
    now: datetime,
    *,
    proved: bool,
    own: bool,
    notice: bool,
    says: str = "",
    said: str = "",
) -> AutomaticMessageAllowance:
    """Whether one more automatic message may go to ``peer`` now.

    ``proved``: the owner of the address is known to read and write there; ``own``: it is a mailbox of this desk;
    ``notice``: the message goes to the address on file and answers nothing; ``says``: the `words_digest` of a letter
    that tells something of the matter, "" for any other; ``said`` that of any letter it answers.
    """
    person = proved and bool(says) and says not in history.answered
    in_an_hour, in_a_week = (PERSON_PER_HOUR, PERSON_PER_WEEK) if person else (MAX_PER_HOUR, MAX_PER_WEEK)
    week = [at for at in history.sent_at if now - at < WEEK]
    last_hour = sum(now - at < HOUR for at in week)
    sent_week = len(week)
    if not person:
        # The limits for machines count answers that nobody asked for: a long talk with a person mutes nobody.
        last_hour -= sum(now - at < HOUR for at in history.asked_at)
        sent_week -= sum(now - at < WEEK for at in history.asked_at)
    why: SuppressionReason | None = None
    mutes = False
    if own:
        why = SuppressionReason(MailSuppressionCode.OWN_MAILBOX)
    elif notice and history.is_unsubscribed:
        why = SuppressionReason(MailSuppressionCode.NO_NOTICES)
    elif history.muted_at is not None and not person and now - history.muted_at < WEEK:
        why = SuppressionReason(MailSuppressionCode.MUTED)
    elif last_hour >= in_an_hour:
        why, mutes = SuppressionReason(MailSuppressionCode.TOO_MANY_IN_AN_HOUR, in_an_hour), True
    elif sent_week >= in_a_week:
        why, mutes = SuppressionReason(MailSuppressionCode.TOO_MANY_IN_A_WEEK, in_a_week), True
    elif not proved and any(now - at < DAY for at in week):
        why = SuppressionReason(MailSuppressionCode.UNPROVED_TODAY)
    elif not person:
        known = any(now - at < DAY for at in week)
        why = _find_limit_of_domain(history.domain, now, domain_of(peer), proved=proved, known=known)
    limited = why is not None and why.code in _LIMITS_FOR_MACHINES
    few = last_hour < 2 * MAX_PER_HOUR and sent_week < 2 * MAX_PER_WEEK
    new_words = bool(said) and said not in history.answered
    tells_number = limited and few and proved and new_words
    return AutomaticMessageAllowance(peer, history.last_number + 1, why, mutes, person, tells_number)


def _find_limit_of_domain(
    domain: DomainHistory, now: datetime, name: str, *, proved: bool, known: bool
) -> SuppressionReason | None:
    """The limit of a peer's domain that is reached; a peer that is ``known`` is one of those counted already."""
    alike_in_an_hour = sum(now - at < HOUR for at in domain.alike_at)
    alike, alike_in_a_week = (MAX_ALIKE_OF_SHARED_DOMAIN, None) if domain.is_shared else (MAX_PER_HOUR, MAX_PER_WEEK)
    if alike_in_an_hour >= alike or (alike_in_a_week and len(domain.alike_at) >= alike_in_a_week):
        return SuppressionReason(MailSuppressionCode.SAME_WORDS_FROM_DOMAIN, len(domain.alike_at), name)
    if not proved and domain.to_stem >= MAX_PER_STEM:
        return SuppressionReason(MailSuppressionCode.UNPROVED_DOMAIN, MAX_PER_STEM, name)
    if not proved and domain.messages_in_hour >= MAX_PER_DOMAIN:
        return SuppressionReason(MailSuppressionCode.UNPROVED_DOMAIN, MAX_PER_DOMAIN, name)
    in_an_hour = MAX_PEERS_OF_SHARED_DOMAIN if domain.is_shared else MAX_PEERS_PER_HOUR
    crowded = domain.peers_in_hour >= in_an_hour or (not domain.is_shared and domain.peers_in_day >= MAX_PEERS_PER_DAY)
    if proved and crowded and not known:
        return SuppressionReason(MailSuppressionCode.DOMAIN, in_an_hour, name)
    return None


def _said_in_chat(inbound: Inbound[Event]) -> bool:
    """Whether words of a chat make the desk write a letter, as /code does: a stranger's mute no address."""
    return isinstance(inbound.event, Said) and inbound.sender.channel_kind != "mail"


def guard_loops(case: Case, inbound: Inbound[Event], facts: Facts, acts: Sequence[RuleAct]) -> Sequence[RuleAct]:
    """The round's acts, with those that may not be sent now suppressed, and those that are sent counted."""
    if inbound.from_agent or inbound.accepted_by:
        reached = (_find_mail_recipient(act, case, inbound, facts) for act in acts)
        return [*acts, *(ResetPeerCounts(peer) for peer in dict.fromkeys(peer_of(one.value) for one in reached if one))]
    allowances = facts.get(SendAllowances)
    if allowances is None:
        return acts
    governed: list[RuleAct] = []
    counted: dict[str, CountAutomaticMail | MutePeer] = {}
    numbered = any(isinstance(act, AssignCaseNumber) for act in acts)
    for act in acts:
        address = _find_mail_recipient(act, case, inbound, facts)
        allowed = allowances.of.get(address) if address else None
        if allowed is None or not isinstance(act, (SayTemplate, SayReadyText)):
            governed.append(act)
        elif allowed.refused and not (numbered and allowed.tells_number):
            governed.append(SuppressedAct(act, allowed.refused))
            if allowed.mutes and not _said_in_chat(inbound):
                counted[allowed.peer] = MutePeer(allowed.peer, allowed.refused)
        else:
            governed.append(act)
            counted[allowed.peer] = CountAutomaticMail(
                allowed.peer, allowed.number, words_digest(inbound.text, inbound.files), allowed.person
            )
    for one in counted.values():
        governed += [one, *(_report_mute(one, case) if isinstance(one, MutePeer) else ())]
    return governed


def _find_mail_recipient(act: RuleAct, case: Case, inbound: Inbound[Event], facts: Facts) -> Address | None:
    """The mail address this act writes to, None for another channel."""
    if not isinstance(act, (SayTemplate, SayReadyText)) or is_for_agents(act.to):
        return None
    contact = facts.get(CaseContacts) or CaseContacts(None, None, None)
    is_new = facts.need(CaseMatch).how in ("new", "none")
    return next(
        (one for one in addresses_of(act.to, case, inbound, contact, is_new) if one.channel_kind == "mail"), None
    )


def _report_mute(mute: MutePeer, case: Case) -> Sequence[RuleAct]:
    """Acts that report a mute: in the journal, and to the agents' group where the case is registered and open."""
    told: list[RuleAct] = [AddJournalEntry(PeerMuted(mute.peer, mute.reason.code, mute.reason.count))]
    if case.registered and case.open:
        told.append(
            SayTemplate("agents_muted", {"address": literal(mute.peer)}, Addressee.AGENTS, policy=RedeliveryPolicy.HOLD)
        )
    return told
