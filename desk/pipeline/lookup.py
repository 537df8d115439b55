"""Looking up: who writes, which case is meant, and what is known, all before the write transaction.

Which case is meant: a token, a button or a reply picks it; else it is the person's open one, the latest of several;
else a new one is opened. What does not belong to the speaker is never shown to them, and a letter that proves nothing
is marked as doubtful (rule 8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from desk.language.detect import LANGUAGES, language_of
from desk.model.acts import Facts
from desk.model.case import FINAL, Case
from desk.model.facts import Now, Picked, Recent, Repeat
from desk.model.messages import Address, Arrival, Heard, Proof, Role, Verb
from desk.model.people import Person, PersonAddress
from desk.model.policy import Provider
from desk.pipeline.reply_tokens import Keyring, claimed
from desk.queues.outbox import case_behind
from desk.storage.ids import Ids
from desk.storage.queue_tables import fingerprints

_FINAL = [state.value for state in FINAL]

# What is asked for every batch is built once: building it costs as much as asking.
_PEOPLE = (
    select(PersonAddress, Person)
    .join(Person, (Person.provider == PersonAddress.provider) & (Person.id == PersonAddress.person_id))
    .where(PersonAddress.provider == bindparam("home"))
    .where(tuple_(PersonAddress.door, PersonAddress.value).in_(bindparam("senders", expanding=True)))
)
_OPEN_CASES = (
    select(Case)
    .where(Case.provider == bindparam("home"), Case.person_id.in_(bindparam("people", expanding=True)))
    .where(Case.state.not_in(_FINAL))
    .order_by(Case.id)
)
_RECENT = (
    select(Case.person_id, func.count())
    .where(Case.provider == bindparam("home"), Case.person_id.in_(bindparam("people", expanding=True)))
    .where(Case.opened_at > bindparam("since"))
    .group_by(Case.person_id)
)
DAY = timedelta(days=1)


@dataclass(slots=True)
class Round:
    """One arrival on its way through the corridor: what was heard, the case in hand, and what is known."""

    arrival: Arrival
    heard: Heard
    provider: Provider
    now: datetime
    case: Case
    person: Person
    addresses: list[PersonAddress] = field(default_factory=list)
    facts: Facts = field(default_factory=Facts)
    is_new: bool = True
    person_is_new: bool = True


@dataclass(slots=True)
class _Known:
    """What one look at the database told about a batch of one provider."""

    people: dict[tuple[str, str], Person] = field(default_factory=dict)
    addresses: dict[int, list[PersonAddress]] = field(default_factory=dict)
    open_cases: dict[int, list[Case]] = field(default_factory=dict)
    named: dict[int, Case] = field(default_factory=dict)
    numbers: dict[str, Case] = field(default_factory=dict)
    owners: dict[int, Person] = field(default_factory=dict)
    repeats: dict[str, int] = field(default_factory=dict)
    recent: dict[int, int] = field(default_factory=dict)


class Gatherer:
    """Finds people and cases for a batch of heard arrivals of one provider, in few statements."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._ids = Ids()

    async def rounds(
        self, session: AsyncSession, provider: Provider, heard: Sequence[tuple[Arrival, Heard]], now: datetime
    ) -> list[Round]:
        """One round each, in order. The cases are detached afterwards: rules and acts change them in hand only."""
        heard = [(arrival, await self._recipient_found(session, provider, one)) for arrival, one in heard]
        wanted = {arrival.id: await self._named(session, one) for arrival, one in heard}
        known = await self._look(
            session, provider, [one for _, one in heard], {case for case, _ in wanted.values() if case}, now
        )
        session.expunge_all()
        return [self._round(arrival, one, provider, known, wanted[arrival.id], now) for arrival, one in heard]

    async def _named(self, session: AsyncSession, heard: Heard) -> tuple[int, str]:
        """The case the message itself names, and how; (0, "") when it names none."""
        if heard.case_id:
            return heard.case_id, "named"
        if heard.press:
            return heard.press.case, "button"
        for token in heard.tokens:
            if case := self._keyring.case_of(token, heard.door, heard.sender.value):
                return case, "token"
        if heard.reply_to:
            connection = await session.connection()
            lane = heard.detail.get("lane") or f"{heard.door}:{heard.sender.value}"
            if case := await case_behind(connection, lane, heard.reply_to):
                return case, "reply"
        return 0, ""

    async def _recipient_found(self, session: AsyncSession, provider: Provider, heard: Heard) -> Heard:
        """Of a letter that came back the sender is the address its token was written to, if any proves to be that.

        A report may name whom the letter was forwarded to only, and bring nothing of the letter itself: so the
        addresses of the case's person are tried too.
        """
        if heard.verb is not Verb.UNDELIVERED or not heard.tokens:
            return heard
        claims = {case for token in heard.tokens if (case := claimed(token)) is not None}
        of_person = (Case.provider == PersonAddress.provider) & (Case.person_id == PersonAddress.person_id)
        query = (
            select(PersonAddress.value)
            .join(Case, of_person)
            .where(PersonAddress.provider == provider.name, PersonAddress.door == heard.door, Case.id.in_(claims))
        )
        known = (await session.scalars(query.limit(20))).all() if claims else ()
        for recipient in dict.fromkeys([*heard.detail.get("suspects", "").split(), *known]):
            if any(self._keyring.case_of(token, heard.door, recipient) for token in heard.tokens):
                return replace(heard, sender=replace(heard.sender, value=recipient))
        return heard

    async def _look(
        self, session: AsyncSession, provider: Provider, heard: Sequence[Heard], named: set[int], now: datetime
    ) -> _Known:
        known = _Known()
        if named:
            query = select(Case).where(Case.provider == provider.name, Case.id.in_(named))
            known.named = {case.id: case for case in (await session.scalars(query)).all()}
        if numbers := {number for one in heard for number in (one.number, one.detail.get("shown")) if number}:
            query = select(Case).where(Case.provider == provider.name, Case.number.in_(numbers))
            known.numbers = {case.number or "": case for case in (await session.scalars(query)).all()}
        await self._look_for_people(session, provider, heard, known, now)
        if prints := {one.fingerprint for one in heard if one.fingerprint}:
            seen = select(fingerprints.c.fingerprint, fingerprints.c.arrival_id).where(
                fingerprints.c.provider == heard[0].provider, fingerprints.c.fingerprint.in_(prints)
            )
            known.repeats = {row.fingerprint: row.arrival_id for row in (await session.execute(seen)).all()}
        return known

    async def _look_for_people(
        self, session: AsyncSession, provider: Provider, heard: Sequence[Heard], known: _Known, now: datetime
    ) -> None:
        senders = {(one.door, one.sender.value) for one in heard if one.role is Role.SUBSCRIBER and one.sender.value}
        if senders:
            values = {"home": provider.name, "senders": list(senders)}
            for address, person in (await session.execute(_PEOPLE, values)).all():
                known.people[address.door, address.value] = person
                known.owners[person.id] = person
                known.addresses.setdefault(person.id, []).append(address)
        if people := {person.id for person in known.people.values()}:
            of_these = {"home": provider.name, "people": list(people)}
            for case in (await session.scalars(_OPEN_CASES, of_these)).all():
                known.open_cases.setdefault(case.person_id, []).append(case)
            if idle := people - set(known.open_cases):
                since = {"home": provider.name, "people": list(idle), "since": now - DAY}
                known.recent = dict((await session.execute(_RECENT, since)).all())
        owners = {case.person_id for case in (*known.named.values(), *known.numbers.values())} - set(known.owners)
        if owners:
            persons = select(Person).where(Person.provider == provider.name, Person.id.in_(owners))
            known.owners |= {person.id: person for person in (await session.scalars(persons)).all()}
            places = select(PersonAddress).where(
                PersonAddress.provider == provider.name, PersonAddress.person_id.in_(owners)
            )
            for address in (await session.scalars(places)).all():
                known.addresses.setdefault(address.person_id, []).append(address)

    def _round(
        self, arrival: Arrival, heard: Heard, provider: Provider, known: _Known, named: tuple[int, str], now: datetime
    ) -> Round:
        person = known.people.get((heard.door, heard.sender.value)) if heard.role is Role.SUBSCRIBER else None
        case, picked = self._pick(heard, known, named, person)
        made = Round(
            arrival,
            heard,
            provider,
            now,
            case or _fresh_case(self._ids.take(now), heard, provider, now),
            _fresh_person(self._ids.take(now), heard, provider, now),
        )
        if case is not None and case.person_id in known.owners:
            # An agent may vouch for a letter from an address that is not on the case: it joins all the same.
            person = known.owners[case.person_id]
        if person is not None:
            made.person, made.person_is_new = person, False
            made.addresses = known.addresses.get(person.id, [])
        made.is_new = case is None
        if made.is_new:
            made.case.person_id = made.person.id
            made.case.contract = made.person.contract
            made.case.language = made.person.language or made.case.language
        made.facts.put(picked)
        made.facts.put(Now(now))
        made.facts.put(provider)
        if arrival_id := known.repeats.get(heard.fingerprint):
            made.facts.put(Repeat(arrival_id))
        if made.is_new and not made.person_is_new:
            made.facts.put(Recent(known.recent.get(made.person.id, 0)))
        return made

    def _pick(
        self, heard: Heard, known: _Known, named: tuple[int, str], person: Person | None
    ) -> tuple[Case | None, Picked]:
        case_id, how = named
        case = known.numbers.get(heard.number) if heard.number else known.named.get(case_id)
        if heard.role is Role.AGENT and case is None and not heard.number:
            case, how = known.numbers.get(heard.detail.get("shown", "")), "reply"
        if heard.role is not Role.SUBSCRIBER or (heard.case_id and case is not None):
            return case, Picked("number" if heard.number and case else how if case else "none")
        cases = known.open_cases.get(person.id, []) if person else []
        mine = case is not None and person is not None and case.person_id == person.id
        if case is not None and mine and (case.open or how == "button"):
            doubt = "the sender's server could not be proved" if heard.proof is Proof.DOUBTED else ""
            return case, Picked(how, doubt)
        if heard.verb is Verb.PRESS:
            return None, Picked("none")
        if how == "token" and case is not None and not mine:
            return case, Picked(how, "the token was written to another person")
        return _unnamed(heard, cases, how)


