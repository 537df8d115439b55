"""Looks up whose account is meant."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping

from desk.model.dialog_state import IDENTIFIER
from desk.model.events import Event, Inbound, Said
from desk.model.messages import FRONT, SenderAssurance
from desk.model.provider_files import Provider
from desk.model.shared_facts import Account, EntitlementStatus, Identification
from desk.pipeline.arrival_round import Round
from desk.understanding.contract_numbers import contract_told
from intake.identity.guess_limiter import GuessLimiter, LookupResult
from intake.identity.sources import AccountFinder
from intake.identity.sources.csv_file import normalized_identifier
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
        numbers: dict[str, str] = {}
        if isinstance(inbound.event, Said) and not (case.registered and case.contract):
            # What is new in a letter comes first: alone, a number without its dash is told by standing there alone.
            numbers = self._contract_numbers(inbound.text, round_)
            numbers = numbers or self._contract_numbers(inbound.event.full_text, round_)
        typed = next(iter(numbers.values()), "")
        result = await self._look_up_typed(round_, numbers) if numbers else LookupResult(source_asked=True)
        account, guess = result.account, result.guess
        if account is not None:
            typed = account.contract
        if round_.provider.name == FRONT and inbound.proof is SenderAssurance.DOUBTED:
            # A forged mail must not lead the true owner of its address to a provider of the forger's choice.
            return Identification(None, typed, guess=guess, unchecked=not result.source_asked)
        if account is None and not typed and _may_be_looked_up(round_):
            account = await self._single_account(case.provider, "contract", case.contract)
        if account is None and not typed and inbound.from_subscriber and inbound.sender.channel_kind == "mail":
            account = await self._account_by("email", round_.provider, inbound.sender.value)
        phone = own_phone(inbound)
        if account is None and not typed and phone and not case.contract:
            account = await self._account_by("phone", round_.provider, phone)
            typed = account.contract if account else ""
        proved = account is not None and _is_proved(round_, account)
        return Identification(account, typed, proved, guess, not result.source_asked)

    def _contract_numbers(self, text: str, round_: Round) -> dict[str, str]:
        """What is meant as a contract number, by provider; at a front desk among all of them."""
        candidates = self._providers.values() if round_.provider.name == FRONT else [round_.provider]
        asked = round_.case.expecting.owner == IDENTIFIER
        # Many providers number alike, and a front desk asks for all of them: each shape is looked for once.
        shapes = {one.contract_shape for one in candidates if one.contract_shape}
        told = {shape: contract_told(text, (shape,), asked) for shape in shapes}
        return {one.name: found.number for one in candidates if (found := told.get(one.contract_shape))}

    async def _look_up_typed(self, round_: Round, numbers: Mapping[str, str]) -> LookupResult:
        """The one account that has such a number, if this person may still ask. One that two know names nobody."""
        case, typed = round_.case, [*numbers.values()]

        async def look() -> Account | None:
            found: list[Account] = []
            for number in dict.fromkeys(typed):
                names = [name for name, told in numbers.items() if told == number]
                found += _one_of_each_provider(await self._accounts.find(names, "contract", number))
            return found[0] if len(found) == 1 else None

        known_contract = case.contract or round_.contract_of_person
        if known_contract and _may_be_looked_up(round_) and any(_same_contract(known_contract, one) for one in typed):
            return LookupResult(await look(), source_asked=True)
        return await self._guess_limiter.look_up(round_, look, has_other_contract=bool(known_contract))

    async def _account_by(self, kind: str, provider: Provider, value: str) -> Account | None:
        """The one account with this address or phone; at a front desk of all providers."""
        everybody = [name for name in self._providers if name != FRONT]
        names = everybody if provider.name == FRONT else [provider.name]
        found = _one_of_each_provider(await self._accounts.find(names, kind, value))
        return found[0] if len(found) == 1 else None

    async def _single_account(self, provider: str, kind: str, value: str) -> Account | None:
        accounts = await self._accounts.find([provider], kind, value) if provider != FRONT else ()
        return accounts[0] if len(accounts) == 1 else None


def _one_of_each_provider(accounts: Iterable[Account]) -> list[Account]:
    """The accounts of the providers that have one only: what two accounts of a provider share names neither."""
    found = [*accounts]
    number = Counter(one.provider for one in found)
    return [one for one in found if number[one.provider] == 1]


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
    shared = normalized_identifier("phone", own_phone(inbound))
    if shared:
        return shared in {normalized_identifier("phone", one) for one in account.phones}
    same_chat = (inbound.channel, inbound.sender.value) == (case.channel, case.address)
    private = inbound.sender.channel_kind == "telegram"
    return private and same_chat and case.proved and case.contract == account.contract


def _same_contract(one: str, other: str) -> bool:
    return normalized_identifier("contract", one) == normalized_identifier("contract", other)


def _may_be_looked_up(round_: Round) -> bool:
    """Whether the number of the case reached the source before, or an agent asks about it.

    One that was only noted, since too many had been guessed, is not kept with the person, and stays unasked here: else
    any word said after a guess would ask for it.
    """
    case = round_.case
    asked = case.entitlement != EntitlementStatus.UNVERIFIED or case.contract == round_.contract_of_person
    return bool(case.contract) and (asked or round_.inbound.from_agent)
