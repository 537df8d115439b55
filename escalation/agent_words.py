"""An agent's words: which of them go to the subscriber, and how they are kept, changed and taken back. Rules, pure.

Words reach the subscriber where the agent answers the case's card or the subscriber's own words, or names the case.
An answer to anything else the desk says is kept as a note, and one tap sends it. Words wait a few seconds, in which
they can be taken back; an edit changes what was said, and neither says nor orders anything anew.
"""

from __future__ import annotations

from datetime import timedelta

from desk.language.case_numbers import case_numbers
from desk.language.rich_text import literal
from desk.model.acts import (
    AddJournalEntry,
    AddReaction,
    Addressee,
    Button,
    CancelTimer,
    Decision,
    Facts,
    Ignore,
    Names,
    PopupNotice,
    RefuseOperation,
    RemoveNotice,
    RuleAct,
    SayTemplate,
    SetFields,
    SetTimer,
    UpdateCard,
    decide,
)
from desk.model.agent_operations import AddNote, EditWords, Reply, SayNote, TakeBackWords
from desk.model.arrival_outcomes import IgnoredCode, OperationRefusalCode
from desk.model.case import Case
from desk.model.core_facts import CARD, TWO_CASES, WORDS, AnsweredMessage, CaseContacts, CaseMatch, Now
from desk.model.events import Inbound, OperationOrdered, TimerFired
from desk.model.journal import DialogueMessageLogged, NoteAdded, WordsCorrected, WordsHeld
from desk.model.messages import File, RedeliveryPolicy
from desk.model.provider_files import Provider
from desk.model.provider_sections.members import Agent
from escalation.agent_messages import HELD, NOTE, SAID, SAY_HELD, AgentMessage, AgentMessages
from escalation.names_and_times import agent_name
from escalation.ownership import acting_agent, take_over
from escalation.said_while_untaken import transcript_acts

Ordered = Inbound[OperationOrdered]


def refuse_two_cases(case: Case, inbound: Ordered, facts: Facts) -> Decision | None:
    """An order that answers one case and names another asks which is meant."""
    if facts.need(CaseMatch).doubt != TWO_CASES:
        return None
    return decide(RefuseOperation(OperationRefusalCode.OTHER_CASE_NAMED, {"typed": inbound.reference.number}))


def reply(case: Case, inbound: Ordered, facts: Facts) -> Decision | None:
    """An agent's words go to the subscriber, if they are meant to. Whoever answers a case that nobody has, takes it."""
    if refused := _other_case(case, inbound.text):
        return refused
    if not _is_meant(inbound, facts):
        return _kept_as_note(inbound, facts)
    agent, text = acting_agent(facts), _without_number(inbound.text, case)
    taken = [] if case.owner else take_over(case, agent, facts, quietly=True)
    span = _time_to_think(inbound, facts)
    if not span or facts.need(CaseContacts).to(case) is None:
        said = _said(case, agent, text, inbound.files, inbound.message, facts)
        changed = taken or case.unread
        return decide(*taken, *said, *transcript_acts(facts), *([UpdateCard()] if changed else []))
    held = AddJournalEntry(WordsHeld(inbound.message), text, files=inbound.files)
    return decide(
        *taken,
        held,
        *_waiting(inbound, facts, span),
        *transcript_acts(facts),
        *([UpdateCard()] if taken else []),
    )


def say_held(case: Case, inbound: Inbound[TimerFired], facts: Facts) -> Decision | None:
    """Nobody took the words back: they go out."""
    held = _messages(facts).by_id.get(inbound.event.key.partition(":")[2])
    if held is None or held.state != HELD:
        return decide(Ignore(IgnoredCode.TIMER_OBSOLETE))
    return decide(*_released(case, held, facts), *([UpdateCard()] if case.unread else []))


def released(case: Case, facts: Facts) -> list[RuleAct]:
    """Words that still wait go out before whatever an agent says next: nothing overtakes them."""
    return [
        act
        for held in _messages(facts).held()
        for act in (*_released(case, held, facts), CancelTimer(f"{SAY_HELD}:{held.message}"))
    ]


