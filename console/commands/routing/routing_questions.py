"""What stored cases are to be routed by: their own values, those of their contract, the team their dialog proposes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from console.commands.case_lookup import find
from console.commands.checking.account_tables import table_with_accounts
from console.commands.checking.route_conditions import TableColumns, routing_domains
from console.runtime.content_folders import DIALOGS, ContentSearchPath
from console.terminal.command_context import USAGE, DeskFolder, open_database, refuse, require_provider
from desk.language.condition_checks import NameDomain
from desk.language.translatable import sentence
from desk.model.case import Case
from desk.model.journal import CaseRouted, JournalEntry
from desk.model.provider_files import Provider
from desk.model.settings import Settings
from desk.model.shared_facts import Account, EntitlementStatus
from desk.storage.database import Database
from escalation.routing import routing_values
from intake.engine import engine
from intake.engine.dialog_set import DialogSet
from intake.identity.key_folding import normalise


@dataclass(frozen=True, slots=True)
class RoutingQuestion:
    """One case to be routed by ``provider``. ``number`` is "" for one that is only thought of; ``went_to`` is where the
    desk sent it when it was registered, "" if nowhere yet."""

    provider: Provider
    values: Mapping[str, object]
    number: str = ""
    went_to: str = ""


class ProviderContent:
    """What a provider's routing conditions can be about: its dialogs, the columns of its table of subscribers, and
    those of its ``accounts`` that are asked about, by contract."""

    def __init__(
        self, settings: Settings, provider: Provider, table: TableColumns | None, accounts: Mapping[str, Account]
    ) -> None:
        self.provider = provider
        folders = ContentSearchPath(settings).of(provider.name, DIALOGS)
        self.dialogs = DialogSet.of([one for one in folders if one.is_dir()])
        self.table, self._accounts = table, accounts

    def account(self, contract: str) -> Account | None:
        """The one account of this contract."""
        return self._accounts.get(normalise("contract", contract))

    @property
    def domains(self) -> dict[str, NameDomain]:
        """What conditions may name, and what that may be."""
        return routing_domains(self.dialogs, self.table, self.provider)


def provider_meant(folder: DeskFolder, name: str) -> Provider:
    """The provider named, or the only one of the desk."""
    folder.require_provider(name)
    providers = folder.providers()
    if not name and len(providers) != 1:
        refuse(sentence("say whose rules, with --provider: there are {known}", known=", ".join(providers)), USAGE)
    return providers[name or next(iter(providers))]


async def content_of(settings: Settings, provider: Provider, contracts: Collection[str]) -> ProviderContent:
    """The content of a provider, with the accounts of these contracts."""
    table, accounts = await table_with_accounts(settings, provider, contracts)
    return ProviderContent(settings, provider, table, accounts)


async def of_case(folder: DeskFolder, number: str, provider: str) -> RoutingQuestion:
    """That of a case that is there. Ends the command where it is not."""
    settings = folder.settings()
    async with open_database(settings) as database:
        providers = await folder.desks_with_agents(database)
        case = await find(database, providers, number, provider)
        (found,) = await _of_cases(database, settings, providers, [case])
    return found


async def of_last(folder: DeskFolder, most: int, provider: str) -> list[RoutingQuestion]:
    """Those of the cases that got their numbers last, the newest first. What was purged cannot be routed again."""
    settings = folder.settings()
    async with open_database(settings) as database:
        providers = await folder.desks_with_agents(database)
        require_provider(providers, provider)
        whose = (provider,) if provider else tuple(providers)
        query = select(Case).where(Case.provider.in_(whose), Case.registered_at.is_not(None), Case.purged_at.is_(None))
        async with database.read(*whose) as session:
            newest = query.order_by(Case.registered_at.desc(), Case.id.desc()).limit(most)
            cases = list((await session.scalars(newest)).all())
        return await _of_cases(database, settings, providers, cases)


async def _of_cases(
    database: Database, settings: Settings, providers: Mapping[str, Provider], cases: Sequence[Case]
) -> list[RoutingQuestion]:
    whose = tuple({one.provider for one in cases})
    contents = {
        name: await content_of(settings, providers[name], [one.contract for one in cases if one.provider == name])
        for name in whose
    }
    routed = await _routed(database, whose, cases)
    found = []
    for case in cases:
        content, former = contents[case.provider], routed.get(case.id, CaseRouted())
        values = {**routing_values(case, content.account(case.contract)), "dialog_queue": _proposed(case, content)}
        found.append(RoutingQuestion(content.provider, values, case.number or str(case.id), former.target))
    return found


async def _routed(database: Database, whose: Sequence[str], cases: Sequence[Case]) -> dict[int, CaseRouted]:
    """Where each case was sent when it was registered."""
    if not cases:
        return {}
    query = select(JournalEntry.case_id, JournalEntry.data).where(
        JournalEntry.provider.in_(whose),
        JournalEntry.case_id.in_([one.id for one in cases]),
        JournalEntry.kind == CaseRouted.kind,
    )
    async with database.read(*whose) as session:
        return {
            case: CaseRouted(**data) for case, data in (await session.execute(query.order_by(JournalEntry.id))).all()
        }


def _proposed(case: Case, content: ProviderContent) -> str:
    """The team that the dialog in use proposes for what was answered: a registered case no longer has it."""
    dialog = content.dialogs.in_use.get(case.dialog)
    if dialog is None:
        return ""
    account = content.account(case.contract)
    level = account.service_level if account else ""
    values = dialog_values(case.entitlement, level, case.language, case.upset, case.proved)
    return engine.dialog_outcome(dialog, case.answers, values).queue


def dialog_values(
    entitlement: str, service_level: str, language: str, upset: bool, proved: bool = False
) -> dict[str, object]:
    """What conditions of a dialog may ask besides answers (`intake.engine.dialog_context.values_of`)."""
    return {
        "outage_active": False,
        "account_blocked": entitlement == EntitlementStatus.BLOCKED,
        "entitlement": entitlement,
        "service_level": service_level,
        "proved": proved,
        "upset": upset,
        "language": language,
    }
