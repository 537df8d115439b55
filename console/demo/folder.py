"""The demo's desk folder: the sample providers, a mailbox on the loopback, nothing of this machine's own."""

from __future__ import annotations

import secrets
from pathlib import Path

from console.commands.init import write_desk_folder
from console.demo.mail_servers import BORDER, HOST, LoopbackMailServers
from console.runtime.migrate import migrate
from desk.model.settings import Settings, load
from desk.storage.database import Database

PROVIDER = "sever"
MAILBOX = "support@sever.test"
PASSWORD = "mailbox.password"  # noqa: S105 - the name of a file
_SETTINGS = """\
# Made by 'firstline demo': a desk with made-up subscribers and mail servers that live only as long as the demo.
[desk]
database = "sqlite:///data/firstline.db"
data = "data"
language = "ru"
secret = "file:secret"

[[mailbox]]
name = "support"
address = "{address}"
provider = "{provider}"
imap = "imaps://{host}:{imap}"
smtp = "smtps://{host}:{smtp}"
password = "file:{password}"
authserv_id = "{border}"
ca_file = "ca.pem"
"""


def new_password(root: Path) -> str:
    """Makes the folder, and the mailbox's password in it."""
    write_desk_folder(root)
    path = root / PASSWORD
    path.touch(mode=0o600)
    password = secrets.token_urlsafe(16)
    path.write_text(password, "ascii")
    return password


async def make_demo_folder(root: Path, mail_servers: LoopbackMailServers) -> Settings:
    """Writes firstline.toml for the servers as they listen now, and makes the database."""
    text = _SETTINGS.format(
        address=MAILBOX,
        provider=PROVIDER,
        host=HOST,
        imap=mail_servers.imap_port,
        smtp=mail_servers.smtp_port,
        password=PASSWORD,
        border=BORDER,
    )
    (root / "firstline.toml").write_text(text, "utf-8")
    settings = load(root)
    database = Database(settings.database)
    try:
        await migrate(database)
    finally:
        await database.close()
    return settings
