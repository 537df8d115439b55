"""Media types (RFC 6838), the endings of file names that go with them, and what kind of file each is."""

from __future__ import annotations

import mimetypes

OCTET_STREAM = "application/octet-stream"
PICTURES = {".png": "image/png", ".jpg": "image/jpeg"}
"""What a picture beside a dialog or an article may be, by its ending: every channel and every printer shows these."""

_OFFICE = "application/vnd.openxmlformats-officedocument"
_ENDINGS = {
    "application/gzip": "gz", "application/x-gzip": "gz", "application/x-zip-compressed": "zip",
    "application/msword": "doc", "application/vnd.ms-excel": "xls", "application/vnd.ms-powerpoint": "ppt",
    f"{_OFFICE}.wordprocessingml.document": "docx", f"{_OFFICE}.spreadsheetml.sheet": "xlsx",
    f"{_OFFICE}.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt", "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/x-patch": "patch", "text/x-patch": "patch", "application/x-diff": "diff", "text/x-diff": "diff",
    "audio/mpeg": "mp3", "audio/mp4": "m4a", "video/mpeg": "mpg", "video/quicktime": "mov",
    "image/jpeg": "jpg", "image/pjpeg": "jpg", "image/svg+xml": "svg", "image/tiff": "tif",
    "text/calendar": "ics", "text/plain": "txt",
    "text/vcard": "vcf", "text/x-vcard": "vcf", "text/directory": "vcf",
}  # fmt: skip
"""Endings that differ from what follows the slash, or that `mimetypes` does not know or has two of."""


def file_ending(media_type: str) -> str:
    """The ending of a file of this type that came without a name, with its dot: ".jpg"; ".bin" if nothing tells."""
    major, _, minor = media_type.partition("/")
    likely = minor if minor.isascii() and minor.isalnum() and len(minor) < 6 else "txt" if major == "text" else "bin"
    return f".{_ENDINGS.get(media_type, likely)}"


def media_type_of(name: str) -> str:
    """The media type of a file by its name's ending; `OCTET_STREAM` if that tells nothing."""
    return mimetypes.guess_type(name)[0] or OCTET_STREAM


def file_kind_of(media_type: str) -> str:
    """The `File.kind` of a file that came without one."""
    return {"image": "photo", "video": "video"}.get(media_type.partition("/")[0], "file")
