"""Where a person's words end and the signature begins: "-- ", a closing formula with a name, a phone's advertisement,
legal small print, the foot of a mailing list.

Only the end of a letter is looked at, a bounded number of lines. A closing that names a contract or a login is no
mere signature to this desk: such words stay in sight.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mail.replies.line_features import DASHES, addressed, is_rule
from mail.replies.phrase_tables import all_of, either, runs, spoken, within

LINES = 30
"""So many lines that are not blank are looked at, from the end; small print is not counted."""
CLOSING_LINES = 14
PEELINGS = 12
WIDE = "\u060c\u3001\u3002\uff0c\uff0e\uff01\u0964"
"""Commas, full stops and exclamation marks of other scripts."""
DELIMITERS = frozenset({"--", "- -", "-- --", "\u2014", "\u2013", "\u2013\u2013", "\u2014\u2014"})
PARTICLES = frozenset({"de", "van", "von", "der", "da", "di", "la", "del", "bin", "и", "and", "&"})


_PHONE = re.compile(r"\+?\(?\d(?:[ ().-]{0,2}\d){6,13}(?!\d)")
_SITE = re.compile(
    r"(?:https?://|www\.)[^\s]{3,200}|\b[\w-]{2,60}\.(?:ru|com|net|org|de|su|ua|by|kz|fr|it|es|eu|io|uk|pl)\b"
)
_DIGIT = re.compile(r"\d")


def start(lines: Sequence[str], author: str = "", *, more: bool = False) -> int:
    """At which line the signature begins, ``len(lines)`` when there is none.

    ``author`` is the name in From, "" when it is not known; ``more`` says that more of a signature follows the lines.
    """
    end = _end(lines, len(lines))
    at = _peeled(lines, end, more)
    if (found := _delimited(lines, at)) < at:
        below, at = lines[found:at], _peeled(lines, found)
        if _closed(lines, at, author) == at:
            at = _without_name(lines, at, below)
    for look in (_closed, _delimited_by_rule, _named, _contacts):
        if (found := look(lines, at, author)) < at:
            at = _peeled(lines, found)
    return at if at < end else len(lines)


def _end(lines: Sequence[str], at: int) -> int:
    """Without blank lines."""
    while at and not lines[at - 1].strip():
        at -= 1
    return at


def _paragraph(lines: Sequence[str], end: int) -> int:
    """Where the paragraph that ends here begins."""
    at = end
    while at and lines[at - 1].strip() and end - at < LINES:
        at -= 1
    return at


def _window(lines: Sequence[str], end: int, most: int) -> range:
    """The indexes of at most so many lines that are not blank, before ``end``, first to last."""
    at, count = end, 0
    while at and count < most and end - at < 3 * most:
        at -= 1
        count += bool(lines[at].strip())
    return range(at, end)


# What machines put below


def _peeled(lines: Sequence[str], end: int, peeled: bool = False) -> int:
    """The end of what is left without advertisements, small print, scanners' seals and feet of lists."""
    end = _end(lines, end)
    whole = end + peeled
    for _ in range(PEELINGS):
        begin = _paragraph(lines, end)
        last = lines[end - 1] if end else ""
        if end and is_advert(last):
            end = _end(lines, end - 1)
        elif begin < end and _small_print(lines[begin:end]):
            end = _end(lines, begin)
        elif end and end < whole and (is_rule(last) or last.strip() in DELIMITERS):
            end = _end(lines, end - 1)
        else:
            break
    return end


def is_advert(line: str) -> bool:
    """Whether a line is what a phone or a program adds by itself: "Sent from my iPhone"."""
    if len(line) > 300:
        return False
    said = spoken(line)
    for opened in ("<http", "(http", "[http"):
        said = said.partition(opened)[0]
    said = said.strip(" .!,[]()<>\"'«»" + DASHES).removeprefix("com os").strip()
    if not said or len(said) > 140 or "?" in said:
        return False
    count = len(said.split())
    advert = said.startswith(either("advert"))
    first = said.startswith(either("sent")) and any(_begins(said, word) for word in all_of("sent"))
    last = count <= 6 and said.endswith(either("sent_last"))
    if advert and count <= 9:
        return True
    return count <= 16 and (advert or first or last) and _has(said, "device")


