"""The first words of a matter: greeting and calming, and what happened. Rules, pure.

Words that no rule uses are kept with the case by `desk.pipeline.decide`.
"""

from __future__ import annotations

from typing import Any

from desk.language.detect import language_of
from desk.model.acts import Decision, Expect, Facts, Ignore, RuleAct, SayTemplate, SetDialogState, SetFields, decide
from desk.model.arrival_outcomes import IgnoredCode
from desk.model.case import ENOUGH, Case, append_words, number_beside
from desk.model.core_facts import CaseMatch, RecentCaseCount
from desk.model.dialog_state import PROBLEM, RESTART
from desk.model.events import Inbound, OpenedChat, Pressed, Said
from desk.model.shared_facts import Identification
from desk.understanding.opening_hours import asked_of_hours
from desk.understanding.own_or_other_matter import changes_mind, says_again
from desk.understanding.reading.normalized_message import read
from desk.understanding.reading.observations import Act, Understanding
from desk.understanding.substance import has_substance, is_only_thanks
from intake.engine.dialog_context import is_letter_channel
from intake.engine.dialog_set import DialogSet
from intake.engine.paused_questions import GO_ON_OR_ANEW, interpose
from intake.engine.rules.message_answers import heard
from intake.other_matters import apart_by_mail, split_matters
from intake.previous_answer_lookup import PreviousAnswer
from intake.settled_before_lookup import SettledBefore

Words = Inbound[Said]
Spoken = Inbound[Said] | Inbound[Pressed] | Inbound[OpenedChat]

_COURTESY = frozenset({Act.THANKS, Act.AGREE, Act.WORKS_ALREADY, Act.GREETING})
NOTHING_SAID = "—"
"""The description of a case that began with a photo and no words."""


