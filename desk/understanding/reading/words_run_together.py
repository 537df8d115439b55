"""Words between which no space was typed: "хочукоператору", "speak toahuman". Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from desk.language.normalize import word_set
from desk.understanding.reading.known_word_mender import WordMender
from desk.understanding.reading.message_words import Word

MIN_LENGTH, MAX_LENGTH = 7, 40
"""Letters of a word that may be several."""
MIN_LONGEST = 4
"""Letters that one of them has at least."""
_SHORT = word_set("к с я в у не на мы вы a i to me it is an up on my so be of in we u 2")
"""The only words of one or two letters that may be among them."""
_FIRST = word_set(
    """
    хочу хотим позовите позови дайте дай нужен нужна нужно надо соедините пришлите вызовите все уже не мне можно жду его
    i can could please plz pls need want call talk speak get send give its it im to not nevermind nvm connect
    no still now just thank its let hello hi
    """
)
"""Words that another one is typed on to. Others are parts of longer words: "thanksgiving", "background"."""


def parted(word: Word, mending: WordMender) -> Sequence[Word]:
    """The words that a word is made of; itself where it is one word, or is no row of words that phrases know."""
    if not MIN_LENGTH <= len(word.text) <= MAX_LENGTH or len(word.text) != word.end - word.start:
        return (word,)
    lengths = _lengths(word.text, mending)
    if len(lengths) < 2:
        return (word,)
    parts, at = [], 0
    for length in lengths:
        text = word.text[at : at + length]
        parts.append(Word(text, word.start + at, word.start + at + length, ""))
        at += length
    return (*parts[:-1], replace(parts[-1], stop=word.stop))


@lru_cache(maxsize=4096)
def _lengths(text: str, mending: WordMender) -> tuple[int, ...]:
    """The lengths of the fewest words that a text is made of; empty where it is one."""
    if not text.isalpha() or mending.is_right(text) or mending(text) != text:
        return ()
    fewest: list[tuple[int, ...] | None] = [(), *[None] * len(text)]
    for end in range(1, len(text) + 1):
        for start in range(end):
            before, best = fewest[start], fewest[end]
            is_fewer = before is not None and (best is None or len(before) + 1 < len(best))
            if before is not None and is_fewer and _may_be(text[start:end], mending):
                fewest[end] = (*before, end - start)
    found = fewest[-1] or ()
    is_row = bool(found) and text[: found[0]] in _FIRST and found[-1] > 1 and max(found) >= MIN_LONGEST
    return found if is_row else ()


def _may_be(part: str, mending: WordMender) -> bool:
    return part in _SHORT or (len(part) > 2 and mending.knows(part))
