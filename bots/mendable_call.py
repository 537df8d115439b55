"""One Bot API call as a value that can be mended: what to ask, and what to ask instead when Telegram says no.

Pure, and without aiogram. A call is mended only after a 400, when Telegram has certainly done nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bots.split_text import CAPTION, units

_NOT_EDITABLE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message identifier is not specified",
    "there is no caption in the message to edit",
    "message to delete not found",
    "message can't be deleted",
)
_A_CAPTION = "there is no text in the message to edit"
_NO_PICTURE = ("photo_", "image_process_failed")
_NO_TOPIC = ("message thread not found", "topic_closed", "topic_deleted")
_FILE_UNUSABLE = ("file identifier", "file_id", "file_reference", "file reference", "can't use file of type")


class BotApiCall:
    """``method`` is empty when nothing is left to be done. ``files`` are as `bots.render` describes them."""

    def __init__(self, body: Mapping[str, Any], remotes: Mapping[str, str]) -> None:
        self.method: str = body["method"]
        self.params: dict[str, Any] = dict(body["params"])
        self.files: list[Mapping[str, str]] = list(body["files"])
        self.by_bytes = False
        if answered := _message_id(body.get("answers", ""), remotes):
            self.params["reply_parameters"] = {"message_id": answered, "allow_sending_without_reply": True}
        if key := body.get("edits", ""):
            if edited := _message_id(key, remotes):
                self.params["message_id"] = edited
            else:
                self._say_anew()

    def filled(self, opened: list[Any]) -> dict[str, Any]:
        """The parameters with each file in its place: an id, or whatever uploads it."""
        params = dict(self.params)
        if "media" in params:
            params["media"] = [one | {"media": opened[at]} for at, one in enumerate(params["media"])]
        else:
            params |= {file["at"]: content for file, content in zip(self.files, opened, strict=True)}
        return params

    def mend(self, said: str) -> bool:
        """Changes the call so that Telegram may take it after saying ``said`` (lower case). False: there is no way."""
        if self.method == "editMessageText" and _A_CAPTION in said and units(self.params["text"]) <= CAPTION:
            self._edit_caption()
        elif "message_id" in self.params and _any((*_NOT_EDITABLE, _A_CAPTION), said):
            self._say_anew()
        elif "message_thread_id" in self.params and _any(_NO_TOPIC, said):
            del self.params["message_thread_id"]  # it is read where the group reads everything else
        elif self.files and _any(_NO_PICTURE, said) and not self._of_documents():
            self._as_documents()
        elif self.files and _any(_FILE_UNUSABLE, said) and not self.by_bytes:
            self.by_bytes = True
        elif "entit" in said and ("entities" in self.params or "caption_entities" in self.params):
            # Words without their bold are better than silence.
            self.params.pop("entities", None)
            self.params.pop("caption_entities", None)
        else:
            return False
        return True

    def without_files(self) -> bool:
        """The files cannot be had, or are too large: the words go alone, and name what is missing.

        False when there are none to leave out.
        """
        if not self.files:
            return False
        names = "\n".join(f"📎 {file['name']}" for file in self.files)
        caption = self.params.pop("caption", "")
        self.params["text"] = f"{caption}\n\n{names}" if caption else names
        if marks := self.params.pop("caption_entities", None):
            self.params["entities"] = marks
        self.params.pop("media", None)
        self.method, self.files = "sendMessage", []
        return True

    def _say_anew(self) -> None:
        """An old message that cannot be edited: its new words are a new message; its buttons just stay."""
        self.params.pop("message_id", None)
        self.method = "sendMessage" if self.method == "editMessageText" else ""

    def _edit_caption(self) -> None:
        """The old words stand under a picture."""
        self.method = "editMessageCaption"
        self.params["caption"] = self.params.pop("text")
        if marks := self.params.pop("entities", None):
            self.params["caption_entities"] = marks
        self.params.pop("link_preview_options", None)

    def _of_documents(self) -> bool:
        return self.method == "sendDocument" or any(one["type"] == "document" for one in self.params.get("media", ()))

    def _as_documents(self) -> None:
        """A picture that Telegram cannot show is sent as a file; a photo's id is no document's, so by its bytes."""
        self.by_bytes = True
        if "media" in self.params:
            self.params["media"] = [{"type": "document"} for _ in self.files]
        else:
            self.method = "sendDocument"
            self.params.pop("show_caption_above_media", None)
            self.files = [{**file, "at": "document"} for file in self.files]


def _message_id(key: str, remotes: Mapping[str, str]) -> int:
    """The message a key names, 0 when nothing is known of it."""
    remote = key.removeprefix("remote:") if key.startswith("remote:") else remotes.get(key, "")
    return int(remote) if remote.isascii() and remote.isdecimal() else 0


def _any(phrases: tuple[str, ...], said: str) -> bool:
    return any(phrase in said for phrase in phrases)
