"""Writes docs/reference.md: every setting and every command, from the code that reads them.

Run as ``python -m tools.reference`` in the checkout after a change of a setting or a command. The settings are those
that the readers of the files ask for, with the kind, the bounds and the usual value that they ask with; what each is
for is the comment in the sample files, so that there is one place to write it.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from console.main import cli
from desk.language.operator_file_faults import FileFaults
from desk.model import provider_files
from desk.model.settings import DeskSettingsReader
from desk.model.settings.secret import Secret, SecretReader
from desk.model.toml_table import TomlTable
from kb.content.article_body import FACT_NAMES

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference.md"
SAMPLE_PROVIDER = ROOT / "console" / "sample" / "providers" / "sever"
SAMPLES = {
    "firstline.toml": ROOT / "console" / "blank" / "en" / "firstline.toml",
    "policy.toml": SAMPLE_PROVIDER / "policy.toml",
    "teams.toml": SAMPLE_PROVIDER / "teams.toml",
}
FILES = {
    "firstline.toml": "The desk, in its folder.",
    "policy.toml": "One provider: `providers/<name>/policy.toml`.",
    "teams.toml": "Who works for that provider: `providers/<name>/teams.toml`.",
}
MORE = {
    ("firstline.toml", "[[mailbox]]", "shared"): "it belongs to all providers (then without provider)",
    ("firstline.toml", "[mailbox.oauth]", "token_url"): "where tokens are had, of another provider of mail",
    ("firstline.toml", "[mailbox.oauth]", "device_url"): "where codes are had, of another provider of mail",
    ("firstline.toml", "[mailbox.oauth]", "scope"): "what is asked for, of another provider of mail",
    ("policy.toml", "[facts]", "provider_title"): "by itself the provider's title",
    ("policy.toml", "[[key]]", "type"): "what accounts are found by: contract, serial, login, licence or reference",
    ("policy.toml", "[[key]]", "pattern"): "9 is a digit, A a letter; anything else stands for itself",
    ("policy.toml", "[[key]]", "checksum"): "of its digits: luhn, damm, verhoeff or mod97; none by itself",
    ("policy.toml", "[[coverage]]", "service_level"): "of which accounts; every one without it",
    ("policy.toml", "[[coverage]]", "words"): 'what they have no claim to, as people ask for it: "major upgrade"',
    ("policy.toml", "[[coverage]]", "covered"): "what they have a claim to, in each language: it is told",
    ("policy.toml", "[[sla_exception]]", "valid_from"): "a date, the first one",
    ("policy.toml", "[[sla_exception]]", "valid_to"): "a date, the last one",
    ("policy.toml", "[[escalation]]", "clock"): "whose time it is",
    ("policy.toml", "[severity.critical]", "loss_min"): "from this share of a component's users on a loss is critical",
    ("policy.toml", "[severity.major]", "loss_min"): "and from this one on it is major; else minor",
    ("policy.toml", "[severity]", "components"): "whose loss is critical or major at all: core, dns; all, if left out",
    ("policy.toml", "[releases]", "dates"): "dates of the releases that are planned, for next_release",
    ("policy.toml", "[retention]", "purge"): "as in firstline.toml, for this provider",
    ("policy.toml", "[retention]", "operational_days"): "as in firstline.toml, for this provider",
    ("policy.toml", "[retention]", "reports_days"): "as in firstline.toml, for this provider",
    ("teams.toml", "[[agent]]", "role"): "noted; nothing depends on it yet",
    ("teams.toml", "[[agent]]", "skills"): "noted; nothing depends on them yet",
    ("teams.toml", "[[agent]]", "active"): "false for somebody who left: their name stays in old cases",
}
"""What is said of keys that no sample file has: by file, section and key."""
KINDS = {
    "text": "text",
    "number": "number",
    "flag": "true or false",
    "texts": "list of texts",
    "secret": "where the secret is",
    "take": "",
}
HEAD = """# Reference

Made by `python -m tools.reference` from the code; a test says when it is out of date. What a key is for is the comment
beside it in the files that `firstline init` writes.

## Settings

