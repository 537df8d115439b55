"""Which domains anybody may have a name below, by the Public Suffix List that the package of the same name bundles.

Nothing is fetched: the list is as old as the installed package. Names are in ASCII, lower case.
"""

from __future__ import annotations

from functools import lru_cache

from publicsuffixlist import PublicSuffixList


@lru_cache(maxsize=1)
def _bundled_list() -> PublicSuffixList:
    """Read at the first question: it takes a tenth of a second."""
    return PublicSuffixList()


def is_public_suffix(domain: str) -> bool:
    """Whether strangers to one another have names below ``domain``: ``com.ru``, ``github.io``, any top level."""
    return _bundled_list().is_public(domain)


@lru_cache(maxsize=4096)
def registrable_domain(domain: str) -> str:
    """The domain that somebody registered, of which ``domain`` is a part; a public suffix is itself."""
    return _bundled_list().privatesuffix(domain) or domain
