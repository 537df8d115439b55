"""What the subscriber writes while a registered case waits, or is with an agent: nobody meets silence. Rules, pure.

Every message is relayed to whoever has the case, or counted on the card, and is answered to the point: what is asked,
what was noted, or that it was passed on. What is only thanks may be left unanswered, and the journal says so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from desk.language.detect import LANGUAGES
from desk.language.rich_text import literal
from desk.language.time_labels import span_labels
from desk.model.acts import (
    Addressee,
    ChangeState,
    Decision,
    Expect,
    Facts,
    Names,
    RuleAct,
    SayTemplate,
    SetFields,
    UpdateCard,
    decide,
)
from desk.model.case import LIVE_TALK, Case
from desk.model.core_facts import Now
from desk.model.dialog_state import CONSENT
from desk.model.events import Inbound, OpenedChat, Pressed, Said
from desk.model.opening_hours import opening_hours
from desk.model.provider_files import Provider
from desk.model.states import CaseState
from desk.model.unrepeated_acknowledgement import acknowledge, was_acknowledged_last
from desk.understanding.message import understood
from desk.understanding.opening_hours import asked_of_hours
from desk.understanding.phone_numbers import spaced_phone
from desk.understanding.reading.normalized_message import read
from desk.understanding.reading.observations import Act, Understanding
from desk.understanding.slots.works_or_not import plain_answer
from desk.understanding.substance import tells_of_matter
from escalation.consent_rules import CONSENT_BUTTONS, WITHDRAW, WITHDRAW_BUTTONS, WORKS
from escalation.names_and_times import clock_time, eta_labels, owner_name
from escalation.relay_to_agents import relay, silence
from escalation.said_while_untaken import RELAYED

Spoken = Inbound[Said] | Inbound[Pressed] | Inbound[OpenedChat]
Answer = Callable[[Case, Inbound[Said], Facts, Understanding], list[RuleAct]]

BARELY_MORE = 3
"""Words beside a phone number that add nothing: "и телефон запишите"."""
REMIND_EVERY = timedelta(minutes=10)
"""The agents are not reminded of one case more often than that."""
_FOR_THE_AGENT = (Act.STATUS, Act.HUMAN, Act.ANGRY)
"""What an agent who is talking with the subscriber answers better than the desk."""
_SMALL_TALK = frozenset({Act.THANKS, Act.AGREE, Act.WAIT})
"""What needs no answer where it is all that was said."""


def show_state_on_opening(case: Case, inbound: Inbound[OpenedChat], facts: Facts) -> Decision | None:
    """Who opens the chat while a case of theirs waits is told how it stands."""
    return None if inbound.event.returned else decide(*_state(case, facts, reminded=False))


def press_for_human(case: Case, inbound: Inbound[Pressed], facts: Facts) -> Decision | None:
    """The button that calls a human does so in a registered case too."""
    return decide(*_human(case, facts)) if inbound.option == "operator" else None


def answer_who_waits(case: Case, inbound: Inbound[Said], facts: Facts) -> Decision | None:
    """Relays what was said, and answers it. A case that waited for its subscriber goes on with that."""
    if inbound.accepted_by:
        return None
    found = understood(case, inbound, facts)
    if not inbound.event.edited and _is_small_talk(inbound, found):
        return decide(*_small_talk(case, inbound, facts, found))
    goes_on = case.state == CaseState.PENDING and not inbound.event.edited
    resumed = [ChangeState(CaseState.IN_PROGRESS, "diagnosing"), UpdateCard()] if goes_on else []
    quiet = inbound.event.edited or (_is_live(case, facts) and found.says(*_FOR_THE_AGENT))
    answer = _passed_on if quiet else _answer_to(case, inbound, found)
    return decide(*resumed, *relay(case, inbound, facts), *answer(case, inbound, facts, found))


def _answer_to(case: Case, inbound: Inbound[Said], found: Understanding) -> Answer:
    """What answers this message: what is heard first in `_ANSWERS` comes first."""
    if answer := next((one for acts, one in _ANSWERS if found.says(*acts)), None):
        return answer
    if asked_of_hours(inbound.text) is not None:
        return _hours
    if _phone_of(case, found):
        return _call_back
    return _status if _asks_nothing_but_how(inbound, found) else _passed_on


def relay_to_agent(case: Case, inbound: Inbound[Said], facts: Facts) -> Decision | None:
    """What somebody else wrote, whose mail an agent let into the case, reaches the agents alone."""
    return decide(*relay(case, inbound, facts))


# one answer for each thing that is said


def _emergency(case: Case, inbound: Inbound[Said], facts: Facts, found: Understanding) -> list[RuleAct]:
    told = SayTemplate("agents_emergency", {"text": literal(inbound.text)}, Addressee.AGENTS)
    return [*acknowledge(case, "emergency_passed_on"), told]


def _works_already(case: Case, inbound: Inbound[Said], facts: Facts, found: Understanding) -> list[RuleAct]:
    """ "It works already" closes nothing by itself: a clear yes to the question does."""
    if case.state == CaseState.RESOLVED:
        return acknowledge(case, "consent_again", buttons=CONSENT_BUTTONS)
    return [Expect(CONSENT, WORKS), *acknowledge(case, "works_ask", buttons=CONSENT_BUTTONS)]


def _withdraw(case: Case, inbound: Inbound[Said], facts: Facts, found: Understanding) -> list[RuleAct]:
    if case.state == CaseState.RESOLVED:
        return acknowledge(case, "consent_again", buttons=CONSENT_BUTTONS)
    return [Expect(CONSENT, WITHDRAW), *acknowledge(case, "withdraw_ask", buttons=WITHDRAW_BUTTONS)]


def _language(case: Case, inbound: Inbound[Said], facts: Facts, found: Understanding) -> list[RuleAct]:
    wanted = found.value("language")
    language = str(wanted.value) if wanted and wanted.value in LANGUAGES else _other_language(case)
    return [SetFields({"language": language}), *acknowledge(case, "language_changed"), UpdateCard()]


def _other_language(case: Case) -> str:
    return next((one for one in LANGUAGES if one != case.language), case.language)


def _call_back(case: Case, inbound: Inbound[Said], facts: Facts, found: Understanding) -> list[RuleAct]:
    """The number is noted and shown on the card; without one it is asked for, unless one is on file. The call itself
    follows from it (`escalation.callbacks.callback_rules.promise_callback`)."""
    phone = _phone_of(case, found) or case.callback_phone
    if not phone and not case.phone:
        return [SetFields({"preferred_way": "phone"}), *acknowledge(case, "callback_ask"), UpdateCard()]
    # A number on file is no business of who has not proved to be its holder.
    known: Names = {"phone": literal(spaced_phone(phone or (case.phone if case.proved else "")))}
    noted = SetFields({"preferred_way": "phone", "callback_phone": phone})
    return [noted, *acknowledge(case, "callback_noted", known), UpdateCard()]


def _phone_of(case: Case, found: Understanding) -> str:
    """A number to be called at: where a call was asked for, or the message is hardly more than a number."""
    key = found.key("phone")
    asked = found.says(Act.CALLBACK) or was_acknowledged_last(case, "callback_ask")
    asked = asked or len(found.leftover.split()) <= BARELY_MORE
    return key.value if key and asked else ""


def _bot(case: Case, inbound: Inbound[Said], facts: Facts, found: Understanding) -> list[RuleAct]:
    return acknowledge(case, "bot_while_waiting", {"agent": owner_name(case, facts.need(Provider))})


def _angry(case: Case, inbound: Inbound[Said], facts: Facts, found: Understanding) -> list[RuleAct]:
    """An apology once, and the agents are told louder."""
    if not case.upset:
        told = SayTemplate("agents_angry", {"text": literal(inbound.text)}, Addressee.AGENTS)
        now = SetFields({"upset": True, "reminded_at": facts.need(Now).at})
        names: Names = {"agent": owner_name(case, facts.need(Provider))}
        # Where nobody has it, the apology says already that it was brought to mind.
        asked = _state(case, facts, reminded=False) if found.says(Act.STATUS) and (case.owner or case.eta) else []
        return [now, *acknowledge(case, "sorry_while_waiting", names), *asked, told, UpdateCard()]
    return _state(case, facts)


def _human_wanted(case: Case, inbound: Inbound[Said], facts: Facts, found: Understanding) -> list[RuleAct]:
    return _human(case, facts)


def _human(case: Case, facts: Facts) -> list[RuleAct]:
    if case.owner:
        names: Names = {"agent": owner_name(case, facts.need(Provider))}
        return acknowledge(case, "human_has_it", names)
    return [*acknowledge(case, "operator_soon"), *_reminded(case, facts, "agents_human_wanted")]


def _hours(case: Case, inbound: Inbound[Said], facts: Facts, found: Understanding) -> list[RuleAct]:
    return opening_hours(case, facts)


def _status(case: Case, inbound: Inbound[Said], facts: Facts, found: Understanding) -> list[RuleAct]:
    return _state(case, facts)


def _state(case: Case, facts: Facts, reminded: bool = True) -> list[RuleAct]:
    """How the case stands and what was promised; where nobody has taken it, the agents are reminded of it."""
    now, provider = facts.need(Now).at, facts.need(Provider)
    told = _reminded(case, facts, "agents_status_wanted") if reminded and not case.owner else []
    at = now if told else case.reminded_at
    names: Names = {
        "state": case.state,
        "reason": case.reason,
        "agent": owner_name(case, provider),
        "reminded": clock_time(at, provider) if at else "",
        "just_now": "1" if told else "",
        **eta_labels(case, now, provider),
    }
    return [*acknowledge(case, "waiting_state", names), *told]


def _reminded(case: Case, facts: Facts, template: str) -> list[RuleAct]:
    """The agents are reminded that somebody waits, and for how long; nothing where they just were."""
    now = facts.need(Now).at
    if case.reminded_at is not None and now - case.reminded_at < REMIND_EVERY:
        return []
    waited = span_labels(now - (case.registered_at or case.opened_at))
    return [SayTemplate(template, waited, Addressee.AGENTS), SetFields({"reminded_at": now}), UpdateCard()]


def _is_small_talk(inbound: Inbound[Said], found: Understanding) -> bool:
    """Whether nothing is asked and nothing told: "ок", "хорошо, жду", "спасибо"."""
    said = {one.act for one in found.acts} - {Act.GREETING}
    bare = not (inbound.files or found.values or found.keys or "?" in found.text or tells_of_matter(found))
    answers = any(map(str.isdigit, found.text)) or plain_answer(read(found.text)) is False  # "500", "нет"
    return bare and not answers and said <= _SMALL_TALK and not _is_greeting(found)


def _is_greeting(found: Understanding) -> bool:
    """Whether it is a greeting and nothing else: who greets an open case asks how it stands."""
    return {one.act for one in found.acts} == {Act.GREETING}


def _asks_nothing_but_how(inbound: Inbound[Said], found: Understanding) -> bool:
    """Whether the message is "?" alone, or only a greeting."""
    signs = found.text.strip()
    bare = not (inbound.files or tells_of_matter(found))
    return bare and (_is_greeting(found) or (bool(signs) and not set(signs) - set("?!. ")))


def _small_talk(case: Case, inbound: Inbound[Said], facts: Facts, found: Understanding) -> list[RuleAct]:
    """A short word once; a second one is not answered."""
    word = "you_are_welcome" if found.says(Act.THANKS) else "waiting_noted"
    if case.owner and not found.says(Act.THANKS):
        return [*relay(case, inbound, facts), *([silence("small talk")] if case.unread >= RELAYED else [])]
    return [silence("small talk")] if was_acknowledged_last(case, word) else acknowledge(case, word)


def _passed_on(case: Case, inbound: Inbound[Said], facts: Facts, found: Understanding) -> list[RuleAct]:
    if _is_live(case, facts):
        return []
    names: Names = {
        "agent": owner_name(case, facts.need(Provider)),
        "file": "1" if inbound.files and not inbound.text.strip() else "",
    }
    return acknowledge(case, "passed_on" if case.owner else "added", names)


def _is_live(case: Case, facts: Facts) -> bool:
    """Whether an agent and the subscriber are talking just now: what is said then is the agent's to answer."""
    recent = case.answered_at is not None and facts.need(Now).at - case.answered_at < LIVE_TALK
    return recent and bool(case.owner)


_ANSWERS: tuple[tuple[tuple[Act, ...], Answer], ...] = (
    ((Act.EMERGENCY,), _emergency),
    ((Act.WORKS_ALREADY,), _works_already),
    ((Act.CANCEL,), _withdraw),
    ((Act.LANGUAGE,), _language),
    ((Act.CALLBACK,), _call_back),
    ((Act.BOT_QUESTION,), _bot),
    ((Act.ANGRY,), _angry),
    ((Act.HUMAN,), _human_wanted),
    ((Act.STATUS,), _status),
)
"""What is heard first comes first."""
