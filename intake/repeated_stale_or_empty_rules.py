"""What is nobody's answer: repeats, buttons of yesterday, empty messages, and who fell silent. Rules, pure."""

from __future__ import annotations

from desk.model.acts import ChangeState, Decision, Expect, Facts, Ignore, PopupNotice, SetFields, decide
from desk.model.arrival_outcomes import IgnoredCode
from desk.model.case import Case
from desk.model.core_facts import CaseMatch, HandledBefore, Now, PressedInTime
from desk.model.events import DeliveryFailed, Event, Inbound, NotForDesk, OpenedChat, Pressed, Said, TimerFired
from desk.model.provider_files import Provider
from desk.model.states import CaseState

Words = Inbound[Said]
Spoken = Inbound[Said] | Inbound[Pressed] | Inbound[OpenedChat]


def ignore_duplicate(case: Case, inbound: Words | Inbound[DeliveryFailed], facts: Facts) -> Decision | None:
    """The same mail by another way (two aliases, a folder made anew) is one mail."""
    return decide(Ignore(IgnoredCode.DUPLICATE)) if facts.get(HandledBefore) else None


def refuse_stale_button(case: Case, inbound: Inbound[Pressed], facts: Facts) -> Decision | None:
    """A button of an earlier prompt says so and changes nothing, but where it was the last one when it was pressed."""
    last = inbound.event.prompt == case.dialog_state.prompt or facts.get(PressedInTime) is not None
    current = facts.need(CaseMatch).how == "button" and last
    return None if current and case.open else decide(PopupNotice("stale_button"), Ignore(IgnoredCode.STALE_BUTTON))


def stale_button_without_case(inbound: Inbound[Event], facts: Facts) -> Decision | None:
    """A button of somebody else's case, or of one that is gone, says so and changes nothing."""
    if not isinstance(inbound.event, Pressed):
        return None
    return decide(PopupNotice("stale_button"), Ignore(IgnoredCode.STALE_BUTTON))


def not_for_desk(case: Case, inbound: Inbound[NotForDesk], facts: Facts) -> Decision | None:
    """Service messages mean nothing to a case."""
    return decide(Ignore(IgnoredCode.NOT_FOR_DESK))


def not_for_desk_without_case(inbound: Inbound[Event], facts: Facts) -> Decision | None:
    """Service messages and agents' talk mean nothing to the desk."""
    return decide(Ignore(IgnoredCode.NOT_FOR_DESK)) if isinstance(inbound.event, NotForDesk) else None


def ignore_empty(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """A message without words and files means nothing."""
    return None if inbound.text.strip() or inbound.files else decide(Ignore(IgnoredCode.EMPTY))


def close_abandoned(case: Case, inbound: Inbound[TimerFired], facts: Facts) -> Decision | None:
    """A dialog that nobody went on with is over, without a word; whoever writes again begins anew."""
    still = facts.need(Now).at - case.updated_at >= facts.need(Provider).limits.silent_after
    if case.registered or not case.open or not still:
        return decide(Ignore(IgnoredCode.TIMER_OBSOLETE))
    return decide(ChangeState(CaseState.CANCELLED, "silent"), Expect())


def remember_channel(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """Answers go to the channel last written from."""
    if inbound.accepted_by:
        return None
    changes: dict[str, object] = {}
    if (case.channel, case.address) != (inbound.channel, inbound.sender.value):
        changes = {
            "channel": inbound.channel,
            "channel_kind": inbound.sender.channel_kind,
            "address": inbound.sender.value,
        }
    if isinstance(inbound.event, Said) and inbound.event.references and inbound.message:
        known = [*case.thread, *inbound.event.references, inbound.message]
        changes["thread"] = list(dict.fromkeys(known))[-12:]
    return decide(SetFields(changes), done=False) if changes else None
