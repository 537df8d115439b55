"""What is new in a reply: quoted history and signatures are folded away, and nothing a person wrote is.

Folding is only a view; the full text is kept beside it, and every line of it stands in what is shown or in what was
folded. It is done in linear time, without a backtracking pattern.

* History that nothing marks line by line runs from its opening to the end. Lines marked by ``>`` are folded wherever
  they stand, and what a person wrote between, above or below them stays.
* Answers between quotes are kept with the quotes they answer, since "yes" alone tells nobody anything; a long quote is
  shortened to its last question or paragraph. One quote above one answer is an old message and is folded.
* A forwarded message is the point of its message and is shown.
* If nothing would be left, or the words say that the answer stands below and no mark tells old from new there,
  everything is shown.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from mail.content.mail_program_markup import LineMark
from mail.replies import signatures
from mail.replies.blocks import Block, BlockAuthor, split_blocks
from mail.replies.phrase_tables import get_phrase_pattern, normalize_line

REPLY_ABOVE_MARKERS = {
    "ru": "##- Отвечайте, пожалуйста, выше этой строки -##",
    "en": "##- Please answer above this line -##",
}
"""Our own line, by language: what stands below it is ours."""

MAX_LINES = 60_000
"""Of a message only so many lines are looked at; what stands below them is what the last of them was, or new."""
MAX_CONTEXT_LINES = 20
"""A quote of so many lines is kept whole above its answer; of a longer one, its last question or paragraph."""
MAX_QUESTION_LINES = 12
MAX_ANNOUNCED_LINES = 10
MAX_SIGNATURE_SEARCHES = 50
"""In so many places at most a signature is looked for."""
SHORT_TEXT_LENGTH = 300


@dataclass(frozen=True, slots=True)
class ReplySections:
    """The view of a message: every line of it that is not blank stands in one of ``text``, ``signature``, ``quoted``.

    ``text`` is what is new, with quotes and signature folded; ``text_and_signature`` has only the quotes folded;
    ``quoted`` and ``signature`` are what was folded, "" for nothing.
    """

    text: str
    text_and_signature: str
    quoted: str = ""
    signature: str = ""


class LineRole(Enum):
    """What a line is in a message."""

    NEW = "new"
    CONTEXT = "context"
    """Quoted, but shown, since something new speaks of it."""
    SIGNATURE = "signature"
    QUOTE = "quote"


def fold_quotes(
    full: str,
    *,
    author: str = "",
    forwarded: bool = False,
    marks: Sequence[LineMark] = (),
    answers: bool = True,
) -> ReplySections:
    """The view of a message's text without its quotes and signature.

    ``author`` is the name in From; ``forwarded`` says that the subject calls the message a forwarded one; ``marks`` are
    what HTML said of the lines. A letter that ``answers`` none quotes nobody: what looks like quotes, a log or the head
    of a form, is the person's own. All of them may be left out.
    """
    lines = full.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    looked = lines[:MAX_LINES]
    cut = split_blocks(looked, forwarded, marks)
    ours = any(marker in full for marker in REPLY_ABOVE_MARKERS.values())
    if not (answers or ours) and all(block.author is not BlockAuthor.FORWARD for block in cut):
        cut = [Block(BlockAuthor.HUMAN, 0, len(looked), 0)]
    roles = _find_line_roles(looked, cut, author, marks)
    roles += [LineRole.QUOTE if cut[-1].author is BlockAuthor.HISTORY else LineRole.NEW] * (len(lines) - len(looked))

    def shown(*wanted: LineRole) -> str:
        return _trim_blank_lines(line for line, role in zip(lines, roles, strict=True) if role in wanted)

    new = shown(LineRole.NEW)
    if not _has_words(new) or _says_answers_below(new, cut):
        return ReplySections(_trim_blank_lines(lines), _trim_blank_lines(lines))
    return ReplySections(
        shown(LineRole.NEW, LineRole.CONTEXT),
        shown(LineRole.NEW, LineRole.CONTEXT, LineRole.SIGNATURE),
        shown(LineRole.QUOTE),
        shown(LineRole.SIGNATURE),
    )


def _find_line_roles(
    lines: Sequence[str], cut: Sequence[Block], author: str, marks: Sequence[LineMark]
) -> list[LineRole]:
    """What each line of a message is."""
    roles = [LineRole.NEW] * len(lines)
    for block in cut:
        if block.author in (BlockAuthor.QUOTE, BlockAuthor.HISTORY):
            roles[block.start : block.end] = [LineRole.QUOTE] * (block.end - block.start)
        elif block.author is BlockAuthor.HUMAN:
            for at, mark in enumerate(marks[block.start : block.end], block.start):
                if mark is LineMark.SIGNATURE:
                    roles[at] = LineRole.SIGNATURE
    said = _mark_signatures(lines, cut, roles, author)
    for at in _find_context_lines(lines, cut, said):
        roles[at] = LineRole.CONTEXT
    return roles


def _mark_signatures(lines: Sequence[str], cut: Sequence[Block], roles: list[LineRole], author: str) -> list[int]:
    """Marks the signatures, and gives the numbers of the blocks in which a person then still says something."""
    said: list[int] = []
    looks = MAX_SIGNATURE_SEARCHES
    for number in range(len(cut) - 1, -1, -1):
        block = cut[number]
        if block.author is BlockAuthor.FORWARD:
            said.append(number)
        if block.author is not BlockAuthor.HUMAN:
            continue
        if looks and (not said or cut[number + 1].is_introduced):
            looks -= 1
            own = [at for at in range(block.start, block.end) if roles[at] is LineRole.NEW]
            more = len(own) < block.end - block.start
            begin = signatures.find_signature([lines[at] for at in own], author, more=more)
            for at in own[begin:]:
                roles[at] = LineRole.SIGNATURE
        if any(roles[at] is LineRole.NEW and lines[at].strip() for at in range(block.start, block.end)):
            said.append(number)
    return said[::-1]


def _find_context_lines(lines: Sequence[str], cut: Sequence[Block], said: Sequence[int]) -> Iterator[int]:
    """The quoted lines that are shown: what was answered below itself, and what a person announced."""
    humans = [number for number in said if cut[number].author is BlockAuthor.HUMAN]
    if not humans:
        return
    quotes = [
        number for number, block in enumerate(cut) if block.author is BlockAuthor.QUOTE and block.text_start < block.end
    ]
    below = [number for number in quotes if number > humans[-1]]
    for number in below[:1]:
        block = cut[number]
        if not block.is_introduced and _is_announced(lines, block) and block.end - block.start <= MAX_ANNOUNCED_LINES:
            yield from range(block.start, block.end)
    answered = _find_answered_quotes(cut, quotes, humans)
    if len(answered) == 1 and not below:
        number = answered[0]
        if number < humans[0] or any(cut[one].is_introduced for one in quotes if one <= number):
            return  # an old message above its answer
    for number in answered:
        yield from _select_question_lines(lines, cut[number])


def _find_answered_quotes(cut: Sequence[Block], quotes: Sequence[int], humans: Sequence[int]) -> list[int]:
    """Of the quotes with something said below them, the last before it."""
    found = []
    for at, number in enumerate(quotes):
        following = quotes[at + 1] if at + 1 < len(quotes) else len(cut)
        if bisect(humans, number) < bisect(humans, following):
            found.append(number)
    return found


def _is_announced(lines: Sequence[str], block: Block) -> bool:
    """Whether a person's own words above a quote end with a colon: "this is what it shows:"."""
    for at in range(block.start - 1, max(-1, block.start - 4), -1):
        if bare := lines[at].rstrip():
            return bare.endswith((":", "\uff1a"))
    return False


