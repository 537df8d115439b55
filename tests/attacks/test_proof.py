"""Forged verdicts: whatever a stranger writes into a letter, only the border's own word vouches for its sender."""

from __future__ import annotations

import pytest

from desk.messages import Proof
from mail.authentication import proof
from mail.mime import heading

OURS = "mx.sever.test"
GENUINE = f"Authentication-Results: {OURS}; dkim=none; spf=softfail smtp.mailfrom=evil.test"
PASS = "dkim=pass header.d=example.test; spf=pass smtp.mailfrom=anna@example.test; dmarc=pass header.from=example.test"
RECEIVED = "Received: from evil.test by mx.sever.test; Sun, 22 Nov 2026 00:00:00 +0000"
FROM = "From: anna@example.test"


def _proof(*lines: str, authserv_id: str = OURS, sender: str = "anna@example.test") -> Proof:
    return proof(heading("\r\n".join([*lines, "", ""]).encode()), [sender], authserv_id)


@pytest.mark.parametrize(
    "lines",
    [
        (GENUINE, RECEIVED, f"Authentication-Results: {OURS}; {PASS}", FROM),
        (
            RECEIVED,
            f"Authentication-Results: {OURS}; dkim=none; spf=softfail; dmarc=none",
            f"Authentication-Results: {OURS}; {PASS}",
            FROM,
        ),
        (f"Authentication-Results: {OURS}.evil.test; {PASS}", FROM),
        (f"Authentication-Results: evil.test; x=y ({OURS}; {PASS})", FROM),
        (f"Authentication-Results: ({OURS}; {PASS}", FROM),
        (f'Authentication-Results: {OURS}; spf=fail smtp.mailfrom="a; {PASS}"@evil.test', FROM),
        (f"Authentication-Results: {OURS}; dkim=pass header.d=evil.test header.i=@example.test", FROM),
        (f"Authentication-Results: {OURS}; dkim=pass header.d=test", FROM),
        (f"Authentication-Results: {OURS}; dkim=pass header.d=notexample.test", FROM),
        (f"Authentication-Results: {OURS}; dkim=fail reason=dkim=pass header.d=example.test", FROM),
        (f"Authentication-Results: {OURS}; dmarc=pass header.from=evil.test", FROM),
        (f"Authentication-Results: {OURS} 2; {PASS}", FROM),
        (f"ARC-Authentication-Results: i=1; {OURS}; {PASS}", FROM),
        (f"X-Authentication-Results: {OURS}; {PASS}", FROM),
        (f"Authentication-Results: {OURS}; {PASS}", FROM, "From: evil@evil.test"),
        (FROM,),
    ],
)
def test_a_forged_verdict_proves_nothing(lines: tuple[str, ...]) -> None:
    """Lower headers, other servers, comments, quoted words, other domains, two senders: all stay in doubt."""
    assert _proof(*lines) is Proof.DOUBTED


def test_the_borders_own_word_counts() -> None:
    """One header or several of its own, each with another method, are believed."""
    assert _proof(f"Authentication-Results: {OURS}; {PASS}", RECEIVED, FROM) is Proof.SURE
    split = [f"Authentication-Results: {OURS}; {one}" for one in ("spf=none", "dkim=pass header.d=example.test")]
    assert _proof(*split, RECEIVED, FROM) is Proof.SURE
    assert _proof(FROM, authserv_id="") is Proof.CLAIMED
