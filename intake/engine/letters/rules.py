"""Rules that walk a dialog by mail: a few questions in one letter, their answers in any shape, then the case. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from desk.model.acts import (
    Decision,
    Expect,
    Facts,
    Names,
    RuleAct,
    SayReadyText,
    SayTemplate,
    SetDialogState,
    SetFields,
    decide,
)
from desk.model.case import Case, append_words
from desk.model.core_facts import Now
from desk.model.dialog_state import QUESTION, SETTLED
from desk.model.events import Inbound, OpenedChat, Pressed, Said
from desk.model.provider_files import Provider
from desk.understanding.reading.observations import Act, Situation
from desk.understanding.substance import has_substance
from desk.understanding.understand import understand
from intake.engine import engine, prompts
from intake.engine.answer_parsing import ON_FILE, ParsedAnswer
from intake.engine.article_offers import article_to_offer, offer_article
from intake.engine.completion import completed
from intake.engine.dialog_context import (
    case_data,
    circumstances_in,
    condition_values,
    pictures_of,
    template_values,
)
from intake.engine.dialog_set import DialogSet
from intake.engine.letters import questions as letters
from intake.engine.letters import reading as letter_reading
from intake.engine.letters.desk_text_in_answer import DeskSentences
from intake.engine.letters.matters_beside import matters_beside, without_them
from intake.engine.letters.person_words import person_words
from intake.engine.model import Dialog, Question
from intake.engine.paused_questions import CLOSE_OR_NOT, interpose

Spoken = Inbound[Said] | Inbound[Pressed] | Inbound[OpenedChat]


def letter_reply(case: Case, inbound: Spoken, facts: Facts, dialog: Dialog, asked: Sequence[Question]) -> Decision:
    """The answers of a mail, to whatever question; what is still needed is asked for once more, and then no more."""
    read = _read(case, inbound, facts, dialog, asked)
    given = {
        name: _stored(one, inbound) for name, one in read.answers.items() if _says_more(one, case.answers.get(name))
    }
    answers = {**case.answers, **given}
    more = append_words(case.description, read.leftover)
    acts: list[RuleAct] = [SetFields({"description": more})] if understand(read.leftover, Situation()).leftover else []
    if read.said.says(Act.WORKS_ALREADY) and not read.said.says(Act.RESERVED, Act.DENY):
        asking = interpose(case, SETTLED, SayTemplate("glad_may_close", buttons=CLOSE_OR_NOT))
        return decide(*acts, prompts.keep_answers(answers), *asking.acts)
    told = any(dialog.question(name) in dialog.questions for name in given)
    instead = bool(inbound.files) or read.said.key("phone") is not None or read.said.says(Act.CALLBACK)
    if case.dialog_state.tries or (instead and not told):
        # Asked twice is enough; and who sends a photo or a number to call has said how they want to be helped.
        return _concluded(case, dialog, facts, _with_passed(answers, asked), acts, article=not instead)
    beside = has_substance(read.leftover) and not told
    step_on = told or read.said.key("contract") is not None
    return next_letter(case, dialog, facts, answers, acts, asked, step_on, beside)


def _says_more(answer: ParsedAnswer, known: Mapping[str, Any] | None) -> bool:
    """Whether an answer is kept beside what is ``known``: it has words, and is no "не знаю" in place of a value."""
    return known is None or bool(answer.text and (answer.value not in (None, "unknown") or known["value"] is None))


def answers_in_letter(case: Case, inbound: Spoken, facts: Facts, dialog: Dialog) -> dict[str, Any]:
    """The answers of a mail that is no longer replied to with questions: its writer wants a person."""
    asked = engine.questions_by_id(dialog, case.dialog_state.asked, case.answers)
    read = _read(case, inbound, facts, dialog, asked) if asked else None
    return {name: _stored(one, inbound) for name, one in read.answers.items()} if read else {}


def _stored(answer: ParsedAnswer, inbound: Spoken) -> dict[str, Any]:
    """The answer as the case keeps it, with the letter it comes from and the place of its words there."""
    at = inbound.text.find(answer.text) if answer.text else -1
    origin: dict[str, Any] = {"message": inbound.message, **({"span": [at, at + len(answer.text)]} if at >= 0 else {})}
    parsed = {name: one for name, one in answer.parsed.items() if name != "span"}
    return ParsedAnswer(answer.value, answer.text, parsed, answer.files, origin).stored()


def _concluded(
    case: Case, dialog: Dialog, facts: Facts, answers: dict[str, Any], acts: list[RuleAct], article: bool
) -> Decision:
    """No question is put any more: an article, if there is one for what was told, and else the case."""
    values = condition_values(case, facts)
    found = article_to_offer(case, dialog, answers, values, facts, finished=True, batch=True) if article else ""
    if found:
        return decide(*acts, prompts.keep_answers(answers), *offer_article(case, found), done=False)
    return _finished(case, dialog, facts, answers, acts)


def _read(
    case: Case, inbound: Spoken, facts: Facts, dialog: Dialog, asked: Sequence[Question]
) -> letter_reading.LetterReading:
    """What the mail answers. Where its new words answer nothing, the answers may stand below, in the old letter."""
    provider = facts.need(Provider)
    written = facts.get(DeskSentences) or DeskSentences()
    sentences = [*prompts.lines_of(case, dialog, facts, case.answers), *written.sentences]

    def read(text: str) -> letter_reading.LetterReading:
        return letter_reading.read_letter(
            dialog, asked, text, facts.need(Now).at, files=inbound.files, zone=provider.timezone, sentences=sentences,
            contract_shapes=provider.contract_shapes,
        )  # fmt: skip

    dialogs = facts.get(DialogSet)
    # What begins a case of its own (`intake.other_matters`) answers nothing here.
    others = matters_beside(person_words(inbound.text, dialog, written), dialogs, dialog) if dialogs else []
    found = read(without_them(inbound.text, others) if others else inbound.text)
    full_text = inbound.event.full_text if isinstance(inbound.event, Said) else ""
    if found.answers or full_text.strip() in ("", inbound.text.strip()):
        return found
    below = read(full_text)
    return below if below.answers else found


def next_letter(
    case: Case,
    dialog: Dialog,
    facts: Facts,
    answers: dict[str, Any],
    acts: list[RuleAct],
    asked: Sequence[Question] = (),
    told: bool = True,
    beside: bool = False,
) -> Decision:
    """Asks what comes next in one letter; or offers an article; or, with nothing left to ask, opens the case.

    ``asked`` were asked in the letter that was answered now; ``told`` is whether that answer told anything,
    ``beside`` whether it had other words, which an agent will read.
    """
    values, put = condition_values(case, facts), case.dialog_state.put
    further = bool(asked) or any(question.id in put for question in dialog.questions)
    again = [question.id for question in asked if question.id not in answers and put.count(question.id) < 2]
    passed = _with_passed(answers, asked)
    questions = letters.letter_questions(dialog, passed, values, again, further)
    if asked and told and not _worth_a_letter(questions, again, dialog, passed, values):
        questions = ()
    if article := article_to_offer(case, dialog, passed, values, facts, finished=not questions, batch=True):
        return decide(*acts, prompts.keep_answers(passed), *offer_article(case, article), done=False)
    if not questions:
        return _finished(case, dialog, facts, passed, acts)
    kept = {name: answer for name, answer in passed.items() if name not in {one.id for one in questions}}
    said = prompts.lines_of(case, dialog, facts, kept) if asked else []
    names: Names = {"lines": said, "beside": "1" if beside else "", "one": "1" if len(questions) == 1 else ""}
    intro = SayTemplate("questions_by_mail" if told else "letter_not_understood", names)
    tries = SetDialogState({"tries": 1 if asked else 0})
    return decide(
        *letter_shown(case, dialog, facts, questions, [*acts, prompts.keep_answers(kept), tries, intro], kept)
    )


def _worth_a_letter(
    questions: Sequence[Question], again: Sequence[str], dialog: Dialog, answers: Mapping[str, Any], values: Any
) -> bool:
    """Whether something new is to be asked, what was left out decides where the fault lies, or nothing was answered of
    what whoever goes there must know: since when, and where."""
    deciding = letters.deciding_questions(dialog, answers, values)
    if any(one.id not in again or one.id in deciding for one in questions):
        return True
    fields = [one for one in dialog.questions if one.case_field and one.required]
    return bool(questions) and not any(answers.get(one.id, {}).get("text") for one in fields)


def _with_passed(answers: Mapping[str, Any], asked: Sequence[Question]) -> dict[str, Any]:
    """The answers, and of the questions nobody answered that they were left out."""
    return {**{one.id: ParsedAnswer(None).stored() for one in asked}, **answers}


def letter_shown(
    case: Case,
    dialog: Dialog,
    facts: Facts,
    questions: Sequence[Question],
    acts: Sequence[RuleAct],
    answers: Mapping[str, Any],
) -> list[RuleAct]:
    """The questions as a letter has them, each with its picture, and which they were.

    An address on file is shown and not asked: whoever means another one writes it.
    """
    ids = tuple(question.id for question in questions)
    put = SetDialogState({"put": [*case.dialog_state.put, *ids]})
    names, kept = template_values(case, facts), Expect(QUESTION, ids[0], ids)
    texts = letters.render_letter_questions(questions, case.language, names)
    shown = [SayReadyText(text, files=pictures_of(dialog, (one,))) for text, one in zip(texts, questions, strict=True)]
    address = names.get("service.address", "")
    is_first = not any(one.id in case.dialog_state.put for one in dialog.questions)
    is_shown = is_first and any(answers.get(one.id, {}).get("value") == ON_FILE for one in dialog.questions)
    known: list[RuleAct] = [SayTemplate("address_by_mail", {"address": address})] if address and is_shown else []
    return [*acts, kept, put, *shown, *known]


def _finished(case: Case, dialog: Dialog, facts: Facts, answers: dict[str, Any], acts: list[RuleAct]) -> Decision:
    """Nothing is left to ask: by mail, where every exchange costs a day, the case opens."""
    acts = [
        *acts,
        prompts.keep_answers(answers),
        SetFields(case_data(case, dialog, facts, answers, circumstances_in(case, acts))),
    ]
    said = prompts.lines_of(case, dialog, facts, answers)
    told: list[RuleAct] = [SayTemplate("summary_by_mail", {"lines": said})] if said else []
    told += _requested(case, dialog, facts, answers)
    return decide(*acts, Expect(), *told, *completed(case), done=False)


def _requested(case: Case, dialog: Dialog, facts: Facts, answers: Mapping[str, Any]) -> list[RuleAct]:
    """By mail nothing waits for a photo or a command's output: what is sent in answer goes to the agent."""
    requests = engine.next_requests(dialog, answers, condition_values(case, facts)) if answers else ()
    shown = [engine.render_question(request, case.language, {}) for request in requests]
    asked = [
        SayReadyText(one.text, files=pictures_of(dialog, (request,)))
        for one, request in zip(shown, requests, strict=True)
    ]
    return [SayTemplate("requests_by_mail"), *asked] if asked else []
