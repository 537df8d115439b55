"""A certificate authority made on the spot, which all peers share, so that a client needs one CA file."""

from __future__ import annotations

import shutil
import ssl
import tempfile
import weakref
from datetime import datetime, timedelta
from pathlib import Path

import trustme


class Authority:
    """Issues certificates for the loopback; ``ca_file`` is what a client is told to trust, while this object lives."""

    def __init__(self) -> None:
        self._authority = trustme.CA(organization_name="Sever test authority")
        folder = tempfile.mkdtemp(prefix="firstline-ca-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.ca_file = Path(folder) / "ca.pem"
        self._authority.cert_pem.write_to_path(str(self.ca_file))

    def issue(self, *names: str, until: datetime | None = None) -> trustme.LeafCert:
        """A certificate with its key for ``names``: by default the loopback's own, and for long."""
        since = until - timedelta(days=30) if until else None
        return self._authority.issue_cert(*(names or ("localhost", "127.0.0.1")), not_before=since, not_after=until)

    def server_context(self, *names: str) -> ssl.SSLContext:
        """What a server needs to speak TLS 1.2 or better under ``names``."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.issue(*names).configure_cert(context)
        return context

    def client_context(self) -> ssl.SSLContext:
        """What a client needs to believe in this authority, and in no other."""
        return ssl.create_default_context(cafile=str(self.ca_file))