def _begins(said: str, word: str) -> bool:
    return said.startswith(word) and (word in runs("sent") or not said[len(word) : len(word) + 1].isalpha())


def _has(said: str, key: str) -> bool:
    return within(key).search(said) is not None


def _small_print(paragraph: Sequence[str]) -> bool:
    said = " ".join(spoken(line) for line in paragraph)[:4000]
    if _has(said, "lists") and (is_rule(paragraph[0]) or _SITE.search(said) or addressed(said)):
        return True
    if len(said) < 200 and _has(said, "scanner") and _has(said, "scanned"):
        return True
    if len(said) < 50 or "?" in said or not _has(said, "private"):
        return False
    return sum(word in said for word in all_of("private")) >= 2


# What people put below


def _delimited(lines: Sequence[str], end: int) -> int:
    """The first "-- " whose lines below may be a signature (RFC 3676, 4.3, and how it is mistyped)."""
    window = _window(lines, end, LINES)
    for at in window:
        bare = lines[at].strip()
        if bare in DELIMITERS and at + 1 < end:
            exact = lines[at].rstrip("\r\n") == "-- "
            if exact or (_short(lines[at + 1 : end], 16, 120)):
                return at
        elif bare.startswith("-- ") and at > 0 and not lines[at - 1].strip() and _name_like(bare[3:].split(",")[0]):
            return at
    return end


def _without_name(lines: Sequence[str], end: int, below: Sequence[str]) -> int:
    """Without a last line that only says the name which the signature below it says again."""
    last = lines[end - 1] if end else ""
    shown = next((line for line in below if line.strip() and line.strip() not in DELIMITERS), "")
    return end - 1 if _name_like(last) and _is_author(last, shown) else end


def _delimited_by_rule(lines: Sequence[str], end: int, author: str) -> int:
    """A rule of dashes or underscores whose lines below speak of how to reach somebody."""
    for at in _window(lines, end, 12):
        if is_rule(lines[at]) and at + 1 < end:
            below = [line for line in lines[at + 1 : end] if line.strip()]
            if _short(below, 10, 90) and any(_reaches(line) or _is_author(line, author) for line in below):
                return at
    return end


def _closed(lines: Sequence[str], end: int, author: str) -> int:
    """The first closing formula below which there is only what stands in signatures."""
    for at in _window(lines, end, CLOSING_LINES):
        if lines[at].strip() and _closes(lines, at, end, author) and not _tells(lines[at:end]):
            return at
    return end


def _closes(lines: Sequence[str], at: int, end: int, author: str) -> bool:
    line = lines[at].strip()
    if len(line) > 140 or line.endswith("?"):
        return False
    below = [one for one in lines[at + 1 : end] if one.strip()]
    if not _short(below, CLOSING_LINES, 120) or any(_sentence(one) for one in below):
        return False
    bare = spoken(line).strip(" ,.!;:)(" + WIDE + DASHES)
    if bare in all_of("closing"):
        return True
    if bare in all_of("thanks"):
        return bool(below) and (_name_like(below[0]) or _is_author(below[0], author))
    return _closes_with_name(line, author)


def _closes_with_name(line: str, author: str) -> bool:
    """ "Best regards, Ivan Petrov" in one line."""
    shown = line.strip(" " + DASHES)
    said = spoken(shown)
    if len(said) != len(shown):
        shown = said  # letters that change their length: their case cannot be compared
    pieces = said.replace(",", " ").replace(".", " ").split()
    for count in range(min(6, len(pieces) - 1), 0, -1):
        if " ".join(pieces[:count]) not in all_of("closing"):
            continue
        at = 0
        for piece in pieces[:count]:
            at = said.index(piece, at) + len(piece)
        rest = shown[at:].strip(" ,.!:" + DASHES)
        comma = shown[at : at + 2].strip()[:1] in (",", ":", ".")
        return _name_like(rest, strict=not comma) or _is_author(rest, author) or (comma and bool(_DIGIT.search(rest)))
    return False


