"""What the chapter on watching says can be typed as it stands, beside a desk that serves."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from pathlib import Path

from aiohttp import ClientSession

from tests.console.command_line import Terminal
from tests.console.watch.test_status import becomes
from tests.peers.local_process import free_port
from tests.peers.promtool import Promtool

ROOT = Path(__file__).resolve().parent.parent.parent.parent
SERVE = "firstline -C my-desk serve"


def chapter() -> str:
    return (ROOT / "docs" / "operating.md").read_text("utf-8").partition("\n## Watching\n")[2].partition("\n## ")[0]


async def typed(line: str, folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """One line in a shell: its exit code, and what it prints."""
    process = await asyncio.create_subprocess_shell(
        line, cwd=folder, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def test_each_line_of_the_chapter_works(terminal: Terminal, tmp_path: Path, promtool: type[Promtool]) -> None:
    """The desk is served as the chapter says; the port is a free one."""
    lines = [one for block in re.findall(r"(?ms)^```console\n(.*?)^```", chapter()) for one in block.splitlines()]
    serve = [one for one in lines if one.startswith(SERVE)]
    assert len(serve) == 1
    address = f"127.0.0.1:{free_port()}"
    toml = terminal.root / "firstline.toml"
    toml.write_text(f'{toml.read_text("utf-8")}\n[watch]\nlisten = "{address}"\n', "utf-8")
    await terminal.types("migrate")
    (tmp_path / "my-desk").symlink_to(terminal.root)
    (tmp_path / "deploy").symlink_to(ROOT / "deploy")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "firstline").write_text(f'#!/bin/sh\nexec {sys.executable} -m console.main "$@"\n')
    (tmp_path / "bin" / "firstline").chmod(0o755)
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    environment = {**os.environ, **terminal.environment, "PATH": path, "PYTHONPATH": str(ROOT)}
    answers: dict[str, str] = {}
    async with terminal.serving(*serve[0].removeprefix(SERVE).split()) as service, ClientSession() as http:
        await service.logs(" serves: ")
        await becomes(terminal, 0)
        for line in lines:
            if line.startswith("curl http://127.0.0.1:9464/"):
                async with http.get(line.removeprefix("curl ").replace("127.0.0.1:9464", address)) as answer:
                    assert answer.status == 200, line
                    answers[line.rpartition("/")[2]] = await answer.text()
            elif line not in serve:
                code, out = await typed(line, tmp_path, environment)
                assert code == 0, f"{line}\n{out}"
    assert answers.keys() == {"livez", "readyz", "readyz?format=json", "metrics"}
    fields = set(re.findall(r"`(\w+)`", chapter().partition("### The log")[2]))
    assert json.loads(service.log.splitlines()[0]).keys() <= fields
    told = set(re.findall(r"(?m)^# TYPE (firstline_\w+)", answers["metrics"]))
    written = set(re.findall(r"firstline_[a-z_]+", chapter().partition("| metric |")[2].partition("\n\n")[0]))
    assert {one.removesuffix("_total") for one in written} == {one.removesuffix("_total") for one in told}
