"""The charset of bytes that declare none."""

from __future__ import annotations

import pytest

from mail.mime import charsets
from mail.mime.charset_detection import CYRILLIC_CHARSETS, decode_undeclared, detect_mislabelled_russian

RUSSIAN = [
    "нет интернета",
    "Помогите",
    "Пропал интернет",
    "Договор 40-1187, Иванов",
    "Вопрос по договору и счёту за услуги связи",
    "Здравствуйте! Второй день не работает интернет, договор 40-1187. Роутер перезагружал, лампочка PON мигает.",
]


@pytest.mark.parametrize("charset", CYRILLIC_CHARSETS)
@pytest.mark.parametrize("text", RUSSIAN)
def test_russian_is_read_in_each_of_its_charsets(text: str, charset: str) -> None:
    assert decode_undeclared(text.encode(charset)) == text


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("Guten Tag, können Sie bitte prüfen, ob der Anschluss gestört ist? Grüße, Jürgen Müller", "cp1252"),
        ("È possibile? La connessione non c'è più", "cp1252"),
        ("インターネットが昨日から使えません。確認をお願いします。", "cp932"),
        ("インターネットが昨日から使えません。確認をお願いします。", "euc_jp"),
        ("안녕하세요, 어제부터 인터넷이 안 됩니다. 확인 부탁드립니다.", "cp949"),
        ("网络不能用", "gb18030"),
        ("你好，從昨天開始網路就不能用了，請檢查一下。", "big5"),
    ],
)
def test_other_languages_are_told_from_russian(text: str, charset: str) -> None:
    assert decode_undeclared(text.encode(charset)) == text


def test_russian_that_is_declared_as_western_is_recognised_and_western_is_left_alone() -> None:
    assert detect_mislabelled_russian("Пропал интернет".encode("cp1251")) == "cp1251"
    assert detect_mislabelled_russian("Grüße, Jürgen Müller".encode("cp1252")) == ""


@pytest.mark.parametrize("charset", ["ISO-2022-JP", ""])
def test_japanese_with_a_vendors_sign_is_read_with_it(charset: str) -> None:
    """One sign of NEC's, which no codec of Python's has in ISO-2022-JP, and narrow kana beside it."""
    said, sign, kana = "確認をお願いします".encode("iso2022_jp"), b"\x1b$B\x2d\x21\x1b(B", b"\x1b(I\x36\x36\x1b(B"
    assert charsets.decode(said + sign + b" ok " + kana, charset) == "確認をお願いします① ok ｶｶ"
