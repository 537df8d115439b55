"""Forged verdicts: whatever a stranger writes into a letter, only the border's own word vouches for its sender."""

from __future__ import annotations

import pytest

from desk.model.messages import SenderAssurance
from mail.mime.domains_and_recipients import is_aligned, to_ascii_domain
from mail.reading.message import MailboxReadingOptions, read_message

OURS = "mx.sever.test"
PASS = "dkim=pass header.d=example.test; spf=pass smtp.mailfrom=anna@example.test; dmarc=pass header.from=example.test"
FAIL = "dkim=none; spf=softfail smtp.mailfrom=evil.test; dmarc=fail header.from=example.test"
RECEIVED = "Received: from evil.test by mx.sever.test; Sun, 22 Nov 2026 00:00:00 +0000"
FROM = "From: anna@example.test"
DKIM = "dkim=pass header.d=example.test"


def results(words: str, by: str = OURS, name: str = "Authentication-Results") -> str:
    return f"{name}: {by}; {words}"


def verdict(*lines: str, authserv_id: str = OURS) -> SenderAssurance:
    """What the whole reader makes of a letter with these headers."""
    raw = "\r\n".join([*lines, "Subject: x", "", "нет интернета", ""]).encode("utf-8", "surrogateescape")
    return read_message(raw, MailboxReadingOptions("help@sever.test", authserv_id)).proof


