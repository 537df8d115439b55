"""The classes of words that closing is made of (`words*.toml`), each a character of its own. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

from desk.language.letter_model import load_word_list
from desk.understanding.agreement.agreement_word_mender import Mender
from desk.understanding.agreement.russian_word_forms import as_it_stands, cases, dative, full_forms, past_forms
from desk.understanding.agreement.tokens import PlacedWord

_FILES = tuple(
    Path(__file__).with_name(f"{name}.toml")
    for name in ("words_of_answers", "words", "words_against", "words_of_stories")
)
_FIRST_CODE = 0x4E00
"""Codes are letters of a script that no pattern is written in."""
UNKNOWN = "."
ENOUGH, PLENTY, MAX_SPEED = 50, 90, 2000
"""Megabits a second that few complain of, that nobody does, and the most that is read as a speed."""

_ENGLISH_ONLY = frozenset(
    {"be", "works", "working", "worked", "you", "pronoun", "that", "can", "was", "not", "subject"}
)
"""Nobody has English words of these classes in Russian by ear."""

_PATRONYMICS = ("овна", "евна", "ична", "ович", "евич")

_Mend: TypeAlias = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ClassifiedPhrase:
    """A word or a phrase of a known class (or `UNKNOWN`), and its place in the text."""

    code: str
    start: int
    end: int


class ClosingWordClasses:
    """The class of each word and phrase."""

    def __init__(self, *tables: Mapping[str, Mapping[str, str]]) -> None:
        self.codes: dict[str, str] = {}
        """The code of each class."""
        self.kinds: dict[str, str] = {}
        """The class of each word."""
        self.words: dict[str, set[str]] = {}
        """The words of each class, those of another class too."""
        self._phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for section, derive in (
            ("words", as_it_stands),
            ("past", past_forms),
            ("nouns", cases),
            ("adjectives", full_forms),
        ):
            for name, text in (one for table in tables for one in table.get(section, {}).items()):
                self.codes.setdefault(name, chr(_FIRST_CODE + len(self.codes)))
                words, phrases = _words_and_phrases(text)
                forms = {form for word in words for form in derive(word)}
                self.words.setdefault(name, set()).update(forms)
                for form in forms:
                    self.kinds.setdefault(form, name)
                for phrase in phrases:
                    self._add_phrase(phrase, name)
        self.codes["name"] = chr(_FIRST_CODE + len(self.codes))
        self.codes["name_to"] = chr(_FIRST_CODE + len(self.codes))
        self.codes["number"] = chr(_FIRST_CODE + len(self.codes))
        self.codes["enough"] = chr(_FIRST_CODE + len(self.codes))
        self._names = frozenset(load_word_list("first_names")) - set(self.kinds)
        self._contractions = {short: long.split() for table in tables for short, long in table["contractions"].items()}
        parts = {word: "part" for phrases in self._phrases.values() for words, _ in phrases for word in words}
        named = {form for name in self._names for form in dative(name)} - set(self.kinds) - self._names
        self._mender = Mender({**dict.fromkeys(self._contractions, "contraction"), **parts, **self.kinds})
        self._names_to = frozenset(one for one in named if not self._mender.is_ordinary(one))

    def _add_phrase(self, words: tuple[str, ...], name: str) -> None:
        if len(words) == 1:
            self.kinds.setdefault(words[0], name)
        elif words:
            same_start = self._phrases.setdefault(words[0], [])
            same_start.append((words, name))
            same_start.sort(key=lambda one: -len(one[0]))

    def pieces(self, words: Sequence[PlacedWord]) -> list[ClassifiedPhrase]:
        """The pieces that the words make, those that change nothing left out."""
        mended = list(self._mended(words, self._mender.mended))
        if any(_is_by_ear(one, text) for one, text in mended):  # "net" is no English word there
            mended = list(self._mended(words, self._mender.heard))
            if any(self.kinds.get(one.word) in _ENGLISH_ONLY and one.word.isascii() for one, _ in mended):
                mended = [(text, text) if _is_by_ear(one, text) else (one, text) for one, text in mended]
        known = [one for one, _ in mended]
        found, at = [], 0
        while at < len(known):
            name, size = self._class_at(known, at)
            if name != "dropped":
                code = self.codes.get(name, UNKNOWN)
                found.append(ClassifiedPhrase(code, known[at].start, known[at + size - 1].end))
            at += size
        return found

    def _mended(self, words: Sequence[PlacedWord], mend: _Mend) -> Iterator[tuple[PlacedWord, PlacedWord]]:
        """Each word that was meant, and the one that stands there."""
        for token in words:
            for word in self._meant(token.word, mend):
                for one in self._contractions.get(word, (word,)):
                    yield PlacedWord(one, token.start, token.end), token

    def _meant(self, word: str, mend: _Mend) -> Sequence[str]:
        """The words meant by one; a hyphened one is a word of its own, or else its parts are."""
        if "-" not in word or word in self._contractions:
            return mend(word) or (word,)
        joined = word.replace("-", "")
        if joined in self.kinds:
            return (joined,)
        return [meant for part in word.split("-") for meant in (mend(part) or (part,))]

    def is_word(self, word: str) -> bool:
        """Whether the word, of whatever class or none, stands in a list."""
        return word in self.kinds or self._mender.is_ordinary(word)

    def _class_at(self, words: Sequence[PlacedWord], at: int) -> tuple[str, int]:
        """The class of the longest phrase that begins here, or of the word, and how many words it has."""
        word = words[at].word
        for phrase, name in self._phrases.get(word, ()):
            size = len(phrase)
            if at + size <= len(words) and all(words[at + n].word == phrase[n] for n in range(1, size)):
                return name, size
        if kind := self.kinds.get(word):
            return kind, 1
        if word.isdecimal():
            return _class_of_number(word), 1
        if word.endswith(_PATRONYMICS):
            return "name", 1
        return "name" if word in self._names else "name_to" if word in self._names_to else "", 1


def _class_of_number(word: str) -> str:
    """Whether figures may be a speed that few complain of ("enough"), nobody ("plenty"), or something else."""
    if len(word) > len(str(MAX_SPEED)) or not ENOUGH <= int(word) <= MAX_SPEED:
        return "number"
    return "plenty" if int(word) >= PLENTY else "enough"


def _words_and_phrases(text: str) -> tuple[Sequence[str], Sequence[tuple[str, ...]]]:
    """Lines with bars have phrases, and so has a line behind a bar; the others have words."""
    words: list[str] = []
    phrases: list[tuple[str, ...]] = []
    goes_on = False
    for line in text.splitlines():
        if goes_on or "|" in line:
            phrases += [tuple(phrase.split()) for phrase in line.split("|") if phrase.strip()]
        else:
            words += line.split()
        goes_on = line.rstrip().endswith("|")
    return words, phrases


@cache
def lexicon() -> ClosingWordClasses:
    """That of the packaged files."""
    return ClosingWordClasses(*(tomllib.loads(file.read_text("utf-8")) for file in _FILES))


def _is_by_ear(meant: PlacedWord, written: PlacedWord) -> bool:
    """Whether a Russian word is written in Latin letters."""
    return "а" <= meant.word[:1] <= "я" and written.word.isascii()


def compiled(pattern: str, codes: Mapping[str, str]) -> re.Pattern[str]:
    """A pattern over classes: their names stand between angle brackets, blanks mean nothing."""
    spelled = re.sub(r"<([a-z_\s]+)>", lambda found: _any_of(found.group(1).split(), codes), pattern)
    return re.compile(re.sub(r"\s+", "", spelled))


def _any_of(names: Sequence[str], codes: Mapping[str, str]) -> str:
    spelled = "".join(codes[name] for name in names)
    return spelled if len(spelled) == 1 else f"[{spelled}]"
