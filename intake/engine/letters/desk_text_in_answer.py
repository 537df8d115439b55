"""What the desk itself wrote into a letter of questions, found again in the answer, marked as quoted or not. Pure.

A mail program may copy the letter above, below or around the answers, and break its lines. The desk knows its own
questions, options, hints and sentences in both languages; what it wrote is no answer, and tells only which question
the words below belong to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache

from intake.engine.model import Question

QUOTE = r"[ \t]*(?:[A-ZА-ЯЁ]{0,4}[>\uff1e][ \t]*)+"
"""How a line is marked as quoted, by its sign alone or with initials before it."""
_LEAD = rf"^(?P<quote>{QUOTE})?[ \t|]*"
_TICK = r"[xXхХvV+\u2713\u2714\u2705\u221a]{1,3}"
_TICKED_BEFORE = rf"(?P<before>[(\[]?{_TICK}[)\]]?[ \t]+)?"
_TICKED_AFTER = (
    rf"(?P<after>[ \t]*(?:[-\u2013\u2014:]?[ \t]*(?:[(\[]?{_TICK}[)\]]?|<[-=]+|\u2190)|"
    r"(?:[-\u2013\u2014:]|<[-=]+)[ \t]*(?:да|это|вот это|yes|this one))[ \t.!]*)?"
)
_NUMBERED = r"(?:№?[ \t]?(?P<number>[1-9])[ \t]?[).:][ \t]*)?"
_IF_IT_APPLIES = r"(?:\((?:если подходит|if it applies)\)[ \t]*)?"
_LABEL = r"(?:(?:Варианты|Options):[ \t]*)?"
_CODED = r"(?P<code>[1-9][1-9])[ \t]*[-\u2013\u2014.)][ \t]*"
_BULLET = r"[-\u2013\u2014\u2022*\u00b7\u25cf\u25cb][ \t]+"
_GAP = r"[\W_]{1,12}"
_PLACEHOLDER = re.compile(r"\{[a-z_.]{1,40}\}")
_WORD = re.compile(r"\w+")
_HEAD_LINE = re.compile(
    rf"{_LEAD}[*_]{{0,2}}(?:From|Sent|Date|To|Cc|Subject|Reply-To|От|От кого|Отправлено|Дата|Кому|Копия|Тема)"
    r"[*_]{0,2}[ \t]?:[^\n]*",
    re.MULTILINE | re.IGNORECASE,
)
_DIVIDER = re.compile(
    rf"{_LEAD}(?:-{{3,}}[^\n-]{{1,40}}-{{3,}}|##-[^\n]*-##|"
    r"[^\n]{4,160}\b(?:wrote|writes|писала?|пишет|написала?|пишут)(?:\(а\))?[ \t]?:|"
    r"[^\n]{4,160}<[^<>@\s]{1,64}@[^<>@\s]{1,190}>[ \t]?:)[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_NO_HEAD = r"(?![ \t>]*[*_]{0,2}(?:From|Sent|От|От кого|Отправлено)[*_]{0,2}[ \t]?:)"
_FOOT = re.compile(
    rf"{_LEAD}_{{4,}}[ \t]*(?:(?:\n{_NO_HEAD}[^\n@]*(?=\n)){{0,6}}?\n{_NO_HEAD}[^\n]*@[^\n]*)?",
    re.MULTILINE | re.IGNORECASE,
)
"""Below the line that ends the desk's words stands its frame: a sentence or two, its name and its address. Outlook
draws the same line above the head of an older letter."""
_PICTURE = re.compile(rf"{_LEAD}\[(?:Картинка|Picture)(?:: [^\]\n]{{0,300}})?\][ \t]*$", re.MULTILINE)
"""What the plain text has in the place of a picture."""
_LONGEST_INTRODUCTION = 2500
"""Characters between the head of an old letter of the desk and its first question."""
_ANY_CODED_LINE = re.compile(rf"{_LEAD}{_CODED}(?P<words>[^\n]*)$", re.MULTILINE)
_ANY_QUESTION = re.compile(
    rf"{_LEAD}[*_]{{0,2}}(?P<number>[1-9])[ \t]?[).][ \t]+(?P<words>[^\n?]{{12,300}}\?)", re.MULTILINE
)


_QUOTED_LINE = re.compile(rf"^{QUOTE}", re.MULTILINE)
_LINE_THAT_ASKS = re.compile(rf"{_LEAD}[^\n?]{{12,300}}\?", re.MULTILINE)
"""A letter with a single question has it without a number."""


@dataclass(frozen=True, slots=True)
class DeskSentences:
    """The sentences of the desk that may stand in its letters beside questions; ``{name}`` is whatever was put in."""

    sentences: tuple[str, ...] = ()


class DeskTextKind(Enum):
    """What a piece of the desk's own text is."""

    HEADING = "heading"
    """A question: what stands below answers it."""
    OPTION = "option"
    REST = "rest"
    """A hint, or what else stands below a question."""
    SENTENCE = "sentence"
    """Of no question: what stands below answers none."""


