"""Machines are known as such, with whom they did not reach; and no person is taken for a machine.

The letters stand in golden/machines, many to a file: each begins with ``=== name``, then ``class: address status
action; ...`` (the action only where it is not the class), then the letter as it came, its lines ended by LF.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from mail.letters import Letter, Reading, read

GOLDEN = Path(__file__).parent / "golden" / "machines"
HERE = Reading("", "")


def _letters() -> dict[str, tuple[str, bytes]]:
    found = {}
    for path in sorted(GOLDEN.glob("*.txt")):
        for piece in path.read_text("utf-8").split("\n=== ")[1:]:
            name, expected, raw = piece.split("\n", 2)
            key = f"{path.stem}: {name}"
            assert key not in found
            found[key] = (expected, raw.encode())
    return found


LETTERS = _letters()


def told(letter: Letter) -> str:
    """What was read, in the words of the golden files."""
    said = []
    for one in letter.bounced:
        action = "" if one.action == letter.report_class else one.action
        said.append(" ".join(filter(None, (one.address, one.status, action))))
    return f"{letter.report_class}: {'; '.join(said)}".rstrip()


def expected(line: str) -> str:
    """The same, from a golden file: the action is left out where it is the class."""
    report_class, _, rest = line.partition(":")
    said = [one.strip().removesuffix(f" {report_class}") for one in rest.split(";")]
    return f"{report_class}: {'; '.join(said)}".rstrip()


@pytest.mark.parametrize("name", sorted(LETTERS))
def test_each_golden_letter_is_taken_for_what_it_is(name: str) -> None:
    line, raw = LETTERS[name]
    assert told(read(raw, HERE)) == expected(line)


@pytest.mark.parametrize("name", sorted(LETTERS))
def test_line_ends_change_nothing(name: str) -> None:
    _, raw = LETTERS[name]
    assert told(read(raw.replace(b"\n", b"\r\n"), HERE)) == told(read(raw, HERE))
