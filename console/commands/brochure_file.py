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
from desk.model.media_types import PICTURES
from kb.content.brochure_selection import BrochureFact, BrochurePart

_HYPHENED = re.compile(r"\b\w{1,3}-\w{1,20}")
FONT, WEIGHTS = "PT Sans", (400, 700)


class TypesettingRefused(ValueError):
    """What the typesetter will not take, such as half a picture: in its words."""


@dataclass(frozen=True, slots=True)
class QrCodeContent:
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
    first: BrochurePart
    leaves: tuple[BrochurePart, ...]
    call: BrochurePart
    yours: tuple[str, tuple[str, ...]]
    reach: tuple[str, tuple[BrochureFact, ...]]
    settings: tuple[str, tuple[BrochureFact, ...]]
    code: QrCodeContent | None
    pictures: Mapping[str, Path]
    logo: Path | None = None


def as_pdf(brochure: Brochure) -> bytes:
    """A5 pages, as many as fill sheets folded once. Raises `TypesettingRefused`."""
    files: dict[str, bytes] = {
        "main.typ": (TEMPLATES / "brochure.typ").read_bytes(),
        "cover.svg": _cover_svg(brochure).encode(),
    }
    names = {name: f"{at}{path.suffix}" for at, (name, path) in enumerate(brochure.pictures.items())}
    files |= {names[name]: path.read_bytes() for name, path in brochure.pictures.items()}
    values = _template_values(brochure, names)
    if brochure.code:
        files["code.svg"] = _qr_svg(brochure.code).encode()
    if brochure.logo:
        values["logo"] = f"logo{brochure.logo.suffix}"
        files[values["logo"]] = brochure.logo.read_bytes()
    files["brochure.json"] = json.dumps(values, ensure_ascii=False).encode()
    # Typst reads nothing outside of this folder.
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for file, content in files.items():
            (root / file).write_bytes(content)
        fonts = [fontpkg.path(FONT).parent]
        try:
            return typst.compile(root / "main.typ", root=root, font_paths=fonts, ignore_system_fonts=True, format="pdf")
        except typst.TypstError as error:
            raise TypesettingRefused(" ".join(error.message.split())) from None


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
    values = _template_values(brochure, {name: _data_url_of(path) for name, path in brochure.pictures.items()})
    return environment.get_template("brochure.html").render(
        it=values,
        fonts=[(weight, _data_url(fontpkg.path(FONT, weight).read_bytes(), "font/ttf")) for weight in WEIGHTS],
        cover=_data_url(_cover_svg(brochure).encode(), "image/svg+xml"),
        code=_data_url(_qr_svg(brochure.code).encode(), "image/svg+xml") if brochure.code else "",
        logo=_data_url_of(brochure.logo) if brochure.logo else "",
    )


def _template_values(brochure: Brochure, pictures: Mapping[str, str]) -> dict[str, Any]:
    """What both templates read; ``pictures`` are where each picture that is there is found."""
    values: dict[str, Any] = {
        "title": brochure.provider,
        "language": brochure.language,
        "words": dict(brochure.words),
        "first": _article_values(brochure.first, pictures),
        "leaves": [_article_values(one, pictures) for one in brochure.leaves],
        "call": _article_values(brochure.call, pictures),
        "yours": {"title": brochure.yours[0], "fields": list(brochure.yours[1])},
        "reach-title": brochure.reach[0],
        "reach": [asdict(one) for one in brochure.reach[1]],
        "settings-title": brochure.settings[0],
        "settings": [asdict(one) for one in brochure.settings[1]],
    }
    if brochure.code:
        values["code"] = asdict(brochure.code)
    return values


def _article_values(leaf: BrochurePart, pictures: Mapping[str, str]) -> dict[str, Any]:
    values = asdict(leaf)
    for section in values["sections"]:
        kept = [one for one in section["blocks"] if not one["picture"] or one["picture"] in pictures]
        section["blocks"] = [one | {"picture": pictures.get(one["picture"], "")} for one in kept]
    return values


def _unbroken(text: str) -> Markup:
    """Short words keep together over their hyphen: Wi-Fi."""
    return Markup(_HYPHENED.sub(r'<span class="k">\g<0></span>', str(escape(text))))  # noqa: S704  # escaped just here


def _cover_svg(brochure: Brochure) -> str:
    """The drawing of the cover, in the provider's colour."""
    return (TEMPLATES / "brochure.svg").read_text("utf-8").replace("#2f6fed", brochure.words["colour"])


def _qr_svg(code: QrCodeContent) -> str:
    drawn = io.BytesIO()
    segno.make(code.address, error="m", micro=False).save(drawn, kind="svg", scale=8, border=2, dark="#22304a")
    return drawn.getvalue().decode()


def _data_url_of(path: Path) -> str:
    return _data_url(path.read_bytes(), PICTURES[path.suffix])


def _data_url(content: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
