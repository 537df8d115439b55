"""The brochure as a file: PDF by Typst, or one HTML page that needs nothing else. Needs ``firstline[brochure]``."""

from __future__ import annotations

import base64
import io
import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import fontpkg
import segno
import typst
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from console.runtime.content_folders import TEMPLATES
from kb.content.brochure import BrochureArticle, ContactRow

_HYPHENED = re.compile(r"\b\w{1,3}-\w{1,20}")
FONT, WEIGHTS = "PT Sans", (400, 700)
MEDIA_TYPES = {".png": "image/png", ".jpg": "image/jpeg"}


class CannotPrint(ValueError):
    """What the typesetter will not take, such as half a picture: in its words."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """What the QR code opens, as people read it, and what is said beside it."""

    address: str
    shown: str
    words: str


@dataclass(frozen=True, slots=True)
class Brochure:
    """All that is printed. ``words`` are kind, title, subtitle, contents, notes, goodbye and colour.

    ``pictures`` are the files of the pictures that are there; one that is not leaves no gap. ``logo`` may be None.
    """

    provider: str
    language: str
    words: Mapping[str, str]
    first: BrochureArticle
    leaves: tuple[BrochureArticle, ...]
    call: BrochureArticle
    yours: tuple[str, tuple[str, ...]]
    reach: tuple[str, tuple[ContactRow, ...]]
    settings: tuple[str, tuple[ContactRow, ...]]
    code: QrCode | None
    pictures: Mapping[str, Path]
    logo: Path | None = None


def as_pdf(brochure: Brochure) -> bytes:
    """A5 pages, as many as fill sheets folded once. Raises `CannotPrint`."""
    files: dict[str, bytes] = {
        "main.typ": (TEMPLATES / "brochure.typ").read_bytes(),
        "cover.svg": _cover(brochure).encode(),
    }
    names = {name: f"{at}{path.suffix}" for at, (name, path) in enumerate(brochure.pictures.items())}
    files |= {names[name]: path.read_bytes() for name, path in brochure.pictures.items()}
    told = _told(brochure, names)
    if brochure.code:
        files["code.svg"] = _code(brochure.code).encode()
    if brochure.logo:
        told["logo"] = f"logo{brochure.logo.suffix}"
        files[told["logo"]] = brochure.logo.read_bytes()
    files["brochure.json"] = json.dumps(told, ensure_ascii=False).encode()
    # Typst reads nothing outside of this folder.
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for file, content in files.items():
            (root / file).write_bytes(content)
        fonts = [fontpkg.path(FONT).parent]
        try:
            return typst.compile(root / "main.typ", root=root, font_paths=fonts, ignore_system_fonts=True, format="pdf")
        except typst.TypstError as error:
            raise CannotPrint(" ".join(error.message.split())) from None


def as_html(brochure: Brochure) -> str:
    """One page with its pictures and typeface inside, that prints as A5."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["unbroken"] = _unbroken
    told = _told(brochure, {name: _inline(path) for name, path in brochure.pictures.items()})
    return environment.get_template("brochure.html").render(
        it=told,
        fonts=[(weight, _encoded(fontpkg.path(FONT, weight).read_bytes(), "font/ttf")) for weight in WEIGHTS],
        cover=_encoded(_cover(brochure).encode(), "image/svg+xml"),
        code=_encoded(_code(brochure.code).encode(), "image/svg+xml") if brochure.code else "",
        logo=_inline(brochure.logo) if brochure.logo else "",
    )


def _told(brochure: Brochure, pictures: Mapping[str, str]) -> dict[str, Any]:
    """What both templates read; ``pictures`` are where each picture that is there is found."""
    told: dict[str, Any] = {
        "title": brochure.provider,
        "language": brochure.language,
        "words": dict(brochure.words),
        "first": _leaf(brochure.first, pictures),
        "leaves": [_leaf(one, pictures) for one in brochure.leaves],
        "call": _leaf(brochure.call, pictures),
        "yours": {"title": brochure.yours[0], "fields": list(brochure.yours[1])},
        "reach-title": brochure.reach[0],
        "reach": [asdict(one) for one in brochure.reach[1]],
        "settings-title": brochure.settings[0],
        "settings": [asdict(one) for one in brochure.settings[1]],
    }
    if brochure.code:
        told["code"] = asdict(brochure.code)
    return told


def _leaf(leaf: BrochureArticle, pictures: Mapping[str, str]) -> dict[str, Any]:
    told = asdict(leaf)
    for section in told["sections"]:
        kept = [one for one in section["blocks"] if not one["picture"] or one["picture"] in pictures]
        section["blocks"] = [one | {"picture": pictures.get(one["picture"], "")} for one in kept]
    return told


def _unbroken(text: str) -> Markup:
    """Short words keep together over their hyphen: Wi-Fi."""
    return Markup(_HYPHENED.sub(r'<span class="k">\g<0></span>', str(escape(text))))  # noqa: S704  # escaped just here


def _cover(brochure: Brochure) -> str:
    """The drawing of the cover, in the provider's colour."""
    return (TEMPLATES / "brochure.svg").read_text("utf-8").replace("#2f6fed", brochure.words["colour"])


def _code(code: QrCode) -> str:
    drawn = io.BytesIO()
    segno.make(code.address, error="m", micro=False).save(drawn, kind="svg", scale=8, border=2, dark="#22304a")
    return drawn.getvalue().decode()


def _inline(path: Path) -> str:
    return _encoded(path.read_bytes(), MEDIA_TYPES[path.suffix])


def _encoded(content: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
