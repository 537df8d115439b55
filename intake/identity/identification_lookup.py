"""Looks up whose account is meant."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from desk.model.dialog_state import IDENTIFIER
from desk.model.events import Event, Inbound, Said
from desk.model.messages import FRONT, SenderAssurance
from desk.model.provider_files import Provider
from desk.model.shared_facts import Account, EntitlementStatus, Identification, TypedKey
from desk.pipeline.arrival_round import Round
from intake.identity.find_by_key import find_named, one_of_each_provider
from intake.identity.guess_limiter import FoundAccounts, GuessLimiter, LookupResult
from intake.identity.key_folding import is_same, normalise
from intake.identity.meant_keys import chosen_key
from intake.identity.named_keys import NamedKey, named_keys
from intake.identity.sources import AccountFinder
from intake.limits.rate_rules import SenderPace

log = logging.getLogger(__name__)


class IdentificationLookup:
    """Finds the account an exact identifier names: a contract in the text, the address a mail came from, or the
    sender's own phone number, which the channel vouches for (A1)."""

    def __init__(self, accounts: AccountFinder, providers: Mapping[str, Provider], guess_limiter: GuessLimiter) -> None:
        self._accounts = accounts
        self._providers = providers
        self._guess_limiter = guess_limiter

    async def __call__(self, round_: Round) -> object | None:
        """An `Identification`, perhaps empty."""
        inbound, case = round_.inbound, round_.case
        if (rate := round_.facts.get(SenderPace)) and rate.wait:
            return None  # it is processed anew later, and asks for nothing twice
        keys: Mapping[NamedKey, Sequence[str]] = {}
        if isinstance(inbound.event, Said) and not inbound.event.phone and not (case.registered and case.contract):
            # What is new in a letter comes first: alone, a number without its dash is told by standing there alone.
            keys = self._named(inbound.text, round_) or self._named(inbound.event.full_text, round_)
        key = next(iter(keys), None)
        result = LookupResult(source_asked=True)
        if chosen := chosen_key(case, inbound):
            result = LookupResult(await self._single_account(chosen.provider, chosen.kind, chosen.value), True)
            key = NamedKey(chosen.kind, chosen.value, chosen.value)
        elif keys:
            result = await self._look_up_typed(round_, keys)
        account, guess = result.account, result.guess
        typed, other = _as_said(key, account)
        unchecked = not result.source_asked
        if round_.provider.name == FRONT and inbound.proof is SenderAssurance.DOUBTED:
            # A forged mail must not lead the true owner of its address to a provider of the forger's choice.
            return Identification(None, typed, guess=guess, unchecked=unchecked, key=other)
        if result.meant:
            return Identification(None, typed, guess=guess, key=other, meant=result.meant)
        named = bool(key)
        if account is None and not named and _may_be_looked_up(round_):
            account = await self._single_account(case.provider, "contract", case.contract)
        if account is None and not named and inbound.from_subscriber and inbound.sender.channel_kind == "mail":
            account = await self._account_by("email", round_.provider, inbound.sender.value)
        phone = own_phone(inbound)
        if account is None and not named and phone and not case.contract:
            account = await self._account_by("phone", round_.provider, phone)
            typed = account.contract if account else ""
        proved = account is not None and _is_proved(round_, account)
        return Identification(account, typed, proved, guess, unchecked, other)

    def _named(self, text: str, round_: Round) -> Mapping[NamedKey, Sequence[str]]:
        """The keys that are named, each with its providers; at a front desk of all of them.

        Beside a contract number only another one counts: a serial told later is an answer, and tells of no account.
        """
        everybody = [one for one in self._providers.values() if one.name != FRONT]
        candidates = everybody if round_.provider.name == FRONT else [round_.provider]
        named = named_keys(text, candidates, round_.case.expecting.owner == IDENTIFIER)
        if round_.case.contract and not any(one.kind == "contract" for one in named):
            return {}
        return named

    async def _look_up_typed(self, round_: Round, keys: Mapping[NamedKey, Sequence[str]]) -> LookupResult:
        """The one account that has such a key, if this person may still ask. One that two know names nobody."""
        case = round_.case

        async def look() -> FoundAccounts:
            return await find_named(self._accounts, keys)

        known_contract = case.contract or round_.contract_of_person
        typed = [one.value for one in keys if one.kind == "contract"]
        if known_contract and _may_be_looked_up(round_) and any(_same_contract(known_contract, one) for one in typed):
            return LookupResult((await look()).account, source_asked=True)
        return await self._guess_limiter.look_up(round_, look, has_other_contract=bool(known_contract))

    async def _account_by(self, kind: str, provider: Provider, value: str) -> Account | None:
        """The one account with this address or phone; at a front desk of all providers."""
        everybody = [name for name in self._providers if name != FRONT]
        names = everybody if provider.name == FRONT else [provider.name]
        found = one_of_each_provider(await self._accounts.find(names, kind, value))
        return found[0] if len(found) == 1 else None

    async def _single_account(self, provider: str, kind: str, value: str) -> Account | None:
        accounts = await self._accounts.find([provider], kind, value) if provider != FRONT else ()
        return accounts[0] if len(accounts) == 1 else None


def _as_said(key: NamedKey | None, account: Account | None) -> tuple[str, TypedKey | None]:
    """What was typed: as a contract number, in the spelling of the table where it is there, or as another key."""
    if key is None:
        return "", None
    if key.kind != "contract":
        return "", TypedKey(key.kind, key.value)
    return account.contract if account and not key.of_any_kind else key.value, None


def _is_proved(round_: Round, account: Account) -> bool:
    """Whether the sender proves to be the account's holder: by a mail from an address on file, authenticated by the
    border server, or by their own phone. An agent's order changes nothing of it."""
    inbound = round_.inbound
    if not inbound.from_subscriber:
        return round_.case.proved
    mails = {one.strip().lower() for one in account.emails}
    on_file = inbound.sender.channel_kind == "mail" and inbound.sender.value in mails
    return (on_file and inbound.proof is SenderAssurance.SURE) or _is_proved_by_phone(round_, account)


def own_phone(inbound: Inbound[Event]) -> str:
    """The sender's own number, where they shared it and the channel says that it is theirs; "" for any other."""
    event = inbound.event
    return event.phone if isinstance(event, Said) and event.phone_is_own else ""


def _is_proved_by_phone(round_: Round, account: Account) -> bool:
    """Whether the sender's own number is on the account. What was so proved stays proved in the same private chat."""
    inbound, case = round_.inbound, round_.case
    shared = normalise("phone", own_phone(inbound))
    if shared:
        return shared in {normalise("phone", one) for one in account.phones}
    same_chat = (inbound.channel, inbound.sender.value) == (case.channel, case.address)
    private = inbound.sender.channel_kind == "telegram"
    return private and same_chat and case.proved and case.contract == account.contract


def _same_contract(one: str, other: str) -> bool:
    return is_same("contract", one, other)


def _may_be_looked_up(round_: Round) -> bool:
    """Whether the number of the case reached the source before, or an agent asks about it.

    One that was only noted, since too many had been guessed, is not kept with the person, and stays unasked here: else
    any word said after a guess would ask for it.
    """
    case = round_.case
    asked = case.entitlement != EntitlementStatus.UNVERIFIED or case.contract == round_.contract_of_person
    return bool(case.contract) and (asked or round_.inbound.from_agent)
