"""Values that several sections of a provider's files have: lengths of time, and names by language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from desk.language.detect import LANGUAGES
from desk.language.translatable import sentence
from desk.language.typed_durations import InvalidDuration, parse_duration
from desk.model.toml_table import TomlTable


def read_duration(section: TomlTable, key: str, default: str) -> timedelta:
    """A length of time such as "30m"."""
    return durations_of(section, key, (section.text(key, default),), (default,))[0]


def read_durations(section: TomlTable, key: str, default: Sequence[str]) -> tuple[timedelta, ...]:
    """Lengths of time, such as ["4h", "24h"]."""
    return durations_of(section, key, section.texts(key, default), default)


def durations_of(section: TomlTable, key: str, written: Sequence[str], default: Sequence[str]) -> tuple[timedelta, ...]:
    """What is ``written`` under a key as lengths of time; the default where one of them is none, and that is noted."""
    try:
        return tuple(map(parse_duration, written))
    except InvalidDuration as error:
        section.report(sentence("{key}: {why}", key=key, why=error.args[0]), key)
        return tuple(map(parse_duration, default))


def read_titles(section: TomlTable, key: str, default: str) -> Mapping[str, str]:
    """A name by language."""
    value = section.take(key, default)
    if isinstance(value, str):
        return dict.fromkeys(LANGUAGES, value)
    if isinstance(value, dict) and value and set(value) <= set(LANGUAGES):
        return {language: str(words) for language, words in value.items()}
    section.report(sentence("{key} must be a text, or {example}", key=key, example='{ ru = "...", en = "..." }'), key)
    return dict.fromkeys(LANGUAGES, default)
