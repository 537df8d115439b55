"""Attributions: where a quoted or forwarded message begins ("On Friday Ivan wrote:", header lines, a divider).

Covers what mail programs of the last decades write, in the languages of ``phrases.toml``. Each question looks at a
bounded number of lines of bounded length, so a whole message takes linear time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from mail.replies import quoted_headers
from mail.replies.line_features import (
    DASHES,
    NUMERIC_DATE,
    TIME_OF_DAY,
    has_address,
    has_date,
    has_wrote_word,
    is_separator_line,
)
from mail.replies.phrase_tables import get_phrase_pattern, get_phrases, get_single_words, normalize_line

MAX_ATTRIBUTION_LINES = 5
LINE_END_SIGNS = DASHES + ":\uff1a>]) \u200e\u200f\u202c\u2069"

_BRACKETED_ADDRESS = re.compile(r"[<(][^\s@<>()]{1,64}@[^\s@<>()]{2,255}[>)]")
_ADDRESS_AND_COLON = re.compile(r"[^\s@<>()]{1,64}@[^\s@<>()]{2,255} ?:$")
_MESSAGE_OF = re.compile(r"message du ?:? ?\d{1,2}[/.]\d{1,2}[/.]\d{2,4}.{0,30}$")
"""What stands above the head of a letter answered at Orange."""
_DIGIT = re.compile(r"\d")


class AttributionKind(Enum):
    """What an opening says of the lines below it."""

    HISTORY = "history"
    """They are an older message, whether they are marked or not."""
    QUOTE = "quote"
    """They are one if they are marked by ``>``; else it was a person's sentence."""
    FORWARD = "forward"
    """They are a message that is the point of this one."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """The lines from ``start`` up to ``end`` introduce a quoted message; ``names_writer`` if they say "Ivan wrote"."""

    kind: AttributionKind
    start: int
    end: int
    names_writer: bool = False


def may_be_attribution(line: str) -> bool:
    """A cheap look, since nearly no line opens anything: how it begins and ends, a label, an address."""
    bare = line.strip()
    if not bare:
        return False
    if bare[0] in DASHES or bare[0] == ">" or bare[-1] in LINE_END_SIGNS or "@" in bare:
        return True
    return (":" in bare[:60] or "\uff1a" in bare[:60]) and bool(quoted_headers.find_header_label(bare))


def find_attribution(lines: Sequence[str], at: int, floor: int = 0) -> Attribution | None:
    """What is opened at a line; an attribution is found at its last line and reaches up to ``floor`` at most."""
    line = lines[at].strip()
    if not line:
        return None
    if _is_reply_above_marker(line):
        return Attribution(AttributionKind.HISTORY, _include_rule_above(lines, at, floor), at + 1)
    if kind := _find_divider_kind(lines, at):
        start = at if kind is AttributionKind.FORWARD else _include_rule_above(lines, at, floor)
        return Attribution(kind, start, at + 1)
    if end := quoted_headers.find_headers_end(lines, at):
        start = _include_rule_above(lines, at, floor)
        introduced = start == at and _is_introduced(lines, at, floor)
        return None if introduced else Attribution(AttributionKind.HISTORY, start, end)
    return _match_attribution(lines, at, floor)


def is_forward_subject(subject: str) -> bool:
    """Whether a subject begins by saying that its message is forwarded, as Outlook's do in each language."""
    head, colon, _ = subject[:24].replace("\uff1a", ":").partition(":")
    return bool(colon) and normalize_line(head) in get_phrases("fw")


# Markers and dividers


def _is_reply_above_marker(line: str) -> bool:
    """Our own line, or another desk's: "please answer above this line"."""
    if len(line) > 160:
        return False
    if line.startswith("##") and line.endswith("##") and len(line) > 8:
        return True
    if line[0] not in DASHES + ">[(" and line[-1] not in DASHES + "])":
        return False
    return get_phrase_pattern("above").search(normalize_line(line)) is not None


def _strip_dashes(line: str) -> tuple[str, bool]:
    """The words of a line between dashes, and whether there were dashes on the left."""
    bare = line.strip()
    inner = bare.lstrip(DASHES + " >")
    dashes = len(bare) - len(inner)
    return normalize_line(inner.rstrip(DASHES + " <:\uff1a.")), dashes > 1


def _find_divider_kind(lines: Sequence[str], at: int) -> AttributionKind | None:
    line = lines[at]
    inner, dashed = _strip_dashes(line) if len(line) <= 400 else ("", False)
    if not inner or len(inner) > 160:
        return None
    kind = None
    if inner in get_phrases("forwarded"):
        kind = AttributionKind.FORWARD if dashed or line.rstrip().endswith((":", "\uff1a")) else None
    elif inner in get_phrases("original"):
        kind = AttributionKind.HISTORY if dashed or _is_header_below(lines, at) else None
    elif dashed and any(inner.startswith(f"{phrase} ") for phrase in ("forwarded by", "weitergeleitet von")):
        kind = AttributionKind.FORWARD
    elif dashed and (is_groupwise_divider(line) or _is_unusual_divider(lines, at, inner)):
        kind = AttributionKind.HISTORY
    return kind


def _is_unusual_divider(lines: Sequence[str], at: int, inner: str) -> bool:
    """A divider that says more: the head in the same line, who wrote when (Zoho), or words of a tongue not known."""
    first, dashes, _ = inner.partition("--")
    if dashes and first.strip(DASHES + " ") in get_phrases("original"):
        return True
    if has_wrote_word(inner) and has_date(inner) and has_address(inner):
        return True
    return lines[at].rstrip()[-2:].strip(DASHES) == "" and quoted_headers.is_unknown_header_block(lines, at + 1)


