"""What is wrong in firstline.toml, policy.toml and teams.toml is told in one sentence with file, section and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.model import provider_files, settings

BOT = '[[telegram]]\nname = "main"\ntoken = ""\nprovider = "sever"\n'
BOX = (
    '[[mailbox]]\nname = "help"\naddress = "help@sever.test"\nprovider = "sever"\n'
    'imap = "imaps://mx.sever.test"\nsmtp = "smtps://mx.sever.test"\npassword = ""\n'
)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("[tele]\n", "firstline.toml: has an unknown key 'tele': there are desk, telegram, mailbox"),
        ('desk = "x"\n', "firstline.toml: [desk] must be a section with keys of its own"),
        ("[telegram]\n", "firstline.toml: [[telegram]] has double brackets"),
        ("telegram = [1]\n", "firstline.toml: [[telegram]] must be a section with keys of its own"),
        ("[desk]\ndata = 1\n", "firstline.toml: [desk] data must be a text in quotes"),
        ('[desk]\npackaged_content = "no"\n', "packaged_content must be true or false, without quotes"),
        ('[desk]\nlanguage = "de"\n', '[desk] language must be "ru" or "en", not \'de\''),
        ('[desk]\nsecret = ""\nlangauge = "ru"\n', "[desk] has an unknown key 'langauge': there are database, data, "),
        ('[desk]\nsecret = "canary"\n', "[desk] secret must be env:NAME, file:PATH or credential:NAME"),
        ('[desk]\nsecret = ["canary"]\n', "[desk] secret must be env:NAME, file:PATH or credential:NAME"),
        ("[[telegram]]\n", "firstline.toml: [[telegram]] needs a name"),
        ('[[telegram]]\nname = "main"\n', "[[telegram]] main needs a token"),
        (BOT + 'agents_chat = "5"\n', "[[telegram]] main agents_chat must be a whole number"),
        (BOT + "agents_chat = true\n", "[[telegram]] main agents_chat must be a whole number"),
        (BOT + "shared = true\n", "[[telegram]] main has shared = true: remove provider"),
        (BOT.replace("sever", "_front"), "cannot begin with _; for a front desk write shared = true"),
        (BOT + BOT, "firstline.toml: telegram:main stands there twice"),
        (BOX + "look_every = 0\n", "[[mailbox]] help look_every is 0: write the seconds"),
        (BOX + 'after = "gone"\n', '[[mailbox]] help after is \'gone\': write "seen", "leave" or "move:Folder"'),
        (BOX + "paswords = 1\nfolders = 2\n", "help has an unknown key 'folders': there are name, address, "),
    ],
)
def test_what_is_wrong_in_the_settings(tmp_path: Path, source: str, sentence: str) -> None:
    if "secret" not in source and not source.startswith("desk"):
        source = source.replace("[desk]\n", '[desk]\nsecret = ""\n') if "[desk]" in source else source + SECRETLESS
    (tmp_path / "firstline.toml").write_text(source, "utf-8")
    with pytest.raises(settings.InvalidSettings) as wrong:
        settings.load(tmp_path, {})
    assert sentence in str(wrong.value)
    assert "canary" not in str(wrong.value)


SECRETLESS = '\n[desk]\nsecret = ""\n'


@pytest.mark.parametrize(
    ("file", "source", "sentence"),
    [
        ("policy", "[providr]\n", "sever/policy.toml: has an unknown key 'providr': there are "),
        ("policy", "provider = 5\n", "sever/policy.toml: [provider] must be a section"),
        ("policy", '[provider]\nprefx = "SN"\n', "[provider] has an unknown key 'prefx': there are title, prefix, "),
        ("policy", '[provider]\nlanguage = "de"\n', 'language must be "ru" or "en"'),
        ("policy", '[provider]\ntimezone = "Mars"\n', "timezone 'Mars' is unknown: write an IANA name"),
        ("policy", '[provider]\ntitle = { de = "x" }\n', 'title must be a text, or { ru = "...", en = "..." }'),
        ("policy", "[facts]\nsite = []\n", "[facts] site must be one text, number, true or false"),
        ("policy", '[consent]\nremind_after = "4h"\n', "[consent] remind_after must be a list"),
        ("policy", '[consent]\nremind_after = ["4x"]\n', "'4x' is not a length of time: write \"30m\""),
        ("policy", "[eta]\nfirst_within = 5\n", "[eta] first_within must be a text in quotes"),
        ("policy", "[limits]\nwaiting = 0\n", "[limits] waiting is 0: write a whole number from 1 to 100000"),
        ("policy", "[route]\n", "sever/policy.toml: [[route]] has double brackets"),
        ("policy", '[[route]]\nwhen = "True"\n', "[[route]] needs a to"),
        ("policy", '[[route]]\nto = "queue:l1"\nwhen = "x ="\n', "[[route]] to queue:l1: "),
        (
            "policy",
            '[[route]]\nto = "queue:l1"\nif = "True"\n',
            "[[route]] has an unknown key 'if': there are to, when",
        ),
        ("teams", "[[team]]\n", "sever/teams.toml: [[team]] needs an id"),
        ("teams", '[[team]]\nid = "l1"\nkind = "crowd"\n', '[[team]] l1 kind must be "queue" or "group", not'),
        ("teams", '[[team]]\nid = "l1"\n[[agent]]\nid = "a"\ntelegram = "@a"\n', "a telegram must be the numeric user"),
        (
            "teams",
            '[[team]]\nid = "l1"\n[[agent]]\nid = "a"\nteams = ["l2"]\n',
            "a is in team 'l2', which is not there",
        ),
        ("teams", "[[agents]]\n", "sever/teams.toml: has an unknown key 'agents': there are team, agent"),
        ("teams", "team\n", "sever/teams.toml: cannot be read"),
    ],
)
def test_what_is_wrong_in_a_providers_files(tmp_path: Path, file: str, source: str, sentence: str) -> None:
    folder = tmp_path / "sever"
    folder.mkdir()
    (folder / "policy.toml").write_text("", "utf-8")
    (folder / "teams.toml").write_text('[[team]]\nid = "l1"\n', "utf-8")
    (folder / f"{file}.toml").write_text(source, "utf-8")
    with pytest.raises(provider_files.InvalidProvider) as wrong:
        provider_files.load(folder)
    assert sentence in str(wrong.value)
