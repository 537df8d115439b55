"""Whom an address belongs to, for counting automatic mail, and never to tell who somebody is. Pure.

A mailbox has many spellings under which its provider delivers. For counts they are one, so that nobody fills a mailbox
by writing its name in another way. Two people may be taken for one here only where the provider itself would.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from mail.mime.domains_and_recipients import to_ascii_domain
from mail.mime.public_suffixes import registrable_domain

_YANDEX = (
    "ya.ru", "yandex.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua", "yandex.uz", "yandex.az", "yandex.ee",
    "yandex.fr", "yandex.lt", "yandex.lv", "yandex.md", "yandex.tj", "yandex.tm", "yandex.com.am", "yandex.com.ge",
    "yandex.com.tr", "yandex.com.ru", "yandex.co.il", "narod.ru",
)  # fmt: skip
_SAME_MAILBOX = {
    "googlemail.com": "gmail.com",
    **dict.fromkeys(_YANDEX, "yandex.ru"),
    **dict.fromkeys(("protonmail.com", "protonmail.ch", "pm.me"), "proton.me"),
    **dict.fromkeys(("me.com", "mac.com"), "icloud.com"),
}
"""Domains under which one provider delivers to the same mailbox."""
_SAME_LETTERS: dict[str, dict[int, int | None]] = {
    "gmail.com": {ord("."): None},
    "yandex.ru": {ord("-"): ord(".")},
    "proton.me": dict.fromkeys(map(ord, ".-_")),
}
"""What a provider leaves out of a local part, or takes for something else."""
_HYPHEN_TAGS = ("yahoo.", "ymail.com", "rocketmail.com", "myyahoo.com")
_SHARED_DOMAINS = frozenset({
    *_SAME_MAILBOX.values(), "mail.ru", "bk.ru", "inbox.ru", "list.ru", "internet.ru", "rambler.ru", "lenta.ru",
    "ro.ru", "autorambler.ru", "myrambler.ru", "outlook.com", "hotmail.com", "live.com", "live.ru", "msn.com",
    "aol.com", "gmx.com", "gmx.de", "gmx.net", "web.de", "zoho.com", "fastmail.com", "tutanota.com", "tuta.io",
    "ukr.net", "i.ua", "meta.ua", "tut.by", "mail.kz", "sibnet.ru", "ngs.ru", "e1.ru", "pochta.ru", "qip.ru",
    "seznam.cz", "wp.pl", "o2.pl", "libero.it", "orange.fr", "free.fr", "laposte.net", "t-online.de", "comcast.net",
    "att.net", "verizon.net", "qq.com", "163.com", "126.com", "naver.com",
})  # fmt: skip
"""Domains whose mailboxes belong to people who have nothing to do with one another."""


@lru_cache(maxsize=4096)
def peer_of(address: str) -> str:
    """The mailbox behind an address: letter case, tags, quotes and other spellings of its domain left out."""
    local, _, domain = unicodedata.normalize("NFKC", address).strip().rpartition("@")
    domain = domain.strip().rstrip(".").lower()
    domain = to_ascii_domain(domain) or domain
    domain = _SAME_MAILBOX.get(domain, domain)
    local = _unquoted(local).strip().lower()
    bare = local.partition("+")[0]
    if domain.startswith(_HYPHEN_TAGS):
        bare = bare.partition("-")[0]
    bare = bare.translate(_SAME_LETTERS.get(domain, {}))
    return f"{bare or local}@{domain}"[:320]


def domain_of(peer: str) -> str:
    """The domain whose owner can make addresses like that of a peer at will: the one that was registered."""
    return registrable_domain(peer.rpartition("@")[2])[:255]


def is_shared_domain(domain: str) -> bool:
    """Whether strangers to one another have their mailboxes there, as far as is known."""
    return domain in _SHARED_DOMAINS or domain.startswith(_HYPHEN_TAGS)


def hyphen_stem(peer: str) -> str:
    """``anna-1@isp.test`` as ``anna@isp.test``, where the part behind the hyphen may be a tag; "" where it is none.

    Some servers deliver so, and nothing tells which: this is for limits that may take two people for one.
    """
    local, _, domain = peer.rpartition("@")
    stem, hyphen, _ = local.partition("-")
    return f"{stem}@{domain}" if stem and hyphen and not is_shared_domain(domain_of(peer)) else ""


def _unquoted(local: str) -> str:
    """A local part without quotes and the backslashes in them (RFC 5321, section 4.1.2)."""
    if len(local) < 2 or not (local[0] == local[-1] == '"'):
        return local
    plain, escaped = [], False
    for char in local[1:-1]:
        if char == "\\" and not escaped:
            escaped = True
            continue
        plain.append(char)
        escaped = False
    return "".join(plain)
