"""Where secrets come from, and who else may read the files that they stand in."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.model.settings import FILE, InvalidSettings, load

SECRET = "canary-of-a-secret-7431"


def desk(root: Path, source: str) -> Path:
    (root / FILE).write_text(f'[desk]\nsecret = "{source}"\n', "utf-8")
    return root


def file_of_mode(path: Path, mode: int) -> Path:
    path.write_text(SECRET + "\n", "utf-8")
    path.chmod(mode)
    return path


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o440, 0o640])
def test_the_owner_reads_a_secret_and_its_group_may(tmp_path: Path, mode: int) -> None:
    file_of_mode(tmp_path / "key", mode)
    assert load(desk(tmp_path, "file:key"), {}).secret.reveal() == SECRET


@pytest.mark.parametrize("mode", [0o444, 0o604, 0o660, 0o666, 0o602])
def test_a_secret_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = file_of_mode(tmp_path / "key", mode)
    with pytest.raises(InvalidSettings) as wrong:
        load(desk(tmp_path, "file:key"), {})
    assert f"secret: {path} is open to others: chmod 600 {path}, or 440 where its group may read it" in str(wrong.value)
    assert SECRET not in str(wrong.value)


def test_a_credential_is_a_file_of_the_folder_that_systemd_names(tmp_path: Path) -> None:
    """The folder keeps others out, so the mode of the file, which containers set to 0444, does not matter."""
    folder = tmp_path / "given"
    folder.mkdir()
    file_of_mode(folder / "key", 0o444)
    settings = load(desk(tmp_path, "credential:key"), {"CREDENTIALS_DIRECTORY": str(folder)})
    assert settings.secret.reveal() == SECRET
    assert settings.fixed_secrets == ()


def test_without_its_folder_a_credential_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings) as wrong:
        load(desk(tmp_path, "credential:key"), {})
    assert "the environment has no CREDENTIALS_DIRECTORY" in str(wrong.value)
    assert "set it to the folder with the file key" in str(wrong.value)


@pytest.mark.parametrize("name", ["../key", "a/b", ""])
def test_a_credential_is_a_name_and_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidSettings, match="env:NAME, file:PATH or credential:NAME"):
        load(desk(tmp_path, f"credential:{name}"), {"CREDENTIALS_DIRECTORY": str(tmp_path)})


def test_which_secrets_only_a_new_start_renews(tmp_path: Path) -> None:
    settings = load(desk(tmp_path, "env:KEY"), {"KEY": SECRET})
    assert (settings.secret.reveal(), settings.fixed_secrets) == (SECRET, ("env:KEY",))


def test_a_secret_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = file_of_mode(tmp_path / "key", 0o600)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidSettings, match="cannot be read"):
        load(desk(tmp_path, "file:key"), {})
