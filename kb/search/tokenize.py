"""Normalises text and splits it into words, as search compares them. Pure."""

from __future__ import annotations

import hashlib
import re
import threading
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, islice
from operator import attrgetter
from pathlib import Path

import Stemmer

from desk.language import letter_model
from desk.language.normalize import word_set
from desk.language.unsafe_characters import without_invisible

WORDLISTS = Path(__file__).parent / "wordlists"
MAX_QUERY_LENGTH = 600
"""Characters of a query that are searched for: the problem is told in the first sentences."""
MAX_QUERY_WORDS = 40
MAX_WORD_LENGTH = 40
CACHE_SIZE = 20_000
"""Stems kept in memory."""


_ADDRESS_RE = re.compile(r"(\d{3}\.\d{1,3})(?:\.\d{1,3}){0,2}")
"""The beginning of a network address, by which it is known ("169.254")."""
_HYPHEN_BETWEEN_SCRIPTS_RE = re.compile(r"(?<=[a-z0-9])-(?=[а-я])|(?<=[а-я])-(?=[a-z])")
WORD_RE = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
"""A word as it stands in a text, joints included."""
_REMOVE_JOINTS = str.maketrans("", "", "-'’.")
_PLAIN_RE = re.compile("[\0-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u0590\u2010-\u2029\u202f-\u205f\u206a-\u20cf]*")
"""Characters none of which is invisible or a mark on another one: nearly all that is ever written."""
_LATIN_RE = re.compile("[a-z]")
_LOOKALIKES = ("aceopxykbmhtr", "асеорхукьмнтг")
_TO_CYRILLIC = str.maketrans(*_LOOKALIKES)
_TO_LATIN = str.maketrans(*reversed(_LOOKALIKES))
_COURTESY_WORDS = word_set(
    """
    здравствуйте здравствуй здрасте привет приветствую добрый доброе доброго день дня вечер вечера утро
    пожалуйста плиз подскажите скажите помогите спасибо заранее
    hello hi hey dear good morning afternoon evening please pls plz thanks thank thx
    """
)
"""Courtesies around a question, left out as long as anything else is said."""
_STOP_WORDS = word_set(
    """
    а бы в вам вас во вот вы да до ее ей ему если есть еще же за и из или им их к как ко когда ли мне
    меня мой моя мы на над нам нас ни но ну о об он она они от по под после при про с сейчас со
    так там то тоже тут ты у уже что чтобы это этот эта этого я
    a an and are as at be been but by can do does for from had has have help how i if im in is it its
    me my of on or our so that the there they this to us was we what when where which who will with
    you your
    """
)
"""Stop words. They are matched like all others, but alone they are no question."""
_CONTRACT_WORDS = word_set("договор договора договору договоре номер contract number")


