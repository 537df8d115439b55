"""The extras of the distribution: libraries that few desks need and that are therefore installed on request."""

from __future__ import annotations

import importlib.util

from console.terminal.command_context import WRONG, refuse
from desk.language.translatable import sentence

PACKAGES = {
    "brochure": ("fontpkg_pt_sans", "segno", "typst"),
    "demo": ("aiosmtpd", "pymap", "trustme"),
    "gaps": ("scipy",),
}
"""What each extra of pyproject.toml brings, by the names that are imported."""


def require_extra(extra: str) -> None:
    """Ends the command with one sentence that says what to install, where a library of the extra is missing."""
    if missing := [name for name in PACKAGES[extra] if importlib.util.find_spec(name) is None]:
        what = "this needs {names}: install firstline[{extra}] (docs/installing.md says how)"
        refuse(sentence(what, names=", ".join(missing), extra=extra), WRONG)