def take_back(case: Case, inbound: Ordered, facts: Facts) -> Decision | None:
    """Words that have not gone out yet never will."""
    operation, messages = inbound.event.operation, _messages(facts)
    wanted = operation.message if isinstance(operation, TakeBackWords) else ""
    held = messages.by_id.get(wanted) if wanted else next(reversed(messages.held()), None)
    if held is None or held.state != HELD:
        return decide(RefuseOperation(OperationRefusalCode.NOTHING_TO_TAKE_BACK))
    return decide(*_taken_back(held), PopupNotice("words_taken_back"), AddReaction("👌"))


def say_note(case: Case, inbound: Ordered, facts: Facts) -> Decision | None:
    """What was kept as a note is said after all: the agent pressed the button under it."""
    operation = inbound.event.operation
    note = _messages(facts).by_id.get(operation.message) if isinstance(operation, SayNote) else None
    if note is None or note.state != NOTE:
        return decide(RefuseOperation(OperationRefusalCode.ALREADY_SAID))
    if refused := _other_case(case, note.text):
        return refused
    agent = acting_agent(facts)
    taken = [] if case.owner else take_over(case, agent, facts, quietly=True)
    said = _said(case, agent, _without_number(note.text, case), note.files, note.message, facts)
    return decide(*taken, *said, RemoveNotice(f"remote:{inbound.message}"), PopupNotice("words_said"), UpdateCard())


def edit_words(case: Case, inbound: Ordered, facts: Facts) -> Decision | None:
    """An edit changes what the message said: to the subscriber, or in the note."""
    operation, before = inbound.event.operation, _messages(facts).by_id.get(inbound.message)
    reads_as = operation.reads_as if isinstance(operation, EditWords) else ""
    if before is None and not reads_as:
        return decide(Ignore(IgnoredCode.AGENTS_TALK))
    if before is None or reads_as not in ("", Reply.name, AddNote.name):
        return decide(RefuseOperation(OperationRefusalCode.EDIT_ORDERS_NOTHING))
    as_before = before.state == NOTE if reads_as == AddNote.name else before.state != NOTE
    if as_before and (inbound.text, inbound.files) == (before.text, before.files):
        return decide(Ignore(IgnoredCode.OLD_EDIT))  # a preview of a link came, and no word has changed
    if not (inbound.text or inbound.files):
        return decide(RefuseOperation(OperationRefusalCode.NOTHING_SAID))
    return _edited(case, inbound, facts, before, reads_as)


def _edited(case: Case, inbound: Ordered, facts: Facts, before: AgentMessage, reads_as: str) -> Decision:
    if before.state in (HELD, SAID):
        edit = _edit_held if before.state == HELD else _edit_said
        return _other_case(case, inbound.text) or edit(case, inbound, facts, before, reads_as)
    noted = AddJournalEntry(NoteAdded(inbound.message), inbound.text, files=inbound.files)
    told = [SayTemplate("agents_stays_note", to=Addressee.AGENTS)] if reads_as == Reply.name else []
    return decide(noted, AddReaction("✍"), *told)


def _edit_held(case: Case, inbound: Ordered, facts: Facts, before: AgentMessage, reads_as: str) -> Decision:
    if reads_as != Reply.name:
        noted = AddJournalEntry(NoteAdded(inbound.message), inbound.text, files=inbound.files)
        return decide(*_taken_back(before), noted, AddReaction("✍"))
    text, span = _without_number(inbound.text, case), _time_to_think(inbound, facts) or timedelta(0)
    held = AddJournalEntry(WordsHeld(inbound.message), text, files=inbound.files)
    return decide(held, SetTimer(SAY_HELD, facts.need(Now).at + span, f"{SAY_HELD}:{inbound.message}"))


def _edit_said(case: Case, inbound: Ordered, facts: Facts, before: AgentMessage, reads_as: str) -> Decision:
    if reads_as != Reply.name:
        return decide(RefuseOperation(OperationRefusalCode.ALREADY_SAID))
    text, agent = _without_number(inbound.text, case), acting_agent(facts)
    in_place = before.sent_as if inbound.files == before.files else ""
    names: Names = {"agent": agent_name(agent, case.language), "text": literal(text), "corrects": "1"}
    files = () if in_place else inbound.files
    words = SayTemplate(
        "agent_corrects" if not in_place else "agent_says",
        names,
        Addressee.SUBSCRIBER,
        files=files,
        policy=RedeliveryPolicy.HOLD,
        human=True,
        apart="agent",
        edits=in_place,
    )
    noted = AddJournalEntry(WordsCorrected(inbound.message), text, public=True, files=inbound.files)
    return decide(noted, words, AddReaction("👍"))


