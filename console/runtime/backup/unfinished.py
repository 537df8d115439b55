"""What is being made stands under a temporary name, and gets its own when it is whole. The name tells which process is
at it: so whoever comes next knows what a killed one has left, and takes it away."""

from __future__ import annotations

import binascii
import shutil
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

from desk.storage.process_identity import is_known_dead, new_holder

ENDING = ".part"


def beside(place: Path) -> Path:
    """A temporary name in the same folder, which is free of what killed processes left there."""
    sweep(place.parent)
    return place.with_name(f".{place.name[:40]}~{urlsafe_b64encode(new_holder().encode()).decode()}{ENDING}")


def is_unfinished(name: str) -> bool:
    """Whether a file or folder of this name is one; files that SQLite puts beside it too."""
    return name.startswith(".") and "~" in name and ENDING in name


def sweep(folder: Path) -> None:
    """Takes away what processes of this machine that are gone were making in a folder."""
    for path in folder.glob(f".*~*{ENDING}*"):
        if is_known_dead(_holder(path.name)):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _holder(name: str) -> str:
    try:
        return urlsafe_b64decode(name.rpartition("~")[2].partition(ENDING)[0]).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
