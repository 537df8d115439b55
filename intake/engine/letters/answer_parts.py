"""A letter without the desk's own text: what a person wrote, each part below the question it stands under. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from desk.language.normalize import normalized, word_lines
from intake.engine.letters.desk_text_in_answer import QUOTE, DeskText, DeskTextKind

_QUOTED = re.compile(QUOTE)
_QUOTED_NUMBER = re.compile(rf"{QUOTE}(?P<number>[1-9])[ \t]?[).:](?![0-9])")
_FAREWELLS = word_lines(
    "с уважением | всего доброго | всего хорошего | отправлено из | отправлено с | best regards | kind regards | "
    "regards | sent from my | sincerely | с наилучшими | best wishes | get outlook for"
)
_LONGEST_SIGNATURE = 8  # lines


@dataclass(slots=True)
class AnsweredLines:
    """A person's own lines below one of the desk's; ``question`` is its index, -1 for none."""

    question: int
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The lines together."""
        return "\n".join(self.lines).strip()


def split_at_own_text(text: str, own: Sequence[DeskText], numbered: Callable[[int], int]) -> list[AnsweredLines]:
    """The person's own lines, each below the question of the desk it stands under.

    ``numbered`` gives the index of the question that has a number. Quoted lines that nobody knows are left out, unless
    the desk's own stand there without a mark: then the person marked their own.
    """
    unmarked = any(one.part is DeskTextKind.HEADING and not one.quoted for one in own)
    parts = [AnsweredLines(-1)]
    at = 0
    for one in (*own, DeskText(DeskTextKind.SENTENCE, len(text), len(text))):
        _add_lines(parts, text[at : one.start], numbered, at > 0, unmarked)
        at = one.end
        if one.part is DeskTextKind.HEADING:
            parts.append(AnsweredLines(one.question if one.question >= 0 else numbered(one.number)))
        elif one.part is DeskTextKind.SENTENCE:
            parts.append(AnsweredLines(-1))
    return [part for part in parts if part.text]


def _add_lines(
    parts: list[AnsweredLines], text: str, numbered: Callable[[int], int], above_own: bool, unmarked: bool
) -> None:
    """Adds the lines of a stretch without own text; ``above_own`` says that own text stands before it."""
    for at, line in enumerate(_without_signature(text.split("\n"))):
        words = line.strip()
        if (at == 0 and above_own) or (unmarked and _QUOTED.match(line)):
            words = words.lstrip("-\u2013\u2014:> \t")
        elif quoted := _QUOTED_NUMBER.match(line):
            parts.append(AnsweredLines(numbered(int(quoted["number"]))))
            continue
        elif _QUOTED.match(line):
            continue
        if words or parts[-1].text:
            parts[-1].lines.append(words)


def _without_signature(lines: list[str]) -> list[str]:
    """The lines without a signature: from "-- ", or from a farewell within the last lines."""
    for at, line in enumerate(lines):
        words = normalized(line)
        if line.rstrip() == "--" or (at >= len(lines) - _LONGEST_SIGNATURE and words.startswith(_FAREWELLS)):
            return lines[:at]
    return lines
