"""Looks up whose account is meant."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from desk.model.dialog_state import IDENTIFIER
from desk.model.events import Event, Inbound, OpenedChat, Said
from desk.model.messages import FRONT, SenderAssurance
from desk.model.provider_files import Provider
from desk.model.shared_facts import Account, EntitlementStatus, Identification, MeantKey, TypedKey
from desk.pipeline.arrival_round import Round
from intake.identity.find_by_key import MOST_MEANT, find_named, one_of_each_provider
from intake.identity.guess_limiter import FoundAccounts, GuessLimiter, LookupResult
from intake.identity.key_folding import is_same, normalise
from intake.identity.meant_keys import chosen_key
from intake.identity.named_keys import NamedKey, named_keys
from intake.identity.proof.codes import CodeState
from intake.identity.proof.proof_acts import ABOUT_ME
from intake.identity.proof.read_proofs import ProofReader
from intake.identity.sources import AccountFinder
from intake.limits.rate_rules import SenderPace

log = logging.getLogger(__name__)


class IdentificationLookup:
    """Finds the account an exact identifier names: a contract in the text, the address a mail came from, or the
    sender's own phone number, which the channel vouches for (A1)."""

    def __init__(
        self,
        accounts: AccountFinder,
        providers: Mapping[str, Provider],
        guess_limiter: GuessLimiter,
        proofs: ProofReader,
    ) -> None:
        self._proofs = proofs
        self._accounts = accounts
        self._providers = providers
        self._guess_limiter = guess_limiter

    async def __call__(self, round_: Round) -> object | None:
        """An `Identification`, perhaps empty."""
        inbound = round_.inbound
        if (rate := round_.facts.get(SenderPace)) and rate.wait:
            return None  # it is processed anew later, and asks for nothing twice
        if isinstance(inbound.event, OpenedChat):
            return await self._of_opening(round_, inbound.event)
        key, result = await self._typed(round_)
        typed, other = _as_said(key, result.account)
        said = Identification(
            result.account, typed, guess=result.guess, unchecked=not result.source_asked, key=other, meant=result.meant
        )
        if round_.provider.name == FRONT and inbound.proof is SenderAssurance.DOUBTED:
            # A forged mail must not lead the true owner of its address to a provider of the forger's choice.
            return replace(said, account=None, meant=())
        if result.meant:
            return said
        bound = await self._bound(round_)
        if key is None and result.account is None:
            said = await self._of_sender(round_, bound, said)
        how = _how_proved(round_, said.account, bound) if said.account is not None else ""
        contracts = tuple(contract for _, contract in bound)
        return replace(said, proved=bool(how), how=how, bound=contracts)

    async def _typed(self, round_: Round) -> tuple[NamedKey | None, LookupResult]:
        """The key that a message names, or chooses of those asked about, and what it leads to."""
        inbound, case = round_.inbound, round_.case
        if chosen := chosen_key(case, inbound):
            account = await self._single_account(chosen.provider, chosen.kind, chosen.value)
            return NamedKey(chosen.kind, chosen.value, chosen.value), LookupResult(account, source_asked=True)
        event, code = inbound.event, round_.facts.get(CodeState)
        if code is not None and code.open_number:
            return None, LookupResult(source_asked=True)  # six digits that answer a code are no contract
        if not isinstance(event, Said) or event.phone or (case.registered and case.contract):
            return None, LookupResult(source_asked=True)
        # What is new in a letter comes first: alone, a number without its dash is told by standing there alone.
        keys = self._named(inbound.text, round_) or self._named(event.full_text, round_)
        if not keys:
            return None, LookupResult(source_asked=True)
        return next(iter(keys)), await self._look_up_typed(round_, keys)

    async def _of_sender(self, round_: Round, bound: Sequence[tuple[str, str]], said: Identification) -> Identification:
        """Whose account it is where no key was named: that of the case, of the chat, of the mail address or phone."""
        inbound, case = round_.inbound, round_.case
        if len(bound) > 1 and round_.is_new:
            several = [MeantKey(provider, "contract", contract) for provider, contract in bound[:MOST_MEANT]]
            return replace(said, meant=tuple(several))
        account = None
        if _may_be_looked_up(round_):
            account = await self._single_account(case.provider, "contract", case.contract)
        if account is None and bound and not case.contract:
            provider, contract = bound[0]
            account = await self._single_account(provider, "contract", contract)
        if account is None and inbound.from_subscriber and inbound.sender.channel_kind == "mail":
            account = await self._account_by("email", round_.provider, inbound.sender.value)
        phone = own_phone(inbound)
        if account is not None or not phone or case.contract:
            return replace(said, account=account)
        if len(several_of_phone := await self._accounts_of_phone(round_.provider, phone)) > 1:
            return replace(said, meant=several_of_phone)
        account = await self._account_by("phone", round_.provider, phone)
        return replace(said, account=account, contract=account.contract if account else "")

    async def _of_opening(self, round_: Round, event: OpenedChat) -> Identification:
        """Who opens a chat by a good link is the holder of its contract; by any other, whoever they were before."""
        link = await self._proofs.link(self._names(round_), event.payload, round_.now)
        if link is not None and (account := await self._single_account(link.provider, "contract", link.contract)):
            return Identification(account, "", True, how="link", link=link.token_hash)
        account = None
        if _may_be_looked_up(round_):
            account = await self._single_account(round_.case.provider, "contract", round_.case.contract)
        bound = await self._bound(round_)
        if account is None and len(bound) == 1 and not round_.case.contract:
            provider, contract = bound[0]
            account = await self._single_account(provider, "contract", contract)
        how = _how_proved(round_, account, bound) if account is not None else ""
        return Identification(account, "", bool(how), how=how, bound=tuple(contract for _, contract in bound))

    def _names(self, round_: Round) -> list[str]:
        everybody = [name for name in self._providers if name != FRONT]
        return everybody if round_.provider.name == FRONT else [round_.provider.name]

    async def _bound(self, round_: Round) -> Sequence[tuple[str, str]]:
        """What the sender's chat is bound to. Nobody asks for a stranger's, and a letter proves itself anew."""
        sender = round_.inbound.sender
        is_known = round_.inbound.from_subscriber and not round_.person_is_new and round_.provider.name != FRONT
        if not is_known or sender.channel_kind != "telegram":
            return ()
        if round_.case.registered and round_.inbound.text.strip().lower() not in ABOUT_ME:
            return ()
        return await self._proofs.bound(self._names(round_), sender)

    async def _accounts_of_phone(self, provider: Provider, phone: str) -> tuple[MeantKey, ...]:
        """The contracts that an own phone proves, where it stands on several of one provider."""
        if provider.name == FRONT:
            return ()
        found = await self._accounts.find([provider.name], "phone", phone)
        return tuple(MeantKey(one.provider, "contract", one.contract) for one in found[:MOST_MEANT])

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


