"""Domains and recipients as machines carry them: nothing that looks like another, or like a command. Pure."""

from __future__ import annotations

import unicodedata

LONGEST, LABEL, LOCAL = 253, 63, 64
_ATOM = frozenset("!#$%&'*+/=?^_`{|}~-.")


def ascii_domain(domain: str) -> str:
    """The domain in ASCII (RFC 3490), lower case; "" when it has no such form that reads back as the same letters.

    So a letter that would silently become another (ß, a Kelvin sign, a full-width a) makes no domain at all.
    """
    if domain.isascii():
        return domain.lower() if len(domain) <= LONGEST else ""
    if len(domain) > LONGEST:
        return ""
    labels = [_ascii_label(label) for label in domain.split(".")]
    return ".".join(labels) if all(labels) and len(".".join(labels)) <= LONGEST else ""


def _ascii_label(label: str) -> str:
    if label.isascii():
        return label.lower()
    if len(label) > LABEL or unicodedata.normalize("NFKC", label) != label:
        return ""
    try:
        made = label.encode("idna")
        same = made.decode("idna") == label.lower()
    except UnicodeError:
        return ""
    return made.decode("ascii").lower() if same else ""


def vouches_for(vouched: str, domain: str) -> bool:
    """Whether whoever holds ``vouched`` may speak for ``domain``: the same one, or one above it of two labels at least.

    Narrower than the relaxed alignment of RFC 7489, section 3.1: a subdomain does not vouch for what stands above it,
    since no list of public suffixes is kept here, and such a name may be anybody's.
    """
    vouched = vouched.rstrip(".")
    return "." in vouched and (vouched == domain or domain.endswith("." + vouched))


def deliverable(address: str) -> str:
    """The address as it goes on the wire, its domain in ASCII; "" for what nobody is to be written to.

    Only a dot-atom (RFC 5321, section 4.1.2; RFC 6531 for letters outside ASCII) and a domain of letters, digits and
    hyphens: quoted local parts and address literals belong to no subscriber.
    """
    local, at, domain = address.rpartition("@")
    host = ascii_domain(domain)
    plain = all(char.isalnum() or char in _ATOM for char in local)
    named = all(label and all(char.isalnum() or char in "-_" for char in label) for label in host.split("."))
    short = 0 < len(local.encode("utf-8", "replace")) <= LOCAL
    return f"{local}@{host}" if at and plain and named and short and not host.startswith("-") else ""
