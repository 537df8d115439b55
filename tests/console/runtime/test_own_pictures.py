"""Which pictures are known as the desk's own when they come back with an answer."""

from __future__ import annotations

from pathlib import Path

from console.runtime.content_folders import ARTICLES
from console.runtime.own_pictures import OwnPictures
from desk.model.settings import Settings


async def knows(own: OwnPictures, picture: bytes) -> bool:
    async def content() -> bytes:
        return picture

    return await own.knows(len(picture), content)


async def test_pictures_of_articles_dialogs_and_logos_are_known_by_what_they_hold(tmp_path: Path) -> None:
    acme = tmp_path / "providers" / "acme"
    own = {
        tmp_path / "logo.png": b"front",
        acme / "logo.jpg": b"acme's",
        acme / "articles" / "drops" / "a.png": b"drops",
        tmp_path / "dialogs" / "lights.png": b"lights",
    }
    others = {acme / "teams.toml": b"teams", tmp_path / "data" / "chat" / "photo.png": b"somebody's photo"}
    for path, content in (own | others).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    pictures = OwnPictures(Settings(tmp_path, "sqlite+aiosqlite://", tmp_path / "data"))
    for content in own.values():
        assert await knows(pictures, content)
    assert await knows(pictures, (ARTICLES / "shared" / "lamps.png").read_bytes())
    for content in (*others.values(), b"acme'z", b""):
        assert not await knows(pictures, content)


async def test_what_has_another_size_is_not_even_read(tmp_path: Path) -> None:
    async def content() -> bytes:
        raise AssertionError("read for nothing")

    pictures = OwnPictures(Settings(tmp_path, "sqlite+aiosqlite://", tmp_path / "data"))
    assert not await pictures.knows(123_456_789, content)
