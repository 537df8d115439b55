"""Which case a message means that names none of its sender's open ones.

It is the one that the words name by its place in the order of opening, or else the one asked about last; a matter of
its own beside it, where the words or the subject say so; one closed lately, where its trouble is back or its person
says thanks; else a new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from desk.language.detect import language_of
from desk.language.mail_subjects import bare_subject
from desk.language.translatable import sentence
from desk.model.case import LIVE_TALK, Case
from desk.model.core_facts import CaseMatch
from desk.model.events import NO_REFERENCE, Event, Inbound, Said
from desk.model.messages import SenderAssurance
from desk.model.provider_files import Provider
from desk.understanding.own_or_other_matter import (
    AfterClosing,
    asks_of_another_matter,
    is_letter_of_its_own,
    place_of_case,
    said_after_closing,
)
from desk.understanding.reading.observations import Situation, TalkStage

UNPROVED = sentence("it carries no reply token, and the sender is not proved")
NOT_GENUINE = sentence("its reply token is not genuine for this sender")


@dataclass(frozen=True, slots=True)
class CaseChoice:
    """The case in hand and how it was found; for a new one that begins beside another, which."""

    case: Case | None
    match: CaseMatch
    beside: Case | None = None


def forwarded_by_agent(inbound: Inbound[Event], provider: Provider) -> Inbound[Event]:
    """A letter that an agent of the provider sends on is its author's, who is claimed and never proved."""
    event, letter = inbound.event, inbound.event.letter if isinstance(inbound.event, Said) else None
    if not isinstance(event, Said) or letter is None or inbound.sender.channel_kind != "mail" or inbound.automatic:
        return inbound
    agent = next((one for one in provider.agents if one.mail and one.mail == inbound.sender.value), None)
    if agent is None or letter.sender == inbound.sender.value:
        return inbound
    accepted = bool(inbound.accepted_by)
    sure = inbound.proof is SenderAssurance.SURE and not accepted
    return replace(
        inbound,
        sender=replace(inbound.sender, value=letter.sender),
        name=letter.name,
        language=language_of(letter.text) or inbound.language,
        proof=SenderAssurance.CLAIMED if sure else inbound.proof,
        reference=inbound.reference if accepted else NO_REFERENCE,
        event=replace(
            event,
            text=letter.text or letter.subject,
            subject=letter.subject or event.subject,
            references=(),
            forwarded_by=agent.id,
        ),
    )


def unnamed(
    inbound: Inbound[Event], cases: Sequence[Case], closed: Case | None, how: str, provider: Provider, now: datetime
) -> CaseChoice:
    """The choice among the sender's open ``cases`` and the one ``closed`` lately. ``how`` a case was named at all."""
    latest = max(cases, key=_asked) if cases else None
    if inbound.reference.tokens and how != "token":
        return CaseChoice(latest, CaseMatch("only" if latest else "new", NOT_GENUINE))
    if inbound.reference.anew:
        return CaseChoice(None, CaseMatch("new"), latest)
    if latest is None:
        return after_closing(inbound, closed, provider, now) or CaseChoice(None, CaseMatch("new"))
    named = _named_by_place(inbound, cases, provider)
    if named is not None:
        return CaseChoice(named, CaseMatch("only", "" if inbound.proof is SenderAssurance.SURE else UNPROVED))
    another = begins_another(inbound, latest, provider, now) or _is_letter_of_its_own(inbound, latest, provider)
    if another and inbound.proof is not SenderAssurance.DOUBTED:
        return CaseChoice(None, CaseMatch("new"), latest)
    return CaseChoice(latest, CaseMatch("only", "" if inbound.proof is SenderAssurance.SURE else UNPROVED))


def _named_by_place(inbound: Inbound[Event], cases: Sequence[Case], provider: Provider) -> Case | None:
    """The case meant by "а что с первой заявкой?", where there are several."""
    event = inbound.event
    if len(cases) < 2 or not isinstance(event, Said) or event.edited:
        return None
    place = place_of_case(event.text, _situation(provider))
    opened = sorted(cases, key=lambda one: (one.opened_at, one.id))
    return opened[place - 1] if 0 < place <= len(opened) else None


def begins_another(inbound: Inbound[Event], case: Case, provider: Provider, now: datetime) -> bool:
    """Whether the words begin a matter beside this one, which has its number. In a live talk that is the agent's."""
    event = inbound.event
    talking = case.owner and case.answered_at is not None and now - case.answered_at < LIVE_TALK
    if not isinstance(event, Said) or event.edited or not case.registered or talking:
        return False
    category = case.category or ("other" if case.description else "")
    return asks_of_another_matter(event.text, _situation(provider), category)


def _is_letter_of_its_own(inbound: Inbound[Event], latest: Case, provider: Provider) -> bool:
    event = inbound.event
    if inbound.sender.channel_kind != "mail" or not isinstance(event, Said) or not latest.registered:
        return False
    subject, known = bare_subject(event.subject), bare_subject(latest.subject)
    return is_letter_of_its_own(event.text, subject, known, _situation(provider))


def after_closing(
    inbound: Inbound[Event], closed: Case | None, provider: Provider, now: datetime, by_token: bool = False
) -> CaseChoice | None:
    """The case closed lately, where the message is about it; None where it begins something new.

    ``by_token`` when a genuine token names it, which proves a sender of whom nothing else is known.
    """
    event = inbound.event
    if closed is None or closed.closed_at is None or not isinstance(event, Said) or event.edited:
        return None
    proved = inbound.proof is SenderAssurance.SURE or (by_token and inbound.proof is SenderAssurance.CLAIMED)
    if not proved or now - closed.closed_at > provider.waiting.reopen_within:
        return None
    said = said_after_closing(event.text, _situation(provider), closed.category == "billing")
    courtesy = said is AfterClosing.COURTESY and not event.files
    return CaseChoice(closed, CaseMatch(said.value)) if said is AfterClosing.AGAIN or courtesy else None


def _situation(provider: Provider) -> Situation:
    return replace(Situation(TalkStage.WAITING), zone=provider.timezone, contract_shapes=provider.contract_shapes)


def _asked(case: Case) -> tuple[datetime, int]:
    return case.asked_at or case.opened_at, case.id
