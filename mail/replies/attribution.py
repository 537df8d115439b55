"""Where a quoted or forwarded letter begins: "On Friday Ivan wrote:", a head of labels, a divider, our own marker.

What programs of the last decades write there, in the languages of ``tongues.toml``. Each question looks at a bounded
number of lines of bounded length, so a whole letter is asked in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from mail.replies import quoted_headers
from mail.replies.line_features import DASHES, NUMERIC, TIME, addressed, dated, is_rule, says_who
from mail.replies.phrase_tables import all_of, spoken, within, words

LINES_OF_ATTRIBUTION = 5
ENDS = DASHES + ":\uff1a>]) \u200e\u200f\u202c\u2069"

_BRACKETED = re.compile(r"[<(][^\s@<>()]{1,64}@[^\s@<>()]{2,255}[>)]")
_ADDRESSED = re.compile(r"[^\s@<>()]{1,64}@[^\s@<>()]{2,255} ?:$")
_DIGIT = re.compile(r"\d")


class AttributionKind(Enum):
    """What an opening says of the lines below it."""

    HISTORY = "history"
    """They are an older letter, whether they are marked or not."""
    QUOTE = "quote"
    """They are one if they are marked by ``>``; else it was a person's sentence."""
    FORWARD = "forward"
    """They are a letter that is the point of this one."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """The lines from ``start`` up to ``end`` open a quoted letter; ``attributed`` if they say "Ivan wrote"."""

    kind: AttributionKind
    start: int
    end: int
    attributed: bool = False


def may_open(line: str) -> bool:
    """A cheap look, since nearly no line opens anything: how it begins and ends, a label, an address."""
    bare = line.strip()
    if not bare:
        return False
    if bare[0] in DASHES or bare[0] == ">" or bare[-1] in ENDS or "@" in bare:
        return True
    return (":" in bare[:60] or "\uff1a" in bare[:60]) and bool(quoted_headers.label(bare))


def opening(lines: Sequence[str], at: int, floor: int = 0) -> Attribution | None:
    """What is opened at a line; an attribution is found at its last line and reaches up to ``floor`` at most."""
    line = lines[at].strip()
    if not line:
        return None
    if _marks_above(line):
        return Attribution(AttributionKind.HISTORY, _from_rule(lines, at, floor), at + 1)
    if kind := _divider(lines, at):
        start = at if kind is AttributionKind.FORWARD else _from_rule(lines, at, floor)
        return Attribution(kind, start, at + 1)
    if end := quoted_headers.head_end(lines, at):
        start = _from_rule(lines, at, floor)
        introduced = start == at and _introduced(lines, at, floor)
        return None if introduced else Attribution(AttributionKind.HISTORY, start, end)
    return _attribution(lines, at, floor)


def forwards(subject: str) -> bool:
    """Whether a subject begins by saying that its letter is forwarded, as Outlook's do in each language."""
    head, colon, _ = subject[:24].replace("\uff1a", ":").partition(":")
    return bool(colon) and spoken(head) in all_of("fw")


# Markers and dividers


def _marks_above(line: str) -> bool:
    """Our own line, or another desk's: "please answer above this line"."""
    if len(line) > 160:
        return False
    if line.startswith("##") and line.endswith("##") and len(line) > 8:
        return True
    if line[0] not in DASHES + ">[(" and line[-1] not in DASHES + "])":
        return False
    return within("above").search(spoken(line)) is not None


def _inner(line: str) -> tuple[str, bool]:
    """The words of a line between dashes, and whether there were dashes on the left."""
    bare = line.strip()
    inner = bare.lstrip(DASHES + " >")
    dashes = len(bare) - len(inner)
    return spoken(inner.rstrip(DASHES + " <:\uff1a.")), dashes > 1


def _divider(lines: Sequence[str], at: int) -> AttributionKind | None:
    line = lines[at]
    inner, dashed = _inner(line) if len(line) <= 400 else ("", False)
    if not inner or len(inner) > 160:
        return None
    kind = None
    if inner in all_of("forwarded"):
        kind = AttributionKind.FORWARD if dashed or line.rstrip().endswith((":", "\uff1a")) else None
    elif inner in all_of("original"):
        kind = AttributionKind.HISTORY if dashed or _head_below(lines, at) else None
    elif dashed and any(inner.startswith(f"{phrase} ") for phrase in ("forwarded by", "weitergeleitet von")):
        kind = AttributionKind.FORWARD
    elif dashed and (group_wise(line) or _unusual(lines, at, inner)):
        kind = AttributionKind.HISTORY
    return kind


def _unusual(lines: Sequence[str], at: int, inner: str) -> bool:
    """A divider that says more: the head in the same line, who wrote when (Zoho), or words of a tongue not known."""
    first, dashes, _ = inner.partition("--")
    if dashes and first.strip(DASHES + " ") in all_of("original"):
        return True
    if says_who(inner) and dated(inner) and addressed(inner):
        return True
    return lines[at].rstrip()[-2:].strip(DASHES) == "" and quoted_headers.foreign(lines, at + 1)


