"""In which language commands speak: that of the terminal (``LANG``), or else that of the desk."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from desk.language.detect import LANGUAGES
from desk.language.translatable import Catalog

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates"
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""As POSIX has it: the first of these that is set says in which language messages are."""


def command_language(root: Path, environment: Mapping[str, str] | None = None) -> str:
    """ "ru" or "en": the one that ``LC_ALL``, ``LC_MESSAGES`` or ``LANG`` names; where they name neither ("C.UTF-8"),
    the one of the desk folder ``root``; without a desk, English."""
    known = os.environ if environment is None else environment
    named = next((value for variable in _VARIABLES if (value := known.get(variable, ""))), "")
    language = named.partition("_")[0].partition(".")[0].lower()
    return language if language in LANGUAGES else desk_language(root)


def desk_language(root: Path) -> str:
    """What firstline.toml says under [desk] language, as far as it can be read."""
    try:
        desk = tomllib.loads((root / "firstline.toml").read_text("utf-8")).get("desk", {})
        language = desk.get("language", "ru")
    except (OSError, ValueError, AttributeError, RecursionError):
        return "en"
    return language if language in LANGUAGES else "en"


@cache
def catalog(language: str, name: str = "commands") -> Catalog:
    """The words in a language of what "commands" say, of their "help", or of the "log"; English needs none."""
    path = TEMPLATES / language / f"{name}.toml"
    if language == "en" or not path.is_file():
        return {}
    return {key: words for part in tomllib.loads(path.read_text("utf-8")).values() for key, words in part.items()}