A key without a usual value is needed (but facts never are). Times are written `30m`, `4h` or `7d`.
"""


@dataclass(frozen=True, slots=True)
class Key:
    """One key that a reader asks for. ``section`` is "" for the top of the file, "[desk]", "[[telegram]]"."""

    file: str
    section: str
    name: str
    kind: str
    usual: str
    comment: str = ""


@contextmanager
def recorded(file: str, found: list[Key]) -> Iterator[None]:
    """Notes what is asked of every `TomlTable`, as if each key were there, and one section of each kind."""
    originals = {name: getattr(TomlTable, name) for name in ("take", "text", "number", "flag", "choice", "texts")}
    sections, is_empty, has, secret = TomlTable.sections, TomlTable.is_empty, TomlTable.has, SecretReader.read
    inside = False

    def noting(name: str) -> Callable[..., Any]:
        def asked(table: TomlTable, key: str, *more: Any, **named: Any) -> Any:
            nonlocal inside
            if inside:
                return originals[name](table, key, *more, **named)
            note(table, name, key, more, named)
            inside = True
            try:
                return originals[name](table, key, *more, **named)
            finally:
                inside = False

        return asked

    def note(table: TomlTable, kind: str, key: str, more: Sequence[Any], named: Mapping[str, Any]) -> None:
        names = {"choice": ("among", "default"), "number": ("default", "bounds")}.get(kind, ("default",))
        with_names = {**dict(zip(names, more, strict=False)), **named}
        section = section_name(table.path)
        one = Key(file, section, key, kind_told(kind, with_names), usual_told(with_names.get("default")))
        if not any((old.section, old.name) == (section, key) for old in found):
            found.append(one)

    def several(table: TomlTable, key: str) -> list[TomlTable]:
        return sections(table, key) if has(table, key) else [TomlTable({}, table.faults, "", (*table.path, key, 0))]

    def section(table: TomlTable, key: str) -> TomlTable:
        nonlocal inside
        inside = True
        try:
            return one_section(table, key)
        finally:
            inside = False

    def of_secret(reader: SecretReader, table: TomlTable, key: str, default: str | None = None) -> Secret:
        note(table, "secret", key, (default,), {})
        return Secret("")

    one_section = TomlTable.section
    try:
        for name in originals:
            setattr(TomlTable, name, noting(name))
        TomlTable.sections, TomlTable.section = several, section  # type: ignore[method-assign, assignment]
        TomlTable.is_empty = property(lambda table: False)  # type: ignore[assignment, method-assign]
        TomlTable.has = lambda table, key: True  # type: ignore[method-assign, assignment]
        SecretReader.read = of_secret  # type: ignore[method-assign, assignment]
        yield
    finally:
        for name, original in originals.items():
            setattr(TomlTable, name, original)
        TomlTable.sections, TomlTable.section = sections, one_section  # type: ignore[method-assign]
        TomlTable.is_empty, TomlTable.has, SecretReader.read = is_empty, has, secret  # type: ignore[method-assign]


def section_name(path: Sequence[str | int]) -> str:
    """How the section is written: ("mailbox", 0, "oauth") is "[mailbox.oauth]", ("mailbox", 0) "[[mailbox]]"."""
    names = ".".join(one for one in path if isinstance(one, str))
    if not names:
        return ""
    return f"[[{names}]]" if isinstance(path[-1], int) else f"[{names}]"


def kind_told(kind: str, named: Mapping[str, Any]) -> str:
    """What is to be written there."""
    if kind == "choice":
        return ", ".join(f"`{one}`" for one in named["among"])
    if kind == "number" and named.get("bounds"):
        return "{} to {}".format(*named["bounds"])
    return KINDS[kind]


def usual_told(default: object) -> str:
    """The usual value as it would be written."""
    if default is None:
        return ""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, tuple | list):
        return "`[{}]`".format(", ".join(f'"{one}"' for one in default)) if default else "none"
    return f"`{default}`" if default not in ("", 0, {}) else "none"


def settings() -> list[Key]:
    """Every key of the three files, with the comments of the samples."""
    found: list[Key] = []
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "example").mkdir()
        (Path(folder) / "example" / "policy.toml").touch()
        with recorded("firstline.toml", found):
            DeskSettingsReader(Path(folder), {}).settings({}, {}, FileFaults("firstline.toml", ""))
        of_provider: list[Key] = []
        with recorded("policy.toml", of_provider):
            provider_files.read_with_faults(Path(folder) / "example")
    of_provider += [
        Key("policy.toml", "[facts]", name, "text, number, true or false", "") for name in sorted(FACT_NAMES)
    ]
    teams = ("[[team]]", "[[agent]]")
    found += [one if one.section not in teams else replaced(one, "teams.toml") for one in of_provider]
    comments = {file: sample_comments(path.read_text("utf-8")) for file, path in SAMPLES.items()}
    order = {
        (file, section): place for file, told in comments.items() for place, (section, _) in enumerate(reversed(told))
    }
    found.sort(key=lambda one: (bool(one.section), -order.get((one.file, one.section), -1)))
    return [commented(one, comments[one.file]) for one in found]


def replaced(key: Key, file: str) -> Key:
    """The same key in another file."""
    return Key(file, key.section, key.name, key.kind, key.usual)


def commented(key: Key, comments: Mapping[tuple[str, str], str]) -> Key:
    """The key with its comment."""
    comment = comments.get((key.section, key.name), "") or MORE.get((key.file, key.section, key.name), "")
    return Key(key.file, key.section, key.name, key.kind, key.usual, comment)


_SECTION = re.compile(r"(?:# )?(\[\[?[a-z_.]+\]\]?)\s*(?:#\s*(.*))?$")
_KEY = re.compile(r"(?:# )?([a-z_0-9]+)\s*=\s*(\"[^\"]*\"|\{.*?\}|\[.*?\]|[^#\"\[{]*?)\s*(?:#\s*(.*))?$")
_MORE = re.compile(r"#?\s{8,}#\s*(.*)$")


def sample_comments(text: str) -> dict[tuple[str, str], str]:
    """What the comments of a sample file say of each key, by section and key; of a section by (section, "")."""
    comments: dict[tuple[str, str], str] = {}
    section, last = "", ("", "")
    for line in text.splitlines():
        if found := _SECTION.match(line):
            section = found[1]
            last = (section, "")
        elif found := _KEY.match(line):
            last = (section, found[1])
        elif found := _MORE.match(line):
            comments[last] = f"{comments.get(last, '')} {found[1]}".strip()
            continue
        else:
            continue
        comment = (found[len(found.groups())] or "").strip()
        comments.setdefault(last, comment or (f"such as `{found[2]}`" if last[1] else ""))
    return comments


def settings_told() -> Iterator[str]:
    """The chapter of the settings."""
    keys = settings()
    for file, what in FILES.items():
        yield f"### {file}\n\n{what}\n"
        of_sections = sample_comments(SAMPLES[file].read_text("utf-8"))
        for section in dict.fromkeys(one.section for one in keys if one.file == file):
            if section:
                about = of_sections.get((section, ""), "")
                yield f"**`{section}`**{': ' + about if about else ''}\n"
            yield "| key | value | usual | what it is |\n|---|---|---|---|"
            for one in keys:
                if (one.file, one.section) == (file, section):
                    told = one.comment.replace("|", "\\|")
                    yield f"| `{one.name}` | {one.kind} | {one.usual} | {told} |"
            yield ""


def commands_told() -> Iterator[str]:
    """The chapter of the commands."""
    yield "## Commands\n\nEach has `-C DIR`, `--debug` and `--help`, which says more and gives examples.\n"
    for path, command in commands(cli, "firstline"):
        context = click.Context(command, info_name=path)
        arguments = [one.make_metavar(context) for one in command.params if isinstance(one, click.Argument)]
        yield f"**`{' '.join((path, *arguments))}`** {first_paragraph(command)}\n"
        options = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
        for option in options:
            if (record := option.get_help_record(context)) and option.name not in ("root", "debug", "help"):
                yield f"* `{record[0]}` {' '.join(record[1].split())}".rstrip()
        if options:
            yield ""


def first_paragraph(command: click.Command) -> str:
    """The first sentences of its help, on one line."""
    return " ".join((command.help or "").replace("\b", "").strip().split("\n\n")[0].split())


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command below a group, in the order of the overview."""
    context = click.Context(group)
    for name in group.list_commands(context):
        if command := group.get_command(context, name):
            if isinstance(command, click.Group):
                yield from commands(command, f"{path} {name}")
            else:
                yield f"{path} {name}", command


def reference() -> str:
    """The whole document."""
    return "\n".join((HEAD, *settings_told(), *commands_told())).rstrip() + "\n"


if __name__ == "__main__":
    REFERENCE.write_text(reference(), "utf-8")