def normalise(text: str) -> str:
    """NFKC, casefolded, ё as е, without stress marks or anything invisible."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    if _PLAIN_RE.fullmatch(text):
        return text
    return "".join(char for char in without_invisible(text) if not unicodedata.combining(char))


def tokens(text: str, limit: int = MAX_QUERY_WORDS) -> list[str]:
    """The first words of a text already `normalise`d, without their joints ("wi-fi" is "wifi"); a hyphen between two
    alphabets parts words ("dns-запись"). Of a network address the first two numbers are kept."""
    pieces = chain.from_iterable(map(_HYPHEN_BETWEEN_SCRIPTS_RE.split, WORD_RE.findall(text)))
    return list(islice(filter(None, map(_clean_token, pieces)), limit))


def content_words(found: Sequence[str]) -> list[str]:
    """The words without courtesies, fillers and long numbers; all of them where nothing else is said.

    A number of five digits or more names a contract or a telephone, not a problem, and so does the word before it.
    """
    kept = list(_without_numbers(found))
    polite = [word for word in kept if word not in _COURTESY_WORDS]
    return _without_fillers(polite) or polite or kept


def query_words(text: str) -> tuple[str, ...]:
    """The words of a text that search compares."""
    return tuple(content_words(tokens(normalise(text[:MAX_QUERY_LENGTH]))))


def has_content(found: Sequence[str]) -> bool:
    """Whether there is a word among these that could be a question."""
    return any(len(word) > 1 and word not in _STOP_WORDS and word not in _COURTESY_WORDS for word in found)


def is_cyrillic(found: Sequence[str]) -> bool:
    """Whether words are written in Cyrillic letters: one is enough, for every Russian sentence may name a "router"."""
    return any(word > "\u0400" for word in found)


def is_stop_word(word: str) -> bool:
    """Whether a word (or its stem) says nothing on its own."""
    return word in _STOP_WORDS


def _without_fillers(found: Sequence[str]) -> list[str]:
    """The words without phrases that only lead up to a question ("хотел бы узнать по поводу", "can you tell me")."""
    kept: list[str] = []
    phrases = _filler_phrases()
    at = 0
    while at < len(found):
        length = next((len(one) for one in phrases.get(found[at], ()) if tuple(found[at : at + len(one)]) == one), 0)
        kept += [] if length else [found[at]]
        at += length or 1
    return kept


@cache
def _filler_phrases() -> Mapping[str, Sequence[tuple[str, ...]]]:
    """Filler phrases by their first word, the longest first."""
    lines = (WORDLISTS / "filler_phrases.txt").read_text("utf-8").splitlines()
    phrases = [tuple(tokens(normalise(line))) for line in lines if not line.startswith("#")]
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for one in sorted(filter(None, phrases), key=len, reverse=True):
        by_first.setdefault(one[0], []).append(one)
    return by_first


def _without_numbers(found: Sequence[str]) -> Iterator[str]:
    numbers = [word.isdecimal() and len(word) > 4 for word in found]
    for at, word in enumerate(found):
        if not numbers[at] and not (word in _CONTRACT_WORDS and any(numbers[at + 1 : at + 3])):
            yield word


def _clean_token(found: str) -> str:
    if found[0].isdecimal() and (address := _ADDRESS_RE.fullmatch(found)):
        return address[1]
    word = found if found.isalnum() else found.translate(_REMOVE_JOINTS)
    return (word if word.isascii() or not _LATIN_RE.search(word) else _fix_lookalikes(word))[:MAX_WORD_LENGTH]


def _fix_lookalikes(word: str) -> str:
    """The word with lookalike letters of the other script ("cвет" with a Latin c) replaced."""
    latin = sum("a" <= char <= "z" for char in word)
    cyrillic = sum("а" <= char <= "я" for char in word)
    if not latin or not cyrillic:
        return word
    return word.translate(_TO_CYRILLIC if cyrillic >= latin else _TO_LATIN)


class Vocabulary:
    """Stems words and replaces aliases: slang and other names of one thing become one word.

    Snowball's stemmers are not thread-safe, so each call takes a lock.
    """

    def __init__(self, aliases: Mapping[str, Sequence[str]] | None = None) -> None:
        self._stemmers = {True: Stemmer.Stemmer("russian", 0), False: Stemmer.Stemmer("english", 0)}
        self._lock = threading.Lock()
        self._stems: dict[str, str] = {}
        self._aliases: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        for canonical, names in (_load_aliases() if aliases is None else aliases).items():
            meant = tuple(tokens(normalise(canonical)))
            for name in names:
                first, *rest = tokens(normalise(name))
                self._aliases.setdefault(self.stem(first), []).append((tuple(map(self.stem, rest)), meant))
        for several in self._aliases.values():
            several.sort(key=lambda one: -len(one[0]))

    def stem(self, word: str) -> str:
        """Snowball's stem, by the word's script; a short word, or one with a digit in it, is left as it is. A soft sign
        counts nowhere: it is left out in haste, and set where there is none."""
        if len(word) < 3 or not word.isalpha():
            return word
        known = self._stems.get(word)
        if known is None:
            with self._lock:
                if len(self._stems) >= CACHE_SIZE:
                    self._stems.clear()
                known = self._stems[word] = str(self._stemmers[word > "\u0400"].stemWord(word)).replace("ь", "")
        return known

    def words_with_stems(self, found: Sequence[str]) -> list[tuple[str, str]]:
        """Each word with its stem, aliases replaced by what they stand for."""
        stems = [self.stem(word) for word in found]
        read: list[tuple[str, str]] = []
        at = 0
        while at < len(found):
            length, meant = self._alias_at(stems, at)
            if meant:
                read += [(word, self.stem(word)) for word in meant]
            else:
                read.append((found[at], stems[at]))
            at += length
        return read

    def _alias_at(self, stems: Sequence[str], at: int) -> tuple[int, tuple[str, ...]]:
        """How many words from here on are an alias, and what it stands for; one and nothing where they are none."""
        for rest, meant in self._aliases.get(stems[at], ()):
            if tuple(stems[at + 1 : at + 1 + len(rest)]) == rest:
                return 1 + len(rest), meant
        return 1, ()


@cache
def wordlists_fingerprint() -> str:
    """A hash of the packaged word lists, those of `desk.language` among them."""
    whole = hashlib.sha256()
    for path in sorted((*WORDLISTS.iterdir(), *letter_model.WORDLISTS.iterdir()), key=attrgetter("name")):
        whole.update(path.read_bytes())
    return whole.hexdigest()


@cache
def _load_aliases() -> Mapping[str, Sequence[str]]:
    table: Mapping[str, Sequence[str]] = tomllib.loads((WORDLISTS / "aliases.toml").read_text("utf-8"))["words"]
    return table
