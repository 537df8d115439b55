"""Lists that commands print: rows for a machine, or for a person a head and what stands below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from console.terminal.command_context import print_json, tell

if TYPE_CHECKING:
    from rich.console import RenderableType


def print_list(
    rows: Sequence[Any],
    as_json: Callable[[Any], Any] | None,
    shown: Callable[[Any], tuple[str, RenderableType]],
    none: str,
) -> None:
    """With ``as_json`` an array of what it makes of each row; else what ``shown`` gives of each, a head and a body, or
    the sentence ``none`` where there is no row."""
    if as_json:
        print_json([as_json(row) for row in rows])
        return
    if not rows:
        tell(none)
        return
    from console.terminal.rich_output import Output, indented, one_line  # noqa: PLC0415

    output = Output()
    for row in rows:
        head, below = shown(row)
        output.print(one_line(head, "bold"), indented(below))
