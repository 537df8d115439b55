"""What is new in a reply: quoted history and signatures are folded away, and nothing a person wrote is.

A scanner of lines, without a backtracking pattern: each line is looked at a bounded number of times. Folding is only a
view; the full text is kept beside it. Answers written between quotes are kept, together with the numbered question
line they answer. If nothing would be left, or the words say that the answer stands below and no mark tells old
from new there, everything is shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MARKERS = {
    "ru": "##- Отвечайте, пожалуйста, выше этой строки -##",
    "en": "##- Please answer above this line -##",
}
"""Our own line, by language: what stands below it is ours."""

WROTE = (
    "wrote:", "writes:", "написал:", "написала:", "написал(а):", "написали:", "пишет:", "писал:", "писала:",
    "писал(а):",
)  # fmt: skip
DIVIDERS = (
    "original message", "исходное сообщение", "первоначальное сообщение", "оригинальное сообщение",
    "исходное письмо", "reply message", "ответ на сообщение",
)  # fmt: skip
LABELS = {
    "from": "from", "от": "from", "от кого": "from",
    "sent": "date", "date": "date", "отправлено": "date", "дата": "date", "отправлен": "date", "послано": "date",
    "to": "to", "кому": "to",
    "subject": "subject", "тема": "subject",
    "cc": "cc", "копия": "cc", "reply-to": "cc",
}  # fmt: skip
DEVICES = (
    "отправлено с ", "отправлено из ", "отправлено через ", "послано с ", "sent from ", "sent via ", "sent with ",
    "get outlook for ", "получить outlook для ", "загрузить outlook для ", "скачать outlook для ",
)  # fmt: skip
SIGN_OFFS = (
    "с уважением", "с наилучшими пожеланиями", "всего доброго", "best regards", "kind regards", "regards", "sincerely",
    "with best regards", "yours sincerely", "best wishes",
)  # fmt: skip
TELLING = ("договор", "лицев", "логин", "абонент", "л/с", "contract", "account", "login", "serial")
BELOW = (
    "ниже",
    "под вопрос",
    "в тексте",
    "внутри письма",
    "below",
    "inline",
    "in-line",
    "under each",
    "under the quest",
)
MONTHS = ("янв", "фев", "мар", "апр", "мая", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")

_TIME, _YEAR, _DIGIT = re.compile(r"\d:\d\d"), re.compile(r"20\d"), re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Folded:
    """The view of a letter: every line of it that is not blank stands in one of ``text``, ``signature``, ``quoted``.

    ``text`` is what is new, with quotes and signature folded; ``text_and_signature`` has only the quotes folded;
    ``quoted`` and ``signature`` are what was folded, "" for nothing.
    """

    text: str
    text_and_signature: str
    quoted: str = ""
    signature: str = ""


def folded(full: str) -> Folded:
    """The view of a letter's text without its quotes and signature."""
    lines = full.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept, quoted = _unquoted(lines)
    signed = _tidy(kept)
    human = _unsigned(kept)
    text = _tidy(human)
    if not text or (
        len(text) < 300 and any(words in text.lower() for words in BELOW) and _history_start(lines) < len(lines)
    ):
        return Folded(full.strip(), full.strip())  # answers stand in a history that nothing marks as old
    return Folded(text, signed, _tidy(quoted), _tidy(kept[len(human) :]))


def depth(line: str) -> int:
    """How many ``>`` stand before a line."""
    count = 0
    for char in line[:40]:
        if char == ">":
            count += 1
        elif char not in " \t":
            break
    return count


def _bare(line: str) -> str:
    return line.lstrip("> \t").rstrip()


