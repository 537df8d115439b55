"""Domains and recipient addresses in the form that goes to a mail server; unclear ones are refused. Pure."""

from __future__ import annotations

import unicodedata

from mail.mime.public_suffixes import is_public_suffix

MAX_DOMAIN_LENGTH, MAX_LABEL_LENGTH, MAX_LOCAL_PART_BYTES = 253, 63, 64
_ATOM_CHARACTERS = frozenset("!#$%&'*+/=?^_`{|}~-.")


def to_ascii_domain(domain: str) -> str:
    """The domain in ASCII (RFC 3490), lower case; "" when it has no such form that reads back as the same letters.

    So a letter that would silently become another (ß, a Kelvin sign, a full-width a) makes no domain at all.
    """
    if domain.isascii():
        return domain.lower() if len(domain) <= MAX_DOMAIN_LENGTH else ""
    if len(domain) > MAX_DOMAIN_LENGTH:
        return ""
    labels = [_to_ascii_label(label) for label in domain.split(".")]
    return ".".join(labels) if all(labels) and len(".".join(labels)) <= MAX_DOMAIN_LENGTH else ""


def _to_ascii_label(label: str) -> str:
    if label.isascii():
        return label.lower()
    if len(label) > MAX_LABEL_LENGTH or unicodedata.normalize("NFKC", label) != label:
        return ""
    try:
        made = label.encode("idna")
        same = made.decode("idna") == label.lower()
    except UnicodeError:
        return ""
    return made.decode("ascii").lower() if same else ""


def is_aligned(vouched: str, domain: str) -> bool:
    """Whether whoever holds ``vouched`` may speak for ``domain``: the same, or one above it that somebody registered.

    Narrower than the relaxed alignment of RFC 7489, section 3.1: a subdomain does not vouch for what stands above it.
    A public suffix (``com.ru``, ``github.io``) vouches for nobody below it.
    """
    vouched = vouched.rstrip(".")
    if "." not in vouched:
        return False
    return vouched == domain or (domain.endswith("." + vouched) and not is_public_suffix(vouched))


def to_deliverable_address(address: str) -> str:
    """The address as it goes on the wire, its domain in ASCII; "" for what nobody is to be written to.

    Only a dot-atom (RFC 5321, section 4.1.2; RFC 6531 for letters outside ASCII) and a domain of letters, digits and
    hyphens: quoted local parts and address literals belong to no subscriber.
    """
    local, at, domain = address.rpartition("@")
    host = to_ascii_domain(domain)
    plain = all(char.isalnum() or char in _ATOM_CHARACTERS for char in local)
    named = all(label and all(char.isalnum() or char in "-_" for char in label) for label in host.split("."))
    short = 0 < len(local.encode("utf-8", "replace")) <= MAX_LOCAL_PART_BYTES
    return f"{local}@{host}" if at and plain and named and short and not host.startswith("-") else ""
