"""The sections of firstline.toml that name a client's own system."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.runtime.channel_kinds import channel_secrets, section_readers, sources_of_providers
from desk.model.settings import InvalidSettings, load

GOOD = """
[[sql_source]]
name = "crm"
provider = "sever"
url = "postgresql://desk@db.example/crm"
password = "env:CRM"
[sql_source.query]
contract = "SELECT no, name FROM customers WHERE no = :value"
[sql_source.columns]
contract = "no"

[[http_source]]
name = "billing"
provider = "sever"
url = "https://billing.example/accounts/{kind}?q={value}"
token = "env:TOKEN"
private = ["10.1.0.0/16"]
kinds = ["contract", "serial"]
[http_source.statuses]
"2" = "blocked"
"""


def read(root: Path, text: str) -> object:
    (root / "firstline.toml").write_text(text, "utf-8")
    (root / "secret").write_text("a secret for tests that is long enough", "utf-8")
    (root / "secret").chmod(0o600)
    return load(root, {"CRM": "canary one", "TOKEN": "canary two"}, section_readers())


def test_both_are_read_and_their_secrets_are_struck_from_the_log(tmp_path: Path) -> None:
    settings = read(tmp_path, GOOD)
    assert sources_of_providers(settings) == {"sever": ("sql_source:crm", "http_source:billing")}  # type: ignore[arg-type]
    assert {"canary one", "canary two"} <= {*channel_secrets(settings, None)}  # type: ignore[arg-type]
    assert "canary" not in repr(settings)


@pytest.mark.parametrize(
    ("good", "wrong", "told"),
    [
        ("postgresql://desk@", "oracle://desk@", "url must begin with one of"),
        ("postgresql://desk@", "postgresql://desk:pw@", "url holds a password"),
        (':value"', '1; DROP TABLE customers"', "must be one SELECT with :value in it"),
        ("SELECT no, name FROM customers WHERE no = :value", "DELETE FROM customers", "must be one SELECT"),
        ("https://billing.example", "ftp://billing.example", "url must be an address such as"),
        ("https://billing.example", "https://me:pw@billing.example", "url must be an address such as"),
        ("https://billing.example", "https://{value}.example", "in its path or query"),
        ("?q={value}", "", "in its path or query"),
        ("10.1.0.0/16", "10.1.0.1/16", "private: 10.1.0.1/16 has host bits set"),
        ('"2" = "blocked"', '"2" = "gone"', "must be one of active, expired, blocked"),
        ("[sql_source.query]\ncontract", "[sql_source.query]\nkontract", "unknown key 'kontract'"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, good: str, wrong: str, told: str) -> None:
    assert good in GOOD
    with pytest.raises(InvalidSettings) as caught:
        read(tmp_path, GOOD.replace(good, wrong, 1))
    assert told in str(caught.value)
