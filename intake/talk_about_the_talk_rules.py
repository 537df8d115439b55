"""The talk about the talk: another language, calling off, questions in between, "it works already". Rules, pure.

They are asked where a message says such a thing, whatever question is open; that stands as it was, or once more.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from desk.language.detect import LANGUAGES
from desk.model.acts import (
    ChangeState,
    Decision,
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
from desk.model.case import Case, append_words
from desk.model.core_facts import CaseMatch, Now, ReplyTiming
from desk.model.dialog_state import IDENTIFIER, QUESTION, RESUME, SELF_HELP, SETTLED
from desk.model.events import Inbound, Pressed, Said
from desk.model.opening_hours import opening_hours
from desk.model.states import CaseState
from desk.model.unrepeated_acknowledgement import acknowledge
from desk.understanding.closing_by_consent import may_consent, settling_acts
from desk.understanding.explained_terms import term_asked
from desk.understanding.opening_hours import asked_of_hours
from desk.understanding.own_or_other_matter import says_again
from desk.understanding.reading.observations import Act
from desk.understanding.substance import has_substance
from intake.contract_number_rules import asks_about_number
from intake.engine import engine
from intake.engine.dialog_context import dialog_of, is_letter_channel
from intake.engine.dialog_set import DialogSet
from intake.engine.letters.rules import letter_shown
from intake.engine.paused_questions import CLOSE_OR_NOT, GO_ON_OR_ANEW, PAUSING, interpose, taken_up
from intake.engine.rules import message_answers
from intake.engine.rules.message_answers import heard
from intake.open_question_again import open_again, put_again

Words = Inbound[Said]
Answer = Inbound[Said] | Inbound[Pressed]

LONG_SILENCE = timedelta(hours=6)
"""After such a silence the desk asks whether to go on, instead of taking any word for an answer."""
_OF_THE_TALK = (
    Act.LANGUAGE,
    Act.WORKS_ALREADY,
    Act.CANCEL,
    Act.RESTART,
    Act.BOT_QUESTION,
    Act.STATUS,
    Act.CONFUSED,
)


def speaks_of_the_talk(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether a message says something about the talk itself, or comes after a long silence."""
    if inbound.text.strip().lower() == "/cancel" or after_silence(case, facts):
        return True
    return heard(case, inbound, facts).says(*_OF_THE_TALK) or asked_of_hours(inbound.text) is not None


def after_silence(case: Case, facts: Facts) -> bool:
    """Whether a question has been open for long."""
    waits = case.expecting.owner and case.expecting.owner not in PAUSING
    return bool(waits and case.updated_at) and facts.need(Now).at - case.updated_at >= LONG_SILENCE


