"""Looking up: who writes, which case is meant, and what is known, all before the write transaction.

Which case is meant: a token, a button or a reply picks it; else it is the person's open one, the latest of several;
else a new one is opened. What does not belong to the speaker is never shown to them, and a mail that proves nothing
is marked as doubtful (rule 8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from desk.language.detect import LANGUAGES, language_of
from desk.language.translatable import sentence
from desk.model.agent_operations import TakeBackWords
from desk.model.case import BESIDE, Case, goes_on_in
from desk.model.core_facts import (
    TWO_CASES,
    AnsweredMessage,
    CaseMatch,
    HandledBefore,
    Now,
    RecentCaseCount,
    ThisArrival,
)
from desk.model.dialog_state import DialogStateRow, Expecting, dialog_state_of
from desk.model.events import DeliveryFailed, Event, Inbound, OperationOrdered, Pressed, Said
from desk.model.messages import ClaimedArrival, SenderAssurance
from desk.model.provider_files import Provider
from desk.model.states import FINAL, CaseState
from desk.model.subscribers import Person, PersonAddress
from desk.pipeline.arrival_round import Round
from desk.pipeline.case_of_unnamed_message import CaseChoice, after_closing, begins_another, forwarded_by_agent, unnamed
from desk.pipeline.reply_timing import put_presses, put_reply_timing
from desk.pipeline.reply_tokens import ReplyTokenSigner, claimed_case
from desk.queues.question_delivery_times import departure_behind, said_in, unrecorded_departure
from desk.storage.ids import RepeatableRoundIds
from desk.storage.queue_and_lease_tables import fingerprints

DOUBTED = sentence("the sender's server could not be proved")
OTHERS_TOKEN = sentence("its reply token was written to another person")
_FINAL = [state.value for state in FINAL]

# What is asked for every batch is built once: building it costs as much as asking.
_PEOPLE = (
    select(PersonAddress, Person)
    .join(Person, (Person.provider == PersonAddress.provider) & (Person.id == PersonAddress.person_id))
    .where(PersonAddress.provider == bindparam("home"))
    .where(tuple_(PersonAddress.channel, PersonAddress.value).in_(bindparam("senders", expanding=True)))
)
_OF_CASE = (DialogStateRow.provider == Case.provider) & (DialogStateRow.case_id == Case.id)
CASES_WITH_STATE = select(Case, DialogStateRow).outerjoin(DialogStateRow, _OF_CASE).where(Case.purged_at.is_(None))
_OPEN_CASES = (
    CASES_WITH_STATE.where(Case.provider == bindparam("home"), Case.person_id.in_(bindparam("people", expanding=True)))
    .where(Case.state.not_in(_FINAL))
    .order_by(Case.id)
)
_CLOSED_LATELY = (
    CASES_WITH_STATE.where(Case.provider == bindparam("home"), Case.person_id.in_(bindparam("people", expanding=True)))
    .where(Case.state == CaseState.CLOSED.value, Case.closed_at > bindparam("since"), Case.registered_at.is_not(None))
    .order_by(Case.closed_at, Case.id)
)
_RECENT = (
    select(Case.person_id, func.count())
    .where(Case.provider == bindparam("home"), Case.person_id.in_(bindparam("people", expanding=True)))
    .where(Case.opened_at > bindparam("since"))
    .group_by(Case.person_id)
)
DAY = timedelta(days=1)
MERGES = 5
"""So often a case may have been merged into another that was merged itself."""


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
    closed: dict[int, Case] = field(default_factory=dict)
    merged: dict[int, Case] = field(default_factory=dict)


class SenderAndCaseLookup:
    """Finds people and cases for a batch of parsed arrivals of one provider, in few statements."""

    def __init__(self, reply_tokens: ReplyTokenSigner) -> None:
        self._reply_tokens = reply_tokens

    async def rounds(
        self,
        session: AsyncSession,
        provider: Provider,
        inbound: Sequence[tuple[ClaimedArrival, Inbound[Event]]],
        now: datetime,
    ) -> list[Round]:
        """One round each, in order. The cases are detached afterwards: rules and acts change them in hand only."""
        inbound = [(arrival, await self._recipient_found(session, provider, one)) for arrival, one in inbound]
        inbound = [(arrival, forwarded_by_agent(one, provider)) for arrival, one in inbound]
        replied: dict[int, Expecting] = {}
        answered: dict[int, AnsweredMessage] = {}
        wanted = {
            arrival.id: await self._named(session, provider, arrival, one, replied, answered)
            for arrival, one in inbound
        }
        known = await self._look(
            session, provider, [one for _, one in inbound], {case for case, _ in wanted.values() if case}, now
        )
        session.expunge_all()
        rounds = [self._round(arrival, one, provider, known, wanted[arrival.id], now) for arrival, one in inbound]
        for one in rounds:
            one.facts.put(answered.get(one.arrival.id, AnsweredMessage()))
        await put_reply_timing(session, rounds, replied)
        await put_presses(session, rounds)
        return rounds

    async def _named(
        self,
        session: AsyncSession,
        provider: Provider,
        arrival: ClaimedArrival,
        inbound: Inbound[Event],
        replied: dict[int, Expecting],
        answered: dict[int, AnsweredMessage],
    ) -> tuple[int, str]:
        """The case the message itself names, and how; (0, "") when it names none.

        A question that it replies to is noted in ``replied``, and the message in ``answered``, by arrival.
        """
        reference = inbound.reference
        if reference.case_id:
            return reference.case_id, "button" if reference.button else "named"
        for token in reference.tokens:
            if case := self._reply_tokens.case_of(token, inbound.channel, inbound.sender.value):
                return case, "token"
        if reference.tokens and isinstance(inbound.event, Said):
            for case, address in await self._people_of(session, provider, inbound):
                if any(self._reply_tokens.case_of(one, inbound.channel, address) == case for one in reference.tokens):
                    return case, "token"  # genuine, and written to another address: `_pick` marks it as doubtful
        if reference.reply_to:
            connection = await session.connection()
            lane = reference.lane or f"{inbound.channel}:{inbound.sender.value}"
            behind = await departure_behind(connection, lane, reference.reply_to)
            if not behind.case_id and reference.quoted_text:
                behind = await unrecorded_departure(connection, lane, reference.quoted_text)
            if behind.question:
                replied[arrival.id] = behind.question
            if behind.case_id:
                answered[arrival.id] = _answered(behind.body)
                return behind.case_id, "reply"
        return 0, ""

    async def _recipient_found(
        self, session: AsyncSession, provider: Provider, inbound: Inbound[Event]
    ) -> Inbound[Event]:
        """Of a mail that came back the sender is the address its token was written to, if any proves to be that.

        A report may name only whom the mail was forwarded to, and bring nothing of the mail itself: so the
        addresses of the case's person are tried too.
        """
        event, tokens = inbound.event, inbound.reference.tokens
        if not isinstance(event, DeliveryFailed) or not tokens:
            return inbound
        known = [address for _, address in await self._people_of(session, provider, inbound)]
        for recipient in dict.fromkeys([*event.suspects, *known]):
            if any(self._reply_tokens.case_of(token, inbound.channel, recipient) for token in tokens):
                return replace(inbound, sender=replace(inbound.sender, value=recipient))
        return inbound

    async def _people_of(
        self, session: AsyncSession, provider: Provider, inbound: Inbound[Event]
    ) -> Sequence[tuple[int, str]]:
        """The cases that the tokens of a message name, genuine or not, each with the addresses of its person there."""
        claims = {case for token in inbound.reference.tokens if (case := claimed_case(token)) is not None}
        if not claims:
            return ()
        of_person = (Case.provider == PersonAddress.provider) & (Case.person_id == PersonAddress.person_id)
        here = (PersonAddress.provider == provider.name) & (PersonAddress.channel == inbound.channel)
        query = select(Case.id, PersonAddress.value).join(Case, of_person).where(here, Case.id.in_(claims))
        found = await session.execute(query.order_by(Case.id, PersonAddress.value).limit(20))
        return [(row.id, row.value) for row in found]

    async def _look(
        self,
        session: AsyncSession,
        provider: Provider,
        inbound: Sequence[Inbound[Event]],
        named: set[int],
        now: datetime,
    ) -> _Known:
        known = _Known()
        if named:
            query = CASES_WITH_STATE.where(Case.provider == provider.name, Case.id.in_(named))
            known.named = {case.id: case for case in await read_cases(session, query)}
        references = [one.reference for one in inbound]
        if numbers := {number for one in references for number in (one.number, one.quoted_number) if number}:
            query = CASES_WITH_STATE.where(Case.provider == provider.name, Case.number.in_(numbers))
            known.numbers = {case.number or "": case for case in await read_cases(session, query)}
        await _follow_merged(session, provider, known)
        await self._look_for_people(session, provider, inbound, known, now)
        if prints := {one.fingerprint for one in inbound if one.fingerprint}:
            seen = select(fingerprints.c.fingerprint, fingerprints.c.arrival_id).where(
                fingerprints.c.provider == inbound[0].provider, fingerprints.c.fingerprint.in_(prints)
            )
            known.repeats = {row.fingerprint: row.arrival_id for row in (await session.execute(seen)).all()}
        return known

    async def _look_for_people(
        self, session: AsyncSession, provider: Provider, inbound: Sequence[Inbound[Event]], known: _Known, now: datetime
    ) -> None:
        senders = {(one.channel, one.sender.value) for one in inbound if one.from_subscriber and one.sender.value}
        if senders:
            values = {"home": provider.name, "senders": list(senders)}
            for address, person in (await session.execute(_PEOPLE, values)).all():
                known.people[address.channel, address.value] = person
                known.owners[person.id] = person
                known.addresses.setdefault(person.id, []).append(address)
        if people := {person.id for person in known.people.values()}:
            of_these = {"home": provider.name, "people": list(people)}
            for case in await read_cases(session, _OPEN_CASES, of_these):
                known.open_cases.setdefault(case.person_id, []).append(case)
            idle = people - set(known.open_cases)
            if idle:
                lately = {"home": provider.name, "people": list(idle), "since": now - provider.waiting.reopen_within}
                known.closed = {case.person_id: case for case in await read_cases(session, _CLOSED_LATELY, lately)}
            if beginning := idle | _beginning_another(inbound, known, provider, now):
                since = {"home": provider.name, "people": list(beginning), "since": now - DAY}
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
        arrival: ClaimedArrival,
        inbound: Inbound[Event],
        provider: Provider,
        known: _Known,
        named: tuple[int, str],
        now: datetime,
    ) -> Round:
        person = known.people.get((inbound.channel, inbound.sender.value)) if inbound.from_subscriber else None
        chosen = self._pick(inbound, known, named, person, provider, now)
        case, case_match = chosen.case, chosen.match
        made = Round(arrival, inbound, provider, now, RepeatableRoundIds(now, arrival.id), case, is_new=case is None)
        if case is not None and case.person_id in known.owners:
            # An agent may accept a mail from an address that is not on the case: it joins all the same.
            person = known.owners[case.person_id]
        if person is not None:
            made.holder, made.person_is_new = person, False
            made.addresses = known.addresses.get(person.id, [])
        if case is None and case_match.how == "new":
            _begin_case(made, chosen.beside)
        if made.subject is not None:
            made.before = made.subject.dialog_state.as_row()
        made.facts.put(case_match)
        made.facts.put(Now(now))
        made.facts.put(ThisArrival(arrival.id))
        made.facts.put(provider)
        if arrival_id := known.repeats.get(inbound.fingerprint):
            made.facts.put(HandledBefore(arrival_id))
        if made.subject is not None and made.is_new and not made.person_is_new:
            made.facts.put(RecentCaseCount(known.recent.get(made.person.id, 0)))
        return made

    def _pick(
        self,
        inbound: Inbound[Event],
        known: _Known,
        named: tuple[int, str],
        person: Person | None,
        provider: Provider,
        now: datetime,
    ) -> CaseChoice:
        (case_id, how), reference = named, inbound.reference
        merged = known.merged if inbound.from_subscriber or not _of_its_own(inbound.event) else {}
        answered = known.named.get(case_id)
        if inbound.from_agent and answered is None:
            answered, how = known.numbers.get(reference.quoted_number), "reply"
        answered = merged.get(answered.id, answered) if answered else None
        case = known.numbers.get(reference.number) if reference.number else answered
        case = merged.get(case.id, case) if case else None
        accepted = reference.case_id and not reference.button and case is not None
        if not inbound.from_subscriber or accepted:
            doubt = TWO_CASES if case and answered and case.id != answered.id else ""
            how = "number" if reference.number and case else how if case else "none"
            return CaseChoice(case, CaseMatch(how, doubt))
        cases = known.open_cases.get(person.id, []) if person else []
        mine = case is not None and person is not None and case.person_id == person.id
        if case is not None and mine and (case.open or how == "button"):
            doubt = DOUBTED if inbound.proof is SenderAssurance.DOUBTED else ""
            another = how in ("token", "reply") and not doubt and begins_another(inbound, case, provider, now)
            return CaseChoice(None, CaseMatch("new"), case) if another else CaseChoice(case, CaseMatch(how, doubt))
        if isinstance(inbound.event, Pressed):
            return CaseChoice(None, CaseMatch("none"))
        if how == "token" and case is not None and not mine:
            return CaseChoice(case, CaseMatch(how, OTHERS_TOKEN))
        if case is not None and mine and case.registered:
            by_token = how == "token"
            if back := after_closing(inbound, case, provider, now, by_token):
                return back
        return unnamed(inbound, cases, known.closed.get(person.id) if person else None, how, provider, now)


async def _follow_merged(session: AsyncSession, provider: Provider, known: _Known) -> None:
    """The cases that named ones were merged into, and into which those were: a number once given leads on."""
    ends = {case.id: case for case in (*known.named.values(), *known.numbers.values()) if goes_on_in(case)}
    for _ in range(MERGES):
        wanted = {goes_on_in(case) for case in ends.values()} - {0}
        if not wanted:
            break
        query = CASES_WITH_STATE.where(Case.provider == provider.name, Case.id.in_(wanted))
        found = {case.id: case for case in await read_cases(session, query)}
        ends = {id: found.get(goes_on_in(case), case) for id, case in ends.items()}
    known.merged = ends


def _of_its_own(event: Event) -> bool:
    """Whether an order or a timer is about the very case it names, though that goes on under another number."""
    return not isinstance(event, OperationOrdered) or isinstance(event.operation, TakeBackWords)


async def read_cases(
    session: AsyncSession, query: Select[Case, DialogStateRow], values: Mapping[str, Any] | None = None
) -> list[Case]:
    """Cases, each with what it expects."""
    found = (await session.execute(query, values or {})).all()
    for case, state in found:
        case.dialog_state = dialog_state_of(state)
    return [case for case, _ in found]


def _beginning_another(inbound: Sequence[Inbound[Event]], known: _Known, provider: Provider, now: datetime) -> set[int]:
    """Who has a case open and begins another one beside it."""
    found = set[int]()
    for one in inbound:
        person = known.people.get((one.channel, one.sender.value)) if one.from_subscriber else None
        cases = known.open_cases.get(person.id, ()) if person else ()
        if person is not None and cases and unnamed(one, cases, None, "", provider, now).case is None:
            found.add(person.id)
    return found


def _answered(body: Mapping[str, Any]) -> AnsweredMessage:
    """What a sent message was, by what a channel keeps of it."""
    return AnsweredMessage(str(body.get("about", "")), said_in(body)[:80])


def _begin_case(made: Round, beside: Case | None) -> None:
    """A case of the speaker's, and the speaker themselves where nobody knows them yet."""
    inbound, provider, now = made.inbound, made.provider, made.now
    if made.holder is None:
        made.holder = Person(provider=provider.name, id=made.ids.take(), name=inbound.name[:200], created_at=now)
    made.subject = Case(
        provider=provider.name,
        id=made.ids.take(),
        person_id=made.holder.id,
        language=made.holder.language or _language(inbound, provider),
        channel=inbound.channel,
        channel_kind=inbound.sender.channel_kind,
        address=inbound.sender.value,
        subject=inbound.event.subject[:400] if isinstance(inbound.event, Said) else "",
        contract=made.holder.contract,
        related=[] if beside is None else [{"case": str(beside.id), "number": beside.number or "", "kind": BESIDE}],
        opened_at=now,
        updated_at=now,
    )


def _language(inbound: Inbound[Event], provider: Provider) -> str:
    """The language of the words themselves; else that of the person's program, or the provider's."""
    # A command is in nobody's language: there the person's own settings tell more.
    said = "" if inbound.text.startswith("/") else language_of(inbound.text)
    language = said or inbound.language or provider.language
    return language if language in LANGUAGES else provider.language