def is_groupwise_divider(line: str) -> bool:
    """``>>> Ivan Petrov 11/20/26 10:15 AM >>>``"""
    bare = line.strip()
    return bare.startswith(">>>") and bare.endswith(">>>") and has_date(normalize_line(bare))


def _is_header_below(lines: Sequence[str], at: int) -> bool:
    for line in lines[at + 1 : at + 4]:
        if line.strip():
            return bool(quoted_headers.find_header_label(line))
    return False


def _include_rule_above(lines: Sequence[str], at: int, floor: int) -> int:
    """Where the opening really begins: a rule, a divider or an attribution just above belongs to it."""
    above = at
    while above > floor and not lines[above - 1].strip() and at - above < 3:
        above -= 1
    if above <= floor:
        return at
    line = lines[above - 1]
    if _MESSAGE_OF.match(normalize_line(line)):
        return above - 1
    if is_separator_line(line) or _strip_dashes(line)[0] in get_phrases("original"):
        return above - 1
    found = _match_attribution(lines, above - 1, floor)
    return found.start if found else at


def _is_introduced(lines: Sequence[str], at: int, floor: int) -> bool:
    """Whether a person announced what follows: "here are the headers:"."""
    for line in reversed(lines[max(floor, at - 2) : at]):
        if bare := line.rstrip():
            return bare.endswith((":", "\uff1a")) and not quoted_headers.find_header_label(line)
    return False


# Attributions


def _match_attribution(lines: Sequence[str], at: int, floor: int) -> Attribution | None:
    """The attribution that ends at a line; the shortest stretch of lines that says enough, and what belongs to it."""
    if not _may_end_attribution(lines[at]):
        return Attribution(AttributionKind.HISTORY, at, at + 1, True) if _is_joined_attribution(lines[at]) else None
    weak: Attribution | None = None
    said = ""
    for start in range(at, max(floor, at - MAX_ATTRIBUTION_LINES + 1) - 1, -1):
        if not lines[start].strip() or len(lines[start]) > 400:
            break
        said = f"{normalize_line(lines[start])} {said}".strip()
        kind = _choose_attribution_kind(said)
        if kind is AttributionKind.HISTORY:
            begun = _find_attribution_start(lines, start, floor)
            return Attribution(kind, begun - (begun > floor and is_separator_line(lines[begun - 1])), at + 1, True)
        if kind is AttributionKind.QUOTE and weak is None:
            weak = Attribution(kind, start, at + 1, True)
    return weak


def _may_end_attribution(line: str) -> bool:
    """A cheap look at how a line ends, since nearly none is the end of an attribution."""
    tail = normalize_line(line[-80:]).rstrip(" " + DASHES)
    if tail.endswith(":") or (tail.endswith(">") and "@" in tail):
        return True
    return bool(tail) and tail.rsplit(None, 1)[-1] in get_single_words("wrote")


def _is_joined_attribution(line: str) -> bool:
    """Whether the quoted message begins in the same line: Yahoo joins them."""
    if "@" not in line:
        return False
    pieces = line[:400].split(": ", 6)[:-1]
    for count in range(1, len(pieces) + 1):
        last = pieces[count - 1].rsplit(None, 1)
        if last and normalize_line(last[-1]) in get_single_words("wrote"):
            return _choose_attribution_kind(normalize_line(": ".join(pieces[:count])) + ":") is AttributionKind.HISTORY
    return False


def _choose_attribution_kind(said: str) -> AttributionKind | None:
    """HISTORY for what only a program writes, QUOTE for what a person might have, None for neither."""
    bare = said.strip("*_ " + DASHES)
    colon = bare.endswith(":")
    wrote, post, day = has_wrote_word(bare), has_address(bare), has_date(bare)
    early = _DIGIT.search(bare, 0, 36) is not None
    timed = TIME_OF_DAY.search(bare) is not None
    if wrote and day and (post or (timed and early and colon)):
        return AttributionKind.HISTORY
    if (
        post
        and day
        and timed
        and colon
        and (_BRACKETED_ADDRESS.search(bare) or (early and _ADDRESS_AND_COLON.search(bare)))
    ):
        return (
            AttributionKind.HISTORY
        )  # Yandex, Mail.ru, and languages not known: 20.11.2026, 10:15, "Ivan" <ivan@...>:
    if post and not colon:
        return AttributionKind.HISTORY if NUMERIC_DATE.match(bare) and bare.endswith(">") and len(bare) < 160 else None
    return AttributionKind.QUOTE if colon and (wrote or day or post) and len(bare) < 300 else None


def _find_attribution_start(lines: Sequence[str], start: int, floor: int) -> int:
    """An attribution that was broken early: "On Fri, Nov 20," or a name or an address stands in a line above."""
    for above in range(start - 1, max(floor, start - 3) - 1, -1):
        line, below = normalize_line(lines[above]).strip(" " + DASHES), lines[above + 1].strip()
        if not line or line.endswith((".", "!", "?", ":", ";")) or len(line) > 120:
            return start
        first = above == floor or not lines[above - 1].strip()
        day = _DIGIT.search(line, 0, 24) and (line.endswith(",") or has_date(line))
        if (
            day
            or _BRACKETED_ADDRESS.fullmatch(line.rstrip(","))
            or (first and (has_address(line) or below.startswith("<")))
        ):
            start = above
        else:
            return start
    return start
