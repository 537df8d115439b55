"""Importing aiogram in a fourth of its time: of its hundreds of types only those that are read here are built.

aiogram builds a pydantic schema for each of its types while it is imported, 2.5 of its 3 seconds; all but a few are
never used. Here that is put off, and `Update` is built, with all it holds. What is imported in the ordinary way before
this is complete already, and nothing changes.
"""

from __future__ import annotations

import sys
from threading import Lock
from typing import Any, Literal, Optional, Union

_importing = Lock()


def import_aiogram() -> None:
    """Imports aiogram, unless that is done. May be called from any thread."""
    with _importing:
        if "aiogram" in sys.modules:
            return
        from pydantic import BaseModel  # noqa: PLC0415 (whoever only stores must not wait for it)

        eager = BaseModel.__dict__["model_rebuild"]
        BaseModel.model_rebuild = classmethod(_later)  # type: ignore[assignment,method-assign]
        try:
            from aiogram import types  # noqa: PLC0415 (the point of this module)
        finally:
            BaseModel.model_rebuild = eager  # type: ignore[method-assign]
        from aiogram.client.default import Default  # noqa: PLC0415 (the same)

        # The names that aiogram's annotations use, as its own `types/__init__.py` gives them.
        names = {"List": list, "Optional": Optional, "Union": Union, "Literal": Literal, "Default": Default}
        from bots.aiogram_session import METHODS  # noqa: PLC0415 (it imports aiogram itself)

        models: tuple[Any, ...] = (types.Update, types.Message, *METHODS.values())
        for model in models:
            model.model_rebuild(_types_namespace={**vars(types), **names})


def _later(cls: type[Any], /, **_: Any) -> bool | None:
    """Stands for `model_rebuild` meanwhile: what is used without having been built says so."""
    return None
