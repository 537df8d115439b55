"""Facts of this room: whose account is meant, and which dialogs the provider has."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import select

from desk.case import Case
from desk.database import Database, insert_new
from desk.gather import Round
from desk.knowledge import Account, Identified
from desk.messages import FRONT, Proof, Role
from desk.providers import Provider
from desk.queues import contents
from intake.forms import BadForm, Form, Forms, parse
from intake.identify import contract_in
from intake.sources import Source

log = logging.getLogger(__name__)


class Identification:
    """Finds the account an exact identifier names: a contract in the text, or the address a letter came from."""

    def __init__(self, sources: Mapping[str, Source], providers: Mapping[str, Provider]) -> None:
        self._sources = sources
        self._providers = providers

    async def __call__(self, round_: Round) -> object | None:
        """An `Identified`, perhaps empty."""
        heard, case = round_.heard, round_.case
        said = ""
        if heard.role is Role.SUBSCRIBER and not case.registered:
            said = heard.full_text or heard.text
        typed, account = self._typed(said, round_.provider) if said else ("", None)
        if round_.provider.name == FRONT and heard.proof is Proof.DOUBTED:
            # A forged letter must not lead the true owner of its address to a provider of the forger's choice.
            return Identified(None, typed)
        if account is None and case.contract and not typed:
            account = self._one(case.provider, "contract", case.contract)
        if account is None and not typed and heard.role is Role.SUBSCRIBER and heard.sender.channel == "mail":
            account = self._by_mail(round_.provider, heard.sender.value)
        return Identified(account, typed, account is not None and self._proves(round_, account))

    def _typed(self, text: str, provider: Provider) -> tuple[str, Account | None]:
        """What looks like a contract number, and the one account that has it; at a front desk among all providers."""
        candidates = self._providers.values() if provider.name == FRONT else [provider]
        typed, found = "", []
        # Many providers number alike, and a front desk asks for all of them: each shape is looked for once.
        shapes = {one.contract_shape for one in candidates if one.contract_shape}
        seen = {shape: contract_in(text, shape) for shape in shapes}
        for one in candidates:
            if contract := seen.get(one.contract_shape):
                typed = typed or contract
                if account := self._one(one.name, "contract", contract):
                    found.append(account)
        # A number that two providers know identifies nobody.
        return (found[0].contract, found[0]) if len(found) == 1 else (typed, None)

    def _by_mail(self, provider: Provider, address: str) -> Account | None:
        names = list(self._sources) if provider.name == FRONT else [provider.name]
        found = [account for name in names if (account := self._one(name, "email", address))]
        return found[0] if len(found) == 1 else None

    def _one(self, provider: str, kind: str, value: str) -> Account | None:
        source = self._sources.get(provider)
        accounts = source.find(kind, value) if source else ()
        return accounts[0] if len(accounts) == 1 else None

    @staticmethod
    def _proves(round_: Round, account: Account) -> bool:
        """Only a letter from an address on file, vouched for by the border server, proves anything so far."""
        heard = round_.heard
        if heard.role is not Role.SUBSCRIBER:
            return round_.case.proved
        mails = {one.strip().lower() for one in account.emails}
        on_file = heard.sender.channel == "mail" and heard.sender.value in mails
        return on_file and heard.proof is Proof.SURE


class Dialogs:
    """The dialogs of each provider; a version that a running case began with is found by its hash."""

    def __init__(self, database: Database, folders: Mapping[str, Sequence[Path]]) -> None:
        """``folders`` lists for each provider its dialog folders, the nearest first. Raises `intake.forms.BadForm`."""
        self._database = database
        read: dict[tuple[Path, ...], Forms] = {}
        self._forms: dict[str, Forms] = {}
        for provider, paths in folders.items():
            here = tuple(path for path in paths if path.is_dir())
            self._forms[provider] = read[here] if here in read else read.setdefault(here, Forms.of(here))

    async def __call__(self, round_: Round) -> object | None:
        """The provider's `Forms`."""
        case, home = round_.case, round_.facts.need(Provider).name
        forms = self._forms.get(home)
        if forms and case.dialog_hash and case.dialog_hash not in forms.by_hash and not case.registered:
            forms = forms.keeping(await self._former(case, forms.in_use.get(case.dialog)))
            self._forms[home] = forms
        return forms

    async def _former(self, case: Case, now: Form | None) -> list[Form]:
        """The version the case began with. One that this desk cannot read any more gives way to the one in use."""
        query = select(contents.c.source).where(contents.c.hash == case.dialog_hash)
        async with self._database.look() as connection:
            source = (await connection.execute(query)).scalar()
        try:
            former = parse(source.encode(), case.dialog) if source else None
        except BadForm as error:
            log.warning("a case goes on by the dialog in use, since it began with one that is no good now: %s", error)
            return []
        return [former.beside(now)] if former else []

    def sources(self) -> dict[str, str]:
        """Every dialog in use: its source by its hash, to be kept once used."""
        return {form.hash: form.source for forms in self._forms.values() for form in forms.in_use.values()}


def articles_named(round_: Round) -> tuple[str, ...]:
    """The articles that the dialog of the case in hand names, by their ids."""
    forms, case = round_.facts.get(Forms), round_.case
    form = forms.get(case.dialog, case.dialog_hash) if forms and case.dialog else None
    return form.articles if form else ()


async def keep_sources(database: Database, sources: Mapping[str, str]) -> None:
    """Keeps the versions now in use (house, decision 9): cases that begin with one can be ended with it."""
    rows = [{"hash": digest, "kind": "dialog", "source": source} for digest, source in sources.items()]
    if rows:
        async with database.work() as connection:
            await connection.execute(insert_new(connection, contents).values(rows))