def _unnamed(heard: Heard, cases: Sequence[Case], how: str) -> tuple[Case | None, Picked]:
    """The message names no case of its sender's that is open: it means their latest open one, or a new one."""
    if heard.tokens and how != "token":
        doubt = "its reply token is not genuine for this sender"
        return (cases[-1] if cases else None), Picked("only" if cases else "new", doubt)
    if not cases:
        return None, Picked("new")
    doubt = "" if heard.proof is Proof.SURE else "it carries no reply token, and the sender is not proved"
    return cases[-1], Picked("only", doubt)


def _fresh_case(id: int, heard: Heard, provider: Provider, now: datetime) -> Case:
    # A command is in nobody's language: there the person's own settings tell more.
    said = "" if heard.text.startswith("/") else language_of(heard.text)
    language = said or heard.language or provider.language
    return Case(
        provider=provider.name,
        id=id,
        person_id=0,
        language=language if language in LANGUAGES else provider.language,
        door=heard.door,
        channel=heard.sender.channel,
        address=heard.sender.value,
        subject=heard.subject[:400],
        opened_at=now,
        updated_at=now,
    )


def _fresh_person(id: int, heard: Heard, provider: Provider, now: datetime) -> Person:
    return Person(provider=provider.name, id=id, name=heard.name[:200], created_at=now)


def sender_row(round_: Round) -> PersonAddress | None:
    """The stored address this message came from, if it is known."""
    return next(
        (one for one in round_.addresses if one.door == round_.heard.door and one.value == round_.heard.sender.value),
        None,
    )


def surely_theirs(round_: Round) -> bool:
    """Whether the speaker surely reads what is sent there: their door vouches for them, or a token came back."""
    picked = round_.facts.get(Picked)
    return round_.heard.proof is Proof.SURE or (picked is not None and picked.how == "token")


def address_of(row: PersonAddress) -> Address:
    """A stored address as a value."""
    return Address(row.channel, row.door, row.value)