FORGED = {
    "no verdict at all": (RECEIVED, FROM),
    "below the border's own": (results(FAIL), RECEIVED, results(PASS), FROM),
    "directly below the border's own": (RECEIVED, results(FAIL), results(PASS), FROM),
    "below one that only knows spf and dmarc": (RECEIVED, results("spf=none; dmarc=fail"), results(PASS), FROM),
    "below one that found nothing": (results("dkim=none; spf=none; dmarc=none"), RECEIVED, results(PASS), FROM),
    "one method below the border's own other one": (RECEIVED, results("spf=softfail"), results(DKIM), FROM),
    "below the border's own, another header between": (results("spf=none"), "X-Spam: no", results(PASS), FROM),
    "below the border's own, another server's between": (
        results("spf=none"),
        results("x=y", "a.b"),
        results(PASS),
        FROM,
    ),
    "a fail below the pass": (results(DKIM), results("dmarc=fail header.from=example.test"), FROM),
    "a HELO without blanks": (results("spf=none smtp.helo=a;dmarc=pass()header.from=example.test"), FROM),
    "a HELO with a word in its comment": (results("spf=none smtp.helo=a;dmarc=pass(x)header.from=example.test"), FROM),
    "a HELO with a nested comment": (results("spf=none smtp.helo=a;dkim=pass((x)y)header.d=example.test"), FROM),
    "a HELO with two comments": (results("spf=none smtp.helo=a;dmarc=pass()()header.from=example.test"), FROM),
    "a HELO of equals signs": (results("spf=none smtp.helo=a;dmarc=pass=header.from=example.test"), FROM),
    "a HELO with blanks, and the border's own word": (
        results("spf=none smtp.helo=a; dmarc=pass header.from=example.test; dmarc=none header.from=example.test"),
        FROM,
    ),
    "an envelope sender without blanks": (
        results("spf=none smtp.mailfrom=a;dkim=pass()header.d=example.test;x=@evil.test"),
        FROM,
    ),
    "a suffix for all of a country": (results("dkim=pass header.d=com.ru"), "From: anna@shop.com.ru"),
    "a suffix for all of a hoster": (results("dkim=pass header.d=github.io"), "From: anna@anna.github.io"),
    "a suffix's envelope sender": (results("spf=pass smtp.mailfrom=x@co.uk"), "From: anna@shop.co.uk"),
    "a suffix in other letters": (results("dkim=pass header.d=COM.RU."), "From: anna@shop.com.ru"),
    "a suffix of a name that anybody may take": (results("dkim=pass header.d=anything.ck"), "From: a@b.anything.ck"),
    "a Russian suffix": (results("dkim=pass header.d=xn--p1ai"), "From: anna@почта.рф"),
    "another server": (results(PASS, "mx.evil.test"), FROM),
    "ours as a prefix": (results(PASS, f"{OURS}.evil.test"), FROM),
    "ours as a prefix without a dot": (results(PASS, f"{OURS}x"), FROM),
    "ours as a suffix": (results(PASS, f"evil.{OURS}"), FROM),
    "ours with a dash": (results(PASS, f"{OURS}-evil"), FROM),
    "a prefix of ours": (results(PASS, "mx.sever"), FROM),
    "the domain of ours": (results(PASS, "sever.test"), FROM),
    "ours with a dot at the end": (results(PASS, f"{OURS}."), FROM),
    "ours in quotes": (results(PASS, f'"{OURS}"'), FROM),
    "ours in quotes with more": (results(PASS, f'"{OURS}; evil"'), FROM),
    "ours behind a comment": (results(PASS, f"(x){OURS}"), FROM),
    "ours behind another": (results(PASS, f"evil.test {OURS}"), FROM),
    "ours after a semicolon": (results(PASS, f"; {OURS}"), FROM),
    "ours in a comment": (results(f"x=y ({OURS}; {PASS})", "evil.test"), FROM),
    "ours with an encoded word": (results(PASS, "=?utf-8?q?mx=2Esever=2Etest?="), FROM),
    "ours with a look-alike letter": (results(PASS, "mx.s\u0435ver.test"), FROM),
    "ours with a soft hyphen": (results(PASS, "mx.se\u00adver.test"), FROM),
    "ours in full width": (results(PASS, "\uff4dx.sever.test"), FROM),
    "ours with a NUL": (results(PASS, f"{OURS}\0"), FROM),
    "version 2": (results(PASS, f"{OURS} 2"), FROM),
    "version 1 and more": (results(PASS, f"{OURS} 1 1"), FROM),
    "version 01": (results(PASS, f"{OURS} 01"), FROM),
    "a method of version 2": (results("dkim/2=pass header.d=example.test"), FROM),
    "no semicolon after the name": (f"Authentication-Results: {OURS} {PASS.partition(';')[0]}", FROM),
    "nothing after the name": (results("none"), FROM),
    "a comment that is never closed": (results(f"(dkim=fail {PASS}"), FROM),
    "a comment closed once too often": (results(f"spf=fail (x) ) ; {PASS}"), FROM),
    "a verdict in a comment": (results(f"dkim=fail ({PASS}) header.d=example.test"), FROM),
    "a verdict in a nested comment": (results(f"dkim=fail (a (b) ; {PASS}) header.d=example.test"), FROM),
    "a comment broken out of by a quoted sender": (
        results('spf=fail (domain of "x) ; dkim=pass header.d=example.test (y"@evil.test is not permitted)'),
        FROM,
    ),
    "a comment broken out of by a backslash": (results(r"spf=fail (\) ; dkim=pass header.d=example.test (\\)"), FROM),
    "a backslash at the end": (results(f"{PASS} (\\"), FROM),
    "a quoted local part": (results(f'spf=fail smtp.mailfrom="a; {PASS}"@evil.test'), FROM),
    "a quoted local part with an address": (results('spf=pass smtp.mailfrom="anna@example.test"@evil.test'), FROM),
    "a quote that is never closed": (results(f'spf=fail smtp.mailfrom="a; {PASS}'), FROM),
    "a pass in a reason": (results('dkim=fail reason="dkim=pass header.d=example.test"'), FROM),
    "a pass in a bare reason": (results("dkim=fail reason=dkim=pass header.d=example.test"), FROM),
    "a pass as a property": (results("dkim=fail dkim=pass header.d=example.test"), FROM),
    "a property said twice": (results("dkim=pass header.d=evil.test header.d=example.test"), FROM),
    "a quoted verdict": (results('dkim="pass" header.d=example.test'), FROM),
    "a verdict that begins with pass": (results("dkim=passed header.d=example.test"), FROM),
    "a verdict with a look-alike letter": (results("dkim=p\u0430ss header.d=example.test"), FROM),
    "an unknown method": (results("x-dkim=pass header.d=example.test; iprev=pass; auth=pass"), FROM),
    "a policy of its own": (results("dkim=policy header.d=example.test"), FROM),
    "a pass for another's key": (results("dkim=pass header.d=evil.test header.i=@example.test"), FROM),
    "a pass for the top level": (results("dkim=pass header.d=test"), FROM),
    "a pass for a longer name": (results("dkim=pass header.d=notexample.test"), FROM),
    "a pass for a name that continues ours": (results("dkim=pass header.d=example.test.evil.test"), FROM),
    "a pass for a subdomain": (results("dkim=pass header.d=evil.example.test"), FROM),
    "a pass for a subdomain's sender": (results("spf=pass smtp.mailfrom=x@evil.example.test"), FROM),
    "a pass for the greeting only": (results("spf=pass smtp.helo=example.test"), FROM),
    "a dmarc pass for another From": (results("dmarc=pass header.from=evil.test"), FROM),
    "a dmarc pass for nobody": (results("dmarc=pass"), FROM),
    "a dmarc fail beside a pass": (
        results("dkim=pass header.d=example.test; dmarc=fail header.from=example.test"),
        FROM,
    ),
    "a look-alike domain": (results("dkim=pass header.d=examp1e.test"), FROM),
    "an ARC verdict": (results(f"i=1; {OURS}; {PASS}", "", "ARC-Authentication-Results"), FROM),
    "an ARC verdict with our name": (results(PASS, OURS, "ARC-Authentication-Results"), FROM),
    "an X- header": (results(PASS, OURS, "X-Authentication-Results"), FROM),
    "an older header": (results(PASS, OURS, "Authentication-Results-Original"), FROM),
    "a look-alike header": (results(PASS, OURS, "Authentication_Results"), FROM),
    "a verdict in the body": (RECEIVED, FROM, "Subject: x", "", results(PASS)),
    "a header too long": (results("x" * 9000 + f" {PASS}"), FROM),
    "a crowd of headers": (*[results(f"x{number}=pass") for number in range(20)], results(PASS), FROM),
    "a raw byte in it": (results(f"x=\udcff; {PASS}"), FROM),
    "a bare carriage return": (f"Subject: x\rAuthentication-Results: {OURS}; {PASS}", FROM),
    "a bare carriage return after ours": (results(FAIL + "\r" + results(PASS)), FROM),
    "a space before the colon": (results(PASS, OURS, "Authentication-Results "), FROM),
    "a tab before the colon of From": (results(PASS), FROM.replace(":", "\t:")),
    "a line that is no header before ours": (RECEIVED, FROM, "garbage", results(PASS)),
    "a line of spaces before ours": (RECEIVED, FROM, "  ", results(PASS)),
    "a blank line at the top": ("", results(PASS), FROM),
    "a byte order mark at the top": ("\ufeff" + results(PASS), FROM),
    "folded onto another header": (f"X-Note: a\r\n Authentication-Results: {OURS}; {PASS}", FROM),
    "two From fields": (results(PASS), FROM, "From: evil@evil.test"),
    "two From fields, ours below": (results(PASS), "From: evil@evil.test", FROM),
    "two addresses in From": (results(PASS), "From: anna@example.test, evil@evil.test"),
    "two angles in From": (results(PASS), "From: <anna@example.test> <evil@evil.test>"),
    "two angles, ours last": (results(PASS), "From: <evil@evil.test> <anna@example.test>"),
    "an address behind the angle": (results(PASS), "From: <anna@example.test> evil@evil.test"),
    "another address as the name": (results(PASS), "From: evil@evil.test <anna@example.test>"),
    "a group in From": (results(PASS), "From: team: anna@example.test;"),
    "a comment with an address": (results(PASS), "From: anna@example.test (evil@evil.test)"),
    "a route in From": (results(PASS), "From: <@evil.test:anna@example.test>"),
    "no From": (results(PASS), "Sender: anna@example.test"),
    "a Sender who passes": (results("dkim=pass header.d=evil.test"), FROM, "Sender: evil@evil.test"),
    "a Resent-From who passes": (results("dkim=pass header.d=evil.test"), FROM, "Resent-From: evil@evil.test"),
    "a look-alike From": (results(PASS), "From: anna@ex\u0430mple.test"),
    "a full-width From": (results(PASS), "From: anna@\uff45xample.test"),
    "a Kelvin sign in From": (results("dkim=pass header.d=kit.test"), "From: anna@\u212ait.test"),
}
GENUINE = {
    "everything passes": (results(PASS), RECEIVED, FROM),
    "the name in other letters": (results(PASS, OURS.upper()), RECEIVED, FROM),
    "version 1": (results(PASS, f"{OURS} 1"), RECEIVED, FROM),
    "a comment after the name": (results(PASS, f"{OURS} (amavisd-new)"), RECEIVED, FROM),
    "the name and a semicolon apart": (results(PASS, f"{OURS} "), RECEIVED, FROM),
    "folded": (results(PASS.replace("; ", ";\r\n\t")), RECEIVED, FROM),
    "below the local delivery": ("Received: by mx.sever.test; x", results(PASS), RECEIVED, FROM),
    "below its own Received, as Gmail does": (RECEIVED, results(PASS), FROM),
    "OpenDMARC's above OpenDKIM's and another header": (
        results("dmarc=pass (p=none dis=none) header.from=example.test"),
        "Received-SPF: pass",
        results(DKIM),
        RECEIVED,
        FROM,
    ),
    "as Microsoft folds it": (
        results(
            "spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=example.test; dkim=pass (signature was verified)"
            "\r\n header.d=example.test;dmarc=pass action=none\r\n header.from=example.test;compauth=pass"
        ),
        RECEIVED,
        FROM,
    ),
    "as Mail.ru writes it": (
        results(
            "spf=pass (mx.test: domain of example.test designates 192.0.2.1 as permitted sender)"
            " smtp.mailfrom=anna@example.test smtp.helo=mail.example.test; dkim=pass header.d=example.test;"
            " dmarc=pass header.from=anna@example.test"
        ),
        RECEIVED,
        FROM,
    ),
    "a registered domain below a suffix": (results("dkim=pass header.d=shop.com.ru"), "From: anna@mail.shop.com.ru"),
    "a suffix that writes itself": (results("dkim=pass header.d=github.io"), "From: noreply@github.io"),
    "one header for each method": (*[results(one) for one in PASS.split("; ")], RECEIVED, FROM),
    "another server's beside it": (results(FAIL, "old.test"), results(PASS), RECEIVED, FROM),
    "a forged one far below": (results(PASS), RECEIVED, results(FAIL), FROM),
    "comments as Gmail writes them": (
        results(
            "dkim=pass header.i=@example.test header.s=mail header.b=Abc/d+e;"
            " spf=pass (google.com: domain of anna@example.test designates 192.0.2.1 as permitted sender)"
            " smtp.mailfrom=anna@example.test; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=example.test"
        ),
        RECEIVED,
        FROM,
    ),
    "dkim alone": (results("dkim=pass header.d=example.test"), RECEIVED, FROM),
    "one good signature of two": (
        results("dkim=fail header.d=list.test; dkim=pass header.d=example.test"),
        RECEIVED,
        FROM,
    ),
    "spf alone": (results("dkim=none; spf=pass smtp.mailfrom=bounces@example.test"), RECEIVED, FROM),
    "the domain above": (results("dkim=pass header.d=example.test"), RECEIVED, "From: anna@mail.example.test"),
    "a name": (results(PASS), RECEIVED, "From: =?utf-8?b?0JDQvdC90LA=?= <anna@example.test>"),
    "a name in quotes with an address": (results(PASS), RECEIVED, 'From: "evil@evil.test" <anna@example.test>'),
    "the address as the name": (results(PASS), RECEIVED, "From: anna@example.test <anna@example.test>"),
    "a smile in the name": (results(PASS), RECEIVED, "From: Anna :) <anna@example.test>"),
    "a name behind": (results(PASS), RECEIVED, "From: anna@example.test (Anna)"),
    "a Russian domain": (results("dkim=pass header.d=xn--80a1acny.test"), RECEIVED, "From: anna@почта.test"),
}


