"""The section [alarms] of firstline.toml: what it names, and what `check` finds wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.runtime.wiring import operator_addresses
from desk.model.messages import Address
from desk.model.settings import Settings, read_with_faults

CHANNELS = """
[[telegram]]
name = "main"
token = "env:TOKEN"
provider = "sever"

[[mailbox]]
name = "support"
address = "help@sever.test"
provider = "sever"
imap = "imaps://localhost"
smtp = "smtps://localhost"
password = "env:PASSWORD"
"""


def read(root: Path, section: str, channels: str = CHANNELS) -> tuple[Settings, list[str]]:
    """The settings, and each fault with its line's text."""
    (root / "secret").write_text("x" * 40, "utf-8")
    (root / "secret").chmod(0o600)
    text = f"{section}\n{channels}"
    (root / "firstline.toml").write_text(text, "utf-8")
    settings, faults = read_with_faults(root, {"TOKEN": "1000:token", "PASSWORD": "a password"})
    return settings, [f"{text.splitlines()[one.line - 1].partition('=')[0].strip()}: {one.what}" for one in faults]


def test_alarms_go_to_a_chat_and_to_addresses_through_the_first_channels(tmp_path: Path) -> None:
    """Whatever is not named is the first of the desk."""
    settings, faults = read(tmp_path, '[alarms]\nchat = -1002\nmail = ["duty@example.net"]')
    assert not faults
    assert operator_addresses(settings) == [
        Address("telegram", "telegram:main", "-1002"),
        Address("mail", "mail:support", "duty@example.net"),
    ]


def test_without_the_section_there_is_no_operator(tmp_path: Path) -> None:
    """The agents' groups hear of everything then."""
    settings, faults = read(tmp_path, "")
    assert not faults
    assert operator_addresses(settings) == []


@pytest.mark.parametrize(
    ("section", "channels", "key"),
    [
        ('chat = -1\nbot = "mian"', CHANNELS, "bot"),
        ('mail = ["a@b.test"]\nmailbox = "suport"', CHANNELS, "mailbox"),
        ('mail = ["nobody"]', CHANNELS, "mail"),
        ("chat = -1", "", "chat"),
        ('mail = ["a@b.test"]', "", "mail"),
        ("chatt = -1", CHANNELS, "chatt"),
    ],
)
def test_every_slip_is_named_at_its_line(tmp_path: Path, section: str, channels: str, key: str) -> None:
    """What is wrong with the section, each once."""
    _, faults = read(tmp_path, f"[alarms]\n{section}", channels)
    (fault,) = faults
    assert fault.startswith(f"{key}: ")
