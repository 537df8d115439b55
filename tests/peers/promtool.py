"""promtool of Prometheus, which says whether metrics and rules are as Prometheus wants them."""

from __future__ import annotations

import shutil
import subprocess


class Promtool:
    """The program of the Debian package `prometheus`; nothing of it is left running."""

    @staticmethod
    def missing() -> str | None:
        """The package to install when it is not on this machine, else None."""
        return None if shutil.which("promtool") else "prometheus"

    @staticmethod
    def run(*words: str, stdin: str = "") -> tuple[int, str]:
        """Its exit code, and what it says."""
        program = shutil.which("promtool")
        assert program
        ran = subprocess.run([program, *words], input=stdin, capture_output=True, text=True, timeout=60, check=False)
        return ran.returncode, ran.stdout + ran.stderr
