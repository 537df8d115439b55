"""The subscriber's answer to "may we close it?", and what the desk does while none comes. Rules, pure.

Only a button or words whose every part is agreement close (C7). A plain no reopens. Anything else closes nothing: the
agent reads it, and the subscriber is answered to the point.
"""

from __future__ import annotations

from datetime import datetime

from desk.language.rich_text import literal
from desk.model.acts import (
    Addressee,
    Button,
    CancelTimer,
    ChangeState,
    Decision,
    Expect,
    Facts,
    Ignore,
    Names,
    RuleAct,
    SayTemplate,
    SetDialogState,
    SetFields,
    SetTimer,
    UpdateCard,
    decide,
)
from desk.model.arrival_outcomes import IgnoredCode
from desk.model.case import Case
from desk.model.core_facts import Now
from desk.model.events import Inbound, Pressed, Said, TimerFired
from desk.model.provider_files import Provider
from desk.model.states import CaseState
from desk.model.unrepeated_acknowledgement import acknowledge, was_acknowledged_last
from desk.understanding.closing_by_consent import consent_acts, may_consent
from desk.understanding.message import situation_of, understood
from desk.understanding.reading.observations import Act, TalkStage, Understanding
from desk.understanding.substance import is_only_thanks, tells_of_matter
from escalation.names_and_times import owner_name
from escalation.relay_to_agents import relay, silence

Answer = Inbound[Said] | Inbound[Pressed]

CONSENT_BUTTONS = ((Button("consent_yes", "button_consent_yes"), Button("consent_no", "button_consent_no")),)
WITHDRAW_BUTTONS = ((Button("consent_yes", "button_withdraw_yes"), Button("consent_no", "button_withdraw_no")),)

WORKS, WITHDRAW = "works", "withdraw"
"""What was asked, beside "" for the consent after a solution: whether to close since it works already, or since the
subscriber calls it off."""

_RESERVES = (Act.RESERVED, Act.AGREE, Act.WORKS_ALREADY, Act.WAIT)
"""What, beside a no, makes an answer something else than a no."""
_ASKS = (Act.STATUS, Act.CONFUSED, Act.OTHER_MATTER, Act.CANCEL)
_FOR_ALL_CASES = (Act.CALLBACK, Act.LANGUAGE, Act.BOT_QUESTION, Act.HUMAN, Act.EMERGENCY, Act.ANGRY)
"""What is answered in the same way whatever the case waits for (`escalation.registered_case_rules`)."""


def take_consent(case: Case, inbound: Answer, facts: Facts) -> Decision | None:
    """Yes closes; no goes on under the same number; only the person whose case it is can say so (C7)."""
    if not may_consent(case, inbound):
        return None
    if inbound.option:
        return _pressed(case, inbound, facts)
    # What was written before the question had arrived answers nothing.
    return _worded(case, inbound, facts) if situation_of(case, facts).context is TalkStage.CONSENT else None


def _worded(case: Case, inbound: Answer, facts: Facts) -> Decision | None:
    found = understood(case, inbound, facts)
    if not inbound.files and (found.closes or _withdraws(case, found)):
        return _agreed(case, inbound, facts)
    if found.says(Act.DENY) and not found.says(*_RESERVES):
        return _denied(case, inbound, facts)
    if case.state != CaseState.RESOLVED or found.says(*_FOR_ALL_CASES):
        return None
    return _beside(case, inbound, facts, found)


def _pressed(case: Case, inbound: Answer, facts: Facts) -> Decision | None:
    answers = {"consent_yes": _agreed, "consent_no": _denied}
    return answers[inbound.option](case, inbound, facts) if inbound.option in answers else None


def _withdraws(case: Case, found: Understanding) -> bool:
    """Asked whether to call it off, who says once more that it is to be called off, and nothing besides, agrees."""
    asked = case.expecting.question == WITHDRAW
    besides = {one.act for one in found.acts} - {Act.CANCEL, Act.AGREE, Act.THANKS, Act.GREETING, Act.ANSWER}
    return asked and found.says(Act.CANCEL) and not besides and not found.leftover


def _agreed(case: Case, inbound: Answer, facts: Facts) -> Decision:
    question = case.expecting.question
    # Agents hear of a case that closes without them.
    told = [SayTemplate("agents_closed_unasked", {"why": question}, Addressee.AGENTS)] if question else []
    return decide(
        *_closing_moves(question),
        SetFields({"last_acknowledgement": "", "unread": 0}),
        *consent_acts(inbound, facts.need(Now).at),
        CancelTimer("eta"),
        CancelTimer("take"),
        SayTemplate("withdrawn" if question == WITHDRAW else "closed_thanks"),
        *told,
        UpdateCard(),
        words_used=True,
    )


