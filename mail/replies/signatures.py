"""Where the signature begins: "-- ", a closing formula with a name, "Sent from my iPhone", legal notices, list footers.

Only the end of a message is looked at, a bounded number of lines. A closing that names a contract or a login is not
folded, since the desk needs it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mail.replies.line_features import DASHES, has_address, is_separator_line
from mail.replies.phrase_tables import get_phrases, normalize_line
from mail.replies.small_print import SITE, contains_phrase, is_advertisement, is_small_print

MAX_LINES = 30
"""So many lines that are not blank are looked at, from the end; small print is not counted."""
MAX_CLOSING_LINES = 14
MAX_FOOTERS = 12
FOREIGN_PUNCTUATION = "\u060c\u3001\u3002\uff0c\uff0e\uff01\u0964"
"""Commas, full stops and exclamation marks of other scripts."""
SIGNATURE_DELIMITERS = frozenset({"--", "- -", "-- --", "\u2014", "\u2013", "\u2013\u2013", "\u2014\u2014"})
VERB_ENDINGS = (
    "ает", "яет", "ует", "ит", "ят", "ют", "ал", "ил", "ел", "ать", "ить", "еть", "тся", "лся", "лась", "ила", "ала",
    "нужен", "нужна", "нужны",
)  # fmt: skip
"""How words end in Russian that tell what somebody does: those of a trade end otherwise."""
NAME_PARTICLES = frozenset({"de", "van", "von", "der", "da", "di", "la", "del", "bin", "и", "and", "&"})
NEGATIONS = frozenset({"не", "нет", "not", "no"})
LABELS = (
    "тел", "моб", "сот", "раб", "дом", "факс", "почт", "сайт", "эл", "вн", "доб", "tel", "phone", "mob", "cell", "fax",
    "mail", "e-mail", "email", "web", "site", "skype", "telegram", "whatsapp", "viber", "ext", "office", "m", "t", "p",
)  # fmt: skip
"""How the words begin that stand before a number or an address in a signature."""
_TRADE = re.compile(
    r"(?:(?:главный|старший|ведущий|младший|генеральный|коммерческий|технический|исполнительный|финансовый) )?"
    r"(?:менеджер|директор|инженер|бухгалтер|специалист|начальник|руководитель|администратор|программист|юрист|эксперт"
    r"|секретарь|консультант|manager|director|engineer|accountant|specialist|officer|assistant|consultant|developer"
    r"|directeur|directrice|responsable|ingénieur|gérant|geschäftsführer|leiter|gerente)"
    r"(?: (?:technique|commercial|commerciale|général|générale))?"
    r"(?: (?:по|of|for|отдела|службы|группы|департамента|компании|проекта|проектов)(?: [^ ]{2,30}){1,3})?"
)


_PHONE = re.compile(r"\+?\(?\d(?:[ ().-]{0,2}\d){6,13}(?!\d)")
_DIGIT = re.compile(r"\d")
_COMPANY = re.compile(
    r"[ ,]+(?:(?:в|at|bei|chez|en) )?"
    r"(?:ооо|оао|пао|зао|ао|ип|тов|мбоу|гбоу|фгуп|ltd|llc|inc|gmbh|ag|s\.a\.|s\.l\.|sarl|a\.ş\.)"
    r"(?: [«\"„'][^»\"“']{1,60}[»\"“']?| [^ ]{2,40}){0,2}"
)


def find_signature(lines: Sequence[str], author: str = "", *, more: bool = False) -> int:
    """At which line the signature begins, ``len(lines)`` when there is none.

    ``author`` is the name in From, "" when it is not known; ``more`` says that more of a signature follows the lines.
    """
    end = _skip_blank_end(lines, len(lines))
    at = _strip_footers(lines, end, more)
    if (found := _find_delimiter(lines, at)) < at:
        below, at = lines[found:at], _strip_footers(lines, found)
        if _find_closing(lines, at, author) == at:
            at = _drop_repeated_name(lines, at, below)
    for look in (_find_closing, _find_rule, _find_name, _find_contacts):
        if (found := look(lines, at, author)) < at:
            at = _strip_footers(lines, found)
    at = _begin_below_matter(lines, at, end, author)
    return at if at < end else len(lines)


def _begin_below_matter(lines: Sequence[str], begin: int, end: int, author: str) -> int:
    """Where the signature begins, if what begins at ``begin`` has words in it that no signature has: below these.

    Below a formal "-- ", or a rule with an address below it, everything is a signature, as is what machines put below.
    """
    stop = next((at for at in range(begin, end) if _is_formal(lines, at, end)), end)
    at = stop
    while at > begin:
        at = _skip_blank_end(lines, at)
        first = max(_find_paragraph_start(lines, at), begin)
        if at <= begin:
            break
        if not is_small_print(lines[first:at]):
            for line in range(at - 1, first - 1, -1):
                if not _may_be_signed(lines[line], author):
                    return line + 1
        at = first
    return begin


def _is_formal(lines: Sequence[str], at: int, end: int) -> bool:
    if lines[at].rstrip("\r\n") == "-- ":
        return True
    return is_separator_line(lines[at]) and _find_rule(lines, end, "") <= at and any(map(_has_contact, lines[at:end]))


def _may_be_signed(line: str, author: str) -> bool:
    """Whether a line may stand in a signature: a name, a formula, a trade, a place, how to reach somebody."""
    bare = line.strip()
    if not bare or bare in SIGNATURE_DELIMITERS or is_separator_line(bare) or is_advertisement(bare):
        return True
    said = normalize_line(bare).strip(" ,.!;:)(" + FOREIGN_PUNCTUATION + DASHES)
    formula = said in get_phrases("closing") or said in get_phrases("thanks")
    return formula or _is_author(bare, author) or _is_closing_with_name(bare, author) or _tells_trade_or_place(bare)


def _tells_trade_or_place(bare: str) -> bool:
    """Whether there are only names, and words that stand before a number or an address: a sentence has others."""
    pieces = [normalize_line(piece).strip(" .") for piece in bare.split(",", 3)]
    trade = _COMPANY.sub("", pieces[-1], count=1)
    said = trade.split()
    if _TRADE.fullmatch(trade) and NEGATIONS.isdisjoint(said) and not any(one.endswith(VERB_ENDINGS) for one in said):
        return len(pieces) == 1 or _tells_trade_or_place(bare.rpartition(",")[0])
    plain = _PHONE.sub(" ", SITE.sub(" ", bare[:300])).rstrip(" .")
    reached = _has_contact(bare)
    if bare.endswith(("!", "?")):
        return False
    words = [word.strip(",;:()<>[]|/\"'«»+" + DASHES) for word in plain.split() if "@" not in word]
    words = [word for word in words if any(map(str.isalpha, word))]
    if len(words) > 10 or (len(words) > 1 and plain.isupper()):
        return False
    small = [word for word in words if word[0].islower() and word not in NAME_PARTICLES]
    sentences = [word for word in words if word.endswith(".") and len(word) > 5]
    labels = [word for word in small if reached and word.lower().startswith(LABELS)]
    return len(small) == len(labels) and not sentences


def _skip_blank_end(lines: Sequence[str], at: int) -> int:
    """Without blank lines."""
    while at and not lines[at - 1].strip():
        at -= 1
    return at


def _find_paragraph_start(lines: Sequence[str], end: int) -> int:
    """Where the paragraph that ends here begins."""
    at = end
    while at and lines[at - 1].strip() and end - at < MAX_LINES:
        at -= 1
    return at


def _last_lines(lines: Sequence[str], end: int, most: int) -> range:
    """The indexes of at most so many lines that are not blank, before ``end``, first to last."""
    at, count = end, 0
    while at and count < most and end - at < 3 * most:
        at -= 1
        count += bool(lines[at].strip())
    return range(at, end)


# What machines put below


def _strip_footers(lines: Sequence[str], end: int, peeled: bool = False) -> int:
    """The end of what is left without advertisements, small print, scanners' seals and feet of lists."""
    end = _skip_blank_end(lines, end)
    whole = end + peeled
    for _ in range(MAX_FOOTERS):
        begin = _find_paragraph_start(lines, end)
        last = lines[end - 1] if end else ""
        if end and is_advertisement(last):
            end = _skip_blank_end(lines, end - 1)
        elif begin < end and is_small_print(lines[begin:end]):
            end = _skip_blank_end(lines, begin)
        elif end and end < whole and (is_separator_line(last) or last.strip() in SIGNATURE_DELIMITERS):
            end = _skip_blank_end(lines, end - 1)
        else:
            break
    return end