@dataclass(frozen=True, slots=True)
class DeskText:
    """A piece of the desk's own text: ``text[start:end]``.

    ``number`` is the number that stood before a question, ``question`` its index among all questions, -1 for none.
    Of an option ``choices`` are the (question, option) it may be, by their indices: two questions may have the same
    one. ``listed`` says that it has its code or its bullet before it, ``ticked`` that somebody put a cross beside it.
    """

    part: DeskTextKind
    start: int
    end: int
    question: int = -1
    number: int = 0
    choices: tuple[tuple[int, int], ...] = ()
    code: str = ""
    quoted: bool = False
    listed: bool = False
    ticked: bool = False


@lru_cache(maxsize=256)
def may_hold_own_text(text: str) -> bool:
    """Whether a letter looks as if an old one of the desk stood in it: quoted lines, a question, its foot, a divider,
    or the head of a mail."""
    return any(one.search(text) for one in (_QUOTED_LINE, _LINE_THAT_ASKS, _FOOT, _DIVIDER, _HEAD_LINE))


def find_own_text(
    text: str, questions: Sequence[Question], labels: Sequence[Sequence[Sequence[str]]], sentences: Sequence[str]
) -> list[DeskText]:
    """The desk's own text in a letter, in order, none overlapping another.

    ``questions`` are all of the dialog; ``labels`` their options as they may have been shown, each with its wordings
    in every language; ``sentences`` what else the desk may have written.
    """
    folded = text.casefold().replace("ё", "е")
    found = [
        *_sentences_in(text, folded, sentences),
        *(own for at, one in enumerate(questions) for own in _question_in(text, folded, at, one)),
        *(own for at, options in enumerate(labels) for own in _options_in(text, folded, at, options)),
        *(DeskText(DeskTextKind.REST, one.start(), one.end()) for one in _PICTURE.finditer(text)),
        *(DeskText(DeskTextKind.SENTENCE, one.start(), one.end()) for one in _FOOT.finditer(text)),
    ]
    heads = [
        *(DeskText(DeskTextKind.SENTENCE, one.start(), one.end()) for one in _DIVIDER.finditer(text)),
        *_old_heads_in(text),
    ]
    if heads or any(one.part is DeskTextKind.HEADING for one in found) or len(_ANY_QUESTION.findall(text)) > 1:
        found += _reworded_in(text)
        found += _introductions(text, heads, [one.start for one in found if one.part is DeskTextKind.HEADING])
    found += heads
    return _without_overlaps(found)


def _sentences_in(text: str, folded: str, sentences: Sequence[str]) -> Iterator[DeskText]:
    lead = rf"(?:{_LEAD}(?:{_BULLET})?|(?<=[.!?:\u2026]\s))"
    for sentence in dict.fromkeys(sentences):
        for match in _occurrences(text, folded, sentence, lead, r"[^\w\n]*"):
            yield DeskText(DeskTextKind.SENTENCE, match.start(), match.end())


def _question_in(text: str, folded: str, at: int, question: Question) -> Iterator[DeskText]:
    wordings = [*question.text.values(), *question.text_unproved.values(), *question.again.values(), *question.formerly]
    lead = rf"{_LEAD}(?:{_BULLET})?[*_]{{0,2}}{_NUMBERED}{_IF_IT_APPLIES}"
    for wording in _wordings_of(wordings):
        for match in _occurrences(text, folded, wording, lead, r"[?.!\u00bb\"\u201d)*_]*"):
            number = int(match["number"] or 0)
            quoted = match["quote"] is not None
            yield DeskText(DeskTextKind.HEADING, match.start(), match.end(), at, number, quoted=quoted)
    rest = [*question.hint.values(), *(piece for wording in wordings for piece in _sentences_of(wording)[1:])]
    if len(question.options) > 1:
        rest += [" ".join(one.label[language] for one in question.options) for language in question.text]
    for wording in dict.fromkeys(rest):
        if len(_WORD.findall(wording)) >= 2:
            for match in _occurrences(text, folded, wording, _LEAD + _LABEL, r"[?.!\u00bb\"\u201d)*_]*"):
                yield DeskText(DeskTextKind.REST, match.start(), match.end(), at)


