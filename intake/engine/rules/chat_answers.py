"""What becomes of one answer in a chat: it fits, or it is about something else, or the question is put once more. Pure.

An answer that does not fit its question is never stored as one: its words stay with the case, and after a second try
the question is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from desk.model.acts import Decision, Expect, Facts, RuleAct, SayTemplate, SetDialogState, SetFields, decide
from desk.model.case import Case, append_words
from desk.model.core_facts import Now, ReplyTiming
from desk.model.dialog_state import QUESTION
from desk.model.events import Inbound, OpenedChat, Pressed, Said
from desk.model.messages import kind_seen
from desk.model.provider_files import Provider
from desk.model.unrepeated_acknowledgement import acknowledge
from desk.understanding.reading.observations import Act, Situation, TalkStage, Understanding
from desk.understanding.substance import has_substance, waits_for_us
from desk.understanding.understand import understand
from intake.engine import engine, prompts
from intake.engine.answer_parsing import ON_FILE, ParsedAnswer, parse_answer
from intake.engine.completion import completed
from intake.engine.dialog_context import condition_values, template_values
from intake.engine.model import Dialog, Question
from intake.engine.on_file_words import names_what_is_on_file
from intake.engine.rules import message_answers
from intake.engine.rules.next_step import go_on, recorded

Spoken = Inbound[Said] | Inbound[Pressed] | Inbound[OpenedChat]

MOST_REPHRASED = 2
"""Times in a dialog that a question is put in other words since an answer was not understood: then a person comes."""


def chat_answer(case: Case, inbound: Spoken, facts: Facts, dialog: Dialog, question: Question) -> Decision:
    """Takes in one answer to the open question. Words that nobody understood stay with the case."""
    decision = _taken(case, inbound, facts, dialog, question)
    used = decision.words_used or not message_answers.words_left(message_answers.heard(case, inbound, facts), case)
    return replace(decision, words_used=used)


def _taken(case: Case, inbound: Spoken, facts: Facts, dialog: Dialog, question: Question) -> Decision:
    if inbound.option:
        return _pressed(case, inbound, facts, dialog, question)
    if question.id in case.answers:  # `intake.engine.rules.dialog_rules.note_facts` understood it
        return go_on(case, dialog, facts, dict(case.answers), [SetDialogState({"tries": 0})])
    found = message_answers.heard(case, inbound, facts)
    told = _news(case, message_answers.told_now(case, inbound, facts, dialog))
    mended = message_answers.answered_by(case, inbound)
    if found.says(Act.BACK) or (message_answers.corrects(found) and not mended):
        return back(case, dialog, facts)
    if (mended and not told) or not (facts.get(ReplyTiming) or ReplyTiming()).may_answer:
        return _stands(case, inbound, facts, dialog, question, found)
    given = _answer(case, inbound, facts, question, found, told)
    if given is not None:
        return _answered(case, inbound, facts, dialog, question, given, found)
    return _beside(case, inbound, facts, dialog, question, found, told)


def _news(case: Case, told: message_answers.Answers) -> message_answers.Answers:
    """Of what a message tells, what was not known before: "списали дважды" adds nothing to a charge, and may be the
    answer to a question in free words."""
    return {
        name: one
        for name, one in told.items()
        if name not in case.answers
        or case.answers[name]["value"] != one["value"]
        or case.answers[name].get("from") == one.get("from")
    }


def _pressed(case: Case, inbound: Spoken, facts: Facts, dialog: Dialog, question: Question) -> Decision:
    now, zone = facts.need(Now).at, facts.need(Provider).timezone
    given = parse_answer(question, "", now, option=inbound.option, zone=zone)
    if not isinstance(given, ParsedAnswer):
        return _once_more(case, facts, dialog, question, [])
    given = ParsedAnswer(given.value, given.text, given.parsed, given.files, {"button": inbound.option})
    answers = {**case.answers, question.id: given.stored()}
    lines = prompts.lines_of(case, dialog, facts, {question.id: given.stored()})
    echo: list[RuleAct] = [SayTemplate("answered", {"line": line}) for line in lines]
    return go_on(case, dialog, facts, answers, [SetDialogState({"tries": 0}), *echo])


def _answer(
    case: Case, inbound: Spoken, facts: Facts, question: Question, found: Understanding, told: message_answers.Answers
) -> ParsedAnswer | None:
    """The answer to the open question, by its own kind. A word of the talk itself ("чего?", a greeting) is none."""
    talk = (Act.CONFUSED, Act.BOT_QUESTION, Act.GREETING, Act.STATUS, Act.WAIT, Act.CORRECTION, Act.OTHER_MATTER)
    if told or (found.says(*talk) and not message_answers.words_left(found, case)):
        return None
    now, zone = facts.need(Now).at, facts.need(Provider).timezone
    given = parse_answer(question, inbound.text, now, files=inbound.files, zone=zone)
    if not isinstance(given, ParsedAnswer):
        return None
    return None if given.value == ON_FILE and not _is_of_the_file(case, facts, question, inbound.text) else given


def _is_of_the_file(case: Case, facts: Facts, question: Question, text: str) -> bool:
    """Whether "да" confirms what is on file: it was shown, or is named as such ("как в договоре")."""
    return bool(template_values(case, facts).get(question.prefill)) or names_what_is_on_file(text)


def _answered(
    case: Case,
    inbound: Spoken,
    facts: Facts,
    dialog: Dialog,
    question: Question,
    given: ParsedAnswer,
    found: Understanding,
) -> Decision:
    """The answer is kept with its origin; words beside it are kept as they are, where the answer does not hold them."""
    stored = message_answers.with_origin(given, inbound.message)
    answers = {**case.answers, question.id: stored}
    acts: list[RuleAct] = [SetDialogState({"tries": 0})]
    told = given.value is not None and given.text and len(given.text) < len(inbound.text.strip())
    if told and message_answers.words_left(found, case):
        acts.append(_kept(case, inbound))
    decision = go_on(case, dialog, facts, answers, acts)
    return Decision(decision.acts, decision.done, words_used=True)


def _beside(
    case: Case,
    inbound: Spoken,
    facts: Facts,
    dialog: Dialog,
    question: Question,
    found: Understanding,
    told: message_answers.Answers,
) -> Decision:
    """The message answers something else, shows a photo, does not understand the question, or is not understood."""
    if told:
        return _stands(case, inbound, facts, dialog, question, found)
    if inbound.files:
        return _shown(case, inbound, facts, dialog, question)
    if (courtesy := _courtesy(case, inbound, facts, dialog, question, found)) is not None:
        return courtesy
    if found.says(Act.SKIP) and not message_answers.words_left(found, case):
        return _unknown(case, facts, dialog, question, [SayTemplate("never_mind")])
    if lead := _soft_lead(case, inbound, question, found):
        return _repeated(case, facts, dialog, question, [SayTemplate(lead)])
    lead = "in_other_words" if found.says(Act.CONFUSED) else "not_understood"
    return _once_more(case, facts, dialog, question, [SayTemplate(lead)])


def _courtesy(
    case: Case, inbound: Spoken, facts: Facts, dialog: Dialog, question: Question, found: Understanding
) -> Decision | None:
    """What is said to a greeting, thanks, or "one moment"; who waits for us hears what is still to be answered."""
    if message_answers.words_left(found, case):
        return None
    if waits_for_us(inbound.text):
        return _repeated(case, facts, dialog, question, acknowledge(case, "status_intake"))
    if not found.says(Act.GREETING, Act.THANKS, Act.WAIT):
        return None
    lead = "take_your_time" if found.says(Act.WAIT) else "hello_again"
    return decide(*acknowledge(case, lead), words_used=True)


def _soft_lead(case: Case, inbound: Spoken, question: Question, found: Understanding) -> str:
    """What is said before a question is put once more, where the words were understood and answer nothing; "" where
    they were not understood."""
    if _did_not_help(inbound.text) and not case.recurrences:  # then nothing was tried in this matter
        return "sorry_once_more"
    only_read = not found.acts and any(map(str.isalpha, found.text)) and not has_substance(found.text)
    if not only_read:  # "ок", "хорошо", "понятно" say that the question was read
        return ""
    return "then_tell_us" if prompts.times_put(case, question) < prompts.MOST_TIMES else "never_mind"


def _shown(case: Case, inbound: Spoken, facts: Facts, dialog: Dialog, question: Question) -> Decision:
    """A file in the place of an answer. A picture is what a request for one would ask, and shows what the lights do."""
    now, answers = facts.need(Now).at, dict(case.answers)
    wanted = next((one for one in dialog.requests if one.type == "photo" and one.id not in answers), None)
    picture = parse_answer(wanted, inbound.text, now, files=inbound.files) if wanted else None
    if wanted and isinstance(picture, ParsedAnswer) and picture.files:
        answers[wanted.id] = message_answers.with_origin(picture, inbound.message)
        if question.means == "lamps":
            answers[question.id] = _left_open(question)
    lead: list[RuleAct] = [SayTemplate("seen", {"kind": kind_seen(inbound.files)})]
    if question.id not in answers and prompts.times_put(case, question) < prompts.MOST_TIMES:
        return decide(*prompts.put(case, dialog, facts, question, [prompts.keep_answers(answers), *lead], answers))
    answers.setdefault(question.id, _left_open(question))
    return go_on(case, dialog, facts, answers, [SetDialogState({"tries": 0}), *lead])


def _did_not_help(text: str) -> bool:
    """Whether the words only say that what was tried did not help."""
    found = understand(text, Situation(TalkStage.HELPED))
    return found.says(Act.DENY) and not has_substance(found.leftover)


def _stands(
    case: Case, inbound: Spoken, facts: Facts, dialog: Dialog, question: Question, found: Understanding
) -> Decision:
    """Something was told, but not what was asked: that is noted, and the question put once more, or left unknown.

    Only what the case has now is said to be noted.
    """
    told = _kept_of(case, message_answers.told_now(case, inbound, facts, dialog))
    lines = prompts.lines_of(case, dialog, facts, told) if told else []
    lead: list[RuleAct] = [SayTemplate("noted", {"lines": lines})]
    if not engine.still_applies(dialog, question, case.answers, condition_values(case, facts)):
        return go_on(case, dialog, facts, dict(case.answers), [] if found.says(Act.CORRECTION) else lead)
    if found.says(Act.SKIP):
        return _unknown(case, facts, dialog, question, lead)
    if found.says(Act.CORRECTION):
        lead = []  # it was said already what was corrected
        if prompts.times_put(case, question) >= prompts.MOST_TIMES:
            return decide(SayTemplate("where_we_were"), words_used=True)
    return _repeated(case, facts, dialog, question, lead)


def _kept_of(case: Case, told: message_answers.Answers) -> message_answers.Answers:
    return {name: one for name, one in told.items() if case.answers.get(name, {}).get("value") == one["value"]}


def _repeated(case: Case, facts: Facts, dialog: Dialog, question: Question, lead: Sequence[RuleAct]) -> Decision:
    """Puts the question once more, where it was put once only; else it is unknown, and the dialog goes on."""
    if prompts.times_put(case, question) < prompts.MOST_TIMES:
        return decide(*prompts.put(case, dialog, facts, question, lead))
    return _unknown(case, facts, dialog, question, list(lead))


def _once_more(case: Case, facts: Facts, dialog: Dialog, question: Question, lead: list[RuleAct]) -> Decision:
    """The same for words that nobody understood; a person is called where that happens too often."""
    if prompts.times_put(case, question) >= prompts.MOST_TIMES:
        return _unknown(case, facts, dialog, question, [SayTemplate("never_mind")])
    if case.dialog_state.rephrased >= MOST_REPHRASED:
        return with_a_person(case, dialog, facts)
    counted = SetDialogState({"rephrased": case.dialog_state.rephrased + 1})
    return decide(*prompts.put(case, dialog, facts, question, [counted, *lead]))


def _unknown(case: Case, facts: Facts, dialog: Dialog, question: Question, lead: list[RuleAct]) -> Decision:
    answers = {**case.answers, question.id: _left_open(question)}
    return go_on(case, dialog, facts, answers, [SetDialogState({"tries": 0}), *lead])


def _left_open(question: Question) -> dict[str, Any]:
    """The answer to a question that nobody answered."""
    return ParsedAnswer(None).stored()


def with_a_person(case: Case, dialog: Dialog, facts: Facts) -> Decision:
    """The talk does not get on: a person takes over, with what is known."""
    acts = recorded(case, dialog, facts, dict(case.answers), [])
    return decide(*acts, Expect(), SayTemplate("better_a_person"), *completed(case), done=False)


def back(case: Case, dialog: Dialog, facts: Facts) -> Decision:
    """The question before, once more; its answer is taken back."""
    order = [name for name in dict.fromkeys(reversed(case.dialog_state.put)) if name in case.answers]
    asked = [one.id for one in (*dialog.questions, *dialog.requests) if one.id in case.answers]
    last = order[0] if order else asked[-1] if asked else ""
    return redo(case, dialog, facts, last, [SayTemplate("back_again")])


def redo(case: Case, dialog: Dialog, facts: Facts, name: str, lead: Sequence[RuleAct] = ()) -> Decision:
    """Puts the question of an answer once more, and forgets the answer."""
    question = dialog.question(name) if name in case.answers else None
    if question is None:
        open_one = dialog.question(case.expecting.question) if case.expecting.owner == QUESTION else None
        if open_one is not None:
            return _repeated(case, facts, dialog, open_one, [])
        return go_on(case, dialog, facts, dict(case.answers), [])
    answers: dict[str, Any] = {key: value for key, value in case.answers.items() if key != name}
    # Who wants to answer anew is not counted as asked too often.
    put = [one for one in case.dialog_state.put if one not in (name, case.expecting.question)]
    asked = prompts.put(case, dialog, facts, question, [*lead, prompts.keep_answers(answers)], answers)
    return decide(*asked, SetDialogState({"tries": 0, "put": [*put, name]}), words_used=True)


def _kept(case: Case, inbound: Spoken) -> SetFields:
    return SetFields({"description": append_words(case.description, inbound.text)})
