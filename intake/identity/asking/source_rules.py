"""A client's own system is asked whose a key is, and what it answers is taken. Rules, pure.

Only a key that nobody of the index has is asked for, and only while its person may still be looked up, so that whoever
guesses reaches no client's system. Nothing of an answer is said to the person: it changes the case, and its journal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.model.acts import (
    AddJournalEntry,
    CancelTimer,
    Decision,
    Facts,
    Ignore,
    RuleAct,
    SetCaseAccount,
    SetFields,
    SetTimer,
    UpdateCard,
    decide,
)
from desk.model.arrival_outcomes import IgnoredCode
from desk.model.case import Case
from desk.model.core_facts import Now
from desk.model.events import AccountAnswered, Inbound, Said, TimerFired
from desk.model.journal import AccountVerified, SourceSilent
from desk.model.provider_files import Provider
from desk.model.shared_facts import Account, EntitlementStatus, Identification
from intake.identity.asking.source_guard import FRESH_FOR
from intake.identity.index.stored_accounts import from_data
from intake.identity.key_folding import is_same

SILENT_TIMER = "source_silent"
DEADLINE = timedelta(seconds=15)
"""By then an answer is there, or the journal says that there is none yet."""


@dataclass(frozen=True, slots=True)
class SlowSources:
    """The channels by which the provider's own systems can be asked for accounts."""

    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskSource(RuleAct):
    """A question to a client's system, which leaves by the outbox: whose is this key?"""

    channel: str
    kind: str
    value: str


def ask_sources(case: Case, inbound: Inbound[Said], facts: Facts) -> Decision | None:
    """A key that no table has is asked for where the provider has systems of its own."""
    sources, identified = facts.get(SlowSources), facts.get(Identification)
    if sources is None or identified is None or identified.account or identified.unchecked or identified.meant:
        return None
    key = identified.key
    kind, value = (key.kind, key.value) if key else ("contract", identified.contract)
    if not value or (not key and value == case.contract):
        return None
    asked = [AskSource(channel, kind, value) for channel in sources.channels]
    return decide(*asked, SetTimer(SILENT_TIMER, facts.need(Now).at + DEADLINE, SILENT_TIMER), done=False)


def take_source_answer(case: Case, inbound: Inbound[AccountAnswered], facts: Facts) -> Decision | None:
    """The one account with the key verifies the case, if that is still the key and nothing else has verified it."""
    event = inbound.event
    if event.failed or not _waits(case) or not _names(case, event):
        return decide(Ignore(IgnoredCode.NOT_FOR_DESK))
    accounts = [from_data(case.provider, one) for one in event.accounts]
    # Whoever answers with accounts that lack the key is not believed.
    found = [one for one in accounts if any(is_same(event.kind, event.value, kept) for kept in one.keys(event.kind))]
    if len(found) != 1:
        return decide(CancelTimer(SILENT_TIMER), AddJournalEntry(AccountVerified(source=event.source)))
    return decide(CancelTimer(SILENT_TIMER), *_verified(case, found[0], inbound, facts))


def tell_silence(case: Case, inbound: Inbound[TimerFired], facts: Facts) -> Decision | None:
    """The agents read that a client's system has not answered; its answer counts whenever it comes."""
    if not _waits(case):
        return decide(Ignore(IgnoredCode.TIMER_OBSOLETE))
    return decide(AddJournalEntry(SourceSilent()))


def _verified(case: Case, account: Account, inbound: Inbound[AccountAnswered], facts: Facts) -> list[RuleAct]:
    event = inbound.event
    known_at = datetime.fromisoformat(event.known_at) if event.known_at else inbound.at
    today = facts.need(Now).at.astimezone(facts.need(Provider).timezone).date()
    status = account.standing(today)
    told = AccountVerified(event.source, status.value, _age_in_hours(event.known_at, facts.need(Now).at))
    fields = {
        "entitlement": status.value,
        "service_level": account.service_level[:40],
        "account_source": event.source[:120],
        "account_known_at": known_at,
        "account_last_good": inbound.at - known_at > FRESH_FOR,
    }
    acts: list[RuleAct] = [SetCaseAccount(case.provider, account.contract), SetFields(fields), AddJournalEntry(told)]
    return [*acts, UpdateCard()] if case.registered else acts


def _age_in_hours(known_at: str, now: datetime) -> int:
    return max(0, int((now - datetime.fromisoformat(known_at)).total_seconds() // 3600)) if known_at else 0


def _waits(case: Case) -> bool:
    return case.open and case.entitlement == EntitlementStatus.UNVERIFIED


def _names(case: Case, event: AccountAnswered) -> bool:
    """Whether the case still is about the key that was asked for."""
    if event.kind == "contract" and is_same("contract", event.value, case.contract):
        return True
    return any(one.get("kind") == event.kind and one.get("value") == event.value for one in case.keys or ())
