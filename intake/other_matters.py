"""Another matter in the midst of one: it is kept and come back to, or turned to at once while the first waits; by mail
it is a case of its own from the start. Rules.

A matter kept is {"words": ...}, a matter that waits {"case": ...}, both in `DialogState.kept` of the case that goes on.
Once that one is registered, settled or called off, the desk offers what was kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from desk.language.normalize import normalized
from desk.language.rich_text import literal
from desk.model.acts import (
    Addressee,
    Button,
    Buttons,
    ChangeState,
    Decision,
    EmitArrival,
    Expect,
    Facts,
    Ignore,
    RuleAct,
    SayTemplate,
    SetDialogState,
    SetFields,
    decide,
)
from desk.model.arrival_outcomes import IgnoredCode
from desk.model.case import ENOUGH, Case
from desk.model.core_facts import CaseMatch, Now
from desk.model.dialog_state import IDENTIFIER, OTHER, QUESTION, RESUME, SELF_HELP
from desk.model.events import Inbound, OpenedChat, Pressed, Said, TimerFired
from desk.model.states import CaseState
from desk.pipeline.internal_channel import matter_message, take_up_message
from desk.understanding.reading.observations import Act, Situation, TalkStage
from desk.understanding.substance import has_substance
from desk.understanding.understand import understand
from intake.engine.dialog_context import dialog_of, is_letter_channel
from intake.engine.dialog_set import DialogSet
from intake.engine.letters.matters_beside import matters_beside, without_them
from intake.engine.paused_questions import GO_ON_OR_ANEW, interpose, taken_up, waiting_behind
from intake.engine.rules import message_answers
from intake.engine.rules.message_answers import heard
from intake.open_question_again import open_again

Words = Inbound[Said]
Answer = Inbound[Said] | Inbound[Pressed]
Spoken = Inbound[Said] | Inbound[Pressed] | Inbound[OpenedChat]

YES_NO: Buttons = ((Button("other_yes", "button_other_yes"), Button("other_no", "button_other_no")),)
_INSTEAD = frozenset(
    ["стоп", "потом", "сначала", "важнее", "срочнее", "другое", "другой", "другая", "first", "stop", "later", "instead"]
)
"""Words by which somebody turns to another matter now, rather than mentioning it beside."""
MOST_KEPT = 3


def speaks_of_another_matter(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether a message changes the subject while a question is open."""
    if not case.expecting or not case.description or is_letter_channel(facts):
        return False
    found = heard(case, inbound, facts)
    if case.expecting.owner == SELF_HELP and found.says(Act.DENY) and not message_answers.words_left(found, case):
        return False  # "no, that's not it" speaks of the article
    return found.says(Act.OTHER_MATTER) or _leads_elsewhere(case, inbound, facts)


def _leads_elsewhere(case: Case, inbound: Words, facts: Facts) -> bool:
    """Whether the words are those of another dialog and answer nothing of this one."""
    dialogs, dialog = facts.get(DialogSet), dialog_of(case, facts)
    if dialogs is None or dialog is None or case.expecting.owner == IDENTIFIER:
        return False
    open_one = dialog.question(case.expecting.question) if case.expecting.owner == QUESTION else None
    if open_one is not None and open_one.type in ("text", "evidence"):
        return False
    another = dialogs.is_another_matter(dialogs.match(inbound.text), dialog)
    return another and not message_answers.told_now(case, inbound, facts, dialog)


