"""Words that only say that what is on file, or was shown, is right: "да, верно", "same as on file". Pure."""

from __future__ import annotations

import re

from desk.language.normalize import normalized, word_lines
from desk.understanding.reading.normalized_message import read

_CONFIRMING = frozenset(
    word_lines(
        "да | ага | угу | верно | все | правильно | точно | адрес | тот | же | он | конечно | именно | так | верный | "
        "по | договору | ок | окей | как | в | yes | yep | yeah | right | correct | thats | that | is | it | the | "
        "что | договоре | договор | указан | указанный | прежний | same | address | sure | ok | okay | indeed | on | "
        "file | у | вас | есть | прописан | записан | as | one | you | youve | have | got | my | your | account | "
        "contract | records | system | in | from | use | usual | its | before | just | already"
    )
)
_OF_THE_FILE = frozenset(
    word_lines(
        "договору | договоре | прежний | тот | same | file | account | contract | records | system | usual | got | have"
    )
)
_REFERS_TO_FILE = re.compile(
    r"\b(?:есть|указан\w*|записан\w*|прописан\w*|стоит|как|тот же|смотри\w*|посмотри\w*|возьмите|знаете) (?:\w+ ){0,3}"
    r"(?:(?:в|во|по) (?:договор\w*|баз\w+|систем\w*|кабинет\w*|карточк\w+)|у вас)\b|"
    r"\bу вас (?:\w+ ){0,3}(?:есть|указан\w*|записан\w*)\b|^\W*(?:в|по) (?:договор\w*|баз\w+)\W*$|"
    r"\b(?:on file|in (?:my|the|your) (?:contract|account|system|database)|you have (?:it|my address))\b"
)
"""Words by which somebody refers to what the provider knows: "у вас же есть мой адрес"."""
_LONGEST = 8  # words


def is_confirmation(words: str) -> bool:
    """Whether words only say that what was shown is right: "да, верно", "the same address"."""
    plain = normalized(words).split()
    return 0 < len(plain) <= _LONGEST and _CONFIRMING.issuperset(plain)


def names_what_is_on_file(words: str) -> bool:
    """Whether they say, shown or not, that it is what the provider knows: "same as on file", "как в договоре"."""
    if _REFERS_TO_FILE.search(read(words).text):
        return True
    return is_confirmation(words) and not _OF_THE_FILE.isdisjoint(normalized(words).split())