def _named(lines: Sequence[str], end: int, author: str) -> int:
    """A name alone in the last line: "-Ivan", or the author's own; or the author's name above short lines."""
    if not end:
        return end
    last = lines[end - 1].strip()
    before = lines[_end(lines, end - 1) - 1].strip() if _end(lines, end - 1) else ""
    name = last.lstrip("-\u2013\u2014~ ")
    dashed = (
        name != last and _name_like(name) and 2 < len(name) < 40 and spoken(name).strip(" .!,") not in all_of("thanks")
    )
    if dashed and before and before[0] not in "-\u2013\u2014~*\u2022" and not before.endswith((":", "?")):
        return end - 1
    if not author:
        return end
    begin = _paragraph(lines, end)
    if _is_author(lines[begin], author) and _short(lines[begin + 1 : end], 8, 100) and not _tells(lines[begin:end]):
        return begin
    return end - 1 if _is_author(last, author) else end


def _contacts(lines: Sequence[str], end: int, author: str) -> int:
    """A last paragraph of a name and how to reach it."""
    begin = _paragraph(lines, end)
    if begin == 0 or end - begin < 2 or not _name_like(lines[begin], strict=True) or len(lines[begin].split()) < 2:
        return end
    below = lines[begin + 1 : end]
    reach = _short(below, 10, 110) and not any(_sentence(line) for line in below) and any(map(_reaches, below))
    return begin if reach and not _tells(lines[begin:end]) else end


def _short(lines: Sequence[str], most: int, longest: int) -> bool:
    shown = [line for line in lines if line.strip()]
    return len(shown) <= most and all(len(line.strip()) <= longest for line in shown)


def _sentence(line: str) -> bool:
    """Whether a line reads like something said rather than a name, a trade or an address."""
    said = line.strip()
    if said.endswith("?") or spoken(said).startswith(("p.s", "ps:", "ps.", "p.p.s", "з.ы", "п.с", "пс ", "пс:", "ps ")):
        return True
    return len(said.split()) >= 8 and said.endswith((".", "!", "\u3002")) and not _reaches(said)


def _reaches(line: str) -> bool:
    """A phone number, an address or a site."""
    return bool(_PHONE.search(line) or _SITE.search(line[:300]) or addressed(line[:300]))


def _tells(lines: Sequence[str]) -> bool:
    """Whether a signature says what the desk asks for: a contract or a login, by its number."""
    for line in lines:
        said = spoken(line)
        if _has(said, "telling") and _DIGIT.search(said):
            return True
    return False


def _name_like(line: str, strict: bool = True) -> bool:
    """One to five words, each with a capital where its script has them, and no number."""
    said = line.strip(" .,!;" + DASHES)
    pieces = said.replace(",", " ").replace(".", " ").split()
    if not 0 < len(pieces) <= 5 or len(said) > 60 or _DIGIT.search(said) or said.endswith(("?", ":")):
        return False
    if not strict:
        return True
    plain = [piece.strip("()\"'«»") for piece in pieces]
    lower = [piece for piece in plain if piece[:1].islower() and piece not in PARTICLES]
    return not lower and any(piece[:1].isalpha() for piece in plain)


def _is_author(line: str, author: str) -> bool:
    """Whether a line holds nothing but words of the author's name."""
    said = spoken(line).strip(" .,!" + DASHES)
    mine = set(spoken(author).replace(",", " ").split())
    pieces = said.replace(",", " ").split()
    return bool(pieces) and len(pieces) <= 4 and all(piece in mine and len(piece) > 1 for piece in pieces)
