"""Anger that is told by how a message is written: capitals throughout, "!!!"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from desk.language.normalize import word_set
from desk.understanding.reading.message_words import Word

_LOUD_SIGNS = re.compile(r"!{3,}|\?{3,}|\?!\?|!\?!|[?!]{4,}")
_GOOD_WORDS = word_set(
    "ура заработало заработал заработала работает спасибо отлично супер появился есть помогло пожалуйста молодцы класс "
    "yay works working fixed great thanks thank hooray please perfect awesome back"
)
_CALM_WORDS = word_set(
    "пожалуйста здравствуйте спасибо помогите добрый уважаемые извините простите подскажите please hello thanks thank "
    "sorry help kindly dear"
)
_YES_WORDS = word_set("да ок ага yes ok okay yep")
MIN_WORDS, MIN_LETTERS, MIN_SHARE = 4, 12, 0.7
"""So many words and letters, and such a share of capitals among these, are shouting; an answer of few words is none."""
_ABBREVIATIONS = word_set(
    "los wan lan pon ont onu ip tv dns dhcp pppoe wpa wpa2 psk aes usb tp link vpn ssid mac url iptv wifi wps lte poe "
    "лос пон айпи тв днс усб"
)


def shouting(text: str, words: Sequence[Word], is_at_peace: bool) -> tuple[int, int] | None:
    """The place of what is loud in a text, None where nothing is.

    Capitals throughout are shown by all of a text and take no word of it: their place is empty, at the beginning. Who
    greets, thanks or says "please" in capitals has merely left the key pressed.
    """
    said = {word.text for word in words}
    is_glad = is_at_peace or said & _GOOD_WORDS or (len(words) < 3 and said & _YES_WORDS)
    if (signs := _LOUD_SIGNS.search(text)) and not is_glad:
        return signs.span()
    shouted = [word for word in words if word.text not in _ABBREVIATIONS and not word.text.isdecimal()]
    letters = "".join(char for word in shouted for char in text[word.start : word.end] if char.isalpha())
    in_capitals = [word for word in shouted if len(word.text) > 1 and text[word.start : word.end].isupper()]
    if len(in_capitals) < MIN_WORDS or len(letters) < MIN_LETTERS or is_at_peace or said & _CALM_WORDS:
        return None
    return (0, 0) if sum(map(str.isupper, letters)) >= MIN_SHARE * len(letters) else None
