"""Messages that are no answer to the open question: edits, answers to an earlier one, words from before it. Pure.

The open question stays open; what was told is kept where it belongs. What a message is, by the times of its channel,
`desk.model.core_facts.ReplyTiming` says.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from desk.model.acts import Decision, Expect, Facts, Ignore, RuleAct, SayTemplate, SetDialogState, SetFields, decide
from desk.model.arrival_outcomes import IgnoredCode
from desk.model.case import ENOUGH, Case, append_words
from desk.model.core_facts import CaseMatch, EditedMessage, Now, ReplyTiming
from desk.model.dialog_state import QUESTION, SELF_HELP, SUMMARY
from desk.model.events import Inbound, Said
from desk.model.provider_files import Provider
from desk.model.shared_facts import Identification
from desk.understanding.message import situation_of
from desk.understanding.understand import understand
from intake.engine import engine, prompts
from intake.engine.answer_parsing import ParsedAnswer, answer_of, parse_answer, value_for
from intake.engine.dialog_context import condition_values, dialog_of
from intake.engine.dialog_set import DialogSet
from intake.engine.engine import ConditionValues
from intake.engine.model import Dialog, Question
from intake.engine.rules import message_answers
from intake.engine.rules.next_step import go_on
from intake.open_question_again import open_again
from intake.previous_answer_lookup import PreviousAnswer

Words = Inbound[Said]


def is_answer(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether what came may be the answer to the open question: it was written after that had arrived, and does not
    reply to another."""
    turn = facts.get(ReplyTiming) or ReplyTiming()
    return turn.after_question and not turn.replied


def is_out_of_turn(facts: Facts) -> bool:
    """Whether a message replies to an earlier question, or came before the open one was there."""
    turn = facts.get(ReplyTiming) or ReplyTiming()
    return bool(turn.replied) or not turn.after_question


