"""Rules that walk a dialog: questions one by one in a chat, a few in one mail, then a summary. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from desk.language.intents import has_substance, parse_yes_no, wants_to_skip
from desk.model.acts import (
    AddJournalEntry,
    Button,
    Buttons,
    Decision,
    Expect,
    Facts,
    ReplaceMessage,
    RuleAct,
    SayTemplate,
    SayText,
    SetDialogState,
    SetFields,
    decide,
)
from desk.model.case import Case
from desk.model.core_facts import Now
from desk.model.dialog_state import QUESTION, SUMMARY
from desk.model.events import Inbound, Opened, Pressed, Said
from desk.model.journal import DialogStarted
from desk.model.provider_files import Provider
from intake.engine import engine, letter_rules
from intake.engine.answer_parsing import ParsedAnswer, parse_answer
from intake.engine.article_offers import article_to_offer, offer_article
from intake.engine.completion import completed
from intake.engine.dialog_context import (
    case_data,
    circumstances_in,
    condition_values,
    dialog_of,
    is_letter_channel,
    more_words,
    pictures_of,
    summary_lines,
    template_values,
)
from intake.engine.model import Dialog, Question

Spoken = Inbound[Said] | Inbound[Pressed] | Inbound[Opened]

_LAST_ROW = (Button("back", "button_back"), Button("operator", "button_operator"))
_CONFIRM: Buttons = (
    (Button("send", "button_send"),),
    (Button("change", "button_change"), Button("operator", "button_operator")),
)
_ROW_LENGTH = 26  # letters of two labels that still fit side by side on a phone


def ask_questions(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """Asks the first question of the dialog, or the next one where nothing is open."""
    dialog = dialog_of(case, facts)
    if case.expecting or dialog is None:
        return None
    return _next(case, dialog, facts, dict(case.answers), _begun(case, dialog), first=not case.answers)


def take_answer(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """Takes in what was answered to a question and asks what comes next."""
    dialog = dialog_of(case, facts)
    return replace(_answered(case, inbound, facts, dialog), words_used=True) if dialog is not None else None


def _answered(case: Case, inbound: Spoken, facts: Facts, dialog: Dialog) -> Decision:
    if inbound.option == "back":
        return _back(case, dialog, facts)
    asked = engine.questions_by_id(dialog, case.dialog_state.asked, case.answers)
    if not asked:
        # Another version of the dialog than the one that asked: what was said to that is kept.
        kept = [SetFields({"circumstances": more_words(case.circumstances, inbound.text)})] if inbound.text else []
        return _next(case, dialog, facts, dict(case.answers), [*kept, *_begun(case, dialog)])
    return (
        letter_rules.letter_reply(case, inbound, facts, dialog, asked)
        if is_letter_channel(facts)
        else _reply(case, inbound, facts, dialog, asked[0])
    )


def confirm_summary(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """The subscriber looks over what was understood, and sends it or mends it."""
    dialog, option = dialog_of(case, facts), inbound.option
    if option.startswith("redo_") and dialog is not None:
        return _redo(case, dialog, facts, option.removeprefix("redo_"))
    agreed = parse_yes_no(inbound.text) if not option else None
    if option == "change" or agreed is False:
        rows = tuple(
            (Button(f"redo_{question.id}", label=_short(question.text[case.language])),)
            for question in (dialog.questions if dialog else ())
            if question.id in case.answers
        )
        change = SayTemplate("what_to_change", buttons=(*rows, (Button("send", "button_send"),)))
        return decide(change, words_used=True)
    # A word more instead of a button is taken along, if it says anything of the matter: thanks are no circumstance.
    said = inbound.text
    more = agreed is None and has_substance(said, case.contract) and not wants_to_skip(said)
    kept = [SetFields({"circumstances": more_words(case.circumstances, said)})] if more else []
    return decide(*kept, Expect(), *completed(case), done=False, words_used=True)


def _begun(case: Case, dialog: Dialog) -> list[RuleAct]:
    """From now on the case goes by this version of the dialog; the journal tells which, as its author counts them."""
    if case.dialog_state.dialog_hash == dialog.hash:
        return []
    kind = {"dialog": dialog.id, "category": dialog.category, "ticket_type": dialog.ticket_type}
    begun = SetDialogState({"dialog_hash": dialog.hash, "tries": 0})
    return [SetFields(kind), begun, AddJournalEntry(DialogStarted(dialog.id, str(dialog.version)))]


def _reply(case: Case, inbound: Spoken, facts: Facts, dialog: Dialog, question: Question) -> Decision:
    """One answer in a chat."""
    now, zone = facts.need(Now).at, facts.need(Provider).timezone
    option = inbound.option
    given = parse_answer(question, inbound.text, now, option=option, files=inbound.files, zone=zone)
    if not isinstance(given, ParsedAnswer):
        if case.dialog_state.tries == 0:
            again = _shown(
                case, dialog, facts, (question,), [SetDialogState({"tries": 1}), SayTemplate("not_understood")]
            )
            return decide(*again)
        # Asked twice is enough: the words are kept as they are, and an agent will read them.
        given = ParsedAnswer(None, inbound.text)
    answers = {**case.answers, question.id: given.stored()}
    echo: list[RuleAct] = []
    if option:
        said = summary_lines(case, dialog, facts, {question.id: given.stored()})
        echo = [SayTemplate("answered", {"question": question, "answer": words}) for question, words in said]
    return _next(case, dialog, facts, answers, [SetDialogState({"tries": 0}), *echo])


def _next(
    case: Case, dialog: Dialog, facts: Facts, answers: dict[str, Any], acts: list[RuleAct], first: bool = False
) -> Decision:
    """Asks what comes next: one question in a chat, a few in a mail; or offers an article."""
    if is_letter_channel(facts):
        return letter_rules.next_letter(case, dialog, facts, answers, acts)
    values = condition_values(case, facts)
    questions = engine.next_questions(dialog, answers, values, 1)
    if article := article_to_offer(case, dialog, answers, values, facts, finished=not questions, batch=False):
        return decide(*acts, SetFields({"answers": answers}), *offer_article(case, article), done=False)
    if questions:
        intro: list[RuleAct] = [SayTemplate("questions_begin")] if first else []
        return decide(
            *_shown(case, dialog, facts, questions, [*acts, SetFields({"answers": answers}), *intro], answers)
        )
    return _finished(case, dialog, facts, answers, acts)


def _finished(case: Case, dialog: Dialog, facts: Facts, answers: dict[str, Any], acts: list[RuleAct]) -> Decision:
    """Nothing is left to ask in a chat: it shows the summary."""
    acts = [
        *acts,
        SetFields({"answers": answers}),
        SetFields(case_data(case, dialog, facts, answers, circumstances_in(case, acts))),
    ]
    said = [f"{question} {words}" for question, words in summary_lines(case, dialog, facts, answers)]
    shown = SayTemplate("summary", {"lines": said}, buttons=_CONFIRM)
    return decide(*acts, Expect(SUMMARY), *_in_place(case), shown)


def _shown(
    case: Case,
    dialog: Dialog,
    facts: Facts,
    questions: Sequence[Question],
    acts: Sequence[RuleAct],
    answers: Mapping[str, Any] | None = None,
) -> list[RuleAct]:
    """The questions as this channel shows them, and which they were. ``answers`` where the case has not all of them."""
    given = case.answers if answers is None else answers
    names = template_values(case, facts)
    kept = Expect(QUESTION, questions[0].id, tuple(question.id for question in questions))
    if is_letter_channel(facts):
        return letter_rules.letter_shown(case, dialog, facts, questions, acts, given)
    prompt = engine.render_question(questions[0], case.language, names)
    options = [Button(one.id, label=one.label) for one in prompt.options]
    if prompt.can_skip:
        options.append(Button("skip", "button_skip"))
    last = _LAST_ROW if given else _LAST_ROW[1:]
    files = pictures_of(dialog, questions[:1])
    return [*acts, kept, *_in_place(case), SayText(prompt.text, buttons=(*_rows(options), last), files=files)]


def _in_place(case: Case) -> list[RuleAct]:
    """One question takes the place of the other; an article or a greeting above them stays to be read again."""
    return [ReplaceMessage()] if case.expecting.owner in (QUESTION, SUMMARY) else []


def _back(case: Case, dialog: Dialog, facts: Facts) -> Decision:
    """The question before the last answer, once more."""
    order = [question.id for question in (*dialog.questions, *dialog.requests) if question.id in case.answers]
    return _redo(case, dialog, facts, order[-1]) if order else _next(case, dialog, facts, {}, [])


def _redo(case: Case, dialog: Dialog, facts: Facts, name: str) -> Decision:
    question = dialog.question(name)
    if question is None or name not in case.answers:
        return _next(case, dialog, facts, dict(case.answers), [])
    answers = {key: value for key, value in case.answers.items() if key != name}
    return decide(
        *_shown(case, dialog, facts, (question,), [SetFields({"answers": answers}), SetDialogState({"tries": 0})])
    )


def _rows(options: Sequence[Button]) -> Buttons:
    """Short labels stand two in a row, longer ones alone."""
    rows: list[tuple[Button, ...]] = []
    for option in options:
        width = len(option.label) or 10
        if rows and len(rows[-1]) == 1 and len(rows[-1][0].label or "1234567890") + width <= _ROW_LENGTH:
            rows[-1] = (rows[-1][0], option)
        else:
            rows.append((option,))
    return tuple(rows)


def _short(text: str) -> str:
    line = text.strip().splitlines()[0]
    return line if len(line) <= 40 else line[:39].rstrip() + "…"
