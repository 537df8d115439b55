"""Each command by itself: what it prints, what it refuses and in which words, and how it ends."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from console.main import COMMANDS, cli
from desk.model.settings import load
from tests.console.conftest import Typist
from tests.intake.examples import small_dialog_text

OURS = [name for name in COMMANDS if name not in ("chat", "demo")]


def commands() -> list[list[str]]:
    """Every command and every part of one, as it is typed."""
    context = click.Context(cli)
    found = []
    for name in OURS:
        command = cli.get_command(context, name)
        found.append([name])
        if isinstance(command, click.Group):
            found += [[name, part] for part in command.commands]
    return found


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_has_help_with_an_example_within_eighty_columns(words: list[str]) -> None:
    """Help says what it does, shows an example, and knows -C."""
    result = CliRunner().invoke(cli, [*words, "--help"], terminal_width=80)
    assert result.exit_code == 0
    assert "Example" in result.output
    assert f"firstline {words[0]}" in result.output.replace("firstline -C my-desk", "firstline")
    assert "-C DIR" in result.output
    assert max(map(len, result.output.splitlines())) <= 80


def test_the_overview_tells_every_command_and_every_exit_code() -> None:
    """One screen is enough to find one's way."""
    result = CliRunner().invoke(cli, ["--help"], terminal_width=80)
    for name, (_, sentence) in COMMANDS.items():
        assert f"{name} " in result.output
        assert sentence in result.output
    for code in range(6):
        assert f"\n    {code}  " in result.output


def test_version_is_told() -> None:
    """`firstline --version` names the version and ends with 0."""
    result = CliRunner().invoke(cli, ["--version"])
    assert (result.exit_code, result.output.startswith("firstline, version ")) == (0, True)


def test_the_folder_may_be_named_before_or_after_the_command(folder: Path) -> None:
    """`-C DIR` is understood in both places."""
    before = CliRunner().invoke(cli, ["-C", str(folder), "cases", "--json"])
    after = CliRunner().invoke(cli, ["cases", "--json", "-C", str(folder)])
    assert before.output == after.output == "[]\n"


class TestInit:
    """What `firstline init` makes."""

    def test_the_folder_is_ready_to_be_checked(self, typist: Typist) -> None:
        """A fresh desk has a database, a secret of its own and two sample providers, and no errors."""
        result = typist.types("check", "--offline", "--json")
        assert result.exit_code == 0, result.output
        assert '"level": "error"' not in result.output
        for path in ("providers/sever/entitlements.csv", "providers/volga/teams.toml", "data/firstline.db"):
            assert (typist.folder / path).is_file()

    def test_secret_and_data_are_for_their_owner_alone(self, folder: Path, tmp_path: Path) -> None:
        """Nobody else on the machine reads the key or people's words; another desk has another key."""
        assert stat.S_IMODE((folder / "secret").stat().st_mode) == 0o600
        assert stat.S_IMODE((folder / "data").stat().st_mode) == 0o700
        assert CliRunner().invoke(cli, ["init", str(tmp_path / "other")]).exit_code == 0
        assert (folder / "secret").read_text() != (tmp_path / "other" / "secret").read_text()
        assert {"secret*", "data/"} <= set((folder / ".gitignore").read_text().splitlines())

    @pytest.mark.parametrize("language", ["ru", "en"])
    def test_every_key_stands_there_with_an_explanation(self, tmp_path: Path, language: str) -> None:
        """Uncommented, the settings are whole: each line that shows a key parses, and none is unknown."""
        assert CliRunner().invoke(cli, ["init", str(tmp_path / "d"), "--language", language]).exit_code == 0
        path = tmp_path / "d" / "firstline.toml"
        lines = [_opened(line) for line in path.read_text("utf-8").splitlines()]
        path.write_text(
            "\n".join(line for line in lines if not line.startswith(("shared", "former_secret", "ca_file")))
        )
        (path.parent / "logo.png").write_bytes((path.parent / "providers/sever/logo.png").read_bytes())
        settings = load(tmp_path / "d", dict.fromkeys(_SECRETS, "socks5://proxy.test:1080"))
        assert settings.language == language
        assert (settings.telegram[0].agents_chat, settings.mailboxes[0].smtp.port) == (-1001234567890, 587)
        explained = [
            line for line in path.read_text("utf-8").splitlines() if " = " in line and not line.startswith("#")
        ]
        assert all("#" in line for line in explained if not line.startswith(("imap", "smtp", "password")))

    def test_an_empty_desk_has_one_provider_and_nothing_packaged(self, tmp_path: Path) -> None:
        """With --empty there is a provider to be filled in, and the sample content is switched off."""
        assert CliRunner().invoke(cli, ["init", str(tmp_path / "d"), "--empty"]).exit_code == 0
        assert [one.name for one in (tmp_path / "d" / "providers").iterdir()] == ["example"]
        table = tomllib.loads((tmp_path / "d" / "firstline.toml").read_text("utf-8"))
        assert table["desk"]["packaged_content"] is False
        rows = (tmp_path / "d" / "providers/example/entitlements.csv").read_text().splitlines()
        assert rows == [
            "contract,name,status,service_level,language,phones,emails,logins,serials,address,products,valid_to"
        ]
        checked = CliRunner().invoke(cli, ["check", "--offline", "-C", str(tmp_path / "d")])
        assert (checked.exit_code, "there are no dialogs" in checked.output) == (0, True)

    def test_what_is_there_is_never_touched(self, folder: Path) -> None:
        """A folder that is not empty is refused, and stays as it was."""
        before = (folder / "secret").read_text()
        result = CliRunner().invoke(cli, ["init", str(folder)])
        assert result.exit_code == 2
        assert result.output == f"Error: {folder} is not empty: name a folder that is, or a new one\n"
        assert (folder / "secret").read_text() == before