def _is_meant(inbound: Ordered, facts: Facts) -> bool:
    """Whether words are for the subscriber by how they are made: an answer to the card or to the subscriber's words, or
    a line that names the case."""
    if not inbound.reference.to_desk:
        return True
    answered = facts.get(AnsweredMessage) or AnsweredMessage()
    return inbound.reference.to_card or answered.about in (CARD, WORDS)


def _kept_as_note(inbound: Ordered, facts: Facts) -> Decision:
    offer = ((Button(f"say:{inbound.message}", "button_say_note"),),)
    return decide(
        AddJournalEntry(NoteAdded(inbound.message), inbound.text, files=inbound.files),
        SayTemplate("agents_kept_as_note", to=Addressee.AGENTS, buttons=offer, apart="note"),
        AddReaction("✍"),
    )


def _time_to_think(inbound: Ordered, facts: Facts) -> timedelta | None:
    """How long words can be taken back; None for those that were not written in a group, where a button offers it."""
    span = timedelta(seconds=facts.need(Provider).undo_seconds)
    return span if span and inbound.message and inbound.reference.lane else None


def _waiting(inbound: Ordered, facts: Facts, span: timedelta) -> list[RuleAct]:
    message = inbound.message
    undo = ((Button(f"undo:{message}", "button_undo"),),)
    names: Names = {"seconds": str(int(span.total_seconds()))}
    return [
        SetTimer(SAY_HELD, facts.need(Now).at + span, f"{SAY_HELD}:{message}"),
        SayTemplate("agents_words_wait", names, Addressee.AGENTS, undo, apart=f"undo:{message}"),
    ]


def _released(case: Case, held: AgentMessage, facts: Facts) -> list[RuleAct]:
    agent = facts.need(Provider).agent(held.agent)
    said = _said(case, agent, held.text, held.files, held.message, facts) if agent else []
    return [*said, RemoveNotice(held.notice)]


def _taken_back(held: AgentMessage) -> list[RuleAct]:
    return [
        AddJournalEntry(WordsHeld(held.message, taken_back=True), held.text, files=held.files),
        CancelTimer(f"{SAY_HELD}:{held.message}"),
        RemoveNotice(held.notice),
    ]


def _said(case: Case, agent: Agent, text: str, files: tuple[File, ...], message: str, facts: Facts) -> list[RuleAct]:
    """The words go out, and stand in the journal under the agent; where nobody can be reached, the agents are told."""
    by = f"agent:{agent.id}"
    noted = AddJournalEntry(DialogueMessageLogged(message), text, public=True, files=files, actor=by)
    if facts.need(CaseContacts).to(case) is None:
        return [noted, SayTemplate("unreachable", to=Addressee.AGENTS), UpdateCard()]
    names: Names = {"agent": agent_name(agent, case.language), "text": literal(text)}
    words = SayTemplate(
        "agent_says",
        names,
        Addressee.SUBSCRIBER,
        files=files,
        policy=RedeliveryPolicy.HOLD,
        human=True,
        apart="agent",
    )
    seen = SetFields({"unread": 0, "answered_at": facts.need(Now).at})
    return [noted, words, seen, AddReaction("👍", message)]


def _other_case(case: Case, text: str) -> Decision | None:
    """Words that name another case's number may be for that one: nobody is written to, and the agent is asked."""
    others = [one for one in case_numbers(text) if one != case.number]
    return decide(RefuseOperation(OperationRefusalCode.OTHER_CASE_NAMED, {"typed": others[0]})) if others else None


def _without_number(text: str, case: Case) -> str:
    """The words without the case's own number at their head: that was for the desk."""
    head, _, rest = text.strip().partition(" ")
    named = head.lstrip("#№").rstrip(":,.").upper()
    return rest.strip() if rest.strip() and named == case.number else text


def _messages(facts: Facts) -> AgentMessages:
    return facts.get(AgentMessages) or AgentMessages()
