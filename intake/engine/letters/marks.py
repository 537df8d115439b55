"""The numbers by which people say which question they answer: "1) ...", "1. ... 2. ...", "11, 23". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_UNITS = (
    "мин|час|дня|дней|день|сут|недел|месяц|год|раз|minute|min|hour|day|week|month|time|утра|вечера|ночи|am|pm|"
    "комнат|этаж|устройств|телефон|компьютер|device|phone|pc"
)
_LINE_MARK = re.compile(
    r"\s{0,8}(?:(?:ответ\w*\s+)?(?:на\s+|к\s+)?(?:вопрос\w*|question|answer)\s+|q|п\.?\s?|пункт\s+)?(?:№|#)?\s?"
    r"[(\[]?(?P<number>[1-9])"
    r"(?:(?P<bracket>\s?[)\]]{1,2}[.:]?\s*|/(?!\d)\s*)|(?P<dot>\s?[.:](?![0-9])\s*|\.\s+)|"
    r"(?P<dash>\s?[-\u2013\u2014](?![0-9])\s*|\s[-\u2013\u2014]\s)|(?P<blank>\s+(?=[^\W\d])))(?P<rest>.*)",
    re.DOTALL | re.IGNORECASE,
)
_GLUED_CODE = re.compile(r"\s{0,8}(?P<number>[1-9])\s?[-\u2013\u2014.:]\s?(?P<code>(?P=number)[1-9])\s*")
_INLINE = {
    "bracket": re.compile(r"(?<=[\s,;.])[(\[]?(?P<number>[1-9])\s?[)\]/](?!\d/)(?=\s*\S)"),
    "dot": re.compile(r"(?<=[\s,;])(?P<number>[1-9])[.:](?=\s+\S|[^\W\d])"),
    "dash": re.compile(r"(?<=[\s,;])(?P<number>[1-9])\s?[-\u2013\u2014](?=\s*[^\W\d]|\s+\d)"),
}
_SPOKEN_NUMBERS = ("перв|first", "втор|second", "трет|third", "четв[её]рт|fourth")
_SPOKEN = re.compile(
    r"(?:(?<=^)|(?<=[\n.;,]))\s{0,4}(?:(?:ответ\w*|answer)\s+)?(?:(?:на|в|во|по|to|for|on)\s+)?(?:the\s+)?(?:вопрос\w*\s+|question\s+)?(?:№\s?)?"
    r"(?:(?P<digit>[1-9])(?:-?(?:й|ый|ой|е|ое|ом|м|му))?|(?P<word>" + "|".join(_SPOKEN_NUMBERS) + r")\w{0,4})"
    r"(?:\s+(?:вопрос\w*|question|пункт\w*))?\s*[:\u2013\u2014-]\s+(?=\S)",
    re.IGNORECASE,
)
_GLUED_MARK = re.compile(r"(?<=[^\W\d])(?P<number>[2-9])\)(?=\S)")
_FIRST_IN_THE_MIDST = re.compile(r"(?<=[.!:;)]\s)(?=1\s?[.)]\s?\S.*[\s;.,]2\s?[.)])")
_CODED_WORDS = re.compile(r"(?:\s*[1-9][1-9]\s?[-\u2013\u2014]\s?[^\d\n]{2,80}){2,12}")
_CODES_LINE = re.compile(
    r"(?:(?:мои\s)?(?:ответы?|варианты|my\sanswers?|answers?)\s?[:\u2013\u2014-]?\s?)?\s{0,8}[1-9][1-9](?:(?:[\s,;./|]{1,3}|\s?[-\u2013\u2014+]\s|\s(?:и|and)\s)[1-9][1-9]){0,30}[\s.,;]{0,3}",
    re.IGNORECASE,
)
_NUMBER_AND_CODES = re.compile(r"(?:\s?[1-9]\s?[-\u2013\u2014.:)]{1,2}\s?[1-9][1-9][\s,;.]*){1,12}")
_CODES_THEN_WORDS = re.compile(
    r"(?P<codes>\s{0,8}[1-9][1-9](?:[\s,;./|]{1,3}[1-9][1-9]){2,30})[\s.,;]{1,3}(?P<rest>[^\d\s].*)"
)
_PAIR = re.compile(r"\s*(?P<number>[1-9])\s?[.:/ -]\s?(?P<place>[1-9])\s*")
_LONGEST_ANSWERS = 3000
"""Characters in which a count is looked for that begins in the midst of a line."""
_CODE = re.compile(r"(?<![0-9])[1-9][1-9](?![0-9])")


@dataclass(frozen=True, slots=True)
class NumberedText:
    """Words, and the number of the question they answer; 0 where none is named. ``source`` has the number too."""

    number: int
    text: str
    source: str = ""


def split_by_numbers(text: str, highest: int) -> list[NumberedText]:
    """The text in pieces, each with the number of its question, up to the ``highest`` there is.

    Lines without a number belong to the one above them; those before the first one to none. Codes of options alone
    in a line come as pieces of their own, "23" for the second question.
    """
    plain = _with_words_apart(_with_plain_pairs(_with_plain_numbers(text)))
    lines = [piece for line in plain.split("\n") for piece in _split_inline(line, highest)]
    blanks = _numbered_by_blank(lines, highest)
    found = [NumberedText(0, "")]
    for at, line in enumerate(lines):
        if codes := _codes_in(line):
            found += [NumberedText(int(code[0]), code, code) for code in codes]
            found.append(NumberedText(0, ""))
            continue
        mark = _LINE_MARK.fullmatch(line)
        if mark and (mark["blank"] is None or at in blanks) and int(mark["number"]) <= highest:
            rest = mark["rest"]
            if mark["blank"] is not None and re.match(rf"(?:{_UNITS})", rest, re.IGNORECASE):
                rest = line.strip()
            found.append(NumberedText(int(mark["number"]), rest, line))
        else:
            last = found[-1]
            found[-1] = NumberedText(last.number, f"{last.text}\n{line}", f"{last.source}\n{line}")
    return [one for one in found if one.text.strip()]


def _with_plain_numbers(text: str) -> str:
    """ "На 2 вопрос: ..." and "второе: ..." as "2) ...", each on a line of its own."""

    def plain(match: re.Match[str]) -> str:
        number = match["digit"] or next(
            str(at) for at, stems in enumerate(_SPOKEN_NUMBERS, 1) if re.match(stems, match["word"], re.IGNORECASE)
        )
        return f"\n{number}) "

    if len(text) <= _LONGEST_ANSWERS:
        text = _FIRST_IN_THE_MIDST.sub("\n", text)
    if re.match(r"\s{0,8}1\)", text):
        text = _GLUED_MARK.sub(r"\n\g<number>) ", text)
    if len(list(_SPOKEN.finditer(text))) < 2:
        return text
    return _SPOKEN.sub(plain, text).strip("\n")


def _with_plain_pairs(text: str) -> str:
    """Lines like "1.1", "2.3" that count upwards as "11", "23": the second number is the place of an option."""
    lines = [line for line in text.split("\n") if line.strip()]
    pairs = [pair for line in lines if (pair := _PAIR.fullmatch(line))]
    counts_up = all(int(b["number"]) > int(a["number"]) for a, b in pairwise(pairs))
    if len(pairs) < 2 or len(pairs) < len(lines) or not counts_up:
        return text
    return "\n".join(pair["number"] + pair["place"] for pair in pairs)


def _with_words_apart(text: str) -> str:
    """Words behind a row of codes on a line of their own."""
    lines = text.split("\n")
    found = [(line, _CODES_THEN_WORDS.fullmatch(line) if len(line) <= _LONGEST_ANSWERS else None) for line in lines]
    return "\n".join(f"{match['codes']}\n{match['rest']}" if match else line for line, match in found)


def _split_inline(line: str, highest: int) -> list[str]:
    """The line, cut before each further number that goes on the count the line begins with, in the same style."""
    first = _LINE_MARK.fullmatch(line) or _GLUED_CODE.match(line)
    if first is None:
        return [line]
    named = first.groupdict()
    style = next((one for one in _INLINE if named.get(one) is not None), "dash" if "code" in named else "")
    pieces, start, last = [], 0, int(first["number"])
    for mark in _INLINE[style].finditer(line) if style else ():
        number = int(mark["number"])
        in_order = number == last + 1 or (style == "bracket" and last != number)
        if in_order and number <= highest and mark.start() > first.start("number"):
            pieces.append(line[start : mark.start()].rstrip(" ,;\t"))
            start, last = mark.start(), number
    return [*pieces, line[start:]]


def _numbered_by_blank(lines: Sequence[str], highest: int) -> set[int]:
    """The lines that begin with a bare number, where several do and count upwards from the first question."""
    found = [
        (at, int(mark["number"]))
        for at, line in enumerate(lines)
        if (mark := _LINE_MARK.fullmatch(line)) and mark["blank"] is not None
    ]
    numbers = [number for _, number in found]
    counts_up = len(found) > 1 and numbers[0] <= 2 and all(b > a for a, b in pairwise(numbers))
    return {at for at, number in found if number <= highest} if counts_up else set()


def _codes_in(line: str) -> list[str]:
    """Codes of options alone in a line, in any arrangement: "11, 22", "1 - 11, 2 - 22"; none for anything else."""
    if _CODES_LINE.fullmatch(line) or _CODED_WORDS.fullmatch(line):
        return _CODE.findall(line)
    if _NUMBER_AND_CODES.fullmatch(line):
        pairs = re.findall(r"([1-9])\s?[-\u2013\u2014.:)]{1,2}\s?([1-9][1-9])", line)
        return [code for number, code in pairs] if all(code[0] == number for number, code in pairs) else []
    return []
