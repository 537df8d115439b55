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
from desk.model.facts import CaseMatch, DuplicateOf, Now, RecentCases
from desk.model.messages import Address, Arrival, Inbound, Proof, Role, Verb
from desk.model.people import Person, PersonAddress
from desk.model.policy import Provider
from desk.pipeline.reply_tokens import ReplyTokens, claimed_case
from desk.queues.outbox import case_behind
from desk.storage.ids import IdGenerator
from desk.storage.queue_tables import fingerprints

_FINAL = [state.value for state in FINAL]

# What is asked for every batch is built once: building it costs as much as asking.
_PEOPLE = (
    select(PersonAddress, Person)
    .join(Person, (Person.provider == PersonAddress.provider) & (Person.id == PersonAddress.person_id))
    .where(PersonAddress.provider == bindparam("home"))
    .where(tuple_(PersonAddress.channel, PersonAddress.value).in_(bindparam("senders", expanding=True)))
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
    inbound: Inbound
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


class CaseLookup:
    """Finds people and cases for a batch of heard arrivals of one provider, in few statements."""

    def __init__(self, reply_tokens: ReplyTokens) -> None:
        self._reply_tokens = reply_tokens
        self._ids = IdGenerator()

    async def rounds(
        self, session: AsyncSession, provider: Provider, inbound: Sequence[tuple[Arrival, Inbound]], now: datetime
    ) -> list[Round]:
        """One round each, in order. The cases are detached afterwards: rules and acts change them in hand only."""
        inbound = [(arrival, await self._recipient_found(session, provider, one)) for arrival, one in inbound]
        wanted = {arrival.id: await self._named(session, one) for arrival, one in inbound}
        known = await self._look(
            session, provider, [one for _, one in inbound], {case for case, _ in wanted.values() if case}, now
        )
        session.expunge_all()
        return [self._round(arrival, one, provider, known, wanted[arrival.id], now) for arrival, one in inbound]

    async def _named(self, session: AsyncSession, inbound: Inbound) -> tuple[int, str]:
        """The case the message itself names, and how; (0, "") when it names none."""
        if inbound.case_id:
            return inbound.case_id, "named"
        if inbound.press:
            return inbound.press.case, "button"
        for token in inbound.tokens:
            if case := self._reply_tokens.case_of(token, inbound.channel, inbound.sender.value):
                return case, "token"
        if inbound.reply_to:
            connection = await session.connection()
            lane = inbound.detail.get("lane") or f"{inbound.channel}:{inbound.sender.value}"
            if case := await case_behind(connection, lane, inbound.reply_to):
                return case, "reply"
        return 0, ""

    async def _recipient_found(self, session: AsyncSession, provider: Provider, inbound: Inbound) -> Inbound:
        """Of a letter that came back the sender is the address its token was written to, if any proves to be that.

        A report may name whom the letter was forwarded to only, and bring nothing of the letter itself: so the
        addresses of the case's person are tried too.
        """
        if inbound.verb is not Verb.UNDELIVERED or not inbound.tokens:
            return inbound
        claims = {case for token in inbound.tokens if (case := claimed_case(token)) is not None}
        of_person = (Case.provider == PersonAddress.provider) & (Case.person_id == PersonAddress.person_id)
        query = (
            select(PersonAddress.value)
            .join(Case, of_person)
            .where(
                PersonAddress.provider == provider.name, PersonAddress.channel == inbound.channel, Case.id.in_(claims)
            )
        )
        known = (await session.scalars(query.limit(20))).all() if claims else ()
        for recipient in dict.fromkeys([*inbound.detail.get("suspects", "").split(), *known]):
            if any(self._reply_tokens.case_of(token, inbound.channel, recipient) for token in inbound.tokens):
                return replace(inbound, sender=replace(inbound.sender, value=recipient))
        return inbound

    async def _look(
        self, session: AsyncSession, provider: Provider, inbound: Sequence[Inbound], named: set[int], now: datetime
    ) -> _Known:
        known = _Known()
        if named:
            query = select(Case).where(Case.provider == provider.name, Case.id.in_(named))
            known.named = {case.id: case for case in (await session.scalars(query)).all()}
        if numbers := {number for one in inbound for number in (one.number, one.detail.get("shown")) if number}:
            query = select(Case).where(Case.provider == provider.name, Case.number.in_(numbers))
            known.numbers = {case.number or "": case for case in (await session.scalars(query)).all()}
        await self._look_for_people(session, provider, inbound, known, now)
        if prints := {one.fingerprint for one in inbound if one.fingerprint}:
            seen = select(fingerprints.c.fingerprint, fingerprints.c.arrival_id).where(
                fingerprints.c.provider == inbound[0].provider, fingerprints.c.fingerprint.in_(prints)
            )
            known.repeats = {row.fingerprint: row.arrival_id for row in (await session.execute(seen)).all()}
        return known

    async def _look_for_people(
        self, session: AsyncSession, provider: Provider, inbound: Sequence[Inbound], known: _Known, now: datetime
    ) -> None:
        senders = {
            (one.channel, one.sender.value) for one in inbound if one.role is Role.SUBSCRIBER and one.sender.value
        }
        if senders:
            values = {"home": provider.name, "senders": list(senders)}
            for address, person in (await session.execute(_PEOPLE, values)).all():
                known.people[address.channel, address.value] = person
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
        self,
        arrival: Arrival,
        inbound: Inbound,
        provider: Provider,
        known: _Known,
        named: tuple[int, str],
        now: datetime,
    ) -> Round:
        person = known.people.get((inbound.channel, inbound.sender.value)) if inbound.role is Role.SUBSCRIBER else None
        case, case_match = self._pick(inbound, known, named, person)
        made = Round(
            arrival,
            inbound,
            provider,
            now,
            case or _fresh_case(self._ids.next_id(now), inbound, provider, now),
            _fresh_person(self._ids.next_id(now), inbound, provider, now),
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
        made.facts.put(case_match)
        made.facts.put(Now(now))
        made.facts.put(provider)
        if arrival_id := known.repeats.get(inbound.fingerprint):
            made.facts.put(DuplicateOf(arrival_id))
        if made.is_new and not made.person_is_new:
            made.facts.put(RecentCases(known.recent.get(made.person.id, 0)))
        return made

    def _pick(
        self, inbound: Inbound, known: _Known, named: tuple[int, str], person: Person | None
    ) -> tuple[Case | None, CaseMatch]:
        case_id, how = named
        case = known.numbers.get(inbound.number) if inbound.number else known.named.get(case_id)
        if inbound.role is Role.AGENT and case is None and not inbound.number:
            case, how = known.numbers.get(inbound.detail.get("shown", "")), "reply"
        if inbound.role is not Role.SUBSCRIBER or (inbound.case_id and case is not None):
            return case, CaseMatch("number" if inbound.number and case else how if case else "none")
        cases = known.open_cases.get(person.id, []) if person else []
        mine = case is not None and person is not None and case.person_id == person.id
        if case is not None and mine and (case.open or how == "button"):
            doubt = "the sender's server could not be proved" if inbound.proof is Proof.DOUBTED else ""
            return case, CaseMatch(how, doubt)
        if inbound.verb is Verb.PRESS:
            return None, CaseMatch("none")
        if how == "token" and case is not None and not mine:
            return case, CaseMatch(how, "the token was written to another person")
        return _unnamed(inbound, cases, how)


def _unnamed(inbound: Inbound, cases: Sequence[Case], how: str) -> tuple[Case | None, CaseMatch]:
    """The message names no case of its sender's that is open: it means their latest open one, or a new one."""
    if inbound.tokens and how != "token":
        doubt = "its reply token is not genuine for this sender"
        return (cases[-1] if cases else None), CaseMatch("only" if cases else "new", doubt)
    if not cases:
        return None, CaseMatch("new")
    doubt = "" if inbound.proof is Proof.SURE else "it carries no reply token, and the sender is not proved"
    return cases[-1], CaseMatch("only", doubt)


def _fresh_case(id: int, inbound: Inbound, provider: Provider, now: datetime) -> Case:
    # A command is in nobody's language: there the person's own settings tell more.
    said = "" if inbound.text.startswith("/") else language_of(inbound.text)
    language = said or inbound.language or provider.language
    return Case(
        provider=provider.name,
        id=id,
        person_id=0,
        language=language if language in LANGUAGES else provider.language,
        channel=inbound.channel,
        channel_kind=inbound.sender.channel_kind,
        address=inbound.sender.value,
        subject=inbound.subject[:400],
        opened_at=now,
        updated_at=now,
    )


def _fresh_person(id: int, inbound: Inbound, provider: Provider, now: datetime) -> Person:
    return Person(provider=provider.name, id=id, name=inbound.name[:200], created_at=now)


def sender_address_row(round_: Round) -> PersonAddress | None:
    """The stored address this message came from, if it is known."""
    return next(
        (
            one
            for one in round_.addresses
            if one.channel == round_.inbound.channel and one.value == round_.inbound.sender.value
        ),
        None,
    )


def is_proved_sender(round_: Round) -> bool:
    """Whether the speaker surely reads what is sent there: their channel vouches for them, or a token came back."""
    case_match = round_.facts.get(CaseMatch)
    return round_.inbound.proof is Proof.SURE or (case_match is not None and case_match.how == "token")


def address_of(row: PersonAddress) -> Address:
    """A stored address as a value."""
    return Address(row.channel_kind, row.channel, row.value)