_SECRETS = (
    "TELEGRAM_TOKEN",
    "SUPPORT_PASSWORD",
    "SMTP_PASSWORD",
    "MAIL_CLIENT_SECRET",
    "TELEGRAM_PROXY",
    "BACKUP_PASSWORD",
)
"""What the environment has to hold for the settings that `init` writes."""


def _opened(line: str) -> str:
    """A line of settings that was commented out, as it is when somebody uses it."""
    bare = line.removeprefix("# ")
    return bare if bare.startswith("[") or (" = " in bare and bare.split(" = ")[0].isidentifier()) else line


class TestRefusals:
    """What goes wrong is said in one sentence, and the exit code tells its kind."""

    @pytest.mark.parametrize(
        ("words", "code", "sentence"),
        [
            (["case", "12"], 3, "there is no case 12"),
            (["take", "12", "--as", "ivanova"], 3, "there is no case 12"),
            (["case", "SN-2026-000001-3"], 3, "its last digit does not fit the others, so one of them is mistyped"),
            (["case", "12", "--provider", "nord"], 2, "there is no provider 'nord': there are sever, volga"),
            (["cases", "--provider", "nord"], 2, "there is no provider 'nord'"),
            (["take", "12"], 2, "Missing option '--as'"),
            (["eta", "12", "soon", "--as", "ivanova"], 2, "'soon' is no length of time: write 30m, 2h or 1d"),
            (["say", "12", "--as", "ivanova"], 2, "there is no text"),
            (["pending", "accept", "5", "--as", "ivanova"], 3, "no mail 5 waits: see 'firstline pending list'"),
            (["pending", "accept", "5", "--as", "ivanova", "--new", "--case", "1"], 2, "exclude each other"),
            (["pending", "refuse", "5"], 3, "no mail 5 waits"),
            (["quarantine", "show", "5"], 3, "nothing numbered 5 is quarantined"),
            (["replay", "5"], 3, "nothing numbered 5 is quarantined"),
            (["replay"], 2, "say which: numbers of 'firstline quarantine list', or --all"),
            (["replay", "5", "--all"], 2, "say which"),
            (["serve", "--only", "cook"], 2, "'cook' is not one of"),
            (["dance"], 2, "No such command 'dance'"),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, list) else "",
    )
    def test_in_one_sentence(self, typist: Typist, words: list[str], code: int, sentence: str) -> None:
        """The sentence says what is wrong, and no traceback is shown."""
        result = typist.types(*words)
        assert (result.exit_code, sentence in result.output) == (code, True), result.output
        assert "Traceback" not in result.output

    @pytest.mark.parametrize(
        ("path", "wrong", "sentence"),
        [
            ("firstline.toml", "[desk\n", "cannot be read"),
            ("firstline.toml", '[desk]\nsecret = "hello"\n', "must be env:NAME, file:PATH or credential:NAME"),
            ("providers/sever/policy.toml", '[provider]\nprefix = "s"\n', "one to eight capital letters or digits"),
            ("providers/sever/teams.toml", "[[team]]\n", "[[team]] needs an id"),
        ],
    )
    def test_files_that_are_wrong(self, typist: Typist, path: str, wrong: str, sentence: str) -> None:
        """`check` tells it as an error, and so does every other command."""
        (typist.folder / path).write_text(wrong, "utf-8")
        for words in (["check", "--offline"], ["cases"], ["serve"]):
            result = typist.types(*words)
            assert result.exit_code == 1, (words, result.output)
            assert sentence in " ".join(result.output.split())
            assert "Traceback" not in result.output

    def test_a_dialog_an_article_and_a_template_that_are_wrong(self, typist: Typist) -> None:
        """Each is named with its file."""
        own = typist.folder / "providers" / "sever"
        (own / "dialogs" / "mine.toml").write_text("id = 7\n")
        (own / "articles" / "mine").mkdir()
        (own / "templates" / "ru" / "greeting.txt").write_text("{{ 10 ** 9 }}")
        (own / "templates" / "en" / "no_such_sentence.txt").write_text("Hello")
        (own / "entitlements.csv").write_text("name\nAnna\n")
        result = typist.types("check", "--offline")
        said = " ".join(result.output.split())
        assert result.exit_code == 1
        for words in (
            "mine.toml",
            "articles/mine",
            "greeting.txt error line 1: the template uses Pow",
            "entitlements.csv",
        ):
            assert words in said
        result = typist.types("serve")
        assert (result.exit_code, "Traceback" in result.output) == (1, False)

    def test_a_dialog_that_names_a_team_or_an_article_in_vain(self, typist: Typist) -> None:
        """`check` warns of both; the packaged dialogs, which know nobody's teams, are no reason to."""
        assert "has no such team" not in typist.types("check", "--offline").output
        suggests = "[outcome]\nsuggest = { unknown = ['kb:x'] }"
        changed = small_dialog_text(('queue = "l1"', 'queue = "moon"'), ("[outcome]", suggests))
        (typist.folder / "dialogs").mkdir(exist_ok=True)
        (typist.folder / "dialogs" / "small.toml").write_text(changed, "utf-8")
        said = " ".join(typist.types("check", "--offline").output.split())
        assert "dialog small routes to 'moon', and teams.toml has no such team" in said
        assert "no folder has the article 'x' that the dialog names" in said

    def test_a_secret_that_others_can_read(self, typist: Typist) -> None:
        """The desk does not start with it, and says how to mend that."""
        (typist.folder / "secret").chmod(0o644)
        result = typist.types("serve")
        assert (result.exit_code, f"chmod 600 {typist.folder / 'secret'}" in result.output) == (1, True)

    def test_a_database_of_another_version(self, typist: Typist) -> None:
        """Whatever needs the database refuses with 5; `migrate` mends it."""
        (typist.folder / "data" / "firstline.db").unlink()
        for words in (["cases"], ["serve"], ["replay", "--all"], ["take", "1", "--as", "ivanova"]):
            result = typist.types(*words)
            assert (result.exit_code, "run 'firstline migrate'" in result.output) == (5, True), (words, result.output)
        assert typist.types("migrate").exit_code == 0
        assert typist.types("cases").exit_code == 0

    def test_a_database_that_is_not_reachable(self, typist: Typist) -> None:
        """The sentence says so, with 5, and no password."""
        path = typist.folder / "firstline.toml"
        path.write_text(
            path.read_text().replace("sqlite:///data/firstline.db", "postgresql://me:canary@127.0.0.1:9/no")
        )
        for words in (["cases"], ["migrate"], ["serve"]):
            result = typist.types(*words)
            assert (result.exit_code, "Traceback" in result.output) == (5, False), (words, result.output)
        checked = typist.types("check", "--offline")
        assert checked.exit_code == 1
        assert "it cannot be used" in checked.output
        assert "canary" not in checked.output
