"""What runs before everything else: SIGHUP is held back, and packages of ours that are not as installed are named.

Our packages have short names (desk, mail, chat ...), and an installer lets another distribution write over a package of
the same name without a word. So `firstline` looks first whether its files are those that were installed, by the list of
the installed distribution (RECORD of its dist-info), and says so before an import fails oddly. It uses nothing but the
standard library, and as little of it as it can: this is the start of every command.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence

HASHED = ("serve", "check", "migrate")
"""Commands before which contents are compared too, some milliseconds more; before the others sizes are."""
NAMED_AT_MOST = 5
WORDS = {
    "en": "firstline: {files} not as installed{culprit}. Install Firstline in an environment of its own, see "
    "docs/installing.md.",
    "ru": "firstline: {files}: не то, что было установлено{culprit}. Установите Firstline в отдельное окружение, см. "
    "docs/installing.md.",
}
CULPRIT = {"en": " ({name} has the same files)", "ru": " (те же файлы есть у {name})"}


def main() -> None:
    """The console command: `console.main`, once that is safe."""
    hold_hangup(sys.argv[1:])
    site = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if changed := list(changed_files(site, hashed=any(word in HASHED for word in sys.argv[1:]))):
        sys.stderr.write(told(changed, others_with(site, changed)) + "\n")
    from console.main import main as run_command  # noqa: PLC0415 (what is wrong with it is told before)

    run_command()


def hold_hangup(words: Sequence[str]) -> None:
    """SIGHUP, which ends a process that does not expect it, waits until `serve` handles it."""
    if "serve" in words and hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})


def changed_files(site: str, hashed: bool) -> Iterator[str]:
    """The modules of ours below ``site`` that are missing or differ from what was installed there, by size and, if
    ``hashed``, by content. Nothing where RECORD has no modules, as for an editable installation."""
    for path, digest, size in _recorded(_dist_info(site, "firstline-")):
        try:
            if os.stat(os.path.join(site, path)).st_size != size or (hashed and _digest(site, path) != digest):
                yield path
        except OSError:
            yield path


def others_with(site: str, changed: Sequence[str]) -> list[str]:
    """The other distributions below ``site`` that have files of these names."""
    mine = _dist_info(site, "firstline-")
    wanted = set(changed)
    return sorted(
        os.path.basename(one).removesuffix(".dist-info").replace("-", " ")
        for one in _dist_info(site, "")
        if one not in mine and any(path in wanted for path, _, _ in _recorded([one]))
    )


def told(changed: Sequence[str], others: Sequence[str]) -> str:
    """One sentence, in the language of ``LANG``: nothing of ours can be relied on to translate it."""
    named = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    language = "ru" if named.startswith("ru") else "en"
    files = ", ".join(changed[:NAMED_AT_MOST]) + (", ..." if len(changed) > NAMED_AT_MOST else "")
    culprit = CULPRIT[language].format(name=", ".join(others)) if others else ""
    if language == "en":
        files += " is" if len(changed) == 1 else " are"
    return WORDS[language].format(files=files, culprit=culprit)


def _dist_info(site: str, prefix: str) -> list[str]:
    with os.scandir(site) as entries:
        return [one.path for one in entries if one.name.startswith(prefix) and one.name.endswith(".dist-info")]


def _recorded(dist_infos: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    """Path, digest and size of each module that the distributions were installed with."""
    for folder in dist_infos:
        try:
            with open(os.path.join(folder, "RECORD"), encoding="utf-8") as record:
                lines = record.read().splitlines()
        except (OSError, UnicodeDecodeError):
            continue
        for line in lines:
            path, digest, size = line.rsplit(",", 2) if line.count(",") > 1 else ("", "", "")
            if path.endswith(".py") and size.isdigit():
                yield path, digest.removeprefix("sha256="), int(size)


def _digest(site: str, path: str) -> str:
    """As RECORD writes it: SHA-256 in URL-safe base64 without padding."""
    import hashlib  # noqa: PLC0415 (only some commands need it)
    from base64 import urlsafe_b64encode  # noqa: PLC0415 (the same)

    with open(os.path.join(site, path), "rb") as opened:
        return urlsafe_b64encode(hashlib.sha256(opened.read()).digest()).decode().rstrip("=")


if __name__ == "__main__":
    main()
