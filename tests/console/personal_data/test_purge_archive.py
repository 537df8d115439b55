"""What a killed step has left of itself in an archive hides nothing."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from console.runtime.personal_data.purge_archive import PurgeArchive
from tests.console.personal_data.old_cases import NOW


def added(archive: PurgeArchive, *ids: int) -> Path:
    archive.append("sever", [("cases", {"id": id, "words": "long " * 500}) for id in ids], NOW)
    (path,) = archive.folder.glob("*/*.gz")
    return path


def ids(archive: PurgeArchive) -> list[int]:
    return [row["id"] for _, row in archive.rows()]


@pytest.mark.parametrize("left", [1, 9, 30, 60])
def test_what_is_added_behind_half_a_step_can_be_read(tmp_path: Path, left: int) -> None:
    """By gzip too: the half is cut off first, wherever it ended."""
    archive = PurgeArchive(tmp_path)
    whole = added(archive, 1, 2).read_bytes()
    path = added(archive, 3)
    path.write_bytes(whole[:-20] + path.read_bytes()[len(whole) - 20 :][:left])
    assert ids(archive) == [1, 2]
    added(archive, 4)
    assert ids(archive) == [1, 2, 4]
    assert gzip.decompress(path.read_bytes()).count(b"\n") == 3


def test_an_archive_of_an_earlier_version_is_added_to(tmp_path: Path) -> None:
    """It has no empty member at its end."""
    archive = PurgeArchive(tmp_path)
    path = added(archive, 1)
    path.write_bytes(path.read_bytes()[:-20])
    added(archive, 2)
    assert ids(archive) == [1, 2]


def test_who_is_removed_is_not_in_what_a_killed_one_left(tmp_path: Path) -> None:
    archive = PurgeArchive(tmp_path)
    path = added(archive, 1, 2)
    left = path.with_suffix(".new")
    left.write_bytes(path.read_bytes())
    assert archive.remove(lambda _, row: row["id"] == 1) == 1
    assert (ids(archive), left.exists()) == ([2], False)
