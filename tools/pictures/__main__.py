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
from tools.pictures import account_scenes, network_scenes, settings_scenes

ARTICLES = Path(__file__).resolve().parents[2] / "kb" / "articles"
COLOURS = 64


def drawings() -> dict[str, Callable[[], str]]:
    """Every drawing by ``article/name``; those with words once for each language, ``article/name-ru``."""
    with_words = {
        f"{name}-{language}": lambda draw=draw, language=language: draw(language)
        for name, draw in settings_scenes.SCENES.items()
        for language in LANGUAGES
    }
    return dict(network_scenes.SCENES) | dict(account_scenes.SCENES) | with_words


def rasterised(svg: Path) -> bytes:
    """The PNG of a drawing, of few colours."""
    image = importlib.import_module("PIL.Image")
    command = ["rsvg-convert", "--format", "png", str(svg)]
    whole = image.open(io.BytesIO(subprocess.run(command, capture_output=True, check=True).stdout)).convert("RGB")
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