# What people put below


def _find_delimiter(lines: Sequence[str], end: int) -> int:
    """The first "-- " whose lines below may be a signature (RFC 3676, 4.3, and how it is mistyped)."""
    window = _last_lines(lines, end, MAX_LINES)
    for at in window:
        bare = lines[at].strip()
        if bare in SIGNATURE_DELIMITERS and at + 1 < end:
            exact = lines[at].rstrip("\r\n") == "-- "
            if exact or (_are_short(lines[at + 1 : end], 16, 120)):
                return at
        elif (
            bare.startswith("-- ") and at > 0 and not lines[at - 1].strip() and _looks_like_name(bare[3:].split(",")[0])
        ):
            return at
    return end


def _drop_repeated_name(lines: Sequence[str], end: int, below: Sequence[str]) -> int:
    """Without a last line that only says the name which the signature below it says again."""
    last = lines[end - 1] if end else ""
    shown = next((line for line in below if line.strip() and line.strip() not in SIGNATURE_DELIMITERS), "")
    return end - 1 if _looks_like_name(last) and _is_author(last, shown) else end


def _find_rule(lines: Sequence[str], end: int, author: str) -> int:
    """A rule of dashes or underscores whose lines below speak of how to reach somebody."""
    for at in _last_lines(lines, end, 12):
        if is_separator_line(lines[at]) and at + 1 < end:
            below = [line for line in lines[at + 1 : end] if line.strip()]
            if _are_short(below, 10, 90) and any(_has_contact(line) or _is_author(line, author) for line in below):
                return at
    return end


