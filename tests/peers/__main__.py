"""Says which real servers are missing here, and what is therefore not tried: ``python -m tests.peers [--packages]``."""

from __future__ import annotations

import sys

from tests.peers.dovecot import Dovecot
from tests.peers.postgres import Postgres

MISSING = {
    "Dovecot": (Dovecot.missing(), "mail over a real IMAP server"),
    "PostgreSQL": (Postgres.missing(), "the desk on PostgreSQL"),
}


def main(only_packages: bool) -> None:
    """Prints the packages to install, or one sentence, or nothing when every server is there."""
    missing = {server: (package, purpose) for server, (package, purpose) in MISSING.items() if package}
    if only_packages:
        print(" ".join(str(package) for package, _ in missing.values()))
    elif missing:
        servers = " and ".join(f"{server} (package {package})" for server, (package, _) in missing.items())
        purposes = " and ".join(purpose for _, purpose in missing.values())
        print(f"Not on this machine: {servers}. Therefore not tried: {purposes}.")


if __name__ == "__main__":
    main("--packages" in sys.argv)
