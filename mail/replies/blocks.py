"""A message split into blocks: a person's own text, marked quotes, unmarked history, a forwarded message.

One pass over the lines; each is looked at a bounded number of times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from mail.content.mail_program_markup import LineMark
from mail.replies.attribution import (
    Attribution,
    AttributionKind,
    find_attribution,
    is_groupwise_divider,
    may_be_attribution,
)
from mail.replies.line_features import TIME_OF_DAY, has_address, has_date
from mail.replies.phrase_tables import normalize_line

MIN_WRAPPED_LENGTH = 60
"""A quoted line of so many characters may have been broken, and its rest stands unmarked below it."""

MAX_LINES_EXAMINED = 2000
"""So many lines of a message are looked at closely, whether they open a quote."""

MAX_BLANK_LINES = 20
"""So many blank lines may stand between an opening and what it opens, or inside a quote."""

MAX_LOG_DISTANCE = 3
"""So many lines may stand between two of a log that begin alike."""
MAX_STAMP_START = 24
"""Where in a line of a log its time of day begins at the latest."""

MAX_LINES_BELOW = 200
"""In so many lines below a sentence that announces others the letter that is answered is looked for."""

QUOTE_SIGNS = frozenset(">\uff1e \t\xa0")


class BlockAuthor(Enum):
    """Who made a block."""

    HUMAN = "human"
    QUOTE = "quote"
    HISTORY = "history"
    FORWARD = "forward"


@dataclass(frozen=True, slots=True)
class Block:
    """The lines from ``start`` up to ``end``; those before ``text_start`` introduce it ("On Friday Ivan wrote:")."""

    author: BlockAuthor
    start: int
    end: int
    text_start: int

    @property
    def is_introduced(self) -> bool:
        """Whether something tells that an older message begins here."""
        return self.author in (BlockAuthor.HISTORY, BlockAuthor.FORWARD) or self.text_start > self.start


def split_blocks(lines: Sequence[str], forwarded: bool = False, marks: Sequence[LineMark] = ()) -> list[Block]:
    """The blocks of a message, in order, none of them empty and no line left out.

    ``forwarded`` says that the message calls itself forwarded: then an unmarked older message is its point. ``marks``
    are what its HTML said of the lines.
    """
    return list(_BlockSplitter(lines, forwarded, marks).split())


def quote_depth(line: str) -> int:
    """How many ``>`` stand before a line."""
    count = 0
    for char in line[:40]:
        if char in ">\uff1e":
            count += 1
        elif char not in " \t\xa0":
            break
    return count


def line_stamp(line: str) -> str:
    """The form of the moment with which a line begins, and of the word behind it; "" when it begins with none."""
    head = line[:60]
    time = TIME_OF_DAY.search(head)
    if time is None or time.start() > MAX_STAMP_START:
        return ""
    behind = head[time.end() :].lstrip(" :.,/-0123456789").split()
    return "".join("0" if char.isdigit() else char for char in head[: time.end()]) + (behind[0] if behind else "")


class _BlockSplitter:
    def __init__(self, lines: Sequence[str], forwarded: bool, marks: Sequence[LineMark]) -> None:
        self.lines = lines
        self.forwarded = forwarded
        self.marks = marks
        self.examinations_left = MAX_LINES_EXAMINED
        self.initials = _find_quote_initials(lines)
        self.quoted = list(self._find_quoted_lines())
        self.last_marked = next((at for at in range(len(lines) - 1, -1, -1) if self.quoted[at]), -1)

    def split(self) -> Iterator[Block]:
        at = human = 0
        said = False
        while at < len(self.lines):
            block = self.find_block(at, human, said) if self.lines[at] else None
            if block is None:
                at += 1
                continue
            if block.start > human:
                said = said or self.has_text(human, block.start)
                yield Block(BlockAuthor.HUMAN, human, block.start, human)
            yield block
            at = human = block.end
        if human < len(self.lines):
            yield Block(BlockAuthor.HUMAN, human, len(self.lines), human)

    def find_block(self, at: int, human: int, said: bool) -> Block | None:
        """The block that is not human and is found at a line; it may begin above, but not above ``human``."""
        if self.quoted[at]:
            if self.is_forwarded(at):
                return Block(BlockAuthor.FORWARD, at, len(self.lines), at + 1)
            end = self.find_quote_end(at)
            return Block(BlockAuthor.QUOTE, at, end, self.find_quote_sign(at, end))
        if self.line_mark(at) is LineMark.HISTORY:
            return Block(BlockAuthor.FORWARD if self.forwarded else BlockAuthor.HISTORY, at, len(self.lines), at)
        found = self.find_attribution(at, human)
        if found and found.kind is AttributionKind.QUOTE and self.announces_own_lines(found):
            return None
        return self.block_below(found, said or self.has_text(human, found.start)) if found else None

    def announces_own_lines(self, found: Attribution) -> bool:
        """Whether "the router writes:", with no moment and no address, stands above another that has them."""
        said = normalize_line(" ".join(self.lines[found.start : found.end]))
        if has_date(said) or has_address(said):
            return False
        for at in range(found.end, min(found.end + MAX_LINES_BELOW, len(self.lines))):
            below = None if self.quoted[at] else self.find_attribution(at, found.end)
            if below and below.kind is AttributionKind.HISTORY:
                return True
        return False

    def find_bar_quote_end(self, at: int) -> int:
        """Where lines marked by ``|`` end; that mark counts only below an attribution."""
        while at < len(self.lines) and self.lines[at].startswith("|"):
            at += 1
        return at

    def find_quote_sign(self, at: int, end: int) -> int:
        """Where ``>`` begins in a quote that HTML marks as one from its opening on."""
        while at < end and self.line_mark(at) is LineMark.QUOTE and not quote_depth(self.lines[at]):
            at += 1
        return at

    def is_forwarded(self, at: int) -> bool:
        """Whether marked lines begin by saying that they are forwarded: HTML marks these as quotes."""
        bare = self.lines[at].lstrip("> \t")
        found = find_attribution([bare], 0) if len(bare) < 100 and may_be_attribution(bare) else None
        return found is not None and found.kind is AttributionKind.FORWARD

    def find_attribution(self, at: int, human: int) -> Attribution | None:
        """What opens at a line; a log of a thousand lines that end like an attribution is not searched to its end."""
        if not self.examinations_left or not may_be_attribution(self.lines[at]):
            return None
        self.examinations_left -= 1
        found = find_attribution(self.lines, at, human)
        if found is None or not any(map(self.is_log_line, range(found.start, found.end))):
            return found
        return None if found.names_writer else replace(found, start=at)

    def is_log_line(self, at: int) -> bool:
        """Whether a line is one of several that a machine wrote, each with its moment: "Nov 20 10:15:02 pppd:"."""
        stamp = line_stamp(self.lines[at])
        return bool(stamp) and any(line_stamp(line) == stamp for line in self.nearby_lines(at))

    def nearby_lines(self, at: int) -> Iterator[str]:
        """The lines around one; blank ones end a log."""
        for step in (-1, 1):
            for here in range(at + step, at + step * (MAX_LOG_DISTANCE + 1), step):
                if not 0 <= here < len(self.lines) or not self.lines[here].strip():
                    break
                yield self.lines[here]

    def block_below(self, found: Attribution, said: bool) -> Block | None:
        """What an opening opens: that depends on whether the lines below are marked, and whether something was said
        above it."""
        count = len(self.lines)
        if found.kind is AttributionKind.FORWARD:
            return Block(BlockAuthor.FORWARD, found.start, count, found.end)
        below = self.next_text_line(found.end)
        if below < count and self.is_marked(below):
            return Block(BlockAuthor.QUOTE, found.start, self.find_quote_end(below), below)
        if found.names_writer and (end := self.find_bar_quote_end(found.end)) > found.end:
            return Block(BlockAuthor.QUOTE, found.start, end, found.end)
        if found.kind is AttributionKind.QUOTE:
            return None
        if self.last_marked >= found.end and not said:
            return Block(BlockAuthor.QUOTE, found.start, found.end, found.end)  # somebody wrote right below it
        forward = self.forwarded and not found.names_writer
        return Block(BlockAuthor.FORWARD if forward else BlockAuthor.HISTORY, found.start, count, found.end)

    def has_text(self, start: int, end: int) -> bool:
        return any(line.strip() for line in self.lines[start:end])

    def line_mark(self, at: int) -> LineMark:
        return self.marks[at] if at < len(self.marks) else LineMark.NONE

    def is_marked(self, at: int) -> bool:
        """Whether a line is quoted by a mark of its own."""
        return self.quoted[at]

    def _find_quoted_lines(self) -> Iterator[bool]:
        """Of each line, whether it is marked."""
        before = False
        for at, line in enumerate(self.lines):
            if line[:1] in QUOTE_SIGNS and quote_depth(line):
                before = self.is_quote_sign(line, before)
            else:
                before = self.line_mark(at) is LineMark.QUOTE or bool(
                    self.initials and _line_initial(line) in self.initials
                )
            yield before and bool(line)

    def is_quote_sign(self, line: str, before: bool) -> bool:
        """Whether a ``>`` marks a quote: mailboxes put one before "From ", people and GroupWise draw arrows."""
        if line.startswith(">From ") and not before:
            return False
        return not (line.startswith(">>>") and (line.rstrip().endswith("<<<") or is_groupwise_divider(line)))

    def next_text_line(self, at: int) -> int:
        """The next line that is not blank; few blank ones are passed."""
        for here in range(at, min(at + MAX_BLANK_LINES, len(self.lines))):
            if self.lines[here].strip():
                return here
        return len(self.lines)

    def find_quote_end(self, at: int) -> int:
        """Where the marked lines from here on end; blank lines among them belong to them."""
        end = at + 1
        while end < len(self.lines):
            below = self.next_text_line(end)
            if below >= len(self.lines) or not (self.is_marked(below) or (below == end and self.is_wrapped_rest(end))):
                break
            end = below + 1
        return end

    def is_wrapped_rest(self, at: int) -> bool:
        """Whether an unmarked line between marked ones is the rest of the long one above it."""
        above, line = self.lines[at - 1].rstrip(), self.lines[at]
        if len(above) < MIN_WRAPPED_LENGTH or not line[:1].islower() or not quote_depth(above):
            return False
        runs_on = above[-1].isalnum() or above[-1] == ","
        return runs_on and len(line.rstrip()) < len(above) and at + 1 < len(self.lines) and self.is_marked(at + 1)


def _find_quote_initials(lines: Sequence[str]) -> frozenset[str]:
    """Marks like "IP>", as The Bat! puts them: those that begin two lines at least."""
    found = Counter(initial for line in lines if ">" in line[:10] and (initial := _line_initial(line)))
    return frozenset(initial for initial, count in found.items() if count > 1)


def _line_initial(line: str) -> str:
    head, mark, _ = line[:10].lstrip().partition(">")
    return head if mark and 0 < len(head) <= 4 and head.isalpha() and head[0].isupper() else ""
