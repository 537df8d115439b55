"""Characters that nobody sees or that nothing can keep, and what is done about them: four purposes, four functions.

`storable` for whatever is written to a database or sent, `without_invisible` before words are compared, `one_line` for
names, subjects and file names, `safe_for_terminal` for strangers' words on an operator's screen. A text keeps its
invisible characters where it is only stored: that is what was said.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

REPLACEMENT = "\ufffd"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co"})
"""Control, format, half a surrogate pair, private use. An unassigned one may be an emoji younger than our Python."""


def storable(text: str) -> str:
    """With U+FFFD in place of NUL, which PostgreSQL keeps not, and of half a surrogate pair, which UTF-8 has not."""
    if "\0" not in text:
        try:
            text.encode()  # the fastest look there is
        except UnicodeEncodeError:
            pass
        else:
            return text
    return _UNSTORABLE.sub(REPLACEMENT, text)


def storable_tree(value: Any) -> Any:
    """The same for every text of a value that JSON can say, keys included."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(key): storable_tree(one) for key, one in value.items()}
    if isinstance(value, list):
        return [storable_tree(one) for one in value]
    return value


def without_invisible(text: str) -> str:
    """Without soft hyphens, zero-width characters, variation selectors and marks of direction."""
    return text if text.isascii() else INVISIBLE.sub("", text)


def one_line(text: str) -> str:
    """One line, with single blanks, and with nothing in it that hides or turns around what follows."""
    shown = (char for char in text if char.isspace() or unicodedata.category(char) not in _HIDDEN)
    return " ".join("".join(shown).split())


def safe_for_terminal(text: str) -> str:
    """Nothing in it can move the cursor, colour the screen or turn lines around; U+FFFD shows where something was.

    Line feeds and tabs stay, and the zero-width joiner, which holds emoji together.
    """
    return "".join(map(_shown, text.replace("\r\n", "\n")))


def _shown(char: str) -> str:
    if char in "\n\t\u200d":
        return char
    return REPLACEMENT if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") else char