def group_wise(line: str) -> bool:
    """``>>> Ivan Petrov 11/20/26 10:15 AM >>>``"""
    bare = line.strip()
    return bare.startswith(">>>") and bare.endswith(">>>") and dated(spoken(bare))


def _head_below(lines: Sequence[str], at: int) -> bool:
    for line in lines[at + 1 : at + 4]:
        if line.strip():
            return bool(quoted_headers.label(line))
    return False


def _from_rule(lines: Sequence[str], at: int, floor: int) -> int:
    """Where the opening really begins: a rule, a divider or an attribution just above belongs to it."""
    above = at
    while above > floor and not lines[above - 1].strip() and at - above < 3:
        above -= 1
    if above <= floor:
        return at
    line = lines[above - 1]
    if is_rule(line) or _inner(line)[0] in all_of("original"):
        return above - 1
    found = _attribution(lines, above - 1, floor)
    return found.start if found else at


def _introduced(lines: Sequence[str], at: int, floor: int) -> bool:
    """Whether a person announced what follows: "here are the headers:"."""
    for line in reversed(lines[max(floor, at - 2) : at]):
        if bare := line.rstrip():
            return bare.endswith((":", "\uff1a")) and not quoted_headers.label(line)
    return False


# Attributions


def _attribution(lines: Sequence[str], at: int, floor: int) -> Attribution | None:
    """The attribution that ends at a line; the shortest stretch of lines that says enough, and what belongs to it."""
    if not _may_end(lines[at]):
        return Attribution(AttributionKind.HISTORY, at, at + 1, True) if _goes_on(lines[at]) else None
    weak: Attribution | None = None
    said = ""
    for start in range(at, max(floor, at - LINES_OF_ATTRIBUTION + 1) - 1, -1):
        if not lines[start].strip() or len(lines[start]) > 400:
            break
        said = f"{spoken(lines[start])} {said}".strip()
        kind = _who_and_when(said)
        if kind is AttributionKind.HISTORY:
            begun = _begun_above(lines, start, floor)
            return Attribution(kind, begun - (begun > floor and is_rule(lines[begun - 1])), at + 1, True)
        if kind is AttributionKind.QUOTE and weak is None:
            weak = Attribution(kind, start, at + 1, True)
    return weak


def _may_end(line: str) -> bool:
    """A cheap look at how a line ends, since nearly none is the end of an attribution."""
    tail = spoken(line[-80:]).rstrip(" " + DASHES)
    if tail.endswith(":") or (tail.endswith(">") and "@" in tail):
        return True
    return bool(tail) and tail.rsplit(None, 1)[-1] in words("wrote")


def _goes_on(line: str) -> bool:
    """Whether the quoted letter begins in the same line: Yahoo joins them."""
    if "@" not in line:
        return False
    pieces = line[:400].split(": ", 6)[:-1]
    for count in range(1, len(pieces) + 1):
        last = pieces[count - 1].rsplit(None, 1)
        if last and spoken(last[-1]) in words("wrote"):
            return _who_and_when(spoken(": ".join(pieces[:count])) + ":") is AttributionKind.HISTORY
    return False


def _who_and_when(said: str) -> AttributionKind | None:
    """HISTORY for what only a program writes, QUOTE for what a person might have, None for neither."""
    bare = said.strip("*_ " + DASHES)
    colon = bare.endswith(":")
    wrote, post, day = says_who(bare), addressed(bare), dated(bare)
    early = _DIGIT.search(bare, 0, 36) is not None
    timed = TIME.search(bare) is not None
    if wrote and day and (post or (timed and early and colon)):
        return AttributionKind.HISTORY
    if post and day and timed and colon and (_BRACKETED.search(bare) or (early and _ADDRESSED.search(bare))):
        return AttributionKind.HISTORY  # Yandex, Mail.ru, and tongues not known: 20.11.2026, 10:15, "Ivan" <ivan@...>:
    if post and not colon:
        return AttributionKind.HISTORY if NUMERIC.match(bare) and bare.endswith(">") and len(bare) < 160 else None
    return AttributionKind.QUOTE if colon and (wrote or day or post) and len(bare) < 300 else None


def _begun_above(lines: Sequence[str], start: int, floor: int) -> int:
    """An attribution that was broken early: "On Fri, Nov 20," or a name or an address stands in a line above."""
    for above in range(start - 1, max(floor, start - 3) - 1, -1):
        line, below = spoken(lines[above]).strip(" " + DASHES), lines[above + 1].strip()
        if not line or line.endswith((".", "!", "?", ":", ";")) or len(line) > 120:
            return start
        first = above == floor or not lines[above - 1].strip()
        day = _DIGIT.search(line, 0, 24) and (line.endswith(",") or dated(line))
        if day or _BRACKETED.fullmatch(line.rstrip(",")) or (first and (addressed(line) or below.startswith("<"))):
            start = above
        else:
            return start
    return start
