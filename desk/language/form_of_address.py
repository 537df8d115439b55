"""How a person is spoken to by the name they write under. Pure."""

from __future__ import annotations


def spoken_name(name: str, language: str) -> str:
    """In English the first of several names, "Emma" of "Emma Clarke"; else the name as it is written.

    In Russian either part may be the family name, and "Здравствуйте, Петров" would be rude.
    """
    first, *rest = name.split() or [""]
    is_plain = all(part.replace("-", "").replace("'", "").isalpha() for part in (first, *rest))
    return first if language == "en" and rest and is_plain and len(first) > 1 else name
