"""Answers to a letter of questions, however people arrange them. Pure.

The desk's own lines are set aside first, marked as quoted or not (`desk_text_in_answer`); what stands below
one of its questions answers that. Then the numbers people write themselves count (`intake.engine.letters.marks`), then
one line for each question, and last whatever the words tell anywhere of any question of the dialog. What answers
nothing is handed back in the person's own words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from desk.language.normalize import normalized, word_lines
from desk.language.unsafe_characters import without_invisible
from desk.model.messages import File
from desk.understanding.reading.observations import Act, Situation, TalkStage, Understanding
from desk.understanding.understand import understand
from intake.engine.answer_parsing import ParsedAnswer, answer_of, parse_answer, stands_for_photo, value_for
from intake.engine.choice_parsing import option_named, option_named_in_passing
from intake.engine.letters.answer_fit import (
    answer_by_code,
    fitting_answer,
    is_strict,
    shown_options,
    words_beside,
)
from intake.engine.letters.answer_parts import AnsweredLines, split_at_own_text
from intake.engine.letters.desk_text_in_answer import DeskText, DeskTextKind, find_own_text
from intake.engine.letters.marks import NumberedText, split_by_numbers
from intake.engine.model import Dialog, Question, QuestionOption
from intake.engine.on_file_words import is_confirmation
from intake.engine.slot_filling import answers_from

MAX_LINES = 1000
MAX_LENGTH = 64 * 1024
MAX_CLAUSES = 60
"""Clauses of a story in which an option is looked for by its name."""
MAX_TOLD_LINES = 200
"""Lines of a story of which each is understood for itself."""

_GREETINGS = frozenset(
    word_lines(
        "здравствуйте | добрый день | добрый вечер | доброе утро | привет | спасибо | заранее спасибо | ответы | "
        "отвечаю | hello | hi | thanks | thank you | dear support | good day | good morning | answers | my answers"
    )
)
_LONGEST_CLAUSE = 8  # words by which an option is named in passing
_LONGEST_EXACT_ANSWER = 6  # words; a longer one to a number that may mean two questions is a story


@dataclass(frozen=True, slots=True)
class LetterReading:
    """What a letter answered, by the question's id; ``leftover`` are its other words; ``said`` what these mean."""

    answers: Mapping[str, ParsedAnswer]
    leftover: str
    said: Understanding


def read_letter(
    dialog: Dialog,
    asked: Sequence[Question],
    text: str,
    now: datetime,
    *,
    files: Sequence[File] = (),
    zone: tzinfo = UTC,
    sentences: Sequence[str] = (),
    contract_shapes: tuple[str, ...] = (),
) -> LetterReading:
    """Reads the answers to ``asked``, in the order of the letter, and to every other question of the dialog.

    ``text`` is a person's letter with whatever of the desk's own stands in it; ``sentences`` are those that the desk
    may have written beside the questions. Files go to the requests, in order.
    """
    reader = _LetterReader(dialog, asked, now, zone, contract_shapes)
    lines = without_invisible(text[:MAX_LENGTH].replace("\r\n", "\n").replace("\r", "\n")).split("\n")[:MAX_LINES]
    reader.read("\n".join(lines), sentences)
    reader.attach_files(files)
    leftover = "\n\n".join(dict.fromkeys(reader.leftover))
    return LetterReading(reader.answers, leftover, reader.understood(leftover))