def _options_in(text: str, folded: str, at: int, options: Sequence[Sequence[str]]) -> Iterator[DeskText]:
    lead = (
        rf"{_LEAD}{_TICKED_BEFORE}(?:{_CODED}|(?P<bullet>{_BULLET}|\[ ?\][ \t]*))?"
        rf"{_TICKED_BEFORE.replace('before', 'between')}[*_]{{0,2}}"
    )
    for index, wordings in enumerate(options):
        for wording in dict.fromkeys(wordings):
            for match in _occurrences(text, folded, wording, lead, rf"[ \t.;,)\]*_\u00bb\"]*{_TICKED_AFTER}$"):
                ticked = bool(match["before"] or match["between"] or match["after"])
                code = match["code"] or ""
                listed = bool(code or match["bullet"])
                yield DeskText(
                    DeskTextKind.OPTION, match.start(), match.end(), choices=((at, index),), code=code,
                    quoted=match["quote"] is not None, listed=listed, ticked=ticked,
                )  # fmt: skip


def _old_heads_in(text: str) -> Iterator[DeskText]:
    """The head of an older message: three such lines at least, one right below the other."""
    block: list[re.Match[str]] = []
    for match in (*_HEAD_LINE.finditer(text), None):
        if match and block and text[block[-1].end() : match.start()].strip(" \t\r\n|>") == "":
            block.append(match)
            continue
        if len(block) >= 3:
            yield DeskText(DeskTextKind.SENTENCE, block[0].start(), block[-1].end())
        block = [match] if match else []


def _introductions(text: str, heads: Sequence[DeskText], headings: Sequence[int]) -> Iterator[DeskText]:
    """What stands between the head of the desk's old letter and its first question: a greeting, a sentence or two."""
    for head in heads:
        first = min((start for start in headings if start > head.end), default=-1)
        if 0 <= first - head.end <= _LONGEST_INTRODUCTION:
            yield DeskText(DeskTextKind.SENTENCE, head.start, first)


def _reworded_in(text: str) -> Iterator[DeskText]:
    """Questions and options that another version of the dialog worded: numbered as only the desk numbers them."""
    for match in _ANY_QUESTION.finditer(text):
        quoted = match["quote"] is not None
        yield DeskText(DeskTextKind.HEADING, match.start(), match.end(), number=int(match["number"]), quoted=quoted)
    coded = list(_ANY_CODED_LINE.finditer(text))
    counts: dict[str, int] = {}
    for match in coded:
        counts[match["code"][0]] = counts.get(match["code"][0], 0) + 1
    for match in coded:
        if counts[match["code"][0]] > 1:
            yield DeskText(
                DeskTextKind.OPTION, match.start(), match.end(), code=match["code"],
                quoted=match["quote"] is not None, listed=True,
            )  # fmt: skip


def _wordings_of(wordings: Iterable[str]) -> list[str]:
    """Each wording whole, and its first sentence alone: people keep as much of a question as they like."""
    found = dict.fromkeys([*wordings, *(_sentences_of(wording)[0] for wording in wordings)])
    return sorted((one for one in found if _WORD.search(one)), key=lambda one: -len(one))


def _sentences_of(wording: str) -> list[str]:
    return [one for one in re.split(r"(?<=[?.!])\s+", wording.strip()) if one] or [""]


def _occurrences(text: str, folded: str, wording: str, lead: str, tail: str) -> Iterator[re.Match[str]]:
    """Where a wording begins a line of the text, its words broken over lines as mail programs like."""
    first = _WORD.search(_PLACEHOLDER.sub(" ", wording))
    if first is None or first.group().casefold().replace("ё", "е") not in folded:
        return iter(())
    return _compiled(wording, lead, tail).finditer(text)


@lru_cache(maxsize=4000)
def _compiled(wording: str, lead: str, tail: str) -> re.Pattern[str]:
    pieces = [_words_pattern(piece) for piece in _PLACEHOLDER.split(wording)]
    to_the_end = r"[^?]{0,300}(?=\?)" if wording.rstrip().endswith("?") else r"[^\n]*"
    body = pieces[0]
    for piece in pieces[1:]:
        # What the desk put in there, an address say; where it ends the sentence, up to its end.
        body += rf"[^\n]{{0,200}}?(?:\n[^\n]{{0,200}}?)?{piece}" if piece else to_the_end
    return re.compile(rf"{lead}{body}(?!\w){tail}", re.MULTILINE | re.IGNORECASE)


def _words_pattern(piece: str) -> str:
    words = (re.escape(word).replace("ё", "[её]").replace("Ё", "[её]") for word in _WORD.findall(piece))
    return _GAP.join(words)


def _without_overlaps(found: Sequence[DeskText]) -> list[DeskText]:
    """In order; of two that overlap the one that begins earlier, or else the longer."""
    kept: list[DeskText] = []
    for one in sorted(found, key=lambda own: (own.start, -own.end, _RANKS[own.part], not own.choices)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
        elif one.part is kept[-1].part is DeskTextKind.OPTION and one.end == kept[-1].end:
            kept[-1] = replace(kept[-1], choices=(*kept[-1].choices, *one.choices))
    return kept


_RANKS = {DeskTextKind.HEADING: 0, DeskTextKind.OPTION: 1, DeskTextKind.REST: 2, DeskTextKind.SENTENCE: 3}
