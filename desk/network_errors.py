"""What an error of the network means, in a sentence that an operator understands."""

from __future__ import annotations

import errno
import socket
import ssl

from desk.language.translatable import sentence

_KINDS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((socket.gaierror,), sentence("the name of the server is not found")),
    ((ConnectionRefusedError,), sentence("the connection is refused: nothing listens there")),
    (
        (ConnectionResetError, ConnectionAbortedError, BrokenPipeError, EOFError),
        sentence("the connection was lost"),
    ),
    ((TimeoutError,), sentence("no answer in time")),
)
_NO_WAY = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})


def describe_network_error(error: BaseException | None) -> str:
    """The error, or what it was made of, as a sentence; its type and own words where it is none of the network's."""
    causes, cause = list[BaseException](), error
    while cause is not None and cause not in causes:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    for one in causes:
        if isinstance(one, ssl.SSLCertVerificationError):
            return sentence("the certificate is not to be trusted ({why})", why=one.verify_message)
        for kinds, told in _KINDS:
            if isinstance(one, kinds):
                return told
        if isinstance(one, OSError) and one.errno in _NO_WAY:
            return sentence("no network leads there")
    return f"{type(error).__name__} {error}".strip()[:300]
