"""What a message of the talk says, by the one understanding of the desk, and where in it the answers stand. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from desk.language.normalize import normalized
from desk.language.plain_answers import is_agreement
from desk.model.acts import Facts
from desk.model.case import Case
from desk.model.core_facts import Now, ReplyTiming
from desk.model.dialog_state import IDENTIFIER, NOTHING_ASKED, QUESTION, SUMMARY, Expecting
from desk.model.events import Inbound, Said
from desk.model.messages import File
from desk.model.provider_files import Provider
from desk.understanding.message import situation_of, understood
from desk.understanding.reading.observations import Act, Situation, Understanding
from desk.understanding.substance import has_substance
from desk.understanding.understand import understand
from intake.engine.answer_parsing import ParsedAnswer, shown_in_answer
from intake.engine.choice_parsing import option_named, option_told_of
from intake.engine.dialog_context import dialog_of, is_letter_channel
from intake.engine.letters.desk_text_in_answer import DeskSentences, may_hold_own_text
from intake.engine.letters.person_words import person_words
from intake.engine.model import Dialog
from intake.engine.slot_filling import answers_from

Answers = dict[str, Any]

MAX_HEARD = 8
"""Messages that are remembered until a dialog begins."""
UNDONE = (Act.WORKS_ALREADY, Act.CANCEL, Act.RESTART)
"""What takes the trouble back: nothing else in such a message is a finding."""
COMMANDS = ("/cancel", "/start", "/operator", "/help", "/status")
"""Commands of a chat: never an answer."""


def open_question(case: Case, facts: Facts) -> Expecting:
    """The question that the message may be an answer to: the one it replies to, or the open one."""
    turn = facts.get(ReplyTiming)
    if turn is None:
        return case.expecting
    return turn.replied or (case.expecting if turn.may_answer else NOTHING_ASKED)


def open_meaning(case: Case, facts: Facts) -> str:
    """What the open question asks for, as `desk.understanding` names it."""
    asked = open_question(case, facts)
    if asked.owner == IDENTIFIER:
        return "contract"
    dialog = dialog_of(case, facts) if asked.owner == QUESTION else None
    question = dialog.question(asked.question) if dialog else None
    return question.means if question else ""


def heard(case: Case, inbound: Inbound[Any], facts: Facts) -> Understanding:
    """What the message says in this talk; nothing where a button was pressed.

    Of a letter only the person's own words: an old letter of the desk below or above them says nothing.
    """
    if isinstance(inbound.event, Said) and is_letter_channel(facts) and may_hold_own_text(inbound.text):
        dialog, written = dialog_of(case, facts), facts.get(DeskSentences) or DeskSentences()
        words = person_words(inbound.text, dialog, written)
        return understand(words, situation_of(case, facts, open_meaning(case, facts)))
    return understood(case, inbound, facts, open_meaning(case, facts))


def corrects(found: Understanding) -> bool:
    """Whether the person takes back what they said before."""
    return found.says(Act.CORRECTION)


_GO_ON_WORDS = (
    "да давайте давай продолжим продолжаем продолжайте займемся конечно можно ага ок хорошо верно все правильно "
    "отправляйте отправить отправляй годится подходит yes ok okay go on continue lets let us sure carry please send it "
    "all right correct fine good"
)
_GO_ON = frozenset(_GO_ON_WORDS.split())
"""Words that, alone, agree to go on, or to a summary: never to a closing."""


def agreed(found: Understanding) -> bool | None:
    """What the words say to a question of the desk that wants yes or no."""
    if found.says(Act.RESERVED):
        return None
    agrees, denies = found.says(Act.AGREE), found.says(Act.DENY)
    if not agrees and not denies:
        said = normalized(found.text).split()
        return True if said and _GO_ON.issuperset(said) else is_agreement(found.text)
    return None if agrees == denies else agrees


def words_left(found: Understanding, case: Case) -> str:
    """What nobody understood of a message, "" where it says nothing of the matter."""
    left = found.leftover
    return left if has_substance(left, case.contract) else ""


def with_origin(answer: ParsedAnswer, message: str) -> dict[str, Any]:
    """The answer as `Case.answers` keeps it, with the message and the words that it comes from."""
    parsed = dict(answer.parsed)
    span = parsed.pop("span", None) or [0, len(answer.text)]
    return ParsedAnswer(answer.value, answer.text, parsed, answer.files, {"message": message, "span": span}).stored()


def told(dialog: Dialog, found: Understanding, message: str, facts: Facts) -> Answers:
    """The answers that one message holds, asked or not."""
    if found.says(*UNDONE) or found.text.strip().lower() in COMMANDS:
        return {}
    zone = facts.need(Provider).timezone
    return {name: with_origin(one, message) for name, one in answers_from(dialog, found, zone=zone).items()}


def told_now(case: Case, inbound: Inbound[Any], facts: Facts, dialog: Dialog) -> Answers:
    """The answers that this message holds. A letter's answers to its questions are read elsewhere: it quotes them."""
    quotes = is_letter_channel(facts) and case.expecting.owner in (QUESTION, SUMMARY)
    if not isinstance(inbound.event, Said) or quotes or _names_option(case, inbound, facts, dialog):
        return {}
    return told(dialog, heard(case, inbound, facts), inbound.message, facts)


