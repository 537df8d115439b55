"""Forms of Russian words by their pattern: past tenses, short participles, cases of nouns. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def as_it_stands(word: str) -> Sequence[str]:
    """The word itself."""
    return (word,)


def past_forms(word: str) -> Sequence[str]:
    """Masculine, feminine, neuter and plural of a past tense ("появился") or of a short participle ("решен")."""
    if word.endswith("лся"):
        return word, f"{word[:-2]}ась", f"{word[:-2]}ось", f"{word[:-2]}ись"
    if word.endswith("шел"):
        return word, f"{word[:-2]}ла", f"{word[:-2]}ло", f"{word[:-2]}ли"
    if word.endswith("ен"):
        return word, f"{word}а", f"{word}о", f"{word}ы"
    stem = word if word.endswith("л") else f"{word}л"
    return word, f"{stem}а", f"{stem}о", f"{stem}и"


_HARD_ENDINGS = ("ый", "ая", "ое", "ые", "ого", "ому", "ым", "ом", "ой", "ую", "ых", "ыми")
_SOFT_ENDINGS = ("ий", "яя", "ее", "ие", "его", "ему", "им", "ем", "ей", "юю", "их", "ими")
_MIXED_ENDINGS = ("ий", "ая", "ое", "ие", "ого", "ому", "им", "ом", "ой", "ую", "их", "ими")


def full_forms(adjective: str) -> Sequence[str]:
    """The cases of an adjective in all genders ("новый", "соседний", "короткий", "большой")."""
    stem, ending = adjective[:-2], adjective[-2:]
    if ending not in ("ый", "ий", "ой"):
        return (adjective,)
    mixed = stem[-1] in "кгхжшщч"
    endings = _MIXED_ENDINGS if mixed else _SOFT_ENDINGS if ending == "ий" else _HARD_ENDINGS
    return (adjective, *(stem + one for one in endings))


_CASES = {
    "": ("", "а", "у", "ом", "е", "ы", "и", "ов", "ам", "ами", "ах"),
    "ь": ("ь", "я", "ю", "ем", "е", "и", "ей", "ям", "ями", "ях"),
    "й": ("й", "я", "ю", "ем", "е", "и", "ев", "ям", "ями", "ях"),
    "а": ("а", "ы", "и", "у", "ой", "е", "ам", "ами", "ах", ""),
    "я": ("я", "и", "ю", "ей", "е", "й", "ям", "ями", "ях"),
    "о": ("о", "а", "у", "ом", "е", "ам", "ами", "ах", ""),
    "е": ("е", "я", "ю", "ем", "и", "й", "ям", "ями", "ях"),
    "feminine": ("ь", "и", "ью", "ей", "ям", "ями", "ях"),
}
_FEMININE = frozenset({"сеть", "связь", "скорость"})


def cases(word: str) -> Sequence[str]:
    """The cases of a noun, singular and plural; a form that does not exist does no harm."""
    ending = word[-1] if word[-1] in _CASES else ""
    stem = word.removesuffix(ending)
    return [stem + one for one in _CASES["feminine" if word in _FEMININE else ending]]


def dative(name: str) -> Sequence[str]:
    """Whom somebody thanks: "Сергею", "Анне", "Алексею"; none of a name in Latin letters."""
    if name < "\u0400":
        return ()
    if name[-1] in "ая":
        return (name[:-1] + "е",)
    return (name[:-1] + "ю",) if name[-1] in "йь" else (name + "у",)