def correct_message(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """An edit changes what it edits: the answer that the message was, or the description it stands in.

    Words that no answer used are understood anew by the rules that follow: a contract may be among them.
    """
    if not inbound.event.edited:
        return None
    if facts.need(CaseMatch).how == "new":
        return None if _opened_nothing(facts) else decide(Ignore(IgnoredCode.OLD_EDIT))
    edited = (facts.get(ReplyTiming) or ReplyTiming()).corrects
    if edited is None:
        kept = SetFields({"description": append_words(case.description, inbound.text)})
        return decide(kept, SayTemplate("noted", {"lines": ()}), words_used=True)
    if edited.text.strip() == inbound.text.strip():
        return decide(Ignore(IgnoredCode.OLD_EDIT))
    if edited.answered.owner == QUESTION and (
        changed := _changed_answer(case, inbound, facts, edited.answered.question)
    ):
        return changed
    acts = [*_replaced_words(case, inbound, edited), *_other_contract(case, facts, edited)]
    acts += _other_dialog(case, inbound, facts, edited)
    return decide(*acts, done=False, words_used=bool(case.description))


_OPENED_NOTHING = (IgnoredCode.THANKS, IgnoredCode.HELP, IgnoredCode.STATUS)


def _opened_nothing(facts: Facts) -> bool:
    """Whether the message that an edit changes had begun no case: then the edit is the first that is heard of it."""
    before = facts.get(PreviousAnswer)
    return before is not None and before.outcome in _OPENED_NOTHING


def _other_dialog(case: Case, inbound: Words, facts: Facts, edited: EditedMessage) -> list[RuleAct]:
    """Where the first words now tell of another trouble, its article or its questions come in the place of the article
    that was offered. Once questions are answered, the talk goes on as it began."""
    dialogs = facts.get(DialogSet)
    if dialogs is None or not case.articles or case.expecting.owner != SELF_HELP or case.answers:
        return []
    was, now = dialogs.match(edited.text), dialogs.match(inbound.text)
    if now is None or was is None or now.id == was.id:
        return []
    return [SetFields({"articles": [], "dialog": "", "category": ""}), Expect(), SayTemplate("understood_anew")]


def _replaced_words(case: Case, inbound: Words, edited: EditedMessage) -> list[RuleAct]:
    """The description with the new words in the place of the old ones; behind it where those are not in it."""
    if not case.description:
        return []
    old = edited.text.strip()
    if old and old in case.description:
        return [SetFields({"description": case.description.replace(old, inbound.text.strip(), 1)[:ENOUGH]})]
    return [SetFields({"description": append_words(case.description, inbound.text)})]


def _other_contract(case: Case, facts: Facts, edited: EditedMessage) -> list[RuleAct]:
    """A number that was mistyped is taken back, so that the one in its place is taken like a first one."""
    identified = facts.get(Identification)
    number = identified.contract if identified else ""
    if not case.contract or not number or number == case.contract or case.contract not in edited.text:
        return []
    return [SetFields({"contract": "", "entitlement": "unverified", "proved": False})]


def confirm_correction(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """Who corrected something and is asked nothing new by that is told that it was taken."""
    if not inbound.event.edited or not case.expecting:
        return None
    return decide(*open_again(case, facts, SayTemplate("noted", {"lines": ()})))


def answer_earlier_question(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """A message that replies to an earlier question answers that one, not the one that is open."""
    replied = (facts.get(ReplyTiming) or ReplyTiming()).replied
    if replied.owner != QUESTION or not case.expecting:
        return None
    origin = case.answers.get(replied.question, {}).get("from", {})
    if inbound.message and origin.get("message") == inbound.message:
        # `intake.engine.rules.dialog_rules.note_facts` understood it, and said so.
        return decide(SetDialogState({"tries": case.dialog_state.tries}))
    return _changed_answer(case, inbound, facts, replied.question)


def keep_early_words(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """What was written before the open question had arrived answers nothing; it is kept, and the question stands.

    Nothing is said to that: the question itself comes after these words, and answers them.
    """
    if is_answer(case, inbound, facts) or not case.expecting or _has_answer(case):
        return None
    replied = bool((facts.get(ReplyTiming) or ReplyTiming()).replied)
    return decide(SetFields({}), *([SayTemplate("noted", {"lines": ()})] if replied else []))


def _has_answer(case: Case) -> bool:
    """Whether the message told in so many words what the open question asks for."""
    return case.expecting.owner == QUESTION and case.expecting.question in case.answers


def _changed_answer(case: Case, inbound: Words, facts: Facts, name: str) -> Decision | None:
    """The answer to this question changed to what the message says, or None where it says nothing that fits."""
    dialog = dialog_of(case, facts)
    question = dialog.question(name) if dialog else None
    answer = _answer(case, inbound, facts, question) if question else None
    if dialog is None or question is None or answer is None:
        return None
    answers = {**case.answers, question.id: message_answers.with_origin(answer, inbound.message)}
    lines = prompts.lines_of(case, dialog, facts, {question.id: answers[question.id]})
    told: list[RuleAct] = [SayTemplate("corrected" if lines else "noted", {"lines": lines})]
    values = condition_values(case, facts)
    stays = case.expecting.owner == QUESTION and case.expecting.question in _applying(dialog, answers, values)
    if stays or case.expecting.owner not in (QUESTION, SUMMARY):
        return decide(*open_again(case, facts, *told, prompts.keep_answers(answers)), words_used=True)
    return replace(go_on(case, dialog, facts, answers, told), words_used=True)


def _applying(dialog: Dialog, answers: dict[str, Any], values: ConditionValues) -> list[str]:
    """The questions that these answers leave open, the first of them first."""
    return [one.id for one in engine.next_questions(dialog, answers, values, 1)]


def _answer(case: Case, inbound: Words, facts: Facts, question: Question) -> ParsedAnswer | None:
    situation = replace(situation_of(case, facts), question=question.means)
    found = understand(inbound.text, situation)
    if (observed := value_for(question, found)) and (answer := answer_of(question, observed, inbound.text)):
        return answer
    now, zone = facts.need(Now).at, facts.need(Provider).timezone
    read = parse_answer(question, inbound.text, now, files=inbound.files, zone=zone)
    return read if isinstance(read, ParsedAnswer) else None
