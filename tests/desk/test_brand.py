"""A provider's colour and logo are checked where they are named, before a letter carries them."""

from __future__ import annotations

from pathlib import Path

import pytest

import console.sample
from desk.agents.front_desk_provider import front_desk
from desk.model import provider_files, settings
from desk.model.branding.brand import MAX_LOGO_BYTES, Brand
from desk.model.provider_files import InvalidProvider

SEVER = Path(console.sample.__file__).parent / "providers" / "sever"
LOGO = (SEVER / "logo.png").read_bytes()
WIDE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x10\0\0\0\0\x50"


@pytest.fixture
def provider(tmp_path: Path) -> Path:
    """A provider's folder with a logo in it."""
    folder = tmp_path / "providers" / "acme"
    folder.mkdir(parents=True)
    (folder / "logo.png").write_bytes(LOGO)
    return folder


def read(folder: Path, lines: str) -> Brand:
    (folder / "policy.toml").write_text(f'[provider]\ntitle = "Acme"\n{lines}\n', "utf-8")
    return provider_files.load(folder).brand


def test_the_sample_provider_has_both() -> None:
    brand = provider_files.load(SEVER).brand
    assert brand.colour == "#0e7490"
    assert brand.logo
    assert (brand.logo.media_type, brand.logo.size) == ("image/png", len(LOGO))


def test_neither_is_needed(provider: Path) -> None:
    assert read(provider, "") == Brand()
    assert read(provider, 'colour = "#0E7490"') == Brand("#0e7490")


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ('colour = "blue"', "'blue' is no colour"),
        ('colour = "#fff"', "is no colour"),
        ('color = "#0e7490"', "unknown key 'color'"),
        ('logo = "other.png"', "cannot be read"),
        ('logo = "../../secret.png"', "is no name of a PNG, JPEG or GIF file"),
        ('logo = "logo.svg"', "is no name of a PNG, JPEG or GIF file"),
        ('logo = "text.png"', "by its content"),
        ('logo = "large.png"', f"has {MAX_LOGO_BYTES // 1024 + 1} KB"),
        ('logo = "wide.png"', "is 4096 x 80 pixels"),
        ('logo = "linked.png"', "cannot be read"),
    ],
)
def test_what_no_letter_could_carry_is_a_fault_of_its_line(provider: Path, lines: str, fault: str) -> None:
    (provider / "text.png").write_text("<svg/>")
    (provider / "large.png").write_bytes(LOGO + bytes(MAX_LOGO_BYTES - len(LOGO) + 1))
    (provider / "wide.png").write_bytes(WIDE)
    (provider.parent / "outside.png").write_bytes(LOGO)
    (provider / "linked.png").symlink_to(provider.parent / "outside.png")
    with pytest.raises(InvalidProvider) as raised:
        read(provider, lines)
    (found,) = raised.value.faults
    assert fault in found.what
    assert (found.line, bool(found.todo)) == (3, True)


def test_the_front_desk_has_a_look_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(LOGO)
    (tmp_path / "secret").write_text("x" * 40)
    (tmp_path / "secret").chmod(0o600)
    (tmp_path / "firstline.toml").write_text('[desk]\n[front_desk]\ncolour = "#aa3300"\nlogo = "logo.png"\n', "utf-8")
    brand = front_desk({}, settings.load(tmp_path, {})).brand
    assert brand.colour == "#aa3300"
    assert brand.logo
    assert brand.logo.source == f"content:{(tmp_path / 'logo.png').resolve()}"
