"""What `firstline check` finds: how bad it is, where, what is wrong and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """One sentence for the operator. "error" means the desk will not work there; "ok" is told too, shortly.

    ``where`` is a file of the desk folder, a provider or a channel, ``line`` the line of the file, 0 for none.
    """

    level: Literal["ok", "warning", "error"]
    where: str
    what: str
    todo: str = ""
    line: int = 0
