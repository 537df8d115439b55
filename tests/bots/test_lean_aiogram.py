"""aiogram is imported in a fourth of its time, and what is used of it is complete."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
COMPLETE = """
from bots.lean_aiogram import import_aiogram
import_aiogram()
from aiogram import types
from aiogram.methods import Response
from pydantic import BaseModel
from bots.aiogram_session import METHODS
assert types.Update.__pydantic_complete__ and types.Message.__pydantic_complete__
built = [one for one in vars(types).values() if isinstance(one, type) and getattr(one, "__pydantic_complete__", False)]
assert len(built) < 100, "the point was to build few"
for method in METHODS.values():
    method.model_construct(chat_id=1, text="x").model_dump(exclude_unset=True, warnings=False)
    refusal = {"ok": False, "error_code": 429, "description": "x", "parameters": {"retry_after": 3}}
    assert Response[method.__returning__].model_validate(refusal).parameters.retry_after == 3

class Later(BaseModel):
    one: int

assert Later.model_rebuild(force=True)
print("complete")
"""


def test_what_is_used_is_built_and_pydantic_is_as_before() -> None:
    """In a process of its own: here aiogram has been imported by others."""
    ran = subprocess.run([sys.executable, "-c", COMPLETE], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert ran.stdout == "complete\n", ran.stderr