def _names_option(case: Case, inbound: Inbound[Said], facts: Facts, dialog: Dialog) -> bool:
    """Whether the message is an option of the open question, which asks for no meaning, and nothing else: "вечером" to
    "at which hours" says nothing of when it began."""
    asked = open_question(case, facts)
    question = dialog.question(asked.question) if asked.owner == QUESTION else None
    return question is not None and not question.means and option_named(question, inbound.text) is not None


def answered_by(case: Case, inbound: Inbound[Any]) -> bool:
    """Whether an answer of the case comes from this very message."""
    origins = (one.get("from", {}) for one in case.answers.values())
    return bool(inbound.message) and any(one.get("message") == inbound.message for one in origins)


def remembered(case: Case, inbound: Inbound[Said], facts: Facts) -> list[dict[str, Any]]:
    """The messages said before a dialog began, with this one: what they tell is not to be asked."""
    line: dict[str, Any] = {
        "message": inbound.message,
        "text": inbound.text[:2000],
        "at": facts.need(Now).at.isoformat(),
    }
    if inbound.files:
        line["files"] = [asdict(file) for file in inbound.files]
    return [*case.dialog_state.heard, line][-MAX_HEARD:]


def told_before(case: Case, facts: Facts, dialog: Dialog) -> Answers:
    """The answers in what was said and shown before the dialog began. The later message counts."""
    now, answers = situation_of(case, facts), Answers()
    for line in case.dialog_state.heard:
        at = datetime.fromisoformat(line["at"])
        situation = Situation(now=at, zone=now.zone, contract_shapes=now.contract_shapes)
        answers |= _kinds_told(dialog, line) | told(dialog, understand(line["text"], situation), line["message"], facts)
        answers |= shown(dialog, [File(**file) for file in line.get("files", ())], line["message"], answers)
    return answers


def shown(dialog: Dialog, files: Sequence[File], message: str, answers: Mapping[str, Any]) -> Answers:
    """A photo or a document sent unasked is what the first open request for one would ask for."""
    wanted = next((one for one in dialog.requests if one.type in ("photo", "file") and one.id not in answers), None)
    answer = shown_in_answer(wanted, files) if wanted and files else None
    return {wanted.id: with_origin(answer, message)} if wanted and answer else {}


def _kinds_told(dialog: Dialog, line: Mapping[str, str]) -> Answers:
    """Of the choices whose meaning only the dialog knows, those that the words name: "why was I charged twice"."""
    if line["text"].strip().lower() in COMMANDS:
        return {}
    asked = [one for one in dialog.questions if one.type == "choice" and not one.means]
    named = {one.id: option for one in asked if (option := option_told_of(one, line["text"]))}
    return {name: with_origin(ParsedAnswer(one.id, line["text"]), line["message"]) for name, one in named.items()}