@pytest.mark.parametrize("lines", FORGED.values(), ids=FORGED)
def test_a_forged_verdict_proves_nothing(lines: tuple[str, ...]) -> None:
    """Lower headers, other servers, comments, quoted words, other domains, two senders: all stay in doubt."""
    assert verdict(*lines) is SenderAssurance.DOUBTED


@pytest.mark.parametrize("lines", GENUINE.values(), ids=GENUINE)
def test_the_borders_own_word_counts(lines: tuple[str, ...]) -> None:
    """One header or several of its own, however servers lay them out, are believed."""
    assert verdict(*lines) is SenderAssurance.SURE


def test_where_nobody_vouches_one_sender_is_a_claim_and_two_are_a_doubt() -> None:
    """Without an authserv_id a From is what it says, unless it says several things."""
    assert verdict(results(PASS), FROM, authserv_id="") is SenderAssurance.CLAIMED
    for lines in (("From: <anna@example.test> <evil@evil.test>",), (FROM, "From: evil@evil.test")):
        assert verdict(*lines, authserv_id="") is SenderAssurance.DOUBTED


@pytest.mark.parametrize(
    ("domain", "written"),
    [
        ("Example.Test", "example.test"),
        ("почта.рф", "xn--80a1acny.xn--p1ai"),
        ("Почта.РФ", "xn--80a1acny.xn--p1ai"),
        ("stra\u00dfe.test", ""),
        ("\u212ait.test", ""),
        ("\uff45xample.test", ""),
        ("a\u200db.test", ""),
        ("." * 300, ""),
        ("ж" * 64 + ".test", ""),
        ("почта..рф", ""),
    ],
)
def test_a_domain_has_one_spelling_or_none(domain: str, written: str) -> None:
    assert to_ascii_domain(domain) == written


def test_only_the_same_domain_or_one_above_vouches() -> None:
    assert is_aligned("example.test", "example.test")
    assert is_aligned("example.test", "mail.example.test")
    assert not any(is_aligned(one, "example.test") for one in ("test", "mail.example.test", "xample.test", "", "."))
