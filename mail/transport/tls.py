"""TLS contexts for IMAP and SMTP, shared by all mailboxes that trust the same authorities."""

from __future__ import annotations

import os
import ssl
from functools import lru_cache


def make_tls_context(ca_file: str) -> ssl.SSLContext:
    """TLS 1.2 or better, the certificate and the host's name verified. Raises OSError for an unreadable CA file.

    Loading all certificates takes 30 ms and nearly a megabyte, so hundreds of mailboxes share what was loaded, until
    the file or the system's own changes.
    """
    system = ssl.get_default_verify_paths()
    paths = (ca_file,) if ca_file else (system.cafile, system.capath)
    return _cached_context(ca_file, tuple(_file_stamp(path) for path in paths))


@lru_cache(maxsize=8)
def _cached_context(ca_file: str, _: object) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _file_stamp(path: str | None) -> object:
    """Another one when something else lies there."""
    try:
        stat = os.stat(path) if path else None
    except OSError:
        stat = None
    return path, stat and (stat.st_ino, stat.st_size, stat.st_mtime_ns)