def _select_question_lines(lines: Sequence[str], block: Block) -> Iterator[int]:
    """Of a quote that somebody answered, what is kept: all of a short one, else its last question or paragraph."""
    shown = [at for at in range(block.text_start, block.end) if lines[at].strip()]
    for index in range(len(shown) - 1, -1, -1):
        if _is_numbered(lines[shown[index]].lstrip("> \t")):
            yield from (at for at in shown[index : index + MAX_QUESTION_LINES] if lines[at].strip("> \t\r"))
            return
    if len(shown) <= MAX_CONTEXT_LINES:
        yield from range(block.text_start, block.end)
        return
    last = shown
    while last and not lines[last[-1]].strip("> \t\r"):
        last = last[:-1]
    for at in reversed(last[-MAX_QUESTION_LINES:]):
        if not lines[at].strip("> \t\r"):
            break
        yield at


def _is_numbered(line: str) -> bool:
    digits = len(line[:10]) - len(line[:10].lstrip("0123456789"))
    return 0 < digits <= 3 and line[digits : digits + 1] in (")", ".") and bool(line[digits + 1 :].strip())


def _has_words(text: str) -> bool:
    """Whether anything is said: a letter, a number or a sign that is not mere punctuation."""
    return any(char.isalnum() or char in "+?!" or ord(char) > 0x2190 for char in text)


def _says_answers_below(new: str, cut: Sequence[Block]) -> bool:
    """Whether a short text says that it answers further down, where no mark tells old from new."""
    if len(new) >= SHORT_TEXT_LENGTH or all(block.author is not BlockAuthor.HISTORY for block in cut):
        return False
    said = normalize_line(new.replace("\n", " "))
    return get_phrase_pattern("below").search(said) is not None


def _trim_blank_lines(lines: Iterable[str]) -> str:
    """No blank lines at the ends, and never more than one together."""
    out: list[str] = []
    for line in lines:
        stripped = line.rstrip()
        if stripped or (out and out[-1]):
            out.append(stripped)
    return "\n".join(out).strip("\n")
