"""Who is meant by a key: an address, a Telegram id, a contract, a phone, the number of a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.model.case import Case, name_of_case
from desk.model.states import FINAL
from desk.model.subscribers import Person, PersonAddress

PHONE_DIGITS = 10
"""So many last digits of a number are compared: 8 and +7 begin the same ones."""
_FINAL = [state.value for state in FINAL]


@dataclass(frozen=True, slots=True)
class CaseOfPerson:
    """A case; ``number`` is its id where it has none. ``open`` if anything may still happen to it."""

    id: int
    number: str
    open: bool

    @property
    def name(self) -> str:
        """What operators are told of it: its number, or in words that it has none yet."""
        return name_of_case("" if self.number == str(self.id) else self.number, self.id)


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A person as one provider knows them. ``addresses`` are (channel, value), ``identifiers`` what else names them:
    phones, numbers and ids of cases, full names."""

    provider: str
    id: int
    name: str
    addresses: tuple[tuple[str, str], ...]
    cases: tuple[CaseOfPerson, ...]
    contracts: frozenset[str]
    identifiers: frozenset[str]


async def find_people(session: AsyncSession, key: str) -> list[FoundPerson]:
    """Everybody among the session's providers whom the key names, in order of their ids."""
    typed = key.strip()
    if not typed:
        return []
    kind, colon, rest = typed.partition(":")
    value = rest if colon and kind in ("telegram", "mail") else typed
    by_address = select(PersonAddress.provider, PersonAddress.person_id).where(
        func.lower(PersonAddress.value) == value.lower()
    )
    by_contract = select(Person.provider, Person.id).where(Person.contract == typed)
    by_case = select(Case.provider, Case.person_id).where(
        Case.person_id != 0, or_(Case.contract == typed, Case.number == typed.upper(), _has_phone(typed))
    )
    found: set[tuple[str, int]] = set()
    for query in (by_address, by_contract, by_case):
        found |= {(row[0], row[1]) for row in await session.execute(query)}
    people = [await load_person(session, provider, id) for provider, id in sorted(found)]
    return [one for one in people if one is not None]


def _has_phone(typed: str) -> ColumnElement[bool]:
    digits = "".join(filter(str.isdigit, typed))
    if len(digits) < PHONE_DIGITS or any(char.isalpha() for char in typed):
        return Case.id < 0
    last = f"%{digits[-PHONE_DIGITS:]}"
    return or_(_digits_of(Case.phone).like(last), _digits_of(Case.callback_phone).like(last))


def _digits_of(column: Any) -> Any:
    for char in "+-() ":
        column = func.replace(column, char, "")
    return column


async def load_person(session: AsyncSession, provider: str, id: int) -> FoundPerson | None:
    """The person of this id, None where there is none."""
    person = (
        await session.execute(select(Person.name, Person.contract).where(Person.provider == provider, Person.id == id))
    ).first()
    if person is None:
        return None
    of_person = and_(PersonAddress.provider == provider, PersonAddress.person_id == id)
    addresses = (await session.execute(select(PersonAddress.channel, PersonAddress.value).where(of_person))).all()
    query = select(
        Case.id, Case.number, Case.state, Case.contract, Case.phone, Case.callback_phone, Case.holder, Case.address
    )
    cases = (
        await session.execute(query.where(Case.provider == provider, Case.person_id == id).order_by(Case.id))
    ).all()
    contracts = {person.contract, *(case.contract for case in cases)} - {""}
    named = {name for name in (person.name, *(case.holder for case in cases)) if " " in name.strip()}
    told = {
        text
        for case in cases
        for text in (case.phone, case.callback_phone, case.number or "", case.address, str(case.id))
    }
    return FoundPerson(
        provider,
        id,
        person.name,
        tuple((row.channel, row.value) for row in addresses),
        tuple(CaseOfPerson(case.id, case.number or str(case.id), case.state not in _FINAL) for case in cases),
        frozenset(contracts),
        frozenset({*named, *told, *(row.value for row in addresses)} - {""}),
    )


def addresses_of(people: Sequence[FoundPerson]) -> list[tuple[str, str]]:
    """The addresses of these people, once each."""
    return list(dict.fromkeys(address for one in people for address in one.addresses))