def _closing_moves(question: str) -> list[RuleAct]:
    if question == WITHDRAW:
        return [ChangeState(CaseState.CANCELLED, "customer_withdrew")]
    solved = [ChangeState(CaseState.RESOLVED, "works_already")] if question == WORKS else []
    return [*solved, ChangeState(CaseState.CLOSED, "customer_verified")]


def _denied(case: Case, inbound: Answer, facts: Facts) -> Decision:
    if case.expecting.question:
        return decide(Expect(), *relay(case, inbound, facts), *acknowledge(case, "stays_open"), words_used=True)
    again = SetTimer("eta_missing", facts.need(Now).at + facts.need(Provider).first_eta_within, "eta")
    return decide(
        ChangeState(CaseState.IN_PROGRESS, "reopened"),
        SetFields({"eta": None, "last_acknowledgement": ""}),
        Expect(),
        again,
        SayTemplate("reopened"),
        SayTemplate("agents_reopened", {"text": literal(inbound.text)}, Addressee.AGENTS, files=inbound.files),
        UpdateCard(),
        words_used=True,
    )


def _beside(case: Case, inbound: Answer, facts: Facts, found: Understanding) -> Decision:
    """Neither yes nor no: the agent reads it, and the question stays open."""
    names: Names = {"agent": owner_name(case, facts.need(Provider))}
    if found.says(Act.RESERVED) and "?" not in found.text:
        word = acknowledge(case, "consent_reserved", names)
    elif found.says(Act.WAIT):
        word = acknowledge(case, "consent_wait", names)
    elif inbound.files or "?" in found.text or found.says(*_ASKS) or tells_of_matter(found):
        word = acknowledge(case, "consent_passed_on", names)
    elif is_only_thanks(found.text) and _promised(case):
        word = acknowledge(case, "you_are_welcome")
    elif case.dialog_state.tries:
        return decide(*relay(case, inbound, facts), silence("asked twice"), words_used=True)
    else:
        word = [SetDialogState({"tries": 1}), *acknowledge(case, "consent_again", buttons=CONSENT_BUTTONS)]
    return decide(*relay(case, inbound, facts), *word, words_used=True)


def _promised(case: Case) -> bool:
    """Whether the last word was that an agent will answer: who thanks for that is asked nothing."""
    return any(was_acknowledged_last(case, word) for word in ("consent_reserved", "consent_passed_on"))


def first_reminder(case: Case, facts: Facts) -> list[RuleAct]:
    """The timer of the first reminder about a solution that waits for a yes."""
    provider = facts.need(Provider)
    after = min(provider.remind_after, default=None)
    return [_reminder(facts.need(Now).at + after, provider)] if after is not None else []


def _reminder(at: datetime, provider: Provider) -> SetTimer:
    """The timer of a reminder, in day hours: nobody asked for it."""
    return SetTimer("consent_reminder", provider.day_hours.next_day_time(at, provider.timezone), "remind")


def remind_consent(case: Case, inbound: Inbound[TimerFired], facts: Facts) -> Decision | None:
    """Silence is no consent: reminders first, then a person calls (X5). After downtime one stands for all missed.

    Who has answered, and was not answered since, is not reminded: their agent is.
    """
    if case.state != CaseState.RESOLVED or case.resolved_at is None:
        return decide(Ignore(IgnoredCode.TIMER_OBSOLETE))
    now, provider = facts.need(Now).at, facts.need(Provider)
    if not provider.day_hours.contains(now, provider.timezone):
        return decide(_reminder(now, provider))  # the desk was down in the day
    later = [case.resolved_at + after for after in sorted(provider.remind_after) if case.resolved_at + after > now]
    following = [_reminder(later[0], provider)] if later else []
    if case.unread:
        return decide(SayTemplate("agents_unanswered", to=Addressee.AGENTS), *following)
    asked = SayTemplate("consent_reminder", to=Addressee.SUBSCRIBER, buttons=CONSENT_BUTTONS)
    call = [] if later else [SayTemplate("agents_call_task", to=Addressee.AGENTS)]
    return decide(asked, *call, *following)
