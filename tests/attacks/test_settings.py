"""What an operator's slip in firstline.toml must not tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.model.settings import InvalidSettings, load

MAILBOX = """
[desk]
secret = ""
[[mailbox]]
name = "main"
address = "help@sever.test"
provider = "sever"
imap = "{imap}"
smtp = "smtps://mx.sever.test"
password = ""
"""


@pytest.mark.parametrize(
    "imap",
    [
        "imaps://help:canary@mx.sever.test",
        "imap://help:canary@mx.sever.test",
        "imaps//help:canary@mx.sever.test",
        "help:canary@mx.sever.test",
        "imaps://help:canary/x@mx.sever.test",
        "imaps://[canary",
    ],
)
def test_a_password_in_an_address_is_refused_and_not_repeated(tmp_path: Path, imap: str) -> None:
    """Whether the address can be read or not: the sentence goes to terminals and logs."""
    (tmp_path / "firstline.toml").write_text(MAILBOX.format(imap=imap), "utf-8")
    with pytest.raises(InvalidSettings, match="imap") as refused:
        load(tmp_path, {})
    assert "canary" not in str(refused.value)
