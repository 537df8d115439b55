"""Look-ups of intake: whose account is meant, and which dialogs the provider has."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import select

from desk.model.case import Case
from desk.model.dialog_state import IDENTIFIER
from desk.model.events import Said
from desk.model.messages import FRONT, SenderAssurance
from desk.model.provider_files import Provider
from desk.model.shared_facts import Account, EntitlementStatus, IdentityClaim
from desk.pipeline.arrival_round import Round
from desk.storage.database import Database, insert_ignoring_duplicates
from desk.storage.queue_tables import contents
from desk.understanding.contract_numbers import contract_told
from intake.engine.model import Dialog, DialogSet, InvalidDialog, parse_dialog
from intake.identity.guess_limiter import GuessLimiter, LookupResult
from intake.identity.sources import EntitlementSource
from intake.identity.sources.csv_file import normalized_identifier
from intake.limits.rate_rules import SenderPace

log = logging.getLogger(__name__)


class IdentificationLookup:
    """Finds the account an exact identifier names: a contract in the text, or the address a mail came from."""

    def __init__(
        self, sources: Mapping[str, EntitlementSource], providers: Mapping[str, Provider], guess_limiter: GuessLimiter
    ) -> None:
        self._sources = sources
        self._providers = providers
        self._guess_limiter = guess_limiter

    async def __call__(self, round_: Round) -> object | None:
        """An `IdentityClaim`, perhaps empty."""
        inbound, case = round_.inbound, round_.case
        if (rate := round_.facts.get(SenderPace)) and rate.wait:
            return None  # it is processed anew later, and asks for nothing twice
        numbers: dict[str, str] = {}
        if isinstance(inbound.event, Said) and not case.registered:
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
            return IdentityClaim(None, typed, guess=guess, unchecked=not result.source_asked)
        if account is None and not typed and _may_be_looked_up(round_):
            account = self._single_account(case.provider, "contract", case.contract)
        if account is None and not typed and inbound.from_subscriber and inbound.sender.channel_kind == "mail":
            account = self._account_by_mail(round_.provider, inbound.sender.value)
        proved = account is not None and self._is_proved_by_mail(round_, account)
        return IdentityClaim(account, typed, proved, guess, not result.source_asked)

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

        def look() -> Account | None:
            found = [
                account
                for name, number in numbers.items()
                if (account := self._single_account(name, "contract", number))
            ]
            return found[0] if len(found) == 1 else None

        known_contract = case.contract or round_.contract_of_person
        if known_contract and _may_be_looked_up(round_) and any(_same_contract(known_contract, one) for one in typed):
            return LookupResult(look(), source_asked=True)
        return await self._guess_limiter.look_up(round_, look, has_other_contract=bool(known_contract))

    def _account_by_mail(self, provider: Provider, address: str) -> Account | None:
        names = list(self._sources) if provider.name == FRONT else [provider.name]
        found = [account for name in names if (account := self._single_account(name, "email", address))]
        return found[0] if len(found) == 1 else None

    def _single_account(self, provider: str, kind: str, value: str) -> Account | None:
        source = self._sources.get(provider)
        accounts = source.find(kind, value) if source else ()
        return accounts[0] if len(accounts) == 1 else None

    @staticmethod
    def _is_proved_by_mail(round_: Round, account: Account) -> bool:
        """Only a mail from an address on file, authenticated by the border server, proves anything so far."""
        inbound = round_.inbound
        if not inbound.from_subscriber:
            return round_.case.proved
        mails = {one.strip().lower() for one in account.emails}
        on_file = inbound.sender.channel_kind == "mail" and inbound.sender.value in mails
        return on_file and inbound.proof is SenderAssurance.SURE


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


class DialogSetLookup:
    """The dialogs of each provider; a version that a running case began with is found by its hash."""

    def __init__(self, database: Database, folders: Mapping[str, Sequence[Path]]) -> None:
        """``folders`` lists for each provider its dialog folders, the nearest first. Raises
        `intake.engine.model.InvalidDialog`."""
        self._database = database
        read: dict[tuple[Path, ...], DialogSet] = {}
        self._dialogs: dict[str, DialogSet] = {}
        for provider, paths in folders.items():
            here = tuple(path for path in paths if path.is_dir())
            self._dialogs[provider] = read[here] if here in read else read.setdefault(here, DialogSet.of(here))

    async def __call__(self, round_: Round) -> object | None:
        """The provider's `DialogSet`."""
        case, provider_name = round_.case, round_.facts.need(Provider).name
        dialogs, begun_with = self._dialogs.get(provider_name), case.dialog_state.dialog_hash
        if dialogs and begun_with and begun_with not in dialogs.by_hash and not case.registered:
            dialogs = dialogs.with_former_versions(await self._former_versions(case, dialogs.in_use.get(case.dialog)))
            self._dialogs[provider_name] = dialogs
        return dialogs

    async def _former_versions(self, case: Case, now: Dialog | None) -> list[Dialog]:
        """The version the case began with. One that this desk cannot read any more gives way to the one in use."""
        query = select(contents.c.source).where(contents.c.hash == case.dialog_state.dialog_hash)
        async with self._database.look() as connection:
            source = (await connection.execute(query)).scalar()
        try:
            former = parse_dialog(source.encode(), case.dialog) if source else None
        except InvalidDialog as error:
            log.warning("a case goes on by the dialog in use, since it began with one that is no good now: %s", error)
            return []
        return [former.with_pictures_of(now)] if former else []

    def sources_by_hash(self) -> dict[str, str]:
        """Every dialog in use: its source by its hash, to be kept once used."""
        return {dialog.hash: dialog.source for dialogs in self._dialogs.values() for dialog in dialogs.in_use.values()}


def articles_named(round_: Round) -> tuple[str, ...]:
    """The articles that the dialog of the case in hand names, and those it was shown, by their ids."""
    dialogs, case = round_.facts.get(DialogSet), round_.case
    dialog = dialogs.get(case.dialog, case.dialog_state.dialog_hash) if dialogs and case.dialog else None
    return tuple(dict.fromkeys([*(dialog.articles if dialog else ()), *case.articles]))


def articles_of_zone(round_: Round) -> tuple[str, ...]:
    """The articles that the dialog of the case in hand suggests for the zone its fault lies in."""
    dialogs, case = round_.facts.get(DialogSet), round_.case
    dialog = dialogs.get(case.dialog, case.dialog_state.dialog_hash) if dialogs and case.dialog else None
    return tuple(dialog.suggested_articles.get(case.fault_zone, ())) if dialog else ()


async def store_dialog_sources(database: Database, sources: Mapping[str, str]) -> None:
    """Keeps the versions now in use (docs/house.md, decision 9): cases that begin with one can be ended with it."""
    rows = [{"hash": digest, "kind": "dialog", "source": source} for digest, source in sources.items()]
    if rows:
        async with database.work() as connection:
            await connection.execute(insert_ignoring_duplicates(connection, contents).values(rows))
