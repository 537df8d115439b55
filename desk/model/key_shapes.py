"""What the keys of a provider's accounts look like: ``[[key]]`` of its policy. Pure.

A pattern is written as "99-9999": 9 stands for a digit, A for a letter, anything else for itself. ``contract_shape`` is
the short form of a key of type "contract".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stdnum import damm, luhn, verhoeff
from stdnum.iso7064 import mod_97_10

from desk.language.translatable import sentence
from desk.model.toml_table import TomlTable

KEY_TYPES = ("contract", "serial", "login", "licence", "reference")
"""The types of keys that have a shape; phones and addresses of mail have their own everywhere."""
LONGEST_PATTERN = 40


@dataclass(frozen=True, slots=True)
class KeyShape:
    """One shape of a key: ``checksum`` is "" or one of `CHECKSUMS`, of all digits of the key."""

    type: str
    pattern: str
    checksum: str = ""

    def is_valid(self, value: str) -> bool:
        """Whether the digits of a value have the check digit that this shape asks for."""
        digits = "".join(char for char in value if char.isascii() and char.isdecimal())
        return not self.checksum or CHECKSUMS[self.checksum](digits)


CHECKSUMS: Mapping[str, Callable[[str], bool]] = {
    "luhn": luhn.is_valid,
    "damm": damm.is_valid,
    "verhoeff": verhoeff.is_valid,
    "mod97": mod_97_10.is_valid,
}


def check_pattern(pattern: str) -> None:
    """Raises ValueError, with a sentence, for a shape that could not find keys."""
    places = sum(char in "9A" for char in pattern)
    if places < 3 or len(pattern) > LONGEST_PATTERN or pattern != pattern.strip():
        what = "the shape of contract numbers {shape} needs 3 to 40 places of 9 (a digit) or A (a letter)"
        raise ValueError(sentence(what, shape=repr(pattern)))


def read_key_shapes(policy: TomlTable) -> tuple[KeyShape, ...]:
    """Every ``[[key]]`` of a policy."""
    return tuple(shape for section in policy.sections("key") if (shape := _read_key_shape(section)))


def _read_key_shape(section: TomlTable) -> KeyShape | None:
    kind = section.choice("type", KEY_TYPES, "contract")
    pattern = section.text("pattern")
    checksum = section.choice("checksum", ("", *CHECKSUMS), "")
    section.report_unknown_keys()
    if not pattern:
        return None
    try:
        check_pattern(pattern)
    except ValueError as error:
        section.report(str(error), "pattern")
        return None
    return KeyShape(kind, pattern, checksum)