def _find_closing(lines: Sequence[str], end: int, author: str) -> int:
    """The first closing formula below which there is only what stands in signatures."""
    for at in _last_lines(lines, end, MAX_CLOSING_LINES):
        if lines[at].strip() and _is_closing(lines, at, end, author) and not _names_account(lines[at:end]):
            return at
    return end


def _is_closing(lines: Sequence[str], at: int, end: int, author: str) -> bool:
    line = lines[at].strip()
    if len(line) > 140 or line.endswith("?"):
        return False
    below = [one for one in lines[at + 1 : end] if one.strip()]
    if not _are_short(below, MAX_CLOSING_LINES, 120) or any(_is_sentence(one) for one in below):
        return False
    bare = normalize_line(line).strip(" ,.!;:)(" + FOREIGN_PUNCTUATION + DASHES)
    if bare in get_phrases("closing"):
        return True
    if bare in get_phrases("thanks"):
        return bool(below) and (_looks_like_name(below[0]) or _is_author(below[0], author))
    return _is_closing_with_name(line, author)


def _is_closing_with_name(line: str, author: str) -> bool:
    """ "Best regards, Ivan Petrov" in one line."""
    shown = line.strip(" " + DASHES)
    said = normalize_line(shown)
    if len(said) != len(shown):
        shown = said  # letters that change their length: their case cannot be compared
    pieces = said.replace(",", " ").replace(".", " ").split()
    for count in range(min(6, len(pieces) - 1), 0, -1):
        if " ".join(pieces[:count]) not in get_phrases("closing"):
            continue
        at = 0
        for piece in pieces[:count]:
            at = said.index(piece, at) + len(piece)
        rest = shown[at:].strip(" ,.!:" + DASHES)
        comma = shown[at : at + 2].strip()[:1] in (",", ":", ".")
        return (
            _looks_like_name(rest.partition("(")[0], strict=not comma or " " in rest)  # "cheers, it works" names nobody
            or _is_author(rest, author)
            or (comma and bool(_DIGIT.search(rest)))
        )
    return False


