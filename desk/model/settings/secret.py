"""A secret that shows itself only when asked, and where secrets are read from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from desk.error_reasons import describe_file_error
from desk.language.translatable import sentence
from desk.model.toml_table import TomlTable

OPEN_TO_OTHERS = 0o027
"""What the mode of a file with a secret may not have: others reading it, its group changing it. Its group may read it,
so that root owns what the desk may only read (0440)."""
CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""The variable by which systemd names the folder of what ``LoadCredential=`` gives a service (systemd.exec(5))."""
SYSTEMD_COPIES = "/run/credentials/"
"""Where systemd puts those: copies, made when the service is started."""


class Secret:
    """A secret that shows itself only when asked. Not part of any repr, log line or message."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(...)"

    def __bool__(self) -> bool:
        return bool(self._value)


class SecretReader:
    """Takes secrets from where firstline.toml says they are: ``env:NAME``, ``file:PATH`` as seen from the desk folder
    ``root``, or ``credential:NAME``, a file of the folder that the environment calls ``CREDENTIALS_DIRECTORY``.

    ``fixed`` names those that stay as they are as long as this process lives.
    """

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        self._root = root
        self._environment = environment
        self.fixed: list[str] = []

    def read(self, section: TomlTable, key: str, default: str | None = None) -> Secret:
        """The secret that ``key`` names; empty where the default is, and where it cannot be read, which is reported."""
        source = section.take(key, default)
        if not source:
            return Secret("")
        kind, _, name = source.partition(":") if isinstance(source, str) else ("", "", "")
        if kind == "env" and name:
            return self._of_environment(section, key, name)
        if kind == "file" and name:
            return self._of_file(section, key, self._root / name)
        if kind == "credential" and name and "/" not in name:
            return self._of_credential(section, key, name)
        where_else = "{key} must be env:NAME, file:PATH or credential:NAME, so that no secret stands in firstline.toml"
        section.report(sentence(where_else, key=key), key)
        return Secret("")

    def _of_environment(self, section: TomlTable, key: str, name: str) -> Secret:
        if name not in self._environment:
            what = sentence("{key} says env:{name}, but the environment has no {name}: set it", key=key, name=name)
            section.report(what, key)
        self.fixed.append(f"env:{name}")
        return Secret(self._environment.get(name, "").strip())

    def _of_file(self, section: TomlTable, key: str, path: Path, guarded: bool = False) -> Secret:
        """``guarded`` where the folder keeps others out, whatever the file's own mode says."""
        try:
            if not guarded and path.stat().st_mode & OPEN_TO_OTHERS:
                what = "{key}: {path} is open to others: chmod 600 {path}, or 440 where its group may read it"
                section.report(sentence(what, key=key, path=path), key)
            return Secret(path.read_text("utf-8").strip())
        except (OSError, UnicodeDecodeError) as error:
            what = "{key}: {path} cannot be read ({why})"
            section.report(sentence(what, key=key, path=path, why=describe_file_error(error)), key)
            return Secret("")

    def _of_credential(self, section: TomlTable, key: str, name: str) -> Secret:
        folder = self._environment.get(CREDENTIALS, "")
        if not folder:
            what = "{key} says credential:{name}, but the environment has no {variable}: systemd sets it for a service"
            todo = sentence("set it to the folder with the file {name}, see docs/installing.md", name=name)
            section.report(sentence(what, key=key, name=name, variable=CREDENTIALS), key, todo)
            return Secret("")
        if folder.startswith(SYSTEMD_COPIES):
            self.fixed.append(f"credential:{name}")
        return self._of_file(section, key, Path(folder) / name, guarded=True)
