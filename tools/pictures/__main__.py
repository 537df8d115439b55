"""Draws the packaged articles' pictures: ``python -m tools.pictures [NAME...]`` writes SVG and, from it, small PNG.

Without names everything is drawn anew, and the drawings made by hand are only turned into PNG. It needs `rsvg-convert`
and Pillow, which the desk itself does not: pictures change rarely, and both files are kept.
"""

from __future__ import annotations

import importlib
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from desk.language.detect import LANGUAGES
from tools.pictures import affairs, network, settings

ARTICLES = Path(__file__).resolve().parents[2] / "kb" / "articles"
COLOURS = 64


def drawings() -> dict[str, Callable[[], str]]:
    """Every drawing by ``article/name``; those with words once for each language, ``article/name-ru``."""
    spoken = {
        f"{name}-{language}": lambda draw=draw, language=language: draw(language)
        for name, draw in settings.SCENES.items()
        for language in LANGUAGES
    }
    return dict(network.SCENES) | dict(affairs.SCENES) | spoken


def rasterised(svg: Path) -> bytes:
    """The PNG of a drawing, of few colours."""
    image = importlib.import_module("PIL.Image")
    command = ["rsvg-convert", "--format", "png", str(svg)]
    whole = image.open(io.BytesIO(subprocess.run(command, capture_output=True, check=True).stdout)).convert("RGB")  # noqa: S603
    small, kept = whole.quantize(COLOURS, method=0, dither=0), io.BytesIO()
    small.save(kept, "PNG", optimize=True)
    return kept.getvalue()


def main(names: list[str]) -> None:
    for name, draw in drawings().items():
        if not names or name in names:
            path = ARTICLES / f"{name}.svg"
            path.parent.mkdir(exist_ok=True)
            path.write_text(draw(), "utf-8")
    total = 0
    for path in sorted(ARTICLES.glob("*/*.svg")):
        if not names or f"{path.parent.name}/{path.stem}" in names:
            path.with_suffix(".png").write_bytes(rasterised(path))
            total += path.with_suffix(".png").stat().st_size
    print(f"{total // 1024} KB of pictures")


if __name__ == "__main__":
    main(sys.argv[1:])