def answer_thanks(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """A word of thanks, or a yes to what is over, opens no new case: a word once, and then a silence that the inbox
    explains."""
    if facts.need(CaseMatch).how != "new" or inbound.files:
        return None
    recent = facts.get(RecentCaseCount)
    if not any(map(str.isalpha, inbound.text)) and not (recent is not None and recent.cases):
        return None  # a sign alone, of somebody who was not here today, thanks for nothing
    if not _is_courtesy(heard(case, inbound, facts)):
        return None
    before = facts.get(PreviousAnswer)
    if before is not None and before.outcome == IgnoredCode.THANKS:
        return decide(Ignore(IgnoredCode.THANKS))
    return decide(SayTemplate("you_are_welcome", {"again": ""}), Ignore(IgnoredCode.THANKS))


def _is_courtesy(found: Understanding) -> bool:
    """Whether nothing is said but thanks, a yes, or that it works."""
    acts = {one.act for one in found.acts}
    told = found.values or found.keys or has_substance(found.leftover)
    return is_only_thanks(found.text) or (not told and bool(acts - {Act.GREETING}) and acts <= _COURTESY)


def welcome(case: Case, inbound: Inbound[OpenedChat], facts: Facts) -> Decision | None:
    """Who opens the chat is asked what happened; in the midst of a talk, whether to go on with it."""
    if inbound.event.returned:
        # Telegram tells that the bot was unblocked; the person's own /start follows.
        return decide(Ignore(IgnoredCode.RETURNED))
    if case.description and case.expecting:
        return interpose(case, RESTART, SayTemplate("go_on_or_anew", buttons=GO_ON_OR_ANEW))
    if case.description:
        return None
    return decide(Expect(PROBLEM), SayTemplate("welcome"))


def note_anger(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """An angry person's case says so, and they are spoken to accordingly: sorry once, and the human first."""
    if not heard(case, inbound, facts).says(Act.ANGRY):
        return None
    counted = SetDialogState({"angry": case.dialog_state.angry + 1})
    late = not case.upset and facts.need(CaseMatch).how != "new" and not heard(case, inbound, facts).says(Act.HUMAN)
    sorry = [SayTemplate("sorry_for_this")] if late else []
    return decide(SetFields({"upset": True}), counted, *sorry, done=False)


def greet(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """The first words of a case: the desk greets, and calms who is upset. A bare greeting is greeted back by
    `intake.matter_rules.ask_problem`."""
    if facts.need(CaseMatch).how != "new" or inbound.reference.anew or heard(case, inbound, facts).says(Act.EMERGENCY):
        return None
    if other := number_beside(case):
        return decide(SayTemplate("second_matter", {"other": other}), done=False)
    beside_hours = asked_of_hours(inbound.text)
    said = inbound.text if beside_hours is None else beside_hours  # who asks when we work has no matter yet
    if not case.upset and not has_substance(said) and not inbound.files:
        return None
    return decide(SayTemplate(_greeting(case, inbound, facts)), done=False)


def _greeting(case: Case, inbound: Words, facts: Facts) -> str:
    """The greeting for who is upset, whose trouble is back, who was here today, or anybody."""
    if case.upset:
        return "greeting_upset"
    if says_again(inbound.text):
        return "greeting_back"
    recent = facts.get(RecentCaseCount)
    return "greeting_again" if recent is not None and recent.cases else "greeting"


def describe_problem(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """The first words about the trouble become the description of the case: never a greeting, a number, a shared
    contact, or thanks."""
    if inbound.event.phone or (case.description and case.description != NOTHING_SAID):
        return None
    identified = facts.get(Identification)
    number = identified.contract if identified else ""
    # A photo alone says nothing of the matter; a letter is read by an agent, whatever is in it.
    if not has_substance(inbound.text, number) and not (inbound.files and is_letter_channel(facts)):
        return None
    if number_beside(case) and not inbound.files and not _says_which(heard(case, inbound, facts)):
        return decide(done=False, words_used=True)  # "хочу открыть новую заявку" says only that there is one
    # The language of the words themselves, in whatever keyboard layout; until now it was that of the program.
    first, others = split_matters(inbound.text, facts.get(DialogSet))
    changes: dict[str, Any] = {
        "description": first[:ENOUGH] or NOTHING_SAID,
        "language": language_of(read(inbound.text).text) or case.language,
    }
    changes |= _of_settled_before(inbound, facts)
    acts: list[RuleAct] = [Expect(), SetDialogState({"tries": 0})] if case.expecting.owner == PROBLEM else []
    if others and is_letter_channel(facts):
        acts += [SayTemplate("two_matters", {"letter": "1"}), apart_by_mail(inbound, facts, others)]
    elif others:
        acts += [
            SetDialogState({"kept": [{"words": one} for one in others]}),
            SayTemplate("two_matters", {"letter": ""}),
        ]
    return decide(SetFields(changes), *acts, done=False, words_used=True)


def _of_settled_before(inbound: Words, facts: Facts) -> dict[str, Any]:
    """ "Опять пропал!" goes on with what was settled lately: its dialog, its words, and no article once more. A trouble
    of another kind does not."""
    before = facts.get(SettledBefore)
    if before is None or not before.dialog or not _takes_up(before, inbound.text):
        return {}
    dialogs = facts.get(DialogSet)
    named = dialogs.match(inbound.text) if dialogs else None
    if named is not None and named.id != before.dialog:
        return {}
    described = append_words(before.description, inbound.text) if named is None else inbound.text[:ENOUGH]
    carried_on = {"dialog": before.dialog, "category": before.category, "articles": list(before.articles)}
    return {**carried_on, "recurrences": 0 if before.called_off else 1, "description": described}


def _takes_up(before: SettledBefore, text: str) -> bool:
    """Whether the words go on with a matter: "опять", or, of one that was called off, "нет, всё-таки помогите"."""
    return says_again(text) or (before.called_off and changes_mind(text))


def _says_which(found: Understanding) -> bool:
    """Whether anything is said beside the wish to speak of another matter."""
    return not found.says(Act.OTHER_MATTER) or len(found.leftover.split()) > 1
