"""The colour and the logo of a provider, as its file names them, checked before any letter carries them."""

from __future__ import annotations

import errno
import os
import re
from dataclasses import dataclass
from pathlib import Path

from desk.error_reasons import describe_file_error
from desk.language.translatable import sentence
from desk.model.branding.picture_header import read_picture_header
from desk.model.toml_table import TomlTable

MAX_LOGO_BYTES = 64 * 1024
"""Every letter carries the logo, encoded a third larger."""
MAX_LOGO_SIDE = 2000
"""Pixels: more is a photo or a mistake, and a phone would decode it for a picture as high as two lines."""
LOGO_ENDINGS = (".png", ".jpg", ".jpeg", ".gif")
"""How the name of a logo's file ends. What mail programs do not show (SVG, WebP) is no logo."""
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture file. ``source`` is that of a `desk.model.messages.File`; ``width`` and ``height`` are its pixels,
    ``size`` its bytes."""

    name: str
    source: str
    media_type: str
    size: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Brand:
    """``colour`` is written "#2f6fed", "" for none."""

    colour: str = ""
    logo: Logo | None = None


NO_BRAND = Brand()
"""Letters with a name alone."""


def read_brand(section: TomlTable, folder: Path) -> Brand:
    """The keys colour and logo of a section; a logo lies in ``folder`` itself. What is wrong is noted, and left out."""
    colour = section.text("colour", "")
    if colour and not _COLOUR.fullmatch(colour):
        todo = sentence("write it as {example}, or leave the line out", example='colour = "#2f6fed"')
        section.report(sentence("colour {typed} is no colour", typed=repr(colour)), "colour", todo)
        colour = ""
    name = section.text("logo", "")
    logo = _logo_or_fault(folder, name) if name else None
    if isinstance(logo, tuple):
        section.report(logo[0], "logo", logo[1])
        logo = None
    return Brand(colour.lower(), logo)


def _logo_or_fault(folder: Path, name: str) -> Logo | tuple[str, str]:
    """The logo; or what is wrong with it, and what to do about it."""
    if Path(name).name != name or not name.lower().endswith(LOGO_ENDINGS):
        todo = sentence("put the picture beside this file and write its name alone: {name}", name="logo.png")
        return sentence("logo {typed} is no name of a PNG, JPEG or GIF file", typed=repr(name)), todo
    path = (folder / name).resolve()
    try:
        if path.parent != folder.resolve():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        size = path.stat().st_size
        content = path.read_bytes() if size <= MAX_LOGO_BYTES else b""
    except OSError as error:
        todo = sentence("put the picture into {folder}, or leave the line out", folder=folder.name)
        return sentence("logo {name} cannot be read ({why})", name=name, why=describe_file_error(error)), todo
    if size > MAX_LOGO_BYTES:
        todo = sentence("every letter carries it: make it {limit} KB at most", limit=MAX_LOGO_BYTES // 1024)
        return sentence("logo {name} has {size} KB", name=name, size=-(-size // 1024)), todo
    found = read_picture_header(content)
    if found is None:
        todo = sentence("save it as PNG: mail programs show no other kinds")
        return sentence("logo {name} is no PNG, JPEG or GIF by its content", name=name), todo
    if max(found.width, found.height) > MAX_LOGO_SIDE:
        todo = sentence("{limit} a side at most; 400 x 80 is plenty", limit=MAX_LOGO_SIDE)
        pattern = "logo {name} is {width} x {height} pixels"
        return sentence(pattern, name=name, width=found.width, height=found.height), todo
    return Logo(name, f"content:{path}", found.media_type, size, found.width, found.height)
