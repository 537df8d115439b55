"""Files of one JSON object a line, as ``understand`` and ``dialog read`` take them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from console.terminal.command_context import CommandError


def numbered_objects(path: Path, required: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each object with the number of its line; blank lines are passed over.

    Raises `CommandError` for a line that is no object, or has no words under the key ``required``.
    """
    for number, raw in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), 1):
        if not raw.strip():
            continue
        try:
            line = json.loads(raw)
        except ValueError:
            line = None
        if not isinstance(line, dict) or not isinstance(line.get(required), str):
            raise CommandError(f'{path.name}, line {number}: this is not a JSON object with a "{required}"')
        yield number, line