def _unquoted(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines with the history taken out, and the history."""
    end = _history_start(lines)
    kept: list[str] = []
    quoted: list[str] = []
    block: list[str] = []
    at = 0
    while at < end:
        if length := _attribution(lines, at):
            quoted += lines[at : at + length]
            at += length
        elif depth(lines[at]):
            block.append(lines[at])
            at += 1
        else:
            if lines[at].strip() and block:
                asked = _asked(block)
                kept += asked
                quoted += [line for line in block if line not in asked]
                block = []
            kept.append(lines[at])
            at += 1
    return kept, quoted + block + lines[end:]


def _asked(block: list[str]) -> list[str]:
    """Of a quoted block that somebody answered: the last numbered question in it, as it was quoted."""
    for index in range(len(block) - 1, -1, -1):
        if _numbered(_bare(block[index])):
            return [line for line in block[index : index + 12] if _bare(line)]
    return []


def _numbered(line: str) -> bool:
    digits = len(line) - len(line.lstrip("0123456789"))
    return 0 < digits <= 3 and line[digits : digits + 1] in (")", ".") and bool(line[digits + 1 :].strip())


def _history_start(lines: list[str]) -> int:
    """Where unmarked history begins: below it nothing is quoted line by line, and everything is old."""
    for at, line in enumerate(lines):
        if depth(line):
            continue
        if _ours(line) or _divider(line) or _header_block(lines, at):
            return _before_rule(lines, at)
        length = _attribution(lines, at)
        if length and not _quote_follows(lines, at + length) and at + length < len(lines):
            return at
    return len(lines)


def _before_rule(lines: list[str], at: int) -> int:
    """A rule of underscores, or an attribution, above the divider belongs to it."""
    while at and not lines[at - 1].strip():
        at -= 1
    if at and set(lines[at - 1].strip()) <= set("_-") and len(lines[at - 1].strip()) > 9:
        return at - 1
    for length in (1, 2, 3):
        if at >= length and _attribution(lines, at - length) == length:
            return at - length
    return at


def _ours(line: str) -> bool:
    bare = line.strip()
    return bare.startswith("##-") and bare.endswith("-##")


def _divider(line: str) -> bool:
    bare = line.strip()
    return len(bare) < 80 and bare.startswith("--") and bare.strip("- ").lower() in DIVIDERS


def _header_block(lines: list[str], at: int) -> bool:
    """Outlook's way: From, Sent, To, Subject on lines of their own."""
    if _label(lines[at]) not in ("from", "date"):
        return False
    labels = {_label(line) for line in lines[at : at + 6]} - {""}
    return "from" in labels and len(labels) >= 3


def _label(line: str) -> str:
    head, colon, _ = line[:200].strip().lstrip("*").partition(":")
    return LABELS.get(head.strip(" *\xa0").lower(), "") if colon else ""


def _attribution(lines: list[str], at: int) -> int:
    """How many lines from here say who wrote the quote that follows; 0 for none."""
    joined = ""
    for length in (1, 2, 3):
        if at + length > len(lines):
            return 0
        line = _bare(lines[at + length - 1])
        if not line or len(line) > 300:
            return 0
        joined = f"{joined} {line}".strip()
        if line.endswith(":"):
            return length if _says_who(joined.lower(), length) else 0
        if length == 1 and not _begins_attribution(joined.lower()):
            return 0
    return 0


def _begins_attribution(line: str) -> bool:
    return line.startswith(("on ", "в ", "am ", "le ")) or (_DIGIT.search(line, 0, 24) is not None and _dated(line))


def _says_who(line: str, length: int) -> bool:
    wrote = line.endswith(WROTE)
    addressed = "@" in line and _dated(line)
    return (wrote and (_dated(line) or "@" in line or length == 1)) or addressed


def _dated(line: str) -> bool:
    """A year with a time or a month, or a short date with dots or slashes."""
    timed = _TIME.search(line, 0, 200) is not None
    year = _YEAR.search(line) is not None
    if not (timed or year):
        return False
    month = any(month in line for month in MONTHS)
    return (timed and (year or month or "." in line or "/" in line)) or (year and month)


def _quote_follows(lines: list[str], at: int) -> bool:
    for line in lines[at : at + 4]:
        if depth(line):
            return True
        if line.strip():
            return False
    return False


def _unsigned(lines: list[str]) -> list[str]:
    """The lines before the signature: after "-- ", a phone's advertisement, or a short sign-off at the very end."""
    lines = _without_tail(lines)
    for at in range(len(lines) - 1, max(0, len(lines) - 20), -1):
        if depth(lines[at]):
            break
        if lines[at].rstrip() == "--":
            lines = _without_tail(lines[:at])
            break
    for _ in range(3):
        tail = lines[-1].strip().lower() if lines else ""
        if len(tail) < 80 and tail.startswith(DEVICES):
            lines = _without_tail(lines[:-1])
    for at in range(len(lines) - 1, max(-1, len(lines) - 8), -1):
        if _signs_off(lines, at):
            return lines[:at]
    return lines


def _without_tail(lines: list[str]) -> list[str]:
    last = len(lines)
    while last and not lines[last - 1].strip():
        last -= 1
    return lines[:last]


def _signs_off(lines: list[str], at: int) -> bool:
    head = lines[at].strip().lower()
    if not head.startswith(SIGN_OFFS) or len(head) > 60:
        return False
    rest = " ".join(lines[at:]).lower()
    return all(len(line) <= 60 for line in lines[at:]) and not any(word in rest for word in TELLING)


def _tidy(lines: list[str]) -> str:
    """No blank lines at the ends, and never more than one together."""
    out: list[str] = []
    for line in lines:
        stripped = line.rstrip()
        if stripped or (out and out[-1]):
            out.append(stripped)
    return "\n".join(out).strip("\n")
