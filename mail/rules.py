"""The rules of mail alone: programs are never answered, and a message that proves nothing changes nothing. Pure."""

from __future__ import annotations

from desk.language.normalize import normalized
from desk.language.rich_text import literal
from desk.language.translatable import sentence
from desk.model.acts import (
    AddJournalEntry,
    Addressee,
    Decision,
    Facts,
    Ignore,
    KeepPending,
    Names,
    RuleAct,
    SayTemplate,
    decide,
)
from desk.model.arrival_outcomes import IgnoredCode
from desk.model.case import Case
from desk.model.core_facts import CaseMatch, ThisArrival
from desk.model.events import DeliveryFailed, Event, Inbound, Said
from desk.model.journal import AutomaticMailCame, LetterForwarded, MailIncomplete
from desk.model.messages import RedeliveryPolicy, SenderAssurance
from mail.pending_letters import letter_buttons
from mail.sending.compose import UNSUBSCRIBE
from mail.sending.loop_guard import OptOutOfNotices
from mail.sending.peer_of_address import peer_of

_DECLINING = frozenset({UNSUBSCRIBE, "отписаться"})
"""The one word by which somebody declines notices, as the subject or as the whole message."""
_MEANINGLESS = {"own": IgnoredCode.OWN_MAIL, "feedback": IgnoredCode.FEEDBACK_REPORT}


def ignore_unproved_bounce(case: Case, inbound: Inbound[DeliveryFailed], facts: Facts) -> Decision | None:
    """A report that carries no token of ours for the address it names may be anybody's: it changes nothing (T30)."""
    if inbound.automatic != "bounce" or facts.need(CaseMatch).how == "token":
        return None
    return decide(Ignore(IgnoredCode.BOUNCE))


def unproved_bounce_without_case(inbound: Inbound[Event], facts: Facts) -> Decision | None:
    """The same for a report whose case is not known at all."""
    return decide(Ignore(IgnoredCode.BOUNCE)) if inbound.automatic == "bounce" else None


def stop_notices(case: Case, inbound: Inbound[Said], facts: Facts) -> Decision | None:
    """Who answers a notice with "unsubscribe" or "отписаться" gets no more: its own token tells that they got it."""
    subject = inbound.event.subject.strip().lower().removeprefix("re:")
    asked = not _DECLINING.isdisjoint((normalized(subject), normalized(inbound.text)))
    if not asked or facts.need(CaseMatch).how != "token" or inbound.proof is SenderAssurance.DOUBTED:
        return None
    return decide(OptOutOfNotices(peer_of(inbound.sender.value)), Ignore(IgnoredCode.NOTICES_DECLINED))


def keep_automatic_mail(case: Case, inbound: Inbound[Said], facts: Facts) -> Decision | None:
    """Automatic mail gets no answer. What it says still reaches its case, or waits where agents see it."""
    if not inbound.automatic or inbound.accepted_by:
        return None
    case_match = facts.need(CaseMatch)
    if meaningless := _MEANINGLESS.get(inbound.automatic):
        return decide(Ignore(meaningless))
    if inbound.event.report in ("delayed", "delivered"):
        return decide(Ignore(IgnoredCode.BOUNCE))  # a server still tries, or has done it: nothing for anybody to do
    if inbound.automatic == "reaction":
        joined = case_match.how not in ("new", "none") and not case_match.doubt
        noted = AddJournalEntry(AutomaticMailCame(inbound.automatic))
        return decide(noted if joined else Ignore(IgnoredCode.REACTION), words_used=True)
    if case_match.how in ("new", "none") or case_match.doubt:
        return decide(
            Ignore(IgnoredCode.BOUNCE)
            if inbound.automatic == "bounce"
            else KeepPending(sentence("automatic mail: {kind}", kind=inbound.automatic))
        )
    acts: list[RuleAct] = [AddJournalEntry(AutomaticMailCame(inbound.automatic))]
    if case.registered and case.open:
        names: Names = {"text": literal(inbound.text[:1500]), "kind": inbound.automatic}
        acts.append(SayTemplate("agents_automatic_mail", names, Addressee.AGENTS, policy=RedeliveryPolicy.HOLD))
    return decide(*acts, words_used=True)


def keep_unproved_pending(case: Case, inbound: Inbound[Said], facts: Facts) -> Decision | None:
    """A message that does not prove it belongs to the case waits for an agent, with no effect before (rule 8)."""
    case_match = facts.need(CaseMatch)
    if not case_match.doubt:
        return None
    names: Names = {
        "sender": literal(inbound.sender.value[:200]),
        "subject": literal(inbound.event.subject[:200]),
        "text": literal(inbound.text[:500]),
    }
    buttons = letter_buttons(facts.need(ThisArrival).id)
    told = SayTemplate("agents_letter_waits", names, Addressee.AGENTS, buttons, policy=RedeliveryPolicy.HOLD)
    return decide(KeepPending(case_match.doubt, case.id if case_match.how != "new" else 0), told)


def note_forwarder(case: Case, inbound: Inbound[Said], facts: Facts) -> Decision | None:
    """Which agent sent the letter on, and what they wrote above it, stands beside it."""
    event = inbound.event
    if not event.forwarded_by:
        return None
    note = event.letter.note if event.letter else ""
    return decide(AddJournalEntry(LetterForwarded(event.forwarded_by), note), done=False)


def note_lost_parts(case: Case, inbound: Inbound[Said], facts: Facts) -> Decision | None:
    """What could not be read of a message is told beside it, so that nobody takes a part for the whole."""
    lost = inbound.event.lost
    return decide(AddJournalEntry(MailIncomplete(lost)), done=False) if lost else None