class _LetterReader:
    def __init__(
        self, dialog: Dialog, asked: Sequence[Question], now: datetime, zone: tzinfo, contract_shapes: tuple[str, ...]
    ) -> None:
        self.dialog, self.asked, self.now, self.zone = dialog, asked, now, zone
        self.contract_shapes = contract_shapes
        # The letter's own questions come first: a number is the letter's.
        self.questions = [*asked, *(one for one in dialog.questions if one.id not in {two.id for two in asked})]
        self.answers: dict[str, ParsedAnswer] = {}
        self.leftover: list[str] = []

    def understood(self, text: str, question: Question | None = None) -> Understanding:
        """What words mean in answer to a letter."""
        means = question.means if question else ""
        return understand(text, Situation(TalkStage.QUESTION, means, self.now, self.zone, self.contract_shapes))

    def read(self, text: str, sentences: Sequence[str]) -> None:
        shown = [shown_options(question) for question in self.questions]
        own = self.placed(find_own_text(text, self.questions, shown, sentences))
        self.take_options(own)
        parts = split_at_own_text(text, own, self.numbered_index)
        below = [part for part in parts if part.question >= 0]
        if len(below) == 1 and self.answers_all_at_once(below[0], own):
            below[0].question, below = -1, []
        for part in below:
            self.read_below(self.questions[part.question], part.text)
        self.read_unanchored("\n".join(part.text for part in parts if part.question < 0).strip())
        self.fill_from_leftover()

    def answers_all_at_once(self, part: AnsweredLines, own: Sequence[DeskText]) -> bool:
        """Whether words below the last of several questions, none of which has any of its own, tell of others too."""
        headings = [one for one in own if one.part is DeskTextKind.HEADING]
        if len(headings) < 2 or headings[-1].question != part.question:
            return False
        told = answers_from(self.dialog, self.understood(part.text), zone=self.zone)
        return bool(told.keys() - {self.questions[part.question].id}) or self.is_marked(part.text)

    # options left standing

    def placed(self, own: Sequence[DeskText]) -> list[DeskText]:
        """The desk's own text, each option with the one question it belongs to; an option's words alone in a line are
        the person's, unless all options of their question stand so."""
        placed: list[DeskText] = []
        anchor = -1
        for one in own:
            if one.part is DeskTextKind.HEADING:
                anchor = one.question if one.question >= 0 else self.numbered_index(one.number)
            elif one.part is DeskTextKind.SENTENCE:
                anchor = -1
            if one.part is not DeskTextKind.OPTION:
                placed.append(one)
            elif choice := self.choice_of(one, anchor):
                placed.append(replace(one, choices=(choice,)))
        bare = [
            one for one in placed if one.part is DeskTextKind.OPTION and not (one.listed or one.ticked or one.quoted)
        ]
        rows = Counter(question for question, _ in {one.choices[0] for one in bare})
        whole = {question for question, count in rows.items() if count == len(shown_options(self.questions[question]))}
        own_rows = {one.choices[0]: one for one in reversed(bare) if one.choices[0][0] in whole}
        return [one for one in placed if one not in bare or one in own_rows.values()]

    def choice_of(self, one: DeskText, anchor: int) -> tuple[int, int] | None:
        """The question and the option: by its code, or by the question above it."""
        if below := [choice for choice in one.choices if choice[0] == anchor]:
            return below[0]
        if one.code:
            named = self.indices(int(one.code[0]))
            of_code = [choice for choice in one.choices if choice[0] in named]
            return of_code[0] if of_code else (named[0], int(one.code[1]) - 1) if named else None
        is_long = [choice for choice in one.choices if choice[0] < len(self.asked) and self.is_long(choice)]
        return is_long[0] if anchor < 0 and len(is_long) == 1 and (one.listed or one.ticked) else None

    def is_long(self, choice: tuple[int, int]) -> bool:
        label = shown_options(self.questions[choice[0]])[choice[1]][0]
        return len(label.split()) > 1

    def take_options(self, own: Sequence[DeskText]) -> None:
        """An option with a cross beside it is chosen, and one that was left standing alone while others went."""
        standing: dict[int, dict[int, DeskText]] = {}
        for one in own:
            if one.part is DeskTextKind.OPTION:
                (at, index), *_ = one.choices
                here = standing.setdefault(at, {})
                here[index] = here[index] if index in here and here[index].ticked else one
        full = any(len(here) > 1 and not any(one.ticked for one in here.values()) for here in standing.values())
        for at, here in standing.items():
            question, total = self.questions[at], len(shown_options(self.questions[at]))
            ticked = [index for index, one in here.items() if one.ticked]
            alone = [index for index, one in here.items() if not one.quoted] if len(here) == 1 else []
            chosen = ticked or (alone if total > 1 or not full else [])
            if len(chosen) == 1:
                self.keep(question, answer_by_code(question, chosen[0] + 1, self.now, self.zone))
            elif chosen and question.type == "multi":
                self.answers[question.id] = ParsedAnswer([question.options[index].id for index in chosen])

    # what stands below a question

    def read_below(self, question: Question, text: str) -> None:
        """Words below one of the desk's questions, or behind it in the same line."""
        head, *marked = split_by_numbers(text, self.highest) or [NumberedText(0, "")]
        if head.number:
            head, marked = NumberedText(0, ""), [head, *marked]
        if head.text.strip():
            found, left = self.best_reading(question, head.text.strip(), self.number_of(question))
            self.keep(question, found)
            self.keep_leftover(left if found else head.text)
        self.read_marked(marked)

    def best_reading(self, question: Question, text: str, number: int) -> tuple[ParsedAnswer | None, str]:
        """The answer to a question, and the words that are none: of several lines the first that fits answers."""
        lines = [line for line in text.split("\n") if line.strip()]
        if (is_strict(question) or question.means == "address") and len(lines) > 1:
            for at, line in enumerate(lines):
                if found := self.fitting(question, line, number):
                    beside = words_beside(question, found, line)
                    return found, "\n".join([*lines[:at], *beside, *lines[at + 1 :]])
        answer = self.fitting(question, text, number)
        return answer, "\n".join(words_beside(question, answer, text)) if answer else ""

    def is_marked(self, text: str) -> bool:
        return any(one.number for one in split_by_numbers(text, self.highest))

    # what the person numbered

    @property
    def highest(self) -> int:
        return min(9, max(len(self.asked), len(self.dialog.questions)))

    def indices(self, number: int) -> list[int]:
        """The questions a number may mean: the letter's own, and that of the old letters, which asked all at once."""
        named = [self.asked[number - 1]] if 0 < number <= len(self.asked) else []
        if len(self.asked) <= 4 and 0 < number <= len(self.dialog.questions):
            named.append(self.dialog.questions[number - 1])
        ids = [one.id for one in self.questions]
        return list(dict.fromkeys(ids.index(one.id) for one in named))

    def numbered_index(self, number: int) -> int:
        found = self.indices(number)
        return found[0] if found else -1

    def number_of(self, question: Question) -> int:
        """The first digit of the codes that the options of a question had."""
        for questions in (self.asked, self.dialog.questions):
            ids = [one.id for one in questions]
            if question.id in ids:
                return ids.index(question.id) + 1
        return 0

    def read_unanchored(self, text: str) -> None:
        if not text:
            return
        marked = split_by_numbers(text, self.highest)
        if any(one.number for one in marked):
            self.read_marked(marked)
        elif not self.read_line_by_line(text):
            self.keep_leftover(text)

    def read_marked(self, marked: Sequence[NumberedText]) -> None:
        digits_only = all(re.fullmatch(r"[\s1-9.]{1,4}", one.text) for one in marked if one.number)
        for one in marked:
            if not one.number:
                self.keep_leftover(one.text)
                continue
            if not self.read_numbered(one.number, one.text.strip(), digits_only):
                self.keep_leftover(one.source)

    def read_numbered(self, number: int, words: str, digits_only: bool) -> bool:
        """Whether the words answer the question of that number; what fits exactly comes before free text."""
        questions = [one for at in self.indices(number) if (one := self.questions[at]).id not in self.answers]
        said = self.understood(words) if any(map(str.isalpha, words)) else None
        if said is not None and number <= len(self.asked) and said.says(Act.DONT_KNOW, Act.SKIP):
            # It fits any question, so it is said of the letter's own of that number alone.
            read = parse_answer(self.asked[number - 1], words, self.now, zone=self.zone)
            self.keep(self.asked[number - 1], read if isinstance(read, ParsedAnswer) else None)
            return isinstance(read, ParsedAnswer)
        confirms = is_confirmation(words)
        for question in sorted(questions, key=lambda one: not (is_strict(one) or (confirms and one.prefill))):
            if is_strict(question) and len(questions) > 1 and len(words.split()) > _LONGEST_EXACT_ANSWER:
                continue
            code = re.fullmatch(r"([1-9])[\s.)]*", words) if digits_only else None
            found, left = (answer_by_code(question, int(code[1]), self.now, self.zone) if code else None), ""
            if found is None:
                found, left = self.best_reading(question, words, number)
            if found:
                self.keep(question, found)
                self.keep_leftover(left)
                return True
        return False

    def fitting(self, question: Question, words: str, number: int = 0) -> ParsedAnswer | None:
        return fitting_answer(question, words, self.now, self.zone, number, self.understood(words, question))

    # one line for each question, and words of any order

    def read_line_by_line(self, text: str) -> bool:
        lines = [line.strip() for line in text.splitlines() if line.strip() and not _is_greeting(line)]
        if len(self.asked) == 1 and self.read_only_question(lines):
            return True
        open_questions = [one for one in self.asked if one.id not in self.answers]
        if len(lines) != len(open_questions) or len(lines) < 2:
            return False
        read = [
            self.fitting(one, line, at) for at, (one, line) in enumerate(zip(open_questions, lines, strict=True), 1)
        ]
        if not all(read) or not any(is_strict(one) for one in open_questions):
            return False
        for question, found in zip(open_questions, read, strict=True):
            self.keep(question, found)
        return True

    def read_only_question(self, lines: Sequence[str]) -> bool:
        """The whole letter, or the line of it that fits; the other lines are kept."""
        question = self.asked[0]
        found, left = self.best_reading(question, "\n".join(lines), 1) if lines else (None, "")
        if found:
            self.keep(question, found)
            self.keep_leftover(left)
        return found is not None

    def fill_from_leftover(self) -> None:
        """Answers that stand anywhere in what is left: an option by its very name, and whatever the words tell."""
        for text in list(self.leftover):
            self.take_named_options(text)
        for text in list(self.leftover):
            self.take_told(text)

    def take_named_options(self, text: str) -> None:
        """Options that stand in the text as a clause of their own: by a name or a part of it, of one question only."""
        left: list[str] = []
        clauses = _clauses_of(text)
        for clause in clauses[:MAX_CLAUSES]:
            found = [(one, option) for one in self.asked_or_named(clause) if (option := _option_in(one, clause))]
            if len(found) == 1:
                question, option = found[0]
                self.keep(question, ParsedAnswer(option.id, clause.strip(" \n,;.")))
                if option_named(question, clause):
                    continue
            left.append(clause)
        left += clauses[MAX_CLAUSES:]
        self.replace_leftover(text, "".join(left).strip() if len(left) < len(clauses) else text)

    def asked_or_named(self, clause: str) -> list[Question]:
        """The open questions that a clause may name an option of; one that was not asked, by several words only."""
        questions = self.asked if len(clause.split()) < 2 else self.questions
        return [one for one in questions if one.options and one.id not in self.answers]

    def take_told(self, text: str) -> None:
        """What the words tell of any question, line by line, then all together."""
        left = []
        lines = text.split("\n")
        for line in lines[:MAX_TOLD_LINES]:
            found = self.understood(line)
            told = {**self.times_told(line), **answers_from(self.dialog, found, zone=self.zone)}
            for name, answer in told.items():
                self.answers.setdefault(name, answer)
            if not told or found.leftover:
                left.append(line)
        for name, answer in answers_from(self.dialog, self.understood("\n".join(left)), zone=self.zone).items():
            self.answers.setdefault(name, answer)
        self.replace_leftover(text, "\n".join([*left, *lines[MAX_TOLD_LINES:]]))

    def times_told(self, line: str) -> dict[str, ParsedAnswer]:
        """A time in a short line answers the one question of the letter that asks for one: "вчера 500 рублей"."""
        open_ones = [one for one in self.asked if one.type == "datetime" and one.id not in self.answers]
        if len(open_ones) != 1 or len(line.split()) > _LONGEST_EXACT_ANSWER:
            return {}
        observed = value_for(open_ones[0], self.understood(line, open_ones[0]))
        answer = answer_of(open_ones[0], observed, line) if observed else None
        return {open_ones[0].id: answer} if answer else {}

    def replace_leftover(self, text: str, by: str) -> None:
        self.leftover = [kept for one in self.leftover if (kept := by if one == text else one).strip()]

    def keep(self, question: Question, answer: ParsedAnswer | None) -> None:
        if answer is not None:
            self.answers.setdefault(question.id, answer)

    def keep_leftover(self, words: str) -> None:
        lines = [line for line in words.strip().splitlines() if not _is_greeting(line)]
        if kept := "\n".join(lines).strip():
            self.leftover.append(kept)

    def attach_files(self, files: Sequence[File]) -> None:
        """Gives each open request the next files it can take; the last one takes all that fit."""
        left = list(files)
        named = [*self.asked, *(one for one in self.dialog.requests if one not in self.asked)]
        requests = [one for one in named if one.type in ("photo", "file", "evidence") and not self._sent(one)]
        for at, question in enumerate(requests):
            last = not any(other.type == question.type for other in requests[at + 1 :])
            fitting = [file for file in left if question.type != "photo" or stands_for_photo(file)]
            taken = fitting if last else fitting[:1]
            words = self.answers[question.id].text if question.id in self.answers else ""
            read = parse_answer(question, words, self.now, files=taken, zone=self.zone) if taken else None
            if isinstance(read, ParsedAnswer):
                self.answers[question.id] = read
                left = [file for file in left if file not in taken]

    def _sent(self, question: Question) -> bool:
        return question.id in self.answers and bool(self.answers[question.id].files)


def _is_greeting(line: str) -> bool:
    return normalized(line) in _GREETINGS or not any(map(str.isalnum, line))


def _option_in(question: Question, clause: str) -> QuestionOption | None:
    """The option that a short clause names; a bare yes or no names none here."""
    words = clause.strip(" \n,;.!")
    if len(words) < 3 or len(words.split()) > _LONGEST_CLAUSE:
        return None
    option = option_named(question, words) or option_named_in_passing(question, words)
    if option is None or understand(words, Situation(TalkStage.QUESTION)).says(
        Act.OTHER_MATTER, Act.CONFUSED, Act.STATUS
    ):
        return None
    return None if option is None or option.id in ("yes", "no", "unknown") else option


def _clauses_of(text: str) -> list[str]:
    return [one for one in re.split(r"(?<=[.!?\n,;])", text) if one]
