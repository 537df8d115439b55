"""One table of media types and endings."""

from __future__ import annotations

import pytest

from desk.model.media_types import PICTURES, file_ending, file_kind_of, media_type_of


@pytest.mark.parametrize(
    ("media_type", "ending"),
    [
        ("image/jpeg", ".jpg"), ("image/png", ".png"), ("audio/mpeg", ".mp3"), ("video/mpeg", ".mpg"),
        ("audio/ogg", ".ogg"), ("video/mp4", ".mp4"), ("application/pdf", ".pdf"), ("text/plain", ".txt"),
        ("text/x-unheard-of", ".txt"), ("application/octet-stream", ".bin"), ("x/../../etc", ".bin"), ("", ".bin"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    ],
)  # fmt: skip
def test_a_file_without_a_name_gets_an_ending_by_its_type(media_type: str, ending: str) -> None:
    assert file_ending(media_type) == ending


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("router.jpg", "image/jpeg"), ("Фото.PNG", "image/png"), ("log", "application/octet-stream")],
)
def test_a_name_tells_the_type(name: str, media_type: str) -> None:
    assert media_type_of(name) == media_type


def test_the_pictures_of_content_are_shown_as_photos_and_keep_their_ending() -> None:
    for ending, media_type in PICTURES.items():
        assert (file_ending(media_type), media_type_of(f"a{ending}")) == (ending, media_type)
        assert file_kind_of(media_type) == "photo"
    assert (file_kind_of("video/mp4"), file_kind_of("application/pdf")) == ("video", "file")
