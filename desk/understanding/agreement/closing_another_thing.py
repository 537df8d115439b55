"""Whether something else than the case is to be closed: "закройте порт 25, всё работает", "close my package". Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from desk.understanding.agreement.lexicon import lexicon

_THINGS = "service screen hardware device thing room access money balance contract cable paper lamp supply ping"
_BETWEEN = "me you new that adjective every"
"""What may stand between "close" and what is to be closed."""
_TELLS = (
    "works working worked loads appeared back came revived powered came_on switched_on mended solved there stable good "
    "restored settled given succeeded can_now goes case"
)
"""Where one of these follows, the thing is no object: "закрывайте интернет появился"."""


_ALWAYS = "thing contract money balance"
"""These are the object even so: "close my account no more lag"."""


@cache
def _codes(names: str) -> frozenset[str]:
    return frozenset(lexicon().codes[name] for name in names.split())


def closes_another_thing(codes: str, clause_starts: Sequence[bool]) -> bool:
    """Whether a sequence of classes, of which ``clause_starts`` tells where punctuation stands before one, names
    another thing right behind "close"."""
    return any(
        code == lexicon().codes["close"] and _names_another(codes, clause_starts, at + 1)
        for at, code in enumerate(codes)
    )


def _names_another(codes: str, clause_starts: Sequence[bool], at: int) -> bool:
    end = next((one for one in range(at, len(codes)) if clause_starts[one]), len(codes))
    clause = codes[at:end]
    named = clause.lstrip("".join(_codes(_BETWEEN)))
    if not named or named[0] not in _codes(_THINGS) or lexicon().codes["case"] in named:
        return False
    mine = lexicon().codes["me"] in clause[: len(clause) - len(named)]
    return mine or named[0] in _codes(_ALWAYS) or not _codes(_TELLS).intersection(named)