def change_language(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """From here on the talk is in the language that was asked for."""
    found = heard(case, inbound, facts)
    value = found.value("language")
    wanted = str(value.value) if value else ""
    if not found.says(Act.LANGUAGE) or wanted not in LANGUAGES or wanted == case.language:
        return None
    used = not message_answers.words_left(found, case)
    return decide(SetFields({"language": wanted}), SayTemplate("talk_in_language"), done=False, words_used=used)


def put_in_other_language(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """The open question is put again in the language that was asked for just now."""
    found = heard(case, inbound, facts)
    if not found.says(Act.LANGUAGE) or not case.expecting or message_answers.words_left(found, case):
        return None
    if is_letter_channel(facts) and (letter := _letter_again(case, facts)):
        return decide(*letter, words_used=True)
    return decide(*open_again(case, facts), words_used=True)


def _letter_again(case: Case, facts: Facts) -> list[RuleAct]:
    """The questions of the last letter, for whoever could not read it; they count as put once."""
    dialog = dialog_of(case, facts)
    if dialog is None or case.expecting.owner != QUESTION:
        return []
    questions = engine.questions_by_id(dialog, case.dialog_state.asked, case.answers)
    intro = SayTemplate("questions_by_mail", {"lines": [], "one": "1" if len(questions) == 1 else ""})
    shown = letter_shown(case, dialog, facts, questions, [intro], case.answers)
    return [act for act in shown if not isinstance(act, SetDialogState)]


def ask_whether_settled(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """ "It works already" is no answer to any question: the desk asks whether the matter is settled."""
    found = heard(case, inbound, facts)
    unclear = case.expecting.owner in (SELF_HELP, SETTLED) or found.says(Act.RESERVED)
    if unclear or not found.says(Act.WORKS_ALREADY) or is_letter_channel(facts):
        return None
    return interpose(case, SETTLED, SayTemplate("glad_may_close", buttons=CLOSE_OR_NOT))


def call_off(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """The matter is called off, with a word. What else such a message says is no word of that ("если до вечера никто
    не придёт, отмените"): the desk asks, or an agent reads the letter. Where nothing is open, it begins a matter."""
    found = heard(case, inbound, facts)
    if not (found.says(Act.CANCEL) or inbound.text.strip().lower() == "/cancel"):
        return None
    more = bool(inbound.files) or bool(message_answers.words_left(found, case))
    if facts.need(CaseMatch).how == "new":
        return None if more else decide(SayTemplate("status_none"), Ignore(IgnoredCode.STATUS))
    if more and is_letter_channel(facts):
        return None
    if more or "?" in inbound.text:  # "а можно отменить?" calls nothing off yet
        asked = SayTemplate("may_we_call_off" if more else "may_we_cancel", buttons=CLOSE_OR_NOT)
        return interpose(case, SETTLED, asked, words_used=not more)
    return decide(*_cancelled("called_off"), SayTemplate("called_off"), done=False, words_used=True)


def begin_anew(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """The talk begins from the beginning, as a new matter."""
    if not heard(case, inbound, facts).says(Act.RESTART) or facts.need(CaseMatch).how == "new":
        return None
    return decide(*_cancelled("begun_anew"), SayTemplate("begin_anew"), words_used=True)


def _cancelled(why: str) -> tuple[RuleAct, ...]:
    return ChangeState(CaseState.CANCELLED, why), Expect()


def answer_between(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """A question in between is answered, and the open one stands; with an answer beside it, the talk goes on."""
    found = heard(case, inbound, facts)
    if case.expecting.owner == IDENTIFIER and asks_about_number(inbound.text):
        return None  # `intake.contract_number_rules.take_identifier` answers
    beside_hours = asked_of_hours(inbound.text)
    is_only_of_hours = beside_hours is not None and not has_substance(beside_hours, case.contract)
    if is_only_of_hours and facts.need(CaseMatch).how == "new":
        return decide(*opening_hours(case, facts), Ignore(IgnoredCode.STATUS))
    said = _between(case, inbound, facts)
    if not said or not case.expecting:
        return None
    if is_only_of_hours:
        return decide(*open_again(case, facts, *said), words_used=True)
    open_one = case.expecting.question if case.expecting.owner == QUESTION else ""
    if message_answers.words_left(found, case) or (open_one and open_one in case.answers):
        return decide(*said, done=False)
    return decide(*open_again(case, facts, *said), words_used=True)


def _between(case: Case, inbound: Words, facts: Facts) -> list[RuleAct]:
    found = heard(case, inbound, facts)
    said: list[RuleAct] = []
    if found.says(Act.BOT_QUESTION):
        said += acknowledge(case, "bot_honest")
    if (term := term_asked(found)) and case.expecting.owner != SELF_HELP:
        said += acknowledge(case, "explain", {"term": term})
    answers_too = is_letter_channel(facts) and (found.values or message_answers.words_left(found, case))
    if found.says(Act.STATUS) and case.description and not answers_too:  # the letter itself says what is still to ask
        said += acknowledge(case, "status_intake")
    if asked_of_hours(inbound.text) is not None:
        said += opening_hours(case, facts)
    return said


def resume(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """After hours or days any word may mean anything: unless it answers, the desk asks whether to go on."""
    dialog = dialog_of(case, facts)
    if not after_silence(case, facts) or is_letter_channel(facts):
        return None
    found = heard(case, inbound, facts)
    of_article = case.expecting.owner == SELF_HELP and (found.closes or found.says(Act.DENY, Act.RESERVED))
    if found.values or of_article or (facts.get(ReplyTiming) or ReplyTiming()).replied:
        return None
    title = dialog.title[case.language] if dialog else ""
    return interpose(case, RESUME, SayTemplate("shall_we_go_on", {"title": title}, buttons=GO_ON_OR_ANEW))


def take_settled(case: Case, inbound: Answer, facts: Facts) -> Decision | None:
    """The subscriber says whether the matter is settled: a clear yes closes it, anything else goes on with it."""
    found = heard(case, inbound, facts)
    if inbound.option == "close_it" or (not inbound.option and found.closes and may_consent(case, inbound)):
        return _settled(case, inbound, facts)
    denied = inbound.option == "still_open" or message_answers.agreed(found) is False
    if denied:
        dialogs = facts.get(DialogSet)
        told = says_again(inbound.text) or (dialogs is not None and dialogs.match(inbound.text) is not None)
        words = SetFields({"description": append_words(case.description, inbound.text)})
        kept = [words] if told and not inbound.option else []
        return _go_on(case, facts, *kept, SayTemplate("go_on_then"))
    return decide(*taken_up(case), done=False)


def _settled(case: Case, inbound: Answer, facts: Facts) -> Decision:
    settled = settling_acts(inbound, facts.need(Now).at, "works_already")
    return decide(*settled, done=False, words_used=True)


def take_go_on(case: Case, inbound: Answer, facts: Facts) -> Decision | None:
    """Whether to go on with the talk or to begin anew; whatever else is said is heard as an answer."""
    found = heard(case, inbound, facts)
    if inbound.option == "begin_anew" or found.says(Act.RESTART) or message_answers.agreed(found) is False:
        return decide(*_cancelled("begun_anew"), SayTemplate("begin_anew"), words_used=True)
    if inbound.option == "go_on" or message_answers.agreed(found):
        return _go_on(case, facts)
    undecided = found.says(Act.DONT_KNOW, Act.SKIP, Act.GREETING) and not message_answers.words_left(found, case)
    if undecided and not found.values:  # said of going on, not of the question that waits
        return _go_on(case, facts, SayTemplate("then_go_on"))
    return decide(*taken_up(case), done=False)


def _go_on(case: Case, facts: Facts, *lead: RuleAct) -> Decision:
    """What waited is open again, and is put once more; what was put twice stands above."""
    owner, question, *_ = case.dialog_state.paused or ["", ""]
    again = put_again(case, facts, owner, question, lead)
    return decide(*taken_up(case), *(again or (*lead, SayTemplate("where_we_were"))), words_used=True)
