"""Whom mailboxes trust."""

from pathlib import Path

import pytest

from mail.transport.tls import make_tls_context
from tests.peers.certificates import Authority


def test_mailboxes_that_trust_the_same_share_what_was_loaded() -> None:
    authority = Authority()
    assert make_tls_context(str(authority.ca_file)) is make_tls_context(str(authority.ca_file))
    assert make_tls_context("") is make_tls_context("")
    assert make_tls_context("") is not make_tls_context(str(authority.ca_file))


def test_a_renewed_ca_file_is_trusted_from_the_next_connection_on(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    held = []
    for authority in (Authority(), Authority()):
        path.write_bytes(authority.ca_file.read_bytes())
        held.append(make_tls_context(str(path)).get_ca_certs(binary_form=True))
    assert held[0] != held[1]


def test_a_ca_file_that_is_not_there_is_an_error_until_it_is(tmp_path: Path) -> None:
    path, authority = tmp_path / "ca.pem", Authority()
    with pytest.raises(OSError, match="No such file"):
        make_tls_context(str(path))
    path.write_bytes(authority.ca_file.read_bytes())
    assert make_tls_context(str(path)).get_ca_certs()
