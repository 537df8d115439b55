"""What an error of the network or of a file means, in a sentence that an operator understands."""

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


_OF_FILES = {
    errno.ENOENT: sentence("there is no such file"),
    errno.EACCES: sentence("that is not permitted"),
    errno.EPERM: sentence("that is not permitted"),
    errno.EISDIR: sentence("it is a folder"),
    errno.ENOTDIR: sentence("a part of the path is no folder"),
    errno.ENOSPC: sentence("the disk is full"),
    errno.EROFS: sentence("the file system is read-only"),
    errno.EADDRINUSE: sentence("another program listens there"),
    errno.EADDRNOTAVAIL: sentence("that is no address of this machine"),
}


def describe_file_error(error: Exception) -> str:
    """Why a file or an address could not be had: a sentence for what is common, else the system's own words."""
    number = getattr(error, "errno", None)
    told = _OF_FILES.get(number) if isinstance(number, int) else None
    return told or getattr(error, "strerror", None) or type(error).__name__
