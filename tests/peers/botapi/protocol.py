"""What travels: parameters in, errors out, both in the shape of Telegram's Bot API."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

JSON = dict[str, Any]

MAX_UPLOAD = 50 * 1024 * 1024
"""The largest body a bot may upload, in bytes."""


class ApiError(Exception):
    """A refusal, as Telegram words it: an HTTP status, a description and sometimes parameters."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> JSON:
        answer: JSON = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad_request(why: str, **parameters: int) -> ApiError:
    """A 400 in Telegram's words."""
    return ApiError(400, f"Bad Request: {why}", **parameters)


def forbidden(why: str) -> ApiError:
    """A 403 in Telegram's words."""
    return ApiError(403, f"Forbidden: {why}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    content: bytes
    mime: str | None = None


class Params:
    """The parameters of one call, whichever of the four ways they came."""

    __slots__ = ("fields", "uploads")

    def __init__(self, fields: Mapping[str, Any], uploads: Mapping[str, Upload] | None = None) -> None:
        self.fields = fields
        self.uploads = uploads or {}

    def text(self, name: str) -> str | None:
        value = self.fields.get(name)
        return value if value is None or isinstance(value, str) else str(value)

    def number(self, name: str) -> int | None:
        value = self.fields.get(name)
        if value is None or value == "":
            return None
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad_request(f"parameter {name} must be a number") from None

    def flag(self, name: str) -> bool:
        return str(self.fields.get(name, "")).lower() in {"true", "1", "yes"}

    def data(self, name: str) -> Any:
        """A JSON-serialised parameter (or one already JSON in a JSON body); None when absent."""
        value = self.fields.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def logged(self) -> JSON:
        """The call as the log keeps it: files by name and size, JSON decoded."""
        shown = {name: _decoded(value) for name, value in self.fields.items()}
        for name, upload in self.uploads.items():
            shown[name] = {"file": upload.name, "size": len(upload.content)}
        return shown


def _decoded(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


async def read_params(request: web.BaseRequest) -> Params:
    """The query string together with a JSON, urlencoded or multipart body."""
    fields: JSON = dict(parse_qsl(request.query_string, keep_blank_values=True)) if request.query_string else {}
    kind = request.content_type
    if kind == "application/x-www-form-urlencoded":
        fields.update(parse_qsl((await request.read()).decode("utf-8", "replace"), keep_blank_values=True))
    elif kind == "application/json":
        fields.update(_json_body(await request.read()))
    elif kind == "multipart/form-data":
        return await _multipart(request, fields)
    return Params(fields)


def _json_body(body: bytes) -> JSON:
    try:
        value = json.loads(body) if body else {}
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(value, dict):
        raise bad_request("object expected as JSON body")
    return value


async def _multipart(request: web.BaseRequest, fields: JSON) -> Params:
    uploads: dict[str, Upload] = {}
    total = 0
    too_large = False
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        content = bytearray()
        while chunk := await part.read_chunk(65536):
            total += len(chunk)
            too_large = too_large or total > MAX_UPLOAD + 65536
            if not too_large:  # the rest is read and dropped, so that the caller gets its answer
                content += chunk
        name = part.name or ""
        if part.filename is None:
            fields[name] = content.decode("utf-8", "replace")
        else:
            uploads[name] = Upload(part.filename, bytes(content), part.headers.get("Content-Type"))
    if too_large or any(len(upload.content) > MAX_UPLOAD for upload in uploads.values()):
        raise ApiError(413, "Request Entity Too Large")
    return Params(fields, uploads)


_encode = json.JSONEncoder(separators=(",", ":")).encode


def encoded(value: Any) -> bytes:
    """ASCII JSON, as Telegram sends it; a lone surrogate survives as its escape."""
    return _encode(value).encode("ascii")


def ok_body(result: Any) -> bytes:
    """A success in Telegram's shape."""
    return b'{"ok":true,"result":' + encoded(result) + b"}"


def ok_updates(raw: Iterable[bytes]) -> bytes:
    """The answer of getUpdates, of updates that are encoded already."""
    return b'{"ok":true,"result":[' + b",".join(raw) + b"]}"


def respond(body: bytes, status: int = 200, kind: str = "application/json") -> web.Response:
    """A response, of JSON unless ``kind`` says otherwise."""
    return web.Response(body=body, status=status, headers={"Content-Type": kind})


def refusal(error: ApiError) -> web.Response:
    """The response that carries an error, with Retry-After where Telegram sets it."""
    response = respond(encoded(error.body()), error.code)
    if "retry_after" in error.parameters:
        response.headers["Retry-After"] = str(error.parameters["retry_after"])
    return response