def _how_proved(round_: Round, account: Account, bound: Sequence[tuple[str, str]]) -> str:
    """How the sender proves to be the account's holder, "" where they do not: by a mail from an address on file,
    authenticated by the border server, by their own phone, or by a chat that was bound before. An agent's order changes
    nothing of it."""
    inbound = round_.inbound
    if not inbound.from_subscriber:
        return "before" if round_.case.proved else ""
    code = round_.facts.get(CodeState)
    if code is not None and code.is_right and code.contract == account.contract:
        return "code"
    if (account.provider, account.contract) in bound:
        return "bound"
    mails = {one.strip().lower() for one in account.emails}
    on_file = inbound.sender.channel_kind == "mail" and inbound.sender.value in mails
    if on_file and inbound.proof is SenderAssurance.SURE:
        return "mail"
    return _proved_by_phone(round_, account)


def own_phone(inbound: Inbound[Event]) -> str:
    """The sender's own number, where they shared it and the channel says that it is theirs; "" for any other."""
    event = inbound.event
    return event.phone if isinstance(event, Said) and event.phone_is_own else ""


def _proved_by_phone(round_: Round, account: Account) -> str:
    """Whether the sender's own number is on the account. What was so proved stays proved in the same private chat."""
    inbound, case = round_.inbound, round_.case
    shared = normalise("phone", own_phone(inbound))
    if shared:
        return "phone" if shared in {normalise("phone", one) for one in account.phones} else ""
    same_chat = (inbound.channel, inbound.sender.value) == (case.channel, case.address)
    private = inbound.sender.channel_kind == "telegram"
    return "before" if private and same_chat and case.proved and case.contract == account.contract else ""


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