def another_matter(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """Turns to the other matter, or keeps it and goes on with this one."""
    found, dialog = heard(case, inbound, facts), dialog_of(case, facts)
    told = message_answers.told_now(case, inbound, facts, dialog) if dialog else {}
    if not message_answers.words_left(found, case) and not _leads_elsewhere(case, inbound, facts):
        return None if told else interpose(case, OTHER, SayTemplate("tell_other"))
    if not told and _INSTEAD.intersection(normalized(inbound.text).split()):
        return decide(*_turned(case, inbound, facts), words_used=True)
    kept = SetDialogState({"kept": [*case.dialog_state.kept, {"words": inbound.text[:ENOUGH]}][-MOST_KEPT:]})
    noted = SayTemplate("kept_for_later")
    open_one = case.expecting.question if case.expecting.owner == QUESTION else ""
    if open_one and open_one in case.answers:
        return decide(kept, noted, done=False)
    return decide(kept, *open_again(case, facts, noted))


def beside_by_mail(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """Another matter in a letter: it begins a case of its own at once, for each exchange by mail costs a day. What else
    the letter says is heard by the rules after."""
    dialogs, dialog = facts.get(DialogSet), dialog_of(case, facts)
    if not is_letter_channel(facts) or dialogs is None or dialog is None or not case.expecting:
        return None
    said = heard(case, inbound, facts).text
    others = matters_beside(said, dialogs, dialog)
    if not others:
        return None
    apart = (SayTemplate("other_by_letter"), apart_by_mail(inbound, facts, others))
    return decide(*apart, done=not _says_more(without_them(said, others)), words_used=True)


def _says_more(text: str) -> bool:
    """Whether a letter says anything beside another matter: words of this one, or the number of a question."""
    found = understand(text, Situation(TalkStage.QUESTION))
    told = any(map(str.isdigit, text)) or found.says(Act.DENY, Act.AGREE, Act.WORKS_ALREADY)
    return told or has_substance(found.leftover)


def apart_by_mail(inbound: Words, facts: Facts, others: Sequence[str]) -> EmitArrival:
    """The other matters of a letter, as an arrival that begins a case with the first of them."""
    first, *rest = others
    kept = [{"words": one} for one in rest]
    return EmitArrival(matter_message(inbound, first, facts.need(Now).at, offered=False, kept=kept))


def _turned(case: Case, inbound: Words, facts: Facts) -> list[RuleAct]:
    """The matter at hand waits, and the words begin one of their own."""
    waiting = case.dialog_state.paused or waiting_behind(case)
    words = _about_the_other(case, inbound.text, facts)
    message = matter_message(inbound, words, facts.need(Now).at, offered=False, kept=[{"case": case.id}])
    return [SetDialogState({"paused": waiting}), Expect(), SayTemplate("turning_to_other"), EmitArrival(message)]


def _about_the_other(case: Case, text: str, facts: Facts) -> str:
    """Of a message that turns to another matter what tells of it: "стоп, это потом" does not."""
    dialogs, dialog = facts.get(DialogSet), dialog_of(case, facts)
    parts = dialogs.matters(text) if dialogs else []
    pieces = [piece for piece, about in parts if dialogs and dialogs.is_another_matter(about, dialog)]
    first = text.find(pieces[0]) if pieces else 0
    return text[max(first, 0) :]


def take_other(case: Case, inbound: Answer, facts: Facts) -> Decision | None:
    """What was kept is offered: yes takes it up, no drops it; who was asked to tell of another matter tells it."""
    if case.dialog_state.paused:  # asked to tell of it: `another_matter`
        if not isinstance(inbound.event, Said) or not has_substance(inbound.text, case.contract):
            return decide(*taken_up(case), done=False)
        return decide(*_turned(case, inbound, facts), words_used=True)
    found = heard(case, inbound, facts)
    if inbound.option == "other_no" or message_answers.agreed(found) is False:
        return decide(ChangeState(CaseState.CANCELLED, "declined"), Expect(), SayTemplate("other_dropped"), done=False)
    agreed = bool(inbound.option) or message_answers.agreed(found) is True
    return decide(Expect(), done=False, words_used=agreed)


def offer_kept(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """The words of another matter begin a case: offered where they were only mentioned."""
    event = inbound.event
    behind = SetDialogState({"kept": [dict(one) for one in event.kept]})
    if not event.offered:
        lead = [SayTemplate("about_the_other", {"question": literal(_short(event.text))})]
        said = lead if is_letter_channel(facts) else []
        return decide(behind, *said, done=False) if event.kept or said else None
    names = {"words": literal(_short(event.text))}
    return decide(
        SetFields({"description": event.text[:ENOUGH]}),
        behind,
        SetDialogState({"heard": message_answers.remembered(case, inbound, facts)}),
        Expect(OTHER),
        SayTemplate("also_asked", names, buttons=YES_NO),
        words_used=True,
    )


def begins_anew(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether the words begin a matter of their own, told in the midst of another one."""
    return bool(inbound.reference.anew) and facts.need(CaseMatch).how == "new"


def has_kept(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether other matters wait and this one needs nothing more of its person now."""
    return bool(case.dialog_state.kept) and (case.registered or not case.open)


def come_back(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """The first of the matters kept is come back to; the others wait behind it."""
    kept = sorted(case.dialog_state.kept, key=lambda one: "case" in one)
    first, rest, now = kept[0], kept[1:], facts.need(Now).at
    if "case" in first:
        message = take_up_message(inbound, int(first["case"]), case.provider, now)
    else:
        message = matter_message(inbound, str(first["words"]), now, offered=True, kept=rest)
    return decide(SetDialogState({"kept": []}), EmitArrival(message), done=False)


def take_up_waiting(case: Case, inbound: Inbound[TimerFired], facts: Facts) -> Decision | None:
    """A case that waited behind another matter: shall we go on with it?"""
    if case.registered or not case.open or not case.dialog_state.paused or case.expecting:
        return decide(Ignore(IgnoredCode.TIMER_OBSOLETE))
    dialog = dialog_of(case, facts)
    names = {"title": dialog.title[case.language] if dialog else ""}
    asked = SayTemplate("back_to_first", names, Addressee.SUBSCRIBER, buttons=GO_ON_OR_ANEW)
    return decide(Expect(RESUME), asked)


def split_matters(text: str, dialogs: DialogSet | None) -> tuple[str, Sequence[str]]:
    """The words about the first of several matters in one message, and those about the others."""
    if dialogs is None:
        return text, ()
    parts = dialogs.matters(text)
    first = next((dialog for _, dialog in parts if dialog), None)
    others = [piece for piece, dialog in parts if dialogs.is_another_matter(dialog, first)]
    if not others:
        return text, ()
    return ". ".join(piece for piece, _ in parts if piece not in others), others[:MOST_KEPT]


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= 80 else line[:79].rstrip() + "…"