def _find_name(lines: Sequence[str], end: int, author: str) -> int:
    """A name alone in the last line: "-Ivan", or the author's own; or the author's name above short lines."""
    if not end:
        return end
    last = lines[end - 1].strip()
    before = lines[_skip_blank_end(lines, end - 1) - 1].strip() if _skip_blank_end(lines, end - 1) else ""
    name = last.lstrip("-\u2013\u2014~ ")
    dashed = (
        name != last
        and _looks_like_name(name)
        and 2 < len(name) < 40
        and normalize_line(name).strip(" .!,") not in get_phrases("thanks")
    )
    if author and not _is_author(name, author):
        dashed = False  # a dash before something else
    if dashed and before and before[0] not in "-\u2013\u2014~*\u2022" and not before.endswith((":", "?")):
        return end - 1
    if not author:
        return end
    begin = _find_paragraph_start(lines, end)
    if (
        _is_author(lines[begin], author)
        and _are_short(lines[begin + 1 : end], 8, 100)
        and not _names_account(lines[begin:end])
    ):
        return begin
    return end - 1 if _is_author(last, author) else end


def _find_contacts(lines: Sequence[str], end: int, author: str) -> int:
    """A last paragraph of a name and how to reach it."""
    begin = _find_paragraph_start(lines, end)
    if (
        begin == 0
        or end - begin < 2
        or not _looks_like_name(lines[begin], strict=True)
        or len(lines[begin].split()) < 2
        or (author and not _shares_word(lines[begin], author))
    ):
        return end
    below = lines[begin + 1 : end]
    reach = (
        _are_short(below, 10, 110) and not any(_is_sentence(line) for line in below) and any(map(_has_contact, below))
    )
    return begin if reach and not _names_account(lines[begin:end]) else end


def _shares_word(line: str, author: str) -> bool:
    """Whether a name may be the author's: one in other letters may be."""
    mine, other = normalize_line(author), normalize_line(line)
    return mine.isascii() != other.isascii() or not set(other.split()).isdisjoint(mine.replace(",", " ").split())


def _are_short(lines: Sequence[str], most: int, longest: int) -> bool:
    shown = [line for line in lines if line.strip()]
    return len(shown) <= most and all(len(line.strip()) <= longest for line in shown)


def _is_sentence(line: str) -> bool:
    """Whether a line reads like something said rather than a name, a trade or an address."""
    said = line.strip()
    if said.endswith("?") or normalize_line(said).startswith(
        ("p.s", "ps:", "ps.", "p.p.s", "з.ы", "п.с", "пс ", "пс:", "ps ")
    ):
        return True
    return len(said.split()) >= 8 and said.endswith((".", "!", "\u3002")) and not _has_contact(said)


def _has_contact(line: str) -> bool:
    """A phone number, an address or a site."""
    return bool(_PHONE.search(line) or SITE.search(line[:300]) or has_address(line[:300]))


def _names_account(lines: Sequence[str]) -> bool:
    """Whether a signature says what the desk asks for: a contract or a login, by its number."""
    for line in lines:
        said = normalize_line(line)
        if contains_phrase(said, "telling") and _DIGIT.search(said):
            return True
    return False


def _looks_like_name(line: str, strict: bool = True) -> bool:
    """One to five words, each with a capital where its script has them, and no number."""
    said = line.strip(" .,!;" + DASHES)
    pieces = said.replace(",", " ").replace(".", " ").split()
    if not 0 < len(pieces) <= 5 or len(said) > 60 or _DIGIT.search(said) or said.endswith(("?", ":")):
        return False
    if not strict:
        return True
    plain = [piece.strip("()\"'«»") for piece in pieces]
    lower = [piece for piece in plain if piece[:1].islower() and piece not in NAME_PARTICLES]
    return not lower and any(piece[:1].isalpha() for piece in plain)


def _is_author(line: str, author: str) -> bool:
    """Whether a line holds nothing but words of the author's name."""
    said = normalize_line(line).strip(" .,!" + DASHES)
    mine = set(normalize_line(author).replace(",", " ").split())
    pieces = said.replace(",", " ").split()
    return bool(pieces) and len(pieces) <= 4 and all(piece in mine and len(piece) > 1 for piece in pieces)
