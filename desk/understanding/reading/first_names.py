"""First names as classes of words for the phrases: whom a person asks for by name. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from desk.language.letter_model import load_word_list

_ELSE = frozenset({"жене", "любой", "семена"})
"""Forms that are as likely other words."""
_HISSING = "жшчщц"


@cache
def name_classes() -> Mapping[str, str]:
    """Classes of words by name: ``name_ru`` (who), ``name_acc_ru`` (whom), ``name_dat_ru`` (to whom), ``name_ins_ru``
    (with whom), and ``name_en``."""
    names = load_word_list("first_names")
    russian = [name.replace("ё", "е") for name in names if name > "\u0400"]
    cases = [_cases(name) for name in russian]
    found = {"name_ru": {*russian}, "name_en": {name for name in names if name < "\u0400"}}
    for at, case in enumerate(("name_acc_ru", "name_dat_ru", "name_ins_ru")):
        found[case] = {form for one in cases for form in one[at].split()}
    return {case: " ".join(sorted(forms - _ELSE)) for case, forms in found.items()}


def _cases(name: str) -> tuple[str, str, str]:
    """A Russian name as whom, to whom and with whom one speaks."""
    stem, last = name[:-1], name[-1]
    if last == "а":
        return f"{stem}у", f"{stem}е", f"{stem}ей" if stem[-1] in _HISSING else f"{stem}ой"
    if last == "я":
        return f"{stem}ю", f"{stem}е {stem}и", f"{stem}ей"
    if last in "йь":
        return f"{stem}я", f"{stem}ю", f"{stem}ем"
    return f"{name}а", f"{name}у", f"{name}ом"
